// SPDX-License-Identifier: Apache-2.0
// chieng-gateway: folds feeds into indicators and publishes them (run), prints them (table), follows them (watch);
// and what a commune asks its journals (gateway/watch).
// The level is configuration: --place is a commune or a district.
#include "data/indicators.hpp"
#include "data/recipients.hpp"
#include "gateway/export/export_command.hpp"
#include "gateway/export/table.hpp"
#include "gateway/report_commands.hpp"
#include "gateway/retained.hpp"
#include "gateway/serve/gateway.hpp"
#include "gateway/serve/labels.hpp"
#include "gateway/serve/sources.hpp"
#include "gateway/serve/suppressed_topics.hpp"
#include "gateway/serve/watcher.hpp"
#include "gateway/serve/web_service.hpp"
#include "gateway/watch/commands.hpp"
#include "gateway/watch/commune_book.hpp"
#include "gateway/watch/status_command.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/event_lines.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/monitor.hpp"
#include "services/runtime/host/places.hpp"
#include "services/runtime/host/program.hpp"
#include "services/runtime/host/services.hpp"

#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <unistd.h>

namespace {

using namespace chieng;

struct Settings {
    std::string place = "625";
    std::string data = ".";
    std::string places;
    std::string indicators;
    std::string recipients;
    std::string rights;
    std::string calendar = "official";
    std::string period;
    HttpListen http;
    std::string state;
    std::string area;
    std::string map;
    std::string recipient;
    std::string filed_by;
    std::string why;
    std::string keep_in;
    std::string role;
    std::string organisation = "COMMUNE_PEOPLES_COMMITTEE";
    std::uint32_t revision = 0;
    bool fold_again = false;
    bool english = false;
    bool cuts = false;
    bool cells = false;
    LogDetail log = LogDetail::trouble;
    MqttOptions mqtt;
};

Definitions load_definitions(const std::string& file) {
    if (file.empty()) {
        return Definitions::load(data::indicators, "indicators.txtpb");
    }
    std::ifstream in(file);
    if (!in) {
        throw std::invalid_argument(file + ": cannot be read");
    }
    return Definitions::load((std::ostringstream() << in.rdbuf()).str(), file);
}

Recipients load_recipients(const Settings& settings, const Definitions& definitions) {
    if (settings.recipients.empty()) {
        return Recipients::load(data::recipients, "recipients.txtpb", definitions, settings.place);
    }
    std::ifstream in(settings.recipients);
    if (!in) {
        throw std::invalid_argument(settings.recipients + ": cannot be read");
    }
    return Recipients::load((std::ostringstream() << in.rdbuf()).str(), settings.recipients, definitions, settings.place);
}

// Without rights everybody who reaches the listener reads each village's numbers, however small: nobody from another machine.
web::Rights load_rights(const Settings& settings, const Recipients& recipients, const Places& places) {
    if (!settings.rights.empty()) {
        return web::Rights::load(read_whole(settings.rights), settings.rights,
                                 [&](const std::string& recipient) { return recipients.share(recipient, places); });
    }
    if (!settings.http.address.empty() && !is_on_loopback(settings.http)) {
        throw std::invalid_argument(
            "--http " + settings.http.address +
            " is reached from other machines: say with --rights FILE who may see what (proto/chieng/v1/rights.proto; "
            "'anonymous { threshold: 5 }' shows everybody what is public, but no small numbers of people)");
    }
    return {};
}

void watch(Monitor& monitor, const Gateway& gateway, SqliteStore& store) {
    monitor.ready_when([&] { return gateway.caught_up() ? "" : "still reading what the feeds hold"; });
    watch_commits(monitor.metrics(), "gateway", store);
    const auto gauge = [&](const char* name, const char* help, const Metrics::Labels& labels, auto read) {
        monitor.metrics().gauge(name, help, labels, [read] { return static_cast<double>(read()); });
    };
    gauge("chieng_cells_last_offset", "Offset of the last cell published on the own feed.", {}, [&] { return gateway.last_offset(); });
    for (const auto& follow : gateway.follows()) {
        const Metrics::Labels source{{"source", follow.source.name()}};
        gauge("chieng_feed_position", "Offset up to which a source's feed has been read.", source,
              [&follow] { return follow.reader.checkpoint().offset; });
        gauge("chieng_feed_missing_entries",
              "Entries that a source's feed has not any more, of those that had been read: it was lost, or restored from a backup.", source,
              [&follow] { return follow.missing; });
        gauge("chieng_feed_lag", "Entries that a source's feed is known to have beyond that.", source,
              [&follow] { return follow.reader.lag(); });
    }
}

// Of each source whose feed is shorter than it was; once.
class ShorterFeeds {
public:
    explicit ShorterFeeds(const Gateway& gateway) : gateway_(gateway) {}

    void say_if_due() {
        for (const auto& follow : gateway_.follows()) {
            auto& said = said_[follow.source.name()];
            if (follow.missing > 0 && follow.missing != said) {
                spdlog::warn(
                    "{}: the feed lacks {} entries that had been read; if that was not meant, stop its service and restore its file from a "
                    "backup: what is not there is not counted any more",
                    follow.source.name(), follow.missing);
            }
            said = follow.missing;
        }
    }

private:
    const Gateway& gateway_;
    std::map<std::string, std::uint64_t> said_;
};

std::vector<std::string> names_of_services() {
    std::vector<std::string> names;
    for (const auto& service : all_services()) {
        names.push_back(service.name);
    }
    return names;
}

void serve_web(Host& host, Monitor& monitor, WebService& web) {
    allow_many_connections();
    host.add("web", [&web](std::span<const Input> inputs, Instant now) { return web.handle(inputs, now); });
    host.at_end([&web](Instant now) { return web.farewell(now); });
    monitor.metrics().gauge("chieng_http_followers", "Who follows the feed of cells over HTTP.", {},
                            [&web] { return static_cast<double>(web.followers()); });
    monitor.metrics().counter("chieng_http_failures_total", "Requests that the gateway failed at; must be 0: its log names them.", {},
                              [&web] { return static_cast<double>(web.failures()); });
    monitor.withhold_metrics([&web](const HttpRequest& request) { return web.refuse_metrics(request); });
    monitor.serve([&web](HttpRequest&& request) { return web.handle(std::move(request)); },
                  {limits::http_api_connections_max, limits::http_streams_max});
}

int run(const Settings& settings) {
    const auto definitions = load_definitions(settings.indicators);
    const auto places = load_places(settings.places);
    const auto recipients = load_recipients(settings, definitions);
    auto rights = load_rights(settings, recipients, places);
    Host host(settings.mqtt, std::chrono::milliseconds(20));
    Monitor monitor(host, settings.http);
    auto sources = sources_of(settings.place, places, definitions, names_of_services());
    SqliteStore store(settings.data + "/" + settings.place + "-gateway.db");
    if (settings.fold_again) {
        Follower::forget_what_was_kept(store);
    }
    Gateway gateway(definitions, places, settings.place, std::move(sources), store, fresh_epoch());
    gateway.serve(recipients);
    EventLines lines(settings.log);
    gateway.tell(lines);
    const auto is_crowded = [&host] { return host.status().link.waiting > limits::queue_messages_max / 4; };
    gateway.wait_while(is_crowded);
    watch(monitor, gateway, store);
    ShorterFeeds shorter(gateway);
    host.add("gateway", [&](std::span<const Input> inputs, Instant now) {
        auto actions = gateway.handle(inputs, now);
        shorter.say_if_due();
        return actions;
    });
    SuppressedTopics suppressed(definitions, places, settings.place, gateway, recipients.with_threshold());
    suppressed.wait_while(is_crowded);
    host.add("suppressed", [&](std::span<const Input> inputs, Instant now) { return suppressed.handle(inputs, now); });
    std::optional<CommuneBook> book;
    if (gateway.follows().front().source.place == settings.place) {
        book.emplace(settings.place, names_of_services());
    }
    auto* const of_commune = book ? &*book : nullptr;
    WebService web(
        {definitions, places, settings.place, gateway.board(), gateway.follows(), gateway.reports(), names_of_services(), of_commune},
        std::move(rights), gateway, settings.data, of_commune, lines);
    serve_web(host, monitor, web);
    spdlog::info("gateway of {} is ready, {} indicators", settings.place, definitions.all().size());
    host.run();
    gateway.close();
    return 0;
}

// The values of a period, as the gateway tells them: retained is only what something was counted for.
int read_values(const Settings& settings, std::vector<v1::IndicatorValue>& values) {
    if (const int failed = read_told(settings.mqtt, settings.place, {}, [](const Message&) {}); failed != 0) {
        return failed;
    }
    v1::ValuesRequest request;
    request.set_period(settings.period);
    request.set_calendar(settings.calendar);
    request.set_map(settings.map);
    request.set_area(settings.area.empty() ? settings.place : settings.area);
    return ask_values({settings.place, settings.period, 0, settings.english, settings.mqtt}, request, values);
}

int print_table(const Settings& settings) {
    const auto calendar = settings.calendar == "official" ? v1::OFFICIAL : v1::CALENDAR_MONTHS;
    const auto period = Period::parse(calendar, settings.period);
    if (!period) {
        throw std::invalid_argument("--period " + settings.period + ": such as " + period_forms);
    }
    const auto definitions = load_definitions(settings.indicators);
    if (definitions.shown(*period).empty()) {
        throw std::invalid_argument("--period: " + said(nothing_told_label(*period), settings.english ? Tongue::en : Tongue::vi));
    }
    const auto places = load_places(settings.places);
    const auto& area = settings.area.empty() ? settings.place : settings.area;
    if (!places.known(area)) {
        throw std::invalid_argument((settings.area.empty() ? "--place " : "--area ") + area + " is not in the register of places");
    }
    std::vector<v1::IndicatorValue> values;
    if (const int failed = read_values(settings, values); failed != 0) {
        return failed;
    }
    const auto* place = places.find(area, settings.map.empty() ? period->last_day() : parse_day(settings.map).value_or(period->last_day()));
    const auto name = place == nullptr ? area : settings.english ? place->name().en() : place->name().vi();
    std::printf("%s, %s %s (%s – %s)\n", name.c_str(),
                settings.english           ? settings.calendar.c_str()
                : calendar == v1::OFFICIAL ? "kỳ báo cáo"
                                           : "dương lịch",
                settings.period.c_str(), format_day(period->first_day()).c_str(), format_day(period->last_day()).c_str());
    const auto statement = make_statement({definitions, *period, {{area, {}, std::move(values)}}, {}});
    std::printf("%s", table(statement, settings.english ? Tongue::en : Tongue::vi, settings.cuts).c_str());
    return 0;
}

// Tells each change on a line of its own; with --state also those that came while it was not running.
int follow(const Settings& settings) {
    const auto definitions = load_definitions(settings.indicators);
    const auto places = load_places(settings.places);
    if (!places.known(settings.place)) {
        throw std::invalid_argument("--place " + settings.place + " is not in the register of places");
    }
    const auto calendar = settings.calendar == "official" ? v1::OFFICIAL : v1::CALENDAR_MONTHS;
    if (!settings.period.empty() && !Period::parse(calendar, settings.period)) {
        throw std::invalid_argument("--period " + settings.period + ": such as " + period_forms);
    }
    SqliteStore store(settings.state.empty() ? ":memory:" : settings.state);
    Watcher watcher(definitions, places, settings.place, store, "watch-" + std::to_string(fresh_epoch()),
                    [&](const v1::IndicatorValue& value) {
                        const auto* definition = definitions.find(value.indicator(), *parse_day(value.to()));
                        if (!settings.cells && value.calendar() == calendar &&
                            (settings.period.empty() || settings.period == value.period()) && definition != nullptr) {
                            std::printf("%s\t%s\t%s\t%s\n", value.area().c_str(), value.period().c_str(), value.indicator().c_str(),
                                        text_of(definition->indicator, value).c_str());
                        }
                    });
    if (settings.cells) {
        watcher.tell_cells(
            [](const v1::Cell* cell) { std::printf("%s\n", cell == nullptr ? "{\"forget\":true}" : to_json(*cell).c_str()); });
    }
    Host host(settings.mqtt);
    host.add("watch", [&](std::span<const Input> inputs, Instant now) {
        auto actions = watcher.handle(inputs, now);
        std::fflush(stdout);
        return actions;
    });
    host.run();
    return 0;
}

template <class Enum>
Enum value_of(const char* option, const std::string& name, bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
    Enum value{};
    if (!name.empty() && (!parse(name, &value) || value == Enum{})) {
        throw std::invalid_argument(option + (" " + name) + ": no such name; chieng-field post session-held --help lists them");
    }
    return value;
}

// What a running gateway is asked.
int ask_gateway(const Settings& settings, const std::string& command) {
    const auto places = load_places(settings.places);
    const auto definitions = load_definitions(settings.indicators);
    ReportSettings asked{settings.place, settings.period, settings.revision, settings.english, settings.mqtt};
    asked.recipient = settings.recipient;
    asked.filed_by = settings.filed_by;
    asked.why = settings.why;
    asked.keep_in = settings.keep_in;
    asked.role = value_of<v1::Role>("--role", settings.role, v1::Role_Parse);
    asked.organisation = value_of<v1::Organisation>("--organisation", settings.organisation, v1::Organisation_Parse);
    if (command == "file") {
        return file_period(asked, definitions, places);
    }
    if (command == "acknowledge") {
        return acknowledge(asked);
    }
    if (command == "archive") {
        return show_archive(asked);
    }
    if (command == "restated") {
        return show_restated(asked, definitions);
    }
    if (command == "recompute") {
        return recompute_report(asked, definitions, places);
    }
    asked.sources = sources_of(settings.place, places, definitions, names_of_services());
    return rebuild_board(asked, definitions, places);
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app("Turns events into indicators by village, commune and district.");
    app.add_option("--place", settings.place, "code of the commune or district")->capture_default_str();
    app.add_option("--data", settings.data, "folder of the board")->capture_default_str()->check(CLI::ExistingDirectory);
    add_link_options(app, settings.mqtt);
    add_places_option(app, settings.places);
    add_http_options(app, settings.http);
    add_log_option(app, settings.log);
    app.add_option("--indicators", settings.indicators, "definitions (protobuf text); default: the plan's")->check(CLI::ExistingFile);
    app.add_option("--recipients", settings.recipients, "who gets what (protobuf text); default: the plan's")->check(CLI::ExistingFile);
    app.require_subcommand(1);
    auto* serve = app.add_subcommand("run", "fold feeds and publish");
    serve->add_flag("--fold-again", settings.fold_again,
                    "read all feeds from their beginning, as when `rebuild` found another board; reports stay as they were filed");
    serve
        ->add_option("--rights", settings.rights,
                     "who may see and do what over HTTP (protobuf text); default: who is on this machine reads what is public")
        ->check(CLI::ExistingFile);
    auto* print = app.add_subcommand("table", "print the indicators of a place");
    auto* changes = app.add_subcommand("watch", "print each value as it changes");
    const WatchCommands commands(app);
    const ExportCommand exporting(app);
    const StatusCommand status(app);
    for (auto* command : {print, changes}) {
        command->add_option("--calendar", settings.calendar, "official (15th to 14th) or calendar")
            ->check(CLI::IsMember({"official", "calendar"}))
            ->capture_default_str();
        command->add_option("--period", settings.period, period_forms);
        command->add_flag("--english", settings.english, "labels in English");
    }
    auto* file = app.add_subcommand("file", "close a period: keep its report as it is now, for ever");
    auto* restated = app.add_subcommand("restated", "print what was filed beside what is true now, and which events came since");
    auto* recompute = app.add_subcommand(
        "recompute", "compute a report of the past once more: the events that it had read, by the definitions and places of then");
    auto* rebuild = app.add_subcommand("rebuild", "fold the feeds from zero and compare with the running board, byte for byte");
    auto* confirm = app.add_subcommand("acknowledge", "confirm, as a recipient, a report that was filed; or list who has");
    auto* archive = app.add_subcommand("archive", "print the log of what was filed, and check that nothing of it was changed");
    for (auto* command : {file, restated, recompute, confirm}) {
        command->add_option("--period", settings.period, period_forms + std::string("; of the official calendar"))->required();
        command->add_flag("--english", settings.english, "labels in English");
    }
    file->add_option("--by", settings.filed_by, "the office that files it, such as labour-division");
    file->add_option("--role", settings.role,
                     "as whom a commune's is filed, such as CULTURE_OFFICIAL: its gateway posts period-filed in that name");
    file->add_option("--organisation", settings.organisation, "… and for which organisation")->capture_default_str();
    file->add_option("--why", settings.why, "why it is filed once more; needed from the second time on");
    for (auto* command : {restated, recompute, confirm}) {
        command->add_option("--revision", settings.revision, "of the report; default: the latest");
    }
    recompute->add_option("--keep-in", settings.keep_in, "folder: writes indicators.txtpb and places.txtpb of then there")
        ->check(CLI::ExistingDirectory);
    confirm->add_option("--recipient", settings.recipient, "who confirms, such as district/culture; default: nobody, only list");
    archive->add_flag("--english", settings.english, "in English");
    changes->add_option("--state", settings.state, "file that keeps what was told: the next watch goes on from there");
    changes->add_flag("--cells", settings.cells, "instead each cell as it is applied, a line of JSON; {\"forget\":true}: all is void");
    print->add_option("--area", settings.area, "of the gateway's place; default: itself");
    print->add_option("--map", settings.map, "in the units of this day: what happened then, in the places of now");
    print->add_flag("--cuts", settings.cuts, "with each part");
    return run_program(app, argc, argv, [&] {
        settings.mqtt.client_id = *serve ? "chieng-gateway-" + settings.place : "chieng-gateway-" + std::to_string(::getpid());
        if (!*serve) {
            spdlog::set_level(spdlog::level::warn);
        }
        for (auto* command : {file, restated, recompute, rebuild, confirm, archive}) {
            if (*command) {
                return ask_gateway(settings, command->get_name());
            }
        }
        if (commands.asked()) {
            return commands.run({settings.place, settings.data, settings.http, settings.places, settings.mqtt, settings.log,
                                 [&] { return load_definitions(settings.indicators); }});
        }
        if (status.asked()) {
            const auto definitions = load_definitions(settings.indicators);
            return status.run(settings.place,
                              needed_sources_of(settings.place, load_places(settings.places), definitions, names_of_services()),
                              settings.mqtt);
        }
        if (exporting.asked()) {
            return exporting.run(settings.place, load_definitions(settings.indicators), load_places(settings.places), settings.mqtt);
        }
        return *serve ? run(settings) : *print ? print_table(settings) : follow(settings);
    });
}
