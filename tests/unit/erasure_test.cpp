// SPDX-License-Identifier: Apache-2.0
// A household is erased: what is left of it on disk, what subscribers read again, what a phone that comes back is told.
#include "gateway/serve/gateway.hpp"
#include "services/household/household.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/retention.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/memory_link.hpp"

#include "data/indicators.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <stdlib.h>

namespace erasure_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

const std::string key = "HO-giarai-4711";
const std::string support_id = "HT-nha-4711";
const std::string said = "nhà ông Đinh Văn X";

v1::Event a_support(std::uint64_t sequence, const std::string& household = key, const std::string& support = support_id) {
    auto event = a_household_supported(sequence, support);
    event.mutable_household_supported()->set_household_key(household);
    event.set_note(said);
    return event;
}

v1::Event an_erasure(std::uint64_t sequence, const std::string& household = key, v1::Role role = v1::LABOUR_OFFICIAL) {
    auto event = an_event(sequence);
    event.set_role(role);
    event.mutable_household_erased()->set_household_key(household);
    event.mutable_household_erased()->set_ground(v1::HouseholdErased::ON_REQUEST);
    return event;
}

std::vector<JournalBlock> blocks(Store& store) {
    std::vector<JournalBlock> all;
    while (auto block = store.block_at(all.empty() ? 1 : all.back().last + 1)) {
        all.push_back(std::move(*block));
    }
    return all;
}

// Everything that a store holds, in one text.
std::string dump(Store& store) {
    std::string text;
    store.scan("", [&](std::string_view at, std::string_view value) {
        text.append(at).append("=").append(value).append("\n");
        return true;
    });
    for (const auto& block : blocks(store)) {
        text.append(block.bytes).append("\n");
    }
    return text;
}

bool holds(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
}

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Folder {
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "chieng-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Folder(Folder&&) = delete;
    Folder& operator=(Folder&&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    // Whether any file in it has these bytes.
    [[nodiscard]] bool holds(const std::string& what) const {
        bool found = false;
        for (const auto& each : std::filesystem::directory_iterator(path)) {
            found = found || bytes_of(each.path()).find(what) != std::string::npos;
        }
        return found;
    }
    std::filesystem::path path;
};

// The households that the journal names.
std::set<std::string> households(Store& store) {
    std::set<std::string> named;
    for (const auto& block : blocks(store)) {
        store::v1::Entries entries;
        REQUIRE(entries.ParseFromString(block.bytes));
        for (const auto& entry : entries.entries()) {
            v1::Event event;
            REQUIRE(event.ParseFromString(entry.event()));
            if (event.has_household_supported()) {
                named.insert(event.household_supported().household_key());
            }
        }
    }
    return named;
}

struct Village : Bench {
    Village() : Bench(make_service<Household>()) {}
    v1::Head head(bool retained_is_heard = true) {
        const Input up = LinkUp{};
        v1::Head found;
        for (const auto& action : engine->handle({&up, 1}, now)) {
            if (const auto* publish = std::get_if<Publish>(&action); publish != nullptr && publish->message.topic.ends_with("/head")) {
                found.ParseFromString(publish->message.payload);
                CHECK(retained_is_heard);
            }
        }
        return found;
    }
};

}  // namespace

TEST_CASE("an erased household is in nothing that is kept, and its counts stay", "[erasure]") {
    Village village;
    CHECK(village.send("p1", {a_support(1), a_support(2, "other", "HT-2")}) == "1,2,STORED 202204;");
    auto correction = correcting(a_support(3), v1::Correction::REPLACE, 1);
    CHECK(village.send("p1", {correction}) == "3,STORED 202204;");
    CHECK(village.send("p2", {a_support(1)}) == "1,REFUSED ALREADY_COMPLETED;");
    static_cast<void>(village.deliver("p3", "{ not json, about " + key));
    auto other = a_support(4, "other", "HT-4");
    other.set_note("cùng nhà với " + key);
    CHECK(village.send("p1", {other}) == "4,STORED 202204;");
    const auto before = village.head().epoch();
    REQUIRE(holds(dump(village.store), key));

    CHECK(village.send("office", {an_erasure(1)}) == "1,STORED 202204;");
    const auto left = dump(village.store);
    CHECK_FALSE(holds(left, key));
    CHECK_FALSE(holds(left, support_id));
    CHECK(holds(left, said));  // of the other household, which nobody erased
    CHECK(households(village.store).size() == 2);
    CHECK(households(village.store).contains("other"));
    CHECK(village.head().epoch() != before);
    CHECK(village.head().last() == 5);
    CHECK(village.engine->last_offset() == 5);

    for (int i = 0; i < 2; ++i) {  // now, and folded again
        CHECK(village.send("p1", {a_support(1), correction, other}) == "1,3,4,DUPLICATE(STORED) 202204;");
        CHECK(village.send("p2", {a_support(1)}) == "1,DUPLICATE(REFUSED) ALREADY_COMPLETED;");
        CHECK(village.send("office", {an_erasure(1)}) == "1,DUPLICATE(STORED) 202204;");
        auto changed = a_support(1);
        changed.mutable_household_supported()->set_value_vnd(1);
        CHECK(village.send("p1", {changed}) == "1,REFUSED CONFLICT;");
        village.restart();
    }
    CHECK_FALSE(holds(dump(village.store), key));
}

TEST_CASE("an event of an erased household that comes six weeks later is taken under the same token", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    static_cast<void>(village.send("office", {an_erasure(1)}));
    village.restart();
    CHECK(village.send("p2", {a_support(1, key, "HT-9")}) == "1,STORED 202204;");
    CHECK(village.send("p2", {a_support(2)}) == "2,REFUSED ALREADY_COMPLETED;");  // the support is still the same one
    CHECK(village.send("p1", {[] {
                           auto taken_back = correcting(an_event(2), v1::Correction::VOID, 1);
                           taken_back.set_note(said);
                           return taken_back;
                       }()}) == "2,STORED;");
    CHECK(households(village.store).size() == 1);
    const auto left = dump(village.store);
    CHECK_FALSE(holds(left, key));
    CHECK_FALSE(holds(left, support_id));
    CHECK_FALSE(holds(left, "HT-9"));
    CHECK_FALSE(holds(left, said));
    village.restart();
    CHECK(village.send("p2", {a_support(1, key, "HT-9"), a_support(2)}) ==
          "1,DUPLICATE(STORED) 202204;2,DUPLICATE(REFUSED) ALREADY_COMPLETED;");
}

TEST_CASE("an erasure of somebody unknown, by somebody who may not, or taken back, is refused with the reason", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    CHECK(village.refusal("office", an_erasure(1, "HO-nobody")) == "household_erased.household_key:UNKNOWN_HOUSEHOLD");
    CHECK(village.refusal("office", an_erasure(2, "HO-nobody")) == "household_erased.household_key:UNKNOWN_HOUSEHOLD");
    CHECK(village.refusal("office", an_erasure(3, key.substr(0, 5))) == "household_erased.household_key:UNKNOWN_HOUSEHOLD");
    CHECK(village.refusal("p1", an_erasure(2, key, v1::VILLAGE_HEAD)) == "role:NOT_YOURS_TO_ERASE");
    CHECK(holds(dump(village.store), key));
    CHECK(village.refusal("office", an_erasure(4)).empty());
    CHECK(village.refusal("office", an_erasure(5)).empty());  // said again: nothing is left to do
    auto taken_back = correcting(an_event(6), v1::Correction::VOID, 4);
    CHECK(village.refusal("office", taken_back) == "correction.sequence:ERASED_FOR_GOOD");
    CHECK_FALSE(holds(dump(village.store), key));
}

TEST_CASE("an erasure does not come as a correction of something else, whose role nobody would ask", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    CHECK(village.refusal("p1", correcting(an_erasure(2, key, v1::VILLAGE_HEAD), v1::Correction::VOID, 1)) == "body:OTHER_TYPE");
    CHECK(village.refusal("p2", correcting(an_erasure(2, key, v1::VILLAGE_HEAD), v1::Correction::VOID, 1)) == "body:OTHER_TYPE");
    CHECK(village.refusal("p1", correcting(an_erasure(3, key, v1::LABOUR_OFFICIAL), v1::Correction::REPLACE, 1)) == "body:OTHER_TYPE");
    CHECK(holds(dump(village.store), key));
    CHECK(village.refusal("office", an_erasure(1)).empty());
    CHECK(village.refusal("office", correcting(an_erasure(2), v1::Correction::VOID, 1)) == "correction.sequence:ERASED_FOR_GOOD");
}

TEST_CASE("an erasure whose unit is lost has erased nothing, and is done when it is sent again", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    village.store.fail_commits = 1;
    CHECK_THROWS_AS(village.send("office", {an_erasure(1)}), Broken);
    village.restart();
    CHECK(village.send("p1", {a_support(1)}) == "1,DUPLICATE(STORED) 202204;");
    CHECK(village.send("office", {an_erasure(1)}) == "1,STORED 202204;");
    CHECK_FALSE(holds(dump(village.store), key));
}

TEST_CASE("in a batch the erased household's events before and after the erasure are erased alike", "[erasure]") {
    Village village;
    static_cast<void>(village.send("office", {a_support(1), an_erasure(2), a_support(3, key, "HT-3"), a_support(4, "other", "HT-4")}));
    CHECK(households(village.store).size() == 2);
    CHECK_FALSE(holds(dump(village.store), key));
    for (const auto& block : village.feed) {
        CHECK_FALSE(holds(block.SerializeAsString(), key));
    }
}

TEST_CASE("many entries are folded again in parts", "[erasure]") {
    MemoryStore store;
    Engine engine(make_service<Household>(), "23656", kbang(), store, 7, {.snapshot_entries = 10, .block_bytes = 200});
    const Instant now{Seconds(*parse_day("2022-04-10")), {}};
    const auto take = [&](const v1::Event& event) {
        const Input input = Arrived{{topics::events("23656", "household", "p1"), payload("p1", {event}), false}};
        static_cast<void>(engine.handle({&input, 1}, now));
    };
    for (std::uint64_t n = 1; n <= 200; ++n) {
        take(a_support(n, n % 10 == 0 ? key : "h" + std::to_string(n), "HT-" + std::to_string(n)));
    }
    take(an_erasure(201));
    CHECK(engine.counters().stored == 201);
    CHECK_FALSE(holds(dump(store), key));
    for (std::uint64_t n = 1; n <= 200; ++n) {
        take(a_support(n, n % 10 == 0 ? key : "h" + std::to_string(n), "HT-" + std::to_string(n)));
    }
    CHECK(engine.counters().duplicates == 200);
    std::uint64_t chain = 0;
    for (const auto& block : blocks(store)) {
        CHECK(block.before == chain);
        chain = block.after;
    }
    CHECK(store.last_block()->last == 201);
}

TEST_CASE("households whose retention may have ended are listed, erased ones are not", "[erasure]") {
    Village village;
    auto early = a_support(1, "early", "HT-1");
    early.set_occurred_on("2021-05-01");
    auto also_later = a_support(2, "later", "HT-2");
    also_later.set_occurred_on("2021-05-01");
    static_cast<void>(village.send("p1", {early, also_later, a_support(3, "later", "HT-3"), a_support(4)}));
    const auto listed = [&](std::string_view day) {
        std::string text;
        for (const auto& each : resting_since(village.store, day)) {
            text += each.household + " " + each.last + " " + std::to_string(each.events) + ", ";
        }
        return text;
    };
    CHECK(listed("2022-03-20") == "early 2021-05-01 1, ");
    CHECK(listed("2022-03-21") == key + " 2022-03-20 1, early 2021-05-01 1, later 2022-03-20 2, ");
    static_cast<void>(village.send("office", {an_erasure(1, "early")}));
    CHECK(listed("2022-03-21") == key + " 2022-03-20 1, later 2022-03-20 2, ");
}

namespace {

// What a device is told to forget: "1-3,7-7".
std::string numbers(const std::string& bytes) {
    v1::Forget forget;
    REQUIRE(forget.ParseFromString(bytes));
    std::string text;
    for (int i = 0; i + 1 < forget.runs_size(); i += 2) {
        text += (text.empty() ? "" : ",") + std::to_string(forget.runs(i)) + "-" + std::to_string(forget.runs(i + 1));
    }
    return text;
}

std::string forget_topic(const std::string& device) {
    return topics::forget("23656", "household", device);
}

}  // namespace

TEST_CASE("each device is told which of its events to forget, and nothing of whom they were", "[erasure]") {
    Village village;
    auto beside = a_support(4, "other", "HT-4");
    beside.set_note("cùng nhà với " + key);
    static_cast<void>(village.send("p1", {a_support(1), a_support(2, "other", "HT-2"), a_support(3, key, "HT-3"), beside}));
    static_cast<void>(village.send("p2", {a_support(7)}));  // refused: completed already
    static_cast<void>(village.send("p3", {a_support(1, "another", "HT-5")}));
    CHECK(village.to_forget.empty());
    static_cast<void>(village.send("office", {an_erasure(1)}));
    CHECK(village.to_forget.size() == 3);
    CHECK(numbers(village.to_forget[forget_topic("p1")]) == "1-1,3-4");
    CHECK(numbers(village.to_forget[forget_topic("p2")]) == "7-7");
    CHECK(numbers(village.to_forget[forget_topic("office")]) == "1-1");
    for (const auto& [topic, bytes] : village.to_forget) {
        CHECK_FALSE(holds(topic + bytes, key));
        CHECK_FALSE(holds(topic + bytes, support_id));
        CHECK_FALSE(holds(topic + bytes, "erased-"));  // nor the token, by which one could tell which belong together
    }

    village.restart();  // and what comes weeks later is added
    village.to_forget.clear();
    static_cast<void>(village.send("p4", {a_support(1, key, "HT-9")}));
    CHECK(village.to_forget.size() == 1);
    CHECK(numbers(village.to_forget[forget_topic("p4")]) == "1-1");
}

TEST_CASE("what is to be forgotten is said again when the link comes up, and now and then", "[erasure]") {
    Village village;
    static_cast<void>(village.send("p1", {a_support(1)}));
    static_cast<void>(village.send("office", {an_erasure(1)}));
    village.restart();
    const auto told = [&](const Input& input) {
        std::set<std::string> to;
        for (const auto& action : village.engine->handle({&input, 1}, village.now)) {
            if (const auto* publish = std::get_if<Publish>(&action); publish != nullptr && holds(publish->message.topic, "/forget/")) {
                CHECK(publish->message.retained);
                to.insert(publish->message.topic);
            }
        }
        return to;
    };
    const std::set<std::string> both{forget_topic("office"), forget_topic("p1")};
    CHECK(told(LinkUp{}) == both);
    CHECK(told(Tick{}).empty());
    village.now.steady += Engine::forget_again_every;
    CHECK(told(Tick{}) == both);
    CHECK(told(Tick{}).empty());
}

TEST_CASE("a list of what to forget that grows too long tells more numbers, never fewer", "[erasure]") {
    MemoryStore store;
    Engine engine(make_service<Household>(), "23656", kbang(), store, 7, {.forget_runs = 3});
    const Instant now{Seconds(*parse_day("2022-04-10")), {}};
    std::string last;
    const auto take = [&](const std::string& device, const v1::Event& event) {
        const Input input = Arrived{{topics::events("23656", "household", device), payload(device, {event}), false}};
        for (const auto& action : engine.handle({&input, 1}, now)) {
            const auto& message = std::get<Publish>(action).message;
            last = message.topic == forget_topic("p1") ? message.payload : last;
        }
    };
    for (std::uint64_t n = 1; n <= 11; n += 2) {
        take("p1", a_support(n, key, "HT-" + std::to_string(n)));
    }
    take("office", an_erasure(1));
    CHECK(numbers(last) == "1-7,9-9,11-11");
    take("p1", a_support(20, key, "HT-20"));
    CHECK(numbers(last) == "1-9,11-11,20-20");
}

namespace {

// The household service, and the commune's gateway on a file, joined by a broker.
struct Followed {
    explicit Followed(const std::filesystem::path& file) : to_engine(broker), to_gateway(broker), store(file) {
        engine.emplace(make_service<Household>(), "23656", kbang(), kept, 7);
        gateway.emplace(definitions(), kbang(), "23656", std::vector<Source>{{"23656", "household"}}, store, 9);
        settle();
    }
    static const Definitions& definitions() {
        static const auto loaded = Definitions::load(data::indicators, "indicators.txtpb");
        return loaded;
    }
    void send(const std::string& device, std::initializer_list<v1::Event> events) {
        to_engine.send({Publish{{topics::events("23656", "household", device), payload(device, events), false}}});
        settle();
    }
    void settle() {
        for (int round = 0; round < 200; ++round) {
            now.steady += std::chrono::milliseconds(500);
            auto inputs = to_engine.take();
            inputs.emplace_back(Tick{});
            to_engine.send(engine->handle(inputs, now));
            inputs = to_gateway.take();
            inputs.emplace_back(Tick{});
            to_gateway.send(gateway->handle(inputs, now));
        }
    }
    // Digests of the households that the gateway keeps.
    std::set<std::uint64_t> digests() {
        std::set<std::uint64_t> all;
        store.scan("b/", [&](std::string_view, std::string_view bytes) {
            store::v1::BoardCell cell;
            cell.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
            all.insert(cell.keys().begin(), cell.keys().end());
            return true;
        });
        return all;
    }
    [[nodiscard]] std::int64_t supported() const {
        return gateway->board().value("23656", *Period::parse(v1::OFFICIAL, "2022-Q2"), "SUP-01").number();
    }

    MemoryBroker broker;
    MemoryLink to_engine;
    MemoryLink to_gateway;
    MemoryStore kept;
    SqliteStore store;
    std::optional<Engine> engine;
    std::optional<Gateway> gateway;
    Instant now{Seconds(*parse_day("2022-04-10")), {}};
};

}  // namespace

TEST_CASE("the gateway forgets the digest of an erased household's key, and counts the household on", "[erasure]") {
    const Folder folder;
    Followed followed(folder.path / "gateway.db");
    followed.send("p1", {a_support(1), a_support(2, "other", "HT-2")});
    CHECK(followed.supported() == 2);
    const auto before = followed.digests();
    REQUIRE(before.size() == 2);
    followed.send("office", {an_erasure(1)});
    CHECK(followed.supported() == 2);
    followed.send("p2", {a_support(1, key, "HT-9")});
    CHECK(followed.supported() == 2);
    const auto after = followed.digests();
    REQUIRE(after.size() == 2);
    std::vector<std::uint64_t> gone;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
    REQUIRE(gone.size() == 1);
    const std::string bytes(reinterpret_cast<const char*>(gone.data()), sizeof gone[0]);
    CHECK_FALSE(folder.holds(bytes));
    CHECK_FALSE(holds(dump(followed.kept), bytes));
}

TEST_CASE("no file of the store has a byte of what was erased, also when the process dies in the middle", "[erasure]") {
    const Folder folder;
    const auto file = folder.path / "store.db";
    {
        SqliteStore store(file);
        store.append({1, 1, 0, 1, "about " + key});
        store.append({2, 2, 1, 2, "about another"});
        for (int i = 0; i < 200; ++i) {  // pages are split, and one is left empty
            store.put("c/" + std::to_string(i), "about " + key + std::string(100, 'x'));
        }
        store.commit();
        REQUIRE(folder.holds(key));
        store.replace({1, 1, 0, 5, "about nobody"});
        for (int i = 0; i < 199; ++i) {
            store.erase("c/" + std::to_string(i));
        }
        store.put("c/199", "nobody");
        store.commit();
        CHECK(folder.holds(key));  // what scrub() is for
        store.scrub();
        store.commit();
        CHECK_FALSE(folder.holds(key));
        CHECK(store.block_at(1)->bytes == "about nobody");
        CHECK(store.block_at(2)->bytes == "about another");
        CHECK(store.get("c/199") == "nobody");
    }
    // As power loss leaves it between the unit and the end of the scrubbing: the mark is in the file.
    {
        SqliteStore store(file);
        store.put("c/1", "about " + key);
        store.commit();
        store.erase("c/1");
        store.scrub();
        const auto other = folder.path.string() + ".copy";
        std::filesystem::create_directory(other);
        store.on_commit([&](std::chrono::nanoseconds) {
            for (const auto& each : std::filesystem::directory_iterator(folder.path)) {
                std::filesystem::copy(each.path(), other / each.path().filename());
            }
        });
        store.commit();
        std::filesystem::rename(other, folder.path / "crashed");
    }
    const auto crashed = folder.path / "crashed" / "store.db";
    const auto left = bytes_of(crashed) + bytes_of(crashed.string() + "-wal");
    CHECK(holds(left, key));
    { SqliteStore store(crashed); }
    CHECK_FALSE(holds(bytes_of(crashed) + bytes_of(crashed.string() + "-wal"), key));
}

}  // namespace erasure_test
