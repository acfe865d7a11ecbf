// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/question.hpp"

#include <algorithm>

namespace chieng::recount {
namespace {

void com_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        const auto& session = fact->event().session_held();
        std::vector<Cut> cuts{{"form", v1::SessionForm_Name(session.form())},
                              {"organiser", v1::Organisation_Name(fact->event().organisation())}};
        for (const auto topic : session.topics()) {
            cuts.emplace_back("topic", v1::Topic_Name(static_cast<v1::Topic>(topic)));
        }
        add(figure, 1, cuts);
    }
}

void com_02(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        add_audience(figure, fact->event().session_held().audience());
    }
}

void com_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        const auto& audience = fact->event().session_held().audience();
        add(figure, audience.poor_households(), {{"class", "POOR"}});
        add(figure, audience.near_poor_households(), {{"class", "NEAR_POOR"}});
        add(figure, audience.escaped_households(), {{"class", "NEWLY_ESCAPED"}});
    }
}

void com_04(const Question& asked, Figure& figure) {
    std::set<std::string> with_session;
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        with_session.insert(fact->event().village());
    }
    cover(asked, with_session, figure);
}

void com_05(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        std::vector<Cut> cuts;
        for (const auto language : fact->event().session_held().languages()) {
            if (language != v1::VIETNAMESE) {
                cuts.emplace_back("language", v1::Language_Name(static_cast<v1::Language>(language)));
            }
        }
        if (!cuts.empty()) {
            add(figure, 1, cuts);
        }
    }
}

void com_06(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kBroadcastAired)) {
        const auto& aired = fact->event().broadcast_aired();
        add(figure, aired.times(),
            {{"channel", v1::BroadcastAired::Channel_Name(aired.channel())},
             {"language", v1::Language_Name(aired.language())},
             {"priority", v1::BroadcastAired::Priority_Name(aired.priority())}});
    }
}

// In seconds; shown in minutes.
void com_07(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kBroadcastAired)) {
        const auto& aired = fact->event().broadcast_aired();
        add(figure, std::int64_t{aired.times()} * aired.duration_seconds(), {{"language", v1::Language_Name(aired.language())}});
    }
}

void com_08(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kMediaPublished)) {
        const auto& media = fact->event().media_published();
        add(figure, media.quantity(),
            {{"kind", v1::MediaPublished::Kind_Name(media.kind())}, {"channel", v1::MediaPublished::Channel_Name(media.channel())}});
    }
}

void com_09(const Question& asked, Figure& figure) {
    Different used;
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        const auto name = v1::SessionForm_Name(fact->event().session_held().form());
        used.take("form " + name, {{"form", name}});
    }
    for (const auto* fact : asked.all(Body::kBroadcastAired)) {
        const auto name = v1::BroadcastAired::Channel_Name(fact->event().broadcast_aired().channel());
        used.take("broadcast " + name, {{"channel", name}});
    }
    for (const auto* fact : asked.all(Body::kMediaPublished)) {
        const auto name = v1::MediaPublished::Channel_Name(fact->event().media_published().channel());
        used.take("media " + name, {{"channel", name}});
    }
    used.count(figure);
}

void com_10(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        figure.whole.number += fact->event().session_held().form() == v1::POLICY_DIALOGUE ? 1 : 0;
    }
}

void com_11(const Question& asked, Figure& figure) {
    Facts reports;
    for (const auto* fact : asked.ever(Body::kBroadcastAired)) {
        if (fact->event().broadcast_aired().clusters() > 0) {
            reports.push_back(fact);
        }
    }
    for (const auto* fact : asked.ever(Body::kDeviceReported)) {
        if (fact->event().device_reported().clusters() > 0) {
            reports.push_back(fact);
        }
    }
    for (const auto* report : latest(asked, reports, asked.window.last, [](const Fact& fact) { return fact.stored->commune; })) {
        const auto& event = report->event();
        figure.whole.number +=
            event.has_broadcast_aired() ? event.broadcast_aired().clusters_working() : event.device_reported().clusters_working();
        figure.whole.denominator += event.has_broadcast_aired() ? event.broadcast_aired().clusters() : event.device_reported().clusters();
    }
}

void com_12(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        const auto& topics = fact->event().session_held().topics();
        figure.whole.number += std::find(topics.begin(), topics.end(), v1::NEW_RURAL) != topics.end() ? 1 : 0;
    }
}

void trn_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kTrainingHeld)) {
        add(figure, 1, {{"kind", v1::TrainingHeld::Kind_Name(fact->event().training_held().kind())}});
    }
}

void trn_02(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kTrainingHeld)) {
        add_audience(figure, fact->event().training_held().audience());
    }
}

void trn_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kTrainingHeld)) {
        figure.whole.number += fact->event().training_held().officials_trained();
    }
}

void prc_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kPracticeAdopted)) {
        const auto& adopted = fact->event().practice_adopted();
        const auto& households = adopted.households();
        add_classes(figure, households);
        add_part(figure, "kind", v1::PracticeAdopted::Kind_Name(adopted.kind()),
                 std::int64_t{households.poor()} + households.near_poor() + households.newly_escaped() + households.other());
    }
}

// In hundredths of a hectare.
void prc_02(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kPracticeAdopted)) {
        const auto& adopted = fact->event().practice_adopted();
        add(figure, adopted.area_ha(), {{"kind", v1::PracticeAdopted::Kind_Name(adopted.kind())}});
    }
}

Facts models(const Question& asked) {
    Facts active;
    for (const auto* report :
         latest(asked, Body::kModelSupported, [](const Fact& fact) { return named(fact, fact.event().model_supported().model_id()); })) {
        if (report->event().model_supported().stage() != v1::ModelSupported::ENDED) {
            active.push_back(report);
        }
    }
    return active;
}

void mod_01(const Question& asked, Figure& figure) {
    for (const auto* report : models(asked)) {
        add(figure, 1, {{"sector", v1::ModelSupported::Sector_Name(report->event().model_supported().sector())}});
    }
}

void mod_02(const Question& asked, Figure& figure) {
    for (const auto* report : models(asked)) {
        add_classes(figure, report->event().model_supported().households());
    }
}

void exm_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kExemplarPublished)) {
        const auto& story = fact->event().exemplar_published();
        const auto withdrawals = asked.ever(Body::kConsentWithdrawn);
        const bool holds = std::none_of(withdrawals.begin(), withdrawals.end(), [&](const Fact* withdrawal) {
            const bool same =
                named(*withdrawal, withdrawal->event().consent_withdrawn().subject_ref()) == named(*fact, story.subject_ref());
            const auto scope = withdrawal->event().consent_withdrawn().scope();
            const bool in_scope = scope == v1::ExemplarPublished::CHANNEL_UNSPECIFIED ||
                                  std::find(story.channels().begin(), story.channels().end(), scope) != story.channels().end();
            return same && in_scope && withdrawal->on <= fact->on && story.consent_date() < withdrawal->event().occurred_on();
        });
        if ((story.consent() == v1::ExemplarPublished::GIVEN && holds) || story.consent() == v1::ExemplarPublished::NOT_NEEDED) {
            std::vector<Cut> cuts{{"kind", v1::ExemplarPublished::Kind_Name(story.kind())}};
            for (const auto channel : story.channels()) {
                cuts.emplace_back("channel", v1::ExemplarPublished::Channel_Name(static_cast<v1::ExemplarPublished::Channel>(channel)));
            }
            add(figure, 1, cuts);
        }
    }
}

}  // namespace

Formulas formulas_of_communication() {
    return {{"COM-01", com_01}, {"COM-02", com_02}, {"COM-03", com_03}, {"COM-04", com_04}, {"COM-05", com_05},
            {"COM-06", com_06}, {"COM-07", com_07}, {"COM-08", com_08}, {"COM-09", com_09}, {"COM-10", com_10},
            {"COM-11", com_11}, {"COM-12", com_12}, {"TRN-01", trn_01}, {"TRN-02", trn_02}, {"TRN-03", trn_03},
            {"PRC-01", prc_01}, {"PRC-02", prc_02}, {"MOD-01", mod_01}, {"MOD-02", mod_02}, {"EXM-01", exm_01}};
}

}  // namespace chieng::recount
