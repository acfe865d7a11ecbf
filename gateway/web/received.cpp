// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/received.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <utility>

namespace chieng::web {
namespace {

std::vector<v1::Restatement> received_of(const Share& share, std::vector<v1::Restatement> all) {
    if (share.is_everything()) {
        return all;
    }
    std::vector<v1::Restatement> own;
    for (auto& one : all) {
        if (!share.has(one.has_now() ? one.now() : one.filed())) {
            continue;
        }
        if (one.has_filed()) {
            *one.mutable_filed() = share.of(std::move(*one.mutable_filed()));
        }
        if (one.has_now()) {
            *one.mutable_now() = share.of(std::move(*one.mutable_now()));
        }
        // Another organisation's part may be all that is not true any more.
        if (!one.has_filed() || !one.has_now() || !google::protobuf::util::MessageDifferencer::Equals(one.filed(), one.now())) {
            own.push_back(std::move(one));
        }
    }
    return own;
}

}  // namespace

std::shared_ptr<KeptColumns::Rows> received_rows(const Call& call, const std::string& area, const Period& period, std::optional<Day> map) {
    auto all = call.columns.of(call.world.definitions, call.world.board, area, period, map);
    if (call.share.is_everything()) {
        return all;
    }
    auto rows = std::make_shared<KeptColumns::Rows>();
    for (const auto& row : *all) {
        if (call.share.has(row.value)) {
            rows->push_back({row.definition, call.share.of(row.value), row.read_at, "", "", std::nullopt});
        }
    }
    return rows;
}

std::vector<v1::IndicatorValue> received_values(const Call& call, const std::string& area, const Period& period) {
    auto all = call.world.board.rows(area, period);
    if (call.share.is_everything()) {
        return all;
    }
    std::vector<v1::IndicatorValue> own;
    for (auto& value : all) {
        if (call.share.has(value)) {
            own.push_back(call.share.of(std::move(value)));
        }
    }
    return own;
}

bool received_own_target(const Call& call, const Definition& achievement, const std::string& code, const std::string& area,
                         const Period& period) {
    return call.world.board.has_own_target(achievement, code, area, period);
}

v1::Report received(const Call& call, v1::Report report) {
    if (call.share.is_everything()) {
        return report;
    }
    auto values = std::move(*report.mutable_values());
    report.clear_values();
    for (auto& value : values) {
        if (call.share.has(value)) {
            *report.add_values() = call.share.of(std::move(value));
        }
    }
    auto definitions = std::move(*report.mutable_definitions());
    report.clear_definitions();
    for (auto& definition : definitions) {
        if (call.share.has_indicator(definition.indicator())) {
            *report.add_definitions() = std::move(definition);
        }
    }
    return report;
}

std::optional<v1::Report> received_report(const Call& call, const std::string& period, std::uint32_t revision) {
    auto report = call.world.reports.filed(period, revision);
    return report ? std::optional(received(call, std::move(*report))) : std::nullopt;
}

std::vector<v1::Restatement> received_restated(const Call& call, const std::string& period, std::uint32_t revision) {
    const auto report = call.world.reports.filed(period, revision);
    return report ? received_of(call.share, call.world.reports.restated(*report)) : std::vector<v1::Restatement>();
}

void each_received_report(const Call& call, const std::function<void(const v1::Report& report)>& visit) {
    call.world.reports.each_filed([&](const v1::Report& report) {
        const auto period = Period::parse(v1::OFFICIAL, report.period());
        if (period && call.share.has_span(period->span)) {
            visit(received(call, report));
        }
    });
}

bool is_received(const Share& share, const v1::Indicator& indicator) {
    return !indicator.hidden() && share.has_indicator(indicator.code()) &&
           std::any_of(indicator.spans().begin(), indicator.spans().end(),
                       [&](int span) { return share.has_span(static_cast<v1::Span>(span)); });
}

std::vector<v1::Indicator> received_former_definitions(const Call& call, const std::string& code) {
    auto all = call.world.reports.former_definitions(code);
    std::erase_if(all, [&](const v1::Indicator& indicator) { return !is_received(call.share, indicator); });
    return all;
}

const std::string& own_area(const Call& call) {
    return call.share.village().empty() ? call.world.place : call.share.village();
}

bool receives_everything(const Call& call) {
    return call.share.is_everything();
}

Problem not_received(const Call& call, const std::string& what, std::string_view field) {
    v1::Label same;
    same.set_vi(what);
    same.set_en(what);
    return not_received(call, same, field);
}

Problem not_received(const Call& call, const v1::Label& what, std::string_view field) {
    const auto content = call.share.content();
    const auto& name = call.viewer.recipient();
    return {403,
            "recipient",
            "It is not for this recipient",
            "you read as " + name + ", which does not receive " + what.en() + "; it receives: " + content.en(),
            "bạn xem với tư cách " + name + ", nơi không nhận " + what.vi() + "; nơi này nhận: " + content.vi(),
            std::string(field)};
}

}  // namespace chieng::web
