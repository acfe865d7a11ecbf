// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/question.hpp"

#include <optional>

namespace chieng::recount {
namespace {

const Entry* entry_of(const std::string& code) {
    for (const auto& entry : catalogue()) {
        if (entry.code == code) {
            return &entry;
        }
    }
    return nullptr;
}

std::int64_t rounded(std::int64_t number, std::int64_t per) {  // half up, of negative numbers down; `per` above zero
    return number >= 0 ? (2 * number + per) / (2 * per) : -((-2 * number + per) / (2 * per));
}

// In hundredths of the unit in which it is shown; none: it has no value.
std::optional<std::int64_t> hundredths(const Entry& entry, const Figure& figure) {
    const auto [number, denominator] = figure.whole;
    switch (entry.kind) {
        case Kind::number:
        case Kind::stock: return rounded(number * 100, entry.divide_by);
        case Kind::rate:
            if (entry.code == "TGT-02" && denominator > 0) {
                return number * 100;  // shown in villages
            }
            return denominator > 0 ? std::optional(rounded(number * 10'000, denominator)) : std::nullopt;
        case Kind::median: return figure.median ? std::optional(static_cast<std::int64_t>(*figure.median * 100)) : std::nullopt;
        case Kind::change: break;
    }
    const auto& start = figure.start;
    if (denominator <= 0 || start.denominator <= 0) {
        return std::nullopt;
    }
    return rounded((start.number * denominator - number * start.denominator) * 10'000, start.denominator * denominator);
}

// The target of that very place (a village, or a commune itself) for the period; none: it has none.
std::optional<std::int64_t> target_of(const Question& asked, const std::string& code, const std::string& place) {
    const Fact* holds = nullptr;
    for (const auto* fact : asked.ever(Body::kTargetAssigned)) {
        const auto& target = fact->event().target_assigned();
        const auto& of = fact->event().village().empty() ? fact->stored->commune : fact->event().village();
        if (of == place && target.indicator() == code && target.period() == asked.period.format() &&
            (holds == nullptr || target.revision() > holds->event().target_assigned().revision() ||
             (target.revision() == holds->event().target_assigned().revision() && later(*fact, *holds)))) {
            holds = fact;
        }
    }
    return holds == nullptr ? std::nullopt : std::optional(static_cast<std::int64_t>(holds->event().target_assigned().value()));
}

struct Achieved {
    Figure actual;  // its number only, when it is of several places
    std::int64_t target = 0;
};

// A place's own target; of a commune that has none, and of a district, the sum of those below, of what can be added up.
std::optional<Achieved> achieved(const Question& asked, const Entry& entry, const std::string& place) {
    if (const auto target = target_of(asked, entry.code, place)) {
        return Achieved{asked.recount.value(place, asked.period, entry.code, asked.looked_at), *target};
    }
    if (entry.kind != Kind::number && entry.kind != Kind::stock) {
        return std::nullopt;
    }
    std::optional<Achieved> sum;
    for (const auto& below : asked.places.children(place, asked.window.last)) {
        if (const auto part = achieved(asked, entry, below)) {
            sum = sum ? sum : Achieved();
            sum->actual.whole.number += part->actual.whole.number;
            sum->target += part->target;
        }
    }
    return sum;
}

bool is_met(const Entry& entry, std::optional<std::int64_t> actual, std::int64_t target) {
    return actual && (entry.less_is_better ? *actual <= target : *actual >= target);
}

char letter_of(v1::Span span) {
    return span == v1::MONTH ? 'M' : span == v1::QUARTER ? 'Q' : span == v1::HALF ? 'H' : span == v1::NINE_MONTHS ? '9' : 'Y';
}

// Counts of events are sums over any window; counts of different things are not.
bool adds_up(const Entry& entry) {
    static const std::set<std::string> different{"EMU-02", "EMU-03", "SUP-03", "MOB-01", "MOB-02"};
    return entry.kind == Kind::number && !different.contains(entry.code);
}

void tgt_01(const Question& asked, Figure& figure) {
    if (asked.period.calendar != v1::OFFICIAL) {
        return;
    }
    for (const auto& entry : catalogue()) {
        const bool is_told = entry.counted_over().find(letter_of(asked.period.span)) != std::string::npos;
        if (entry.code == "TGT-01" || (!is_told && !adds_up(entry))) {
            continue;
        }
        if (const auto found = achieved(asked, entry, asked.area)) {
            const auto actual = hundredths(entry, found->actual);
            figure.parts[{"indicator", entry.code}] = {actual.value_or(0), found->target};
            figure.whole.number += is_met(entry, actual, found->target) ? 1 : 0;
            figure.whole.denominator += 1;
        }
    }
}

void tgt_02(const Question& asked, Figure& figure) {
    if (asked.period.calendar != v1::OFFICIAL) {
        return;
    }
    const auto& escaped = *entry_of("POV-06");
    for (const auto& village : asked.villages()) {
        if (const auto target = target_of(asked, escaped.code, village)) {
            const auto actual = hundredths(escaped, asked.recount.value(village, asked.period, escaped.code, asked.looked_at));
            figure.whole.number += is_met(escaped, actual, *target) ? 1 : 0;
            figure.whole.denominator += 1;
        }
    }
}

void tgt_03(const Question& asked, Figure& figure) {
    std::set<std::string> with_target;
    for (const auto* fact : asked.ever(Body::kTargetAssigned)) {
        const auto period = Period::parse(v1::OFFICIAL, fact->event().target_assigned().period());
        if (period->year == asked.period.year) {
            with_target.insert(fact->event().village());
        }
    }
    std::set<std::string> steered;
    for (const auto* fact : asked.ever(Body::kOfficerAssigned)) {
        const auto& officer = fact->event().officer_assigned();
        const bool began = *parse_day(officer.from()) <= asked.window.last;
        const bool ended = !officer.until().empty() && *parse_day(officer.until()) < asked.window.last;
        if (began && !ended && with_target.contains(fact->event().village())) {
            steered.insert(fact->event().village());
        }
    }
    cover(asked, steered, figure);
}

void pln_01(const Question& asked, Figure& figure) {
    Different communes;
    for (const auto* fact : asked.all(Body::kPlanIssued)) {
        const auto kind = fact->event().plan_issued().kind();
        if (kind != v1::PlanIssued::COMMUNICATION_PLAN && kind != v1::PlanIssued::TOURISM_PLAN) {
            continue;
        }
        communes.take(fact->stored->commune, {{"kind", v1::PlanIssued::Kind_Name(kind)}});
    }
    communes.count(figure);
}

void nrd_01(const Question& asked, Figure& figure) {
    const auto subject = [](const Fact& fact) {
        return named(fact, fact.event().village()) + "/" + std::to_string(fact.event().rural_criterion_assessed().criterion());
    };
    for (const auto* report : latest(asked, Body::kRuralCriterionAssessed, subject)) {
        figure.whole.number += report->event().rural_criterion_assessed().status() == v1::RuralCriterionAssessed::MET ? 1 : 0;
    }
}

void rpt_01(const Question& asked, Figure& figure) {
    Different due;
    Different in_time;
    for (const auto* fact : asked.ever(Body::kReportSubmitted)) {
        const auto& report = fact->event().report_submitted();
        const auto due_on = *parse_day(report.due());
        if (!asked.in_window(due_on) || !asked.in_area(fact->stored->commune, fact->event().village(), due_on)) {
            continue;
        }
        const auto which = named(*fact, report.period() + " " + report.from_unit() + " " + report.to_unit());
        const std::vector<Cut> cuts{{"level", v1::ReportSubmitted::Level_Name(report.level())}};
        due.take(which, cuts);
        if (*parse_day(report.sent()) <= *parse_day(report.due())) {
            in_time.take(which, cuts);
        }
    }
    in_time.count(figure);
    figure.whole.denominator = static_cast<std::int64_t>(due.whole.size());
    for (const auto& [cut, reports] : due.parts) {
        figure.parts[cut].denominator = static_cast<std::int64_t>(reports.size());
    }
}

void rpt_02(const Question& asked, Figure& figure) {
    std::vector<std::int64_t> lags;
    for (const auto& fact : asked.facts) {
        if (asked.in_window(fact.on) && asked.in_area(fact)) {
            lags.push_back((day_at(Seconds(std::chrono::seconds(fact.stored->received_at))) - fact.on).count());
        }
    }
    set_median(lags, figure);
}

// Every correction, whether it stands or not.
void rpt_03(const Question& asked, Figure& figure) {
    for (const auto& one : asked.stored) {
        const auto day = *parse_day(one.event.occurred_on());
        if (one.event.has_correction() && asked.in_window(day) && asked.in_area(one.commune, one.event.village(), day)) {
            figure.whole.number += 1;
            add_part(figure, "type", v1::Correction::Action_Name(one.event.correction().action()), 1);
        }
    }
}

}  // namespace

Formulas formulas_of_targets() {
    return {{"TGT-01", tgt_01}, {"TGT-02", tgt_02}, {"TGT-03", tgt_03}, {"PLN-01", pln_01},
            {"NRD-01", nrd_01}, {"RPT-01", rpt_01}, {"RPT-02", rpt_02}, {"RPT-03", rpt_03}};
}

}  // namespace chieng::recount
