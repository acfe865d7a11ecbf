// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/share.hpp"

#include "chieng/v1/options.pb.h"

#include <algorithm>
#include <utility>

namespace chieng {
namespace {

v1::Span span_of(std::string_view period) {
    const auto parsed = Period::parse(v1::OFFICIAL, period);
    return parsed ? parsed->span : v1::SPAN_UNSPECIFIED;
}

bool is_an_organisation(const std::string& cut_value) {
    v1::Organisation organisation{};
    return v1::Organisation_Parse(cut_value, &organisation);
}

std::string word_of(v1::Span span, bool english) {
    switch (span) {
        case v1::MONTH: return english ? "months" : "tháng";
        case v1::QUARTER: return english ? "quarters" : "quý";
        case v1::HALF: return english ? "halves of a year" : "6 tháng";
        case v1::NINE_MONTHS: return english ? "nine months" : "9 tháng";
        default: return english ? "years" : "năm";
    }
}

void add(v1::Label& label, const std::string& vi, const std::string& en) {
    label.set_vi(label.vi() + vi);
    label.set_en(label.en() + en);
}

}  // namespace

bool names_indicator(const std::string& wanted, const std::string& code) {
    return wanted == "*" || wanted == code || (code.starts_with(wanted) && code.size() > wanted.size() && code[wanted.size()] == '-');
}

AreaKind area_kind(std::string_view area) {
    return names_village(area) ? AreaKind::village : area.size() == 5 ? AreaKind::commune : AreaKind::above;
}

std::shared_ptr<const Share::Parted> Share::parted(const Definitions& definitions) {
    auto parted = std::make_shared<Parted>();
    for (const auto& definition : definitions.all()) {
        const auto& indicator = definition.indicator;
        for (const auto span : indicator.spans()) {
            parted->spans.insert(static_cast<v1::Span>(span));
        }
        if (std::any_of(definition.parts.begin(), definition.parts.end(),
                        [&](SeriesId part) { return is_an_organisation(definitions.series(part).cut_value); })) {
            parted->by_organisation.insert(indicator.code());
        }
        if (indicator.targets().view() == v1::ACHIEVEMENT) {
            parted->by_indicator.insert(indicator.code());
        }
    }
    return parted;
}

Share::Share(v1::RecipientFeed recipient, std::shared_ptr<const Parted> parted, std::string village)
    : recipient_(std::move(recipient)), parted_(std::move(parted)), village_(std::move(village)) {}

bool Share::is_everything() const {
    if (!recipient_) {
        return true;
    }
    const auto& indicators = recipient_->indicators();
    return std::find(indicators.begin(), indicators.end(), "*") != indicators.end() && recipient_->organisations().empty() &&
           recipient_->level() == v1::RecipientFeed::OF_COMMUNE &&
           std::all_of(parted_->spans.begin(), parted_->spans.end(), [&](v1::Span span) { return has_span(span); });
}

bool Share::has_indicator(const std::string& code) const {
    return !recipient_ || std::any_of(recipient_->indicators().begin(), recipient_->indicators().end(),
                                      [&](const std::string& wanted) { return names_indicator(wanted, code); });
}

bool Share::has_span(v1::Span span) const {
    return !recipient_ || recipient_->spans().empty() ||
           std::find(recipient_->spans().begin(), recipient_->spans().end(), span) != recipient_->spans().end();
}

bool Share::has_area(std::string_view area) const {
    if (!recipient_) {
        return true;
    }
    const auto kind = area_kind(area);
    switch (recipient_->level()) {
        case v1::RecipientFeed::OF_DISTRICT: return kind != AreaKind::village;
        case v1::RecipientFeed::OF_COMMUNE: return kind != AreaKind::above;
        default: return village_.empty() ? kind == AreaKind::village : area == village_;
    }
}

bool Share::has(const v1::IndicatorValue& value) const {
    return !recipient_ || (has_area(value.area()) && has_span(span_of(value.period())) && has_indicator(value.indicator()));
}

bool Share::narrows(const std::string& code) const {
    return recipient_ && !recipient_->organisations().empty() && parted_->by_organisation.contains(code);
}

const std::string& Share::organisation() const {
    return v1::Organisation_Name(static_cast<v1::Organisation>(recipient_->organisations(0)));
}

bool Share::has_part(const std::string& code, const std::string& cut_value) const {
    if (!recipient_) {
        return true;
    }
    const bool is_of_indicators = parted_->by_indicator.contains(code) && recipient_->level() != v1::RecipientFeed::OF_VILLAGE;
    return narrows(code) ? cut_value == organisation() : !is_of_indicators || (has_indicator(cut_value) && !narrows(cut_value));
}

bool Share::alters(const std::string& code) const {
    return narrows(code) || (recipient_ && recipient_->level() != v1::RecipientFeed::OF_VILLAGE && parted_->by_indicator.contains(code));
}

v1::IndicatorValue Share::of(v1::IndicatorValue value) const {
    const auto code = value.indicator();
    if (!alters(code)) {
        return value;
    }
    auto parts = std::move(*value.mutable_parts());
    value.clear_parts();
    if (narrows(code)) {
        value.clear_number();
        value.clear_denominator();
        value.clear_histogram();
        value.clear_median();
        value.clear_lineage();
        value.clear_start_number();
        value.clear_start_denominator();
    }
    for (auto& part : parts) {
        if (!has_part(code, part.cut_value())) {
            continue;
        }
        if (narrows(code)) {
            value.set_number(part.number());
            value.set_denominator(part.denominator());
            value.set_start_number(part.start_number());
            value.set_start_denominator(part.start_denominator());
            *value.mutable_lineage() = part.lineage();
        }
        *value.add_parts() = std::move(part);
    }
    return value;
}

bool Share::has_events() const {
    return !recipient_ || !recipient_->events().empty();
}

bool Share::has_event(const std::string& kind, const std::string& village) const {
    return !recipient_ || (std::find(recipient_->events().begin(), recipient_->events().end(), kind) != recipient_->events().end() &&
                           (village_.empty() || village == village_));
}

v1::DataClass Share::data_class() const {
    return recipient_ ? recipient_->data_class() : v1::PERSONAL;
}

std::uint32_t Share::threshold() const {
    return recipient_ ? recipient_->threshold() : 0;
}

v1::Label Share::content() const {
    v1::Label label;
    if (!recipient_) {
        return label;
    }
    std::string codes;
    for (const auto& wanted : recipient_->indicators()) {
        codes.append(codes.empty() ? "" : ", ").append(wanted);
    }
    const bool all = codes == "*";
    add(label,
        all             ? "mọi chỉ số"
        : codes.empty() ? "không có chỉ số nào"
                        : codes,
        all             ? "all indicators"
        : codes.empty() ? "no indicator"
                        : codes);
    for (int i = 0; i < recipient_->spans_size(); ++i) {
        const auto span = recipient_->spans(i);
        add(label, (i == 0 ? "; theo " : ", ") + word_of(span, false), (i == 0 ? "; over " : ", ") + word_of(span, true));
    }
    if (!recipient_->organisations().empty()) {
        const auto& of = v1::Organisation_descriptor()->FindValueByName(organisation())->options().GetExtension(v1::value);
        add(label, "; của số liệu theo đơn vị chỉ có phần của " + of.vi(), "; of what is cut by organisation the part of the " + of.en());
    }
    if (!village_.empty()) {
        add(label, "; của " + village_, "; of " + village_);
    }
    if (recipient_->level() == v1::RecipientFeed::OF_DISTRICT) {
        add(label, "; của xã và huyện, không của thôn, làng", "; of communes and the district, not of villages");
    }
    add(label, "; mục đích: " + recipient_->purpose().vi(), "; purpose: " + recipient_->purpose().en());
    return label;
}

std::string Share::text() const {
    return recipient_ ? recipient_->SerializeAsString() + "/" + village_ : "";
}

}  // namespace chieng
