// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/truth.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

namespace chieng::simulation {
namespace {

// The version of one event that counts: of one device the highest number, of several the one that came last.
struct Version {
    std::map<std::string, std::uint64_t> highest;  // by device: of those that corrected it
    std::optional<std::size_t> stands;             // its place in the list of all; none: voided
    std::optional<Id> same_as;                     // by decision; it goes on being corrected, and may be decided otherwise
    std::size_t decided_at = 0;
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
    explicit Versions(const Journal& journal) : corrected_(journal.meant) {
        for (const auto& kept : journal.entries) {
            if (kept.event.has_correction()) {
                const auto& correction = kept.event.correction();
                corrected_[kept.id] = Id{correction.device().empty() ? kept.id.device : correction.device(), correction.sequence()};
            }
        }
    }

    // `restored`: what the journal says that counts again with it.
    void take(const Id& id, const v1::Event& event, std::size_t at, const std::optional<Id>& restored) {
        if (event.has_duplicate_decided()) {
            return decide(event.duplicate_decided(), at);
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
        const bool counted = version.stands && !version.same_as;
        version.stands = event.correction().action() == v1::Correction::VOID ? std::nullopt : std::optional(at);
        if (counted && !version.stands) {
            put_in_place_of(root, restored);
        }
    }

    void put_standing(std::vector<std::size_t>& standing) const {
        for (const auto& [root, version] : versions_) {
            if (version.stands && !version.same_as) {
                standing.push_back(*version.stands);
            }
        }
    }

private:
    void decide(const v1::DuplicateDecided& decided, std::size_t at) {
        const auto root = root_of({decided.device(), decided.sequence()});
        auto& version = versions_[root];
        if (decided.decision() != v1::DuplicateDecided::SAME) {
            version.same_as.reset();
        } else if (!version.same_as) {
            version.same_as = root_of({decided.same_device(), decided.same_sequence()});
            version.decided_at = at;
            for (auto& [other, one] : versions_) {
                if (one.same_as == root) {
                    one.same_as = version.same_as;
                    one.decided_at = at;
                }
            }
        }
    }

    // Of those that were the same as one that is voided the first that stands counts, unless somebody else has taken what it claims.
    void put_in_place_of(const Id& voided, const std::optional<Id>& restored) {
        std::vector<std::pair<std::size_t, Id>> waiting;
        for (const auto& [root, version] : versions_) {
            if (version.same_as == voided) {
                waiting.emplace_back(version.decided_at, root);
            }
        }
        std::sort(waiting.begin(), waiting.end());
        const auto next = std::find_if(waiting.begin(), waiting.end(), [&](const auto& one) {
            const auto& stands = versions_.at(one.second).stands;
            return stands && (!claiming_.contains(*stands) || (restored && root_of(*restored) == one.second));
        });
        if (next == waiting.end()) {
            return;
        }
        versions_.at(next->second).same_as.reset();
        for (const auto& [at, root] : waiting) {
            if (root != next->second) {
                versions_.at(root).same_as = next->second;
            }
        }
    }

    [[nodiscard]] Id root_of(Id id) const {
        while (corrected_.contains(id)) {
            id = corrected_.at(id);
        }
        return id;
    }

    std::map<Id, Id> corrected_;  // correction -> what it corrects
    std::map<Id, Version> versions_;
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
            versions.take(kept.id, event, stored.size(), restored_by(kept.entry));
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
