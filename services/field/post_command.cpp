// SPDX-License-Identifier: Apache-2.0
#include "services/field/post_command.hpp"

#include "services/field/form.hpp"
#include "services/field/outbox.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/nfc.hpp"
#include "services/runtime/core/rules.hpp"
#include "services/runtime/core/time.hpp"
#include "services/runtime/core/validator.hpp"
#include "services/runtime/host/places.hpp"
#include "services/runtime/host/program.hpp"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace chieng {
namespace {

void tell_reasons(const FieldSettings& settings, const Reasons& reasons, Instant now, const std::string& where) {
    for (const auto& reason : reasons) {
        std::fprintf(stderr, "%s%s: %s\n", where.c_str(), reason.field().c_str(), in_tongue(settings, reason.vi(), reason.en()).c_str());
        if (reason.code() == "IN_THE_FUTURE") {  // a telephone whose battery was empty
            const auto today = format_day(day_at(now.civil));
            std::fprintf(stderr, "%s%s\n", where.c_str(),
                         in_tongue(settings, "Đồng hồ máy này: " + today + "; nếu sai, hãy chỉnh đồng hồ rồi ghi lại.",
                                   "This device's clock says " + today + "; if that is wrong, set it and post again.")
                             .c_str());
        }
    }
}

// A VOID may leave out what it takes back: then it goes to the service of the type that it is posted as.
std::string service_for(const FieldSettings& settings, const v1::Event& event) {
    const auto service = service_of(event);
    return service.empty() && event.has_correction() && event.body_case() == v1::Event::BODY_NOT_SET ? settings.service : service;
}

using Kept = std::pair<std::string, std::uint64_t>;  // service and sequence

// Numbers and freezes one event; says what is wrong with it otherwise.
std::optional<Kept> post_one(const FieldSettings& settings, Store& store, Outbox& outbox, const Places& places, v1::Event event,
                             const std::string& where) {
    const auto now = Clock().now();
    auto service = service_for(settings, event);
    if (event.correction().device() == settings.device) {
        event.mutable_correction()->clear_device();  // its own, as who names none says
    }
    const auto posted = outbox.post(std::move(event), service, &places, settings.commune, day_at(now.civil),
                                    static_cast<std::uint64_t>(now.civil.time_since_epoch().count()),
                                    [&](std::uint64_t) { store.put(commune_key, settings.commune); });
    if (const auto* sequence = std::get_if<std::uint64_t>(&posted)) {
        return Kept(std::move(service), *sequence);
    }
    tell_reasons(settings, std::get<Reasons>(posted), now, where);
    return std::nullopt;
}

// Once it is on disk.
void tell_kept(const FieldSettings& settings, const Kept& kept) {
    const auto& [service, sequence] = kept;
    std::printf("%s %s/%llu\n", in_tongue(settings, "đã ghi, chờ gửi:", "kept, waiting to be sent:").c_str(), service.c_str(),
                static_cast<unsigned long long>(sequence));
    EventLines lines(settings.log);
    if (lines.wants(StepKind::posted)) {
        lines.tell(step_of(StepKind::posted, "device", {settings.commune, service, settings.device, sequence}));
    }
}

constexpr std::size_t sequence_bytes_more = 9;  // that the number drawn may take beyond the number 1
constexpr std::size_t unseekable_bytes_max = 8UL << 20U;

// A file of lines that can be read twice; what cannot, such as the standard input, is kept in memory.
std::unique_ptr<std::istream> lines_of(const FieldSettings& settings) {
    const bool is_input = settings.file == "-";
    auto file = std::make_unique<std::ifstream>(settings.file);
    if (!is_input && (!*file || std::filesystem::is_directory(settings.file))) {
        throw std::invalid_argument(settings.file + ": không đọc được / cannot be read");
    }
    if (!is_input && std::filesystem::is_regular_file(settings.file)) {
        return file;
    }
    std::istream& in = is_input ? std::cin : *file;
    std::string text(unseekable_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > unseekable_bytes_max) {
        throw std::invalid_argument(
            settings.file + ": " +
            in_tongue(settings, "dài hơn 8 MiB; hãy đưa vào dưới dạng tệp.", "holds more than 8 MiB; give it as a file."));
    }
    return std::make_unique<std::istringstream>(std::move(text));
}

// Each line that is not blank, and its number, until one is not taken; composed. A mark of the byte order is no part of the first.
bool each_line(std::istream& in, const std::function<bool(const std::string& line, int number)>& take) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (number == 1 && line.starts_with(mark)) {
            line.erase(0, mark.size());
        }
        const bool is_blank = line.find_first_not_of(" \t\r") == std::string::npos;
        if (!is_blank && !take(composed(line).value_or(line), number)) {
            return false;
        }
    }
    return true;
}

// Whether it would be kept; says what is wrong with it otherwise.
bool check_line(const FieldSettings& settings, const Places& places, const std::string& line, const std::string& where) {
    v1::Event event;
    const auto status = google::protobuf::util::JsonStringToMessage(line, &event);
    if (!status.ok()) {
        std::fprintf(stderr, "%s%s %s\n", where.c_str(),
                     in_tongue(settings, "dòng này không phải là một tin dạng JSON:", "this line is no event in JSON:").c_str(),
                     std::string(status.message()).c_str());
        return false;
    }
    const auto now = Clock().now();
    event.set_sequence(1);  // for the rules; the outbox draws the number
    event.set_recorded_at(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    auto reasons = judge_event(event, service_for(settings, event), &places, settings.commune, day_at(now.civil));
    if (const auto size = event.ByteSizeLong() + sequence_bytes_more; size > limits::event_bytes_max) {
        reasons.push_back(reason(ReasonCode::too_large, "", std::to_string(size)));
    }
    tell_reasons(settings, reasons, now, where);
    return reasons.empty();
}

void tell_wrong_lines(const FieldSettings& settings) {
    std::fprintf(stderr, "%s\n",
                 in_tongue(settings, "chưa ghi tin nào; hãy sửa các dòng sai rồi ghi lại cả tệp",
                           "nothing was kept; correct the wrong lines and post the whole file again")
                     .c_str());
}

// A file with a mistake leaves nothing behind: whoever corrects it and posts it again counts no line twice.
bool check_file(const FieldSettings& settings, std::istream& in, const Outbox& outbox, const Places& places) {
    int wrong = 0;
    std::uint64_t all = 0;
    each_line(in, [&](const std::string& line, int number) {
        ++all;
        wrong += check_line(settings, places, line, settings.file + ":" + std::to_string(number) + ": ") ? 0 : 1;
        return true;
    });
    if (in.bad()) {
        throw std::invalid_argument(settings.file + ": không đọc được / cannot be read");
    }
    if (outbox.waiting_count() + all > limits::outbox_events_max) {
        ++wrong;
        const Reasons full{reason(ReasonCode::outbox_full, "", std::to_string(outbox.waiting_count()))};
        tell_reasons(settings, full, Clock().now(), settings.file);
    }
    if (wrong > 0) {
        tell_wrong_lines(settings);
    }
    return wrong == 0;
}

// Each line is one event in proto3 JSON.
int post_file(const FieldSettings& settings, Store& store, Outbox& outbox, const Places& places) {
    const auto in = lines_of(settings);
    if (!check_file(settings, *in, outbox, places)) {
        return exit_data;
    }
    in->clear();
    in->seekg(0);
    std::vector<Kept> kept;
    const auto keep = [&](const std::string& line, int number) {
        v1::Event event;
        const auto where = settings.file + ":" + std::to_string(number) + ": ";
        auto one = google::protobuf::util::JsonStringToMessage(line, &event).ok()
                       ? post_one(settings, store, outbox, places, std::move(event), where)
                       : std::nullopt;
        if (one) {
            kept.push_back(std::move(*one));
        }
        return one.has_value();
    };
    try {
        if (!outbox.post_together([&] { return each_line(*in, keep); })) {
            tell_wrong_lines(settings);
            return exit_data;
        }
    } catch (const Broken&) {
        std::fprintf(stderr, "%s\n",
                     in_tongue(settings, "chưa ghi tin nào; hãy ghi lại cả tệp", "nothing was kept; post the whole file again").c_str());
        throw;
    }
    for (const auto& one : kept) {
        tell_kept(settings, one);
    }
    return 0;
}

int post_flags(const FieldSettings& settings, Store& store, Outbox& outbox, const Places& places, const EventType& type,
               const std::map<std::string, std::string>& values) {
    auto event = *new_event(type.name);
    bool good = true;
    for (const auto& [flag, value] : values) {
        if (value.empty()) {
            continue;
        }
        if (const auto error = set(event, flag, value)) {
            std::fprintf(stderr, "%s\n", error->c_str());
            good = false;
        }
    }
    const auto& body = event.GetReflection()->GetMessage(event, event.GetDescriptor()->FindFieldByNumber(event.body_case()));
    if (event.correction().action() == v1::Correction::VOID && body.ByteSizeLong() == 0) {
        event.clear_body();  // what is taken back need not be said once more
    }
    const auto kept = good ? post_one(settings, store, outbox, places, std::move(event), "") : std::nullopt;
    if (!kept) {
        return exit_data;
    }
    tell_kept(settings, *kept);
    return 0;
}

}  // namespace

const std::string& in_tongue(const FieldSettings& settings, const std::string& vi, const std::string& en) {
    return settings.english ? en : vi;
}

void add_post(CLI::App& app, FieldSettings& settings, FlagValues& values) {
    auto* command = app.add_subcommand("post", "ghi một tin để gửi / keep an event, to be sent");
    command->require_subcommand(0, 1);  // not (1): a word that is no event would be told as a subcommand that is missing, unnamed
    for (const auto& type : event_types()) {
        auto* event = command->add_subcommand(type.name, type.label.vi() + " / " + type.label.en());
        auto* file =
            event->add_option("--file", settings.file,
                              "các tin, mỗi dòng một tin dạng JSON, đủ mọi mục; tin hủy không ghi nội dung thì thuộc loại này; - là đầu "
                              "vào chuẩn / events as JSON lines, each with all that it says; one that voids and has no body is of "
                              "this type; - is the standard input");
        for (const auto& flag : flags(*type.body)) {
            std::string help = flag.label.vi() + " / " + flag.label.en();
            if (!flag.unit.empty()) {
                help += " (" + flag.unit + ")";
            }
            if (flag.decimals > 0) {
                help += std::string(", 0.").append(flag.decimals - 1, '0').append("1");
            }
            for (const auto& value : flag.values) {
                help += "\n      " + value.name + "  " + value.label.vi() + " / " + value.label.en();
            }
            event->add_option(flag.name, values[type.name][flag.name], help)->excludes(file);
        }
    }
}

int post(const FieldSettings& settings, const std::string& outbox_file, const CLI::App& command, const FlagValues& values) {
    const auto types = event_types();
    const auto type = std::find_if(types.begin(), types.end(), [&](const EventType& one) { return command.got_subcommand(one.name); });
    if (type == types.end()) {
        std::fprintf(stderr, "ghi loại tin nào? / which event? chieng-field post --help\n");
        return exit_usage;
    }
    const auto places = load_places(settings.places);
    SqliteStore store(outbox_file, nullptr, Sharing::shared);
    Outbox outbox(store);
    auto of_type = settings;
    of_type.service = type->service;
    return settings.file.empty() ? post_flags(of_type, store, outbox, places, *type, values.at(type->name))
                                 : post_file(of_type, store, outbox, places);
}

}  // namespace chieng
