// SPDX-License-Identifier: Apache-2.0
// One event, drawn by dice: any message is filled from its schema, within its bounds and with small pools of names so that events meet, and
// then made to fit what a service's rules ask for beyond the schema.
#pragma once

#include "chieng/v1/event.pb.h"
#include "chieng/v1/options.pb.h"
#include "services/runtime/core/places.hpp"
#include "services/runtime/core/time.hpp"
#include "tests/simulation/random.hpp"

#include <google/protobuf/descriptor.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chieng::recount {

inline constexpr Day first_day = std::chrono::year(2021) / 12 / 1;  // of all that is drawn

// A few villages of each commune, so that there is much to count in each.
[[nodiscard]] std::vector<std::string> villages_used(const Places& places, const std::string& commune);

class EventDraw {
public:
    EventDraw(simulation::Random random, const Places& places) : random_(random), places_(places) {}

    // Of that type, place and day; without its sequence.
    void fill_event(v1::Event& event, const google::protobuf::FieldDescriptor& body, const std::string& commune, Day day);
    // Of a type that the service takes, but no decision about two events and no erasure.
    [[nodiscard]] v1::Event draw_one(const std::string& service, const std::string& commune, Day day);

    [[nodiscard]] simulation::Random& random() { return random_; }
    [[nodiscard]] bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
    [[nodiscard]] Day near(Day day, std::uint64_t before, std::uint64_t after) {
        return day - std::chrono::days(static_cast<int>(before)) + std::chrono::days(static_cast<int>(random_.below(before + after + 1)));
    }
    [[nodiscard]] std::string a_village(const std::string& commune) {
        const auto villages = villages_used(places_, commune);
        return villages[random_.below(villages.size())];
    }

private:
    std::string a_name(const std::string& kind, std::uint64_t pool) { return kind + std::to_string(random_.below(pool)); }
    std::string a_new_name(const std::string& kind) { return kind + "-" + std::to_string(++names_); }
    std::string a_period(std::string_view spans);

    void fill(google::protobuf::Message& message);
    void fill_number(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                     std::map<std::string, std::uint64_t>& left);
    void fill_enum(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);
    void fill_text(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);
    std::string a_text(v1::Shape shape);

    void adjust(v1::Event& event, Day day);
    void adjust_steering(v1::Event& event, Day day);
    void adjust(v1::HouseholdStatusChanged& change, Day day);
    void adjust(v1::CommendationAwarded& award, Day day);
    void adjust(v1::ExemplarPublished& story, Day day);
    void adjust(v1::TargetAssigned& target);

    simulation::Random random_;
    const Places& places_;
    std::string commune_;  // of the event that is being drawn
    Day day_{};            // the day it happened
    std::uint64_t names_ = 0;
};

// One event of that day and of a type that this service takes, but no decision about two events and no erasure; without its sequence.
[[nodiscard]] v1::Event random_event(std::uint64_t seed, const std::string& service, const std::string& commune, Day day,
                                     const Places& places);

}  // namespace chieng::recount
