// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/suppressed_topics.hpp"

#include "services/runtime/core/bytes.hpp"
#include "services/runtime/core/cloud_event.hpp"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace chieng {
namespace {

constexpr std::size_t told_at_once = 50;  // messages a round

template <class Value>
void copy_numbers(const Value& from, Value& to) {
    to.set_number(from.number());
    to.set_denominator(from.denominator());
    to.set_start_number(from.start_number());
    to.set_start_denominator(from.start_denominator());
}

}  // namespace

v1::IndicatorValue suppressed(const web::Sight& sight, const v1::Indicator& indicator, const v1::IndicatorValue& value) {
    v1::IndicatorValue told;
    told.set_area(value.area());
    told.set_calendar(value.calendar());
    told.set_period(value.period());
    told.set_from(value.from());
    told.set_to(value.to());
    told.set_indicator(value.indicator());
    bool any_shown = false;
    for (const auto& part : value.parts()) {
        auto& one = *told.add_parts();
        one.set_cut(part.cut());
        one.set_cut_value(part.cut_value());
        one.set_suppressed(web::is_hidden(sight, indicator, value, part, web::Told::now));
        if (!one.suppressed()) {
            any_shown = true;
            one.set_unknown(part.unknown());
            copy_numbers(part, one);
        }
    }
    for (auto& [cut, cut_value] : web::hidden_nothings(sight, indicator, value, web::Told::now)) {
        auto& one = *told.add_parts();
        one.set_cut(std::move(cut));
        one.set_cut_value(std::move(cut_value));
        one.set_suppressed(true);
    }
    told.set_suppressed(web::is_hidden(sight, indicator, value, web::Told::now));
    if (!told.suppressed()) {
        copy_numbers(value, told);
        told.set_median(value.median());  // not what it is the median of
    } else if (!any_shown) {
        told.clear_parts();
    }
    return told;
}

SuppressedTopics::SuppressedTopics(const Definitions& definitions, const Places& places, const std::string& place, Gateway& gateway,
                                   std::vector<Recipients::Cautious> recipients)
    : definitions_(definitions), places_(places), place_(place), gateway_(gateway) {
    for (auto& recipient : recipients) {
        recipients_.push_back({std::move(recipient), {}});
    }
}

Actions SuppressedTopics::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    if (recipients_.empty()) {
        return actions;
    }
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            due_.clear();
            for (auto& recipient : recipients_) {
                recipient.told.clear();  // a broker that lost its memory has lost the retained topics
            }
            looked_at_.reset();
            look_at_ = now.steady;
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        }
    }
    if (!link_is_up_ || !gateway_.caught_up() || (crowded_ && crowded_())) {
        return actions;
    }
    if (due_.empty() && now.steady >= look_at_ && looked_at_ != std::pair(gateway_.board().version(), day_at(now.civil))) {
        look(now);
    }
    for (; !due_.empty() && actions.size() < told_at_once; due_.pop_front()) {
        v1::IndicatorValue value;
        value.ParseFromString(due_.front().value);
        actions.emplace_back(for_recipient(recipients_[due_.front().recipient].who.name, value, EventData(value)));
    }
    return actions;
}

void SuppressedTopics::look(Instant now) {
    const auto& board = gateway_.board();
    const auto today = day_at(now.civil);
    looked_at_.emplace(board.version(), today);
    look_at_ = now.steady + look_every;
    for (const auto id : gateway_.indicators_told()) {
        const auto value = board.value(id);
        const auto last = *parse_day(value.to());
        const auto* definition = definitions_.find(value.indicator(), last);
        for (std::size_t i = 0; i < recipients_.size(); ++i) {
            const auto& who = recipients_[i].who;
            const auto& share = who.share;
            if (definition != nullptr && share.has(value) && (!who.at_period_close || last < today)) {
                const web::Sight sight{definitions_, places_, place_, board, hidings_, share.threshold(), share, today};
                tell(i, id, suppressed(sight, definition->indicator, share.of(value)), now);
            }
        }
    }
}

void SuppressedTopics::tell(std::size_t recipient, Board::IndicatorId id, v1::IndicatorValue value, Instant now) {
    const auto bytes = frozen_bytes(value);
    const auto digest = XXH3_64bits(bytes.data(), bytes.size());
    const auto [it, is_new] = recipients_[recipient].told.try_emplace(id, digest);
    if (!is_new && std::exchange(it->second, digest) == digest) {
        return;
    }
    value.set_as_of(static_cast<std::uint64_t>(now.civil.time_since_epoch().count()));
    due_.push_back({recipient, value.SerializeAsString()});
}

}  // namespace chieng
