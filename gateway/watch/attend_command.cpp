// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/attend_command.hpp"

#include "data/attention_rules.hpp"
#include "gateway/watch/attendant.hpp"
#include "services/field/sender.hpp"
#include "services/field/status.hpp"
#include "services/runtime/adapters/file_lock.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/host/monitor.hpp"
#include "services/runtime/host/program.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace chieng {
namespace {

// One for each kind, so that a kind of which nothing stands reads 0.
void watch(Monitor& monitor, const Attendant& attendant) {
    monitor.ready_when([&] { return attendant.caught_up() ? "" : "still reading what the feeds hold"; });
    monitor.metrics().gauge("chieng_ledger_difference",
                            "Events that devices say were stored and no journal holds, and those left over; must be 0.", {},
                            [&] { return static_cast<double>(attendant.difference()); });
    monitor.metrics().gauge("chieng_attention_unsaid", "Findings that the schema or the register of places has no word for; must be 0.", {},
                            [&] { return static_cast<double>(attendant.refused()); });
    const auto& kinds = *v1::AttentionNeeded::Kind_descriptor();
    for (int i = 1; i < kinds.value_count(); ++i) {
        const int kind = kinds.value(i)->number();
        monitor.metrics().gauge(
            "chieng_attention_needed", "What needs attention now, by kind.", {{"kind", kinds.value(i)->name()}}, [&attendant, kind] {
                const auto& found = attendant.found();
                return static_cast<double>(
                    std::count_if(found.begin(), found.end(), [&](const auto& one) { return static_cast<int>(one.first.kind) == kind; }));
            });
    }
}

}  // namespace

v1::AttentionRules rules_from(const std::string& file) {
    if (file.empty()) {
        return load_rules(data::attention_rules, "rules.txtpb");
    }
    std::ifstream in(file);
    if (!in) {
        throw std::invalid_argument(file + ": cannot be read");
    }
    return load_rules((std::ostringstream() << in.rdbuf()).str(), file);
}

int attend(const AttendSettings& settings, const Definitions& definitions, const Places& places) {
    spdlog::set_level(spdlog::level::info);
    const auto base = settings.data + "/" + settings.device;
    const auto lock = FileLock::take(base + ".sender.lock");
    if (!lock) {
        throw Unavailable("another program sends for the device " + settings.device);
    }
    SqliteStore store(base + ".outbox.db", nullptr, Sharing::shared);
    SqliteStore kept(base + ".statuses.db");
    Outbox outbox(store);
    Attendant attendant(definitions, places, settings.commune, rules_from(settings.rules), settings.services, settings.device, outbox,
                        kept);
    EventLines lines(settings.log);
    Sender sender(settings.device, settings.commune, outbox, fresh_epoch());
    sender.tell(lines);
    StatusReport status(settings.device, settings.commune, outbox);
    auto mqtt = settings.mqtt;
    mqtt.client_id = "chieng-attend-" + settings.commune + "-" + settings.device;
    mqtt.will = StatusReport::last_will(settings.device, settings.commune);
    Host host(mqtt);
    Monitor monitor(host, settings.http);
    watch(monitor, attendant);
    host.add("attendant", [&](std::span<const Input> inputs, Instant now) { return attendant.handle(inputs, now); });
    host.add("sender", [&](std::span<const Input> inputs, Instant now) { return sender.handle(inputs, now); });
    host.add("status", [&](std::span<const Input> inputs, Instant now) { return status.handle(inputs, now); });
    host.at_end([&](Instant now) { return status.farewell(now); });
    bool lost = false;
    host.until([&] { return lost = attendant.caught_up() && attendant.outbox_was_lost(); });
    spdlog::info("attends to {} as the device {}", settings.commune, settings.device);
    host.run();
    if (lost) {
        throw std::invalid_argument("the journal holds events of the device " + settings.device +
                                    " that its outbox does not know of: the outbox was lost. Give another --device attention-NAME");
    }
    return 0;
}

}  // namespace chieng
