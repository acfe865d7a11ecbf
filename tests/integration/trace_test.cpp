// SPDX-License-Identifier: Apache-2.0
// One event through real programs: each writes a line about it under the same trace id, and by default none does.
#include "tests/support/clock_at.hpp"
#include "tests/support/http.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <regex>
#include <sstream>

namespace trace_integration {

using namespace chieng::testing;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

// A broker, a service, a commune's gateway and a phone, which all log as they are told.
class Commune {
public:
    explicit Commune(const std::string& detail) : detail_(detail) {
        REQUIRE(eventually(60s, [&] {
            return log("gateway").find("http: listening") != std::string::npos && http(port, "GET", "/readyz").status == 200;
        }));
    }

    [[nodiscard]] std::string log(const std::string& program) const { return text_of(folder.path() / (program + ".log")); }
    // What the phone says.
    std::string phone(std::vector<std::string> words) const {
        std::vector<std::string> command{CHIENG_FIELD, "--device", "p1", "--data", folder.path(), "--broker", broker.url()};
        command.insert(command.end(), {"--english", "--log", detail_});
        command.insert(command.end(), words.begin(), words.end());
        const auto file = folder.path() / "phone.log";
        std::filesystem::remove(file);
        Process program(command, file);
        REQUIRE(program.wait(60s));
        return text_of(file);
    }
    [[nodiscard]] bool folds(int events) const {
        return eventually(30s, [&] {
            return samples(http(port, "GET", "/metrics").body).at("chieng_feed_position{source=\"23656/session\"}") == events;
        });
    }

private:
    static std::filesystem::path rights(const Folder& folder) {
        std::ofstream(folder.path() / "rights.txtpb")  // printf %s gong | sha256sum
            << "viewer { name: \"officer\" token_sha256: \"cb37790a8586667fe9d52fbf3749dbbbdf05a5e6eab4152a8af7330c10ea60f5\" may: [POST] "
               "role: CULTURE_OFFICIAL organisation: COMMUNE_PEOPLES_COMMITTEE }\nanonymous { }\n";
        return folder.path() / "rights.txtpb";
    }
    std::string detail_;

public:
    Folder folder;
    Broker broker{folder};
    int port = free_port();
    Process service{{CHIENG_SERVICE, "--data", folder.path(), "--broker", broker.url(), "--log", detail_}, folder.path() / "service.log"};
    Process gateway{{CHIENG_GATEWAY, "--place", "23656", "--data", folder.path(), "--broker", broker.url(), "--http",
                     "127.0.0.1:" + std::to_string(port), "--log", detail_, "run", "--rights", rights(folder)},
                    folder.path() / "gateway.log"};
};

const std::vector<std::string> a_meeting{"post",     "session-held", "--occurred-on",  "2022-05-20", "--village",        "23656-01",
                                         "--role",   "VILLAGE_HEAD", "--organisation", "VILLAGE",    "--form",           "TALK",
                                         "--topics", "LAW",          "--languages",    "VIETNAMESE", "--audience.total", "30"};
const std::string a_talk = R"({"occurredOn": "2022-05-20", "village": "23656-01", "sessionHeld": {"form": "TALK", "topics": ["LAW"],
    "languages": ["VIETNAMESE"], "audience": {"total": 30}}})";

HttpAnswer post(int port, const std::string& more) {
    return http(port, "POST", "/api/v1/events",
                more + "Authorization: Bearer gong\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(a_talk.size()) +
                    "\r\n\r\n" + a_talk);
}

// The lines of a log that say this of some event.
std::vector<std::string> lines_with(const std::string& log, const std::string& words) {
    std::vector<std::string> found;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(words) != std::string::npos) {
            found.push_back(line);
        }
    }
    return found;
}

}  // namespace

TEST_CASE("each program writes a line about an event under one trace id, from the phone to the gateway", "[integration]") {
    const ClockAt july{"2022-07-20"};
    const Commune commune("events");
    const std::string trace = "trace_id=";
    const auto posted = lines_with(commune.phone(a_meeting), "event=23656/session/p1/1 verdict=posted");
    REQUIRE(posted.size() == 1);
    const auto id = posted[0].substr(posted[0].find(trace), trace.size() + 32);
    const auto sent = commune.phone({"send"});
    CHECK_FALSE(lines_with(sent, "event=23656/session/p1/1 verdict=sent " + id).empty());  // again, if nobody heard it
    CHECK(lines_with(sent, "event=23656/session/p1/1 verdict=stored " + id).size() == 1);
    CHECK(commune.phone({"list", "--traces"}).find("\t" + id.substr(trace.size()) + "\n") != std::string::npos);
    REQUIRE(commune.folds(1));
    const auto stored = lines_with(commune.log("service"), id);
    REQUIRE(stored.size() == 1);
    const std::regex line(R"(time=2\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info at=service event=23656/session/p1/1 verdict=stored )"
                          "trace_id=[0-9a-f]{32} span_id=[0-9a-f]{16}");
    CHECK(std::regex_match(stored[0], line));
    CHECK(lines_with(commune.log("gateway"), "verdict=folded " + id).size() == 1);
}

TEST_CASE("by default a program is silent about what was stored, and names what was refused, with its reason", "[integration]") {
    const ClockAt july{"2022-07-20"};
    const Commune commune("trouble");
    CHECK(lines_with(commune.phone(a_meeting), "event=").empty());
    CHECK(lines_with(commune.phone({"send"}), "event=").empty());
    REQUIRE(commune.folds(1));
    CHECK(lines_with(commune.log("service"), "event=").empty());
    Process noise(
        {"/usr/bin/mosquitto_pub", "-p", std::to_string(commune.broker.port()), "-q", "1", "-t", "chieng/1/23656/session/events/p9", "-m",
         R"({"device":"p9","commune":"23656","events":[{"sequence":"4","occurredOn":"2022-05-20"}]})"},
        commune.folder.path() / "noise.log");
    REQUIRE(noise.wait(20s) == 0);
    CHECK(eventually(20s, [&] {
        return lines_with(commune.log("service"), "level=warning at=service event=23656/session/p9/4 verdict=refused reason=REQUIRED,")
                   .size() == 1;
    }));
    CHECK(lines_with(commune.log("gateway"), "event=").empty());
}

TEST_CASE("who posts over HTTP with a traceparent is answered in his trace, and one line names both", "[integration]") {
    const ClockAt july{"2022-07-20"};
    const Commune commune("trouble");
    const std::string given = "0af7651916cd43dd8448eb211c80319c";
    const auto answer = post(commune.port, "traceparent: 00-" + given + "-b7ad6b7169203331-01\r\n");
    REQUIRE(answer.status == 200);
    CHECK(std::regex_match(answer.fields.at("Traceresponse"), std::regex("00-" + given + "-[0-9a-f]{16}-01")));
    const auto id = Json::parse(answer.body).at("traceId").get<std::string>();
    CHECK(id != given);
    const auto line = lines_with(commune.log("gateway"), " trace_id=" + id);
    REQUIRE(line.size() == 1);
    CHECK(line[0].find("verdict=posted") != std::string::npos);
    CHECK(line[0].find(" caller_trace_id=" + given + " caller_span_id=b7ad6b7169203331") != std::string::npos);

    const auto unsampled = post(commune.port, "traceparent: 00-" + given + "-b7ad6b7169203331-00\r\n");
    CHECK(unsampled.fields.at("Traceresponse").ends_with("-00"));
    for (const auto* wrong : {"", "traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01\r\n", "traceparent: x\r\n"}) {
        const auto plain = post(commune.port, wrong);
        CHECK(plain.fields.at("Traceresponse").substr(3, 32) == Json::parse(plain.body).at("traceId"));
    }
    CHECK(lines_with(commune.log("gateway"), "verdict=posted").size() == 1);
}

}  // namespace trace_integration
