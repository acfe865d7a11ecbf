// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/random_event.hpp"

#include "services/household/household.hpp"
#include "services/runtime/core/validator.hpp"
#include "tests/recount/recount.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace chieng::recount {
namespace {

using google::protobuf::FieldDescriptor;

std::uint64_t number_of(const google::protobuf::Message& message, const FieldDescriptor& field) {
    const auto& at = *message.GetReflection();
    return field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ? at.GetUInt32(message, &field) : at.GetUInt64(message, &field);
}

v1::PovertyStandard standard_on(Day day, bool the_later_one) {
    auto standard = v1::DECISION_59_2015;
    for (const auto& row : built_in_rules().standard()) {
        if (standard_holds(built_in_rules(), row.standard(), day, day)) {
            standard = row.standard();
            if (!the_later_one) {
                break;
            }
        }
    }
    return standard;
}

}  // namespace

std::string EventDraw::a_period(std::string_view spans) {
    const auto year = one_in(6) ? 2023 : 2022;
    Period period{v1::OFFICIAL, v1::YEAR, year, 1};
    switch (spans[random_.below(spans.size())]) {
        case 'M': period.span = v1::MONTH, period.number = static_cast<int>(1 + random_.below(12)); break;
        case 'Q': period.span = v1::QUARTER, period.number = static_cast<int>(1 + random_.below(4)); break;
        case 'H': period.span = v1::HALF, period.number = static_cast<int>(1 + random_.below(2)); break;
        default: break;
    }
    return period.format();
}

// ---- any message, from its schema

void EventDraw::fill(google::protobuf::Message& message) {
    const auto& type = *message.GetDescriptor();
    std::map<std::string, std::uint64_t> left;  // of a total, for the parts that share it
    for (const bool parts : {false, true}) {
        for (int i = 0; i < type.field_count(); ++i) {
            const auto& field = *type.field(i);
            const auto& rule = field.options().GetExtension(v1::field);
            if (rule.at_most().empty() == parts || (!rule.required() && one_in(4))) {
                continue;
            }
            switch (field.cpp_type()) {
                case FieldDescriptor::CPPTYPE_MESSAGE: fill(*message.GetReflection()->MutableMessage(&message, &field)); break;
                case FieldDescriptor::CPPTYPE_ENUM: fill_enum(message, field); break;
                case FieldDescriptor::CPPTYPE_STRING: fill_text(message, field); break;
                case FieldDescriptor::CPPTYPE_BOOL: message.GetReflection()->SetBool(&message, &field, one_in(2)); break;
                default: fill_number(message, field, left); break;
            }
        }
    }
}

void EventDraw::fill_number(google::protobuf::Message& message, const FieldDescriptor& field, std::map<std::string, std::uint64_t>& left) {
    const auto& type = *message.GetDescriptor();
    const auto& rule = field.options().GetExtension(v1::field);
    auto most = rule.unit() == "VND" ? std::uint64_t{40'000'000} : std::uint64_t{60};
    most = rule.max() == 0 ? most : std::min(most, static_cast<std::uint64_t>(rule.max()));
    if (!rule.at_most().empty()) {
        most = number_of(message, *type.FindFieldByName(rule.at_most()));
    }
    std::vector<std::string> totals;  // that this field is a part of
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& sum = type.field(i)->options().GetExtension(v1::field).sum();
        if (std::find(sum.begin(), sum.end(), field.name()) != sum.end()) {
            const auto& total = type.field(i)->name();
            totals.push_back(total);
            most = std::min(most, left.try_emplace(total, number_of(message, *type.field(i))).first->second);
        }
    }
    const auto least = std::max<std::uint64_t>(rule.required() ? 1 : 0, static_cast<std::uint64_t>(rule.min()));
    const auto number = most < least ? most : random_.between(least, most);
    for (const auto& total : totals) {
        left[total] -= number;
    }
    const auto& at = *message.GetReflection();
    field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ? at.SetUInt32(&message, &field, static_cast<std::uint32_t>(number))
                                                        : at.SetUInt64(&message, &field, number);
}

void EventDraw::fill_enum(google::protobuf::Message& message, const FieldDescriptor& field) {
    const auto& values = *field.enum_type();
    const auto draw = [&] {
        return values.value(static_cast<int>(1 + random_.below(static_cast<std::uint64_t>(values.value_count()) - 1)));
    };
    const auto& at = *message.GetReflection();
    if (!field.is_repeated()) {
        return at.SetEnum(&message, &field, draw());
    }
    std::set<int> drawn;
    for (std::uint64_t wanted = random_.between(1, 3); wanted > 0; --wanted) {
        const auto* value = draw();
        if (drawn.insert(value->number()).second) {
            at.AddEnum(&message, &field, value);
        }
    }
}

std::string EventDraw::a_text(v1::Shape shape) {
    switch (shape) {
        case v1::VILLAGE_CODE: return a_village(commune_);
        case v1::DATE: return format_day(near(day_, 30, 30));
        case v1::PERIOD: return a_period("MQHY");
        case v1::INDICATOR_CODE: return catalogue()[random_.below(catalogue().size())].code;
        case v1::TIME: return "14:30";
        default: return a_name("r", 4);
    }
}

void EventDraw::fill_text(google::protobuf::Message& message, const FieldDescriptor& field) {
    const auto shape = field.options().GetExtension(v1::field).shape();
    const auto& at = *message.GetReflection();
    if (!field.is_repeated()) {
        return at.SetString(&message, &field, a_text(shape));
    }
    std::set<std::string> drawn;
    for (std::uint64_t wanted = random_.between(1, 3); wanted > 0; --wanted) {
        const auto text = a_text(shape);
        if (drawn.insert(text).second) {
            at.AddString(&message, &field, text);
        }
    }
}

// ---- what a service's rules ask for beyond the schema

void EventDraw::adjust(v1::HouseholdStatusChanged& change, Day day) {
    using Change = v1::HouseholdStatusChanged;
    change.set_standard(standard_on(day, !one_in(3)));
    change.set_household_key(a_name("h", 8));
    const auto a_class = [this] { return static_cast<v1::HouseholdClass>(1 + (one_in(2) ? random_.below(2) : random_.below(5))); };
    change.set_to_class(a_class());
    change.set_from_class(a_class());
    if (one_in(3)) {
        change.set_cause(static_cast<Change::Cause>(random_.between(Change::MOVED_IN, Change::DISSOLVED)));
        change.set_movement(Change::UNCHANGED);
        return;
    }
    change.set_cause(one_in(2) ? Change::YEARLY_REVIEW : Change::STANDING_REVIEW);
    std::vector<Change::Movement> fit;
    for (int movement = Change::ESCAPED_POVERTY; movement <= Change::UNCHANGED; ++movement) {
        if (Household::joins(static_cast<Change::Movement>(movement), change.from_class(), change.to_class())) {
            fit.push_back(static_cast<Change::Movement>(movement));
        }
    }
    if (!fit.empty()) {
        change.set_movement(random_.pick(fit));
    }
}

void EventDraw::adjust(v1::CommendationAwarded& award, Day day) {
    static constexpr std::array<std::pair<v1::AwardForm, v1::Authority>, 6> grants{{{v1::COMMUNE_CERTIFICATE, v1::COMMUNE},
                                                                                    {v1::DISTRICT_CERTIFICATE, v1::DISTRICT},
                                                                                    {v1::PROVINCE_COMMENDATION, v1::PROVINCE},
                                                                                    {v1::ADVANCED_WORKER, v1::COMMUNE},
                                                                                    {v1::ADVANCED_WORKER, v1::DISTRICT},
                                                                                    {v1::PUBLIC_PRAISE, v1::CENTRAL}}};
    const auto& [form, authority] = grants[random_.below(grants.size())];
    award.set_form(form);
    award.set_authority(authority);
    award.set_award_id(a_name("K", 6));
    award.set_achievement_ref(one_in(8) ? a_name("A", 3) : a_new_name("A"));
    const auto achieved = near(day, 60, 0);
    award.set_achievement_date(format_day(achieved));
    award.set_decision_date(format_day(near(achieved, 0, 25)));
}

void EventDraw::adjust(v1::ExemplarPublished& story, Day day) {
    story.set_consent_ref("C-1");
    story.set_consent_date(format_day(near(day, 20, 0)));
    story.set_subject_ref(a_name("p", 10));
}

void EventDraw::adjust(v1::TargetAssigned& target) {
    static const std::vector<std::string> often{"POV-06", "COM-01", "SUP-01", "POV-02", "COM-04", "EMU-04", "POV-08"};
    const auto& code = one_in(2) ? often[random_.below(often.size())] : catalogue()[random_.below(catalogue().size())].code;
    const auto entry =
        std::find_if(catalogue().begin(), catalogue().end(), [&code](const Entry& candidate) { return candidate.code == code; });
    target.set_indicator(code);
    target.set_period(one_in(8) ? a_period("MQHY") : a_period(entry->spans));
    const auto most = entry->kind == Kind::rate ? 10'000U : one_in(2) ? 400U : 4'000U;
    target.set_value(entry->kind == Kind::rate ? random_.below(most) : random_.below(most / 100 + 1) * 100 + (one_in(4) ? 50 : 0));
    target.set_revision(static_cast<std::uint32_t>(random_.below(3)));
}

void EventDraw::adjust_steering(v1::Event& event, Day day) {
    if (event.has_target_assigned()) {
        adjust(*event.mutable_target_assigned());
    } else if (event.has_officer_assigned()) {
        auto& officer = *event.mutable_officer_assigned();
        officer.set_from(format_day(near(day, 10, 60)));
        if (!officer.until().empty()) {
            officer.set_until(format_day(near(*parse_day(officer.from()), 0, 300)));
        }
    } else if (event.has_finding_resolved()) {
        auto& finding = *event.mutable_finding_resolved();
        finding.set_inspection_id(a_name("I", 3));
        finding.set_recommendation_no(static_cast<std::uint32_t>(random_.between(1, 3)));
        finding.set_due(format_day(near(day, 20, 40)));
    } else if (event.has_report_submitted()) {
        auto& report = *event.mutable_report_submitted();
        report.set_sent(event.occurred_on());
        report.set_due(format_day(near(day, 3, 3)));
        report.set_period(one_in(2) ? "2021-Q4" : "2021-12");
        report.set_from_unit(a_name("u", 2));
        report.set_to_unit(a_name("v", 2));
    } else if (event.has_period_filed() && !one_in(4)) {
        event.mutable_period_filed()->set_period("2021");  // hardly ever a period whose targets then stand
    }
}

void EventDraw::adjust(v1::Event& event, Day day) {
    switch (event.body_case()) {
        case v1::Event::kHouseholdSupported:
            event.mutable_household_supported()->set_household_key(a_name("h", 8));
            event.mutable_household_supported()->set_support_id(one_in(8) ? a_name("S", 3) : a_new_name("S"));
            if (one_in(2)) {
                event.mutable_household_supported()->set_stage(v1::COMPLETED);
                event.mutable_household_supported()->set_household_class(v1::POOR);
            }
            break;
        case v1::Event::kHouseholdCommitted: event.mutable_household_committed()->set_household_key(a_name("h", 8)); break;
        case v1::Event::kBaselineSet: {
            auto& baseline = *event.mutable_baseline_set();
            baseline.set_year(one_in(2) ? 2022 : one_in(3) ? 2023 : 2021);
            baseline.set_standard(baseline.year() == 2021 ? v1::DECISION_59_2015 : v1::DECREE_07_2021);
            break;
        }
        case v1::Event::kHouseholdStatusChanged: adjust(*event.mutable_household_status_changed(), day); break;
        case v1::Event::kDeprivationCounted:
            event.mutable_deprivation_counted()->set_standard(standard_on(day, one_in(2)));
            event.mutable_deprivation_counted()->set_household_class(one_in(2) ? v1::POOR : v1::NEAR_POOR);
            break;
        case v1::Event::kReviewMeetingHeld:
            event.mutable_review_meeting_held()->set_agreed(event.review_meeting_held().attendants());
            event.mutable_review_meeting_held()->clear_posted_from();
            break;
        case v1::Event::kCommendationAwarded: adjust(*event.mutable_commendation_awarded(), day); break;
        case v1::Event::kExemplarPublished: adjust(*event.mutable_exemplar_published(), day); break;
        case v1::Event::kConsentWithdrawn: event.mutable_consent_withdrawn()->set_subject_ref(a_name("p", 10)); break;
        case v1::Event::kRuralCriterionAssessed:
            event.mutable_rural_criterion_assessed()->set_criterion(static_cast<std::uint32_t>(random_.between(1, 4)));
            break;
        case v1::Event::kMovementLaunched:
        case v1::Event::kTitleRecognised: break;
        default: adjust_steering(event, day); break;
    }
}

void EventDraw::fill_event(v1::Event& event, const FieldDescriptor& body, const std::string& commune, Day day) {
    commune_ = commune;
    day_ = day;
    event.set_occurred_on(format_day(day));
    // A whole number of hours, so that two reports of one subject may well have the same.
    event.clear_recorded_at();
    if (!one_in(4)) {
        const auto hours = random_.below(60);
        event.set_recorded_at(static_cast<std::uint64_t>(Seconds(day).time_since_epoch().count()) + hours * 3600);
    }
    event.clear_village();
    if (rule_of(*body.message_type()).in_a_village() || !one_in(4)) {
        event.set_village(a_village(commune_));
    }
    event.set_organisation(
        static_cast<v1::Organisation>(one_in(2) ? random_.between(v1::FATHERLAND_FRONT, v1::YOUTH) : random_.between(1, 15)));
    event.set_role(static_cast<v1::Role>(random_.between(1, 7)));
    auto& message = *event.GetReflection()->MutableMessage(&event, &body);
    message.Clear();
    fill(message);
    adjust(event, day);
}

v1::Event EventDraw::draw_one(const std::string& service, const std::string& commune, Day day) {
    const auto& all = *v1::Event::descriptor()->FindOneofByName("body");
    std::vector<const FieldDescriptor*> bodies;
    for (int i = 0; i < all.field_count(); ++i) {
        if (rule_of(*all.field(i)->message_type()).service() == service && all.field(i)->name() != "household_erased") {
            bodies.push_back(all.field(i));
        }
    }
    names_ = random_.below(1'000'000);
    v1::Event event;
    fill_event(event, *random_.pick(bodies), commune, day);
    return event;
}

v1::Event random_event(std::uint64_t seed, const std::string& service, const std::string& commune, Day day, const Places& places) {
    return EventDraw(simulation::Random(seed, "year"), places).draw_one(service, commune, day);
}

std::vector<std::string> villages_used(const Places& places, const std::string& commune) {
    auto villages = places.villages(commune, first_day);
    villages.resize(std::min<std::size_t>(villages.size(), 3));
    return villages;
}

}  // namespace chieng::recount
