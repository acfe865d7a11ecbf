// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/turned_away.hpp"

#include "chieng/store/v1/inbox.pb.h"
#include "chieng/v1/event.pb.h"
#include "services/runtime/core/limits.hpp"
#include "services/runtime/core/topics.hpp"

#include <tuple>
#include <utility>

namespace chieng {
namespace {

constexpr std::string_view about = "turned-away";
constexpr int items_max = 200;                 // a page
constexpr std::size_t bytes_max = 128 * 1024;  // … and nothing more once it has so many
constexpr std::chrono::milliseconds answer_within{3'000};

void put_unread(std::string_view bytes, v1::TurnedAway& item) {
    store::v1::Quarantined kept;
    kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    item.set_topic(kept.topic());
    item.set_times(kept.times());
    item.set_payload_bytes(kept.payload_bytes());
    *item.add_reasons() = kept.reason();
}

// The key: r/DEVICE/NUMBER, in eight bytes.
void put_refused(std::string_view key, std::string_view bytes, v1::TurnedAway& item) {
    store::v1::Refusal kept;
    kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    v1::Event event;
    event.ParseFromString(kept.event());
    item.set_device(std::string(key.substr(2, key.rfind('/', key.size() - 9) - 2)));
    item.set_sequence(event.sequence());
    *item.mutable_reasons() = kept.answer().reasons();
}

}  // namespace

v1::TurnedAwayReply turned_away(Store& store, const v1::TurnedAwayRequest& request) {
    v1::TurnedAwayReply page;
    page.set_service(request.service());
    page.set_refused(request.refused());
    page.set_after(request.after());
    store.scan_from(request.after(), request.refused() ? "r/" : "q/", [&](std::string_view key, std::string_view bytes) {
        if (page.items_size() == items_max || page.ByteSizeLong() >= bytes_max) {
            page.set_next(std::string(key));
            return false;
        }
        auto& item = *page.add_items();
        request.refused() ? put_refused(key, bytes, item) : put_unread(bytes, item);
        return true;
    });
    if (!request.refused() && page.next().empty()) {
        std::uint64_t all = 0;
        store.scan("q/", [&](std::string_view, std::string_view) { return ++all > 0; });
        page.set_is_full(all >= limits::quarantine_items_max);
    }
    return page;
}

TurnedAwayDesk::TurnedAwayDesk(std::string commune, std::map<std::string, Store*> stores)
    : commune_(std::move(commune)), stores_(std::move(stores)) {}

Actions TurnedAwayDesk::handle(std::span<const Input> inputs) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            actions.emplace_back(Subscribe{topics::requests(commune_, about, "+")});
        } else if (const auto* arrived = std::get_if<Arrived>(&input);
                   arrived != nullptr && topics::matches(topics::requests(commune_, about, "+"), arrived->message.topic)) {
            v1::TurnedAwayRequest request;
            if (!request.ParseFromString(arrived->message.payload)) {
                continue;  // whoever asks so asks again
            }
            if (const auto store = stores_.find(request.service()); store != stores_.end()) {
                const auto client = topics::levels(arrived->message.topic).back();
                actions.emplace_back(
                    Publish{{topics::replies(commune_, about, client), turned_away(*store->second, request).SerializeAsString(), false}});
            }
        }
    }
    return actions;
}

TurnedAwayQuestions::TurnedAwayQuestions(std::string commune, std::string client, std::vector<v1::TurnedAwayRequest> asked, Take take)
    : commune_(std::move(commune)), client_(std::move(client)), asked_(std::move(asked)), take_(std::move(take)) {}

Actions TurnedAwayQuestions::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            actions.emplace_back(Subscribe{topics::replies(commune_, about, client_)});
            ask(actions, now);
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message, actions, now);
        }
    }
    if (!done() && since_ >= std::chrono::milliseconds(0) && now.steady - since_ >= answer_within) {
        unanswered_.push_back(asked_.front().service());
        std::erase_if(asked_, [&](const v1::TurnedAwayRequest& request) { return request.service() == unanswered_.back(); });
        ask(actions, now);
    }
    return actions;
}

// What was asked again when the link came back may be answered twice.
void TurnedAwayQuestions::take(const Message& message, Actions& actions, Instant now) {
    v1::TurnedAwayReply page;
    if (done() || message.topic != topics::replies(commune_, about, client_) || !page.ParseFromString(message.payload)) {
        return;
    }
    auto& asked = asked_.front();
    if (std::tie(page.service(), page.after()) != std::tie(asked.service(), asked.after()) || page.refused() != asked.refused()) {
        return;
    }
    take_(page);
    asked.set_after(page.next());
    if (page.next().empty()) {
        asked_.erase(asked_.begin());
    }
    ask(actions, now);
}

void TurnedAwayQuestions::ask(Actions& actions, Instant now) {
    since_ = now.steady;
    if (!done()) {
        actions.emplace_back(Publish{{topics::requests(commune_, about, client_), asked_.front().SerializeAsString(), false}});
    }
}

}  // namespace chieng
