// SPDX-License-Identifier: Apache-2.0
#include "gateway/report_commands.hpp"

#include "chieng/v1/report.pb.h"
#include "gateway/export/statement.hpp"
#include "gateway/serve/archive.hpp"
#include "gateway/serve/rebuild.hpp"
#include "services/runtime/adapters/clock.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/program.hpp"

#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include <unistd.h>

namespace chieng {
namespace {

// Where that service stands, targets are assigned and filed: at a commune.
bool has_monitoring(const v1::Report& report) {
    return std::any_of(report.positions().begin(), report.positions().end(),
                       [&](const auto& position) { return position.feed() == report.area() + "/monitoring"; });
}

// Who files should know who said nothing.
void tell_silent(const ReportSettings& settings, const v1::Report& report, const Definitions& definitions, const Places& places) {
    const auto day = parse_day(report.to());
    if (!day || report.indicators() != definitions.digest() || report.places() != places.digest()) {
        return;  // by others than the gateway's it cannot be told
    }
    const auto reported = places_that_reported(definitions, report.values(), *day);
    const auto children = places.children(report.area(), *day);
    std::string names;
    std::size_t silent = 0;
    for (const auto& child : children) {
        if (!reported.contains(child)) {
            const auto& name = places.find(child, *day)->name();
            names += (silent++ == 0 ? "" : ", ") + (settings.english ? name.en() : name.vi());
        }
    }
    if (silent > 0) {
        std::printf(settings.english ? "%zu of %zu places reported nothing in this period: %s\n"
                                     : "%zu trong %zu nơi chưa báo tin nào trong kỳ: %s\n",
                    silent, children.size(), names.c_str());
    }
}

// Asks the gateway once; empty when it does not answer.
template <class Reply, class Request>
std::optional<Reply> ask(const ReportSettings& settings, std::string_view about, const Request& request) {
    std::optional<Reply> reply;
    const auto client = client_name();
    Host host(settings.mqtt);
    host.add("ask", [&](std::span<const Input> inputs, Instant) {
        Actions actions;
        for (const auto& input : inputs) {
            if (std::holds_alternative<LinkUp>(input)) {
                actions.emplace_back(Subscribe{topics::replies(settings.place, about, client)});
                actions.emplace_back(Publish{{topics::requests(settings.place, about, client), request.SerializeAsString(), false}});
            } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
                Reply read;
                if (read.ParseFromString(arrived->message.payload)) {
                    reply = std::move(read);
                }
            }
        }
        return actions;
    });
    host.until([&] { return reply.has_value(); });
    static_cast<void>(host.run(std::chrono::seconds(60)));
    return reply;
}

}  // namespace

std::string client_name() {
    return "ask-" + std::to_string(::getpid());
}

int no_answer(const ReportSettings& settings) {
    std::fprintf(stderr,
                 settings.english
                     ? "no answer from the gateway of %s at %s; is it running, and may this user ask it (mosquitto.acl)?\n"
                     : "máy chủ của %s tại %s không trả lời; máy có đang chạy không, tài khoản này có được hỏi không (mosquitto.acl)?\n",
                 settings.place.c_str(), settings.mqtt.broker.c_str());
    return exit_unavailable;
}

std::optional<v1::ReportReply> ask_reports(const ReportSettings& settings, const v1::ReportRequest& request) {
    return ask<v1::ReportReply>(settings, "reports", request);
}

int ask_values(const ReportSettings& settings, const v1::ValuesRequest& request, std::vector<v1::IndicatorValue>& values) {
    const auto reply = ask<v1::ValuesReply>(settings, "values", request);
    if (!reply) {
        return no_answer(settings);
    }
    if (!reply->error().empty()) {
        throw std::invalid_argument(error_text(settings, *reply));
    }
    values.assign(reply->values().begin(), reply->values().end());
    return 0;
}

int file_period(const ReportSettings& settings, const Definitions& definitions, const Places& places) {
    if (settings.role == v1::ROLE_UNSPECIFIED && places.is_commune(settings.place, day_at(Clock().now().civil))) {
        std::fprintf(stderr, settings.english ? "--role: as whom a commune's period is filed, such as CULTURE_OFFICIAL or COMMUNE_LEADER\n"
                                              : "--role: ai chốt kỳ của xã, ví dụ CULTURE_OFFICIAL hoặc COMMUNE_LEADER\n");
        return exit_usage;
    }
    v1::ReportRequest request;
    request.set_period(settings.period);
    request.set_file(true);
    request.set_filed_by(settings.filed_by);
    request.set_why(settings.why);
    request.set_role(settings.role);
    request.set_organisation(settings.organisation);
    const auto reply = ask_reports(settings, request);
    if (!reply) {
        return no_answer(settings);
    }
    if (!reply->error().empty()) {
        std::fprintf(stderr, "%s\n", error_text(settings, *reply).c_str());
        return exit_data;
    }
    const auto& report = reply->report();
    std::printf(
        settings.english ? "%s %s (%s – %s): %d values, revision %u\nsha256 %s\n" : "%s %s (%s – %s): %d số liệu, chốt lần %u\nsha256 %s\n",
        report.area().c_str(), report.period().c_str(), report.from().c_str(), report.to().c_str(), report.values_size(), report.revision(),
        report.digest().c_str());
    tell_silent(settings, report, definitions, places);
    if (!reply->posted().empty()) {
        std::printf(settings.english ? "period-filed is posted as %s: once it is stored, its targets stand too\n"
                                     : "đã gửi tin chốt kỳ %s: khi tin được nhận, chỉ tiêu của kỳ cũng được chốt\n",
                    reply->posted().c_str());
    } else if (has_monitoring(report)) {
        const auto filed_on = day_at(Seconds(std::chrono::seconds(report.filed_at())));
        const auto day = places.nearest_day(report.area(), filed_on).value_or(filed_on);  // one that has ended: its last day
        std::printf(
            "%s:\n  chieng-field --commune %s post period-filed --occurred-on %s --role ROLE --organisation ORGANISATION --period %s "
            "--revision %u --digest %s\n",
            settings.english ? "so that its targets stand too, post and send" : "để chỉ tiêu của kỳ cũng được chốt, hãy gửi tin",
            report.area().c_str(), format_day(day).c_str(), report.period().c_str(), report.revision(), report.digest().c_str());
    } else {
        std::printf("%s\n", settings.english ? "targets stand in each commune once it has filed the period itself"
                                             : "chỉ tiêu của kỳ được chốt ở từng xã, khi chính xã đó chốt kỳ");
    }
    return 0;
}

int acknowledge(const ReportSettings& settings) {
    v1::ReportRequest request;
    request.set_period(settings.period);
    request.set_revision(settings.revision);
    request.set_acknowledged_by(settings.recipient);
    const auto reply = ask_reports(settings, request);
    if (!reply) {
        return no_answer(settings);
    }
    if (!reply->error().empty()) {
        std::fprintf(stderr, "%s\n", error_text(settings, *reply).c_str());
        return exit_data;
    }
    const auto& report = reply->report();
    std::printf("%s %s, %s %u, sha256 %s\n", report.area().c_str(), report.period().c_str(), settings.english ? "revision" : "chốt lần",
                report.revision(), report.digest().c_str());
    for (const auto& made : reply->acknowledgements()) {
        const auto day = format_day(day_at(Seconds(std::chrono::seconds(made.acknowledged_at()))));
        std::printf("  %-18s %s %s\n", made.recipient().c_str(), settings.english ? "confirmed on" : "đã xác nhận ngày", day.c_str());
    }
    for (const auto& name : reply->awaited()) {
        std::printf("  %-18s %s\n", name.c_str(), settings.english ? "has not confirmed" : "chưa xác nhận");
    }
    return 0;
}

int show_archive(const ReportSettings& settings) {
    v1::ArchiveEntry last;
    while (true) {
        v1::ArchiveRequest request;
        request.set_after(last.number());
        const auto page = ask<v1::ArchiveReply>(settings, "archive", request);
        if (!page) {
            return no_answer(settings);
        }
        const std::vector<v1::ArchiveEntry> entries(page->entries().begin(), page->entries().end());
        if (const auto wrong = first_break(last.number() == 0 ? nullptr : &last, entries)) {
            std::fprintf(stderr, "%s\n", wrong->c_str());
            return exit_data;
        }
        for (const auto& entry : entries) {
            const auto day = format_day(day_at(Seconds(std::chrono::seconds(entry.at()))));
            const auto said = entry.kind() == v1::ArchiveEntry::JOURNAL ? std::to_string(entry.offset()) : entry.sha256();
            std::printf("%llu\t%s\t%s\t%s\t%s\n", static_cast<unsigned long long>(entry.number()), day.c_str(),
                        v1::ArchiveEntry::Kind_Name(entry.kind()).c_str(), entry.subject().c_str(), said.c_str());
        }
        if (entries.empty()) {
            std::printf("%llu %s %s\n", static_cast<unsigned long long>(last.number()),
                        settings.english ? "entries, each follows the one before it; sha256" : "mục, nối tiếp nhau không đứt; sha256",
                        last.digest().c_str());
            return 0;
        }
        last = entries.back();
    }
}

int rebuild_board(const ReportSettings& settings, const Definitions& definitions, const Places& places) {
    Rebuild rebuild(definitions, places, settings.place, settings.sources, client_name());
    const auto begun = std::chrono::steady_clock::now();
    Host host(settings.mqtt);
    host.add("rebuild", [&](std::span<const Input> inputs, Instant now) { return rebuild.handle(inputs, now); });
    host.until([&] { return rebuild.result().has_value(); });
    static_cast<void>(host.run(std::chrono::hours(24)));
    const auto& result = rebuild.result();
    if (!result) {
        return no_answer(settings);
    }
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (!result->error.empty()) {
        std::fprintf(stderr, "%s\n", result->error.c_str());
        return exit_unavailable;
    }
    std::printf("%llu entries in %.1f s, %llu cells: %s\n", static_cast<unsigned long long>(result->entries), seconds,
                static_cast<unsigned long long>(result->lines), result->same ? "the same, byte for byte" : "NOT the same");
    for (const auto& line : result->differ) {
        std::printf("  %s\n", line.c_str());
    }
    if (!result->same) {
        std::fprintf(
            stderr,
            "stop the gateway of %s and start it once with `run --fold-again`: it reads all feeds from their beginning; reports stay "
            "as they were filed\n",
            settings.place.c_str());
    }
    return result->same ? 0 : exit_data;
}

}  // namespace chieng
