// SPDX-License-Identifier: Apache-2.0
// What others are told of an erasure, and forget: devices their events, the gateway a digest.
#include "gateway/serve/gateway.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/erasure.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/memory_link.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>

namespace erasure_told_test {

using namespace chieng;
using namespace chieng::testing;
using namespace chieng::testing::erasure;

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
    Followed followed(folder.path() / "gateway.db");
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

}  // namespace erasure_told_test
