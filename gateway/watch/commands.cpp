// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/commands.hpp"

#include "gateway/watch/attend_command.hpp"
#include "gateway/watch/attention.hpp"
#include "gateway/watch/duplicates.hpp"
#include "gateway/watch/journals.hpp"
#include "gateway/watch/ledger.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/places.hpp"
#include "services/runtime/host/program.hpp"
#include "services/runtime/host/services.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

#include <unistd.h>

namespace chieng {
namespace {

std::vector<std::string> names_of_services() {
    std::vector<std::string> services;
    for (const auto& service : all_services()) {
        services.push_back(service.name);
    }
    return services;
}

// Reads all there is, once. False when there is no broker.
bool read(const WatchCommands::Settings& settings, int patience_seconds, const Journals::Takers& takers) {
    Journals journals(settings.commune, names_of_services(), "ask-" + std::to_string(fresh_epoch()), takers);
    bool done = false;
    Host host(settings.mqtt);
    host.add("journals", [&](std::span<const Input> inputs, Instant now) {
        auto actions = journals.handle(inputs, now);
        done = journals.caught_up(now);
        return actions;
    });
    host.until([&] { return done; });
    if (!host.run(std::chrono::seconds(patience_seconds))) {
        std::fprintf(stderr, "the feeds of %s were not read to their end within %d seconds; is the broker at %s running?\n",
                     settings.commune.c_str(), patience_seconds, settings.mqtt.broker.c_str());
        return false;
    }
    for (const auto& service : journals.silent()) {
        std::fprintf(stderr, "nothing was heard of the service %s: it is left out\n", service.c_str());
    }
    return true;
}

int print_duplicates(const WatchCommands::Settings& settings, int patience_seconds) {
    Duplicates duplicates;
    const bool answered = read(settings, patience_seconds,
                               {[&](const std::string& service, const v1::Entry& entry) { duplicates.apply(service, entry); },
                                [](const v1::Status&) {}, [&] { duplicates = {}; }});
    if (!answered) {
        return exit_unavailable;
    }
    const auto groups = duplicates.undecided();
    for (const auto& group : groups) {
        std::printf("%s %s %s %s\n", group.day.c_str(), group.village.c_str(), group.service.c_str(), group.kind.c_str());
        for (const auto& member : group.members) {
            std::printf("    %s\t%s\t%s\t%s\n", member.root.text().c_str(), v1::Organisation_Name(member.organisation).c_str(),
                        v1::Role_Name(member.role).c_str(), member.time.c_str());
        }
        for (const auto& [one, other] : group.undecided) {
            std::printf("    undecided: %s and %s\n", one.text().c_str(), other.text().c_str());
        }
    }
    std::printf("undecided groups: %zu\n", groups.size());
    if (!groups.empty()) {
        const auto& [one, other] = groups.front().undecided.front();
        std::printf(
            "decide the first: chieng-field post duplicate-decided --occurred-on DAY --organisation COMMUNE_PEOPLES_COMMITTEE "
            "--role CULTURE_OFFICIAL --service %s --device %s --sequence %llu --same-device %s --same-sequence %llu "
            "--decision SAME|DIFFERENT\n",
            groups.front().service.c_str(), other.device.c_str(), static_cast<unsigned long long>(other.sequence), one.device.c_str(),
            static_cast<unsigned long long>(one.sequence));
    }
    return 0;
}

// A text of all rows; the first row that does not balance is named last.
void print_row(const Ledger::Row& row, bool days) {
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("%-24s %-14s %-9s", row.device.c_str(), row.service.c_str(), std::string(name_of(row.state)).c_str());
    if (row.state == Ledger::State::unknown) {
        std::printf(" stored %llu; the device says nothing of its figures\n", number(row.stored));
    } else {
        std::printf(" posted %llu = stored %llu + refused %llu + waiting %llu", number(row.posted), number(row.stored), number(row.refused),
                    number(row.waiting));
        if (row.difference != 0) {
            std::printf(" %c %lld", row.difference > 0 ? '+' : '-', std::abs(static_cast<long long>(row.difference)));
        }
        if (row.later > 0) {
            std::printf(" (and %llu since)", number(row.later));
        }
        std::printf("\n");
    }
    if (days) {
        for (const auto& [day, count] : row.stored_on) {
            std::printf("    %s stored %llu\n", format_day(day).c_str(), number(count));
        }
    }
}

int print_ledger(const WatchCommands::Settings& settings, int patience_seconds, bool days) {
    Ledger ledger;
    const bool answered = read(settings, patience_seconds,
                               {[&](const std::string& service, const v1::Entry& entry) { ledger.apply(service, entry); },
                                [&](const v1::Status& status) { ledger.apply(status); }, [&] { ledger = {}; }});
    if (!answered) {
        return exit_unavailable;
    }
    const auto rows = ledger.rows();
    const Ledger::Row* first = nullptr;
    for (const auto& row : rows) {
        print_row(row, days);
        first = first == nullptr && row.difference != 0 ? &row : first;
    }
    std::printf("difference %llu\n", static_cast<unsigned long long>(difference_of(rows)));
    if (first != nullptr) {
        std::printf("first difference: %s %s", first->device.c_str(), first->service.c_str());
        if (first->difference > 0) {
            std::printf(" number %llu is %sneither in the journal nor waiting", static_cast<unsigned long long>(first->first_missing),
                        first->refused == 0 ? "" : "the first of those ");
            if (first->refused > 0) {
                std::printf("; %llu are so, %llu of them were refused (chieng-service --refused names these)",
                            static_cast<unsigned long long>(first->missing), static_cast<unsigned long long>(first->refused));
            }
        } else {
            std::printf(" has more in the journal than the device knows of: its outbox was put back");
        }
        std::printf("\n");
    }
    return first == nullptr ? 0 : exit_software;
}

int print_attention(const WatchCommands::Settings& settings, const Places& places, int patience_seconds, const std::string& rules,
                    const std::string& day_text) {
    const auto day = day_text.empty() ? std::optional(day_at(Clock().now().civil)) : parse_day(day_text);
    if (!day) {
        throw std::invalid_argument("--day " + day_text + ": a day such as 2022-04-15");
    }
    const auto definitions = settings.definitions();
    std::optional<Watch> watch;
    const auto begin = [&] { watch.emplace(definitions, places, settings.commune, rules_from(rules)); };
    begin();
    const bool answered = read(settings, patience_seconds,
                               {[&](const std::string& service, const v1::Entry& entry) { watch->apply(service, entry); },
                                [&](const v1::Status& status) { watch->apply(status); }, begin});
    if (!answered) {
        return exit_unavailable;
    }
    const auto found = watch->at(*day);
    for (const auto& [key, attention] : found) {
        const auto raised = watch->raised().find(key);
        const auto since = raised == watch->raised().end() ? attention.since : raised->second;
        std::printf("%s\t%s\t%s\tsince %s\t%s / %s\n", v1::AttentionNeeded::Kind_Name(key.kind).c_str(),
                    key.village.empty() ? settings.commune.c_str() : key.village.c_str(), key.subject.c_str(), format_day(since).c_str(),
                    attention.text.vi().c_str(), attention.text.en().c_str());
    }
    for (const auto& device : watch->devices(*day)) {
        std::printf("device\t%s\t%s\t%s\n", device.village.empty() ? settings.commune.c_str() : device.village.c_str(), device.name.c_str(),
                    device.state.c_str());
    }
    std::printf("needs attention on %s: %zu\n", format_day(*day).c_str(), found.size());
    return 0;
}

}  // namespace

struct WatchCommands::Words {
    CLI::App* duplicates = nullptr;
    CLI::App* ledger = nullptr;
    CLI::App* attention = nullptr;
    CLI::App* attend = nullptr;
    std::string day;
    std::string device;
    std::string rules;
    bool days = false;
    int patience_seconds = 60;
};

WatchCommands::WatchCommands(CLI::App& app) : words_(std::make_unique<Words>()) {
    words_->duplicates = app.add_subcommand("duplicates", "events of a commune that look like one fact and are undecided");
    words_->ledger = app.add_subcommand("ledger", "what each device of a commune posted, against the journals; names the first difference");
    words_->ledger->add_flag("--days", words_->days, "with what was stored on each day");
    words_->attention = app.add_subcommand("attention", "what needs attention in a commune, and how its devices are");
    words_->attention->add_option("--day", words_->day, "on this day; default: today");
    words_->attend = app.add_subcommand("attend", "posts what needs attention, and what no longer does; tells the villages; until stopped");
    words_->attend->add_option("--device", words_->device, "name under which it posts, attention-NAME; default: attention-COMMUNE")
        ->check([](const std::string& name) {
            const bool good =
                name.starts_with(Watch::finder) && name.size() <= 32 &&
                name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
            return good ? std::string() : "must be attention- with letters, digits, - and _, at most 32: " + name;
        });
    for (auto* command : {words_->attention, words_->attend}) {
        command->add_option("--rules", words_->rules, "thresholds (protobuf text); default: the project's")->check(CLI::ExistingFile);
    }
    for (auto* command : {words_->duplicates, words_->ledger, words_->attention}) {
        command->add_option("--patience", words_->patience_seconds, "seconds")->check(CLI::Range(1, 1'000'000))->capture_default_str();
    }
}

WatchCommands::~WatchCommands() = default;

bool WatchCommands::asked() const {
    return *words_->duplicates || *words_->ledger || *words_->attention || *words_->attend;
}

int WatchCommands::run(const Settings& settings) const {
    const auto places = load_places(settings.places);
    const auto below = places.ever_below(settings.commune);
    if (!places.known(settings.commune) || (!below.empty() && !names_village(below.front()))) {
        throw std::invalid_argument("--place " + settings.commune + " is not a commune");
    }
    if (*words_->attend) {
        const auto device = words_->device.empty() ? std::string(Watch::finder) + settings.commune : words_->device;
        return attend(
            {settings.commune, device, settings.data, settings.http, words_->rules, names_of_services(), settings.mqtt, settings.log},
            settings.definitions(), places);
    }
    if (*words_->attention) {
        return print_attention(settings, places, words_->patience_seconds, words_->rules, words_->day);
    }
    if (*words_->duplicates) {
        return print_duplicates(settings, words_->patience_seconds);
    }
    return print_ledger(settings, words_->patience_seconds, words_->days);
}

}  // namespace chieng
