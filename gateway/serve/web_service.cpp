// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/web_service.hpp"

#include "gateway/web/gzip.hpp"
#include "gateway/web/problems.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <sys/resource.h>

namespace chieng {
namespace {

void pack(const HttpRequest& request, HttpReply& reply) {
    if (reply.status == 200 && reply.body.size() >= web::ReplyCache::worth_packing && reply.field("Content-Encoding").empty() &&
        web::accepts_gzip(request)) {
        reply.body = web::gzipped(reply.body, 1);
        reply.set("Content-Encoding", "gzip");
    }
}

// 202204 -> 2022-04.
std::string month_text(std::uint32_t month) {
    const auto text = std::to_string(month);
    return month == 0 ? "" : text.substr(0, 4) + "-" + text.substr(4);
}

template <class Reasons>
web::Json reasons_json(const Reasons& reasons) {
    auto json = web::Json::array();
    for (const auto& reason : reasons) {
        json.push_back({{"field", reason.field()}, {"code", reason.code()}, {"vi", reason.vi()}, {"en", reason.en()}});
    }
    return json;
}

web::Json posted_json(const Office::Answer& answer) {
    if (answer.event.sequence == 0) {
        return {{"receipt", {{"verdict", "REFUSED"}, {"reasons", reasons_json(answer.reasons)}}}, {"posted", false}};
    }
    web::Json json;
    if (answer.receipt) {
        const auto& receipt = *answer.receipt;
        json["receipt"] = {{"verdict", v1::Verdict_Name(receipt.verdict())}, {"reasons", reasons_json(receipt.reasons())}};
        if (receipt.verdict() == v1::DUPLICATE) {
            json["receipt"]["first"] = v1::Verdict_Name(receipt.first());
        }
        if (receipt.month() != 0) {
            json["receipt"]["period"] = month_text(receipt.month());
        }
    } else {
        json["waiting"] = true;
    }
    json["service"] = answer.event.service;
    json["device"] = answer.event.device;
    json["sequence"] = answer.event.sequence;
    json["traceId"] = trace_id(answer.event);
    return json;
}

HttpReply reply_of(const Office::Answer& answer) {
    if (answer.other_body) {
        return chieng::reply_of(web::other_body());
    }
    return web::json_reply(posted_json(answer), answer.event.sequence == 0 || answer.receipt ? 200 : 202);
}

// In the trace of who asked, or in the event's.
void set_trace(HttpReply& reply, const TracedEvent& event, const std::optional<TraceParent>& caller) {
    if (!event.is_whole() && !caller) {
        return;
    }
    auto said = caller.value_or(trace_parent(event, "gateway"));
    if (caller) {
        said.span_id = span_id(caller->trace_id + caller->span_id, event.text());
    }
    reply.set("Traceresponse", said.text());
}

}  // namespace

WebService::WebService(web::World world, web::Rights rights, Gateway& gateway, const std::string& folder, CommuneBook* book,
                       Telemetry& telemetry)
    : api_(std::move(world), std::move(rights)),
      gateway_(gateway),
      book_(book),
      office_(api_.world().place, folder, api_.world().places, telemetry),
      streams_(gateway.board(), [&gateway] {
          return CellStreams::End{gateway.epoch(), gateway.last_offset()};
      }) {
    api_.note_reads(telemetry);
    gateway_.tell_filed([this](const v1::ReportRequest& request, const v1::ReportReply& reply) { return post_filing(request, reply); });
    gateway_.tell_cells([this](const v1::Block& block) { streams_.tell(block); });
}

web::Now WebService::now() const {
    const auto now = clock_.now();
    return {now.civil,
            gateway_.caught_up(),
            gateway_.epoch(),
            gateway_.last_offset(),
            gateway_.reports().filed_count(),
            book_ == nullptr ? 0 : book_->version(),
            false,
            now.steady};
}

Actions WebService::handle(std::span<const Input> inputs, Instant now) {
    auto actions = office_.handle(inputs, now);
    if (book_ != nullptr) {
        auto more = book_->handle(inputs, now);
        actions.insert(actions.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        answer_who_waits(now.steady);
    }
    read_for_who_waits();
    streams_.tell_what_waits();
    return actions;
}

HttpOutcome WebService::await_journals(HttpRequest&& request) {
    book_->want();
    return HttpLater{[this, request = std::move(request)](const std::function<void(HttpReply)>& answer) {
        asking_.push_back({request, clock_.now().steady + journals_patience, answer});
    }};
}

void WebService::answer_who_waits(std::chrono::milliseconds steady) {
    const auto waits = [&](const Asking& one) { return !book_->ready() && steady < one.until; };
    const auto due = std::partition(asking_.begin(), asking_.end(), waits);
    std::vector<Asking> answered(std::make_move_iterator(due), std::make_move_iterator(asking_.end()));
    asking_.erase(due, asking_.end());
    auto known = now();
    known.gave_up = true;
    for (const auto& one : answered) {
        auto outcome = api_.answer(one.request, known);
        auto& reply = std::get<HttpReply>(outcome);
        pack(one.request, reply);
        one.answer(std::move(reply));
    }
}

// Whether the board has changed since it was last read, a moment ago.
bool WebService::must_wait(const HttpRequest& request) {
    const bool reads = (request.method == "GET" || request.method == "HEAD") && request.path.starts_with("/api/");
    if (!reads || request.path.starts_with("/api/v1/feeds/") || read_at_ == gateway_.last_offset()) {
        return false;
    }
    if (!pace_.is_due(Pace::Clock::now())) {
        return true;
    }
    pace_.begin();
    read_at_ = gateway_.last_offset();
    return false;
}

void WebService::read_for_who_waits() {
    if (readers_.empty() || must_wait(readers_.front().request)) {
        return;
    }
    for (auto& one : std::exchange(readers_, {})) {
        auto outcome = read(std::move(one.request));
        if (auto* reply = std::get_if<HttpReply>(&outcome)) {
            one.answer(std::move(*reply));
        } else if (auto* later = std::get_if<HttpLater>(&outcome)) {
            later->begin(one.answer);
        }
    }
}

HttpOutcome WebService::handle(HttpRequest&& request) {
    if (!must_wait(request)) {
        return read(std::move(request));
    }
    return HttpLater{[this, request = std::move(request)](const std::function<void(HttpReply)>& answer) {
        readers_.push_back({request, {}, answer});
    }};
}

HttpOutcome WebService::read(HttpRequest&& request) {
    const auto began = Pace::Clock::now();
    const auto made = api_.made();
    const HttpRequest asked{request.method, request.path, request.query, {}, ""};
    auto outcome = api_.guarded(asked, [&] { return answer(std::move(request)); });
    if (api_.made() != made) {
        pace_.spend(began, Pace::Clock::now());
    }
    return outcome;
}

HttpOutcome WebService::answer(HttpRequest&& request) {
    auto outcome = api_.answer(request, now());
    if (auto* reply = std::get_if<HttpReply>(&outcome)) {
        pack(request, *reply);
        return std::move(*reply);
    }
    if (auto* event = std::get_if<web::PostEvent>(&outcome)) {
        return post(std::move(*event));
    }
    if (const auto* asked = std::get_if<web::FilePeriod>(&outcome)) {
        return file(*asked);
    }
    if (std::holds_alternative<web::AwaitJournals>(outcome)) {
        return await_journals(std::move(request));
    }
    const auto follow = std::get<web::FollowCells>(outcome);
    return HttpFollow{follow.websocket, [this, follow](std::shared_ptr<HttpStream> stream) { streams_.open(std::move(stream), follow); }};
}

HttpOutcome WebService::post(web::PostEvent post) {
    return HttpLater{[this, post = std::move(post)](const std::function<void(HttpReply)>& answer) {
        const Office::Posting posting{post.commune, post.service, post.event, post.key, post.caller};
        office_.post(posting, clock_.now(), [answer, caller = post.caller](const Office::Answer& said) {
            auto reply = reply_of(said);
            reply.set("X-Content-Type-Options", "nosniff");
            set_trace(reply, said.event, caller);
            answer(std::move(reply));
        });
    }};
}

HttpOutcome WebService::file(const web::FilePeriod& asked) {
    v1::ReportRequest request;
    request.set_period(asked.period);
    request.set_file(true);
    request.set_filed_by(asked.viewer.name());
    request.set_why(asked.why);
    const auto reply = gateway_.ask(request, clock_.now());
    const auto event = api_.filing(asked, reply, now());
    if (!event) {
        return api_.filed(asked, reply, now(), nullptr);
    }
    const Office::Posting posting{event->commune, event->service, event->event, std::nullopt};
    return HttpLater{[this, asked, reply, posting](const std::function<void(HttpReply)>& answer) {
        office_.post(posting, clock_.now(), [this, asked, reply, answer](const Office::Answer& said) {
            const HttpRequest filing{"POST", "/api/v1/reports", {}, {}, ""};
            answer(api_.guarded(filing, [&] { return api_.filed(asked, reply, now(), posted_json(said)); }));
        });
    }};
}

std::string WebService::post_filing(const v1::ReportRequest& request, const v1::ReportReply& reply) {
    web::FilePeriod asked{request.period(), request.why(), {}};
    asked.viewer.set_name("chieng-gateway-file");  // no viewer's event: who may correct it is a commune official
    asked.viewer.set_role(request.role());
    asked.viewer.set_organisation(request.organisation());
    const auto event = api_.filing(asked, reply, now());
    if (!event) {
        return {};
    }
    const auto posted =
        office_.post({event->commune, event->service, event->event, std::nullopt}, clock_.now(), [](const Office::Answer&) {});
    return posted.sequence == 0 ? std::string() : posted.device + "/" + std::to_string(posted.sequence);
}

void allow_many_connections() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
    }
}

}  // namespace chieng
