// SPDX-License-Identifier: Apache-2.0
// The README's new type of event, on a contract that has it: what nobody wrote a line for.
#include "gateway/indicator/board.hpp"
#include "services/culture/culture.hpp"
#include "services/field/form.hpp"
#include "tests/support/engine_bench.hpp"
#include "tests/support/filled.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

namespace fair_held_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

std::string text_of(const char* path) {
    std::ifstream in(path);
    REQUIRE(in.good());
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

v1::Event a_fair(std::uint64_t sequence) {
    auto event = *new_event("fair-held");
    for (const auto& [flag, value] : std::vector<std::pair<std::string, std::string>>{{"--occurred-on", "2022-03-20"},
                                                                                      {"--village", "23656-01"},
                                                                                      {"--organisation", "FARMERS"},
                                                                                      {"--role", "ASSOCIATION_OFFICER"},
                                                                                      {"--stalls", "30"},
                                                                                      {"--poor-stalls", "12"},
                                                                                      {"--until", "2022-03-22"}}) {
        REQUIRE(set(event, flag, value) == std::nullopt);
    }
    event.set_sequence(sequence);
    return event;
}

}  // namespace

TEST_CASE("the new type has its flags, and is checked by what stands beside its fields") {
    auto fair = a_fair(1);
    CHECK(validate(fair).empty());
    CHECK(validate(filled(*v1::Event::descriptor()->FindFieldByName("fair_held"))).empty());
    fair.mutable_fair_held()->set_poor_stalls(31);
    REQUIRE(validate(fair).size() == 1);
    CHECK(validate(fair)[0].vi() == "Số chi tiết lớn hơn tổng số: Gian hàng của hộ nghèo 31 > 30. Hãy xem lại số.");
}

TEST_CASE("the new type is taken by its service, by its rule, and by no other") {
    Bench culture(make_service<Culture>());
    CHECK(culture.refusal("p1", a_fair(1)).empty());
    auto over = a_fair(2);
    over.mutable_fair_held()->set_until("2022-03-19");
    CHECK(culture.refusal("p1", over) == "fair_held.until:ENDS_BEFORE");
    Bench session(make_service<Session>());
    CHECK(session.refusal("p1", a_fair(1)) == "body:WRONG_SERVICE");
}

TEST_CASE("the new type is counted by its indicator, and a correction takes its part back") {
    Bench culture(make_service<Culture>());
    CHECK(culture.refusal("p1", a_fair(1)).empty());
    auto second = a_fair(2);
    second.mutable_fair_held()->set_poor_stalls(5);
    CHECK(culture.refusal("p1", second).empty());
    CHECK(culture.refusal("p1", correcting(a_fair(3), v1::Correction::VOID, 1)).empty());
    const auto definitions = Definitions::load(text_of(CHIENG_EXAMPLE_INDICATORS), "indicators.txtpb");
    Board board(definitions, kbang(), "23656");
    for (const auto& block : culture.feed) {
        for (const auto& entry : block.entries()) {
            board.apply("23656/culture", entry);
        }
    }
    CHECK(board.value("23656", *Period::parse(v1::OFFICIAL, "2022-Q2"), "SAL-09").number() == 5);
}

TEST_CASE("the README shows the new type as it is compiled here") {
    CHECK(text_of(CHIENG_README).find("```diff\n" + text_of(CHIENG_EXAMPLE_PATCH) + "```\n") != std::string::npos);
}

}  // namespace fair_held_test
