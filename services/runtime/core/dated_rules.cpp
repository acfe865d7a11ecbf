// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/dated_rules.hpp"

#include "data/service_rules.hpp"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace chieng {
namespace {

using google::protobuf::TextFormat;

std::string place_in(std::string_view file, int line, int column) {
    return std::string(file) + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": ";
}

class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    explicit FirstError(std::string_view file) : file_(file) {}
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) {
            text = place_in(file_, line, column) + message;
        }
    }
    std::string text;

private:
    std::string_view file_;
};

// Of a rule that ends; a day that is not named lies before, or after, all others.
template <class Rule>
std::pair<std::string, std::string> days_of(const Rule& rule) {
    return {rule.from(), rule.until().empty() ? "9999-12-31" : rule.until()};
}

bool names(const v1::AwardRule& rule, v1::Authority authority) {
    return rule.authorities().empty() ||
           std::find(rule.authorities().begin(), rule.authorities().end(), authority) != rule.authorities().end();
}

// Of rules that hold until the next one's day.
template <class Rules>
const typename Rules::value_type* latest_on(const Rules& rules, Day day) {
    const typename Rules::value_type* holds = nullptr;
    for (const auto& rule : rules) {
        holds = *parse_day(rule.from()) <= day ? &rule : holds;
    }
    return holds;
}

bool share_an_authority(const v1::AwardRule& one, const v1::AwardRule& other) {
    return one.authorities().empty() || other.authorities().empty() ||
           std::any_of(one.authorities().begin(), one.authorities().end(),
                       [&](int each) { return names(other, static_cast<v1::Authority>(each)); });
}

// Checks one row after the other, with its place in the file.
class Check {
public:
    Check(const v1::ServiceRules& rules, const TextFormat::ParseInfoTree& lines, std::string_view file)
        : rules_(rules), lines_(lines), file_(file) {}

    void proposals() const {
        in_order("proposal", rules_.proposal());
        for (int i = 0; i < rules_.proposal_size(); ++i) {
            if (const auto days = rules_.proposal(i).days(); days == 0 || days > 36'500) {
                fail("proposal", i, "days must be 1 to 36500");
            }
        }
    }

    void review_meetings() const {
        must_be_given("review_meeting", rules_.review_meeting());
        in_order("review_meeting", rules_.review_meeting());
        for (int i = 0; i < rules_.review_meeting_size(); ++i) {
            if (const auto percent = rules_.review_meeting(i).agreed_percent(); percent == 0 || percent > 100) {
                fail("review_meeting", i, "agreed_percent must be 1 to 100");
            }
        }
    }

    void reports() const {
        in_order("report", rules_.report());
        for (int i = 0; i < rules_.report_size(); ++i) {
            const auto& rule = rules_.report(i);
            if (rule.days() > 366) {
                fail("report", i, "days must be at most 366");
            }
            if (std::find(rule.spans().begin(), rule.spans().end(), v1::SPAN_UNSPECIFIED) != rule.spans().end()) {
                fail("report", i, "SPAN_UNSPECIFIED is no span");
            }
        }
    }

    void standards() const {
        must_be_given("standard", rules_.standard());
        for (int i = 0; i < rules_.standard_size(); ++i) {
            const auto& rule = rules_.standard(i);
            if (rule.standard() == v1::POVERTY_STANDARD_UNSPECIFIED) {
                fail("standard", i, "it names no standard");
            }
            check_days("standard", i, rule);
            if (std::any_of(rules_.standard().begin(), rules_.standard().begin() + i,
                            [&](const v1::StandardRule& before) { return before.standard() == rule.standard(); })) {
                fail("standard", i, v1::PovertyStandard_Name(rule.standard()) + ": another row has its days");
            }
        }
    }

    void awards() const {
        for (int i = 0; i < rules_.award_size(); ++i) {
            const auto& rule = rules_.award(i);
            if (rule.form() == v1::AWARD_FORM_UNSPECIFIED) {
                fail("award", i, "it names no form");
            }
            if (names(rule, v1::AUTHORITY_UNSPECIFIED) && !rule.authorities().empty()) {
                fail("award", i, "AUTHORITY_UNSPECIFIED is no authority");
            }
            check_days("award", i, rule);
            const auto [from, until] = days_of(rule);
            for (int before = 0; before < i; ++before) {
                const auto& other = rules_.award(before);
                const auto [other_from, other_until] = days_of(other);
                if (other.form() == rule.form() && share_an_authority(other, rule) && other_from <= until && from <= other_until) {
                    fail("award", i, v1::AwardForm_Name(rule.form()) + ": another row holds on some of these days");
                }
            }
        }
    }

private:
    template <class Rules>
    void must_be_given(const std::string& row, const Rules& rules) const {
        if (rules.empty()) {
            throw std::invalid_argument(std::string(file_) + ": " + row + ": at least one must be given");
        }
    }

    template <class Rules>
    void in_order(const std::string& row, const Rules& rules) const {
        std::string before;
        for (int i = 0; i < rules.size(); ++i) {
            const auto& from = rules[i].from();
            if (!parse_day(from)) {
                fail(row, i, "from '" + from + "' is no day");
            }
            if (from <= before) {
                fail(row, i, "from '" + from + "' must be after that of the rule before");
            }
            before = from;
        }
    }

    template <class Rule>
    void check_days(const std::string& row, int at, const Rule& rule) const {
        for (const auto* day : {&rule.from(), &rule.until()}) {
            if (!day->empty() && !parse_day(*day)) {
                fail(row, at, "'" + *day + "' is no day");
            }
        }
        if (const auto days = days_of(rule); days.second < days.first) {
            fail(row, at, "it ends on " + days.second + ", before it begins");
        }
    }

    [[noreturn]] void fail(const std::string& row, int at, const std::string& reason) const {
        const auto where = lines_.GetLocation(v1::ServiceRules::descriptor()->FindFieldByName(row), at);
        throw std::invalid_argument(place_in(file_, where.line, where.column) + row + ": " + reason);
    }

    const v1::ServiceRules& rules_;
    const TextFormat::ParseInfoTree& lines_;
    std::string_view file_;
};

}  // namespace

v1::ServiceRules load_service_rules(std::string_view text, std::string_view file_name) {
    v1::ServiceRules rules;
    FirstError error(file_name);
    TextFormat::ParseInfoTree lines;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    parser.WriteLocationsTo(&lines);
    if (!parser.ParseFromString(std::string(text), &rules)) {
        throw std::invalid_argument(error.text);
    }
    const Check check(rules, lines, file_name);
    check.proposals();
    check.awards();
    check.standards();
    check.review_meetings();
    check.reports();
    return rules;
}

const v1::ServiceRules& built_in_rules() {
    static const auto rules = load_service_rules(data::service_rules, "rules.txtpb");
    return rules;
}

bool may_grant(const v1::ServiceRules& rules, v1::AwardForm form, v1::Authority authority, Day on) {
    const auto day = format_day(on);
    return std::any_of(rules.award().begin(), rules.award().end(), [&](const v1::AwardRule& rule) {
        const auto days = days_of(rule);
        return rule.form() == form && names(rule, authority) && days.first <= day && day <= days.second;
    });
}

const v1::ProposalRule* proposal_rule_on(const v1::ServiceRules& rules, Day day) {
    return latest_on(rules.proposal(), day);
}

const v1::ReviewMeetingRule* review_meeting_rule_on(const v1::ServiceRules& rules, Day day) {
    return latest_on(rules.review_meeting(), day);
}

int days_early(const v1::ServiceRules& rules, v1::Span span, Day sent) {
    const auto* rule = latest_on(rules.report(), sent);
    const bool names_it = rule != nullptr && std::find(rule->spans().begin(), rule->spans().end(), span) != rule->spans().end();
    return names_it ? static_cast<int>(rule->days()) : 0;
}

bool standard_holds(const v1::ServiceRules& rules, v1::PovertyStandard standard, Day first, Day last) {
    const auto rule = std::find_if(rules.standard().begin(), rules.standard().end(),
                                   [&](const v1::StandardRule& one) { return one.standard() == standard; });
    if (rule == rules.standard().end()) {
        return false;
    }
    const auto days = days_of(*rule);
    return days.first <= format_day(first) && format_day(last) <= days.second;
}

}  // namespace chieng
