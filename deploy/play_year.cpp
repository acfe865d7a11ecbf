// SPDX-License-Identifier: Apache-2.0
// For the demonstration: posts one month of 2022 of Kbang's communes into outboxes on disk, through the same library as
// chieng-field. The figures are invented, with poverty between communes spread as in the plan's district; some phones have no
// signal for a month and some people err and correct themselves.
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/host/places.hpp"
#include "services/runtime/host/program.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace {

using namespace chieng;

class Month {
public:
    Month(const Places& places, std::string folder, int month)
        : places_(places), folder_(std::move(folder)), month_(month), random_(static_cast<unsigned>(20220000 + month)) {}

    void play() {
        for (const auto& commune : places_.ever_below("625")) {
            const auto villages = places_.villages(commune, *parse_day("2022-03-12"));
            post_sessions(commune, villages);
            post_support(commune, villages);
            post_awards(commune);
        }
        std::printf("%d\n", posted_);
    }

private:
    std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

    std::string day() {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "2022-%02d-%02u", month_, 1 + draw(28));
        return text.data();
    }

    v1::Event event(const std::string& village, v1::Organisation organisation, v1::Role role) {
        v1::Event made;
        made.set_occurred_on(day());
        made.set_village(village);
        made.set_organisation(organisation);
        made.set_role(role);
        return made;
    }

    std::uint64_t post(Outbox& outbox, const std::string& commune, const std::string& service, v1::Event event) {
        const auto result = outbox.post(std::move(event), service, &places_, commune, *parse_day("2022-12-31"), 0);
        if (const auto* reasons = std::get_if<Reasons>(&result)) {
            throw std::invalid_argument("the demonstration posts a wrong event: " + reasons->at(0).en());
        }
        ++posted_;
        return std::get<std::uint64_t>(result);
    }

    void post_sessions(const std::string& commune, const std::vector<std::string>& villages) {
        SqliteStore store(folder_ + "/" + commune + "-head.outbox.db");
        Outbox outbox(store);
        for (const auto& village : villages) {
            if (draw(4) == 0) {
                continue;
            }
            auto made = event(village, draw(2) == 0 ? v1::VILLAGE : v1::WOMEN, v1::VILLAGE_HEAD);
            auto& session = *made.mutable_session_held();
            session.set_form(static_cast<v1::SessionForm>(1 + draw(10)));
            session.add_topics(static_cast<v1::Topic>(1 + draw(17)));
            session.add_languages(static_cast<v1::Language>(1 + draw(3)));
            session.set_duration_minutes(30 + draw(90));
            auto& audience = *session.mutable_audience();
            audience.set_total(30 + draw(60));
            audience.set_female(draw(30));
            audience.set_ethnic_minority(draw(30));
            audience.set_poor_households(draw(12));
            audience.set_near_poor_households(draw(9));
            audience.set_escaped_households(draw(6));
            const auto sequence = post(outbox, commune, "session", made);
            if (draw(25) == 0) {  // a wrong figure, put right
                audience.set_total(audience.total() + 5);
                made.mutable_correction()->set_action(v1::Correction::REPLACE);
                made.mutable_correction()->set_reason(v1::Correction::WRONG_FIGURE);
                made.mutable_correction()->set_sequence(sequence);
                post(outbox, commune, "session", made);
            }
        }
    }

    void post_support(const std::string& commune, const std::vector<std::string>& villages) {
        SqliteStore store(folder_ + "/" + commune + "-labour.outbox.db");
        Outbox outbox(store);
        for (std::uint32_t i = 0; i < 6; ++i) {
            auto made =
                event(villages[draw(static_cast<std::uint32_t>(villages.size()))], v1::COMMUNE_PEOPLES_COMMITTEE, v1::LABOUR_OFFICIAL);
            auto& step = *made.mutable_household_supported();
            // One in thirty is entered a second time under the same number: the service refuses the second completion.
            step.set_support_id("HT-" + std::to_string(month_) + "-" + std::to_string(draw(30) == 0 ? 0 : i));
            step.set_household_key("h" + std::to_string(draw(400)));
            step.set_household_class(static_cast<v1::HouseholdClass>(1 + draw(3)));
            step.set_kind(static_cast<v1::SupportKind>(1 + draw(14)));
            step.set_stage(v1::COMPLETED);
            step.set_value_vnd(500'000ULL * (1 + draw(60)));
            step.set_workdays(draw(20));
            step.set_funder(static_cast<v1::Funder>(1 + draw(6)));
            step.set_organiser(static_cast<v1::Organisation>(4 + draw(6)));
            post(outbox, commune, "household", made);
        }
    }

    void post_awards(const std::string& commune) {
        SqliteStore store(folder_ + "/" + commune + "-labour.outbox.db");
        Outbox outbox(store);
        auto made = event("", v1::COMMUNE_PEOPLES_COMMITTEE, v1::COMMUNE_LEADER);
        auto& award = *made.mutable_commendation_awarded();
        const auto id = std::to_string(month_);
        award.set_award_id("KT-" + id);
        award.set_form(draw(8) == 0 ? v1::DISTRICT_CERTIFICATE : v1::COMMUNE_CERTIFICATE);  // a few beyond the commune's power
        award.set_authority(v1::COMMUNE);
        award.set_recipient(static_cast<v1::Recipient>(1 + draw(5)));
        award.set_achievement_ref("TT-" + id);
        award.set_decision_no(id + "/QĐ-UBND");
        award.set_decision_date(made.occurred_on());
        award.set_achievement_date(format_day(*parse_day(made.occurred_on()) - std::chrono::days(draw(60))));
        post(outbox, commune, "commendation", made);
    }

    const Places& places_;
    std::string folder_;
    int month_;
    std::mt19937 random_;
    int posted_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    return guarded([&] {
        if (argc != 3) {
            throw std::invalid_argument("play-year FOLDER MONTH");
        }
        const auto places = load_places("");
        Month(places, argv[1], std::atoi(argv[2])).play();
        return 0;
    });
}
