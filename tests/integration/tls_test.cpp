// SPDX-License-Identifier: Apache-2.0
// Real programs whose listener speaks TLS: the same is served, a certificate is who it was given to, and who does not speak TLS,
// or stops in the middle, harms nobody.
#include "tests/support/tls.hpp"
#include "tests/support/clock_at.hpp"
#include "tests/support/processes.hpp"

#include <openssl/ssl.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

namespace tls_test {

using namespace chieng::testing;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

const std::string nowhere = "tcp://127.0.0.1:1";
const std::string as_json = "Content-Type: application/json\r\n";
const std::string own_page = "X-Chieng: 1\r\n";

std::string with_body(const std::string& fields, const std::string& body) {
    return fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A program that listens under TLS on a free port.
class Listener {
public:
    Listener(const Folder& folder, const Certificates& made, std::vector<std::string> command, const std::vector<std::string>& last = {})
        : log_(folder.path() / (std::filesystem::path(command.front()).filename().string() + ".log")) {
        made.make("server");
        command.insert(command.end(), {"--data", folder.path(), "--http", "127.0.0.1:0", "--http-cert", made.pem("server"), "--http-key",
                                       made.key("server")});
        command.insert(command.end(), last.begin(), last.end());
        process_.emplace(std::move(command), log_);
        const std::string words = "http: listening on 127.0.0.1:";
        REQUIRE(eventually(30s, [&] { return log().find(", TLS only\n") != std::string::npos; }));
        port = std::stoi(log().substr(log().find(words) + words.size()));
    }
    [[nodiscard]] std::string log() const { return text_of(log_); }

    int port = 0;

private:
    std::filesystem::path log_;
    std::optional<Process> process_;
};

// A gateway that knows the certificates of an officer and lets everybody read.
class Hall {
public:
    explicit Hall(const std::string& broker) {
        made.make("officer");
        made.make("stranger");
        // printf %s gong | sha256sum
        std::ofstream(folder.path() / "rights.txtpb")
            << "viewer { name: \"officer\" certificate_sha256: \"" << made.sha256("officer") << "\" may: [POST] sees: INTERNAL "
            << "role: CULTURE_OFFICIAL organisation: COMMUNE_PEOPLES_COMMITTEE }\n"
            << "viewer { name: \"clerk\" token_sha256: \"cb37790a8586667fe9d52fbf3749dbbbdf05a5e6eab4152a8af7330c10ea60f5\" }\n"
            << "anonymous { }\n";
        gateway.emplace(folder, made, std::vector<std::string>{CHIENG_GATEWAY, "--place", "23656", "--broker", broker},
                        std::vector<std::string>{"--http-ca", made.pem("authority"), "run", "--rights", folder.path() / "rights.txtpb"});
    }
    [[nodiscard]] HttpAnswer ask(const std::string& method, const std::string& target, const std::string& more = "",
                                 const std::string& shows = "") const {
        return https(gateway->port, made, method, target, more, shows);
    }
    // Who the gateway says that one is.
    [[nodiscard]] std::string me(const std::string& shows, const std::string& more = "") const {
        const auto answer = ask("GET", "/api/v1/me", more, shows);
        return answer.status == 200 ? Json::parse(answer.body).at("viewer").get<std::string>() : std::to_string(answer.status);
    }

    Folder folder;
    Certificates made{folder.path()};
    std::optional<Listener> gateway;
};

std::unique_ptr<TlsWire> follow(const Hall& hall, const std::string& target, const std::string& more = "", const std::string& shows = "") {
    auto wire = std::make_unique<TlsWire>(hall.gateway->port, hall.made, shows);
    wire->send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n");
    return wire;
}

const std::string websocket =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

}  // namespace

TEST_CASE("under TLS the page and the table are read, an event is posted with a certificate, and who follows is told", "[integration]") {
    const ClockAt july{"2022-07-20"};
    const Folder journals;
    Broker broker(journals);
    const Process service({CHIENG_SERVICE, "session", "--data", journals.path(), "--broker", broker.url()},
                          journals.path() / "service.log");
    const Hall hall(broker.url());
    REQUIRE(eventually(60s, [&] { return hall.ask("GET", "/readyz").status == 200; }));
    CHECK(hall.ask("GET", "/").body.find("<!doctype html>") != std::string::npos);
    auto events = follow(hall, "/api/v1/feeds/cells/events");
    CHECK(events->receive("event: head").find("text/event-stream") != std::string::npos);
    auto socket = follow(hall, "/api/v1/feeds/cells/websocket?after=0", websocket);

    const std::string meeting = R"({"occurredOn": "2022-05-20", "village": "23656-01", "sessionHeld": {"form": "TALK", "topics": ["LAW"],
        "languages": ["VIETNAMESE"], "audience": {"total": 30}}})";
    const auto posted = hall.ask("POST", "/api/v1/events?service=session", with_body(as_json + own_page, meeting), "officer");
    REQUIRE(posted.status == 200);
    CHECK(Json::parse(posted.body).at("receipt").at("verdict") == "STORED");
    CHECK(events->receive("\"indicator\":\"COM-01\"").find("event: cells") != std::string::npos);
    const auto told = socket->receive("\"indicator\":\"COM-01\"");
    CHECK(told.starts_with("HTTP/1.1 101 "));
    CHECK(told.find("\"indicator\":\"COM-01\"") != std::string::npos);
    const auto table = Json::parse(hall.ask("GET", "/api/v1/table?period=2022-Q2").body);
    CHECK(table.at("rows").dump().find("\"number\":1") != std::string::npos);
}

TEST_CASE("a certificate is the viewer that it was given to, one of a stranger is nobody's", "[integration]") {
    const Hall hall(nowhere);
    CHECK(hall.me("officer") == "officer");
    CHECK(hall.me("stranger") == "anonymous");
    CHECK(hall.me("") == "anonymous");
    CHECK(hall.me("stranger", "Authorization: Bearer gong\r\n") == "clerk");
    CHECK(hall.me("officer", "Authorization: Bearer gong\r\n") == "clerk");
    CHECK(hall.me("", "X-Certificate-Sha256: " + hall.made.sha256("officer") + "\r\n") == "anonymous");
    hall.made.make("forged", "");
    CHECK(hall.me("forged") == "0");  // nobody vouches for it: no answer

    const std::string empty = R"({"occurredOn": "2023-05-20", "sessionHeld": {}})";
    const auto post = [&](const std::string& fields, const std::string& shows) {
        return hall.ask("POST", "/api/v1/events", with_body(as_json + fields, empty), shows);
    };
    CHECK(post("", "officer").status == 403);
    CHECK(Json::parse(post("", "officer").body).at("field") == "X-Chieng");
    CHECK(post(own_page, "stranger").status == 403);
    CHECK(Json::parse(post(own_page, "officer").body).at("receipt").at("verdict") == "REFUSED");  // it was judged
    const auto other = follow(hall, "/api/v1/feeds/cells/websocket", websocket + "Origin: https://elsewhere.example\r\n", "officer");
    CHECK(other->receive("\r\n\r\n").starts_with("HTTP/1.1 403 "));
    const auto own = follow(hall, "/api/v1/feeds/cells/websocket", websocket + "Origin: https://x\r\n", "officer");
    CHECK(own->receive("\r\n\r\n").starts_with("HTTP/1.1 101 "));

    const auto begun = hall.ask("POST", "/api/v1/session", with_body(as_json, R"({"token": "gong"})"));
    CHECK(begun.fields.at("Set-Cookie").starts_with("chieng_session_23656="));
    CHECK(begun.fields.at("Set-Cookie").ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"));
    CHECK(begun.fields.count("Strict-Transport-Security") == 0);
}

TEST_CASE("who speaks no TLS, an old one, or stops in the middle is turned away, and the next one is served", "[integration]") {
    const Folder folder;
    const Certificates made(folder.path());
    // The library is told to allow what the listener must refuse by itself.
    std::ofstream(folder.path() / "lax.cnf") << "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n"
                                             << "[lax]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n";
    ::setenv("OPENSSL_CONF", (folder.path() / "lax.cnf").c_str(), 1);
    const Listener service(folder, made, {CHIENG_SERVICE, "--broker", nowhere});
    ::unsetenv("OPENSSL_CONF");
    CHECK(TlsWire(service.port, made, "", TLS1_2_VERSION).fault().empty());
    CHECK_THAT(TlsWire(service.port, made, "", TLS1_1_VERSION).fault(), Catch::Contains("protocol version"));

    REQUIRE(eventually(20s, [&] { return service.log().find("no link to " + nowhere) != std::string::npos; }));
    const auto said = service.log();
    std::vector<std::unique_ptr<Wire>> silent;
    for (int i = 0; i < 20; ++i) {  // more than there may be at once
        silent.push_back(std::make_unique<Wire>(service.port));
        if (i % 2 == 0) {
            silent.back()->send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8));  // the beginning of a greeting
        }
    }
    const auto began = std::chrono::steady_clock::now();
    CHECK(https(service.port, made, "GET", "/livez").body == "ok\n");  // waits for its turn
    CHECK(std::chrono::steady_clock::now() - began < 15s);
    for (const auto& wire : silent) {
        CHECK(wire->closed_within(15s));
    }
    for (int i = 0; i < 50; ++i) {
        const auto clear = http(service.port, "GET", "/livez");
        REQUIRE(clear.status == 400);
        REQUIRE_THAT(clear.body, Catch::Contains("https://"));
        Wire noise(service.port);
        noise.send(std::string(3'000, '\x7f'));
        REQUIRE(noise.closed_within(15s));
    }
    CHECK(http(service.port, "GET", "/" + std::string(20'000, 'x')).status == 400);
    CHECK(https(service.port, made, "GET", "/" + std::string(20'000, 'x')).status == 431);
    CHECK(https(service.port, made, "GET", "/livez").status == 200);
    CHECK(service.log() == said);  // none of them is worth a line
}

TEST_CASE("certificates and keys that cannot serve end the program with 78, the option, the file and what to do", "[integration]") {
    const Folder folder;
    const Certificates made(folder.path());
    made.make("server");
    made.make("other");
    std::ofstream(folder.path() / "empty.pem") << "nothing\n";
    const auto ending = [&](std::vector<std::string> options, const std::string& program = CHIENG_SERVICE, bool listens = true) {
        const auto log = folder.path() / "run.log";
        std::filesystem::remove(log);
        options.insert(options.begin(), {program, "--data", folder.path(), "--broker", nowhere});
        if (listens) {
            options.insert(options.end(), {"--http", "127.0.0.1:0"});
        }
        if (program == CHIENG_GATEWAY) {
            options.emplace_back("run");
        }
        Process process(std::move(options), log);
        const auto code = process.wait(30s);
        return std::to_string(code.value_or(-1)) + " " + text_of(log);
    };
    const auto cert = made.pem("server");
    const auto other = made.key("other");
    const auto none = (folder.path() / "none.pem").string();
    const auto empty = (folder.path() / "empty.pem").string();
    CHECK(ending({"--http-cert", cert, "--http-key", other}, CHIENG_GATEWAY) ==
          "78 --http-key " + other + " does not belong to --http-cert " + cert + "; give the key that this certificate was made with\n");
    CHECK(ending({"--http-cert", cert}) == "78 --http-cert " + cert + ": give --http-key FILE too, its private key (PEM)\n");
    CHECK(ending({"--http-key", other}) == "78 --http-key " + other + ": give --http-cert FILE too, the certificate of this key (PEM)\n");
    CHECK_THAT(ending({"--http-cert", none, "--http-key", other}), Catch::StartsWith("78 --http-cert " + none + ": No such file"));
    CHECK_THAT(ending({"--http-cert", cert, "--http-key", empty}), Catch::StartsWith("78 --http-key " + empty + ": "));
    CHECK_THAT(ending({"--http-cert", cert, "--http-key", made.key("server"), "--http-ca", empty}),
               Catch::StartsWith("78 --http-ca " + empty + ": "));
    CHECK_THAT(ending({"--http-ca", cert}), Catch::StartsWith("78 --http-ca " + cert + ": in clear text"));
    CHECK_THAT(ending({"--http-cert", cert, "--http-key", made.key("server")}, CHIENG_SERVICE, false),
               Catch::StartsWith("78 --http-cert " + cert + ": nothing listens"));
}

}  // namespace tls_test
