// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/recompute.hpp"

#include "gateway/serve/reports.hpp"
#include "services/runtime/core/topics.hpp"

#include <algorithm>
#include <utility>

namespace chieng {
namespace {

Source source_named(const std::string& feed) {
    const auto slash = feed.find('/');
    return {feed.substr(0, slash), slash == std::string::npos ? "" : feed.substr(slash + 1)};
}

// Of a feed that nobody had heard of there is nothing to read.
std::vector<Source> feeds_of(const v1::Report& report) {
    std::vector<Source> sources;
    for (const auto& position : report.positions()) {
        if (position.epoch() != 0) {
            sources.push_back(source_named(position.feed()));
        }
    }
    return sources;
}

}  // namespace

Recompute::Recompute(const Definitions& definitions, const Places& places, const v1::Report& report, const std::string& client)
    : places_(places),
      report_(report),
      client_of_then_(client + "-then"),
      refold_(definitions, places, report.area(), feeds_of(report), client) {
    for (const auto& position : report.positions()) {
        if (position.epoch() == 0) {
            continue;
        }
        if (source_named(position.feed()).feed == "cells") {
            cells_then_[position.feed()] = position;
        } else if (position.offset() > 0) {
            then_[position.feed()] = {position, std::nullopt};
            refold_.stand(position);
        }
    }
}

Actions Recompute::handle(std::span<const Input> inputs, Instant now) {
    Actions actions;
    for (const auto& input : inputs) {
        if (std::holds_alternative<LinkUp>(input)) {
            link_is_up_ = true;
            ++heard_;
            ask_at_ = now.steady;
            refold_.subscribe(actions);
            for (const auto& [feed, then] : then_) {
                const auto source = source_named(feed);
                actions.emplace_back(Subscribe{topics::feed_replies(source.place, source.feed, client_of_then_)});
            }
        } else if (std::holds_alternative<LinkDown>(input)) {
            link_is_up_ = false;
        } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
            take(arrived->message);
        }
    }
    finish_when_whole();
    give_up_when_silent(now);
    if (!link_is_up_ || result_) {
        return actions;
    }
    refold_.ask(now.steady, actions);
    if (now.steady >= ask_at_) {
        ask_at_ = now.steady + ask_again;
        for (const auto& [feed, then] : then_) {
            if (!then.same_in) {
                const auto source = source_named(feed);
                v1::Request request;
                request.set_after(then.position.offset());
                request.set_epoch(then.position.epoch());
                request.set_max_bytes(1);
                const auto topic = topics::feed_requests(source.place, source.feed, client_of_then_);
                actions.emplace_back(Publish{{topic, request.SerializeAsString(), false}});
            }
        }
    }
    return actions;
}

void Recompute::take(const Message& message) {
    const auto levels = topics::levels(message.topic);
    if (levels.size() < 6) {
        return;
    }
    const auto feed = std::string(levels[2]) + "/" + std::string(levels[4]);
    v1::Head head;
    v1::Block block;
    if (const auto it = then_.find(feed); it != then_.end() && levels.back() == client_of_then_) {
        if (block.ParseFromString(message.payload)) {
            take_answer(it->second, block);
        }
        return;
    }
    heard_ += refold_.take(message) ? 1U : 0U;
    // Of cells all that there are today.
    if (const auto of_cells = cells_then_.find(feed);
        of_cells != cells_then_.end() && levels.back() == "head" && head.ParseFromString(message.payload)) {
        cells_heard_[feed] = true;
        v1::Report::Position position;
        position.set_feed(feed);
        position.set_epoch(head.epoch());
        position.set_offset(head.last());
        refold_.stand(position);
        ++heard_;
    }
}

// The chain says whether the same history went otherwise; what an erasure wrote anew has another one, and the feed's word for it.
void Recompute::take_answer(Then& then, const v1::Block& block) {
    const auto& position = then.position;
    const bool is_it = block.epoch() == position.epoch() && block.first() == position.offset() + 1 && block.before() == position.chain();
    const bool says_so = block.epoch() != position.epoch() && block.formerly() == position.epoch();
    then.same_in = is_it || says_so ? block.epoch() : 0;
    ++heard_;
}

// What a journal that was restored from a backup tells now is not what the report had read.
bool Recompute::fail_of_other_history() {
    std::string feeds;
    for (const auto& [feed, then] : then_) {
        if (then.same_in && *then.same_in == 0) {
            feeds += (feeds.empty() ? "" : ", ") + feed;
        }
    }
    if (!feeds.empty()) {
        Result failed;
        failed.error = "it cannot be computed once more: what the report had read of " + feeds +
                       " is not there as it was; the journal was restored from a backup since, or is another one";
        failed.error_vi = "không tính lại được: phần sổ " + feeds +
                          " mà báo cáo đã đọc không còn như trước; sổ đã được khôi phục từ bản sao lưu, hoặc là sổ khác";
        result_ = std::move(failed);
    }
    return result_.has_value();
}

void Recompute::finish_when_whole() {
    if (result_ || fail_of_other_history()) {
        return;
    }
    const bool all_heard = cells_heard_.size() == cells_then_.size();
    if (!all_heard || refold_.is_behind()) {
        return;
    }
    Result result;
    for (auto& [feed, then] : then_) {
        if (!then.same_in) {
            return;
        }
        const auto& name = feed;
        const auto& feeds = refold_.feeds();
        const auto read = std::find_if(feeds.begin(), feeds.end(), [&](const Refold::Feed& one) { return one.source.name() == name; });
        if (read->reader.checkpoint().epoch != *then.same_in) {
            then.same_in.reset();  // it was erased from meanwhile
            return;
        }
    }
    for (const auto& feed : refold_.feeds()) {
        const auto then = cells_then_.find(feed.source.name());
        if (then != cells_then_.end() && (then->second.epoch() != feed.epoch || then->second.offset() != feed.folded)) {
            result.changed_cells.push_back(feed.source.name());
        }
    }
    refold_.board().settle();
    result.entries = refold_.entries();
    const auto period = Period::parse(v1::OFFICIAL, report_.period());
    result.differ = restatements(report_, values_to_file(refold_.board(), places_, report_.area(), *period));
    result_ = std::move(result);
}

void Recompute::give_up_when_silent(Instant now) {
    if (std::exchange(heard_before_, heard_) != heard_ || !link_is_up_) {
        heard_at_ = now.steady;
    }
    if (result_ || now.steady - heard_at_ < patience) {
        return;
    }
    std::string silent = refold_.behind();
    for (const auto& [feed, then] : then_) {
        if (!then.same_in && silent.find(feed) == std::string::npos) {
            silent += (silent.empty() ? "" : ", ") + feed;
        }
    }
    for (const auto& [feed, position] : cells_then_) {
        if (!cells_heard_.contains(feed)) {
            silent += (silent.empty() ? "" : ", ") + feed;
        }
    }
    Result result;
    result.error = "no answer from the feeds " + silent + "; what they hold cannot be read until whoever writes them runs and is linked";
    result.error_vi = "các sổ sau không trả lời: " + silent + "; hãy đợi chương trình ghi sổ chạy và có kết nối rồi tính lại";
    result_ = std::move(result);
}

}  // namespace chieng
