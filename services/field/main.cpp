// SPDX-License-Identifier: Apache-2.0
// chieng-field: the program of whoever posts events. A thin user of outbox, form and sender; `post` is in post_command.cpp.
#include "services/field/outbox.hpp"
#include "services/field/post_command.hpp"
#include "services/field/sender.hpp"
#include "services/field/status.hpp"
#include "services/runtime/adapters/file_lock.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/time.hpp"
#include "services/runtime/core/validator.hpp"
#include "services/runtime/host/event_lines.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/places.hpp"
#include "services/runtime/host/program.hpp"

#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

namespace {

using namespace chieng;

constexpr std::string_view file_end = ".outbox.db";

std::string store_path(const FieldSettings& settings) {
    return settings.data + "/" + settings.device + std::string(file_end);
}

// Nothing before the first post, or when an earlier version made it.
std::optional<std::string> commune_kept_in(const std::string& outbox) {
    return SqliteStore(outbox, nullptr, Sharing::shared).get(commune_key);
}

// Whoever only looked left an empty one.
bool was_posted_to(const std::string& outbox) {
    if (!std::filesystem::exists(outbox)) {
        return false;
    }
    bool was_posted = false;
    SqliteStore(outbox, nullptr, Sharing::shared).scan(Outbox::counted_posts, [&](std::string_view, std::string_view) {
        was_posted = true;
        return false;
    });
    return was_posted;
}

// The devices that posted from this folder. What a gateway keeps there is its own.
std::vector<std::string> devices_in(const std::string& folder) {
    std::vector<std::string> devices;
    std::error_code unreadable;  // whoever opens the outbox says what is wrong
    for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable)) {
        const auto name = entry.path().filename().string();
        const bool is_gateways = name.starts_with("office-") || name.starts_with("attention-");
        if (name.ends_with(file_end) && !is_gateways && was_posted_to(entry.path().string())) {
            devices.push_back(name.substr(0, name.size() - file_end.size()));
        }
    }
    return devices;
}

// Device and commune as the outbox keeps them; a flag that says otherwise is a mistake.
FieldSettings with_identity(FieldSettings settings, const CLI::App& app) {
    const bool is_named = app.count("--device") > 0;
    if (is_named ? !std::filesystem::exists(store_path(settings)) : !was_posted_to(store_path(settings))) {
        const auto devices = devices_in(settings.data);
        if (devices.size() == 1 && !is_named) {
            settings.device = devices.front();
        } else if (!devices.empty()) {
            const auto& known = devices.front();
            throw std::invalid_argument(in_tongue(settings,
                                                  "Thư mục " + settings.data + " là của máy " + known + ", không phải " + settings.device +
                                                      ": mỗi máy cần một thư mục --data riêng.",
                                                  "The folder " + settings.data + " is of the device " + known + ", not of " +
                                                      settings.device + ": give another device another --data folder."));
        }
    }
    if (!was_posted_to(store_path(settings))) {
        if (app.got_subcommand("run") && !is_named) {  // it would send for a device that nobody posts as
            throw std::invalid_argument(
                in_tongue(settings, "Chưa có tin nào trong thư mục " + settings.data + ": hãy thêm --device TÊN_MÁY, hoặc ghi tin trước.",
                          "Nothing was posted from the folder " + settings.data + " yet: name this device with --device, or post first."));
        }
        return settings;
    }
    const auto kept = commune_kept_in(store_path(settings));
    if (kept && *kept != settings.commune && app.count("--commune") > 0) {
        throw std::invalid_argument(in_tongue(settings,
                                              "Máy " + settings.device + " gửi cho xã " + *kept + ", không phải " + settings.commune +
                                                  ": máy của xã khác cần một thư mục --data riêng.",
                                              "The device " + settings.device + " posts to the commune " + *kept + ", not to " +
                                                  settings.commune + ": give another commune's device another --data folder."));
    }
    settings.commune = kept.value_or(settings.commune);
    return settings;
}

// As the clocks of Vietnam show it.
std::string time_text(std::uint64_t seconds) {
    const auto local = Seconds(std::chrono::seconds(seconds)) + std::chrono::hours(7);
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::hh_mm_ss time(local - day);
    char text[16];
    std::snprintf(text, sizeof text, " %02d:%02d", static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
    return format_day(day) + text;
}

bool is_refused(const store::v1::OutboxItem& item) {
    return item.answer().verdict() == v1::REFUSED || item.answer().first() == v1::REFUSED;
}

std::string state_of(const FieldSettings& settings, const store::v1::OutboxItem& item) {
    if (!item.done() && item.attempts() == 0) {
        return in_tongue(settings, "đang chờ, chưa gửi lần nào", "waiting, never sent");
    }
    if (!item.done()) {
        const auto times = std::to_string(item.attempts());
        const auto last = time_text(item.last_sent_at());
        return settings.english ? "sent (times: " + times + ", last at " + last + "), no receipt yet"
                                : "đã gửi " + times + " lần, lần cuối " + last + ", chưa có biên nhận";
    }
    std::string text;
    if (is_refused(item)) {
        text = in_tongue(settings, "không nhận:", "refused:");
        for (const auto& reason : item.answer().reasons()) {
            text += " [" + reason.field() + "] " + in_tongue(settings, reason.vi(), reason.en());
        }
        return text;
    }
    const auto month = item.answer().month();
    if (month == 0) {
        return in_tongue(settings, "đã nhận, không tính vào số liệu nào", "stored, counts in no figure");
    }
    constexpr std::array quarters{"I", "II", "III", "IV"};
    const auto quarter = (month % 100 + 2) / 3;
    const auto year = std::to_string(month / 100);
    return settings.english
               ? "stored, counted in month " + std::to_string(month % 100) + ", quarter " + std::to_string(quarter) + " of " + year
               : "đã nhận, tính vào kỳ báo cáo tháng " + std::to_string(month % 100) + ", quý " + quarters.at(quarter - 1) + "/" + year;
}

// An event's type as the schema calls it: the outbox keeps the message's name.
std::string type_of(const FieldSettings& settings, const store::v1::OutboxItem& item) {
    const auto* type = v1::Event::descriptor()->file()->pool()->FindMessageTypeByName("chieng.v1." + item.title());
    if (type == nullptr || !type->options().HasExtension(v1::event)) {
        return type == v1::Correction::descriptor() ? in_tongue(settings, "Đính chính", "Correction") : item.title();
    }
    return in_tongue(settings, rule_of(*type).label().vi(), rule_of(*type).label().en());
}

const std::string& damaged_text(const FieldSettings& settings) {
    static const std::string vi = "bị hỏng, không đọc được và không gửi: hãy hỏi xã đã nhận chưa; nếu chưa, hãy ghi lại";
    static const std::string en = "damaged, cannot be read and is not sent: ask the commune whether it has it; if not, post it anew";
    return in_tongue(settings, vi, en);
}

// What this device has said of its own events since, by service and number: the latest correction that was stored, and the latest that
// waits. Also of a correction, by one that names it.
struct Since {
    std::uint64_t stored = 0;
    bool voids = false;
    std::uint64_t waiting = 0;
};
using Corrections = std::map<std::pair<std::string, std::uint64_t>, Since>;

Corrections corrections_in(Outbox& outbox) {
    Corrections since;
    std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> corrects;
    outbox.visit("", [&](const store::v1::OutboxItem& item) {
        if (item.corrects() == 0 || is_refused(item)) {
            return;
        }
        corrects[{item.service(), item.sequence()}] = item.corrects();
        for (auto target = item.corrects(); target != 0;) {
            auto& one = since[{item.service(), target}];
            if (item.done()) {
                one.stored = item.sequence();
                one.voids = item.voids();
            } else {
                one.waiting = item.sequence();
            }
            const auto next = corrects.find({item.service(), target});
            target = next == corrects.end() ? 0 : next->second;
        }
    });
    return since;
}

// Its receipt says where an event counted then. Whether a later correction stands, only the commune knows: an officer may have corrected
// it, too.
std::string state_since(const FieldSettings& settings, const store::v1::OutboxItem& item, const Corrections& corrections) {
    const auto found = corrections.find({item.service(), item.sequence()});
    if (found == corrections.end() || is_refused(item)) {
        return state_of(settings, item);
    }
    const auto& since = found->second;
    const auto name = [&](std::uint64_t sequence) { return item.service() + "/" + std::to_string(sequence); };
    auto text = state_of(settings, item);
    if (since.stored != 0) {
        text = since.voids ? in_tongue(settings, "đã nhận; sau đó có tin hủy: ", "stored; taken back since: ")
                           : in_tongue(settings, "đã nhận; sau đó có tin đính chính: ", "stored; corrected since: ");
        text += name(since.stored);
    }
    if (since.waiting > since.stored) {
        text += in_tongue(settings, "; tin đính chính đang chờ: ", "; a correction waits: ") + name(since.waiting);
    }
    return text;
}

int list(const FieldSettings& settings) {
    SqliteStore store(store_path(settings), nullptr, Sharing::shared);
    Outbox outbox(store);
    const auto corrections = corrections_in(outbox);
    outbox.visit("", [&](const store::v1::OutboxItem& item) {
        const TracedEvent event{settings.commune, item.service(), settings.device, item.sequence()};
        std::printf("%s/%llu\t%s\t%s\t%s\t%s%s\n", item.service().c_str(), static_cast<unsigned long long>(item.sequence()),
                    item.occurred_on().c_str(), item.village().c_str(), type_of(settings, item).c_str(),
                    state_since(settings, item, corrections).c_str(), settings.traces ? ("\t" + trace_id(event)).c_str() : "");
    });
    for (const auto& [service, sequence] : outbox.damaged()) {
        const TracedEvent event{settings.commune, service, settings.device, sequence};
        std::printf("%s/%llu\t\t\t\t%s%s\n", service.c_str(), static_cast<unsigned long long>(sequence), damaged_text(settings).c_str(),
                    settings.traces ? ("\t" + trace_id(event)).c_str() : "");
    }
    const auto ledger = outbox.ledger();
    std::printf("%s %llu = %llu + %llu + %llu",
                in_tongue(settings, "đã ghi = đã nhận + không nhận + đang chờ:", "posted = stored + refused + waiting:").c_str(),
                static_cast<unsigned long long>(ledger.posted), static_cast<unsigned long long>(ledger.stored),
                static_cast<unsigned long long>(ledger.refused), static_cast<unsigned long long>(ledger.waiting));
    if (ledger.damaged > 0) {
        std::printf(" (%s %llu)", in_tongue(settings, "trong đó bị hỏng:", "of which damaged:").c_str(),
                    static_cast<unsigned long long>(ledger.damaged));
    }
    std::printf("\n");
    return ledger.posted == ledger.stored + ledger.refused + ledger.waiting ? 0 : exit_software;
}

int forget(const FieldSettings& settings) {
    SqliteStore store(store_path(settings), nullptr, Sharing::shared);
    const auto done = Outbox(store).forget(settings.household);
    std::printf("%s %llu\n", in_tongue(settings, "đã xóa mã hộ khỏi máy này, số tin:", "erased from this device, events:").c_str(),
                static_cast<unsigned long long>(done.erased));
    if (done.waiting == 0) {
        return 0;
    }
    std::fprintf(stderr, "%s %llu\n",
                 in_tongue(settings, "còn tin chờ gửi có mã hộ này; gửi xong hãy xóa lại; số tin:",
                           "events that wait to be sent name it; send them and forget it again; events:")
                     .c_str(),
                 static_cast<unsigned long long>(done.waiting));
    return exit_unavailable;
}

std::uint64_t seconds_of(Instant now) {
    return static_cast<std::uint64_t>(now.civil.time_since_epoch().count());
}

// What sends: the one of its device, with its outbox, until that is empty or for good.
class Sending {
public:
    explicit Sending(const FieldSettings& settings)
        : lock_(FileLock::take(settings.data + "/" + settings.device + ".sender.lock")),
          store_(store_path(settings), nullptr, Sharing::shared),
          outbox_(store_),
          sender_(settings.device, settings.commune, outbox_, fresh_epoch()),
          status_(settings.device, settings.commune, outbox_),
          lines_(settings.log),
          keep_seconds_(static_cast<std::uint64_t>(settings.keep_days) * 86'400) {
        if (!lock_) {
            throw Unavailable(
                in_tongue(settings, "một chương trình khác đang gửi tin của máy này: ", "another program sends for this device: ") +
                settings.device);
        }
        sender_.tell(lines_);
    }

    bool run(MqttOptions mqtt, bool for_good, std::chrono::seconds patience) {
        Host host(std::move(mqtt));
        host.add("sender", [&](std::span<const Input> inputs, Instant now) {
            prune(now);
            return sender_.handle(inputs, now);
        });
        host.add("status", [&](std::span<const Input> inputs, Instant now) { return status_.handle(inputs, now); });
        host.at_end([&](Instant now) { return status_.farewell(now); });
        if (!for_good) {
            host.until([&] { return sender_.drained(); });
        }
        const auto done = host.run(patience);
        outbox_.keep_attempts();
        return done;
    }

    [[nodiscard]] const Outbox& outbox() const { return outbox_; }
    [[nodiscard]] const Sender& sender() const { return sender_; }

private:
    // At the start, and once a day.
    void prune(Instant now) {
        if (now.steady < prune_at_) {
            return;
        }
        prune_at_ = now.steady + std::chrono::hours(24);
        const auto today = seconds_of(now);
        outbox_.prune(today - std::min(today, keep_seconds_));
    }

    std::optional<FileLock> lock_;
    SqliteStore store_;
    Outbox outbox_;
    Sender sender_;
    StatusReport status_;
    EventLines lines_;
    std::uint64_t keep_seconds_;
    std::chrono::milliseconds prune_at_{0};
};

MqttOptions link_of(const FieldSettings& settings) {
    auto mqtt = settings.mqtt;
    mqtt.client_id = "chieng-field-" + settings.commune + "-" + settings.device;
    mqtt.will = StatusReport::last_will(settings.device, settings.commune);
    return mqtt;
}

int send_for_good(const FieldSettings& settings) {
    Sending(settings).run(link_of(settings), true, std::chrono::hours(24 * 365 * 100));
    return 0;
}

int send(const FieldSettings& settings) {
    Sending sending(settings);
    const auto refused = sending.outbox().ledger().refused;
    const bool done = sending.sender().drained() || sending.run(link_of(settings), false, std::chrono::seconds(settings.patience_seconds));
    if (const auto now = sending.outbox().ledger().refused; now > refused) {
        std::fprintf(stderr, "%s %llu\n",
                     in_tongue(settings, "không nhận (xem lý do: chieng-field list):", "refused (why: chieng-field list):").c_str(),
                     static_cast<unsigned long long>(now - refused));
    }
    for (const auto& [service, sequence] : sending.outbox().damaged()) {
        std::fprintf(stderr, "%s/%llu: %s\n", service.c_str(), static_cast<unsigned long long>(sequence), damaged_text(settings).c_str());
    }
    if (done) {
        return sending.outbox().ledger().damaged > 0 ? exit_io : 0;
    }
    std::fprintf(stderr, "%s %llu\n",
                 in_tongue(settings, "chưa gửi hết, lần sau gửi tiếp; còn:", "not all sent, to be continued; left:").c_str(),
                 static_cast<unsigned long long>(sending.outbox().waiting_count()));
    if (const auto& refusal = sending.sender().last_refusal()) {
        for (const auto& reason : refusal->reasons()) {
            std::fprintf(stderr, "%s\n", in_tongue(settings, reason.vi(), reason.en()).c_str());
        }
    }
    return exit_unavailable;
}

// Events that are gone from it are in no ledger, and their numbers would be given again.
bool is_sound(const FieldSettings& settings) {
    const auto file = store_path(settings);
    if (!std::filesystem::exists(file) || SqliteStore(file, nullptr, Sharing::shared).is_sound()) {
        return true;
    }
    std::fprintf(
        stderr, "%s\n",
        in_tongue(settings,
                  "Tệp giữ tin " + file +
                      " bị hỏng, có thể thiếu tin. Đừng ghi thêm vào đây: hãy hỏi xã đã nhận những tin nào, rồi ghi lại tin còn "
                      "thiếu trong một thư mục --data mới, với một tên --device mới.",
                  "The outbox " + file +
                      " is damaged, and events may be missing. Post nothing more into it: ask the commune which events it has, and "
                      "post the missing ones from a new --data folder, under a new --device.")
            .c_str());
    return false;
}

int act(const FieldSettings& settings, const CLI::App& app, const FlagValues& values) {
    if (app.got_subcommand("list")) {
        return list(settings);
    }
    if (app.got_subcommand("forget")) {
        return forget(settings);
    }
    if (app.got_subcommand("send")) {
        return send(settings);
    }
    if (app.got_subcommand("run")) {
        return send_for_good(settings);
    }
    return post(settings, store_path(settings), *app.get_subcommand("post"), values);
}

// What ails the disk, for who posts; what it is in detail says the error itself.
std::string trouble_text(const Broken& error) {
    switch (error.why()) {
        case Broken::Why::disk_full: return "Máy đã hết chỗ chứa. Những tin đã ghi trước đây vẫn còn; hãy dọn bớt rồi làm lại.";
        case Broken::Why::not_writable:
            return "Không ghi được vào thư mục giữ tin. Hãy xem --data có đúng thư mục không, và thư mục có bị khóa (chỉ đọc) không.";
        case Broken::Why::disk_fails:
            return "Bộ nhớ của máy không đọc hoặc không ghi được. Hãy xem còn chỗ chứa không, có bị khóa (chỉ đọc) không, rồi làm lại.";
        case Broken::Why::damaged: return "Tệp giữ tin bị hỏng. Hãy hỏi xã đã nhận những tin nào trước khi ghi lại.";
        case Broken::Why::busy: return "Một chương trình khác đang ghi vào tệp giữ tin mà chưa xong. Hãy đợi rồi làm lại.";
        default: return "Chương trình không làm tiếp được:";
    }
}

int run(const FieldSettings& settings, const CLI::App& app, const FlagValues& values) {
    const bool sound = is_sound(settings);
    if (!sound && app.got_subcommand("post")) {
        return exit_io;
    }
    const auto result = act(settings, app, values);
    return result == 0 && !sound ? exit_io : result;
}

}  // namespace

int main(int argc, char** argv) {
    FieldSettings settings;
    FlagValues values;
    CLI::App app("Ghi tin và giữ trên máy này đến khi có biên nhận.\nPosts events: keeps each on this device until its receipt has come.");
    app.add_option("--data", settings.data, "thư mục giữ tin chờ gửi / folder of the outbox")
        ->capture_default_str()
        ->check(CLI::ExistingDirectory);
    app.add_option("--device", settings.device, "tên máy này: chữ không dấu, số, - và _ / name of this device: letters, digits, - and _")
        ->check([](const std::string& name) {
            return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos &&
                           !name.empty() && name.size() <= 32
                       ? std::string()
                       : "tên máy có 1 đến 32 chữ không dấu, số, - và _ / a device has 1 to 32 letters, digits, - and _: " + name;
        })
        ->capture_default_str();
    app.add_option("--commune", settings.commune, "mã xã / code of the commune")->capture_default_str();
    add_link_options(app, settings.mqtt);
    add_places_option(app, settings.places);
    app.add_flag("--english", settings.english, "trả lời bằng tiếng Anh / answer in English");
    add_log_option(app, settings.log);
    app.require_subcommand(1);
    add_post(app, settings, values);
    app.add_subcommand("list",
                       "các tin đã ghi, kết quả của từng tin, và sổ đối chiếu / what was posted and what became of it, and the ledger")
        ->add_flag("--traces", settings.traces,
                   "kèm mã theo dõi trong nhật ký máy chủ / with the trace id of each, as it stands in the logs of service and gateway");
    app.add_subcommand("forget", "xóa mã một hộ khỏi các tin máy này đã gửi / erase a household's key from what this device has sent")
        ->add_option("household", settings.household, "mã hộ / key of the household")
        ->required()
        ->check([](const std::string& text) { return text.empty() ? "mã hộ / a household's key" : std::string(); });
    auto* once = app.add_subcommand(
        "send",
        "gửi tin đang chờ, đến khi đủ biên nhận hoặc hết thời gian / send what waits, until every receipt has come or patience ends");
    once->add_option("--patience", settings.patience_seconds, "chờ bao nhiêu giây / seconds to wait for receipts")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    auto* for_good = app.add_subcommand("run", "tự gửi mỗi khi có tin, cho đến khi dừng / send whatever is posted, until it is stopped");
    for (auto* command : {once, for_good}) {
        command
            ->add_option("--keep-days", settings.keep_days,
                         "giữ tin đã nhận trong danh sách bao nhiêu ngày / how many days events that were stored stay in the list")
            ->check(CLI::Range(0, 1'000'000))
            ->capture_default_str();
    }
    return run_program(app, argc, argv, [&] {
        spdlog::set_level(app.got_subcommand("run") ? spdlog::level::info : spdlog::level::warn);
        try {
            return run(with_identity(settings, app), app, values);
        } catch (const Broken& error) {
            if (!settings.english) {
                std::fprintf(stderr, "%s\n", trouble_text(error).c_str());
            }
            throw;
        }
    });
}
