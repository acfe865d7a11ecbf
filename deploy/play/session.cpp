// SPDX-License-Identifier: Apache-2.0
// Communication work of one commune in one month.
#include "deploy/play/pen.hpp"
#include "services/runtime/core/time.hpp"

namespace chieng::play {
namespace {

void gather(Pen& pen, v1::Audience& audience, std::uint32_t least) {
    audience.set_total(least + pen.draw(60));
    audience.set_female(pen.draw(least));
    audience.set_ethnic_minority(pen.draw(least));
    audience.set_poor_households(pen.draw(least * 2 / 5));
    audience.set_near_poor_households(pen.draw(least / 3));
    audience.set_escaped_households(pen.draw(least / 5));
}

void correct(v1::Event& event, std::uint64_t sequence) {
    event.mutable_correction()->set_action(v1::Correction::REPLACE);
    event.mutable_correction()->set_reason(v1::Correction::WRONG_FIGURE);
    event.mutable_correction()->set_sequence(sequence);
}

// The culture official reports the same meeting as the village head, and a leader finds that it is one.
void report_again(Pen& pen, const v1::Event& session, std::uint64_t sequence) {
    auto again = session;
    again.set_role(v1::CULTURE_OFFICIAL);
    const auto second = pen.post(Phone::culture, again);
    auto found = pen.event("", v1::COMMUNE_PEOPLES_COMMITTEE, v1::COMMUNE_LEADER);
    auto& decided = *found.mutable_duplicate_decided();
    decided.set_service("session");
    decided.set_device(pen.device(Phone::culture));
    decided.set_sequence(second);
    decided.set_same_device(pen.device(Phone::head));
    decided.set_same_sequence(sequence);
    decided.set_decision(pen.chance(80) ? v1::DuplicateDecided::SAME : v1::DuplicateDecided::DIFFERENT);
    pen.post(Phone::culture, found);
}

void hold_sessions(Pen& pen) {
    for (const auto& village : pen.villages()) {
        if (pen.chance(25)) {
            continue;
        }
        auto made = pen.event(village.code, pen.chance(50) ? v1::VILLAGE : v1::WOMEN, v1::VILLAGE_HEAD);
        made.set_time(pen.chance(50) ? "19:00" : "08:30");
        made.set_programme(pen.chance(80) ? v1::POVERTY_REDUCTION : v1::NEW_RURAL_DEVELOPMENT);
        auto& session = *made.mutable_session_held();
        session.set_form(pen.any<v1::SessionForm>());
        session.add_topics(pen.any<v1::Topic>());
        session.add_languages(pen.any<v1::Language>(3));
        session.set_duration_minutes(30 + pen.draw(90));
        gather(pen, *session.mutable_audience(), 30);
        const auto sequence = pen.post(Phone::head, made);
        if (pen.chance(4)) {  // a wrong figure, put right
            auto right = made;
            auto& audience = *right.mutable_session_held()->mutable_audience();
            audience.set_total(audience.total() + 5);
            correct(right, sequence);
            pen.post(Phone::head, right);
        } else if (pen.chance(4)) {
            report_again(pen, made, sequence);
        }
    }
}

void air(Pen& pen) {
    for (std::uint32_t i = 0; i < 3; ++i) {
        auto made = pen.event("", v1::CULTURE_CENTRE, v1::CENTRE_STAFF);
        auto& aired = *made.mutable_broadcast_aired();
        aired.set_channel(pen.any<v1::BroadcastAired::Channel>());
        aired.set_priority(pen.chance(5) ? v1::BroadcastAired::EMERGENCY : pen.any<v1::BroadcastAired::Priority>(2));
        aired.add_topics(pen.any<v1::Topic>());
        aired.set_language(pen.any<v1::Language>(3));
        aired.set_duration_seconds(60 * (5 + pen.draw(25)));
        aired.set_times(2 + pen.draw(20));
        for (const auto& village : pen.villages()) {
            aired.add_villages(village.code);
        }
        aired.set_clusters(static_cast<std::uint32_t>(pen.villages().size()));
        aired.set_clusters_working(aired.clusters() - pen.draw(3));
        pen.post(Phone::culture, made);
    }
}

void publish(Pen& pen) {
    auto made = pen.event("", v1::CULTURE_CENTRE, v1::CENTRE_STAFF);
    auto& product = *made.mutable_media_published();
    product.set_kind(pen.any<v1::MediaPublished::Kind>());
    product.set_channel(pen.any<v1::MediaPublished::Channel>());
    product.set_quantity(product.kind() == v1::MediaPublished::LEAFLET ? 200 + pen.draw(300) : 1 + pen.draw(4));
    product.add_topics(pen.any<v1::Topic>());
    product.set_language(pen.any<v1::Language>(3));
    product.set_views(pen.draw(900));
    pen.post(Phone::culture, made);
}

// In May somebody's story is told with consent; in August the consent is withdrawn; in September some commune forgets that.
void tell_story(Pen& pen) {
    auto made = pen.event("", v1::CULTURE_CENTRE, v1::CENTRE_STAFF);
    if (pen.month_is({8})) {
        made.mutable_consent_withdrawn()->set_subject_ref("nv-5");
        pen.post(Phone::culture, made);
        return;
    }
    const bool forgot = pen.month_is({9}) && pen.chance(15);
    if (!forgot && !pen.month_is({5}) && !pen.chance(40)) {
        return;
    }
    auto& story = *made.mutable_exemplar_published();
    story.set_kind(pen.any<v1::ExemplarPublished::Kind>());
    story.add_channels(pen.any<v1::ExemplarPublished::Channel>());
    story.set_language(pen.any<v1::Language>(2));
    if (story.kind() == v1::ExemplarPublished::MODEL && !forgot && !pen.month_is({5})) {
        story.set_consent(v1::ExemplarPublished::NOT_NEEDED);
    } else {
        story.set_consent(v1::ExemplarPublished::GIVEN);
        story.set_consent_ref("DY-" + std::to_string(pen.month()));
        story.set_consent_date(forgot ? "2022-05-01" : format_day(*parse_day(made.occurred_on()) - std::chrono::days(pen.draw(10))));
    }
    story.set_subject_ref(forgot ? "nv-5" : "nv-" + std::to_string(pen.month()));
    pen.post(Phone::culture, made);
}

void train(Pen& pen) {
    auto made = pen.by_culture();
    auto& training = *made.mutable_training_held();
    training.set_kind(pen.any<v1::TrainingHeld::Kind>());
    training.set_days(5 * (1 + pen.draw(8)));  // half days, in tenths
    gather(pen, *training.mutable_audience(), 20);
    if (training.kind() == v1::TrainingHeld::POVERTY_WORK) {
        training.set_officials_trained(5 + pen.draw(15));
    }
    pen.post(Phone::culture, made);
}

void count_households(Pen& pen, v1::Households& households) {
    households.set_poor(1 + pen.draw(8));
    households.set_near_poor(pen.draw(6));
    households.set_newly_escaped(pen.draw(4));
    households.set_other(pen.draw(10));
}

void adopt(Pen& pen) {
    auto made = pen.event(pen.some_village().code, v1::FARMERS, v1::ASSOCIATION_OFFICER);
    auto& practice = *made.mutable_practice_adopted();
    practice.set_kind(pen.any<v1::PracticeAdopted::Kind>());
    count_households(pen, *practice.mutable_households());
    if (practice.kind() <= v1::PracticeAdopted::CROP_CONVERSION) {
        practice.set_area_ha(50 + pen.draw(900));  // in hundredths
    }
    practice.set_in_campaign(pen.chance(60));
    pen.post(Phone::head, made);
}

void keep_model(Pen& pen, int number) {
    auto made = pen.by_culture(pen.villages()[static_cast<std::size_t>(number)].code);
    auto& model = *made.mutable_model_supported();
    model.set_model_id("MH-" + pen.commune() + "-" + std::to_string(number));
    model.set_sector(static_cast<v1::ModelSupported::Sector>(number));
    model.set_stage(pen.month_is({3})    ? v1::ModelSupported::BEGUN
                    : pen.month_is({12}) ? (pen.chance(30) ? v1::ModelSupported::ENDED : v1::ModelSupported::COPIED)
                                         : v1::ModelSupported::MAINTAINED);
    count_households(pen, *model.mutable_households());
    model.set_budget_vnd(5'000'000ULL * (4 + pen.draw(30)));
    pen.post(Phone::culture, made);
}

}  // namespace

void play_session(Pen& pen) {
    hold_sessions(pen);
    air(pen);
    publish(pen);
    tell_story(pen);
    if (pen.month_is({3, 6, 9, 11})) {
        train(pen);
    }
    if (pen.chance(70)) {
        adopt(pen);
    }
    if (pen.month_is({3, 6, 9, 12})) {
        keep_model(pen, 1);
        keep_model(pen, 2);
    }
}

}  // namespace chieng::play
