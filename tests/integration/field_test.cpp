// SPDX-License-Identifier: Apache-2.0
// The device's program as it is used: posts while it sends, by several processes, one sender at a time, and a status that
// tells the commune whether it is there.
#include "chieng/v1/status.pb.h"
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/core/trace.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

namespace field_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

class Village {
public:
    [[nodiscard]] std::vector<std::string> field(std::vector<std::string> words) const {
        std::vector<std::string> command{CHIENG_FIELD, "--data", folder.path(), "--device", "p1", "--broker", broker.url(), "--english"};
        command.insert(command.end(), words.begin(), words.end());
        return command;
    }
    // Runs it to its end: exit code and output.
    [[nodiscard]] std::string result(std::vector<std::string> words) const {
        const auto log = folder.path() / "result.log";
        std::filesystem::remove(log);
        Process process(field(std::move(words)), log);
        const auto code = process.wait(60s);
        return std::to_string(code.value_or(-1)) + " " + text_of(log);
    }
    [[nodiscard]] std::string post() const {
        return result({"post", "session-held", "--occurred-on", "2022-03-20", "--village", "23656-01", "--organisation", "VILLAGE",
                       "--role", "VILLAGE_HEAD", "--form", "TALK", "--topics", "LAW", "--languages", "BAHNAR", "--audience.total", "20"});
    }
    [[nodiscard]] Outbox::Ledger ledger() const {
        SqliteStore store(folder.path() / "p1.outbox.db", nullptr, Sharing::shared);
        return Outbox(store).ledger();
    }
    [[nodiscard]] std::filesystem::path log(const std::string& name) const { return folder.path() / name; }
    [[nodiscard]] std::vector<std::string> service() const { return {CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url()}; }

    Folder folder;
    Broker broker{folder};
};

// Hears what a device says about itself.
class Watcher {
public:
    explicit Watcher(const std::string& broker) : link_(options(broker), [] {}) {}

    bool hears(const std::function<bool(const v1::Status&)>& wanted) {
        return eventually(20s, [&] {
            for (const auto& input : link_.take()) {
                if (std::holds_alternative<LinkUp>(input)) {
                    link_.send({Subscribe{"chieng/1/23656/status/p1"}});
                } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
                    REQUIRE(last.ParseFromString(arrived->message.payload));
                }
            }
            return wanted(last);
        });
    }

    v1::Status last;

private:
    static MqttOptions options(const std::string& broker) {
        MqttOptions made;
        made.broker = broker;
        made.client_id = "watcher";
        return made;
    }
    MqttLink link_;
};

// Posts under another device's name, again and again.
class Twin {
public:
    Twin(const std::string& broker, const std::string& device) : device_(device), link_(options(broker), [] {}) {}

    // Until what it hears is this verdict.
    [[nodiscard]] bool posts(const v1::Event& event, v1::Verdict wanted) {
        return eventually(20s, [&] {
            for (const auto& input : link_.take()) {
                if (std::holds_alternative<LinkUp>(input)) {
                    link_.send({Subscribe{topics::receipts("23656", device_)}});
                } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
                    last_.ParseFromString(arrived->message.payload);
                }
            }
            link_.send({Publish{{topics::events("23656", "session", device_), payload(device_, {event}), false}}});
            return !last_.answers().empty() && last_.answers(0).verdict() == wanted;
        });
    }

private:
    static MqttOptions options(const std::string& broker) {
        MqttOptions made;
        made.broker = broker;
        made.client_id = "twin";
        return made;
    }
    std::string device_;
    v1::Receipt last_;
    MqttLink link_;
};

}  // namespace

TEST_CASE("an event whose record is damaged stops nothing, and is named until somebody looks", "[integration]") {
    const Village village;
    for (int i = 1; i <= 3; ++i) {
        CHECK(village.post().starts_with("0 "));
    }
    {
        SqliteStore store(village.folder.path() / "p1.outbox.db", nullptr, Sharing::shared);
        store.put("e/session/" + big_endian(2), "\xFF");
        store.commit();
    }
    const std::string named = "damaged, cannot be read and is not sent: ask the commune whether it has it; if not, post it anew\n";
    const Process service(village.service(), village.log("service.log"));
    CHECK_THAT(village.result({"send"}), Catch::StartsWith("74 ") && Catch::Contains("event=23656/session/p1/2 verdict=damaged") &&
                                             Catch::Contains("session/2: " + named));
    CHECK(village.ledger() == Outbox::Ledger{3, 2, 0, 1, 1});
    CHECK(village.result({"send"}) == "74 session/2: " + named);
    CHECK_THAT(village.result({"list"}), Catch::StartsWith("0 ") && Catch::Contains("session/2\t\t\t\t" + named) &&
                                             Catch::EndsWith("posted = stored + refused + waiting: 3 = 2 + 0 + 1 (of which damaged: 1)\n"));
}

TEST_CASE("what was not taken is listed while the services run, and when they do not", "[integration]") {
    const Village village;
    const auto listed = [&] {
        auto command = village.service();
        command.insert(command.end(), {"--refused", "--quarantine"});
        const auto log = village.log("listed.log");
        std::filesystem::remove(log);
        Process process(command, log);
        const auto code = process.wait(60s);
        return std::to_string(code.value_or(-1)) + " " + text_of(log);
    };
    const auto check_listed = [&] {
        CHECK_THAT(listed(), Catch::StartsWith("0 ") && Catch::Contains("session\tchieng/1/23656/session/events/web\t") &&
                                 Catch::Contains(" times\t7 bytes\tUNREADABLE") &&
                                 Catch::Contains("session\tweb/1\tvillage\tUNKNOWN_PLACE"));
    };
    const std::string refused =
        R"({"device":"web","commune":"23656","events":[{"sequence":"1","occurredOn":"2022-03-20","village":"23656-99",)"
        R"("organisation":"VILLAGE","role":"VILLAGE_HEAD","sessionHeld":{"form":"TALK","topics":["LAW"],"languages":["BAHNAR"],)"
        R"("audience":{"total":3}}}]})";
    {
        const Process service(village.service(), village.log("service.log"));
        REQUIRE(eventually(60s, [&] {  // what comes before the service listens is lost
            for (const auto& message : {std::string("rubbish"), refused}) {
                Process client({"/usr/bin/mosquitto_pub", "-p", std::to_string(village.broker.port()), "-q", "1", "-t",
                                "chieng/1/23656/session/events/web", "-m", message},
                               village.log("client.log"));
                REQUIRE(client.wait(20s) == 0);
            }
            const auto told = text_of(village.log("service.log"));
            return told.find("verdict=refused") != std::string::npos && told.find("verdict=quarantined") != std::string::npos;
        }));
        check_listed();
    }
    check_listed();
}

TEST_CASE("what several processes post while the sender runs is numbered once, sent and stored", "[integration]") {
    const Village village;
    const Process service(village.service(), village.log("service.log"));
    Process sender(village.field({"run"}), village.log("run.log"));
    CHECK(village.post() == "0 kept, waiting to be sent: session/1\n");
    constexpr int each = 40;
    std::vector<std::thread> apps;
    for (int app = 0; app < 3; ++app) {
        apps.emplace_back([&village] {
            SqliteStore store(village.folder.path() / "p1.outbox.db", nullptr, Sharing::shared);
            Outbox outbox(store);
            for (int i = 0; i < each; ++i) {
                static_cast<void>(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-04-10"), 1));
            }
        });
    }
    for (auto& app : apps) {
        app.join();
    }
    constexpr std::uint64_t all = 1 + 3 * each;
    CHECK(eventually(60s, [&] { return village.ledger() == Outbox::Ledger{all, all, 0, 0}; }));
    CHECK(sender.stop() == 0);
    CHECK_THAT(village.result({"list"}), Catch::EndsWith("posted = stored + refused + waiting: 121 = 121 + 0 + 0\n"));
}

TEST_CASE("a second sender for one device is told so and ends with 69", "[integration]") {
    const Village village;
    REQUIRE(village.post().starts_with("0 "));
    Process sender(village.field({"run"}), village.log("run.log"));
    REQUIRE(eventually(20s, [&] { return text_of(village.log("run.log")).find("link up") != std::string::npos; }));
    CHECK(village.result({"send"}) == "69 another program sends for this device: p1\n");
    CHECK(village.result({"run"}) == "69 another program sends for this device: p1\n");
    CHECK(village.post().starts_with("0 "));
    sender.kill();
    CHECK_THAT(village.result({"send", "--patience", "1"}), Catch::Contains("left: 2"));  // the lock went with its holder
}

TEST_CASE("a device says what it holds, that it leaves, and by its last will that it is gone", "[integration]") {
    const Village village;
    REQUIRE(village.post().starts_with("0 "));
    Watcher watcher(village.broker.url());
    Process sender(village.field({"run"}), village.log("run.log"));
    CHECK(watcher.hears(
        [](const v1::Status& said) { return said.online() && said.services_size() == 1 && said.services(0).waiting() == 1; }));
    const Process service(village.service(), village.log("service.log"));
    CHECK(watcher.hears([](const v1::Status& said) { return said.online() && said.services(0).stored() == 1; }));
    CHECK(sender.stop() == 0);
    CHECK(watcher.hears([](const v1::Status& said) { return !said.online() && said.services_size() == 1; }));
    sender.start();
    CHECK(watcher.hears([](const v1::Status& said) { return said.online(); }));
    sender.kill();
    CHECK(watcher.hears([](const v1::Status& said) { return !said.online() && said.services_size() == 0; }));
}

TEST_CASE("a phone whose name another one has too is never told that the other's event was its own", "[integration]") {
    const Village village;
    const Process service(village.service(), village.log("service.log"));
    Twin twin(village.broker.url(), "p1");
    CHECK(twin.posts(a_session_held(1), v1::DUPLICATE));
    Process sender(village.field({"run"}), village.log("run.log"));
    std::atomic<bool> is_over{false};
    std::thread noise([&] {
        while (!is_over) {
            static_cast<void>(twin.posts(a_session_held(1), v1::DUPLICATE));
            std::this_thread::sleep_for(5ms);
        }
    });
    CHECK(village.post() == "0 kept, waiting to be sent: session/1\n");
    CHECK(eventually(30s, [&] { return village.ledger() != Outbox::Ledger{1, 0, 0, 1}; }));
    is_over = true;
    noise.join();
    CHECK(village.ledger() == Outbox::Ledger{1, 0, 1, 0});
    CHECK(sender.stop() == 0);
    CHECK_THAT(village.result({"list"}), Catch::Contains("\trefused: [sequence] ") && Catch::Contains(" 1 "));
    SqliteStore store(village.folder.path() / "p1.outbox.db", nullptr, Sharing::shared);
    CHECK_FALSE(Outbox(store).items().at(0).event().empty());
}

TEST_CASE("who has another phone's name takes nothing of the other back, whatever he posted before he could know", "[integration]") {
    const Village village;
    const Process service(village.service(), village.log("service.log"));
    Twin twin(village.broker.url(), "p1");
    CHECK(twin.posts(a_session_held(1), v1::DUPLICATE));
    std::vector<std::string> taken_back{"post",     "session-held", "--occurred-on",  "2022-03-20", "--village",  "23656-01",
                                        "--role",   "VILLAGE_HEAD", "--action",       "VOID",       "--corrects", "1",
                                        "--reason", "WRONG_DATE",   "--organisation", "VILLAGE"};
    if (GENERATE(false, true)) {
        taken_back.insert(taken_back.end(), {"--corrects-device", "p1"});  // which is this one
    }
    REQUIRE(village.post().starts_with("0 "));
    REQUIRE(village.result(taken_back).starts_with("0 "));
    CHECK_THAT(village.result({"send"}), Catch::Contains("refused (why: chieng-field list): 2\n"));
    CHECK(village.ledger() == Outbox::Ledger{2, 0, 2, 0});
    CHECK_THAT(village.result({"list"}), Catch::Contains("session/1\t") && Catch::Contains("held\trefused: [sequence] ") &&
                                             Catch::Contains("\trefused: [correction.sequence] "));
    CHECK_THAT(village.result(taken_back), Catch::StartsWith("65 correction.sequence: "));
}

TEST_CASE("the list tells waiting, sent, stored and refused apart", "[integration]") {
    const Village village;
    REQUIRE(village.post().starts_with("0 "));
    CHECK_THAT(village.result({"list"}),
               Catch::StartsWith("0 session/1\t2022-03-20\t23656-01\tCommunication session held\twaiting, never sent\n"));
    CHECK_THAT(village.result({"send", "--patience", "2"}), Catch::StartsWith("69 "));
    CHECK_THAT(village.result({"list"}), Catch::Contains("\tsent (times: 1, last at ") && Catch::Contains("), no receipt yet\n"));
    const Process service(village.service(), village.log("service.log"));
    CHECK(village.result({"send"}) == "0 ");
    CHECK_THAT(village.result({"list"}), Catch::Contains("\tstored, counted in month 4, quarter 2 of 2022\n"));
    REQUIRE(village
                .result({"post", "session-held", "--occurred-on", "2022-03-20", "--village", "23656-01", "--organisation", "VILLAGE",
                         "--role", "VILLAGE_HEAD", "--action", "VOID", "--corrects", "1", "--reason", "WRONG_DATE"})
                .starts_with("0 "));  // without saying once more what is taken back
    CHECK_THAT(village.result({"list"}), Catch::Contains(" 2022; a correction waits: session/2\n"));
    CHECK(village.result({"send"}) == "0 ");
    CHECK_THAT(village.result({"list"}),
               Catch::Contains("session/1\t2022-03-20\t23656-01\tCommunication session held\tstored; taken back since: session/2\n"));
    CHECK(village.result({"send", "--keep-days", "0"}) == "0 ");
    CHECK(village.ledger() == Outbox::Ledger{2, 2, 0, 0});
}

namespace {

// The code with which it ends, and all that it says.
std::string answer_of(const Village& village, const std::vector<std::string>& words) {
    std::vector<std::string> command{CHIENG_FIELD, "--data", village.folder.path(), "--broker", village.broker.url(), "--english"};
    command.insert(command.end(), words.begin(), words.end());
    const auto log = village.log("field.log");
    std::filesystem::remove(log);
    Process process(command, log);
    const auto code = process.wait(60s);
    return std::to_string(code.value_or(-1)) + " " + text_of(log);
}

}  // namespace

TEST_CASE("an outbox remembers its device and commune; a flag that says otherwise ends with 78 and what to do", "[integration]") {
    const Village village;
    const auto field = [&](std::vector<std::string> flags, std::initializer_list<std::string> words) {
        flags.insert(flags.end(), words.begin(), words.end());
        return answer_of(village, flags);
    };
    const auto post = {
        std::string("post"),           std::string("session-held"), std::string("--occurred-on"),    std::string("2022-03-20"),
        std::string("--organisation"), std::string("WOMEN"),        std::string("--role"),           std::string("ASSOCIATION_OFFICER"),
        std::string("--form"),         std::string("TALK"),         std::string("--topics"),         std::string("LAW"),
        std::string("--languages"),    std::string("BAHNAR"),       std::string("--audience.total"), std::string("20")};
    CHECK(field({}, {"run"}) == "78 Nothing was posted from the folder " + village.folder.path().string() +
                                    " yet: name this device with --device, or post first.\n");
    CHECK_THAT(field({}, {"list"}), Catch::EndsWith("0 = 0 + 0 + 0\n"));  // which leaves no other device behind
    CHECK(field({"--device", "p7", "--commune", "23659"}, post) == "0 kept, waiting to be sent: session/1\n");
    CHECK(field({}, post) == "0 kept, waiting to be sent: session/2\n");
    const auto listed = field({}, {"list", "--traces"});
    CHECK_THAT(listed, Catch::EndsWith("posted = stored + refused + waiting: 2 = 0 + 0 + 2\n"));
    CHECK_THAT(listed, Catch::Contains(trace_id(TracedEvent{"23659", "session", "p7", 1})));
    CHECK(field({"--commune", "23656"}, {"send"}) ==
          "78 The device p7 posts to the commune 23659, not to 23656: give another commune's device another --data folder.\n");
    CHECK(field({"--device", "p8"}, {"send"}) == "78 The folder " + village.folder.path().string() +
                                                     " is of the device p7, not of p8: give another device another --data folder.\n");
    CHECK(field({"--device", "p7", "--commune", "23659"}, {"send", "--patience", "1"}).starts_with("69 "));
}

TEST_CASE("an outbox whose file is cut short says so, and takes no more events", "[integration]") {
    const Village village;
    const auto field = [&](const std::vector<std::string>& words) { return answer_of(village, words); };
    std::ofstream lines(village.folder.path() / "lines.json");
    for (int i = 0; i < 60; ++i) {
        lines << R"({"occurredOn":"2022-03-20","village":"23656-01","organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":)"
              << R"({"form":"TALK","topics":["LAW"],"languages":["BAHNAR"],"audience":{"total":20}}})"
              << "\n";
    }
    lines.close();
    const std::vector<std::string> post{"--device", "p7", "post", "session-held", "--file", village.folder.path() / "lines.json"};
    REQUIRE(field(post).starts_with("0 "));
    CHECK(field({"list"}).starts_with("0 "));
    const auto file = village.folder.path() / "p7.outbox.db";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 4096);
    for (const auto& words : {std::vector<std::string>{"list"}, post}) {
        const auto told = field(words);
        INFO(told);
        CHECK(told.starts_with("74 "));
        CHECK(told.find("damaged") != std::string::npos);
    }
}

TEST_CASE("a file with a mistake leaves nothing behind and names each wrong line; corrected, it is kept once", "[integration]") {
    const Village village;
    const auto file = village.log("events.jsonl").string();
    const std::string good = R"({"occurredOn":"2022-03-20","village":"23656-01","organisation":"WOMEN","role":"ASSOCIATION_OFFICER",)"
                             R"("sessionHeld":{"form":"TALK","topics":["LAW"],"languages":["BAHNAR"],"audience":{"total":30}}})";
    std::ofstream(file) << "\xEF\xBB\xBF" << good << "\r\n\n"
                        << R"({"occurredOn":7})"
                        << "\n"
                        << good << "\n"
                        << R"({"note":"x"})"
                        << "\n";
    const auto said = village.result({"post", "session-held", "--file", file});
    CHECK_THAT(said, Catch::StartsWith("65 ") && Catch::Contains(file + ":3: ") && Catch::Contains(file + ":5: occurred_on: Missing"));
    CHECK_THAT(said, Catch::EndsWith("nothing was kept; correct the wrong lines and post the whole file again\n"));
    CHECK_THAT(said, !Catch::Contains(":1: ") && !Catch::Contains(":4: "));
    CHECK(village.ledger() == Outbox::Ledger{0, 0, 0, 0});
    std::ofstream(file) << "\xEF\xBB\xBF" << good << "\n" << good << "\n";
    CHECK(village.result({"post", "session-held", "--file", file}) ==
          "0 kept, waiting to be sent: session/1\nkept, waiting to be sent: session/2\n");
    CHECK(village.ledger() == Outbox::Ledger{2, 0, 0, 2});
    // As a Mac writes Lơ Ku, before a line of blanks.
    std::ofstream(file) << R"({"note":"Lo)"
                        << "\u031B Ku"
                        << R"(",)" << good.substr(1) << "\n  \r\n";
    CHECK(village.result({"post", "session-held", "--file", file}) == "0 kept, waiting to be sent: session/3\n");
    // What is taken back need not be said again.
    std::ofstream(file) << R"({"occurredOn":"2022-03-20","village":"23656-01","organisation":"WOMEN","role":"ASSOCIATION_OFFICER",)"
                        << R"("correction":{"action":"VOID","reason":"DID_NOT_HAPPEN","sequence":"2"}})"
                        << "\n";
    CHECK(village.result({"post", "session-held", "--file", file}) == "0 kept, waiting to be sent: session/4\n");
}

}  // namespace field_test
