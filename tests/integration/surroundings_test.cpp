// SPDX-License-Identifier: Apache-2.0
// Bad surroundings: no space, no right to write, no broker, a journal that is taken. Each is said in words that tell what to
// do, ends with a code of sysexits.h, and loses nothing.
#include "chieng/v1/feed.pb.h"
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "tests/support/events.hpp"
#include "tests/support/processes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>

namespace surroundings_test {

using namespace chieng;
using namespace chieng::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t small_disk = 192 * 1024;

std::filesystem::path outbox_of(const Folder& folder) {
    return folder.path() / "p1.outbox.db";
}

void post_sessions(const Folder& folder, int count) {
    SqliteStore store(outbox_of(folder));
    Outbox outbox(store);
    for (int i = 0; i < count; ++i) {
        REQUIRE(outbox.post(a_session_held(0), "session", &kbang(), "23656", *parse_day("2022-04-10"), 1).index() == 0);
    }
}

Outbox::Ledger ledger_of(const Folder& folder) {
    SqliteStore store(outbox_of(folder), nullptr, Sharing::shared);
    return Outbox(store).ledger();
}

std::vector<std::string> service(const Folder& folder, const std::string& broker) {
    return {CHIENG_SERVICE, "session", "--data", folder.path(), "--broker", broker};
}

std::vector<std::string> field(const Folder& folder, const std::string& broker, std::vector<std::string> words) {
    std::vector<std::string> command{CHIENG_FIELD, "--device", "p1", "--data", folder.path(), "--broker", broker, "--english"};
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

// How often each number of the device stands in the journal.
std::map<std::uint64_t, int> journalled(const Folder& folder) {
    SqliteStore store(folder.path() / "23656-session.db");
    std::map<std::uint64_t, int> times;
    for (auto block = store.block_at(1); block; block = store.block_at(block->last + 1)) {
        v1::Block entries;
        REQUIRE(entries.ParseFromString(block->bytes));
        for (const auto& entry : entries.entries()) {
            v1::Event event;
            REQUIRE(event.ParseFromString(entry.event()));
            ++times[event.sequence()];
        }
    }
    return times;
}

std::string ending(std::vector<std::string> command, const Folder& folder) {
    const auto log = folder.path() / "ending.log";
    std::filesystem::remove(log);
    Process process(std::move(command), log);
    const auto code = process.wait(30s);
    return std::to_string(code.value_or(-1)) + " " + text_of(log);
}

const std::string no_broker = "tcp://127.0.0.1:1";

}  // namespace

TEST_CASE("a service whose disk is full stops with 74, had answered nothing that it did not keep, and goes on later", "[integration]") {
    const Folder folder;
    Broker broker(folder);
    constexpr int events = 3000;
    post_sessions(folder, events);
    const auto log = folder.path() / "service.log";
    Process first(service(folder, broker.url()), log, small_disk);
    Process sender(field(folder, broker.url(), {"send", "--patience", "120"}), folder.path() / "send.log");
    REQUIRE(first.wait(60s) == 74);
    CHECK_THAT(text_of(log), Catch::Contains("23656-session.db: the disk ") && Catch::Contains("start again"));
    const auto kept = journalled(folder);
    CHECK(kept.size() < events);
    CHECK(ledger_of(folder).stored <= kept.size());
    Process second(service(folder, broker.url()), log);
    REQUIRE(sender.wait(120s) == 0);
    CHECK(ledger_of(folder) == Outbox::Ledger{events, events, 0, 0});
    second.kill();
    const auto all = journalled(folder);
    CHECK(all.size() == events);
    CHECK(std::all_of(all.begin(), all.end(), [](const auto& one) { return one.second == 1; }));
}

namespace {

std::filesystem::path lines_of_sessions(const Folder& folder, int count) {
    auto lines = folder.path() / "events.jsonl";
    std::ofstream out(lines);
    for (int i = 0; i < count; ++i) {
        out << R"({"occurredOn":"2022-03-20","village":"23656-01","organisation":"WOMEN","role":"ASSOCIATION_OFFICER",)"
            << R"("sessionHeld":{"form":"TALK","topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}})"
            << "\n";
    }
    return lines;
}

}  // namespace

TEST_CASE("of a file that finds the disk full nothing is posted", "[integration]") {
    const Folder folder;
    const auto lines = lines_of_sessions(folder, 3000);
    const auto log = folder.path() / "post.log";
    Process poster(field(folder, no_broker, {"post", "session-held", "--file", lines}), log, small_disk);
    REQUIRE(poster.wait(60s) == 74);
    CHECK_THAT(text_of(log), Catch::Contains("p1.outbox.db: the disk "));
    const auto said = text_of(log);
    CHECK_THAT(said, !Catch::Contains("kept, waiting"));
    CHECK_THAT(said, Catch::Contains("nothing was kept; post the whole file again\n"));
    Process in_vietnamese({CHIENG_FIELD, "--device", "p1", "--data", folder.path(), "post", "session-held", "--file", lines}, log,
                          small_disk);
    REQUIRE(in_vietnamese.wait(60s) == 74);
    CHECK_THAT(text_of(log), Catch::Contains("chưa ghi tin nào; hãy ghi lại cả tệp\nMáy đã hết chỗ chứa. ") ||
                                 Catch::Contains("chưa ghi tin nào; hãy ghi lại cả tệp\nBộ nhớ của máy "));
    CHECK(ledger_of(folder) == Outbox::Ledger{});
    post_sessions(folder, 1);
    CHECK(ledger_of(folder).posted == 1);
}

TEST_CASE("a file whose poster is killed is posted whole or not at all", "[integration]") {
    constexpr std::uint64_t count = 4000;
    for (const auto after : {60ms, 120ms, 240ms, 480ms}) {
        const Folder folder;
        const auto lines = lines_of_sessions(folder, count);
        Process poster(field(folder, no_broker, {"post", "session-held", "--file", lines}), folder.path() / "post.log");
        std::this_thread::sleep_for(after);
        poster.kill();
        const auto posted = ledger_of(folder).posted;
        CAPTURE(after.count(), posted);
        CHECK((posted == 0 || posted == count));
        CHECK((text_of(folder.path() / "post.log").find("kept, waiting") == std::string::npos || posted == count));
    }
}

TEST_CASE("a folder that nobody may write ends each program with what to check", "[integration]") {
    const Folder folder;
    for (const auto& program : {std::vector<std::string>{CHIENG_SERVICE, "--data", "/proc"},
                                {CHIENG_FIELD, "--data", "/proc", "list"},
                                {CHIENG_GATEWAY, "--data", "/proc", "run"}}) {
        CHECK_THAT(ending(program, folder), Catch::StartsWith("74 ") && Catch::Contains("check that its folder exists and may be written"));
    }
    CHECK_THAT(ending({CHIENG_FIELD, "--data", "/proc", "list"}, folder), Catch::Contains("Không ghi được vào thư mục giữ tin."));
    CHECK_THAT(ending({CHIENG_FIELD, "--data", "/proc", "--english", "list"}, folder), !Catch::Contains("Không"));
    const auto file = folder.path() / "file";
    std::ofstream(file) << "x";
    CHECK_THAT(ending({CHIENG_SERVICE, "--data", file / "below"}, folder), Catch::StartsWith("64 --data: "));
}

TEST_CASE("a journal of another kind, or damaged, is left as it is and named", "[integration]") {
    const Folder folder;
    const auto file = folder.path() / "23656-session.db";
    const std::string letter = "This is a letter to the district, and no database at all." + std::string(5000, '.');
    std::ofstream(file) << letter;
    CHECK(
        ending(service(folder, no_broker), folder).starts_with("74 " + file.string() + ": the file is damaged; restore it from a backup"));
    CHECK(text_of(file) == letter);
}

TEST_CASE("a journal that was copied into another's place ends the service with 74 and whose it is", "[integration]") {
    const Folder folder;
    const auto log = folder.path() / "first.log";
    Process first(service(folder, no_broker), log);
    REQUIRE(eventually(20s, [&] { return text_of(log).find("ready") != std::string::npos; }));
    REQUIRE(first.stop() == 0);
    std::filesystem::copy_file(folder.path() / "23656-session.db", folder.path() / "23656-household.db");
    CHECK_THAT(
        ending({CHIENG_SERVICE, "household", "--data", folder.path(), "--broker", no_broker}, folder),
        Catch::StartsWith("74 ") && Catch::Contains("the file for the journal household 23656 is that of the journal session 23656; "));
    std::filesystem::copy_file(folder.path() / "23656-session.db", folder.path() / "23659-session.db");
    CHECK_THAT(
        ending({CHIENG_SERVICE, "session", "--commune", "23659", "--data", folder.path(), "--broker", no_broker}, folder),
        Catch::StartsWith("74 ") && Catch::Contains("the file for the journal session 23659 is that of the journal session 23656; "));
}

TEST_CASE("a second process on one journal is refused with what to do", "[integration]") {
    const Folder folder;
    const auto log = folder.path() / "first.log";
    Process first(service(folder, no_broker), log);
    REQUIRE(eventually(20s, [&] { return text_of(log).find("ready") != std::string::npos; }));
    CHECK_THAT(ending(service(folder, no_broker), folder),
               Catch::StartsWith("74 ") && Catch::Contains("23656-session.db: another process has it open; stop that one first"));
    CHECK(first.stop() == 0);
}

TEST_CASE("a service and a phone that find no broker say so once, and work when it comes", "[integration]") {
    const Folder folder;
    Broker broker(folder);
    broker.stop();
    post_sessions(folder, 10);
    const auto log = folder.path() / "service.log";
    Process serving(service(folder, broker.url()), log);
    const auto words = "no link to " + broker.url();
    REQUIRE(eventually(20s, [&] { return text_of(log).find(words) != std::string::npos; }));
    CHECK_THAT(ending(field(folder, broker.url(), {"send", "--patience", "1"}), folder),
               Catch::StartsWith("69 ") && Catch::Contains(words) && Catch::Contains("left: 10"));
    CHECK(text_of(log).find(words, text_of(log).find(words) + 1) == std::string::npos);
    broker.start();
    CHECK(ending(field(folder, broker.url(), {"send"}), folder).starts_with("0 "));
    CHECK(ledger_of(folder) == Outbox::Ledger{10, 10, 0, 0});
    CHECK(serving.stop() == 0);
}

}  // namespace surroundings_test
