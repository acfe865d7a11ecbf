// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/reports.hpp"

#include "gateway/serve/digests.hpp"
#include "gateway/serve/labels.hpp"
#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/rules.hpp"
#include "services/runtime/core/topics.hpp"

#include <google/protobuf/util/message_differencer.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <set>

namespace chieng {
namespace {

// Of 99 revisions the order of the keys is that of the numbers.
std::string revision_of(const std::string& period, std::uint32_t revision) {
    return period + "/" + (revision < 10 ? "0" : "") + std::to_string(revision);
}
std::string report_key(const std::string& period, std::uint32_t revision) {
    return "filed/" + revision_of(period, revision);
}
std::string acknowledged_key(const std::string& period, std::uint32_t revision, const std::string& recipient) {
    return "acknowledged/" + revision_of(period, revision) + "/" + recipient;
}

Publish told(const v1::Acknowledgement& made) {
    return retained_event(topics::acknowledged(made.area(), made.period(), std::to_string(made.revision()), made.recipient()),
                          {made.area(), "gateway", made.acknowledged_at()}, made);
}
Publish told(const v1::Report& report) {
    return retained_event(topics::report(report.area(), report.period(), std::to_string(report.revision())),
                          {report.area(), "gateway", report.filed_at()}, report);
}

// What reports were made by, by digest: so a gateway that was given other definitions since can still say what the old ones were.
std::string basis_key(std::string_view kind, std::uint64_t digest) {
    return "basis/" + std::string(kind) + "/" + big_endian(digest);
}

v1::Label both(std::string vi, std::string en) {
    v1::Label label;
    label.set_vi(std::move(vi));
    label.set_en(std::move(en));
    return label;
}

template <class Reply>
void refuse(Reply& reply, const v1::Label& why) {
    reply.set_error(why.en());
    reply.set_error_vi(why.vi());
}

v1::Label no_period(const std::string& period) {
    return both("kỳ '" + period + "' không đọc được; hãy ghi như " + period_forms, "period '" + period + "': such as " + period_forms);
}

v1::Label still_reading() {
    return both("máy chủ đang đọc lại các sổ; hãy hỏi lại sau một phút", "the gateway is still reading its feeds; ask again in a minute");
}

constexpr std::uint32_t revisions_max = 99;
constexpr std::size_t why_bytes_max = 500;
constexpr std::size_t filed_by_bytes_max = 100;

// What is wrong with the request to file a period once more, or for the first time.
std::optional<v1::Label> refusal_of(const v1::ReportRequest& request, const Period& period, std::uint32_t revision, Day today) {
    const auto of = [&](const std::string& vi, const std::string& en) {
        return both("kỳ " + request.period() + " " + vi, "period " + request.period() + " " + en);
    };
    if (today <= period.last_day()) {
        const auto last = format_day(period.last_day());
        return of("kết thúc ngày " + last + "; chỉ chốt sau ngày đó", "ends on " + last + "; it is filed after that day");
    }
    if (period.last_day() < programme_begins) {
        const auto begins = format_day(programme_begins);
        return of("kết thúc trước khi chương trình bắt đầu, ngày " + begins, "ended before the programme began, on " + begins);
    }
    if (revision > revisions_max) {
        const auto most = std::to_string(revisions_max);
        return of("đã chốt " + most + " lần, là nhiều nhất", "was filed " + most + " times; that is the limit");
    }
    if (revision > 1 && request.why().empty()) {
        const auto before = std::to_string(revision - 1);
        return of("đã chốt lần " + before + "; hãy nêu lý do chốt lại (why)",
                  "was filed before, as revision " + before + "; say why it is filed once more (why)");
    }
    if (request.why().size() > why_bytes_max || request.filed_by().size() > filed_by_bytes_max) {
        const auto why = std::to_string(why_bytes_max);
        const auto by = std::to_string(filed_by_bytes_max);
        return both("why: nhiều nhất " + why + " byte; filed_by: nhiều nhất " + by,
                    "why: at most " + why + " bytes; filed_by: at most " + by);
    }
    return std::nullopt;
}

}  // namespace

void put_buckets(const std::string& serialized, v1::BoardDigest& digest) {
    std::array<std::uint64_t, digest_buckets> buckets{};
    std::uint64_t lines = 0;
    for (std::size_t at = 0; at < serialized.size();) {
        const auto end = serialized.find('\n', at);
        const std::string_view line(serialized.data() + at, end - at);
        std::size_t name = 0;  // the first six columns name the cell
        for (int tabs = 0; tabs < 7 && name != std::string_view::npos; ++tabs) {
            name = line.find('\t', name + 1);
        }
        buckets[XXH3_64bits(line.data(), std::min(name, line.size())) % digest_buckets] += XXH3_64bits(line.data(), line.size());
        ++lines;
        at = end + 1;
    }
    digest.mutable_buckets()->Assign(buckets.begin(), buckets.end());
    digest.set_lines(lines);
}

void Reports::start(Actions& actions) {
    actions.emplace_back(Subscribe{topics::requests(place_, "reports", "+")});
    actions.emplace_back(Subscribe{topics::requests(place_, "board", "+")});
    actions.emplace_back(Subscribe{topics::requests(place_, "values", "+")});
    actions.emplace_back(Subscribe{topics::report(place_, "+", "+")});
    actions.emplace_back(Subscribe{topics::acknowledged(place_, "+", "+", "#")});
    each_filed([&](const v1::Report& report) { actions.emplace_back(told(report)); });
    store_.scan("acknowledged/", [&](std::string_view, std::string_view bytes) {
        v1::Acknowledgement made;
        if (made.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            actions.emplace_back(told(made));
        }
        return true;
    });
}

void Reports::each_filed(const std::function<void(const v1::Report&)>& visit) const {
    store_.scan("filed/", [&](std::string_view, std::string_view bytes) {
        v1::Report report;
        if (report.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            visit(report);
        }
        return true;
    });
}

std::uint64_t Reports::filed_count() const {
    if (!filed_count_) {
        filed_count_ = 0;
        store_.scan("filed/", [&](std::string_view, std::string_view) {
            ++*filed_count_;
            return true;
        });
    }
    return *filed_count_;
}

// What the broker still holds of this place's reports was filed, whatever became of the gateway's file since: it stands for ever.
bool Reports::take_up(const Message& message, Instant now) {
    const auto levels = topics::levels(message.topic);
    if (levels.size() < 7 || levels[2] != "areas" || levels[3] != place_ || levels[4] != "reports") {
        return false;
    }
    v1::Report report;
    v1::Acknowledgement made;
    if (!message.retained) {
        return true;  // its own
    }
    if (levels.size() == 7 && read_retained_event(message.payload, report)) {
        if (message.topic == topics::report(report.area(), report.period(), std::to_string(report.revision()))) {
            take_up(report, now);
        }
    } else if (levels.size() > 8 && read_retained_event(message.payload, made)) {
        if (message.topic == topics::acknowledged(made.area(), made.period(), std::to_string(made.revision()), made.recipient())) {
            take_up(made, now);
        }
    }
    return true;
}

void Reports::take_up(const v1::Report& report, Instant now) {
    auto as_digested = report;
    as_digested.clear_digest();
    const auto period = Period::parse(v1::OFFICIAL, report.period());
    const bool is_over = period && programme_begins <= period->last_day() && period->last_day() < day_at(now.civil);
    const bool is_whole =
        is_over && report.revision() > 0 && report.revision() <= revisions_max && sha256_hex(frozen_bytes(as_digested)) == report.digest();
    const auto key = report_key(report.period(), report.revision());
    if (!is_whole || store_.get(key)) {
        return;
    }
    store_.put(key, report.SerializeAsString());
    archive_.add(v1::ArchiveEntry::FILED, report.period() + "/" + std::to_string(report.revision()), report.digest(), now);
    store_.commit();
    filed_count_.reset();
}

void Reports::take_up(const v1::Acknowledgement& made, Instant now) {
    const auto key = acknowledged_key(made.period(), made.revision(), made.recipient());
    const auto report = filed(made.period(), made.revision());
    if (!acknowledges(made.recipient()) || !report || report->digest() != made.digest() || store_.get(key)) {
        return;  // perhaps before its report has come: at the next link it is heard again
    }
    store_.put(key, made.SerializeAsString());
    archive_.add(v1::ArchiveEntry::ACKNOWLEDGED, made.period() + "/" + std::to_string(made.revision()) + " " + made.recipient(),
                 made.digest(), now);
    store_.commit();
}

bool Reports::take(const Message& message, bool caught_up, Instant now, Actions& actions) {
    if (take_up(message, now)) {
        return true;
    }
    const auto levels = topics::levels(message.topic);
    if (levels.size() != 6 || levels[2] != place_ || levels[4] != "requests") {
        return false;
    }
    const auto reply_to = topics::replies(place_, levels[3], levels[5]);
    if (levels[3] == "board") {
        actions.emplace_back(Publish{{reply_to, board_digest().SerializeAsString(), false}});
        return true;
    }
    if (levels[3] == "values") {
        v1::ValuesRequest request;
        v1::ValuesReply reply;
        if (request.ParseFromString(message.payload)) {
            reply = values(request, caught_up, now);
        } else {
            refuse(reply, both("câu hỏi không phải là chieng.v1.ValuesRequest", "the request is not a chieng.v1.ValuesRequest"));
        }
        actions.emplace_back(Publish{{reply_to, reply.SerializeAsString(), false}});
        return true;
    }
    v1::ReportRequest request;
    v1::ReportReply reply;
    if (request.ParseFromString(message.payload)) {
        reply = answer(request, caught_up, now, actions);
        if (request.file() && request.role() != v1::ROLE_UNSPECIFIED && reply.error().empty() && filed_) {
            reply.set_posted(filed_(request, reply));
        }
    } else {
        refuse(reply, both("câu hỏi không phải là chieng.v1.ReportRequest", "the request is not a chieng.v1.ReportRequest"));
    }
    actions.emplace_back(Publish{{reply_to, reply.SerializeAsString(), false}});
    return true;
}

v1::ReportReply Reports::answer(const v1::ReportRequest& request, bool caught_up, Instant now, Actions& actions) {
    v1::ReportReply reply;
    const auto period = Period::parse(v1::OFFICIAL, request.period());
    if (!period) {
        refuse(reply, no_period(request.period()));
    } else if (!caught_up) {
        refuse(reply, still_reading());
    } else if (!request.file()) {
        if (auto held = filed(request.period(), request.revision())) {
            if (request.acknowledged_by().empty()) {
                for (auto& one : restated(*held)) {
                    *reply.add_restated() = std::move(one);
                }
            }
            *reply.mutable_report() = std::move(*held);
            if (!request.acknowledged_by().empty()) {
                acknowledge(request.acknowledged_by(), reply, now, actions);
            }
            list_acknowledgements(reply);
            if (request.with_basis()) {
                put_basis(reply);
            }
        } else {
            refuse(reply, both("kỳ " + request.period() + " chưa chốt; hãy chốt trước",
                               "period " + request.period() + " has not been filed; file it first"));
        }
    } else {
        file(request, *period, now, reply, actions);
    }
    return reply;
}

v1::ValuesReply Reports::values(const v1::ValuesRequest& request, bool caught_up, Instant now) const {
    v1::ValuesReply reply;
    const auto period = Period::parse(request.calendar() == "calendar" ? v1::CALENDAR_MONTHS : v1::OFFICIAL, request.period());
    if (!period) {
        refuse(reply, no_period(request.period()));
        return reply;
    }
    const auto map = request.map().empty() ? std::nullopt : parse_day(request.map());
    const auto day = map.value_or(period->last_day());
    if ((!request.map().empty() && !map) || places_.find(request.area(), day) == nullptr) {
        const auto on = map || request.map().empty() ? format_day(day) : request.map();
        refuse(reply, both("ngày " + on + " không có nơi " + request.area(), "there is no place " + request.area() + " on " + on));
    } else if (request.area() != place_ && !places_.was_within(request.area(), place_)) {
        refuse(reply, both(request.area() + " chưa bao giờ thuộc " + place_ + "; hãy hỏi máy chủ của nơi ấy",
                           request.area() + " was never a place of " + place_ + "; ask the gateway that it belongs to"));
    } else if (!caught_up) {
        refuse(reply, still_reading());
    } else {
        std::vector<std::string> areas{request.area()};
        if (request.children()) {
            const auto children = places_.children(request.area(), day);
            areas.insert(areas.end(), children.begin(), children.end());
        }
        for (const auto& area : areas) {
            for (auto& value : follower_.board().rows(area, *period, map)) {
                value.set_as_of(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
                *reply.add_values() = std::move(value);
            }
        }
    }
    return reply;
}

void Reports::file(const v1::ReportRequest& request, const Period& period, Instant now, v1::ReportReply& reply, Actions& actions) {
    const auto before = filed(request.period(), 0);
    const auto revision = before ? before->revision() + 1 : 1;
    if (const auto wrong = refusal_of(request, period, revision, day_at(now.civil))) {
        refuse(reply, *wrong);
        return;
    }
    if (definitions_.shown(period).empty()) {
        refuse(reply, nothing_told_label(period));
        return;
    }
    auto& made = *reply.mutable_report() = report(period, revision, now);
    made.set_filed_by(request.filed_by());
    made.set_why(request.why());
    made.set_digest(sha256_hex(frozen_bytes(made)));
    store_.put(report_key(request.period(), revision), made.SerializeAsString());
    archive_.add(v1::ArchiveEntry::FILED, request.period() + "/" + std::to_string(revision), made.digest(), now);
    for (const auto& follow : follower_.follows()) {
        archive_.add_journal(follow.source, follow.reader.checkpoint(), now);
    }
    keep_basis();
    store_.commit();  // it is told when it is kept
    filed_count_.reset();
    actions.emplace_back(told(made));
}

bool Reports::acknowledges(const std::string& recipient) const {
    const auto is_it = [&](const v1::RecipientFeed& each) { return each.acknowledges() && each.name() == recipient; };
    return recipients_ != nullptr && std::any_of(recipients_->all().begin(), recipients_->all().end(), is_it);
}

// The first time stands, and is said again.
void Reports::acknowledge(const std::string& recipient, v1::ReportReply& reply, Instant now, Actions& actions) {
    if (!acknowledges(recipient)) {
        refuse(reply, both("không có nơi nhận " + recipient + " xác nhận báo cáo của " + place_,
                           "nobody named " + recipient + " acknowledges what " + place_ + " reports"));
        return;
    }
    const auto& report = reply.report();
    const auto key = acknowledged_key(report.period(), report.revision(), recipient);
    v1::Acknowledgement made;
    if (!made.ParseFromString(store_.get(key).value_or("")) || made.recipient().empty()) {
        made.set_recipient(recipient);
        made.set_area(report.area());
        made.set_period(report.period());
        made.set_revision(report.revision());
        made.set_digest(report.digest());
        made.set_acknowledged_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
        store_.put(key, made.SerializeAsString());
        archive_.add(v1::ArchiveEntry::ACKNOWLEDGED, report.period() + "/" + std::to_string(report.revision()) + " " + recipient,
                     report.digest(), now);
        store_.commit();
    }
    actions.emplace_back(told(made));
}

void Reports::list_acknowledgements(v1::ReportReply& reply) const {
    std::set<std::string> done;
    const auto prefix = acknowledged_key(reply.report().period(), reply.report().revision(), "");
    store_.scan(prefix, [&](std::string_view, std::string_view bytes) {
        v1::Acknowledgement made;
        if (made.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            done.insert(made.recipient());
            *reply.add_acknowledgements() = std::move(made);
        }
        return true;
    });
    for (const auto& each : recipients_ == nullptr ? std::vector<v1::RecipientFeed>() : recipients_->all()) {
        if (each.acknowledges() && !done.contains(each.name())) {
            reply.add_awaited(each.name());
        }
    }
}

std::optional<v1::Report> Reports::filed(const std::string& period, std::uint32_t revision) const {
    std::optional<v1::Report> found;
    store_.scan("filed/" + period + "/", [&](std::string_view key, std::string_view bytes) {
        v1::Report report;
        if (!report.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            throw Broken("the filed report " + std::string(key) + " cannot be read; restore it from a backup");
        }
        if (revision == 0 || report.revision() == revision) {
            found = std::move(report);
        }
        return true;
    });
    return found;
}

void Reports::keep_basis() {
    if (const auto key = basis_key("indicators", definitions_.digest()); !store_.get(key)) {
        store_.put(key, definitions_.bytes());
    }
    if (const auto key = basis_key("places", places_.digest()); !store_.get(key)) {
        store_.put(key, places_.rows().SerializeAsString());
    }
}

void Reports::put_basis(v1::ReportReply& reply) const {
    const auto put = [&](const std::string& key, google::protobuf::Message& to) {
        const auto bytes = store_.get(key);
        if (bytes && !to.ParseFromString(*bytes)) {
            throw Broken("what report " + reply.report().period() +
                         " was made by cannot be read; restore the gateway's file from a backup");
        }
        return bytes.has_value();
    };
    if (!put(basis_key("indicators", reply.report().indicators()), *reply.mutable_indicators())) {
        reply.clear_indicators();
    }
    if (!put(basis_key("places", reply.report().places()), *reply.mutable_places())) {
        reply.clear_places();
    }
}

std::vector<v1::Indicator> Reports::former_definitions(const std::string& code) const {
    std::vector<v1::Indicator> found;
    std::set<std::uint64_t> known;
    for (const auto& definition : definitions_.all()) {
        known.insert(definition.digest);
    }
    store_.scan("basis/indicators/", [&](std::string_view, std::string_view bytes) {
        v1::Indicators indicators;
        if (indicators.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            for (auto& indicator : *indicators.mutable_indicator()) {
                if (indicator.code() == code && known.insert(digest_of(indicator)).second) {
                    found.push_back(std::move(indicator));
                }
            }
        }
        return true;
    });
    return found;
}

std::vector<v1::IndicatorValue> values_to_file(const Board& board, const Places& places, const std::string& place, const Period& period) {
    auto all = board.rows(place, period);
    for (const auto& child : places.children(place, period.last_day())) {
        for (auto& value : board.rows(child, period)) {
            all.push_back(std::move(value));
        }
    }
    return all;
}

v1::Report Reports::report(const Period& period, std::uint32_t revision, Instant now) const {
    v1::Report made;
    made.set_area(place_);
    made.set_period(period.format());
    made.set_revision(revision);
    made.set_from(format_day(period.first_day()));
    made.set_to(format_day(period.last_day()));
    made.set_filed_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    for (auto& value : values_to_file(follower_.board(), places_, place_, period)) {
        *made.add_values() = std::move(value);
    }
    for (const auto& definition : definitions_.all()) {
        if (definition.counted_over(period.span) && definitions_.find(definition.indicator.code(), period.last_day()) == &definition) {
            auto& cited = *made.add_definitions();
            cited.set_indicator(definition.indicator.code());
            cited.set_digest(definition.digest);
        }
    }
    put_positions(made);
    made.set_places(places_.digest());
    made.set_indicators(definitions_.digest());
    return made;
}

template <class To>
void Reports::put_positions(To& to) const {
    for (const auto& follow : follower_.follows()) {
        auto& position = *to.add_positions();
        position.set_feed(follow.source.name());
        position.set_epoch(follow.reader.checkpoint().epoch);
        position.set_offset(follow.reader.checkpoint().offset);
        position.set_chain(follow.reader.checkpoint().chain);
    }
}

std::vector<v1::Restatement> Reports::restated(const v1::Report& report) const {
    return restatements(report, values_to_file(follower_.board(), places_, place_, *Period::parse(v1::OFFICIAL, report.period())));
}

std::vector<v1::Restatement> restatements(const v1::Report& report, std::vector<v1::IndicatorValue> now) {
    std::vector<v1::Restatement> all;
    const auto same_row = [](const v1::IndicatorValue& one, const v1::IndicatorValue& other) {
        return one.area() == other.area() && one.indicator() == other.indicator();
    };
    for (const auto& before : report.values()) {
        const auto it = std::find_if(now.begin(), now.end(), [&](const auto& value) { return same_row(before, value); });
        if (it == now.end() || !google::protobuf::util::MessageDifferencer::Equals(before, *it)) {
            auto& restated = all.emplace_back();
            *restated.mutable_filed() = before;
            if (it != now.end()) {
                *restated.mutable_now() = *it;
            }
        }
        if (it != now.end()) {
            now.erase(it);
        }
    }
    for (auto& value : now) {  // what was not filed at all
        *all.emplace_back().mutable_now() = std::move(value);
    }
    return all;
}

v1::BoardDigest Reports::board_digest() const {
    v1::BoardDigest digest;
    put_positions(digest);
    put_buckets(follower_.board().serialize(), digest);
    digest.set_indicators(definitions_.digest());
    digest.set_places(places_.digest());
    return digest;
}

}  // namespace chieng
