// SPDX-License-Identifier: Apache-2.0
// What the journals say, folded: a retraction takes away what its version added.
#include "gateway/watch/attention.hpp"

namespace chieng {
namespace {

template <class Counts, class Key>
void count(Counts& counts, const Key& key, bool up) {
    auto& number = counts[key];
    number += up ? 1 : -1;
    if (number == 0) {
        counts.erase(key);
    }
}

}  // namespace

void Watch::apply(const std::string& service, const v1::Entry& entry) {
    board_.apply(commune_ + "/" + service, entry);
    ledger_.apply(service, entry);
    each_change(entry, [&](const Version& version, bool counts) { change(service, version, counts); });
}

void Watch::change(const std::string& service, const Version& version, bool counts) {
    const auto& event = version.event;
    const auto day = parse_day(event.occurred_on());
    if (!day) {
        return;
    }
    // What monitoring takes is about a village, not from it.
    if (service != "monitoring") {
        count(days_, *day, counts);
        if (!event.village().empty()) {
            count(active_[event.village()], *day, counts);
        }
    }
    if (counts && !event.village().empty() && !event.has_attention_needed()) {
        auto& last = last_village_[version.id.device];
        last = std::max(last, {event.occurred_on(), event.village()});
    }
    switch (event.body_case()) {
        case v1::Event::kFindingResolved: {
            const auto& finding = event.finding_resolved();
            change(findings_[{finding.inspection_id(), finding.recommendation_no()}], version, counts, finding);
            break;
        }
        case v1::Event::kDeviceReported: change(reports_[version.id.device], version, counts, event.device_reported()); break;
        case v1::Event::kTargetAssigned: {
            const auto& target = event.target_assigned();
            count(targets_, std::tuple(target.indicator(), target.period(), event.village()), counts);
            break;
        }
        case v1::Event::kReportSubmitted: {
            const auto& report = event.report_submitted();
            const bool is_of_village = report.level() == v1::ReportSubmitted::VILLAGE_TO_COMMUNE;
            const auto village = is_of_village ? event.village() : std::string();
            count(submitted_, std::tuple(report.level(), report.period(), village, report.to_unit()), counts);
            break;
        }
        case v1::Event::kAttentionNeeded:
            if (counts && version.id.device.starts_with(finder)) {
                note_raised(version);
            }
            break;
        default: break;
    }
}

void Watch::note_raised(const Version& version) {
    const auto& attention = version.event.attention_needed();
    const AttentionKey key{attention.kind(), version.event.village(), attention.subject()};
    const auto since = parse_day(attention.since());
    if (attention.over() || !since) {
        raised_.erase(key);
    } else {
        raised_[key] = *since;
    }
}

}  // namespace chieng
