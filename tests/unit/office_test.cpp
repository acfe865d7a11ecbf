// SPDX-License-Identifier: Apache-2.0
// What whoever posts over HTTP is told of the event.
#include "gateway/serve/office.hpp"

#include "services/runtime/core/topics.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/lines.hpp"

#include <catch2/catch.hpp>

namespace office_test {

using namespace chieng;
using namespace chieng::testing;

TEST_CASE("who posts over HTTP is told the receipt of that event, not of another client's with its number") {
    const Folder folder;
    Lines nobody(false);
    Office office("23656", folder.path(), kbang(), nobody);
    Bench village;
    const Instant now{Seconds(*parse_day("2022-04-10")), std::chrono::milliseconds(1'000)};
    const auto give = [&](const Input& input) { return office.handle({&input, 1}, now); };
    static_cast<void>(give(LinkUp{}));
    std::vector<Office::Answer> told;
    office.post({"23656", "session", a_session_held(0), std::nullopt}, now, [&](const Office::Answer& said) { told.push_back(said); });
    std::string device;
    std::string sent;
    for (const auto& action : give(Tick{})) {
        const auto* publish = std::get_if<Publish>(&action);
        if (publish != nullptr && publish->message.topic.find("/events/") != std::string::npos) {
            device = topics::levels(publish->message.topic).back();
            sent = publish->message.payload;
        }
    }
    auto theirs = a_session_held(1);
    theirs.mutable_session_held()->mutable_audience()->set_total(44);
    const auto hear = [&] { static_cast<void>(give(Arrived{{topics::receipts("23656", device), village.last_receipt, false}})); };
    static_cast<void>(village.send(device, {theirs}));
    hear();
    CHECK(told.empty());
    static_cast<void>(village.deliver(device, sent));
    hear();
    REQUIRE(told.size() == 1);
    REQUIRE(told[0].receipt);
    CHECK(told[0].receipt->verdict() == v1::REFUSED);
    CHECK(told[0].receipt->reasons(0).code() == "CONFLICT");
}

}  // namespace office_test
