// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/export_command.hpp"

#include "gateway/export/formats.hpp"
#include "gateway/report_commands.hpp"
#include "gateway/retained.hpp"
#include "gateway/serve/labels.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/program.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>

namespace chieng {

struct ExportCommand::Words {
    CLI::App* command = nullptr;
    std::string period;
    std::string calendar = "official";
    std::string area;
    std::string format = "csv";
    std::string output;
    std::uint32_t revision = 0;
    bool children = false;
    bool english = false;
};

namespace {

std::string format_names() {
    std::string names;
    for (const auto& format : formats()) {
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    }
    return names;
}

// What the broker holds of some places and one period.
struct Retained {
    std::map<std::string, std::vector<v1::IndicatorValue>> values;  // by place
    std::optional<v1::Report> report;                               // the latest, or the one that was asked for
};

int read(const MqttOptions& mqtt, const std::string& place, const std::vector<std::string>& codes, const Period& period,
         std::uint32_t revision, Retained& read) {
    std::vector<std::string> filters;
    for (const auto& code : codes) {
        filters.push_back(topics::indicator(code, calendar_name(period.calendar), period.format(), "+"));
    }
    if (period.calendar == v1::OFFICIAL) {
        filters.push_back(topics::report(codes.front(), period.format(), "+"));
    }
    return read_told(mqtt, place, std::move(filters), [&](const Message& message) {
        v1::IndicatorValue value;
        v1::Report report;
        if (topics::levels(message.topic).at(4) == "indicators") {
            if (read_retained_event(message.payload, value)) {
                read.values[value.area()].push_back(std::move(value));
            }
        } else if (read_retained_event(message.payload, report) && (revision == 0 || report.revision() == revision) &&
                   (!read.report || read.report->revision() < report.revision())) {
            read.report = std::move(report);
        }
    });
}

// Of villages nothing is retained: the gateway is asked.
int ask_villages(const ReportSettings& gateway, const std::vector<std::string>& codes, const Places& places, const Period& period,
                 Retained& read) {
    for (const auto& code : codes) {
        if (places.find(code, period.last_day())->level() != v1::Place::VILLAGE_LEVEL) {
            continue;
        }
        v1::ReportRequest request;
        request.set_period(period.format());
        request.set_calendar(std::string(calendar_name(period.calendar)));
        request.set_map(format_day(period.last_day()));
        request.set_area(code);
        if (const int failed = ask_values(gateway, request, read.values[code]); failed != 0) {
            return failed;
        }
    }
    return 0;
}

int save(const std::string& file, const std::string& bytes) {
    if (file == "-") {
        return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : exit_io;
    }
    std::ofstream out(file, std::ios::binary);
    out << bytes;
    out.close();
    if (!out) {
        std::fprintf(stderr, "%s cannot be written\n", file.c_str());
        return exit_io;
    }
    std::printf("%s: %zu bytes\n", file.c_str(), bytes.size());
    return 0;
}

}  // namespace

ExportCommand::ExportCommand(CLI::App& app) : words_(std::make_unique<Words>()) {
    words_->command = app.add_subcommand("export", "write a period as a file to hand in");
    words_->command->add_option("--period", words_->period, period_forms)->required();
    words_->command->add_option("--calendar", words_->calendar, "official (15th to 14th) or calendar")
        ->check(CLI::IsMember({"official", "calendar"}))
        ->capture_default_str();
    words_->command->add_option("--area", words_->area, "of the gateway's place; default: itself");
    words_->command->add_flag("--children", words_->children, "with the places right below the area");
    words_->command->add_option("--format", words_->format, format_names())->capture_default_str();
    words_->command->add_option("--output", words_->output, "file; - is the standard output; default: named after what it holds");
    words_->command->add_option("--revision", words_->revision, "of the filed report that stands beside; default: the latest");
    words_->command->add_flag("--english", words_->english, "words among the numbers in English");
}

ExportCommand::~ExportCommand() = default;

bool ExportCommand::asked() const {
    return words_->command->parsed();
}

int ExportCommand::run(const std::string& place, const Definitions& definitions, const Places& places, const MqttOptions& mqtt) const {
    const auto tongue = words_->english ? Tongue::en : Tongue::vi;
    const auto period = Period::parse(words_->calendar == "official" ? v1::OFFICIAL : v1::CALENDAR_MONTHS, words_->period);
    if (!period) {
        throw std::invalid_argument("--period " + words_->period + ": such as " + period_forms);
    }
    if (definitions.shown(*period).empty()) {
        throw std::invalid_argument("--period: " + said(nothing_told_label(*period), tongue));
    }
    const auto* format = find_format(words_->format);
    if (format == nullptr) {
        throw std::invalid_argument("--format: " + said(unknown_format(words_->format).text, tongue));
    }
    const auto area = words_->area.empty() ? place : words_->area;
    if (places.find(area, period->last_day()) == nullptr) {
        throw std::invalid_argument("--area " + area + ": there is no such place on " + format_day(period->last_day()));
    }
    std::vector<std::string> codes{area};
    if (words_->children) {
        const auto children = places.children(area, period->last_day());
        codes.insert(codes.end(), children.begin(), children.end());
    }
    Retained retained;
    if (const int failed = read(mqtt, place, codes, *period, words_->revision, retained); failed != 0) {
        return failed;
    }
    const ReportSettings gateway{place, words_->period, 0, words_->english, mqtt};
    if (const int failed = ask_villages(gateway, codes, places, *period, retained); failed != 0) {
        return failed;
    }
    if (words_->revision != 0 && !retained.report) {
        throw std::invalid_argument("--revision " + std::to_string(words_->revision) + ": no such report of " + area + " was filed for " +
                                    words_->period);
    }
    StatementInput input{definitions, *period, {}, {}, retained.report ? &*retained.report : nullptr};
    for (const auto& code : codes) {
        input.places.push_back({code, places.find(code, period->last_day())->name(), retained.values[code]});
    }
    const auto statement = make_statement(input);
    const auto written = write(*format, statement, tongue);
    if (!written) {
        std::fprintf(stderr, "%s\n", said(written.error().text, tongue).c_str());
        return exit_data;
    }
    return save(words_->output.empty() ? file_name(*format, statement) : words_->output, *written);
}

}  // namespace chieng
