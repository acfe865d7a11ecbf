// SPDX-License-Identifier: Apache-2.0
// What the engine is sent that it cannot read, or in another form: JSON, CloudEvents, rubbish, a later revision.
#include "services/runtime/core/engine.hpp"

#include "tests/support/engine_bench.hpp"
#include "tests/support/events.hpp"

#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/json_util.h>
#include <catch2/catch.hpp>

#include <set>

namespace engine_input_test {

using namespace chieng;
using namespace chieng::testing;

TEST_CASE("an event that is too large is named among those that came with it") {
    Bench bench;
    auto large = a_session_held(2);
    large.set_note(std::string(20 * 1024, 'x'));
    CHECK(bench.send("p1", {a_session_held(1), large, a_session_held(3)}).find("2,REFUSED TOO_LARGE;") != std::string::npos);
}

TEST_CASE("what cannot be read is kept with the reason, counted, and answered") {
    Bench bench;
    CHECK(bench.deliver("p1", "\xff\xff\xff") == "REFUSED UNREADABLE;");
    CHECK(bench.deliver("p1", payload("p2", {a_session_held(1)})) == "REFUSED WRONG_DEVICE;");
    CHECK(bench.deliver("p1", payload("p1", {a_session_held(1)}, "23659")) == "REFUSED WRONG_COMMUNE;");
    CHECK(bench.deliver("p1", std::string(300 * 1024, 'x')) == "REFUSED TOO_LARGE;");
    CHECK(bench.deliver("p1", "") == "REFUSED WRONG_DEVICE;");
    CHECK(bench.send("p1", {a_session_held(0)}) == "REFUSED REQUIRED;");
    CHECK(bench.send("p1", {a_household_supported(1)}) == "1,REFUSED WRONG_SERVICE;");
    CHECK(bench.send("p1", {a_household_supported(1)}) == "1,DUPLICATE(REFUSED) WRONG_SERVICE;");
    // No erasure would find the household here.
    bench.store.scan("r/", [&](std::string_view, std::string_view bytes) {
        CHECK(bytes.find(a_household_supported(1).household_supported().household_key()) == std::string_view::npos);
        return true;
    });
    int kept = 0;
    bench.store.scan("q/", [&](std::string_view, std::string_view) { return ++kept > 0; });
    CHECK(kept == 6);
    CHECK(bench.engine->counters().quarantined == 6);
}

TEST_CASE("a receipt can be read whatever it quotes") {
    Bench bench;
    CHECK(bench.deliver("p1", payload("ộộộộộộộộộộộ", {a_session_held(1)})) == "REFUSED WRONG_DEVICE;");
    v1::Receipt receipt;
    static_cast<void>(bench.deliver("p1", "{\"seq\xc1\xac\": 1}"));
    CHECK(google::protobuf::util::JsonStringToMessage(bench.last_receipt, &receipt).ok());
    CHECK(receipt.answers(0).reasons(0).code() == "UNREADABLE");
}

TEST_CASE("fields of a later revision are kept and passed on") {
    Bench bench;
    auto event = a_session_held(1);
    event.GetReflection()->MutableUnknownFields(&event)->AddVarint(999, 7);
    static_cast<void>(bench.send("p1", {event}));
    v1::Event passed;
    REQUIRE(passed.ParseFromString(bench.feed.at(0).entries(0).event()));
    CHECK(passed.GetReflection()->GetUnknownFields(passed).field(0).number() == 999);
}

TEST_CASE("a plain JSON event is taken and answered in JSON; the same JSON again is the same event") {
    Bench bench;
    const std::string json = R"({"device":"web-1","commune":"23656","events":[{"sequence":"1","occurredOn":"2022-03-20",
        "village":"23656-02","organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":{"form":"TALK",
        "topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}}]})";
    CHECK(bench.deliver("web-1", json).find("\"STORED\"") != std::string::npos);
    CHECK(bench.deliver("web-1", json).find("\"DUPLICATE\"") != std::string::npos);
    CHECK(bench.deliver("web-1", "{\"device\":1").find("UNREADABLE") != std::string::npos);
    auto unknown = json;
    unknown.replace(unknown.find("TALK"), 4, "SINGING");
    unknown.replace(unknown.find("\"1\""), 3, "\"7\"");
    const auto told = bench.deliver("web-1", unknown);
    CHECK(told.find("UNREADABLE") != std::string::npos);
    CHECK(told.find("\"sequences\":[\"7\"]") != std::string::npos);  // it may come again under its number, when it is right
    CHECK(told.find("SINGING") != std::string::npos);
    CHECK(told.find("\"field\":\"session_held.form\"") != std::string::npos);
    CHECK(bench.attendances() == 30);
}

TEST_CASE("of JSON in which a name stands twice nothing is taken, as one of its values would be passed over") {
    Bench bench;
    const std::string before =
        R"({"device":"web-1","commune":"23656","events":[{"sequence":"1","occurredOn":"2022-03-20","village":"23656-02",)"
        R"("organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":{"form":"TALK","topics":["LAW"],)"
        R"("languages":["BAHNAR"],"audience":{"total":30)";
    const auto told = bench.deliver("web-1", before + R"(,"total":31}}}]})");
    CHECK(told.find("UNREADABLE") != std::string::npos);
    CHECK(told.find("total stands twice in one object") != std::string::npos);
    CHECK(told.find("có mục ghi hai lần") != std::string::npos);
    CHECK(bench.engine->last_offset() == 0);
    CHECK(bench.deliver("web-1", before + "}}}]}").find("STORED") != std::string::npos);
    CHECK(bench.deliver("web-1", before + R"(},"length":1}}]})").find("có mục không nằm trong mẫu") != std::string::npos);
    CHECK(bench.deliver("web-1", before + R"(}},"occurred_on":"2022-03-21"}]})").find("occurred_on stands twice") != std::string::npos);
    CHECK(bench.deliver("web-1", before + R"(}}}],"device":"web-1"})").find("device stands twice") != std::string::npos);
}

TEST_CASE("of a JSON batch with one event in which a name stands twice the others are taken") {
    Bench bench;
    const auto event = [](const std::string& sequence, const std::string& more) {
        return R"({"sequence":")" + sequence +
               R"(","occurredOn":"2022-03-20","village":"23656-02","organisation":"WOMEN","role":"ASSOCIATION_OFFICER",)" +
               R"("sessionHeld":{"form":"TALK","topics":["LAW"],"languages":["BAHNAR"],"audience":{"total":30)" + more + "}}}";
    };
    static_cast<void>(bench.deliver("web-1", R"({"device":"web-1","commune":"23656","events":[)" + event("1", "") + ",7," +
                                                 event("2", R"(,"total":31)") + "," + event("3", "") + "]}"));
    v1::Receipt receipt;
    REQUIRE(google::protobuf::util::JsonStringToMessage(bench.last_receipt, &receipt).ok());
    const auto told = Bench::tell(receipt.SerializeAsString());
    CHECK(told.find("1,3,STORED 202204;") != std::string::npos);
    CHECK(told.find("2,REFUSED UNREADABLE;") != std::string::npos);
    CHECK(bench.engine->last_offset() == 2);
}

TEST_CASE("of a JSON batch with one event that cannot be read the others are taken, and that one is named") {
    Bench bench;
    const auto event = [](const std::string& sequence, const std::string& form) {
        return R"({"sequence":")" + sequence + R"(","occurredOn":"2022-03-20","village":"23656-02","organisation":"WOMEN",)" +
               R"("role":"ASSOCIATION_OFFICER","sessionHeld":{"form":")" + form +
               R"(","topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}})";
    };
    const auto batch = [&](const std::string& second) {
        return R"({"device":"web-1","commune":"23656","events":[)" + event("1", "TALK") + "," + second + "," + event("3", "TALK") + "]}";
    };
    const auto told = bench.deliver("web-1", batch(event("2", "SINGING")));
    CHECK(bench.attendances() == 60);
    CHECK(told.find(R"({"verdict":"STORED","sequences":["1","2"])") != std::string::npos);
    CHECK(told.find(R"({"verdict":"REFUSED","sequences":["2"])") != std::string::npos);
    CHECK(told.find("events[1]") != std::string::npos);
    CHECK(bench.engine->counters().quarantined == 1);
    CHECK(bench.deliver("web-1", batch(event("2", "TALK"))).find(R"({"verdict":"STORED","sequences":["2"])") != std::string::npos);
    CHECK(bench.attendances() == 90);
    CHECK(bench.deliver("web-1", batch("17")).find("UNREADABLE") != std::string::npos);
    CHECK(bench.attendances() == 90);
}

TEST_CASE("a CloudEvent in structured mode is an event") {
    Bench bench;
    const std::string json = R"({"specversion":"1.0","type":"chieng.v1.SessionHeld","source":"/chieng/23656/web-1","id":"5",
        "data":{"occurredOn":"2022-03-20","organisation":"WOMEN","role":"ASSOCIATION_OFFICER","sessionHeld":{"form":"TALK",
        "topics":["LAW"],"languages":["VIETNAMESE"],"audience":{"total":30}}}})";
    CHECK(bench.deliver("web-1", json).find("\"STORED\"") != std::string::npos);
    CHECK(bench.attendances() == 30);
}

}  // namespace engine_input_test
