// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/office.hpp"

#include "services/runtime/adapters/clock.hpp"
#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/core/event_line.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace chieng {
namespace {

constexpr std::string_view file_end = ".outbox.db";
constexpr std::uint64_t names = 1'000'000'000;

std::uint64_t seconds_of(Instant now) {
    return static_cast<std::uint64_t>(now.civil.time_since_epoch().count());
}

void append(Actions& actions, Actions more) {
    actions.insert(actions.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

struct Office::Desk {
    Desk(const std::string& file, const std::string& name, const std::string& commune, Telemetry& telemetry)
        : device(name),
          store(file),
          outbox(store),
          keys(store),
          sender(device, commune, outbox, fresh_epoch()),
          status(device, commune, outbox) {
        sender.tell(telemetry);
    }

    std::string device;
    SqliteStore store;
    Outbox outbox;
    PostedKeys keys;
    Sender sender;
    StatusReport status;
    bool knows_of_link = false;
};

Office::Office(std::string place, std::string folder, const Places& places, Telemetry& telemetry)
    : place_(std::move(place)), folder_(std::move(folder)), places_(places), telemetry_(telemetry) {
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
    auto desk = std::make_unique<Desk>(folder_ + "/" + device + std::string(file_end), device, commune, telemetry_);
    return *desks_.insert_or_assign(commune, std::move(desk)).first->second;
}

Office::Desk& Office::desk_of(const std::string& commune) {
    const auto it = desks_.find(commune);
    return it != desks_.end() ? *it->second : open(commune, prefix_of(commune) + std::to_string(fresh_epoch() % names));
}

TracedEvent Office::post(const Posting& posting, Instant now, Told told) {
    if (const auto before = posting.key ? posted_before(*posting.key, now, told) : std::nullopt) {
        return *before;
    }
    auto& desk = desk_of(posting.commune);
    const auto seconds = seconds_of(now);
    const auto posted = desk.outbox.post(posting.event, posting.service, &places_, posting.commune, day_at(now.civil), seconds,
                                         [&](std::uint64_t sequence) {
                                             if (posting.key) {
                                                 desk.keys.put(*posting.key, posting.service, sequence, seconds);
                                             }
                                         });
    if (const auto* reasons = std::get_if<Reasons>(&posted)) {
        TracedEvent none{posting.commune, posting.service, desk.device, 0};
        told({none, *reasons, std::nullopt, false});
        return none;
    }
    TracedEvent event{posting.commune, posting.service, desk.device, std::get<std::uint64_t>(posted)};
    tell_posted(event, posting.caller);
    waiting_.push_back({event, now.steady + patience, std::move(told)});
    return event;
}

// Who asks for a trace of his own gets it, whatever else is written: the line is where his trace and the event's meet.
void Office::tell_posted(const TracedEvent& event, const std::optional<TraceParent>& caller) {
    if (telemetry_.wants(StepKind::posted) || (caller && caller->sampled)) {
        auto step = step_of(StepKind::posted, "gateway", event);
        step.caller = caller;
        telemetry_.tell(step);
    }
}

// The key may name a post to another commune.
std::optional<TracedEvent> Office::posted_before(const PostKey& key, Instant now, const Told& told) {
    for (const auto& [commune, desk] : desks_) {
        const auto found = desk->keys.find(key, seconds_of(now));
        if (!found) {
            continue;
        }
        const auto item = found->is_same ? desk->outbox.find(found->service, found->sequence) : std::nullopt;
        const TracedEvent event{commune, found->service, desk->device, found->sequence};
        if (item && !item->done()) {
            waiting_.push_back({event, now.steady + patience, told});
        } else {
            told({event, {}, item ? std::optional(item->answer()) : std::nullopt, !found->is_same});
        }
        return event;
    }
    return std::nullopt;
}

Actions Office::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        link_is_up_ = std::holds_alternative<LinkUp>(input) || (link_is_up_ && !std::holds_alternative<LinkDown>(input));
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
    tell_answered();
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

// What the outbox took: a receipt may be about another client's event of the same number.
void Office::tell_answered() {
    std::vector<std::pair<Waiting, v1::Answer>> answered;
    std::erase_if(waiting_, [&](Waiting& one) {
        auto& outbox = desks_.at(one.event.commune)->outbox;
        if (outbox.waiting(one.event.service).contains(one.event.sequence)) {
            return false;
        }
        const auto item = outbox.find(one.event.service, one.event.sequence);
        if (item) {
            answered.emplace_back(std::move(one), item->answer());
        }
        return item.has_value();
    });
    for (const auto& [one, answer] : answered) {
        one.told({one.event, {}, answer, false});
    }
}

void Office::give_up_waiting(std::chrono::milliseconds now) {
    const auto late = std::partition(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return now < one.until; });
    std::vector<Waiting> gone(std::make_move_iterator(late), std::make_move_iterator(waiting_.end()));
    waiting_.erase(late, waiting_.end());
    for (const auto& one : gone) {
        one.told({one.event, {}, std::nullopt, false});
    }
}

}  // namespace chieng
