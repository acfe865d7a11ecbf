// SPDX-License-Identifier: Apache-2.0
// What a board is made of: cells, sums, different values, the latest that was said of something, and an event on its way to them.
#pragma once

#include "chieng/v1/feed.pb.h"
#include "gateway/indicator/cell_id.hpp"
#include "gateway/indicator/definitions.hpp"
#include "gateway/indicator/open_table.hpp"
#include "services/runtime/core/time.hpp"

#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace chieng {

struct BoardParts {
    static constexpr std::size_t sheets_max = 2048;  // while events are folded; half of them stay between batches
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    using CellId = std::uint64_t;  // names a cell while its board lives
    using Histogram = boost::container::flat_map<std::int32_t, std::int64_t>;

    struct Slot {
        std::int64_t number = 0;
        std::int64_t events = 0;
        std::uint64_t digest = 0;
        [[nodiscard]] bool empty() const { return number == 0 && events == 0 && digest == 0; }
        void add(const Slot& other) {
            number += other.number;
            events += other.events;
            digest += other.digest;
        }
        [[nodiscard]] Slot times(std::int64_t sign) const {
            return {sign * number, sign * events, static_cast<std::uint64_t>(sign) * digest};
        }
        friend bool operator==(const Slot&, const Slot&) = default;
    };
    // Over all feeds. It stays when it is empty: whoever follows must hear that it is gone.
    struct Total {
        CellId key = 0;
        Slot slot;
        std::uint64_t stamp = 0;
        bool changed = false;
        bool is_held = false;
        [[nodiscard]] bool is_free() const { return !is_held; }
    };
    // Of all that lies under a place.
    struct Sum {
        CellId key = 0;
        Slot slot;
        bool is_held = false;
        [[nodiscard]] bool is_free() const { return !is_held; }
    };
    struct KeyCount {
        std::uint64_t key = 0;
        std::int64_t count = 0;
        [[nodiscard]] bool is_free() const { return count == 0; }
    };
    struct Keys {
        CellId key = 0;
        OpenTable<KeyCount> counts;
        [[nodiscard]] bool is_free() const { return counts.empty(); }
        // 1 when the key stands from now on, that is with a count above zero, -1 when it does so no longer.
        int add(std::uint64_t hash, std::int64_t times) {
            auto& of = counts.make(hash);
            const bool stood = of.count > 0;
            of.count += times;
            const bool stands = of.count > 0;
            if (of.count == 0) {
                counts.erase(of);
            }
            return static_cast<int>(stands) - static_cast<int>(stood);
        }
    };
    // Different values of a series at a place: in which half-months, and in how many feeds and villages, each stands; and how many do so
    // in each window.
    struct Presence {
        using Times = boost::container::small_vector<std::pair<std::int32_t, std::int32_t>, 2>;
        boost::unordered_flat_map<std::uint64_t, Times> values;
        boost::unordered_flat_map<std::uint64_t, std::int64_t> standing;
    };
    struct Days {
        CellId key = 0;
        Histogram held;
        [[nodiscard]] bool is_free() const { return held.empty(); }
    };
    struct Part {
        CellId key = 0;
        Slot slot;
        bool is_held = false;
        bool unsaved = false;
        bool unsettled = false;  // it changed since the sums were made
        [[nodiscard]] bool is_free() const { return !is_held; }
    };
    struct Feed;
    // What events of one kind add to the cells of one place and half-month. It is summed here until somebody wants to read the feed's
    // parts, or there are too many sheets.
    struct Sheet {
        Feed* feed = nullptr;
        const EventPlan* plan = nullptr;
        std::uint64_t time = 0;
        std::uint32_t area = 0;
        std::uint32_t commune = 0;
        bool is_touched = false;
        std::vector<Slot> columns;           // of the plan
        std::vector<std::uint64_t> touched;  // a bit for each
        struct Key {
            std::uint16_t column = 0;
            std::uint64_t hash = 0;
            std::int64_t times = 0;
        };
        std::vector<Key> keys;
        struct Days {
            std::uint16_t column = 0;
            std::int32_t days = 0;
            std::int64_t events = 0;
        };
        std::vector<Days> days;

        [[nodiscard]] CellId id(std::size_t column) const { return cell_id::pack(plan->columns[column], time, area); }
    };
    // A cell of a feed that changes, and what it held before.
    struct Unsettled {
        Feed* feed = nullptr;
        CellId id = 0;
        Slot before;
    };
    struct Contribution {
        SeriesId series = 0;
        std::uint32_t area = 0;
        std::int64_t amount = 0;
    };
    // What one event says of a subject, and when.
    struct Version {
        Feed* feed = nullptr;
        std::uint32_t place = 0;  // its village, or who told it
        std::uint64_t order = 0;
        Day day;
        std::uint64_t recorded_at = 0;
        std::uint64_t received_at = 0;
        std::string device;
        std::uint64_t sequence = 0;
        std::uint64_t digest = 0;
        std::uint64_t time = 0;
        std::optional<Day> agreed_on;
        bool withdraws = false;
        std::uint64_t scope = 0;  // a bit for each value; of what withdraws none: all
        std::vector<Contribution> adds;
        // What one device recorded in the same second stands in the order of its numbers.
        [[nodiscard]] auto rank() const {
            const auto& at = recorded_at != 0 ? recorded_at : received_at;
            return std::tie(order, day, at, device, sequence, received_at, feed->name);
        }
    };
    struct Subject {
        bool stock = false;
        bool revocable = false;  // each stands that is not withdrawn
        bool unsaved = false;
        std::vector<Version> versions;  // in the order of their rank
    };
    struct ByName {  // not by address, which differs from run to run
        bool operator()(const std::pair<Feed*, CellId>& a, const std::pair<Feed*, CellId>& b) const {
            return a.first == b.first ? a.second < b.second : a.first->name < b.first->name;
        }
    };
    using Effect = std::map<std::pair<Feed*, CellId>, Slot, ByName>;

    struct Feed {
        std::string name;
        std::uint32_t home = 0;  // where events land that name no village
        bool is_of_commune = false;
        bool is_lent = false;  // of another commune, which tells it itself
        OpenTable<Part> parts;
        OpenTable<Days> histograms;
        OpenTable<Keys> keys;
        boost::unordered_flat_map<std::uint64_t, Sheet*> sheets;  // by kind of event, time and area
    };
    using Above = boost::container::small_vector<std::uint32_t, 3>;
    // The places above one, at one time, up to the board's own.
    struct Line {
        Above above;
        bool is_village = false;
    };
    // An event while it is folded.
    struct Fact {
        Feed& feed;
        const EventFields& event;
        const v1::Entry& entry;
        Sheet& sheet;  // of where and when it happened
        std::int64_t sign;
        Day occurred;
        Day received;
        Atom atom;
        std::uint64_t digest;
        Slot once;  // added to a cell, without an amount; or taken away
        std::uint32_t village;
        std::uint32_t commune;
    };
};

}  // namespace chieng
