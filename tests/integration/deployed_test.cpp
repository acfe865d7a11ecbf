// SPDX-License-Identifier: Apache-2.0
// A commune's server and its district's, each with a broker of its own, as deploy/ says to set them up: the commands are those of the
// systemd units, with the shipped settings, rules and bridge. The uplink between the two goes down, and the commune works.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/events.hpp"
#include "tests/support/guarded_broker.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>

namespace deployed_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

const std::filesystem::path shipped(CHIENG_DEPLOY);

// What a unit starts, with the settings that it names written beside the broker's files.
class Unit {
public:
    Unit(const GuardedBroker& broker, const std::string& name, const std::string& place, const std::string& user)
        : log_(broker.path(name + ".log")) {
        const auto text = text_of(shipped / "systemd" / ("chieng-" + name + "@.service"));
        const auto begin = text.find("ExecStart=") + std::string("ExecStart=").size();
        std::istringstream words(
            with_words(text.substr(begin, text.find('\n', begin) - begin), {{"%i", place}, {"/var/lib/chieng", broker.path("")}}));
        std::vector<std::string> command{"/usr/bin/env", "CHIENG_PASSWORD=" + password_of(user)};
        for (std::string word; words >> word;) {
            if (word.starts_with("/etc/chieng/")) {
                word = settings(broker, word.substr(word.rfind('/') + 1), user);
            }
            command.push_back(word == "/usr/bin/chieng-service"   ? CHIENG_SERVICE
                              : word == "/usr/bin/chieng-gateway" ? CHIENG_GATEWAY
                                                                  : word);
        }
        command.insert(command.end(), {"--http", "127.0.0.1:" + std::to_string(free_port())});  // not the one that the settings name
        process_ = std::make_unique<Process>(command, log_);
    }
    ~Unit() {
        INFO(text_of(log_));
        CHECK_FALSE(process_->ended());
    }
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;
    Unit(Unit&&) = delete;
    Unit& operator=(Unit&&) = delete;

private:
    static std::string settings(const GuardedBroker& broker, const std::string& name, const std::string& user) {
        auto text = with_words(text_of(shipped / "settings" / name), {{"tcp://127.0.0.1:1883", broker.url()}});
        text = with_words(text, {{"user = \"commune\"", "user = \"" + user + "\""}});
        if (text.find("/etc/chieng/rights.txtpb") != std::string::npos) {
            text = with_words(text, {{"/etc/chieng/rights.txtpb", (shipped / "settings/rights.txtpb").string()}});
        }
        std::ofstream(broker.path(name)) << text;
        return broker.path(name);
    }

    std::string log_;
    std::unique_ptr<Process> process_;
};

std::string bridge_to(const GuardedBroker& district, const Certificates& made) {
    return with_words(text_of(shipped / "broker/bridge.conf"),
                      {{"district.example:8883", "127.0.0.1:" + std::to_string(district.tls_port())},
                       {"/etc/ssl/certs/ca-certificates.crt", made.pem("authority")},
                       {"CHANGE-ME", password_of("23656")},
                       {"restart_timeout 2 60", "restart_timeout 1"}});
}

void post_a_session(const GuardedBroker& broker) {
    SqliteStore store(broker.path("p1.outbox.db"), nullptr, Sharing::shared);
    Outbox outbox(store);
    const auto day = *parse_day("2022-04-10");
    REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", day, 1).index() == 0);
    REQUIRE(outbox.post(a_household_supported(0, "S-" + std::to_string(outbox.ledger().posted)), "household", &kbang(), "23656", day, 1)
                .index() == 0);
}

// The topics that are heard there.
std::vector<std::string> listening(const GuardedBroker& broker) {
    return {"/usr/bin/mosquitto_sub",
            "-p",
            std::to_string(broker.port()),
            "-u",
            "commune",
            "-P",
            password_of("commune"),
            "-t",
            "chieng/1/#",
            "-F",
            "%t"};
}

}  // namespace

TEST_CASE("a commune works with the uplink down, and its district has everything once it is up again", "[integration]") {
    const Folder folder;
    const Certificates made(folder.path());
    GuardedBroker district({"district", "reader", "23656", "commune"}, "", &made);  // the last of them hears everything
    const Unit gateway_of_district(district, "gateway", "625", "district");
    const GuardedBroker commune({"commune", "p1"}, bridge_to(district, made));
    const Unit service(commune, "service", "23656", "commune");
    const Unit gateway(commune, "gateway", "23656", "commune");
    const Unit attend(commune, "attend", "23656", "commune");
    std::optional<Process> spy(std::in_place, listening(district), district.path("heard"));
    const auto sends = [&] {
        Process phone(commune.as("p1", {CHIENG_FIELD, "--device", "p1", "--data", commune.path(""), "send", "--patience", "60"}),
                      commune.path("phone.log"));
        return phone.wait(90s) == 0;  // the receipt came
    };
    post_a_session(commune);
    CHECK(sends());
    CHECK(eventually(60s, [&] { return district.sessions_of_district() == "1"; }));

    district.stop();
    post_a_session(commune);
    CHECK(sends());
    post_a_session(commune);
    CHECK(sends());
    district.start();
    CHECK(eventually(60s, [&] { return district.sessions_of_district() == "3"; }));
    Process again(listening(district), district.path("heard"));
    CHECK(eventually(30s, [&] { return text_of(district.path("heard")).find("chieng/1/23656/feeds/cells/head") != std::string::npos; }));
    std::istringstream heard(text_of(district.path("heard")));
    for (std::string topic; std::getline(heard, topic);) {
        INFO(topic);
        const bool is_of_district = topic.starts_with("chieng/1/625/") || topic.starts_with("chieng/1/areas/");
        CHECK((is_of_district || topic.find("/feeds/cells") != std::string::npos || !topic.starts_with("chieng/")));
        CHECK(topic.find("/recipients/commune/") == std::string::npos);
    }
}

}  // namespace deployed_test
