// SPDX-License-Identifier: Apache-2.0
// The part of a board that a recipient of the plan is given (chieng/v1/recipient.proto): its indicators, its spans, the places of its
// level, and of what is cut by organisation its own part. The same on its topics and over HTTP. When it is given on its topics,
// as it happens or at the close of a period, is no matter here.
//
// Pure. Without a recipient it is everything.
#pragma once

#include "chieng/v1/indicator.pb.h"
#include "chieng/v1/recipient.pb.h"
#include "gateway/indicator/definitions.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace chieng {

// COM-01 and COM name COM-01, * names all.
[[nodiscard]] bool names_indicator(const std::string& wanted, const std::string& code);

// Codes say what they are: 23656-01, 23656, 625.
enum class AreaKind { village, commune, above };
[[nodiscard]] AreaKind area_kind(std::string_view area);

class Share {
public:
    // Indicators of which not every recipient is given all parts.
    struct Parted {
        std::set<std::string> by_organisation;
        std::set<std::string> by_indicator;  // what was achieved of the targets of others
        std::set<v1::Span> spans;            // over which anything is told
    };
    [[nodiscard]] static std::shared_ptr<const Parted> parted(const Definitions& definitions);

    Share() = default;
    // Of a recipient with one organisation or none. Of no village: of each of them.
    Share(v1::RecipientFeed recipient, std::shared_ptr<const Parted> parted, std::string village = {});

    // All of a commune's board, which is what its feed of cells tells.
    [[nodiscard]] bool is_everything() const;
    [[nodiscard]] bool has_indicator(const std::string& code) const;
    [[nodiscard]] bool has_span(v1::Span span) const;
    [[nodiscard]] bool has_area(std::string_view area) const;
    [[nodiscard]] bool has(const v1::IndicatorValue& value) const;
    // Whether only one organisation's part of this indicator is given. Of achievements the parts are left out that would tell the whole
    // of such a one, or one that is not given at all; a village is told what it achieved of all its targets.
    [[nodiscard]] bool narrows(const std::string& code) const;
    [[nodiscard]] bool has_part(const std::string& code, const std::string& cut_value) const;
    // Whether what is given of a value of this indicator may be less than the value.
    [[nodiscard]] bool alters(const std::string& code) const;
    // What is given of a value that it has: of what it narrows the own part, as the whole.
    [[nodiscard]] v1::IndicatorValue of(v1::IndicatorValue value) const;

    // Kinds of events, as fields of Event.body.
    [[nodiscard]] bool has_events() const;
    [[nodiscard]] bool has_event(const std::string& kind, const std::string& village) const;

    // Of a recipient of one village; empty otherwise.
    [[nodiscard]] const std::string& village() const { return village_; }
    [[nodiscard]] v1::DataClass data_class() const;
    // Numbers of people below it are hidden; 0: none is.
    [[nodiscard]] std::uint32_t threshold() const;
    // "COM-01, SUP; …", for a person.
    [[nodiscard]] v1::Label content() const;
    // The same text means the same share.
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] const std::string& organisation() const;

    std::optional<v1::RecipientFeed> recipient_;
    std::shared_ptr<const Parted> parted_;
    std::string village_;
};

}  // namespace chieng
