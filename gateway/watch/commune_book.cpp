// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/commune_book.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace chieng {
namespace {

void append(Actions& actions, Actions more) {
    actions.insert(actions.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

CommuneBook::CommuneBook(std::string commune, std::vector<std::string> services, std::size_t events_most)
    : services_(std::move(services)),
      events_most_(events_most),
      journals_(commune, services_, "book-" + commune,
                {[this](const std::string& service, const v1::Entry& entry) { take(service, entry); },
                 [this](const v1::Status& status) {
                     ledger_.apply(status);
                     ++version_;
                 },
                 [this] { forget(); }}) {}

Actions CommuneBook::handle(std::span<const Input> inputs, Instant now) {
    for (const auto& input : inputs) {
        link_is_up_ = std::holds_alternative<LinkUp>(input) || (link_is_up_ && !std::holds_alternative<LinkDown>(input));
    }
    Actions actions;
    if (!is_wanted_) {
        return actions;
    }
    if (link_is_up_ && !std::exchange(knows_of_link_, true)) {  // it came up before anybody asked
        const Input up(LinkUp{});
        append(actions, journals_.handle(std::span(&up, 1), now));
    }
    append(actions, journals_.handle(inputs, now));
    if (!is_ready_ && journals_.read_once(now)) {
        is_ready_ = true;
        ++version_;
    }
    return actions;
}

void CommuneBook::take(const std::string& service, const v1::Entry& entry) {
    ++version_;
    ++events_;
    ledger_.apply(service, entry);
    if (!overfull()) {
        duplicates_.apply(service, entry);
        log_.apply(service, entry);
    } else if (events_ == events_most_ + 1) {
        duplicates_ = {};
        log_ = {};
    }
}

void CommuneBook::forget() {
    ledger_ = {};
    duplicates_ = {};
    log_ = {};
    events_ = 0;
    is_ready_ = false;
    ++version_;
}

}  // namespace chieng
