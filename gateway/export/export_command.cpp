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

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
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

// What was filed of the area: the latest, or the one that is asked for.
int read_filed(const MqttOptions& mqtt, const std::string& place, const std::string& area, const Period& period, std::uint32_t revision,
               std::optional<v1::Report>& filed) {
    const auto filter = topics::report(area, period.format(), "+");
    return read_told(mqtt, place, period.calendar == v1::OFFICIAL ? std::vector<std::string>{filter} : std::vector<std::string>(),
                     [&](const Message& message) {
                         v1::Report report;
                         if (read_retained_event(message.payload, report) && (revision == 0 || report.revision() == revision) &&
                             (!filed || filed->revision() < report.revision())) {
                             filed = std::move(report);
                         }
                     });
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
    std::optional<v1::Report> filed;
    if (const int failed = read_filed(mqtt, place, area, *period, words_->revision, filed); failed != 0) {
        return failed;
    }
    if (words_->revision != 0 && !filed) {
        throw std::invalid_argument("--revision " + std::to_string(words_->revision) + ": no such report of " + area + " was filed for " +
                                    words_->period);
    }
    v1::ValuesRequest request;
    request.set_period(period->format());
    request.set_calendar(words_->calendar);
    request.set_area(area);
    request.set_children(words_->children);
    std::vector<v1::IndicatorValue> values;
    if (const int failed = ask_values({place, words_->period, 0, words_->english, mqtt}, request, values); failed != 0) {
        return failed;
    }
    StatementInput input{definitions, *period, {}, {}, filed ? &*filed : nullptr};
    std::vector<std::string> codes{area};
    if (words_->children) {
        const auto children = places.children(area, period->last_day());
        codes.insert(codes.end(), children.begin(), children.end());
    }
    for (const auto& code : codes) {
        auto& of_place = input.places.emplace_back(PlaceValues{code, places.find(code, period->last_day())->name(), {}});
        std::copy_if(values.begin(), values.end(), std::back_inserter(of_place.values),
                     [&](const v1::IndicatorValue& value) { return value.area() == code; });
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
