// SPDX-License-Identifier: Apache-2.0
// The services' rules that hold from one day to another (proto/chieng/v1/rules.proto), read from protobuf text and checked. A file
// that is wrong in one place is refused as a whole, with that place.
#pragma once

#include "chieng/v1/rules.pb.h"
#include "services/runtime/core/time.hpp"

#include <string_view>

namespace chieng {

// Throws std::invalid_argument "file:line:column: reason".
[[nodiscard]] v1::ServiceRules load_service_rules(std::string_view text, std::string_view file_name);

// The rules that the programs carry.
[[nodiscard]] const v1::ServiceRules& built_in_rules();

// The rule that holds on a day; null before the first.
[[nodiscard]] const v1::ProposalRule* proposal_rule_on(const v1::ServiceRules& rules, Day day);

// The rule that holds on a day; null before the first.
[[nodiscard]] const v1::ReviewMeetingRule* review_meeting_rule_on(const v1::ServiceRules& rules, Day day);

// How many days before the end of such a period a report that is sent on that day may be.
[[nodiscard]] int days_early(const v1::ServiceRules& rules, v1::Span span, Day sent);

// On each day from the first to the last.
[[nodiscard]] bool standard_holds(const v1::ServiceRules& rules, v1::PovertyStandard standard, Day first, Day last);

[[nodiscard]] bool may_grant(const v1::ServiceRules& rules, v1::AwardForm form, v1::Authority authority, Day on);

}  // namespace chieng
