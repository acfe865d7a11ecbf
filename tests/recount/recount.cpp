// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/recount.hpp"

#include "tests/recount/question.hpp"

#include <stdexcept>
#include <tuple>

namespace chieng::recount {
namespace {

using Id = std::tuple<std::string, std::string, std::string, std::uint64_t>;  // commune, service, device, sequence

Id id_of(const Stored& one) {
    return {one.commune, one.service, one.device, one.event.sequence()};
}

Id target_of(const Stored& one) {
    const auto& correction = one.event.correction();
    return {one.commune, one.service, correction.device().empty() ? one.device : correction.device(), correction.sequence()};
}

// Of the versions of one event: of each device its highest number, of those the one of the device that recorded last; a device that
// names what stands has seen it. The event itself only when nothing corrects it.
std::vector<Fact> standing(const std::vector<Stored>& stored) {
    std::map<Id, Id> corrects;
    for (const auto& one : stored) {
        if (one.event.has_correction()) {
            corrects[id_of(one)] = target_of(one);
        }
    }
    const auto root_of = [&](Id id) {
        while (corrects.contains(id)) {
            id = corrects.at(id);
        }
        return id;
    };
    struct Versions {
        const Stored* itself = nullptr;
        std::map<std::string, std::uint64_t> highest;  // by device
        const Stored* latest = nullptr;
        std::uint64_t recorded_at = 0;
    };
    std::map<Id, Versions> events;
    for (const auto& one : stored) {
        auto& versions = events[root_of(id_of(one))];
        if (!one.event.has_correction()) {
            versions.itself = &one;
            continue;
        }
        auto& highest = versions.highest[one.device];
        if (one.event.sequence() < highest) {
            continue;
        }
        highest = one.event.sequence();
        const auto said = one.event.recorded_at();
        const auto recorded_at = said == 0 ? one.received_at : std::min(said, one.received_at);
        const auto* latest = versions.latest;
        if (latest == nullptr || latest->device == one.device || recorded_at >= versions.recorded_at || target_of(one) == id_of(*latest)) {
            versions.latest = &one;
            versions.recorded_at = std::max(versions.recorded_at, recorded_at);
        }
    }
    std::vector<Fact> facts;
    for (const auto& [root, versions] : events) {
        const auto* stands = versions.latest != nullptr ? versions.latest : versions.itself;
        if (stands->event.correction().action() != v1::Correction::VOID) {
            facts.push_back({stands, *parse_day(stands->event.occurred_on())});
        }
    }
    return facts;
}

const Formulas& formulas() {
    static const Formulas all = [] {
        Formulas made;
        for (const auto part : {formulas_of_communication, formulas_of_culture, formulas_of_inspection, formulas_of_households,
                                formulas_of_poverty, formulas_of_targets}) {
            made.merge(part());
        }
        return made;
    }();
    return all;
}

}  // namespace

const std::vector<Entry>& catalogue() {
    static const std::vector<Entry> all{
        {"COM-01", Kind::number, "MQHY"},
        {"COM-02", Kind::number, "MQHY"},
        {"COM-03", Kind::number, "MQHY"},
        {"COM-04", Kind::rate, "MQHY"},
        {"COM-05", Kind::number, "MQHY"},
        {"COM-06", Kind::number, "MQHY"},
        {"COM-07", Kind::number, "MQHY", 60},
        {"COM-08", Kind::number, "QHY"},
        {"COM-09", Kind::number, "QHY"},
        {"COM-10", Kind::number, "HY"},
        {"COM-11", Kind::rate, "M"},
        {"COM-12", Kind::number, "QHY"},
        {"TRN-01", Kind::number, "QHY"},
        {"TRN-02", Kind::number, "QHY"},
        {"TRN-03", Kind::number, "HY"},
        {"PRC-01", Kind::number, "QHY"},
        {"PRC-02", Kind::number, "HY", 100},
        {"MOD-01", Kind::stock, "HY"},
        {"MOD-02", Kind::stock, "HY"},
        {"EXM-01", Kind::number, "MQHY"},
        {"CUL-01", Kind::number, "MQHY"},
        {"CUL-02", Kind::number, "MQHY"},
        {"CUL-03", Kind::number, "MQHY"},
        {"CUL-04", Kind::rate, "HY"},
        {"CUL-05", Kind::number, "HY"},
        {"CUL-06", Kind::number, "HY"},
        {"CUL-07", Kind::rate, "Y"},
        {"CUL-08", Kind::rate, "Y"},
        {"TOU-01", Kind::stock, "HY"},
        {"TOU-02", Kind::stock, "HY"},
        {"TOU-03", Kind::number, "MQHY"},
        {"TOU-04", Kind::number, "QHY", 1'000'000},
        {"SAL-01", Kind::number, "QHY", 1'000'000},
        {"SAL-02", Kind::number, "QHY"},
        {"JOB-01", Kind::number, "QHY"},
        {"INS-01", Kind::number, "MQHY"},
        {"INS-02", Kind::rate, "HY"},
        {"INS-03", Kind::number, "QHY"},
        {"INS-04", Kind::rate, "QHY"},
        {"INS-05", Kind::number, "HY"},
        {"EMU-01", Kind::number, "HY"},
        {"EMU-02", Kind::number, "QHY"},
        {"EMU-03", Kind::number, "QHY"},
        {"EMU-04", Kind::median, "HY", 1, true},
        {"SUP-01", Kind::number, "MQHY"},
        {"SUP-02", Kind::number, "MQHY"},
        {"SUP-03", Kind::number, "QHY"},
        {"SUP-04", Kind::number, "QHY", 1'000'000},
        {"SUP-05", Kind::number, "QHY"},
        {"SUP-06", Kind::rate, "HY"},
        {"MOB-01", Kind::number, "QY"},
        {"MOB-02", Kind::number, "HY"},
        {"MOB-03", Kind::number, "QHY"},
        {"POV-01", Kind::stock, "MY"},
        {"POV-02", Kind::stock, "MY", 1, true},
        {"POV-03", Kind::rate, "MY", 1, true},
        {"POV-04", Kind::rate, "MY", 1, true},
        {"POV-05", Kind::rate, "MY", 1, true},
        {"POV-06", Kind::number, "MQY"},
        {"POV-07", Kind::number, "MQY", 1, true},
        {"POV-08", Kind::change, "Y"},
        {"POV-09", Kind::stock, "Y"},
        {"POV-10", Kind::rate, "Y", 1, true},
        {"TGT-01", Kind::rate, "MQHY"},
        {"TGT-02", Kind::rate, "HY"},
        {"TGT-03", Kind::rate, "HY"},
        {"PLN-01", Kind::number, "Y"},
        {"NRD-01", Kind::stock, "HY"},
        {"RPT-01", Kind::rate, "MQHY"},
        {"RPT-02", Kind::median, "M", 1, true},
        {"RPT-03", Kind::number, "M", 1, true},
    };
    return all;
}

Window window_of(v1::Calendar calendar, v1::Span span, int year, int number) {
    using namespace std::chrono;
    const int length = span == v1::MONTH ? 1 : span == v1::QUARTER ? 3 : span == v1::HALF ? 6 : span == v1::NINE_MONTHS ? 9 : 12;
    const auto first = std::chrono::year(year) / 1 + months((number - 1) * length);
    const auto last = first + months(length - 1);
    if (calendar == v1::CALENDAR_MONTHS) {
        return {Day(first / 1), Day(last / std::chrono::last)};
    }
    return {Day((first - months(1)) / 15), Day(last / 14)};
}

Recount::Recount(const Places& places, std::vector<Stored> stored)
    : places_(places), stored_(std::move(stored)), facts_(standing(stored_)) {}

Recount::Recount(const Places& places, std::vector<Stored> stored, const std::vector<std::size_t>& standing)
    : places_(places), stored_(std::move(stored)) {
    for (const auto at : standing) {
        facts_.push_back({&stored_[at], *parse_day(stored_[at].event.occurred_on())});
    }
}

Figure Recount::value(const std::string& area, const Period& period, const std::string& code) const {
    std::set<v1::Event::BodyCase> looked_at;
    return value(area, period, code, looked_at);
}

Figure Recount::value(const std::string& area, const Period& period, const std::string& code,
                      std::set<v1::Event::BodyCase>& looked_at) const {
    const auto formula = formulas().find(code);
    if (formula == formulas().end()) {
        throw std::invalid_argument("no indicator " + code);
    }
    const auto window = window_of(period.calendar, period.span, period.year, period.number);
    Figure figure;
    formula->second({places_, stored_, facts_, *this, area, period, window, looked_at}, figure);
    return figure;
}

}  // namespace chieng::recount
