// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/retention.hpp"
#include "services/runtime/core/journal.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/core/validator.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace chieng {
namespace {

std::set<std::string> erased_households(Store& store) {
    std::set<std::string> erased;
    store.scan("k/", [&](std::string_view, std::string_view token) {
        erased.emplace(token);
        return true;
    });
    return erased;
}

void each_entry(Store& store, const std::function<void(const v1::Entry&)>& visit) {
    JournalWalk walk(store, 0);
    while (const auto block = walk.next()) {
        const auto entries = entries_of(*block);
        std::for_each(entries.entries().begin(), entries.entries().end(), visit);
    }
}

// Changes of class that count: of each household, by who reported them under which number.
class Changes {
public:
    void apply(const v1::Entry& entry) {
        if (entry.has_retracts()) {
            count(entry.retracts(), false);
        }
        if (entry.effect() == v1::Entry::COUNTS) {
            count(entry, true);
        }
        if (entry.has_restores()) {
            count(entry.restores(), true);
        }
    }

    // Since when each household is newly escaped that is so by its latest change.
    [[nodiscard]] std::vector<NewlyEscaped> newly_escaped() const {
        std::vector<NewlyEscaped> all;
        for (const auto& [household, changes] : by_household_) {
            std::vector<Change> ordered;
            for (const auto& [name, change] : changes) {
                ordered.push_back(change);
            }
            std::sort(ordered.begin(), ordered.end());
            std::string since;
            for (const auto& change : ordered) {
                if (change.to != v1::NEWLY_ESCAPED) {
                    since.clear();
                } else if (since.empty() || change.is_movement) {
                    since = change.occurred_on;
                }
            }
            if (!since.empty()) {
                all.push_back({since, household});
            }
        }
        std::sort(all.begin(), all.end());
        return all;
    }

private:
    // In the order in which they happened; of one day, in which they were recorded, then received.
    struct Change {
        std::string occurred_on;
        std::uint64_t recorded_at = 0;
        std::uint64_t received_at = 0;
        v1::HouseholdClass to = v1::HOUSEHOLD_CLASS_UNSPECIFIED;
        bool is_movement = false;

        friend auto operator<=>(const Change&, const Change&) = default;
    };

    void count(const v1::Entry& version, bool counts) {
        v1::Event event;
        event.ParseFromString(version.event());
        if (!event.has_household_status_changed()) {
            return;
        }
        const auto& change = event.household_status_changed();
        auto& changes = by_household_[change.household_key()];
        const std::pair name(version.device(), event.sequence());
        if (counts) {
            changes[name] = {event.occurred_on(), event.recorded_at(), version.received_at(), change.to_class(),
                             change.movement() != v1::HouseholdStatusChanged::UNCHANGED};
        } else {
            changes.erase(name);
        }
    }

    std::map<std::string, std::map<std::pair<std::string, std::uint64_t>, Change>> by_household_;
};

}  // namespace

std::string household_of(const v1::Event& event) {
    const auto* body = body_of(event);
    const auto* field = body == nullptr ? nullptr : body->GetDescriptor()->FindFieldByName("household_key");
    return field == nullptr ? std::string() : body->GetReflection()->GetString(*body, field);
}

std::vector<Resting> resting_since(Store& store, std::string_view day) {
    const auto erased = erased_households(store);
    std::map<std::string, Resting> found;
    each_entry(store, [&](const v1::Entry& entry) {
        v1::Event event;
        event.ParseFromString(entry.event());
        if (const auto household = household_of(event); !household.empty() && !erased.contains(household)) {
            auto& resting = found[household];
            resting.household = household;
            resting.last = std::max(resting.last, event.occurred_on());
            ++resting.events;
        }
    });
    std::vector<Resting> resting;
    for (auto& [household, each] : found) {
        if (each.last < day) {
            resting.push_back(std::move(each));
        }
    }
    return resting;
}

std::vector<NewlyEscaped> escaped_before(Store& store, std::string_view day) {
    Changes changes;
    each_entry(store, [&](const v1::Entry& entry) { changes.apply(entry); });
    auto escaped = changes.newly_escaped();
    const auto erased = erased_households(store);
    std::erase_if(escaped, [&](const NewlyEscaped& each) { return each.since >= day || erased.contains(each.household); });
    return escaped;
}

}  // namespace chieng
