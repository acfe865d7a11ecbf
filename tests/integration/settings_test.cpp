// SPDX-License-Identifier: Apache-2.0
// What a program says, and how it ends, when it is told something wrong: each of the three, as a process.
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

namespace settings_test {

using namespace chieng::testing;

namespace {

struct Ending {
    int code = -1;
    std::string said;
};

Ending run(const Folder& folder, std::vector<std::string> command) {
    const auto log = folder.path() / "run.log";
    std::filesystem::remove(log);
    Process process(std::move(command), log);
    const auto code = process.wait(std::chrono::seconds(20));
    return {code.value_or(-1), text_of(log)};
}

std::string settings(const Folder& folder, const std::string& text) {
    auto file = folder.path() / "chieng.toml";
    std::ofstream(file) << text;
    return file;
}

}  // namespace

TEST_CASE("a name that no setting has ends each program with 78 and the line of the file", "[integration]") {
    const Folder folder;
    const auto file = settings(folder, "broker = \"tcp://127.0.0.1:1\"\n# a comment\nbrokr = \"tcp://127.0.0.1:1\"\n");
    const auto [program, rest] =
        GENERATE(table<std::string, std::string>({{CHIENG_SERVICE, ""}, {CHIENG_FIELD, "list"}, {CHIENG_GATEWAY, "run"}}));
    std::vector<std::string> command{program, "--config", file};
    if (!rest.empty()) {
        command.push_back(rest);
    }
    const auto ending = run(folder, command);
    CHECK(ending.code == 78);
    CHECK(ending.said == file + ":3: no setting has the name brokr\n");
}

TEST_CASE("what no command expects is named, and who says what is", "[integration]") {
    const Folder folder;
    const auto field = run(folder, {CHIENG_FIELD, "--data", folder.path(), "post", "session-held", "--topic", "LAW", "--form", "TALK"});
    CHECK(field.code == 64);
    CHECK(field.said == "--topic is not expected here; chieng-field post session-held --help says what is\n");
    const auto gateway = run(folder, {CHIENG_GATEWAY, "tabel"});
    CHECK(gateway.code == 64);
    CHECK(gateway.said == "tabel is not expected here; chieng-gateway --help says what is\n");
    CHECK(run(folder, {CHIENG_FIELD, "lst"}).said == "lst is not expected here; chieng-field --help says what is\n");
    // A line says all that it says: a flag beside the file would be passed over.
    const auto lines = folder.path() / "lines.json";
    std::ofstream(lines) << "{}\n";
    const auto both = run(folder, {CHIENG_FIELD, "--data", folder.path(), "post", "session-held", "--file", lines, "--corrects", "1"});
    CHECK(both.code == 64);
    CHECK_THAT(both.said, Catch::Contains("--corrects") && Catch::Contains("--file"));
}

TEST_CASE("what the broker knows nothing of is no empty table", "[integration]") {
    const Folder folder;
    const Broker broker(folder);
    for (const std::string command : {"table", "export"}) {
        const auto ending = run(folder, {CHIENG_GATEWAY, "--place", "625", "--broker", broker.url(), command, "--period", "2022-Q2"});
        CHECK(ending.code == 69);
        CHECK(ending.said ==
              "the broker at " + broker.url() + " tells nothing of the gateway of 625; is it running, and may this user read it?\n");
    }
}

TEST_CASE("a gateway that others reach is told who may see what", "[integration]") {
    const Folder folder;
    const auto address = GENERATE(as<std::string>(), "0.0.0.0:0", "[::]:0");
    // What is the program's own may stand behind the command as well.
    const auto ending = run(folder, {CHIENG_GATEWAY, "--broker", "tcp://127.0.0.1:1", "run", "--data", folder.path(), "--http", address});
    CHECK(ending.code == 78);
    CHECK_THAT(ending.said, Catch::StartsWith("--http " + address) && Catch::Contains("--rights FILE"));
}

TEST_CASE("rights that name a recipient that there is not end a gateway with 78, and with those that there are", "[integration]") {
    const Folder folder;
    const auto rights = folder.path() / "rights.txtpb";
    std::ofstream(rights) << "# of one\nanonymous { recipient: \"commune/labor\" }\n";
    const auto ending = run(
        folder, {CHIENG_GATEWAY, "--broker", "tcp://127.0.0.1:1", "--data", folder.path(), "--place", "23656", "run", "--rights", rights});
    CHECK(ending.code == 78);
    CHECK_THAT(ending.said, Catch::StartsWith(rights.string() + ":2:1: ") && Catch::Contains("no recipient commune/labor at 23656") &&
                                Catch::Contains("commune/labour"));
}

TEST_CASE("a wrong value in the file of settings names the line, one on the command line is a wrong use", "[integration]") {
    const Folder folder;
    const auto file = settings(folder, "\ndata = \"/nowhere/at/all\"\n");
    auto ending = run(folder, {CHIENG_SERVICE, "--config", file});
    CHECK(ending.code == 78);
    CHECK(ending.said.starts_with(file + ":2: --data: "));
    ending = run(folder, {CHIENG_SERVICE, "--config", file, "--data", "/nowhere/either"});
    CHECK(ending.code == 64);
    CHECK_THAT(ending.said, Catch::StartsWith("--data: ") && Catch::Contains("/nowhere/either"));
    ending = run(folder, {CHIENG_FIELD, "--brokr", "x", "list"});
    CHECK(ending.code == 64);
    CHECK_THAT(ending.said, Catch::Contains("--brokr"));
    ending = run(folder, {CHIENG_FIELD, "post", "nothing-held"});
    CHECK(ending.code == 64);
    CHECK_THAT(ending.said, Catch::Contains("nothing-held"));
    ending = run(folder, {CHIENG_FIELD, "--data", folder.path(), "post"});
    CHECK(ending.code == 64);
    CHECK_THAT(ending.said, Catch::Contains("which event?"));
}

TEST_CASE("an address that no broker has ends each program with 78 and the form that is expected", "[integration]") {
    const Folder folder;
    const std::tuple<std::string, std::string> asked = GENERATE(table<std::string, std::string>(
        {{CHIENG_SERVICE, ""}, {CHIENG_FIELD, "send"}, {CHIENG_GATEWAY, "run"}, {CHIENG_GATEWAY, "table"}}));
    const auto& program = std::get<0>(asked);
    const auto& rest = std::get<1>(asked);
    const auto ending = [&](std::vector<std::string> options) {
        options.insert(options.begin(), program);
        if (!rest.empty()) {
            options.push_back(rest);
        }
        return run(folder, options);
    };
    for (const auto* address : {"tpc://127.0.0.1:21000", "mqtt://x", "tcp://127.0.0.1:99999", "tcp://127.0.0.1 :21000", ""}) {
        const auto wrong = ending({"--broker", address});
        CHECK(wrong.code == 78);
        CHECK_THAT(wrong.said, Catch::StartsWith("--broker: '" + std::string(address) + "' ") && Catch::Contains("tcp://HOST:PORT"));
    }
    const auto file = settings(folder, "\nbroker = \"127.0.0.1\"\n");
    const auto wrong = ending({"--config", file});
    CHECK(wrong.code == 78);
    CHECK_THAT(wrong.said, Catch::StartsWith(file + ":2: --broker: '127.0.0.1' ") && Catch::Contains("tcp://HOST:PORT"));
}

TEST_CASE("a file of settings that is not there, or with a section of no sense, ends with 78", "[integration]") {
    const Folder folder;
    auto ending = run(folder, {CHIENG_SERVICE, "--config", folder.path() / "none.toml"});
    CHECK(ending.code == 78);
    CHECK_THAT(ending.said, Catch::Contains("none.toml"));
    const auto file = settings(folder, "[broker]\nport = 1883\n");
    ending = run(folder, {CHIENG_GATEWAY, "--config", file, "run"});
    CHECK(ending.code == 78);
    CHECK(ending.said == file + ":1: no setting has the name [broker]\n");
}

TEST_CASE("a place that the register does not know ends service and gateway with 78", "[integration]") {
    const Folder folder;
    auto ending = run(folder, {CHIENG_SERVICE, "--commune", "99999", "--data", folder.path()});
    CHECK(ending.code == 78);
    CHECK(ending.said == "--commune 99999 is not in the register of places\n");
    ending = run(folder, {CHIENG_GATEWAY, "--place", "99999", "run"});
    CHECK(ending.code == 78);
    CHECK(ending.said == "--place 99999 is not in the register of places\n");
}

TEST_CASE("a service is a commune's", "[integration]") {
    const Folder folder;
    const auto ending = run(folder, {CHIENG_SERVICE, "--commune", "625", "--data", folder.path(), "--broker", "tcp://127.0.0.1:1"});
    CHECK(ending.code == 78);
    CHECK_THAT(ending.said, Catch::StartsWith("--commune 625 is no commune: "));
}

TEST_CASE("certificates for a broker that is spoken to in clear text are refused", "[integration]") {
    const Folder folder;
    const auto file = settings(folder, "");
    const auto ending = run(folder, {CHIENG_SERVICE, "--data", folder.path(), "--cafile", file});
    CHECK(ending.code == 78);
    CHECK_THAT(ending.said, Catch::Contains("clear text"));
}

TEST_CASE("an ssl:// broker is spoken to when its authority is known, and refused otherwise", "[integration]") {
    const Folder folder;
    const auto path = [&](const char* name) { return (folder.path() / name).string(); };
    REQUIRE(run(folder, {"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                         "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path("broker.key"), "-out",
                         path("broker.pem")})
                .code == 0);
    const auto port = free_port();
    std::ofstream(path("tls.conf")) << "listener " << port << " 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\ncertfile "
                                    << path("broker.pem") << "\nkeyfile " << path("broker.key") << "\n";
    Process broker({"/usr/sbin/mosquitto", "-c", path("tls.conf")}, path("tls.log"));
    const auto url = "ssl://127.0.0.1:" + std::to_string(port);
    const auto logged = [&](const std::string& log, const std::string& words) {
        return eventually(std::chrono::seconds(20), [&] { return text_of(log).find(words) != std::string::npos; });
    };
    Process trusting({CHIENG_SERVICE, "session", "--data", folder.path(), "--broker", url, "--cafile", path("broker.pem")},
                     path("good.log"));
    CHECK(logged(path("good.log"), "link up"));
    Process strict({CHIENG_SERVICE, "household", "--data", folder.path(), "--broker", url}, path("strict.log"));
    CHECK(logged(path("strict.log"), "no link to " + url));
    CHECK(text_of(path("strict.log")).find("link up") == std::string::npos);
}

}  // namespace settings_test
