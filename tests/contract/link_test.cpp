// SPDX-License-Identifier: Apache-2.0
// What every link must do; run on Paho with a real Mosquitto, and on the broker in memory that other tests stand on.
#include "services/runtime/adapters/mqtt_link.hpp"
#include "tests/support/memory_link.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <thread>

namespace link_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

struct OnMosquitto {
    using Link = MqttLink;
    std::unique_ptr<Link> link(const std::string& name) {
        MqttOptions options;
        options.broker = broker.url();
        options.client_id = name;
        return std::make_unique<Link>(options, [] {});
    }
    void stop() { broker.stop(); }
    void start() { broker.start(); }
    static constexpr auto moment = 500ms;  // in which nothing more is expected to come
    static constexpr auto patience = 30s;  // for what must come
    Folder folder;
    Broker broker{folder};
};

struct InMemory {
    using Link = MemoryLink;
    std::unique_ptr<Link> link(const std::string&) { return std::make_unique<Link>(broker); }
    void stop() { broker.stop(); }
    void start() { broker.start(); }
    static constexpr auto moment = 0ms;
    static constexpr auto patience = 0s;
    MemoryBroker broker;
};

// One end of a link, and all that it heard.
template <class World>
class Client {
public:
    Client(World& world, const std::string& name) : link(world.link(name)) {}

    // Listens until this holds of what was heard.
    bool hears(const std::function<bool()>& enough) {
        const auto end = std::chrono::steady_clock::now() + World::patience;
        do {
            listen();
            if (enough()) {
                return true;
            }
            std::this_thread::sleep_for(5ms);
        } while (std::chrono::steady_clock::now() < end);
        return false;
    }
    void listen() {
        for (auto& input : link->take()) {
            if (auto* arrived = std::get_if<Arrived>(&input)) {
                messages.push_back(std::move(arrived->message));
                said += 'm';
            } else {
                said += std::holds_alternative<LinkUp>(input) ? 'U' : std::holds_alternative<LinkDown>(input) ? 'D' : '?';
            }
        }
    }
    bool comes_up() {
        return hears([&] { return said.ends_with('U'); });
    }
    void publish(const std::string& topic, const std::string& payload, bool retained = false) {
        link->send({Publish{{topic, payload, retained}}});
    }
    // Subscribes, and knows that the broker has heard of it by a message of its own.
    void subscribe(const std::string& filter) {
        const auto token = "to-myself/" + std::to_string(++tokens_) + "/" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
        link->send({Subscribe{filter}, Subscribe{token}, Publish{{token, "x", false}}});
        REQUIRE(hears([&] { return std::erase_if(messages, [&](const Message& message) { return message.topic == token; }) > 0; }));
    }

    std::unique_ptr<typename World::Link> link;
    std::vector<Message> messages;
    std::string said;  // U link up, D link down, m message

private:
    int tokens_ = 0;
};

}  // namespace

TEMPLATE_TEST_CASE("a link says first that it is up, once", "", OnMosquitto, InMemory) {
    TestType world;
    Client<TestType> client(world, "one");
    CHECK(client.comes_up());
    std::this_thread::sleep_for(TestType::moment);
    client.listen();
    CHECK(client.said == "U");
}

TEMPLATE_TEST_CASE("what is subscribed and published arrives, byte for byte, and nothing else", "", OnMosquitto, InMemory) {
    TestType world;
    Client<TestType> reader(world, "reader");
    Client<TestType> writer(world, "writer");
    REQUIRE(reader.comes_up());
    REQUIRE(writer.comes_up());
    reader.subscribe("chieng/1/+/receipts/p-1");
    const std::string bytes("\0\xff{\n", 4);
    writer.publish("chieng/1/23656/receipts/p-2", "not for us");
    writer.publish("chieng/1/23656/receipts/p-1/more", "not for us");
    writer.publish("chieng/1/23656/receipts/p-1", bytes);
    writer.publish("chieng/1/23659/receipts/p-1", "");
    REQUIRE(reader.hears([&] { return reader.messages.size() >= 2; }));
    std::this_thread::sleep_for(TestType::moment);
    reader.listen();
    REQUIRE(reader.messages.size() == 2);
    CHECK(reader.messages[0].topic == "chieng/1/23656/receipts/p-1");
    CHECK(reader.messages[0].payload == bytes);
    CHECK_FALSE(reader.messages[0].retained);
    CHECK(reader.messages[1].topic == "chieng/1/23659/receipts/p-1");
    CHECK(reader.messages[1].payload.empty());
    writer.listen();
    CHECK(writer.said == "U");
}

TEMPLATE_TEST_CASE("a retained message reaches who subscribes late, and says that it is retained", "", OnMosquitto, InMemory) {
    TestType world;
    Client<TestType> early(world, "early");
    Client<TestType> writer(world, "writer");
    REQUIRE(early.comes_up());
    REQUIRE(writer.comes_up());
    early.subscribe("a/+/head");
    writer.publish("a/b/head", "1", true);
    writer.publish("a/b/head", "2", true);
    REQUIRE(early.hears([&] { return early.messages.size() >= 2; }));
    CHECK_FALSE(early.messages[1].retained);
    Client<TestType> late(world, "late");
    REQUIRE(late.comes_up());
    late.link->send({Subscribe{"a/+/head"}});
    REQUIRE(late.hears([&] { return !late.messages.empty(); }));
    CHECK(late.messages[0].payload == "2");
    CHECK(late.messages[0].retained);
}

TEMPLATE_TEST_CASE("when the broker falls the link says down, then up, and can be used again, each time", "", OnMosquitto, InMemory) {
    TestType world;
    Client<TestType> client(world, "one");
    REQUIRE(client.comes_up());
    std::string expected = "U";
    for (int round = 0; round < 5; ++round) {
        client.subscribe("a/b");
        client.publish("a/b", std::to_string(round));
        REQUIRE(client.hears([&] { return !client.messages.empty(); }));
        CHECK(client.messages.back().payload == std::to_string(round));
        client.messages.clear();
        client.said.clear();
        world.stop();
        REQUIRE(client.hears([&] { return client.said.ends_with('D'); }));
        world.start();
        REQUIRE(client.comes_up());
        CHECK(client.said == "DU");
    }
}

TEMPLATE_TEST_CASE("a link waits for a broker that is not there yet", "", OnMosquitto, InMemory) {
    TestType world;
    world.stop();
    Client<TestType> client(world, "one");
    std::this_thread::sleep_for(TestType::moment);
    client.listen();
    CHECK(client.said.empty());
    world.start();
    CHECK(client.comes_up());
    CHECK(client.said == "U");
}

TEMPLATE_TEST_CASE("sending and taking never wait, with and without a broker, and what waits is bounded", "", OnMosquitto, InMemory) {
    TestType world;
    Client<TestType> reader(world, "reader");
    Client<TestType> writer(world, "writer");
    REQUIRE(reader.comes_up());
    REQUIRE(writer.comes_up());
    world.stop();
    REQUIRE(writer.hears([&] { return writer.said.ends_with('D'); }));
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < 3 * limits::queue_messages_max; ++i) {
        writer.publish("a/b", std::string(100, 'x'));
        static_cast<void>(writer.link->take());
    }
    CHECK(std::chrono::steady_clock::now() - begun < 2s);
    world.start();
    REQUIRE(reader.comes_up());
    reader.subscribe("a/b");
    std::this_thread::sleep_for(TestType::moment);
    reader.listen();
    CHECK(reader.messages.size() <= limits::queue_messages_max);
}

TEST_CASE("what is retained finds room in a queue that is full of what is not") {
    OnMosquitto world;
    Client<OnMosquitto> writer(world, "writer");
    REQUIRE(writer.comes_up());
    world.stop();
    REQUIRE(writer.hears([&] { return writer.said.ends_with('D'); }));
    for (std::size_t i = 0; i < 2 * limits::queue_messages_max; ++i) {
        writer.publish("a/b", "x");
    }
    writer.publish("c/d", "stands", true);
    CHECK(writer.link->status().dropped_out == 2 * limits::queue_messages_max - limits::queue_passing_max);
    world.start();
    Client<OnMosquitto> reader(world, "reader");
    REQUIRE(reader.comes_up());
    reader.subscribe("c/d");
    CHECK(reader.hears([&] { return !reader.messages.empty() && reader.messages.front().payload == "stands"; }));
}

TEMPLATE_TEST_CASE("arrivals that nobody takes are bounded", "", OnMosquitto, InMemory) {
    TestType world;
    Client<TestType> idle(world, "idle");
    Client<TestType> reader(world, "reader");
    Client<TestType> writer(world, "writer");
    REQUIRE(idle.comes_up());
    REQUIRE(reader.comes_up());
    REQUIRE(writer.comes_up());
    idle.subscribe("a/b");
    reader.subscribe("a/b");
    const std::size_t batch = 500;  // less than the broker queues for one reader
    for (std::size_t sent = 0; sent < limits::queue_messages_max + 2 * batch;) {
        for (std::size_t i = 0; i < batch; ++i, ++sent) {
            writer.publish("a/b", "x");
        }
        REQUIRE(reader.hears([&] { return reader.messages.size() >= sent; }));
    }
    std::this_thread::sleep_for(TestType::moment);
    CHECK(idle.link->take().size() == limits::queue_messages_max);
}

}  // namespace link_test
