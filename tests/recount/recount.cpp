// SPDX-License-Identifier: Apache-2.0
#include "tests/recount/recount.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <tuple>

namespace chieng::recount {
namespace {

using Body = v1::Event;
using Facts = std::vector<const Fact*>;

// ---- which versions stand

using Id = std::tuple<std::string, std::string, std::string, std::uint64_t>;  // commune, service, device, sequence

Id id_of(const Stored& one) {
    return {one.commune, one.service, one.device, one.event.sequence()};
}

Id target_of(const Stored& one) {
    const auto& correction = one.event.correction();
    return {one.commune, one.service, correction.device().empty() ? one.device : correction.device(), correction.sequence()};
}

// Of the versions of one event: of each device its highest number, of those the one that came last; the event itself only when
// nothing corrects it. `came` is the place in the order of arrival.
std::vector<Fact> standing(const std::vector<Stored>& stored) {
    std::map<Id, Id> corrects;
    for (const auto& one : stored) {
        if (one.event.has_correction()) {
            corrects[id_of(one)] = target_of(one);
        }
    }
    const auto root_of = [&](Id id) {
        while (corrects.contains(id)) {
            id = corrects.at(id);
        }
        return id;
    };
    struct Versions {
        const Stored* itself = nullptr;
        std::map<std::string, std::pair<std::uint64_t, std::size_t>> of_device;  // highest number, where it is
    };
    std::map<Id, Versions> events;
    for (std::size_t at = 0; at < stored.size(); ++at) {
        const auto& one = stored[at];
        auto& versions = events[root_of(id_of(one))];
        if (!one.event.has_correction()) {
            versions.itself = &one;
            continue;
        }
        auto& highest = versions.of_device[one.device];
        if (one.event.sequence() > highest.first) {
            highest = {one.event.sequence(), at};
        }
    }
    std::vector<Fact> facts;
    for (const auto& [root, versions] : events) {
        const auto* stands = versions.itself;
        std::size_t last = 0;
        for (const auto& [device, highest] : versions.of_device) {
            if (highest.second >= last) {
                last = highest.second;
                stands = &stored[last];
            }
        }
        if (stands->event.correction().action() != v1::Correction::VOID) {
            facts.push_back({stands, *parse_day(stands->event.occurred_on())});
        }
    }
    return facts;
}

// ---- what an indicator is asked about

struct Question {
    const Places& places;
    const std::vector<Stored>& stored;
    const std::vector<Fact>& facts;
    const Recount& recount;
    std::string area;
    Period period;
    Window window;
    std::set<v1::Event::BodyCase>& looked_at;

    [[nodiscard]] bool in_window(Day day) const { return window.first <= day && day <= window.last; }
    // Whether what names this commune, and perhaps this village, counts for the area.
    [[nodiscard]] bool in_area(const std::string& commune, const std::string& village, Day day) const {
        const auto* place = places.find(commune, day);
        return area == village || area == commune || (place != nullptr && place->parent() == area);
    }
    [[nodiscard]] bool in_area(const Fact& fact) const { return in_area(fact.stored->commune, fact.event().village(), fact.on); }
    // Those of the area and the window, of one type.
    [[nodiscard]] Facts all(v1::Event::BodyCase type) const {
        Facts found;
        looked_at.insert(type);
        for (const auto& fact : facts) {
            if (fact.event().body_case() == type && in_window(fact.on) && in_area(fact)) {
                found.push_back(&fact);
            }
        }
        return found;
    }
    // Those of one type whenever and wherever.
    [[nodiscard]] Facts ever(v1::Event::BodyCase type) const {
        Facts found;
        looked_at.insert(type);
        for (const auto& fact : facts) {
            if (fact.event().body_case() == type) {
                found.push_back(&fact);
            }
        }
        return found;
    }
    [[nodiscard]] std::vector<std::string> villages() const { return places.villages(area, window.last); }
    // The communes of a district; of a commune itself; of a village none.
    [[nodiscard]] std::vector<std::string> communes() const {
        const auto level = places.find(area, window.last)->level();
        if (level == v1::Place::DISTRICT_LEVEL) {
            return places.children(area, window.last);
        }
        return level == v1::Place::COMMUNE_LEVEL ? std::vector{area} : std::vector<std::string>();
    }
};

using Formula = std::function<void(const Question&, Figure&)>;
using Cut = std::pair<std::string, std::string>;

void add(Figure& figure, std::int64_t number, const std::vector<Cut>& cuts) {
    figure.whole.number += number;
    for (const auto& cut : cuts) {
        figure.parts[cut].number += number;
    }
}

void add_part(Figure& figure, const std::string& cut, const std::string& value, std::int64_t number) {
    figure.parts[{cut, value}].number += number;
}

void add_audience(Figure& figure, const v1::Audience& audience) {
    figure.whole.number += audience.total();
    add_part(figure, "sex", "FEMALE", audience.female());
    add_part(figure, "sex", "MALE", std::int64_t{audience.total()} - audience.female());
    add_part(figure, "minority", "MINORITY", audience.ethnic_minority());
    add_part(figure, "minority", "OTHER", std::int64_t{audience.total()} - audience.ethnic_minority());
}

void add_classes(Figure& figure, const v1::Households& households) {
    for (const auto& [name, number] : {std::pair{"POOR", households.poor()}, std::pair{"NEAR_POOR", households.near_poor()},
                                       std::pair{"NEWLY_ESCAPED", households.newly_escaped()}, std::pair{"OTHER", households.other()}}) {
        add(figure, number, {{"class", name}});
    }
}

// Different values, counted as a whole and in each part.
struct Different {
    std::set<std::string> whole;
    std::map<Cut, std::set<std::string>> parts;
    void take(const std::string& value, const std::vector<Cut>& cuts) {
        whole.insert(value);
        for (const auto& cut : cuts) {
            parts[cut].insert(value);
        }
    }
    void count(Figure& figure) const {
        figure.whole.number = static_cast<std::int64_t>(whole.size());
        for (const auto& [cut, values] : parts) {
            figure.parts[cut].number = static_cast<std::int64_t>(values.size());
        }
    }
};

// Something that only its commune knows under this name.
std::string named(const Fact& fact, const std::string& name) {
    return fact.stored->commune + "/" + name;
}

bool later(const Fact& one, const Fact& other) {
    return std::tuple(one.on, one.event().recorded_at(), one.stored->received_at) >
           std::tuple(other.on, other.event().recorded_at(), other.stored->received_at);
}

// Of each subject the latest report, of those on or before `last`; then those of the area.
Facts latest(const Question& asked, const Facts& reports, Day last, const std::function<std::string(const Fact&)>& subject) {
    std::map<std::string, const Fact*> of_subject;
    for (const auto* report : reports) {
        if (report->on <= last) {
            auto& held = of_subject[subject(*report)];
            if (held == nullptr || later(*report, *held)) {
                held = report;
            }
        }
    }
    Facts found;
    for (const auto& [name, report] : of_subject) {
        if (asked.in_area(*report)) {
            found.push_back(report);
        }
    }
    return found;
}

Facts latest(const Question& asked, v1::Event::BodyCase type, const std::function<std::string(const Fact&)>& subject) {
    return latest(asked, asked.ever(type), asked.window.last, subject);
}

std::int64_t villages_of(const Question& asked) {
    return static_cast<std::int64_t>(asked.villages().size());
}

// How many villages of the area are among these.
void cover(const Question& asked, const std::set<std::string>& covered, Figure& figure) {
    for (const auto& village : asked.villages()) {
        figure.whole.number += covered.contains(village) ? 1 : 0;
    }
    figure.whole.denominator = villages_of(asked);
}

void set_median(std::vector<std::int64_t> all, Figure& figure) {
    std::sort(all.begin(), all.end());
    if (!all.empty()) {
        const auto low = all[(all.size() - 1) / 2];
        const auto high = all[all.size() / 2];
        figure.median = static_cast<double>(low + high) / 2;
    }
}

// ---- communication

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
        if (story.consent() == v1::ExemplarPublished::GIVEN || story.consent() == v1::ExemplarPublished::NOT_NEEDED) {
            std::vector<Cut> cuts{{"kind", v1::ExemplarPublished::Kind_Name(story.kind())}};
            for (const auto channel : story.channels()) {
                cuts.emplace_back("channel", v1::ExemplarPublished::Channel_Name(static_cast<v1::ExemplarPublished::Channel>(channel)));
            }
            add(figure, 1, cuts);
        }
    }
}

// ---- culture, tourism, sales, jobs

void count_activities(const Question& asked, bool sport, Figure& figure) {
    for (const auto* fact : asked.all(Body::kCultureSportHeld)) {
        const auto& held = fact->event().culture_sport_held();
        if ((held.kind() == v1::CultureSportHeld::SPORT) == sport) {
            add(figure, 1, {{"level", v1::CultureSportHeld::Level_Name(held.level())}});
        }
    }
}

void cul_01(const Question& asked, Figure& figure) {
    count_activities(asked, false, figure);
}

void cul_02(const Question& asked, Figure& figure) {
    count_activities(asked, true, figure);
}

void cul_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kCultureSportHeld)) {
        add_audience(figure, fact->event().culture_sport_held().audience());
    }
}

void cul_04(const Question& asked, Figure& figure) {
    for (const auto* report : latest(asked, Body::kFacilityReported,
                                     [](const Fact& fact) { return named(fact, fact.event().facility_reported().facility_id()); })) {
        const auto& facility = report->event().facility_reported();
        auto& part = figure.parts[{"kind", v1::FacilityReported::Kind_Name(facility.kind())}];
        for (auto* fraction : {&figure.whole, &part}) {
            fraction->number += facility.status() == v1::FacilityReported::GOOD ? 1 : 0;
            fraction->denominator += 1;
        }
    }
}

void cul_05(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHeritageAction)) {
        add(figure, 1, {{"kind", v1::HeritageAction::Kind_Name(fact->event().heritage_action().kind())}});
    }
}

void cul_06(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHeritageAction)) {
        figure.whole.number += fact->event().heritage_action().learners();
    }
}

std::int64_t titles(const Question& asked, v1::TitleRecognised::Title title) {
    std::int64_t count = 0;
    for (const auto* fact : asked.all(Body::kTitleRecognised)) {
        const auto& recognised = fact->event().title_recognised();
        count += recognised.title() == title ? recognised.count() : 0;
    }
    return count;
}

void cul_07(const Question& asked, Figure& figure) {
    figure.whole.number = titles(asked, v1::TitleRecognised::CULTURAL_FAMILY);
    figure.whole.denominator = asked.recount.value(asked.area, asked.period, "POV-01", asked.looked_at).whole.number;
}

void cul_08(const Question& asked, Figure& figure) {
    figure.whole.number = titles(asked, v1::TitleRecognised::CULTURAL_VILLAGE);
    figure.whole.denominator = villages_of(asked);
}

void count_products(const Question& asked, bool tours_only, Figure& figure) {
    for (const auto* report :
         latest(asked, Body::kTourismProduct, [](const Fact& fact) { return named(fact, fact.event().tourism_product().product_id()); })) {
        const auto& product = report->event().tourism_product();
        if (product.stage() != v1::TourismProduct::OPERATING) {
            continue;
        }
        if (!tours_only) {
            add(figure, 1, {{"kind", v1::TourismProduct::Kind_Name(product.kind())}});
        } else if (product.kind() == v1::TourismProduct::TOUR) {
            add(figure, 1, {});
        }
    }
}

void tou_01(const Question& asked, Figure& figure) {
    count_products(asked, false, figure);
}

void tou_02(const Question& asked, Figure& figure) {
    count_products(asked, true, figure);
}

void tou_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kTourismActivity)) {
        const auto& activity = fact->event().tourism_activity();
        figure.whole.number += activity.visitors();
        add_part(figure, "foreign", "FOREIGN", activity.foreign());
        add_part(figure, "foreign", "DOMESTIC", std::int64_t{activity.visitors()} - activity.foreign());
        add_part(figure, "overnight", "OVERNIGHT", activity.overnight());
        add_part(figure, "overnight", "DAY", std::int64_t{activity.visitors()} - activity.overnight());
    }
}

// In đồng; shown in million.
void tou_04(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kTourismActivity)) {
        figure.whole.number += static_cast<std::int64_t>(fact->event().tourism_activity().revenue_vnd());
    }
}

// In đồng; shown in million.
void sal_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kProductSold)) {
        const auto& sold = fact->event().product_sold();
        add(figure, static_cast<std::int64_t>(sold.value_vnd()),
            {{"product", v1::ProductSold::Product_Name(sold.product())}, {"channel", v1::ProductSold::Channel_Name(sold.channel())}});
    }
}

void sal_02(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kProductSold)) {
        const auto& households = fact->event().product_sold().households();
        add(figure, households.poor(), {{"class", "POOR"}});
        add(figure, households.near_poor(), {{"class", "NEAR_POOR"}});
    }
}

void job_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kJobPlaced)) {
        const auto& placed = fact->event().job_placed();
        const std::int64_t people = placed.people();
        add(figure, people, {{"kind", v1::JobPlaced::Kind_Name(placed.kind())}});
        add_part(figure, "sex", "FEMALE", placed.female());
        add_part(figure, "sex", "MALE", people - placed.female());
        add_part(figure, "minority", "MINORITY", placed.ethnic_minority());
        add_part(figure, "minority", "OTHER", people - placed.ethnic_minority());
        add_part(figure, "class", "POOR", placed.from_poor());
        add_part(figure, "class", "NEAR_POOR", placed.from_near_poor());
        add_part(figure, "class", "NEWLY_ESCAPED", placed.from_newly_escaped());
        add_part(figure, "class", "OTHER", people - placed.from_poor() - placed.from_near_poor() - placed.from_newly_escaped());
    }
}

// ---- inspections and commendation

void ins_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kInspectionHeld)) {
        const auto& held = fact->event().inspection_held();
        add(figure, 1, {{"kind", v1::InspectionHeld::Kind_Name(held.kind())}, {"level", v1::InspectionHeld::Level_Name(held.level())}});
    }
}

// A list may name other villages than the event's own, so every inspection of the window is looked at.
void ins_02(const Question& asked, Figure& figure) {
    std::set<std::string> inspected;
    for (const auto* fact : asked.ever(Body::kInspectionHeld)) {
        if (asked.in_window(fact->on)) {
            inspected.insert(fact->event().village());
            const auto& list = fact->event().inspection_held().villages();
            inspected.insert(list.begin(), list.end());
        }
    }
    cover(asked, inspected, figure);
}

void ins_03(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kInspectionHeld)) {
        figure.whole.number += fact->event().inspection_held().recommendations();
    }
}

void ins_04(const Question& asked, Figure& figure) {
    const auto subject = [](const Fact& fact) {
        const auto& finding = fact.event().finding_resolved();
        return named(fact, finding.inspection_id()) + "/" + std::to_string(finding.recommendation_no());
    };
    for (const auto* report : latest(asked, asked.ever(Body::kFindingResolved), Day::max(), subject)) {
        const auto& finding = report->event().finding_resolved();
        if (asked.in_window(*parse_day(finding.due()))) {
            figure.whole.number += finding.status() == v1::FindingResolved::RESOLVED ? 1 : 0;
            figure.whole.denominator += 1;
        }
    }
}

void ins_05(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kReviewDone)) {
        const auto& review = fact->event().review_done();
        add(figure, review.count(), {{"subject", v1::ReviewDone::Subject_Name(review.subject())}});
        add_part(figure, "result", "EXCELLENT", review.excellent());
        add_part(figure, "result", "GOOD", review.good());
        add_part(figure, "result", "FULFILLED", review.fulfilled());
        add_part(figure, "result", "NOT_FULFILLED", review.not_fulfilled());
    }
}

void emu_01(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kMovementLaunched)) {
        add(figure, 1, {{"movement", v1::MovementLaunched::Movement_Name(fact->event().movement_launched().movement())}});
    }
}

void emu_02(const Question& asked, Figure& figure) {
    Different awards;
    for (const auto* fact : asked.all(Body::kCommendationAwarded)) {
        const auto& award = fact->event().commendation_awarded();
        awards.take(named(*fact, award.award_id()),
                    {{"form", v1::AwardForm_Name(award.form())}, {"level", v1::Authority_Name(award.authority())}});
    }
    awards.count(figure);
}

void emu_03(const Question& asked, Figure& figure) {
    Different awards;
    for (const auto* fact : asked.all(Body::kCommendationAwarded)) {
        const auto& award = fact->event().commendation_awarded();
        awards.take(named(*fact, award.award_id()), {{"recipient", v1::Recipient_Name(award.recipient())}});
    }
    awards.count(figure);
}

void emu_04(const Question& asked, Figure& figure) {
    std::vector<std::int64_t> delays;
    for (const auto* fact : asked.all(Body::kCommendationAwarded)) {
        const auto& award = fact->event().commendation_awarded();
        delays.push_back((*parse_day(award.decision_date()) - *parse_day(award.achievement_date())).count());
    }
    set_median(delays, figure);
}

// ---- households

void sup_01(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        if (step.stage() == v1::COMPLETED) {
            households.take(named(*fact, step.household_key()),
                            {{"class", v1::HouseholdClass_Name(step.household_class())}, {"kind", v1::SupportKind_Name(step.kind())}});
        }
    }
    households.count(figure);
}

void sup_02(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        if (step.stage() == v1::COMPLETED && (step.kind() == v1::HOUSE_NEW || step.kind() == v1::HOUSE_REPAIR)) {
            add(figure, 1, {{"kind", v1::SupportKind_Name(step.kind())}, {"funder", v1::Funder_Name(step.funder())}});
        }
    }
}

void sup_03(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        const auto kind = step.kind();
        if (kind == v1::LIVELIHOOD || kind == v1::LIVESTOCK || kind == v1::SEEDLINGS || kind == v1::LOAN) {
            households.take(named(*fact, step.household_key()), {{"class", v1::HouseholdClass_Name(step.household_class())}});
        }
    }
    households.count(figure);
}

// In đồng; shown in million.
void sup_04(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        add(figure, static_cast<std::int64_t>(step.value_vnd()),
            {{"funder", v1::Funder_Name(step.funder())},
             {"kind", v1::SupportKind_Name(step.kind())},
             {"organiser", v1::Organisation_Name(step.organiser())}});
    }
}

void sup_05(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        add(figure, step.workdays(), {{"organiser", v1::Organisation_Name(step.organiser())}});
    }
}

void mob_01(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdCommitted)) {
        const auto& committed = fact->event().household_committed();
        if (committed.kind() != v1::HouseholdCommitted::CHANGE_THINKING) {
            households.take(named(*fact, committed.household_key()), {{"class", v1::HouseholdClass_Name(committed.household_class())}});
        }
    }
    households.count(figure);
}

void mob_02(const Question& asked, Figure& figure) {
    Different households;
    for (const auto* fact : asked.all(Body::kHouseholdCommitted)) {
        const auto& committed = fact->event().household_committed();
        if (committed.kind() == v1::HouseholdCommitted::CHANGE_THINKING) {
            households.take(named(*fact, committed.household_key()), {});
        }
    }
    households.count(figure);
}

void mob_03(const Question& asked, Figure& figure) {
    static const std::set<v1::Organisation> front{v1::FATHERLAND_FRONT, v1::VETERANS, v1::FARMERS, v1::ELDERLY, v1::WOMEN, v1::YOUTH};
    const auto count = [&](v1::Organisation organiser) {
        if (front.contains(organiser)) {
            add(figure, 1, {{"organisation", v1::Organisation_Name(organiser)}});
        }
    };
    for (const auto* fact : asked.all(Body::kSessionHeld)) {
        count(fact->event().organisation());
    }
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        count(fact->event().household_supported().organiser());
    }
}

// ---- poverty

// Households by class, of all and of the minorities.
struct Counts {
    std::int64_t households = 0;
    std::int64_t poor = 0;
    std::int64_t near_poor = 0;
    std::int64_t newly_escaped = 0;

    void operator+=(const Counts& other) {
        households += other.households;
        poor += other.poor;
        near_poor += other.near_poor;
        newly_escaped += other.newly_escaped;
    }
    void change(v1::HouseholdClass of, std::int64_t by) {
        poor += of == v1::POOR ? by : 0;
        near_poor += of == v1::NEAR_POOR ? by : 0;
        newly_escaped += of == v1::NEWLY_ESCAPED ? by : 0;
    }
};
struct Standing {
    Counts all;
    Counts minority;
    void operator+=(const Standing& other) {
        all += other.all;
        minority += other.minority;
    }
};
struct Review {
    std::map<v1::PovertyStandard, Standing> by_standard;
    std::set<v1::PovertyStandard> openings;  // standards of the openings
    [[nodiscard]] Standing sum() const {
        Standing sum;
        for (const auto& [standard, standing] : by_standard) {
            sum += standing;
        }
        return sum;
    }
};

// The opening of the latest year that is not after the period's.
const Fact* opening_of(const Question& asked, const std::string& village) {
    const Fact* opening = nullptr;
    for (const auto* fact : asked.ever(Body::kBaselineSet)) {
        const auto year = fact->event().baseline_set().year();
        if (fact->event().village() == village && static_cast<int>(year) <= asked.period.year &&
            (opening == nullptr || year > opening->event().baseline_set().year() ||
             (year == opening->event().baseline_set().year() && later(*fact, *opening)))) {
            opening = fact;
        }
    }
    return opening;
}

void take_change(const v1::HouseholdStatusChanged& change, Counts& counts) {
    using Change = v1::HouseholdStatusChanged;
    const bool arrives = change.cause() == Change::MOVED_IN || change.cause() == Change::SPLIT_OFF;
    const bool leaves = change.cause() == Change::MOVED_OUT || change.cause() == Change::DISSOLVED;
    if (!arrives) {
        counts.change(change.from_class(), -1);
    }
    if (!leaves) {
        counts.change(change.to_class(), 1);
    }
    counts.households += (arrives ? 1 : 0) - (leaves ? 1 : 0);
}

void review_village(const Question& asked, const std::string& village, Day until, Review& review) {
    const auto* opening = opening_of(asked, village);
    auto since = Day::min();
    if (opening != nullptr) {
        const auto& baseline = opening->event().baseline_set();
        since = window_of(asked.period.calendar, v1::YEAR, static_cast<int>(baseline.year()), 1).first;
        Standing standing;
        standing.all = {baseline.households(), baseline.poor(), baseline.near_poor(), baseline.newly_escaped()};
        standing.minority = {baseline.minority_households(), baseline.minority_poor(), baseline.minority_near_poor(),
                             baseline.minority_newly_escaped()};
        review.by_standard[baseline.standard()] += standing;
        review.openings.insert(baseline.standard());
    }
    for (const auto* fact : asked.ever(Body::kHouseholdStatusChanged)) {
        if (fact->event().village() == village && since <= fact->on && fact->on <= until) {
            const auto& change = fact->event().household_status_changed();
            auto& standing = review.by_standard[change.standard()];
            take_change(change, standing.all);
            if (change.ethnic_minority()) {
                take_change(change, standing.minority);
            }
        }
    }
}

// How households stood at the end of that day.
Review review_of(const Question& asked, Day until) {
    Review review;
    for (const auto& village : asked.villages()) {
        review_village(asked, village, until, review);
    }
    return review;
}

Review review_at_end(const Question& asked) {
    return review_of(asked, asked.window.last);
}
Review review_at_start(const Question& asked) {
    return review_of(asked, asked.window.first - std::chrono::days(1));
}

void stock(const Review& review, std::int64_t Counts::*what, Figure& figure) {
    const auto sum = review.sum();
    figure.whole.number = sum.all.*what;
    figure.parts[{"minority", "MINORITY"}].number = sum.minority.*what;
    figure.parts[{"minority", "OTHER"}].number = sum.all.*what - sum.minority.*what;
    for (const auto& [standard, standing] : review.by_standard) {
        figure.parts[{"standard", v1::PovertyStandard_Name(standard)}].number = standing.all.*what;
    }
}

// Of the households of each part.
void rate(const Review& review, std::int64_t Counts::*what, Figure& figure) {
    stock(review, what, figure);
    Figure households;
    stock(review, &Counts::households, households);
    figure.whole.denominator = households.whole.number;
    for (auto& [cut, part] : figure.parts) {
        part.denominator = households.parts.at(cut).number;
    }
}

void pov_01(const Question& asked, Figure& figure) {
    stock(review_at_end(asked), &Counts::households, figure);
}

void pov_02(const Question& asked, Figure& figure) {
    stock(review_at_end(asked), &Counts::poor, figure);
    for (const auto& village : asked.villages()) {
        const auto& commune = *asked.places.find(asked.places.find(village, asked.window.last)->parent(), asked.window.last);
        Review review;
        review_village(asked, village, asked.window.last, review);
        add_part(figure, "area", v1::Place::Kind_Name(commune.kind()), review.sum().all.poor);
    }
}

void pov_03(const Question& asked, Figure& figure) {
    rate(review_at_end(asked), &Counts::poor, figure);
}

void pov_04(const Question& asked, Figure& figure) {
    rate(review_at_end(asked), &Counts::near_poor, figure);
}

void pov_05(const Question& asked, Figure& figure) {
    const auto sum = review_at_end(asked).sum();
    figure.whole = {sum.minority.poor, sum.minority.households};
}

void pov_06(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdStatusChanged)) {
        const auto& change = fact->event().household_status_changed();
        if (change.movement() == v1::HouseholdStatusChanged::ESCAPED_POVERTY) {
            add(figure, 1, {{"to", change.to_class() == v1::NEAR_POOR ? "NEAR_POOR" : "ABOVE"}});
        }
    }
}

void pov_07(const Question& asked, Figure& figure) {
    for (const auto* fact : asked.all(Body::kHouseholdStatusChanged)) {
        const auto movement = fact->event().household_status_changed().movement();
        if (movement == v1::HouseholdStatusChanged::POOR_AGAIN || movement == v1::HouseholdStatusChanged::NEWLY_POOR) {
            add(figure, 1, {{"movement", v1::HouseholdStatusChanged::Movement_Name(movement)}});
        }
    }
}

// Only under one and the same standard.
void pov_08(const Question& asked, Figure& figure) {
    const auto start = review_at_start(asked);
    const auto end = review_at_end(asked);
    auto openings = start.openings;
    openings.insert(end.openings.begin(), end.openings.end());
    if (openings.size() == 1) {
        figure.start = {start.sum().all.poor, start.sum().all.households};
        figure.whole = {end.sum().all.poor, end.sum().all.households};
    }
}

void pov_09(const Question& asked, Figure& figure) {
    figure.whole.number = review_at_end(asked).sum().all.newly_escaped;
}

void pov_10(const Question& asked, Figure& figure) {
    const auto subject = [](const Fact& fact) {
        return fact.event().village() + "/" + std::to_string(fact.event().deprivation_counted().household_class());
    };
    for (const auto* report : latest(asked, Body::kDeprivationCounted, subject)) {
        const auto& counted = report->event().deprivation_counted();
        const std::int64_t households = counted.households();
        const std::vector<std::pair<std::string, std::uint32_t>> lacks{{"EMPLOYMENT", counted.employment()},
                                                                       {"DEPENDENTS", counted.dependents()},
                                                                       {"NUTRITION", counted.nutrition()},
                                                                       {"HEALTH_INSURANCE", counted.health_insurance()},
                                                                       {"ADULT_EDUCATION", counted.adult_education()},
                                                                       {"SCHOOLING", counted.schooling()},
                                                                       {"HOUSING_QUALITY", counted.housing_quality()},
                                                                       {"FLOOR_AREA", counted.floor_area()},
                                                                       {"WATER", counted.water()},
                                                                       {"TOILET", counted.toilet()},
                                                                       {"TELECOM", counted.telecom()},
                                                                       {"INFORMATION_MEANS", counted.information_means()}};
        auto& of_class = figure.parts[{"class", v1::HouseholdClass_Name(counted.household_class())}];
        of_class.denominator += households;
        figure.whole.denominator += households;
        for (const auto& [name, number] : lacks) {
            auto& part = figure.parts[{"indicator", name}];
            part.number += number;
            part.denominator += households;
            of_class.number += number;
            figure.whole.number += number;
        }
    }
}

void sup_06(const Question& asked, Figure& figure) {
    std::set<std::string> supported;
    for (const auto* fact : asked.all(Body::kHouseholdSupported)) {
        const auto& step = fact->event().household_supported();
        if (step.stage() == v1::COMPLETED && step.household_class() == v1::POOR) {
            supported.insert(named(*fact, step.household_key()));
        }
    }
    figure.whole = {static_cast<std::int64_t>(supported.size()), review_at_start(asked).sum().all.poor};
}

// ---- targets

const Entry* entry_of(const std::string& code) {
    for (const auto& entry : catalogue()) {
        if (entry.code == code) {
            return &entry;
        }
    }
    return nullptr;
}

std::int64_t rounded(std::int64_t number, std::int64_t per) {  // half up, of negative numbers down; `per` above zero
    return number >= 0 ? (2 * number + per) / (2 * per) : -((-2 * number + per) / (2 * per));
}

// In hundredths of the unit in which it is shown; none: it has no value.
std::optional<std::int64_t> hundredths(const Entry& entry, const Figure& figure) {
    const auto [number, denominator] = figure.whole;
    switch (entry.kind) {
        case Kind::number:
        case Kind::stock: return rounded(number * 100, entry.divide_by);
        case Kind::rate: return denominator > 0 ? std::optional(rounded(number * 10'000, denominator)) : std::nullopt;
        case Kind::median: return figure.median ? std::optional(static_cast<std::int64_t>(*figure.median * 100)) : std::nullopt;
        case Kind::change: break;
    }
    const auto& start = figure.start;
    if (denominator <= 0 || start.denominator <= 0) {
        return std::nullopt;
    }
    return rounded((start.number * denominator - number * start.denominator) * 10'000, start.denominator * denominator);
}

// The target of that very place (a village, or a commune itself) for the period; none: it has none.
std::optional<std::int64_t> target_of(const Question& asked, const std::string& code, const std::string& place) {
    const Fact* holds = nullptr;
    for (const auto* fact : asked.ever(Body::kTargetAssigned)) {
        const auto& target = fact->event().target_assigned();
        const auto& of = fact->event().village().empty() ? fact->stored->commune : fact->event().village();
        if (of == place && target.indicator() == code && target.period() == asked.period.format() &&
            (holds == nullptr || target.revision() > holds->event().target_assigned().revision() ||
             (target.revision() == holds->event().target_assigned().revision() && later(*fact, *holds)))) {
            holds = fact;
        }
    }
    return holds == nullptr ? std::nullopt : std::optional(static_cast<std::int64_t>(holds->event().target_assigned().value()));
}

struct Achieved {
    Figure actual;  // its number only, when it is of several places
    std::int64_t target = 0;
};

// A place's own target; of a commune that has none, and of a district, the sum of those below, of what can be added up.
std::optional<Achieved> achieved(const Question& asked, const Entry& entry, const std::string& place) {
    if (const auto target = target_of(asked, entry.code, place)) {
        return Achieved{asked.recount.value(place, asked.period, entry.code, asked.looked_at), *target};
    }
    if (entry.kind != Kind::number && entry.kind != Kind::stock) {
        return std::nullopt;
    }
    std::optional<Achieved> sum;
    for (const auto& below : asked.places.children(place, asked.window.last)) {
        if (const auto part = achieved(asked, entry, below)) {
            sum = sum ? sum : Achieved();
            sum->actual.whole.number += part->actual.whole.number;
            sum->target += part->target;
        }
    }
    return sum;
}

bool is_met(const Entry& entry, std::optional<std::int64_t> actual, std::int64_t target) {
    return actual && (entry.less_is_better ? *actual <= target : *actual >= target);
}

char letter_of(v1::Span span) {
    return span == v1::MONTH ? 'M' : span == v1::QUARTER ? 'Q' : span == v1::HALF ? 'H' : 'Y';
}

void tgt_01(const Question& asked, Figure& figure) {
    if (asked.period.calendar != v1::OFFICIAL) {
        return;
    }
    for (const auto& entry : catalogue()) {
        if (entry.code == "TGT-01" || entry.spans.find(letter_of(asked.period.span)) == std::string::npos) {
            continue;
        }
        if (const auto found = achieved(asked, entry, asked.area)) {
            const auto actual = hundredths(entry, found->actual);
            figure.parts[{"indicator", entry.code}] = {actual.value_or(0), found->target};
            figure.whole.number += is_met(entry, actual, found->target) ? 1 : 0;
            figure.whole.denominator += 1;
        }
    }
}

void tgt_02(const Question& asked, Figure& figure) {
    if (asked.period.calendar != v1::OFFICIAL) {
        return;
    }
    const auto& escaped = *entry_of("POV-06");
    for (const auto& village : asked.villages()) {
        if (const auto target = target_of(asked, escaped.code, village)) {
            const auto actual = hundredths(escaped, asked.recount.value(village, asked.period, escaped.code, asked.looked_at));
            figure.whole.number += is_met(escaped, actual, *target) ? 1 : 0;
            figure.whole.denominator += 1;
        }
    }
}

void tgt_03(const Question& asked, Figure& figure) {
    std::set<std::string> with_target;
    for (const auto* fact : asked.ever(Body::kTargetAssigned)) {
        const auto period = Period::parse(v1::OFFICIAL, fact->event().target_assigned().period());
        if (period->year == asked.period.year) {
            with_target.insert(fact->event().village());
        }
    }
    std::set<std::string> steered;
    for (const auto* fact : asked.ever(Body::kOfficerAssigned)) {
        const auto& officer = fact->event().officer_assigned();
        const bool began = *parse_day(officer.from()) <= asked.window.last;
        const bool ended = !officer.until().empty() && *parse_day(officer.until()) < asked.window.last;
        if (began && !ended && with_target.contains(fact->event().village())) {
            steered.insert(fact->event().village());
        }
    }
    cover(asked, steered, figure);
}

// ---- plans, criteria, reports

void pln_01(const Question& asked, Figure& figure) {
    Different communes;
    for (const auto* fact : asked.all(Body::kPlanIssued)) {
        communes.take(fact->stored->commune, {{"kind", v1::PlanIssued::Kind_Name(fact->event().plan_issued().kind())}});
    }
    communes.count(figure);
}

void nrd_01(const Question& asked, Figure& figure) {
    const auto subject = [](const Fact& fact) {
        return named(fact, fact.event().village()) + "/" + std::to_string(fact.event().rural_criterion_assessed().criterion());
    };
    for (const auto* report : latest(asked, Body::kRuralCriterionAssessed, subject)) {
        figure.whole.number += report->event().rural_criterion_assessed().status() == v1::RuralCriterionAssessed::MET ? 1 : 0;
    }
}

void rpt_01(const Question& asked, Figure& figure) {
    Different due;
    Different in_time;
    for (const auto* fact : asked.all(Body::kReportSubmitted)) {
        const auto& report = fact->event().report_submitted();
        const auto which = named(*fact, report.period() + " " + report.from_unit() + " " + report.to_unit());
        const std::vector<Cut> cuts{{"level", v1::ReportSubmitted::Level_Name(report.level())}};
        due.take(which, cuts);
        if (*parse_day(report.sent()) <= *parse_day(report.due())) {
            in_time.take(which, cuts);
        }
    }
    in_time.count(figure);
    figure.whole.denominator = static_cast<std::int64_t>(due.whole.size());
    for (const auto& [cut, reports] : due.parts) {
        figure.parts[cut].denominator = static_cast<std::int64_t>(reports.size());
    }
}

void rpt_02(const Question& asked, Figure& figure) {
    std::vector<std::int64_t> lags;
    for (const auto& fact : asked.facts) {
        if (asked.in_window(fact.on) && asked.in_area(fact)) {
            lags.push_back((day_at(Seconds(std::chrono::seconds(fact.stored->received_at))) - fact.on).count());
        }
    }
    set_median(lags, figure);
}

// Every correction, whether it stands or not.
void rpt_03(const Question& asked, Figure& figure) {
    for (const auto& one : asked.stored) {
        const auto day = *parse_day(one.event.occurred_on());
        if (one.event.has_correction() && asked.in_window(day) && asked.in_area(one.commune, one.event.village(), day)) {
            figure.whole.number += 1;
            add_part(figure, "type", v1::Correction::Action_Name(one.event.correction().action()), 1);
        }
    }
}

const std::map<std::string, Formula>& formulas() {
    static const std::map<std::string, Formula> all{
        {"COM-01", com_01}, {"COM-02", com_02}, {"COM-03", com_03}, {"COM-04", com_04}, {"COM-05", com_05}, {"COM-06", com_06},
        {"COM-07", com_07}, {"COM-08", com_08}, {"COM-09", com_09}, {"COM-10", com_10}, {"COM-11", com_11}, {"COM-12", com_12},
        {"TRN-01", trn_01}, {"TRN-02", trn_02}, {"TRN-03", trn_03}, {"PRC-01", prc_01}, {"PRC-02", prc_02}, {"MOD-01", mod_01},
        {"MOD-02", mod_02}, {"EXM-01", exm_01}, {"CUL-01", cul_01}, {"CUL-02", cul_02}, {"CUL-03", cul_03}, {"CUL-04", cul_04},
        {"CUL-05", cul_05}, {"CUL-06", cul_06}, {"CUL-07", cul_07}, {"CUL-08", cul_08}, {"TOU-01", tou_01}, {"TOU-02", tou_02},
        {"TOU-03", tou_03}, {"TOU-04", tou_04}, {"SAL-01", sal_01}, {"SAL-02", sal_02}, {"JOB-01", job_01}, {"INS-01", ins_01},
        {"INS-02", ins_02}, {"INS-03", ins_03}, {"INS-04", ins_04}, {"INS-05", ins_05}, {"EMU-01", emu_01}, {"EMU-02", emu_02},
        {"EMU-03", emu_03}, {"EMU-04", emu_04}, {"SUP-01", sup_01}, {"SUP-02", sup_02}, {"SUP-03", sup_03}, {"SUP-04", sup_04},
        {"SUP-05", sup_05}, {"SUP-06", sup_06}, {"MOB-01", mob_01}, {"MOB-02", mob_02}, {"MOB-03", mob_03}, {"POV-01", pov_01},
        {"POV-02", pov_02}, {"POV-03", pov_03}, {"POV-04", pov_04}, {"POV-05", pov_05}, {"POV-06", pov_06}, {"POV-07", pov_07},
        {"POV-08", pov_08}, {"POV-09", pov_09}, {"POV-10", pov_10}, {"TGT-01", tgt_01}, {"TGT-02", tgt_02}, {"TGT-03", tgt_03},
        {"PLN-01", pln_01}, {"NRD-01", nrd_01}, {"RPT-01", rpt_01}, {"RPT-02", rpt_02}, {"RPT-03", rpt_03}};
    return all;
}

}  // namespace

const std::vector<Entry>& catalogue() {
    static const std::vector<Entry> all{
        {"COM-01", Kind::number, "MQHY"},
        {"COM-02", Kind::number, "MQHY"},
        {"COM-03", Kind::number, "MQHY"},
        {"COM-04", Kind::rate, "MQHY"},
        {"COM-05", Kind::number, "MQHY"},
        {"COM-06", Kind::number, "MQHY"},
        {"COM-07", Kind::number, "MQHY", 60},
        {"COM-08", Kind::number, "QHY"},
        {"COM-09", Kind::number, "QHY"},
        {"COM-10", Kind::number, "HY"},
        {"COM-11", Kind::rate, "M"},
        {"COM-12", Kind::number, "QHY"},
        {"TRN-01", Kind::number, "QHY"},
        {"TRN-02", Kind::number, "QHY"},
        {"TRN-03", Kind::number, "HY"},
        {"PRC-01", Kind::number, "QHY"},
        {"PRC-02", Kind::number, "HY", 100},
        {"MOD-01", Kind::stock, "HY"},
        {"MOD-02", Kind::stock, "HY"},
        {"EXM-01", Kind::number, "MQHY"},
        {"CUL-01", Kind::number, "MQHY"},
        {"CUL-02", Kind::number, "MQHY"},
        {"CUL-03", Kind::number, "MQHY"},
        {"CUL-04", Kind::rate, "HY"},
        {"CUL-05", Kind::number, "HY"},
        {"CUL-06", Kind::number, "HY"},
        {"CUL-07", Kind::rate, "Y"},
        {"CUL-08", Kind::rate, "Y"},
        {"TOU-01", Kind::stock, "HY"},
        {"TOU-02", Kind::stock, "HY"},
        {"TOU-03", Kind::number, "MQHY"},
        {"TOU-04", Kind::number, "QHY", 1'000'000},
        {"SAL-01", Kind::number, "QHY", 1'000'000},
        {"SAL-02", Kind::number, "QHY"},
        {"JOB-01", Kind::number, "QHY"},
        {"INS-01", Kind::number, "MQHY"},
        {"INS-02", Kind::rate, "HY"},
        {"INS-03", Kind::number, "QHY"},
        {"INS-04", Kind::rate, "QHY"},
        {"INS-05", Kind::number, "HY"},
        {"EMU-01", Kind::number, "HY"},
        {"EMU-02", Kind::number, "QHY"},
        {"EMU-03", Kind::number, "QHY"},
        {"EMU-04", Kind::median, "HY", 1, true},
        {"SUP-01", Kind::number, "MQHY"},
        {"SUP-02", Kind::number, "MQHY"},
        {"SUP-03", Kind::number, "QHY"},
        {"SUP-04", Kind::number, "QHY", 1'000'000},
        {"SUP-05", Kind::number, "QHY"},
        {"SUP-06", Kind::rate, "HY"},
        {"MOB-01", Kind::number, "QY"},
        {"MOB-02", Kind::number, "HY"},
        {"MOB-03", Kind::number, "QHY"},
        {"POV-01", Kind::stock, "MY"},
        {"POV-02", Kind::stock, "MY", 1, true},
        {"POV-03", Kind::rate, "MY", 1, true},
        {"POV-04", Kind::rate, "MY", 1, true},
        {"POV-05", Kind::rate, "MY", 1, true},
        {"POV-06", Kind::number, "MQY"},
        {"POV-07", Kind::number, "MQY", 1, true},
        {"POV-08", Kind::change, "Y"},
        {"POV-09", Kind::stock, "Y"},
        {"POV-10", Kind::rate, "Y", 1, true},
        {"TGT-01", Kind::rate, "MQHY"},
        {"TGT-02", Kind::rate, "HY"},
        {"TGT-03", Kind::rate, "HY"},
        {"PLN-01", Kind::number, "Y"},
        {"NRD-01", Kind::stock, "HY"},
        {"RPT-01", Kind::rate, "MQHY"},
        {"RPT-02", Kind::median, "M", 1, true},
        {"RPT-03", Kind::number, "M", 1, true},
    };
    return all;
}

Window window_of(v1::Calendar calendar, v1::Span span, int year, int number) {
    using namespace std::chrono;
    const int length = span == v1::MONTH ? 1 : span == v1::QUARTER ? 3 : span == v1::HALF ? 6 : 12;
    const auto first = std::chrono::year(year) / 1 + months((number - 1) * length);
    const auto last = first + months(length - 1);
    if (calendar == v1::CALENDAR_MONTHS) {
        return {Day(first / 1), Day(last / std::chrono::last)};
    }
    return {Day((first - months(1)) / 15), Day(last / 14)};
}

Recount::Recount(const Places& places, std::vector<Stored> stored)
    : places_(places), stored_(std::move(stored)), facts_(standing(stored_)) {}

Recount::Recount(const Places& places, std::vector<Stored> stored, const std::vector<std::size_t>& standing)
    : places_(places), stored_(std::move(stored)) {
    for (const auto at : standing) {
        facts_.push_back({&stored_[at], *parse_day(stored_[at].event.occurred_on())});
    }
}

Figure Recount::value(const std::string& area, const Period& period, const std::string& code) const {
    std::set<v1::Event::BodyCase> looked_at;
    return value(area, period, code, looked_at);
}

Figure Recount::value(const std::string& area, const Period& period, const std::string& code,
                      std::set<v1::Event::BodyCase>& looked_at) const {
    const auto formula = formulas().find(code);
    if (formula == formulas().end()) {
        throw std::invalid_argument("no indicator " + code);
    }
    const auto window = window_of(period.calendar, period.span, period.year, period.number);
    Figure figure;
    formula->second({places_, stored_, facts_, *this, area, period, window, looked_at}, figure);
    return figure;
}

}  // namespace chieng::recount
