// SPDX-License-Identifier: Apache-2.0
// chieng-service: hosts one service, several, or all of them for one commune. Each has its own journal.
#include "services/commendation/proposer.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/dated_rules.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/retention.hpp"
#include "services/runtime/core/turned_away.hpp"
#include "services/runtime/host/event_lines.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/monitor.hpp"
#include "services/runtime/host/places.hpp"
#include "services/runtime/host/places_command.hpp"
#include "services/runtime/host/program.hpp"
#include "services/runtime/host/services.hpp"

#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

namespace {

using namespace chieng;

struct Settings {
    std::vector<std::string> names;
    std::string commune = "23656";
    std::string data = ".";
    std::string places;
    std::string rules;
    HttpListen http;
    MqttOptions mqtt;
    LogDetail log = LogDetail::trouble;
    bool list_quarantine = false;
    bool list_refused = false;
    std::string resting_since;
    std::string escaped_before;
};

std::string store_path(const Settings& settings, const std::string& service) {
    return settings.data + "/" + settings.commune + "-" + service + ".db";
}

void print(const v1::TurnedAwayReply& page) {
    for (const auto& item : page.items()) {
        for (const auto& reason : item.reasons()) {
            if (page.refused()) {
                std::printf("%s\t%s/%llu\t%s\t%s: %s\n", page.service().c_str(), item.device().c_str(),
                            static_cast<unsigned long long>(item.sequence()), reason.field().c_str(), reason.code().c_str(),
                            reason.vi().c_str());
            } else {
                std::printf("%s\t%s\t%llu times\t%llu bytes\t%s: %s\n", page.service().c_str(), item.topic().c_str(),
                            static_cast<unsigned long long>(item.times()), static_cast<unsigned long long>(item.payload_bytes()),
                            reason.code().c_str(), reason.vi().c_str());
            }
        }
    }
    if (page.is_full()) {
        std::fprintf(stderr, "%s: the quarantine is full; what else cannot be read is answered and counted, and not kept\n",
                     page.service().c_str());
    }
}

// Of services whose files this process has not: those that have them open answer.
int ask_for_turned_away(const Settings& settings, std::vector<v1::TurnedAwayRequest> requests) {
    const auto client = "turned-away-" + std::to_string(fresh_epoch());
    TurnedAwayQuestions questions(settings.commune, client, std::move(requests), print);
    auto mqtt = settings.mqtt;
    mqtt.client_id = client;
    Host host(mqtt);
    host.add("turned-away", [&](std::span<const Input> inputs, Instant now) { return questions.handle(inputs, now); });
    host.until([&] { return questions.done(); });
    if (!host.run(std::chrono::seconds(30))) {
        std::fprintf(stderr, "no answer from the broker at %s; a process that runs has the journals\n", mqtt.broker.c_str());
        return exit_unavailable;
    }
    for (const auto& service : questions.unanswered()) {
        std::fprintf(stderr, "%s: another process has its journal and does not answer at %s\n", service.c_str(), mqtt.broker.c_str());
    }
    return questions.unanswered().empty() ? 0 : exit_unavailable;
}

// Lists what was not taken, with the reason.
int list_turned_away(const Settings& settings, const std::vector<Service>& services) {
    std::vector<v1::TurnedAwayRequest> left;
    for (const auto& service : services) {
        for (const bool refused : {false, true}) {
            if (refused ? !settings.list_refused : !settings.list_quarantine) {
                continue;
            }
            v1::TurnedAwayRequest request;
            request.set_service(service.name);
            request.set_refused(refused);
            try {
                SqliteStore store(store_path(settings, service.name));
                do {
                    const auto page = turned_away(store, request);
                    print(page);
                    request.set_after(page.next());
                } while (!request.after().empty());
            } catch (const InUse&) {
                left.push_back(std::move(request));
            }
        }
    }
    return left.empty() ? 0 : ask_for_turned_away(settings, std::move(left));
}

// Calls `list` with each service's store, when what the option gives is a day.
int list_households(const std::string& option, const std::string& day, const Settings& settings, const std::vector<Service>& services,
                    const std::function<void(const std::string& service, Store& store)>& list) {
    if (!parse_day(day)) {
        throw std::invalid_argument(option + " is a day: 2022-03-12");
    }
    for (const auto& service : services) {
        SqliteStore store(store_path(settings, service.name));
        list(service.name, store);
    }
    return 0;
}

// Households without an event since that day: whoever decides that their retention ended posts their erasure.
int list_resting(const Settings& settings, const std::vector<Service>& services) {
    return list_households("--resting-since", settings.resting_since, settings, services, [&](const std::string& service, Store& store) {
        for (const auto& each : resting_since(store, settings.resting_since)) {
            std::printf("%s\t%s\t%s\t%llu events\n", service.c_str(), each.household.c_str(), each.last.c_str(),
                        static_cast<unsigned long long>(each.events));
        }
    });
}

// Newly escaped households since before that day: whoever decides that they are so no longer posts their change of class.
int list_escaped(const Settings& settings, const std::vector<Service>& services) {
    return list_households("--escaped-before", settings.escaped_before, settings, services, [&](const std::string& service, Store& store) {
        for (const auto& each : escaped_before(store, settings.escaped_before)) {
            std::printf("%s\t%s\t%s\n", service.c_str(), each.household.c_str(), each.since.c_str());
        }
    });
}

void watch(Metrics& metrics, const std::string& service, const Engine& engine, SqliteStore& store) {
    const auto& counted = engine.counters();
    const auto counter = [&](const char* name, const char* help, Metrics::Labels labels, const std::uint64_t& value) {
        labels["service"] = service;
        metrics.counter(name, help, labels, [&value] { return static_cast<double>(value); });
    };
    const char* events = "chieng_events_total";
    const char* events_help = "Events taken, by verdict; a conflict is a known number with other content.";
    counter(events, events_help, {{"verdict", "stored"}}, counted.stored);
    counter(events, events_help, {{"verdict", "duplicate"}}, counted.duplicates);
    counter(events, events_help, {{"verdict", "refused"}}, counted.refused);
    counter(events, events_help, {{"verdict", "conflict"}}, counted.conflicts);
    counter("chieng_events_waiting_total", "Events not answered, because what they hang together with has yet to come; they come again.",
            {}, counted.waiting);
    counter("chieng_quarantined_total", "Messages, or events in them, that could not be read and were set aside.", {}, counted.quarantined);
    counter("chieng_deliveries_total", "Messages of devices.", {}, counted.deliveries);
    metrics.gauge("chieng_journal_last_offset", "Offset of the last event in the journal.", {{"service", service}},
                  [&engine] { return static_cast<double>(engine.last_offset()); });
    metrics.gauge(
        "chieng_journal_missing_events",
        "Events that the journal lacked, of those its subscribers had seen, when the broker was last reached: it was lost, emptied, "
        "or restored from a backup.",
        {{"service", service}}, [&engine] {
            const auto& shortened = engine.shortened();
            return shortened ? static_cast<double>(shortened->seen - shortened->last_offset) : 0.0;
        });
    metrics.gauge("chieng_journal_damaged", "1 when old entries were needed and are not what was written.", {{"service", service}},
                  [&engine] { return engine.damage() ? 1.0 : 0.0; });
    metrics.counter("chieng_feed_others_heads_total", "Times that somebody else was heard to write this feed: the service runs twice.",
                    {{"service", service}}, [&engine] { return static_cast<double>(engine.others_heads()); });
    watch_commits(metrics, service, store);
}

// Once: the broker keeps the longer journal's head only until this one's takes its place. Of another writer at most every minute.
class JournalWarnings {
public:
    JournalWarnings(std::string service, const Engine& engine) : service_(std::move(service)), engine_(engine) {}

    void say_if_due() {
        const auto& shortened = engine_.shortened();
        if (shortened && !std::exchange(said_, true)) {
            spdlog::warn(
                "{}: the journal has {} events, its subscribers have seen {}; if that was not meant, stop this service and restore its "
                "file from a backup: gateways count what the journal has",
                service_, shortened->last_offset, shortened->seen);
        }
        if (engine_.damage() && !std::exchange(damage_said_, true)) {
            spdlog::error("{}: {}; new events are taken, and what needs the old ones waits", service_, *engine_.damage());
        }
        const auto now = std::chrono::steady_clock::now();
        if (engine_.others_heads() != others_said_ && now >= others_again_at_) {
            others_said_ = engine_.others_heads();
            others_again_at_ = now + std::chrono::minutes(1);
            spdlog::warn(
                "{}: somebody else writes this feed; does the service run twice, with two folders? Stop the other one: gateways "
                "count the journal that they heard of last",
                service_);
        }
    }

private:
    std::string service_;
    const Engine& engine_;
    bool said_ = false;
    bool damage_said_ = false;
    std::uint64_t others_said_ = 0;
    std::chrono::steady_clock::time_point others_again_at_;
};

// Beside the service that awards: what it proposes comes from the household service, wherever that runs.
struct Proposals {
    Proposals(const Settings& settings, const v1::ServiceRules& rules)
        : store(store_path(settings, "proposals")), proposer(settings.commune, rules, store) {}
    SqliteStore store;
    Proposer proposer;
};

int serve(const Settings& settings, std::vector<Service> services) {
    const auto rules = settings.rules.empty() ? built_in_rules() : load_service_rules(read_whole(settings.rules), settings.rules);
    for (auto& service : services) {
        service.rules = &rules;
    }
    const auto places = load_places(settings.places);
    if (!places.known(settings.commune)) {
        throw std::invalid_argument("--commune " + settings.commune + " is not in the register of places");
    }
    if (const auto* place = places.find(settings.commune, *places.nearest_day(settings.commune, Day::max()));
        place->level() != v1::Place::COMMUNE_LEVEL) {
        throw std::invalid_argument("--commune " + settings.commune + " is no commune: " + place->name().vi());
    }
    EventLines lines(settings.log);
    std::vector<std::unique_ptr<SqliteStore>> stores;
    std::map<std::string, Store*> by_name;
    std::vector<std::unique_ptr<Engine>> engines;
    Host host(settings.mqtt);
    Monitor monitor(host, settings.http);
    for (const auto& service : services) {
        stores.push_back(std::make_unique<SqliteStore>(store_path(settings, service.name)));
        engines.push_back(std::make_unique<Engine>(service, settings.commune, places, *stores.back(), fresh_epoch()));
        engines.back()->tell(lines);
        spdlog::info("{}: {} events in the journal", service.name, engines.back()->last_offset());
        host.add(service.name,
                 Host::Durable{[engine = engines.back().get()](std::span<const Input> inputs, Instant now) { engine->take(inputs, now); },
                               [store = stores.back().get()] { store->commit(); },
                               [engine = engines.back().get(), warnings = JournalWarnings(service.name, *engines.back())]() mutable {
                                   warnings.say_if_due();
                                   return engine->answer();
                               }});
        watch(monitor.metrics(), service.name, *engines.back(), *stores.back());
        by_name.emplace(service.name, stores.back().get());
    }
    TurnedAwayDesk desk(settings.commune, std::move(by_name));
    host.add("turned-away", [&desk](std::span<const Input> inputs, Instant) { return desk.handle(inputs); });
    std::optional<Proposals> proposals;
    if (std::any_of(services.begin(), services.end(), [](const Service& service) { return service.name == Commendation::name; })) {
        proposals.emplace(settings, rules);
        host.add("proposals", [&proposals](std::span<const Input> inputs, Instant now) { return proposals->proposer.handle(inputs, now); });
    }
    spdlog::info("ready");
    host.run();
    for (std::size_t i = 0; i < services.size(); ++i) {
        const auto& counted = engines[i]->counters();
        spdlog::info("{}: stored {}, repeated {}, refused {}, conflicts {}, quarantined {}", services[i].name, counted.stored,
                     counted.duplicates, counted.refused, counted.conflicts, counted.quarantined);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    settings.mqtt.client_id = "chieng-service-" + std::to_string(::getpid());
    CLI::App app("Takes events of one commune, keeps them and answers with receipts.");
    app.add_option("names", settings.names, "services to host: session household commendation culture monitoring; none: all");
    app.add_option("--commune", settings.commune, "code of the commune")->capture_default_str();
    app.add_option("--data", settings.data, "folder of the journals")->capture_default_str()->check(CLI::ExistingDirectory);
    add_link_options(app, settings.mqtt);
    add_places_option(app, settings.places);
    app.add_option("--rules", settings.rules, "rules with dates (protobuf text); default: the project's")->check(CLI::ExistingFile);
    add_http_options(app, settings.http);
    add_log_option(app, settings.log);
    app.add_flag("--quarantine", settings.list_quarantine, "list what could not be read, and end");
    app.add_flag("--refused", settings.list_refused, "list what was refused, and end");
    app.add_option("--resting-since", settings.resting_since, "list households without an event since that day, and end");
    app.add_option("--escaped-before", settings.escaped_before, "list households that are newly escaped since before that day, and end");
    const PlacesCommand places(app);
    return run_program(app, argc, argv, [&] {
        if (places.asked()) {
            return places.run();
        }
        std::vector<Service> services;
        std::string names;
        for (auto& service : all_services()) {
            names.append(" ").append(service.name);
            if (settings.names.empty() || std::find(settings.names.begin(), settings.names.end(), service.name) != settings.names.end()) {
                services.push_back(std::move(service));
            }
        }
        if (services.size() < settings.names.size() || services.empty()) {
            throw std::invalid_argument("services are:" + names);
        }
        if (!settings.resting_since.empty()) {
            return list_resting(settings, services);
        }
        if (!settings.escaped_before.empty()) {
            return list_escaped(settings, services);
        }
        return settings.list_quarantine || settings.list_refused ? list_turned_away(settings, services)
                                                                 : serve(settings, std::move(services));
    });
}
