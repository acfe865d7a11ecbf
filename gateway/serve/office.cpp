// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/office.hpp"

#include "services/runtime/adapters/clock.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace chieng {
namespace {

constexpr std::string_view file_end = ".outbox.db";
constexpr std::uint64_t names = 1'000'000'000;

bool answers(const v1::Answer& answer, std::uint64_t sequence) {
    std::uint64_t at = 0;
    return std::any_of(answer.sequences().begin(), answer.sequences().end(),
                       [&](std::uint64_t above) { return (at += above) == sequence; });
}

void append(Actions& actions, Actions more) {
    actions.insert(actions.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

struct Office::Desk {
    Desk(const std::string& file, const std::string& name, const std::string& commune)
        : device(name), store(file), outbox(store), sender(device, commune, outbox, fresh_epoch()), status(device, commune, outbox) {}

    std::string device;
    SqliteStore store;
    Outbox outbox;
    Sender sender;
    StatusReport status;
    bool knows_of_link = false;
};

Office::Office(std::string place, std::string folder, const Places& places)
    : place_(std::move(place)), folder_(std::move(folder)), places_(places) {
    auto communes = places_.ever_below(place_);
    communes.push_back(place_);
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        const auto name = entry.path().filename().string();
        for (const auto& commune : communes) {
            const auto begin = prefix_of(commune);
            const auto number = name.size() > begin.size() + file_end.size() && name.starts_with(begin) && name.ends_with(file_end)
                                    ? name.substr(begin.size(), name.size() - begin.size() - file_end.size())
                                    : std::string();
            if (!number.empty() && number.find_first_not_of("0123456789") == std::string::npos) {
                open(commune, begin + number);
            }
        }
    }
}

Office::~Office() = default;

std::string Office::prefix_of(const std::string& commune) const {
    return "office-" + place_ + "-" + (commune == place_ ? "" : commune + "-");
}

Office::Desk& Office::open(const std::string& commune, const std::string& device) {
    return *desks_.insert_or_assign(commune, std::make_unique<Desk>(folder_ + "/" + device + std::string(file_end), device, commune))
                .first->second;
}

Office::Desk& Office::desk_of(const std::string& commune) {
    const auto it = desks_.find(commune);
    return it != desks_.end() ? *it->second : open(commune, prefix_of(commune) + std::to_string(fresh_epoch() % names));
}

void Office::post(const std::string& commune, const std::string& service, v1::Event event, Instant now, Told told) {
    auto& desk = desk_of(commune);
    const auto posted = desk.outbox.post(std::move(event), service, &places_, commune, day_at(now.civil),
                                         static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    if (const auto* reasons = std::get_if<Reasons>(&posted)) {
        return told({desk.device, 0, *reasons, std::nullopt});
    }
    waiting_.push_back({desk.device, service, std::get<std::uint64_t>(posted), now.steady + patience, std::move(told)});
}

Actions Office::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        link_is_up_ = std::holds_alternative<LinkUp>(input) || (link_is_up_ && !std::holds_alternative<LinkDown>(input));
        if (const auto* arrived = std::get_if<Arrived>(&input)) {
            hear(arrived->message);
        }
    }
    for (const auto& [commune, desk] : desks_) {
        if (link_is_up_ && !std::exchange(desk->knows_of_link, true)) {  // it may have been made meanwhile
            const Input up(LinkUp{});
            append(actions, desk->sender.handle(std::span(&up, 1), now));
            append(actions, desk->status.handle(std::span(&up, 1), now));
        }
        append(actions, desk->sender.handle(inputs, now));
        append(actions, desk->status.handle(inputs, now));
    }
    give_up_waiting(now.steady);
    return actions;
}

Actions Office::farewell(Instant now) const {
    Actions actions;
    for (const auto& [commune, desk] : desks_) {
        append(actions, desk->status.farewell(now));
    }
    return actions;
}

void Office::hear(const Message& message) {
    v1::Receipt receipt;
    if (waiting_.empty() || message.topic.find("/receipts/") == std::string::npos || !receipt.ParseFromString(message.payload)) {
        return;
    }
    std::vector<std::pair<Waiting, v1::Answer>> answered;
    std::erase_if(waiting_, [&](Waiting& one) {
        for (const auto& answer : receipt.answers()) {
            if (one.device == receipt.device() && one.service == receipt.service() && answers(answer, one.sequence)) {
                answered.emplace_back(std::move(one), answer);
                return true;
            }
        }
        return false;
    });
    for (const auto& [one, answer] : answered) {
        one.told({one.device, one.sequence, {}, answer});
    }
}

void Office::give_up_waiting(std::chrono::milliseconds now) {
    const auto late = std::partition(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return now < one.until; });
    std::vector<Waiting> gone(std::make_move_iterator(late), std::make_move_iterator(waiting_.end()));
    waiting_.erase(late, waiting_.end());
    for (const auto& one : gone) {
        one.told({one.device, one.sequence, {}, std::nullopt});
    }
}

}  // namespace chieng
