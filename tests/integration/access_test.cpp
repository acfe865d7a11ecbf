// SPDX-License-Identifier: Apache-2.0
// The broker's rules that are shipped (deploy/broker): with them everything works, and who is not of the commune hears of no event,
// no household and no other device.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/events.hpp"
#include "tests/support/guarded_broker.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

namespace access_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

// A broker that keeps the rules, a commune and its district.
class Guarded {
public:
    Guarded() {
        service_.emplace(as("commune", {CHIENG_SERVICE, "--data", path("")}), path("service.log"));
        commune_.emplace(as("commune", {CHIENG_GATEWAY, "--place", "23656", "--data", path(""), "run"}), path("commune.log"));
        district_.emplace(as("district", {CHIENG_GATEWAY, "--place", "625", "--data", path(""), "run"}), path("district.log"));
    }

    [[nodiscard]] std::string path(const std::string& name) const { return broker_.path(name); }
    [[nodiscard]] std::vector<std::string> as(const std::string& user, std::vector<std::string> command) const {
        return broker_.as(user, std::move(command));
    }
    // The topics that a user hears who asks for everything.
    [[nodiscard]] std::set<std::string> topics_of(const std::string& user) const {
        std::filesystem::remove(path("heard.log"));
        Process program({"/usr/bin/mosquitto_sub", "-p", std::to_string(broker_.port()), "-u", user, "-P", password_of(user), "-t",
                         "chieng/1/#", "-F", "%t", "-W", "2"},
                        path("heard.log"));
        REQUIRE(program.wait(30s));
        std::set<std::string> heard;
        std::ifstream in(path("heard.log"));
        for (std::string topic; std::getline(in, topic);) {
            if (topic.starts_with("chieng/")) {  // not that its time is over
                heard.insert(topic);
            }
        }
        return heard;
    }
    // Of those of indicators and recipients their kind.
    [[nodiscard]] std::set<std::string> heard_by(const std::string& user) const {
        std::set<std::string> heard;
        for (auto topic : topics_of(user)) {
            for (const std::string kind : {"/indicators/", "/recipients/"}) {
                const auto at = topic.find(kind);
                topic = at == std::string::npos ? topic : "areas" + topic.substr(at, topic.find('/', at + kind.size()) - at);
            }
            heard.insert(topic);
        }
        return heard;
    }
    // One more session in the name of another device.
    void forge(const std::string& user, const std::string& device) const {
        const auto json = R"({"device":")" + device + R"(","commune":"23656","events":[{"sequence":"77","occurredOn":"2022-03-20",)" +
                          R"("village":"23656-02","organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":{"form":"TALK",)" +
                          R"("topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}}]})";
        Process program({"/usr/bin/mosquitto_pub", "-p", std::to_string(broker_.port()), "-u", user, "-P", password_of(user), "-q", "1",
                         "-t", "chieng/1/23656/session/events/" + device, "-m", json},
                        path("forge.log"));
        REQUIRE(program.wait(30s) == 0);
    }
    // Whether the broker takes it from him.
    [[nodiscard]] bool may_say(const std::string& user, const std::string& topic) const {
        std::filesystem::remove(path("say.log"));
        Process program({"/usr/bin/mosquitto_pub", "-V", "mqttv5", "-p", std::to_string(broker_.port()), "-u", user, "-P",
                         password_of(user), "-q", "1", "-t", topic, "-m", "x"},
                        path("say.log"));
        REQUIRE(program.wait(30s));
        return text_of(path("say.log")).find("Not authorized") == std::string::npos;
    }
    [[nodiscard]] std::string sessions() const { return broker_.sessions_of_district(); }

private:
    GuardedBroker broker_{{"commune", "district", "reader", "commune/labour", "commune/party", "p1", "p2", "23656-01", "23656-02"}};
    std::optional<Process> service_;
    std::optional<Process> commune_;
    std::optional<Process> district_;
};

}  // namespace

TEST_CASE("with the shipped rules of the broker each hears what is for him, and everything works", "[integration]") {
    const Guarded guarded;
    {
        SqliteStore store(guarded.path("p1.outbox.db"), nullptr, Sharing::shared);
        Outbox outbox(store);
        const auto day = *parse_day("2022-04-10");
        REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", day, 1).index() == 0);
        REQUIRE(outbox.post(a_household_supported(0), "household", &kbang(), "23656", day, 1).index() == 0);
    }
    Process phone(guarded.as("p1", {CHIENG_FIELD, "--device", "p1", "--data", guarded.path(""), "send", "--patience", "60"}),
                  guarded.path("phone.log"));
    CHECK(phone.wait(90s) == 0);  // both receipts came
    guarded.forge("p2", "p1");
    CHECK(eventually(60s, [&] { return guarded.sessions() == "1"; }));

    // Who may ask for values may not file.
    for (const auto* place : {"625", "23656"}) {
        const auto requests = [&](const char* about) { return std::string("chieng/1/") + place + "/" + about + "/requests/c"; };
        CHECK(guarded.may_say("reader", requests("values")));
        CHECK_FALSE(guarded.may_say("reader", requests("reports")));
        CHECK_FALSE(guarded.may_say("p2", requests("values")));
        CHECK_FALSE(guarded.may_say("commune/party", requests("values")));
        CHECK(guarded.may_say("commune", requests("reports")));
    }
    CHECK(guarded.heard_by("p2").empty());
    const auto hears = [&](const std::string& user, const std::set<std::string>& topics) {
        return eventually(60s, [&] { return guarded.heard_by(user) == topics; });
    };
    CHECK(hears("reader", {"areas/indicators/calendar", "areas/indicators/official", "chieng/1/23656/feeds/cells/head",
                           "chieng/1/625/feeds/cells/head"}));
    CHECK(hears("commune/labour", {"areas/recipients/commune", "chieng/1/23656/feeds/household/head", "chieng/1/23656/proposals"}));
    CHECK(hears("commune/party", {"areas/recipients/commune"}));
    CHECK(hears("23656-01", {"areas/recipients/village"}));
    for (const auto& topic : guarded.heard_by("district")) {
        INFO(topic);
        CHECK((topic.starts_with("areas/indicators/") || topic == "areas/recipients/district" || topic.starts_with("chieng/1/625/") ||
               topic == "chieng/1/23656/feeds/cells/head"));
    }
    CHECK(guarded.heard_by("commune").contains("chieng/1/23656/feeds/household/head"));
    const std::string village = "chieng/1/areas/23656-01/";
    const auto own = guarded.topics_of("23656-01");
    CHECK(std::any_of(own.begin(), own.end(), [](const std::string& topic) { return topic.ends_with("/COM-01"); }));
    for (const auto& topic : own) {
        INFO(topic);
        CHECK(topic.starts_with(village + "recipients/village/23656-01/"));
    }
    for (const auto* user : {"23656-02", "p1", "p2", "reader", "district", "commune/labour", "commune/party"}) {
        INFO(user);
        for (const auto& topic : guarded.topics_of(user)) {
            CHECK_FALSE(topic.starts_with(village));  // the figures of that village
        }
    }
    CHECK(guarded.sessions() == "1");  // what p2 said for p1 reached nobody
    guarded.forge("p2", "p2");
    CHECK(eventually(60s, [&] { return guarded.sessions() == "2"; }));  // and would have been counted
}

}  // namespace access_test
