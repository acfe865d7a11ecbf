// SPDX-License-Identifier: Apache-2.0
// Commands about a report that was filed: what is true now beside it, and the same report computed once more.
#include "gateway/export/restated.hpp"
#include "gateway/report_commands.hpp"
#include "gateway/serve/late_events.hpp"
#include "gateway/serve/recompute.hpp"
#include "gateway/serve/value_text.hpp"
#include "services/runtime/core/validator.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/program.hpp"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <variant>

namespace chieng {
namespace {

bool is_of_events(const v1::Report& report) {
    return std::any_of(report.positions().begin(), report.positions().end(),
                       [&](const auto& position) { return is_own_journal(report, position.feed()); });
}

std::string text_of_feeds(const std::vector<std::string>& feeds) {
    std::string text;
    for (const auto& feed : feeds) {
        text += (text.empty() ? "" : ", ") + feed;
    }
    return text;
}

void print_late(const LateEvents& late, bool english) {
    for (const auto& feed : late.begun_again()) {
        std::printf(english ? "  %s lacks what the report had read; its events cannot be told apart\n"
                            : "  %s không còn đủ tin mà báo cáo đã đọc; không tách được các tin đến sau\n",
                    feed.c_str());
    }
    for (const auto& [feed, device, event, about] : late.events()) {
        const auto* type = body_type(about);
        const auto label = type == nullptr ? v1::Label() : rule_of(*type).label();
        const auto correction = named(event.correction().action());
        const auto& of_device = event.correction().device().empty() ? device : event.correction().device();
        const auto corrected = " " + of_device + "/" + std::to_string(event.correction().sequence());
        std::printf("  %s/%s/%llu  %s  %s%s\n", feed.c_str(), device.c_str(), static_cast<unsigned long long>(event.sequence()),
                    event.occurred_on().c_str(), (english ? label.en() : label.vi()).c_str(),
                    event.has_correction() ? ("  (" + (english ? correction.en : correction.vi) + corrected + ")").c_str() : "");
    }
}

// A line for each value: what was filed, and the other one.
void print_values(const std::vector<Restated>& others, const v1::Report& report, const Definitions& definitions, bool english) {
    for (const auto& [restated, is_whole] : others) {
        const auto& named = restated.has_now() ? restated.now() : restated.filed();
        const auto* definition = definitions.find(named.indicator(), *parse_day(report.to()));
        if (definition == nullptr) {
            continue;
        }
        const auto& indicator = definition->indicator;
        const auto filed = restated.has_filed() ? text_of(indicator, restated.filed()) : std::string("–");
        const auto now = restated.has_now() ? text_of(indicator, restated.now()) : std::string("–");
        const auto told = [&](const std::string& text) { return english ? text : with_comma(text); };
        std::printf("%-9s %-7s %s: %s → %s%s\n", named.area().c_str(), named.indicator().c_str(),
                    (english ? indicator.label().en() : indicator.label().vi()).c_str(), told(filed).c_str(), told(now).c_str(),
                    !is_whole      ? (english ? " (parts)" : " (chi tiết)")
                    : filed == now ? (english ? " (by less than is shown)" : " (khác ít hơn số hiển thị)")
                                   : "");
    }
}

// The gateway's answer about the report that is asked for; otherwise an exit code.
std::variant<v1::ReportReply, int> ask_filed(const ReportSettings& settings, bool with_basis) {
    v1::ReportRequest request;
    request.set_period(settings.period);
    request.set_revision(settings.revision);
    request.set_with_basis(with_basis);
    auto reply = ask_reports(settings, request);
    if (!reply) {
        return no_answer(settings);
    }
    if (!reply->error().empty()) {
        std::fprintf(stderr, "%s\n", error_text(settings, *reply).c_str());
        return exit_data;
    }
    return std::move(*reply);
}

std::string text_of_message(const google::protobuf::Message& message) {
    std::string text;
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    printer.PrintToString(message, &text);
    return text;
}

// What is given to the program now will do when the report cites nothing else.
bool are_those_cited(const v1::Report& report, const Definitions& definitions) {
    if (report.indicators() != 0) {
        return report.indicators() == definitions.digest();
    }
    return std::all_of(report.definitions().begin(), report.definitions().end(), [&](const v1::Report::Definition& cited) {
        const auto* held = definitions.find(cited.indicator(), *parse_day(report.to()));
        return held != nullptr && held->digest == cited.digest();
    });
}

std::optional<Definitions> definitions_of_then(const v1::ReportReply& reply, const Definitions& given) {
    if (reply.has_indicators()) {
        auto kept = Definitions::load(text_of_message(reply.indicators()), "the definitions that the gateway keeps");
        if (are_those_cited(reply.report(), kept)) {
            return kept;
        }
    }
    return are_those_cited(reply.report(), given) ? std::optional(given) : std::nullopt;
}

std::optional<Places> places_of_then(const v1::ReportReply& reply, const Places& given) {
    if (reply.has_places()) {
        Places kept(reply.places());
        if (kept.digest() == reply.report().places()) {
            return kept;
        }
    }
    return given.digest() == reply.report().places() ? std::optional(given) : std::nullopt;
}

void write_file(const std::string& folder, const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(folder) / name;
    std::ofstream out(path, std::ios::binary);
    out << text << std::flush;
    if (!out) {
        throw std::runtime_error(path.string() + ": cannot be written");
    }
}

int print_recomputed(const Recompute::Result& result, const ReportSettings& settings, const v1::Report& report,
                     const Definitions& definitions) {
    const auto others = restated_of(report, result.differ, definitions);
    std::printf(settings.english ? "%s %s, revision %u, sha256 %s: computed once more from %llu entries, by the definitions and places of "
                                   "then: %zu of %d values differ\n"
                                 : "%s %s, chốt lần %u, sha256 %s: tính lại từ %llu mục, theo định nghĩa và danh mục địa bàn khi chốt: %zu "
                                   "trong %d số liệu khác\n",
                report.area().c_str(), report.period().c_str(), report.revision(), report.digest().c_str(),
                static_cast<unsigned long long>(result.entries), others.size(), report.values_size());
    print_values(others, report, definitions, settings.english);
    if (!result.changed_cells.empty()) {
        std::printf(settings.english ? "of these places it was computed of what they say today, as no cell of the past can be read: %s\n"
                                     : "số của các nơi sau lấy theo hiện nay, vì không đọc lại được số trước đây: %s\n",
                    text_of_feeds(result.changed_cells).c_str());
    }
    return others.empty() ? 0 : exit_data;
}

}  // namespace

int show_restated(const ReportSettings& settings, const Definitions& definitions) {
    const auto asked = ask_filed(settings, false);
    if (const auto* failed = std::get_if<int>(&asked)) {
        return *failed;
    }
    const auto& reply = std::get<v1::ReportReply>(asked);
    const auto& report = reply.report();
    const auto others = restated_of(report, {reply.restated().begin(), reply.restated().end()}, definitions);
    std::printf(settings.english ? "%s %s, revision %u, sha256 %s: %zu of %d values are restated\n"
                                 : "%s %s, chốt lần %u, sha256 %s: %zu trong %d số liệu đã khác\n",
                report.area().c_str(), report.period().c_str(), report.revision(), report.digest().c_str(), others.size(),
                report.values_size());
    print_values(others, report, definitions, settings.english);
    if (reply.restated().empty()) {
        return 0;
    }
    if (!is_of_events(report)) {
        std::printf("%s\n", settings.english ? "cells that made it, by commune:" : "các ô làm nên khác biệt, theo xã:");
        for (const auto& line : changed_cells(report, others, definitions)) {
            std::printf("  %s\n", line.c_str());
        }
        return 0;
    }
    std::printf("%s\n", settings.english ? "events since then:" : "các tin đến sau:");
    LateEvents late(report, client_name());
    Host host(settings.mqtt);
    host.add("late", [&](std::span<const Input> inputs, Instant now) { return late.handle(inputs, now); });
    host.until([&] { return late.whole(); });
    static_cast<void>(host.run(std::chrono::seconds(60)));
    print_late(late, settings.english);
    if (!late.whole()) {
        std::fprintf(stderr,
                     settings.english ? "no answer from the services of %s: events are missing in this list\n"
                                      : "các dịch vụ của %s không trả lời: danh sách này thiếu tin\n",
                     settings.place.c_str());
        return exit_unavailable;
    }
    return 0;
}

int recompute_report(const ReportSettings& settings, const Definitions& definitions, const Places& places) {
    const auto asked = ask_filed(settings, true);
    if (const auto* failed = std::get_if<int>(&asked)) {
        return *failed;
    }
    const auto& reply = std::get<v1::ReportReply>(asked);
    const auto& report = reply.report();
    const auto definitions_then = definitions_of_then(reply, definitions);
    const auto places_then = places_of_then(reply, places);
    if (!definitions_then || !places_then) {
        const bool lacks_definitions = !definitions_then;
        const char* option = lacks_definitions ? "--indicators" : "--places";
        if (settings.english) {
            std::fprintf(stderr,
                         "the gateway of %s does not keep the %s that %s, revision %u, was made by (its report was taken from the broker, "
                         "or made by a version that kept none); say them with %s FILE\n",
                         settings.place.c_str(), lacks_definitions ? "definitions" : "places", report.period().c_str(), report.revision(),
                         option);
        } else {
            std::fprintf(
                stderr,
                "máy chủ của %s không giữ %s mà báo cáo %s, chốt lần %u, đã dùng (báo cáo lấy lại từ broker, hoặc do bản cũ chốt); "
                "hãy chỉ ra bằng %s TỆP\n",
                settings.place.c_str(), lacks_definitions ? "các định nghĩa" : "danh mục địa bàn", report.period().c_str(),
                report.revision(), option);
        }
        return exit_data;
    }
    if (!settings.keep_in.empty()) {
        v1::Indicators indicators;
        indicators.ParseFromString(definitions_then->bytes());
        write_file(settings.keep_in, "indicators.txtpb", text_of_message(indicators));
        write_file(settings.keep_in, "places.txtpb", text_of_message(places_then->rows()));
    }
    Recompute recompute(*definitions_then, *places_then, report, client_name());
    Host host(settings.mqtt);
    host.add("recompute", [&](std::span<const Input> inputs, Instant now) { return recompute.handle(inputs, now); });
    host.until([&] { return recompute.result().has_value(); });
    static_cast<void>(host.run(std::chrono::hours(24)));
    if (!recompute.result() || !recompute.result()->error.empty()) {
        const auto& result = recompute.result();
        const auto* stopped = settings.english ? "it was stopped" : "đã bị dừng giữa chừng";
        std::fprintf(stderr, "%s\n", !result ? stopped : settings.english ? result->error.c_str() : result->error_vi.c_str());
        return exit_unavailable;
    }
    return print_recomputed(*recompute.result(), settings, report, *definitions_then);
}

}  // namespace chieng
