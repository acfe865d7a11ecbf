// SPDX-License-Identifier: Apache-2.0
// Who may see and do what, and requests that are meant to do harm.
#include "tests/support/web_world.hpp"

namespace web_rights_test {

using namespace chieng;
using namespace chieng::testing;
using web::Json;

namespace {

// What Set-Cookie says.
std::string sign_in(WebWorld& world, const std::string& token, Fields fields = {}) {
    fields["content-type"] = "application/json";
    const auto begun = std::get<HttpReply>(world.ask("POST", "/api/v1/session", std::move(fields), "{\"token\": \"" + token + "\"}"));
    CHECK(begun.status == 200);
    return std::string(begun.field("Set-Cookie"));
}

const std::string a_meeting =
    R"({"occurredOn": "2022-03-20", "village": "23656-01", "sessionHeld": {"form": "TALK", "topics": ["LAW"], "languages": ["VIETNAMESE"], "audience": {"total": 30}}})";
const std::string a_void =
    R"({"occurredOn": "2022-03-20", "village": "23656-01", "correction": {"action": "VOID", "reason": "ENTERED_TWICE", "device": "p", "sequence": "1"}, "sessionHeld": {}})";
const std::string a_target = R"({"occurredOn": "2022-03-20", "targetAssigned": {"indicator": "COM-01", "period": "2022", "value": "100"}})";

}  // namespace

TEST_CASE("with rights nobody reads without a token, and a wrong one is refused") {
    WebWorld world("23656", rights_of_three());
    CHECK(world.refused("/api/v1/me") == "401 ");
    CHECK(world.reply("/api/v1/me").field("WWW-Authenticate") == "Bearer");
    CHECK(world.refused("/api/v1/table?period=2022", as("gang")) == "401 ");
    CHECK(world.refused("/api/v1/me", {{"authorization", "Basic gong"}}) == "401 ");
    CHECK(world.refused("/api/v1/me", as(std::string(100'000, 'g'))) == "401 ");
    CHECK(world.get("/api/v1/me", as("gong")).at("may") == Json{"POST", "CORRECT", "FILE"});
    CHECK(world.reply("/openapi.json").status == 200);
    CHECK(world.reply("/").status == 200);
}

TEST_CASE("metrics count events to the moment: under rights they are for who sees every number, without for this machine") {
    const WebWorld world("23656", rights_of_three());
    const auto refused = [](const WebWorld& asked, Fields fields) {
        HttpRequest request;
        request.method = "GET";
        request.path = "/metrics";
        request.fields = std::move(fields);
        const auto refusal = asked.api.refuse_metrics(request, asked.now);
        return refusal ? refusal->status : 0;
    };
    CHECK(refused(world, {}) == 401);
    CHECK(refused(world, as("flute")) == 403);
    CHECK(refused(world, as("gong")) == 0);
    const WebWorld open("23656");
    CHECK(refused(open, {{"host", "localhost:9100"}}) == 0);
    CHECK(refused(open, {{"host", "evil.example"}}) == 403);
}

TEST_CASE("rights that contradict themselves are refused with the place") {
    const auto fault = [](const std::string& text) {
        try {
            static_cast<void>(web::Rights::load(text, "r"));
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const auto digest = web::sha256_hex("gong");
    CHECK(fault("viewer {\n  nome: \"x\" }").starts_with("r:2:"));
    CHECK(fault("viewer { name: \"x\" token_sha256: \"abc\" }").find("token_sha256") != std::string::npos);
    CHECK(fault("viewer { name: \"a b\" token_sha256: \"" + digest + "\" }").find("name") != std::string::npos);
    CHECK(fault("viewer { name: \"a\" token_sha256: \"" + digest + "\" may: CORRECT }").find("role") != std::string::npos);
    CHECK(fault("viewer { name: \"a\" token_sha256: \"" + digest + "\" may: FILE }").find("role") != std::string::npos);
    CHECK(fault("viewer { name: \"a\" token_sha256: \"" + digest +
                "\" may: FILE recipient: \"village/23656-01\" role: VILLAGE_HEAD organisation: VILLAGE }")
              .find("FILE") != std::string::npos);
    CHECK(fault("anonymous { may: FILE }").find("anonymous") != std::string::npos);
    const auto one = "viewer { name: \"a\" token_sha256: \"" + digest + "\" }\n";
    CHECK(fault(one + one).starts_with("r:2:1: viewer 'a': another viewer"));
    CHECK(fault(one).empty());
    const auto with = [](const std::string& name, const std::string& certificate) {
        return "viewer { name: \"" + name + "\" certificate_sha256: \"" + certificate + "\" }\n";
    };
    CHECK(fault(with("b", digest)).empty());
    CHECK(fault(one + with("b", digest.substr(1))).starts_with("r:2:1: viewer 'b': certificate_sha256: 64 digits"));
    CHECK(fault(with("b", std::string(64, 'A'))).find("certificate_sha256") != std::string::npos);
    CHECK(fault(with("b", digest) + "\n" + with("c", digest)).starts_with("r:3:1: viewer 'c': another viewer"));
    CHECK(fault("viewer { name: \"d\" }").find("token_sha256") != std::string::npos);
    CHECK(fault("anonymous { certificate_sha256: \"" + digest + "\" }").starts_with("r:1:1: anonymous"));
}

TEST_CASE("a cookie reads, and changes something only with the header that no other page can send") {
    WebWorld world("23656", rights_of_three());
    const auto cookie = sign_in(world, "gong");
    CHECK(cookie.starts_with("chieng_session_23656="));  // the district's gateway on the same machine has its own
    CHECK(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"));
    CHECK(cookie.find("gong") == std::string::npos);
    Fields fields{{"cookie", "theme=dark; " + cookie.substr(0, cookie.find(';'))}, {"content-type", "application/json"}};
    CHECK(world.get("/api/v1/me", fields).at("viewer") == "officer");
    CHECK(status_of(world.ask("POST", "/api/v1/events?service=session", fields, a_meeting)) == "403 X-Chieng");
    fields["x-chieng"] = "1";
    CHECK(status_of(world.ask("POST", "/api/v1/events?service=session", fields, a_meeting)) == "done");
    CHECK(std::get<HttpReply>(world.ask("DELETE", "/api/v1/session", fields)).field("Set-Cookie").find("Max-Age=0") != std::string::npos);
    CHECK(status_of(world.ask("POST", "/api/v1/session", {{"content-type", "application/json"}}, R"({"token": "gang"})")) == "401");
    CHECK(status_of(world.ask("POST", "/api/v1/session", {{"content-type", "text/plain"}}, R"({"token": "gong"})")) == "415 Content-Type");
}

TEST_CASE("a session is over when it is ended, when its time has come, and when the gateway starts anew; a token is no session") {
    WebWorld world("23656", rights_of_three());
    const auto with = [](const std::string& cookie) { return Fields{{"cookie", cookie.substr(0, cookie.find(';'))}}; };
    const auto me = [&](const std::string& cookie) {
        const auto reply = world.reply("/api/v1/me", with(cookie));
        return reply.status == 200 ? Json::parse(reply.body).at("viewer").get<std::string>() : std::to_string(reply.status);
    };
    const auto first = sign_in(world, "gong");
    const auto second = sign_in(world, "gong");
    CHECK(first != second);
    CHECK(me(first) == "officer");
    CHECK(std::get<HttpReply>(world.ask("DELETE", "/api/v1/session", with(first))).status == 204);
    CHECK(me(first) == "401");
    CHECK(world.reply("/api/v1/me", with(first)).field("Set-Cookie").find("Max-Age=0") != std::string::npos);
    CHECK(me(second) == "officer");
    CHECK(me("chieng_session_23656=gong") == "401");
    CHECK(me("chieng_session_23656=") == "401");
    CHECK(me("chieng_session_625=gong") == me(""));
    CHECK(world.refused("/api/v1/me", as(second.substr(second.find('=') + 1, second.find(';') - second.find('=') - 1))) == "401 ");

    const auto third = sign_in(world, "drum", with(second));  // who signs in anew has ended what he had
    CHECK(me(second) == "401");
    CHECK(me(third) == "decider");

    world.now.steady += web::Sessions::lifetime - std::chrono::seconds(1);
    CHECK(me(third) == "decider");
    world.at("2012-07-20");  // somebody sets the clock
    world.now.steady += std::chrono::seconds(1);
    CHECK(me(third) == "401");

    const auto others = sign_in(world, "drum");
    std::vector<std::string> all;
    for (std::size_t i = 0; i <= web::Sessions::of_one_viewer_max; ++i) {
        all.push_back(sign_in(world, "gong"));
        world.now.steady += std::chrono::seconds(1);
    }
    CHECK(me(all.front()) == "401");  // the oldest made room
    CHECK(me(all[1]) == "officer");
    CHECK(me(all.back()) == "officer");
    CHECK(me(others) == "decider");
    WebWorld again("23656", rights_of_three());
    CHECK(again.refused("/api/v1/me", with(others)) == "401 ");
}

TEST_CASE("a certificate is its viewer, from this gateway's own pages only; a token that is shown too decides") {
    const auto viewer = [](const std::string& name, const std::string& more) {
        return "viewer { name: \"" + name + "\" " + more + " role: CULTURE_OFFICIAL organisation: COMMUNE_PEOPLES_COMMITTEE may: POST }\n";
    };
    const auto seal = web::sha256_hex("seal");
    WebWorld world("23656", web::Rights::load(viewer("officer", "certificate_sha256: \"" + seal + "\"") +
                                                  viewer("clerk", "token_sha256: \"" + web::sha256_hex("gong") + "\""),
                                              "rights.txtpb"));
    HttpRequest request;
    request.fields = {{"host", "gateway:9100"}, {"content-type", "application/json"}};
    request.certificate_sha256 = seal;
    const auto asked = [&](const std::string& method, const std::string& path) {
        request.method = method;
        request.path = path;
        request.body = a_meeting;
        return world.api.answer(request, world.now);
    };
    const auto me = [&] {
        const auto reply = std::get<HttpReply>(asked("GET", "/api/v1/me"));
        return reply.status == 200 ? Json::parse(reply.body).at("viewer").get<std::string>() : std::to_string(reply.status);
    };
    CHECK(me() == "officer");
    CHECK(status_of(asked("POST", "/api/v1/events")) == "403 X-Chieng");
    request.fields["x-chieng"] = "1";
    CHECK(status_of(asked("POST", "/api/v1/events")) == "done");
    CHECK(std::holds_alternative<web::FollowCells>(asked("GET", "/api/v1/feeds/cells/websocket")));
    request.fields["origin"] = "https://gateway:9100";
    CHECK(std::holds_alternative<web::FollowCells>(asked("GET", "/api/v1/feeds/cells/websocket")));
    for (const auto* origin : {"https://elsewhere", "http://gateway:9100", "https://gateway:9100.elsewhere", "null"}) {
        request.fields["origin"] = origin;
        CHECK(status_of(asked("GET", "/api/v1/feeds/cells/websocket")) == "403 Origin");
        CHECK(status_of(asked("POST", "/api/v1/events")) == "403 Origin");
    }
    request.fields["authorization"] = "Bearer gong";
    CHECK(me() == "clerk");
    request.fields["authorization"] = "Bearer gang";
    CHECK(me() == "401");
    request.fields.erase("authorization");
    request.certificate_sha256 = web::sha256_hex("nobody's");
    CHECK(me() == "401");
    request.certificate_sha256.clear();
    CHECK(me() == "401");
}

TEST_CASE("a session that begins under TLS, also before a proxy, has a cookie for TLS only") {
    WebWorld world("23656", rights_of_three());
    HttpRequest request{"POST", "/api/v1/session", {}, {{"content-type", "application/json"}}, R"({"token": "gong"})"};
    const auto cookie = [&] { return std::string(std::get<HttpReply>(world.api.answer(request, world.now)).field("Set-Cookie")); };
    CHECK_FALSE(cookie().ends_with("; Secure"));
    request.is_tls = true;
    CHECK(cookie().ends_with("; Secure"));
    request.is_tls = false;
    request.fields["x-forwarded-proto"] = "https";
    CHECK(cookie().ends_with("; Secure"));
}

TEST_CASE("a page of another site opens no WebSocket, and reaches a gateway without rights under no name of its own") {
    WebWorld world("23656", rights_of_three());
    const auto opened = [&](const std::string& origin) {
        return world.ask("GET", "/api/v1/feeds/cells/websocket",
                         {{"authorization", "Bearer gong"}, {"upgrade", "websocket"}, {"host", "gateway:9100"}, {"origin", origin}});
    };
    CHECK(status_of(opened("https://elsewhere")) == "403 Origin");
    CHECK(status_of(world.ask("GET", "/api/v1/feeds/cells/websocket",
                              {{"upgrade", "WebSocket"}, {"host", "gateway:9100"}, {"origin", "https://elsewhere"}})) == "403 Origin");
    CHECK(status_of(opened("null")) == "403 Origin");
    CHECK(std::holds_alternative<web::FollowCells>(opened("http://gateway:9100")));
    WebWorld open;
    for (const auto* host : {"localhost:9100", "127.0.0.1:9100", "[::1]:9100"}) {
        CHECK(open.reply("/api/v1/me", {{"host", host}}).status == 200);
    }
    for (const auto* host : {"elsewhere.example", "127.0.0.1.example", "127.example:9100", "localhost.example"}) {
        CHECK(open.refused("/api/v1/me", {{"host", host}}) == "403 Host");
    }
    CHECK(world.reply("/api/v1/me", {{"host", "gateway.example"}, {"authorization", "Bearer gong"}}).status == 200);
}

TEST_CASE("the type of a problem leads to what it means, in both languages, for everybody") {
    WebWorld world("23656", web::Rights::load("", "rights.txtpb"));
    CHECK(world.refused("/api/v1/me") == "401 ");
    const auto token = world.reply("/problems/token");
    CHECK(token.status == 200);
    CHECK(token.body ==
          "Thiếu mã truy cập, mã không đúng, hoặc phiên đăng nhập đã hết.\nThe token is missing or wrong, or the session is over.\n");
    CHECK(world.refused("/problems/nothing") == "404 ");
}

TEST_CASE("each action needs its right, which a refusal names") {
    WebWorld world("23656", rights_of_three());
    const auto post = [&](const std::string& token, const std::string& event) {
        return world.ask("POST", "/api/v1/events", as(token), event);
    };
    CHECK(status_of(post("flute", a_meeting)) == "403 POST");
    CHECK(status_of(post("drum", a_meeting)) == "403 POST");
    CHECK(status_of(post("drum", a_void)) == "403 CORRECT");
    CHECK(status_of(post("gong", a_target)) == "403 ASSIGN");
    CHECK(status_of(post("gong", a_void)) == "done");
    auto replacing = a_void;
    replacing.replace(replacing.find("VOID"), 4, "REPLACE");
    CHECK(status_of(post("gong", replacing)) == "400 organisation");
    const auto kept = std::get<web::PostEvent>(post("gong", "{\"organisation\": \"WOMEN\"," + replacing.substr(1)));
    CHECK(kept.event.organisation() == v1::WOMEN);  // as the event that it replaces
    CHECK(kept.event.role() == v1::CULTURE_OFFICIAL);
    CHECK(status_of(post("gong", "{\"organisation\": \"WOMEN\"," + a_meeting.substr(1))) == "403 organisation");
    CHECK(status_of(post("drum", a_target)) == "done");
    const auto posted = std::get<web::PostEvent>(post("gong", a_meeting));
    CHECK(posted.commune == "23656");
    CHECK(posted.service == "session");
    CHECK(posted.event.role() == v1::CULTURE_OFFICIAL);
    CHECK(posted.event.organisation() == v1::COMMUNE_PEOPLES_COMMITTEE);
    CHECK(posted.event.posted_by() == "officer");
    CHECK(status_of(post("gong", "{\"postedBy\": \"decider\"," + a_meeting.substr(1))) == "403 postedBy");
    world.at("2022-07-01");
    const auto file = [&](const std::string& token, const std::string& period) {
        return status_of(world.ask("POST", "/api/v1/reports", as(token), "{\"period\": \"" + period + "\"}"));
    };
    CHECK(file("flute", "2022-Q2") == "403 FILE");
    CHECK(file("gong", "2022-Q2") == "done");
    CHECK(file("gong", "2022-Q4") == "409 period");
    CHECK(file("gong", "soon") == "400 period");
}

TEST_CASE("what a commune files is posted too, in the name of who filed it; at a district there is no service that would take it") {
    const auto filing = [](WebWorld& world, const std::string& day = "2022-07-20") {
        world.at(day);
        const auto asked = std::get<web::FilePeriod>(world.ask("POST", "/api/v1/reports", as("gong"), R"({"period": "2022-Q2"})"));
        return world.api.filing(asked, world.file("2022-Q2"), world.now);
    };
    WebWorld commune("23656", rights_of_three());
    const auto post = filing(commune);
    REQUIRE(post);
    CHECK(post->commune == "23656");
    CHECK(post->service == "monitoring");
    CHECK(post->event.occurred_on() == "2022-07-20");
    CHECK(post->event.posted_by() == "officer");
    CHECK(post->event.role() == v1::CULTURE_OFFICIAL);
    CHECK(post->event.organisation() == v1::COMMUNE_PEOPLES_COMMITTEE);
    CHECK(post->event.period_filed().period() == "2022-Q2");
    CHECK(post->event.period_filed().revision() == 1);
    CHECK(post->event.period_filed().digest() == commune.reports.filed("2022-Q2", 1)->digest());
    v1::ReportReply not_filed;
    not_filed.set_error("the board is not whole");
    CHECK_FALSE(commune.api.filing({"2022-Q2", "", {}}, not_filed, commune.now));
    WebWorld district("625", rights_of_three());
    CHECK_FALSE(filing(district));
    WebWorld ended("23656", rights_of_three());  // on 1 July 2025
    CHECK(filing(ended, "2025-09-20")->event.occurred_on() == "2025-06-30");
}

TEST_CASE("an event of no sense is not posted") {
    WebWorld world("23656", rights_of_three());
    const auto post = [&](const std::string& event, const std::string& more = "") {
        return status_of(world.ask("POST", "/api/v1/events" + more, as("gong"), event));
    };
    CHECK(post("") == "400");
    CHECK(post("[]") == "400");
    CHECK(post("{\"sessionHeld\": 3}") == "400 sessionHeld");
    CHECK(post("{\"noSuchField\": 3}") == "400 noSuchField");
    CHECK(post("{\"sessionHeld\": {\"audience\": {\"totl\": 3}}}") == "400 sessionHeld.audience.totl");
    CHECK(post("{\"sessionHeld\": {\"audience\": {\"total\": \"many\"}}}") == "400 sessionHeld.audience.total");
    CHECK(post(std::string(50'000, '[')) == "400");
    CHECK(post(a_meeting, "?service=household") == "400 service");
    CHECK(post("{\"occurredOn\": \"2022-03-20\"}") == "400");
    CHECK(post("{\"occurredOn\": \"2022-03-20\"}", "?service=session") == "400");
    CHECK(post(R"({"occurredOn": "2022-03-20", "correction": {"action": "VOID", "reason": "ENTERED_TWICE", "sequence": "1"}})") ==
          "400 service");
    const auto said = [&](const std::string& event) {
        return Json::parse(std::get<HttpReply>(world.ask("POST", "/api/v1/events", as("gong"), event)).body);
    };
    const auto typeless = said("{\"occurredOn\": \"2022-03-20\"}");
    CHECK(typeless.at("type") == "/problems/event");
    for (const auto* language : {"detail", "detailVi"}) {
        CHECK(typeless.at(language).get<std::string>().find("sessionHeld, householdSupported, ") != std::string::npos);
    }
    CHECK(said("{\"noSuchField\": 3}").at("detailVi") ==
          "nội dung phải là một chieng.v1.Event dạng proto3 JSON; chỗ sai: noSuchField; các tin được mô tả ở /asyncapi.json");
    CHECK(post("{\"sequence\": \"5\"," + a_meeting.substr(1)) == "400 sequence");
    CHECK(post("{\"role\": \"VILLAGE_HEAD\"," + a_meeting.substr(1)) == "403 role");
}

TEST_CASE("a body in an encoding is refused, with the one that is taken, and no other body is") {
    WebWorld world("23656", rights_of_three());
    const auto post = [&](const std::string& path, const std::string& coding) {
        auto fields = as("gong");
        fields["content-encoding"] = coding;
        return world.ask("POST", path, fields, a_meeting);
    };
    for (const auto* path : {"/api/v1/events", "/api/v1/reports", "/api/v1/session"}) {
        for (const auto* coding : {"gzip", "br", "identity, gzip"}) {
            INFO(path << " " << coding);
            const auto refused = post(path, coding);
            CHECK(status_of(refused) == "415 Content-Encoding");
            CHECK(std::get<HttpReply>(refused).field("Accept-Encoding") == "identity");
        }
    }
    CHECK(status_of(post("/api/v1/events", "identity")) == "done");
    CHECK(status_of(post("/api/v1/events", "Identity")) == "done");
    CHECK(status_of(world.ask("POST", "/api/v1/events", {{"authorization", "Bearer gong"}, {"content-type", "text/plain"}}, a_meeting)) ==
          "415 Content-Type");
}

TEST_CASE("at a district an event goes to the commune of its village, or to the one that is named") {
    WebWorld world("625", rights_of_three());
    CHECK(std::get<web::PostEvent>(world.ask("POST", "/api/v1/events", as("gong"), a_meeting)).commune == "23656");
    const std::string of_no_village = "{\"occurredOn\": \"2022-03-20\", " + a_meeting.substr(a_meeting.find("\"sessionHeld\""));
    CHECK(status_of(world.ask("POST", "/api/v1/events", as("gong"), of_no_village)) == "400 commune");
    CHECK(std::get<web::PostEvent>(world.ask("POST", "/api/v1/events?commune=23653", as("gong"), of_no_village)).commune == "23653");
    CHECK(status_of(world.ask("POST", "/api/v1/events?commune=00001", as("gong"), of_no_village)) == "400 commune");
}

TEST_CASE("a report is not filed with a field that it does not have, which may be meant to file another", "[web]") {
    WebWorld world("23656", rights_of_three());
    world.at("2022-07-20");
    CHECK(status_of(world.ask("POST", "/api/v1/reports", as("gong"), R"({"period": "2022-Q2", "calendar": "calendar"})")) ==
          "400 calendar");
    CHECK(status_of(world.ask("POST", "/api/v1/reports", as("gong"), R"({"period": "2022-Q2"})")) == "done");
}

TEST_CASE("what a target is of is decoded once, and tricks lead nowhere") {
    HttpRequest request;
    CHECK(read_target("/api/v1/places?day=2022-03-12&x=%C4%90%20b+c", request));
    CHECK(request.query[1].second == "Đ b c");
    CHECK(read_target("http://host:1/a?b", request));
    CHECK(request.path == "/a");
    for (const auto* target : {"", "a", "*", "/%", "/%2", "/%zz", "/%00", "/a%2Fb", "/a%5cb", "/%ff", "/a#b", "/?a=%0a", "/?%C0%AF=1"}) {
        INFO(target);
        CHECK_FALSE(read_target(target, request));
    }
    std::string many = "/?";
    for (int i = 0; i < 33; ++i) {
        many += "a=1&";
    }
    CHECK_FALSE(read_target(many, request));
}

TEST_CASE("a post names its key as the draft has it, or without quotes; it is of its poster and of what he posts") {
    WebWorld world("23656", rights_of_three());
    const auto posted = [&](const std::string& token, const std::string& key, const std::string& event = a_meeting) {
        auto fields = as(token);
        fields["idempotency-key"] = key;
        return world.ask("POST", "/api/v1/events", fields, event);
    };
    const auto key_of = [](const web::Outcome& outcome) { return *std::get<web::PostEvent>(outcome).key; };
    const auto one = key_of(posted("gong", "\"8e03978e\""));
    CHECK(one.name == key_of(posted("gong", "8e03978e")).name);
    CHECK(one.body == key_of(posted("gong", "8e03978e")).body);
    CHECK(one.name == key_of(posted("gong", "8e03978e", a_void)).name);
    CHECK(one.body != key_of(posted("gong", "8e03978e", a_void)).body);
    CHECK(one.name != key_of(posted("gong", "8e03978f")).name);
    CHECK(one.name != key_of(posted("drum", "8e03978e", a_target)).name);
    CHECK(one.name.find("8e03978e") == std::string::npos);
    CHECK_FALSE(std::get<web::PostEvent>(world.ask("POST", "/api/v1/events", as("gong"), a_meeting)).key);
    for (const auto& bad : {std::string(), std::string("\"\""), std::string("a b"), std::string("\"a\", \"b\""), std::string(129, 'x')}) {
        CHECK(status_of(posted("gong", bad)) == "400 Idempotency-Key");
    }
}

}  // namespace web_rights_test
