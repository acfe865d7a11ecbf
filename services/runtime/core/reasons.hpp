// SPDX-License-Identifier: Apache-2.0
// The reasons for which an event is refused: one row each with a durable code and the sentences that a person reads.
#pragma once

#include "chieng/v1/receipt.pb.h"

#include <string>
#include <string_view>
#include <vector>

namespace chieng {

enum class ReasonCode {
    required,
    not_a_date,
    not_a_code,
    not_a_period,
    not_a_time,
    not_nfc,
    control_character,
    too_long,
    too_many,
    repeated,
    below_min,
    above_max,
    above_total,
    unknown_value,
    unknown_type,
    wrong_service,
    wrong_device,
    wrong_commune,
    unknown_place,
    no_such_commune,
    in_the_future,
    before_service,
    conflict,
    too_large,
    unreadable,
    nothing_to_correct,
    not_yours_to_correct,
    other_type,
    decision_stands,
    two_types,
    one_event,
    already_completed,
    already_awarded,
    not_their_award,
    before_achievement,
    consent_missing,
    consent_too_late,
    consent_withdrawn,
    channel_withdrawn,
    wrong_standard,
    wrong_movement,
    already_set,
    not_agreed,
    ends_before,
    not_over_yet,
    target_filed,
    unknown_household,
    not_yours_to_erase,
    erased_for_good,
    outbox_full,
};

using Reasons = std::vector<v1::Reason>;

// What a sentence is filled in with, as a Vietnamese and as an English reader says it.
struct Detail {
    std::string vi;
    std::string en;
    Detail& add(std::string_view text) { return add({std::string(text), std::string(text)}); }
    Detail& add(const Detail& more) {
        vi += more.vi;
        en += more.en;
        return *this;
    }
};

// An allowed value, a field, by its labels in the schema; a value's name where it has none.
[[nodiscard]] Detail named(const google::protobuf::EnumValueDescriptor& value);
[[nodiscard]] Detail named(const google::protobuf::FieldDescriptor& field);

template <class Enum>
[[nodiscard]] Detail named(Enum value) {
    const auto* of = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
    return of == nullptr ? Detail{std::to_string(value), std::to_string(value)} : named(*of);
}

// `{}` in the sentences becomes `detail`.
[[nodiscard]] v1::Reason reason(ReasonCode code, std::string_view field, std::string_view detail = {});
[[nodiscard]] v1::Reason reason(ReasonCode code, std::string_view field, const Detail& detail);

}  // namespace chieng
