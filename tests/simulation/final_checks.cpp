// SPDX-License-Identifier: Apache-2.0
// What is checked when all has drained: the boards (I6, I7), what was published and filed of them, what was erased.
#include "gateway/serve/follower.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/truth.hpp"
#include "tests/support/memory_store.hpp"

#include "data/indicators.hpp"
#include "data/simulated_indicators.hpp"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <set>
#include <utility>

namespace chieng::simulation {
namespace {

using google::protobuf::util::MessageDifferencer;

using FedEntries = std::vector<std::pair<std::string, const v1::Entry*>>;  // each with the name of its feed

// Any order in which what changes one version of an event comes in its own order.
FedEntries another_order(const FedEntries& all, Random& random) {
    const auto name_of = [](const std::string& feed, const v1::Entry& entry) {
        v1::Event event;
        event.ParseFromString(entry.event());
        return feed + "/" + entry.device() + "/" + std::to_string(event.sequence());
    };
    std::map<std::string, std::size_t> last;  // the entry that changed a version last
    std::vector<std::vector<std::size_t>> followers(all.size());
    std::vector<std::size_t> waits_for(all.size());
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto& [feed, entry] = all[at];
        std::vector<std::string> names{name_of(feed, *entry)};
        for (const auto* other :
             {entry->has_retracts() ? &entry->retracts() : nullptr, entry->has_restores() ? &entry->restores() : nullptr}) {
            if (other != nullptr) {
                names.push_back(name_of(feed, *other));
            }
        }
        for (const auto& name : names) {
            if (const auto before = last.find(name); before != last.end()) {
                followers[before->second].push_back(at);
                ++waits_for[at];
            }
            last[name] = at;
        }
    }
    std::vector<std::size_t> ready;
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (waits_for[at] == 0) {
            ready.push_back(at);
        }
    }
    FedEntries drawn;
    while (!ready.empty()) {
        std::swap(ready[random.below(ready.size())], ready.back());
        const auto at = ready.back();
        ready.pop_back();
        drawn.push_back(all[at]);
        for (const auto follower : followers[at]) {
            if (--waits_for[follower] == 0) {
                ready.push_back(follower);
            }
        }
    }
    return drawn;
}

// Where two texts of lines part: the first line of each that the other has not.
std::string difference(const std::string& a, const std::string& b) {
    const auto lines = [](const std::string& text) {
        std::set<std::string> all;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            all.insert(text.substr(at, end - at));
            at = end + 1;
        }
        return all;
    };
    const auto left = lines(a);
    const auto right = lines(b);
    std::string only_left = "nothing";
    std::string only_right = "nothing";
    for (const auto& line : left) {
        if (!right.contains(line)) {
            only_left = line;
            break;
        }
    }
    for (const auto& line : right) {
        if (!left.contains(line)) {
            only_right = line;
            break;
        }
    }
    return "[" + only_left + "] against [" + only_right + "]";
}

}  // namespace

const Definitions& Checks::definitions() const {
    static const auto all = Definitions::load(data::indicators, "indicators.txtpb");
    static const auto few = Definitions::load(data::simulated_indicators, "few_indicators.txtpb");
    return counts_all ? all : few;
}

// The commune's board as a program makes it that hears the feeds in another interleaving, each in its order.
std::string Checks::interleaved(const Journals& journals, Random& random, const MakeMeddler& meddler) const {
    testing::MemoryStore store;
    std::vector<Source> sources;
    std::map<std::string, std::size_t> heard;
    std::vector<std::string> turns;
    for (const auto& [service, journal] : journals) {
        sources.push_back({commune, service});
        turns.insert(turns.end(), journal.entries.size(), service);
    }
    for (auto i = turns.size(); i > 1; --i) {
        std::swap(turns[i - 1], turns[random.below(i)]);
    }
    Follower follower(definitions(), places(), commune, sources, store, "again");
    const auto bad = meddler ? meddler("gateway") : nullptr;
    for (const auto& service : turns) {
        const auto at = heard[service]++;
        v1::Block block;
        block.set_epoch(1);
        block.set_first(at + 1);
        block.set_last(at + 1);
        block.set_before(at);
        block.set_after(at + 1);
        *block.add_entries() = journals.at(service).entries[at].entry;
        std::vector<Input> inputs{Arrived{{topics::feed(commune, service), block.SerializeAsString(), false}}};
        if (bad) {
            bad->before(inputs);
        }
        static_cast<void>(follower.take(std::get<Arrived>(inputs.front()).message, Instant{}));
    }
    follower.settle();
    return follower.board().serialize();
}

void Checks::boards(const Board& of_commune, const Board& of_district, const Journals& journals, std::uint64_t shuffle,
                    const MakeMeddler& meddler) const {
    Random random(shuffle, "order");
    const auto one = interleaved(journals, random, meddler);
    const auto other = interleaved(journals, random, meddler);
    demand(one == other, "I7", "the same feeds in another interleaving give another board: " + difference(one, other));

    Board again(definitions(), places(), commune);
    FedEntries all;
    for (const auto& [service, journal] : journals) {
        for (const auto& kept : journal.entries) {
            again.apply(commune + "/" + service, kept.entry);
            all.emplace_back(commune + "/" + service, &kept.entry);
        }
    }
    const auto folded = again.serialize();
    const auto held = of_commune.serialize();

    Board shuffled(definitions(), places(), commune);
    for (const auto& [feed, entry] : another_order(all, random)) {
        shuffled.apply(feed, *entry);
    }
    demand(shuffled.serialize() == folded, "I7", "another order gives another board: " + difference(shuffled.serialize(), folded));
    demand(folded == held, "I6", "the commune's board is not the fold of the journals: " + difference(held, folded));

    Board above(definitions(), places(), district);
    std::uint64_t stamp = 0;
    for (const auto id : again.take_changed(stamp)) {
        above.set(commune + "/cells", again.cell(id));
    }
    demand(above.serialize() == of_district.serialize(), "I6",
           "the district's board is not the commune's cells: " + difference(of_district.serialize(), above.serialize()));
}

void Checks::indicators(const std::string& who, const Board& board, const std::map<std::string, std::string>& published) const {
    for (const auto& [topic, payload] : published) {
        v1::IndicatorValue said;
        demand(read_retained_event(payload, said), "I6", topic + " cannot be read");
        auto is = board.value(said.area(), *Period::parse(said.calendar(), said.period()), said.indicator());
        is.set_as_of(said.as_of());
        // Through the same text, so that a fraction is rounded alike.
        v1::IndicatorValue as_text;
        demand(google::protobuf::util::JsonStringToMessage(to_json(is), &as_text).ok(), "I6", topic + " cannot be written");
        demand(MessageDifferencer::Equals(said, as_text), "I6", who + ": " + topic + " says " + payload + " but the board " + to_json(is));
    }
}

void Checks::truth(const Board& of_commune, const Board& of_district, const Journals& journals, std::uint64_t seed) const {
    if (!counts_all) {
        return;  // the definitions of few cut otherwise than the catalogue
    }
    const Truth truth(journals, posted_);
    Random random(seed, "truth");
    for (const auto& entry : recount::catalogue()) {
        const auto period = truth.a_period(entry.spans, random);
        const auto village = commune + "-0" + std::to_string(random.between(1, 6));
        const auto area = random.chance({1, 3}) ? district : random.chance({1, 2}) ? commune : village;
        const auto& board = area == village ? of_commune : of_district;
        const auto differs = truth.difference(board, area, period, entry.code);
        demand(differs.empty(), "I6",
               entry.code + " of " + area + " in " + (period.calendar == v1::OFFICIAL ? "official " : "calendar ") + period.format() +
                   " is on the board and by the events: " + differs);
    }
}

void Checks::erasures(const Disk& disk, const Journal& journal) const {
    const auto known = posted_.find("household");
    for (const auto& kept : journal.entries) {
        if (!kept.event.has_household_erased()) {
            continue;
        }
        const auto& key = known->second.at(kept.id).front().household_erased().household_key();
        demand(!disk.holds(key), "ERASURE", kept.id.text() + " erased " + key + ", which is still on the disk");
        for (const auto& entry : journal.entries) {
            demand(entry.entry.SerializeAsString().find(key) == std::string::npos, "ERASURE",
                   kept.id.text() + " erased " + key + ", which is still in the journal");
        }
    }
}

void Checks::report(const v1::Report& report, const Journals& journals) const {
    Board then(definitions(), places(), commune);
    for (const auto& position : report.positions()) {
        const auto service = position.feed().substr(commune.size() + 1);
        const auto feed = feeds_.find(service);
        if (position.offset() > 0 && (feed == feeds_.end() || feed->second.epoch != position.epoch())) {
            return;  // a household was erased since: the feed is another one
        }
        const auto& journal = journals.at(service);
        demand(position.offset() <= journal.entries.size(), "I6", "a filed report read " + position.feed() + " beyond its end");
        for (std::uint64_t i = 0; i < position.offset(); ++i) {
            then.apply(position.feed(), journal.entries[i].entry);
        }
    }
    const auto period = *Period::parse(v1::OFFICIAL, report.period());
    auto rows = then.rows(commune, period);
    for (const auto& village : places().children(commune, period.last_day())) {
        for (auto& row : then.rows(village, period)) {
            rows.push_back(std::move(row));
        }
    }
    demand(static_cast<std::size_t>(report.values_size()) == rows.size(), "I6", "a filed report has other rows than the feeds make");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& filed = report.values(static_cast<int>(i));
        demand(
            MessageDifferencer::Equals(filed, rows[i]), "I6",
            "the report of " + report.period() + " filed " + filed.ShortDebugString() + ", the feeds make " + rows[i].ShortDebugString());
    }
}

}  // namespace chieng::simulation
