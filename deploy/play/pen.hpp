// SPDX-License-Identifier: Apache-2.0
// What the posters of one commune have at hand in one month of the demonstration: their villages with invented figures, their
// phones' outboxes on disk, and dice that fall the same way whenever the same month is played.
#pragma once

#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"

#include <google/protobuf/generated_enum_reflection.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace chieng::play {

// Figures of a village at the start of 2022, invented.
struct Village {
    std::string code;
    std::uint32_t households = 0;
    std::uint32_t minority = 0;
    std::uint32_t poor = 0;
    std::uint32_t near_poor = 0;
    std::uint32_t newly_escaped = 0;
    std::uint32_t minority_share = 0;  // of the classes below average, in percent

    [[nodiscard]] std::uint32_t minority_of(std::uint32_t households_of_class) const { return households_of_class * minority_share / 100; }
};

// All villages of a commune: their sizes and poverty follow those of the district as it was published.
[[nodiscard]] std::vector<Village> villages_of(const Places& places, const std::string& commune);

// Whose phone it is: the village heads share one, the labour official has one, the culture official another.
enum class Phone { head, labour, culture };

class Pen {
public:
    Pen(const Places& places, std::string folder, std::string commune, int month);

    [[nodiscard]] const std::string& commune() const { return commune_; }
    [[nodiscard]] int month() const { return month_; }
    [[nodiscard]] bool month_is(std::initializer_list<int> months) const;
    [[nodiscard]] const std::vector<Village>& villages() const { return villages_; }
    [[nodiscard]] const Village& some_village() { return villages_[draw(static_cast<std::uint32_t>(villages_.size()))]; }
    [[nodiscard]] std::string device(Phone phone) const;

    // 0 .. below - 1
    [[nodiscard]] std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
    [[nodiscard]] bool chance(std::uint32_t percent) { return draw(100) < percent; }
    // So many percent of a number, rounded up or down by the dice.
    [[nodiscard]] std::uint32_t share(std::uint32_t number, std::uint32_t percent) { return (number * percent + draw(100)) / 100; }
    // One of the first `count` values of an enum, or of all. Its zero is none, and a number that is reserved no value.
    template <class Enum>
    [[nodiscard]] Enum any(int count = INT_MAX) {
        const auto& values = *google::protobuf::GetEnumDescriptor<Enum>();
        const auto below = static_cast<std::uint32_t>(std::min(count, values.value_count() - 1));
        return static_cast<Enum>(values.value(1 + static_cast<int>(draw(below)))->number());
    }

    [[nodiscard]] std::string day(std::uint32_t first = 1, std::uint32_t last = 28);
    // On some day of the month.
    [[nodiscard]] v1::Event event(const std::string& village, v1::Organisation organisation, v1::Role role);
    [[nodiscard]] v1::Event by_labour(const std::string& village = "");
    [[nodiscard]] v1::Event by_culture(const std::string& village = "");

    // Into the outbox of that phone, for the service that takes it. Throws when the device's own checks refuse it.
    std::uint64_t post(Phone phone, const v1::Event& event);
    [[nodiscard]] int posted() const { return posted_; }

private:
    struct Opened {
        explicit Opened(const std::string& path) : store(path), outbox(store) {}
        SqliteStore store;
        Outbox outbox;
    };

    const Places& places_;
    std::string folder_;
    std::string commune_;
    int month_;
    std::vector<Village> villages_;
    std::mt19937 random_;
    std::map<Phone, std::unique_ptr<Opened>> outboxes_;
    int posted_ = 0;
};

// What each service's posters do in that month.
void play_session(Pen& pen);
void play_household(Pen& pen);
void play_commendation(Pen& pen);
void play_culture(Pen& pen);
void play_monitoring(Pen& pen);

}  // namespace chieng::play
