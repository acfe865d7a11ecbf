// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/attention.hpp"

#include "services/runtime/core/limits.hpp"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>

namespace chieng {
namespace {

using std::chrono::days;

constexpr std::string_view achievement = "TGT-01";  // what says how each target stands; without it no target is behind

class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    void AddError(int line, int column, const std::string& message) override {
        if (text.empty()) {
            text = std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " + message;
        }
    }
    std::string text;
};

// The latest day of `counts` up to `day`.
std::optional<Day> last_until(const std::map<Day, int>& counts, Day day) {
    const auto after = counts.upper_bound(day);
    return after == counts.begin() ? std::nullopt : std::optional(std::prev(after)->first);
}

Period month_after(Day day) {
    return Period::of(v1::OFFICIAL, v1::MONTH, Period::of(v1::OFFICIAL, v1::MONTH, day).last_day() + days(1));
}

std::uint64_t waiting_of(const v1::Status& status) {
    std::uint64_t sum = 0;
    for (const auto& service : status.services()) {
        sum += service.waiting();
    }
    return sum;
}

}  // namespace

v1::AttentionRules load_rules(const std::string& text, const std::string& file_name) {
    v1::AttentionRules rules;
    FirstError error;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    if (!parser.ParseFromString(text, &rules)) {
        throw std::invalid_argument(file_name + ":" + error.text);
    }
    std::string before;
    for (const auto& rule : rules.rule()) {
        if (!parse_day(rule.from()) || rule.from() <= before) {
            throw std::invalid_argument(file_name + ": rule from '" + rule.from() + "': must be a day after that of the rule before");
        }
        before = rule.from();
    }
    check_deadlines(rules, file_name);
    return rules;
}

Watch::Watch(const Definitions& definitions, const Places& places, std::string commune, v1::AttentionRules rules)
    : definitions_(definitions),
      places_(places),
      commune_(std::move(commune)),
      rules_(std::move(rules)),
      holidays_(holidays_of(rules_)),
      board_(definitions, places, commune_) {}

void Watch::Raise::operator()(AttentionKey key, Day since, v1::Label text) const {
    if (!watch.has(key.village, day)) {
        key.village.clear();
    }
    found.try_emplace(std::move(key), Attention{since, std::move(text)});
}

bool Watch::has(const std::string& village, Day day) const {
    const auto* place = places_.find(village, day);
    return place != nullptr && place->parent() == commune_;
}

const v1::AttentionRule* Watch::rule_on(Day day) const {
    const v1::AttentionRule* holds = nullptr;
    for (const auto& rule : rules_.rule()) {
        holds = *parse_day(rule.from()) <= day ? &rule : holds;
    }
    return holds;
}

Attentions Watch::at(Day day) const {
    Attentions found;
    if (const auto* rule = rule_on(day)) {
        const Raise raise{found, day, *rule, *this};
        find_silent(raise);
        find_behind(raise);
        find_targets_of_nothing(raise);
        find_overdue(raise);
        find_reports(raise);
        find_differences(raise);
        find_full(raise);
        find_unsent(raise);
    }
    return found;
}

// The first whole month after a village's last event, or after the day on which the commune began, must have one.
std::optional<Day> Watch::silent_since(const v1::Place& village, Day day, const v1::AttentionRule& rule) const {
    if (days_.empty()) {
        return std::nullopt;
    }
    auto last = std::max(days_.begin()->first, village.from().empty() ? Day::min() : *parse_day(village.from()));
    if (const auto own = active_.find(village.code()); own != active_.end()) {
        last = std::max(last, last_until(own->second, day).value_or(last));
    }
    const auto since = month_after(last).last_day() + days(rule.silent_after_days()) + days(1);
    return since <= day ? std::optional(since) : std::nullopt;
}

void Watch::find_silent(const Raise& raise) const {
    for (const auto& code : places_.children(commune_, raise.day)) {
        const auto* village = places_.find(code, raise.day);
        if (const auto since = silent_since(*village, raise.day, raise.rule)) {
            const auto month = Period::of(v1::OFFICIAL, v1::MONTH, *since - days(raise.rule.silent_after_days()) - days(1));
            raise({v1::AttentionNeeded::VILLAGE_SILENT, code, code}, *since, attention_text::silent(*village, month));
        }
    }
}

// What adds up has a pace; what stands, and what should be little, is judged when the period is over.
void Watch::find_behind(const Raise& raise) const {
    for (const auto& [target, times] : targets_) {
        const auto& code = std::get<0>(target);
        const auto& period_text = std::get<1>(target);
        const auto& village = std::get<2>(target);
        const auto& area = village.empty() ? commune_ : village;
        const auto period = Period::parse(v1::OFFICIAL, period_text);
        const auto* definition = period ? definitions_.find(code, period->last_day()) : nullptr;
        const auto* achieved = period ? definitions_.find(achievement, period->last_day()) : nullptr;
        if (definition == nullptr || achieved == nullptr || !achieved->counted_over(period->span) || !places_.known(area) ||
            raise.day < period->first_day() || raise.day > period->last_day() + days(raise.rule.stands_days())) {
            continue;
        }
        const auto value = board_.value(area, *period, achievement);
        const auto part =
            std::find_if(value.parts().begin(), value.parts().end(), [&](const auto& one) { return one.cut_value() == code; });
        if (part == value.parts().end()) {
            continue;
        }
        const std::int64_t length = (period->last_day() - period->first_day()).count() + 1;
        const std::int64_t gone = std::min<std::int64_t>((raise.day - period->first_day()).count(), length);
        const auto& indicator = definition->indicator;
        const bool fewer = indicator.less_is_better();
        bool behind = false;
        if (gone == length) {
            behind = fewer ? part->number() > part->denominator() : part->number() < part->denominator();
        } else if (!fewer && indicator.measure() == v1::Indicator::NUMBER && gone * 100 >= length * raise.rule.behind_after_percent()) {
            behind = part->number() * 100 * length < part->denominator() * gone * raise.rule.behind_percent();
        }
        if (behind) {
            raise({v1::AttentionNeeded::BEHIND_TARGET, village, code + "/" + period_text}, raise.day,
                  attention_text::behind(indicator, period_text, part->number(), part->denominator(), gone * 100 / length));
        }
    }
}

// A target by which nothing will ever be measured: there is no such indicator then, or it is not counted over such a period. Services do
// not know the indicators, so it was taken; it stands here until somebody takes it back.
void Watch::find_targets_of_nothing(const Raise& raise) const {
    for (const auto& [target, times] : targets_) {
        const auto& [code, period_text, village] = target;
        const auto period = Period::parse(v1::OFFICIAL, period_text);
        const auto* definition = period ? definitions_.find(code, period->last_day()) : nullptr;
        const auto* achieved = period ? definitions_.find(achievement, period->last_day()) : nullptr;
        const bool is_sum = definition != nullptr && definition->indicator.measure() == v1::Indicator::NUMBER && !definition->distinct;
        const bool is_told = achieved == nullptr || achieved->counted_over(period->span);
        const bool is_measured = definition != nullptr && is_told && !definition->indicator.hidden() &&
                                 definition->indicator.targets().view() != v1::ACHIEVEMENT &&
                                 (definition->counted_over(period->span) || is_sum);
        if (!is_measured) {
            raise({v1::AttentionNeeded::TARGET_OF_NOTHING, village, code + "/" + period_text}, raise.day,
                  attention_text::target_of_nothing(code, period_text));
        }
    }
}

void Watch::find_overdue(const Raise& raise) const {
    for (const auto& [number, versions] : findings_) {
        const auto* finding = latest(versions, raise.day);
        const auto due = finding == nullptr ? std::nullopt : parse_day(finding->content.due());
        if (!due || finding->content.status() == v1::FindingResolved::RESOLVED) {
            continue;
        }
        if (*due < raise.day) {
            raise({v1::AttentionNeeded::RECOMMENDATION_OVERDUE, finding->village, number.first + "/" + std::to_string(number.second)},
                  *due + days(1), attention_text::overdue(finding->content));
        }
    }
}

// Of a station's reports the latest that counts its clusters.
void Watch::find_reports(const Raise& raise) const {
    for (const auto& [device, versions] : reports_) {
        const Ranked<v1::DeviceReported>* report = nullptr;
        for (const auto& [id, version] : versions) {
            const bool was_told = std::get<0>(version.rank) <= format_day(raise.day);
            if (was_told && version.content.clusters() > 0 && (report == nullptr || report->rank < version.rank)) {
                report = &version;
            }
        }
        if (report != nullptr && report->content.clusters_working() < report->content.clusters()) {
            raise({v1::AttentionNeeded::LOUDSPEAKERS_DOWN, report->village, device}, *parse_day(std::get<0>(report->rank)),
                  attention_text::loudspeakers(report->content));
        }
    }
}

void Watch::find_differences(const Raise& raise) const {
    for (const auto& row : ledger_.rows()) {
        const auto key = key_of(v1::AttentionNeeded::DEVICE_GAP, row.device, row.device + "/" + row.service);
        if (row.difference != 0) {
            raise(key, raise.day, attention_text::lost(row));
        } else if (row.state == Ledger::State::gap && row.later_since && *row.later_since + days(raise.rule.gap_days()) <= raise.day) {
            raise(key, *row.later_since, attention_text::gap(row));
        }
    }
}

// Whichever is newer: what a device says of its outbox, or the queue that it reported.
void Watch::find_full(const Raise& raise) const {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> waiting;  // when, how many
    for (const auto& [device, versions] : reports_) {
        if (const auto* report = latest(versions, raise.day)) {
            waiting[device] = {std::max(std::get<1>(report->rank), std::get<2>(report->rank)), report->content.queue_length()};
        }
    }
    for (const auto& [device, said] : ledger_.devices()) {
        if (said.figures) {
            auto& newest = waiting[device];
            newest = std::max(newest, {said.figures->recorded_at(), waiting_of(*said.figures)});
        }
    }
    for (const auto& [device, said] : waiting) {
        if (said.second * 100 >= limits::outbox_events_max * raise.rule.outbox_percent()) {
            raise(key_of(v1::AttentionNeeded::OUTBOX_FULL, device, device), day_at(said.first), attention_text::full(device, said.second));
        }
    }
}

bool Watch::is_sent(const v1::ReportDeadline& report, const std::string& period, const std::string& village) const {
    const std::tuple key(report.level(), period, village, report.to_unit());
    const auto sent = submitted_.lower_bound(key);
    if (sent == submitted_.end() || !report.to_unit().empty()) {
        return sent != submitted_.end() && sent->first == key;
    }
    const auto& [level, of_period, of_village, to_unit] = sent->first;
    return level == report.level() && of_period == period && of_village == village;
}

// Of each period that ended while there was the commune, not for longer than a missed target is told.
void Watch::find_unsent(const Raise& raise) const {
    if (days_.empty()) {
        return;
    }
    for (const auto& report : rules_.report()) {
        const auto until = report.until().empty() ? Day::max() : *parse_day(report.until());
        const auto begin = std::max(days_.begin()->first, *parse_day(report.from()));
        for (auto period = Period::of(v1::OFFICIAL, report.span(), begin); period.last_day() <= until;
             period = Period::of(v1::OFFICIAL, report.span(), period.last_day() + days(1))) {
            const auto due = due_day(report, period, holidays_);
            if (!due || *due < begin) {
                continue;
            }
            if (raise.day <= *due) {
                break;
            }
            const auto* commune = places_.find(commune_, period.last_day());
            if (commune == nullptr || *due + days(raise.rule.stands_days()) < raise.day) {
                continue;
            }
            const auto owed = report.level() == v1::ReportSubmitted::VILLAGE_TO_COMMUNE ? places_.children(commune_, period.last_day())
                                                                                        : std::vector<std::string>{""};
            for (const auto& village : owed) {
                if (!is_sent(report, period.format(), village)) {
                    const auto to = report.to_unit().empty() ? "" : "/to/" + report.to_unit();
                    raise({v1::AttentionNeeded::REPORT_OVERDUE, village,
                           v1::ReportSubmitted::Level_Name(report.level()) + "/" + period.format() +
                               (village.empty() ? "" : "/" + village) + to},
                          *due + days(1), attention_text::unsent(report, period, *due));
                }
            }
        }
    }
}

std::string Watch::village_of(const std::string& device) const {
    const auto found = last_village_.find(device);
    return found == last_village_.end() ? std::string() : found->second.second;
}

AttentionKey Watch::key_of(v1::AttentionNeeded::Kind kind, const std::string& device, const std::string& subject) const {
    for (auto at = raised_.lower_bound({kind, {}, {}}); at != raised_.end() && at->first.kind == kind; ++at) {
        if (at->first.subject == subject) {
            return at->first;
        }
    }
    return {kind, village_of(device), subject};
}

std::vector<Watch::Device> Watch::devices(Day day) const {
    std::map<std::string, Ledger::State> worst;
    for (const auto& row : ledger_.rows()) {
        auto& state = worst.try_emplace(row.device, Ledger::State::balanced).first->second;
        if (row.difference != 0) {
            state = Ledger::State::lost;
        } else if (row.state == Ledger::State::gap && state == Ledger::State::balanced) {
            state = Ledger::State::gap;
        }
    }
    const auto* rule = rule_on(day);
    std::vector<Device> all;
    for (const auto& [name, device] : ledger_.devices()) {
        const auto village = village_of(name);
        const auto* place = places_.find(village, day);
        const bool silent = rule != nullptr && has(village, day) && silent_since(*place, day, *rule).has_value();
        const auto state = worst.contains(name) ? worst.at(name) : Ledger::State::balanced;
        const auto* text = state == Ledger::State::lost                        ? "lost"
                           : state == Ledger::State::gap                       ? "gap"
                           : device.online                                     ? "awake"
                           : silent                                            ? "silent"
                           : device.figures && waiting_of(*device.figures) > 0 ? "waiting"
                                                                               : "sleeping";
        all.push_back({name, village, text});
    }
    return all;
}

}  // namespace chieng
