// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/truth.hpp"

#include <optional>
#include <set>
#include <tuple>

namespace chieng::simulation {
namespace {

bool falls_in(const std::string& day, const Truth::Window& window) {
    int year = std::stoi(day.substr(0, 4));
    int month = std::stoi(day.substr(5, 2));
    if (window.official && std::stoi(day.substr(8, 2)) >= 15) {
        year += month == 12 ? 1 : 0;
        month = month % 12 + 1;
    }
    return year == window.year && window.first_month <= month && month <= window.last_month;
}

// The version of one event that counts: of one device the highest number, of several the one that came last.
struct Version {
    Id by;
    std::optional<v1::Event> event;
};

}  // namespace

Truth::Truth(const Journals& journals) {
    for (const auto& [service, journal] : journals) {
        std::map<Id, Id> corrected;  // correction -> what it corrects
        for (const auto& kept : journal.entries) {
            if (kept.event.has_correction()) {
                const auto& correction = kept.event.correction();
                corrected[kept.id] = Id{correction.device().empty() ? kept.id.device : correction.device(), correction.sequence()};
            }
        }
        std::map<Id, Version> versions;
        for (const auto& kept : journal.entries) {
            auto root = kept.id;
            while (corrected.contains(root)) {
                root = corrected.at(root);
            }
            const auto it = versions.find(root);
            if (!kept.event.has_correction()) {
                if (it == versions.end()) {
                    versions[root] = {kept.id, kept.event};
                }
                continue;
            }
            corrections_.push_back(kept.event);
            if (it != versions.end() && it->second.by != root && it->second.by.device == kept.id.device && it->second.by > kept.id) {
                continue;
            }
            const bool is_void = kept.event.correction().action() == v1::Correction::VOID;
            versions[root] = {kept.id, is_void ? std::nullopt : std::optional(kept.event)};
        }
        for (const auto& [root, version] : versions) {
            if (version.event) {
                standing_.push_back(*version.event);
            }
        }
    }
}

std::int64_t Truth::count(const std::string& code, const Window& window) const {
    std::int64_t events = 0;
    std::int64_t people = 0;
    std::set<std::string> different;
    for (const auto& event : code == "RPT-03" ? corrections_ : standing_) {
        if (!falls_in(event.occurred_on(), window)) {
            continue;
        }
        if (code == "RPT-03" || (code == "COM-01" && event.has_session_held())) {
            ++events;
        } else if (code == "COM-02" && event.has_session_held()) {
            people += event.session_held().audience().total();
        } else if (code == "SUP-01" && event.household_supported().stage() == v1::COMPLETED) {
            different.insert(event.household_supported().household_key());
        } else if (code == "EMU-02" && event.has_commendation_awarded()) {
            different.insert(event.commendation_awarded().award_id());
        }
    }
    return events + people + static_cast<std::int64_t>(different.size());
}

}  // namespace chieng::simulation
