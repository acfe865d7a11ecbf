// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/truth.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <set>

namespace chieng::simulation {
namespace {

// The version of one event that counts: of one device the highest number, of several the one that was recorded last, or that names
// what stood.
struct Version {
    std::map<std::string, std::uint64_t> highest;  // by device: of those that corrected it
    std::optional<Id> latest;                      // correction of it
    std::uint64_t recorded_at = 0;
    std::optional<std::size_t> stands;  // its place in the list of all; none: voided
};

// Events that were decided to be one, in the order of the decisions. The first that stands counts.
struct Same {
    std::vector<Id> members;
    std::optional<Id> counts;
};

std::optional<Id> restored_by(const v1::Entry& entry) {
    v1::Event event;
    return entry.has_restores() && event.ParseFromString(entry.restores().event())
               ? std::optional(Id{entry.restores().device(), event.sequence()})
               : std::nullopt;
}

bool may_be_claimed(const v1::Event& event) {
    return event.has_household_supported() || event.has_commendation_awarded();
}

class Versions {
public:
    explicit Versions(const Journal& journal) : meant_(journal.meant), corrected_(journal.meant) {
        for (const auto& kept : journal.entries) {
            if (kept.event.has_correction()) {
                const auto& correction = kept.event.correction();
                corrected_[kept.id] = Id{correction.device().empty() ? kept.id.device : correction.device(), correction.sequence()};
            }
        }
    }

    // `restored`: what the journal says that counts again with it.
    void take(const Journal::Kept& kept, const v1::Event& event, std::size_t at) {
        const auto& id = kept.id;
        const auto restored = restored_by(kept.entry);
        if (event.has_duplicate_decided()) {
            return decide(event.duplicate_decided(), restored);
        }
        if (may_be_claimed(event)) {
            claiming_.insert(at);
        }
        const auto root = root_of(id);
        const bool is_first = !versions_.contains(root);
        auto& version = versions_[root];
        if (!event.has_correction()) {
            if (is_first) {
                version.stands = at;
            }
            return;
        }
        auto& highest = version.highest[id.device];
        if (highest > id.sequence) {
            return;
        }
        highest = id.sequence;
        const auto received_at = kept.entry.received_at();
        const auto recorded_at = event.recorded_at() == 0 ? received_at : std::min(event.recorded_at(), received_at);
        if (version.latest && version.latest->device != id.device && version.recorded_at > recorded_at &&
            named_by(event, id) != version.latest) {
            return;
        }
        version.latest = id;
        version.recorded_at = std::max(version.recorded_at, recorded_at);
        version.stands = event.correction().action() == v1::Correction::VOID ? std::nullopt : std::optional(at);
        if (const auto same = same_.find(root); same != same_.end()) {
            same->second->counts = first_that_stands(*same->second, root, restored);
        }
    }

    void put_standing(std::vector<std::size_t>& standing) const {
        for (const auto& [root, version] : versions_) {
            const auto same = same_.find(root);
            if (version.stands && (same == same_.end() || same->second->counts == root)) {
                standing.push_back(*version.stands);
            }
        }
    }

private:
    void decide(const v1::DuplicateDecided& decided, const std::optional<Id>& restored) {
        const auto root = root_of({decided.device(), decided.sequence()});
        const auto other = root_of({decided.same_device(), decided.same_sequence()});
        const auto one = same_.contains(root) ? same_.at(root) : std::make_shared<Same>(alone(root));
        const auto two = same_.contains(other) ? same_.at(other) : std::make_shared<Same>(alone(other));
        if (decided.decision() == v1::DuplicateDecided::SAME && one != two) {
            two->members.insert(two->members.end(), one->members.begin(), one->members.end());
            two->counts = two->counts ? two->counts : one->counts;
            for (const auto& member : two->members) {
                same_[member] = two;
            }
        } else if (decided.decision() != v1::DuplicateDecided::SAME && one == two) {
            std::erase(one->members, root);
            same_.erase(root);
            if (one->counts == root) {
                one->counts.reset();
                one->counts = first_that_stands(*one, root, restored);
            }
            if (one->members.size() == 1 && one->counts) {
                same_.erase(one->members.front());
            }
        }
    }

    [[nodiscard]] Same alone(const Id& root) const {
        const auto version = versions_.find(root);
        return {{root}, version != versions_.end() && version->second.stands ? std::optional(root) : std::nullopt};
    }

    // One whose claim somebody else has taken since is passed over: the journal says which.
    [[nodiscard]] std::optional<Id> first_that_stands(const Same& same, const Id& changed, const std::optional<Id>& restored) const {
        for (const auto& member : same.members) {
            const auto& stands = versions_.at(member).stands;
            const bool is_free = !stands || member == changed || member == same.counts || !claiming_.contains(*stands) ||
                                 (restored && root_of(*restored) == member);
            if (stands && is_free) {
                return member;
            }
        }
        return std::nullopt;
    }

    // Through corrections that were refused, to what is stored.
    [[nodiscard]] Id named_by(const v1::Event& event, const Id& id) const {
        auto named = corrected_.at(id);
        while (event.correction().action() == v1::Correction::REPLACE && meant_.contains(named)) {
            named = meant_.at(named);
        }
        return named;
    }

    [[nodiscard]] Id root_of(Id id) const {
        while (corrected_.contains(id)) {
            id = corrected_.at(id);
        }
        return id;
    }

    std::map<Id, Id> meant_;      // correction that was refused -> what it was of
    std::map<Id, Id> corrected_;  // correction -> what it corrects
    std::map<Id, Version> versions_;
    std::map<Id, std::shared_ptr<Same>> same_;
    std::set<std::size_t> claiming_;  // places of events that may hold what only one can
};

std::string text(std::int64_t number, std::int64_t denominator) {
    return denominator == 0 ? std::to_string(number) : std::to_string(number) + "/" + std::to_string(denominator);
}

// The definitions write values that are no enum's in small letters.
std::string capitals(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

}  // namespace

Truth::Truth(const Journals& journals, const Posted& posted) {
    std::vector<recount::Stored> stored;
    std::vector<std::size_t> standing;
    for (const auto& [service, journal] : journals) {
        Versions versions(journal);
        const auto of_service = posted.find(service);
        for (const auto& kept : journal.entries) {
            const auto& variants = of_service->second.at(kept.id);
            const auto& event = variants.size() == 1 ? variants.front() : kept.event;
            versions.take(kept, event, stored.size());
            stored.push_back({commune, service, kept.id.device, kept.entry.received_at(), event});
        }
        versions.put_standing(standing);
    }
    recount_ = std::make_unique<recount::Recount>(places(), std::move(stored), standing);
}

Period Truth::a_period(const std::string& spans, Random& random) const {
    static const std::map<char, v1::Span> named{{'M', v1::MONTH}, {'Q', v1::QUARTER}, {'H', v1::HALF}, {'Y', v1::YEAR}};
    const auto& facts = recount_->facts();
    const auto day = facts.empty() ? *parse_day("2022-01-20") : facts[random.below(facts.size())].on;
    const auto calendar = random.chance({1, 2}) ? v1::OFFICIAL : v1::CALENDAR_MONTHS;
    return Period::of(calendar, named.at(spans[random.below(spans.size())]), day);
}

std::string Truth::difference(const Board& board, const std::string& area, const Period& period, const std::string& code) const {
    const auto figure = recount_->value(area, period, code);
    const auto ours = board.value(area, period, code);
    std::string found;
    const auto compare = [&](const std::string& part, const std::string& one, const std::string& other) {
        if (one != other && found.empty()) {
            found = part + " " + one + ", " + other;
        }
    };
    if (figure.median || ours.histogram_size() > 0) {
        compare("median", std::to_string(ours.median()), std::to_string(figure.median.value_or(0)));
    } else {
        compare("whole", text(ours.number(), ours.denominator()), text(figure.whole.number, figure.whole.denominator));
        compare("start", text(ours.start_number(), ours.start_denominator()), text(figure.start.number, figure.start.denominator));
    }
    auto parts = figure.parts;
    for (const auto& part : ours.parts()) {
        const auto name = capitals(part.cut_value());
        const auto counted = parts[{part.cut(), name}];
        compare(part.cut() + " " + part.cut_value(), text(part.number(), part.denominator()), text(counted.number, counted.denominator));
        const auto began = figure.starts.find({part.cut(), name});
        const auto start = began == figure.starts.end() ? recount::Fraction() : began->second;
        compare("start of " + part.cut() + " " + part.cut_value(), text(part.start_number(), part.start_denominator()),
                text(start.number, start.denominator));
        parts.erase({part.cut(), name});
    }
    for (const auto& [cut, counted] : parts) {
        compare(cut.first + " " + cut.second, "0", text(counted.number, counted.denominator));
    }
    return found;
}

}  // namespace chieng::simulation
