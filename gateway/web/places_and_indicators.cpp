// SPDX-License-Identifier: Apache-2.0
#include "chieng/v1/options.pb.h"
#include "gateway/web/parameters.hpp"
#include "gateway/web/places_json.hpp"
#include "gateway/web/problems.hpp"
#include "gateway/web/received.hpp"
#include "gateway/web/values.hpp"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <optional>

namespace chieng::web {
namespace {

void add_places(const Call& call, const std::string& code, Day day, Json& list) {
    if (call.share.has_area(code)) {
        list.push_back(place_json(call.world, code, day));
    }
    for (const auto& child : call.world.places.children(code, day)) {
        add_places(call, child, day, list);
    }
}

std::string level_name(v1::Place::Level level) {
    const auto name = v1::Place::Level_Name(level);
    return name.substr(0, name.find("_LEVEL"));
}

// What the schema calls a value of an enum field; a definition that is computed from another one has that one's values.
std::optional<v1::Label> label_of_value(const World& world, const v1::Indicator& indicator, const std::string& cut_name,
                                        const std::string& value, int depth = 0) {
    static const v1::Cut without;
    for (const auto& cut : indicator.cut()) {
        for (const auto& path : (cut.name() == cut_name ? cut : without).field()) {
            const google::protobuf::Descriptor* type = v1::Event::descriptor();
            const google::protobuf::FieldDescriptor* field = nullptr;
            for (std::size_t at = 0; at < path.size() && type != nullptr;) {
                const auto end = std::min(path.find('.', at), path.size());
                field = type->FindFieldByName(path.substr(at, end - at));
                type = field == nullptr ? nullptr : field->message_type();
                at = end + 1;
            }
            const auto* known = field == nullptr || field->enum_type() == nullptr ? nullptr : field->enum_type()->FindValueByName(value);
            if (known != nullptr) {
                return known->options().GetExtension(v1::value);
            }
        }
        for (const auto& part : cut.part()) {
            if (cut.name() == cut_name && part.value() == value) {
                return part.label();
            }
        }
    }
    constexpr int depth_max = 4;
    for (const auto* of :
         {&indicator.ratio().of(), &indicator.coverage().of(), &indicator.variety().of(), &indicator.targets().assigned()}) {
        const auto* other = of->empty() ? nullptr : world.definitions.find(of->substr(0, of->find('/')), Day::max());
        if (other != nullptr && depth < depth_max) {
            if (auto found = label_of_value(world, other->indicator, cut_name, value, depth + 1)) {
                return found;
            }
        }
    }
    return std::nullopt;
}

// Values that are no word of the schema: kinds of commune, and the codes of indicators.
v1::Label label_of(const World& world, const v1::Indicator& indicator, const std::string& cut, const std::string& value) {
    if (const auto known = label_of_value(world, indicator, cut, value)) {
        return *known;
    }
    v1::Label label;
    const auto* other = world.definitions.find(value, Day::max());
    if (other != nullptr) {
        return other->indicator.label();
    }
    label.set_vi(value == "URBAN" ? "Thành thị" : value == "RURAL" ? "Nông thôn" : value);
    label.set_en(value == "URBAN" ? "Urban" : value == "RURAL" ? "Rural" : value);
    return label;
}

Json cut_values(const World& world, const Definition& definition, const v1::Cut& cut) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    };
    for (const auto& part : cut.part()) {
        add(part.value());
    }
    for (const auto series : definition.parts) {
        if (const auto& one = world.definitions.series(series); one.cut == cut.name()) {
            add(one.cut_value);
        }
    }
    if (cut.by_place_kind()) {
        add("URBAN");
        add("RURAL");
    }
    auto values = Json::array();
    for (const auto& name : names) {
        values.push_back({{"value", name}, {"label", text_json(label_of(world, definition.indicator, cut.name(), name))}});
    }
    return values;
}

std::string definition_text(const v1::Indicator& indicator) {
    std::string text;
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    printer.PrintToString(indicator, &text);
    return text;
}

// What is added up. Nothing is said of what is computed from others.
const char* counting_of(const Definition& definition) {
    const auto& indicator = definition.indicator;
    if (indicator.has_coverage()) {
        return "PLACES";
    }
    if (indicator.has_variety() || definition.distinct) {
        return "DIFFERENT";
    }
    const auto& sources = indicator.source();
    const auto is_of_latest = [](const v1::Source& source) {
        return !source.latest().empty() && source.opens().empty() && source.agreed_on().empty() && !source.withdraws();
    };
    if (std::any_of(sources.begin(), sources.end(), is_of_latest)) {
        return "LATEST";
    }
    return sources.empty() ? nullptr : "EACH";
}

}  // namespace

Json place_json(const World& world, const std::string& code, Day day) {
    Json json{{"code", code}};
    const auto* place = world.places.find(code, day);
    if (place == nullptr) {
        return json;
    }
    json["name"] = text_json(place->name());
    json["level"] = level_name(place->level());
    if (place->kind() != v1::Place::KIND_UNSPECIFIED) {
        json["kind"] = v1::Place::Kind_Name(place->kind());
    }
    json["parent"] = place->parent();
    json["from"] = place->from();
    json["until"] = place->until();
    return json;
}

Json definition_json(const World& world, const Definition& definition, bool text) {
    const auto& indicator = definition.indicator;
    auto spans = Json::array();
    for (const auto span : indicator.spans()) {
        spans.push_back(v1::Span_Name(static_cast<v1::Span>(span)));
    }
    auto plan = Json::array();
    for (const auto& section : indicator.plan()) {
        plan.push_back(section);
    }
    auto cuts = Json::array();
    for (const auto& cut : indicator.cut()) {
        cuts.push_back({{"name", cut.name()}, {"label", text_json(cut.label())}, {"values", cut_values(world, definition, cut)}});
    }
    const auto counts = indicator.counts() == v1::Indicator::COUNTS_UNSPECIFIED ? v1::Indicator::THINGS : indicator.counts();
    Json json{{"code", indicator.code()},
              {"group", indicator.code().substr(0, indicator.code().find('-'))},
              {"label", text_json(indicator.label())},
              {"unit", text_json(indicator.unit())},
              {"measure", v1::Indicator::Measure_Name(indicator.measure())},
              {"counts", v1::Indicator::Counts_Name(counts)},
              {"spans", std::move(spans)},
              {"decimals", indicator.decimals()},
              {"divideBy", std::max<std::int64_t>(indicator.divide_by(), 1)},
              {"lessIsBetter", indicator.less_is_better()},
              {"plan", std::move(plan)},
              {"from", indicator.from()},
              {"until", indicator.until()},
              {"digest", hex16(definition.digest)},
              {"cuts", std::move(cuts)}};
    if (const auto* counting = counting_of(definition)) {
        json["counting"] = counting;
    }
    if (text) {
        json["definition"] = definition_text(indicator);
    }
    return json;
}

Outcome get_places(const Call& call) {
    Parameters parameters(call);
    const auto& world = call.world;
    const auto asked = parameters.day("day");
    const auto day = asked ? asked : world.places.nearest_day(world.place, call.now.today());
    if (asked && world.places.find(world.place, *asked) == nullptr) {
        parameters.refuse(not_there("there was no place " + world.place + " on " + format_day(*asked),
                                    "vào ngày " + format_day(*asked) + " không có nơi " + world.place, "day"));
    }
    if (parameters.wrong()) {
        return reply_of(*parameters.wrong());
    }
    auto list = Json::array();
    add_places(call, world.place, day.value_or(call.now.today()), list);
    return json_reply({{"day", format_day(day.value_or(call.now.today()))}, {"places", std::move(list)}});
}

Outcome get_indicators(const Call& call) {
    auto list = Json::array();
    for (const auto& definition : call.world.definitions.all()) {
        if (is_received(call.share, definition.indicator)) {
            list.push_back(definition_json(call.world, definition, false));
        }
    }
    return json_reply({{"indicators", std::move(list)}});
}

Outcome get_indicator(const Call& call) {
    const auto& code = call.of_path.front();
    auto list = Json::array();
    bool is_known = false;
    for (const auto& definition : call.world.definitions.all()) {
        const bool is_it = definition.indicator.code() == code && !definition.indicator.hidden();
        is_known = is_known || is_it;
        if (is_it && is_received(call.share, definition.indicator)) {
            list.push_back(definition_json(call.world, definition, true));
        }
    }
    if (list.empty() && is_known) {
        return reply_of(not_received(call, code, "code"));
    }
    const auto received_former = received_former_definitions(call, code);
    if (list.empty() && received_former.empty()) {
        return reply_of(not_there("there is no indicator '" + code + "'; /api/v1/indicators lists them",
                                  "không có chỉ số '" + code + "'; xem /api/v1/indicators", "code"));
    }
    auto former = Json::array();
    for (const auto& indicator : received_former) {
        former.push_back({{"digest", hex16(digest_of(indicator))},
                          {"from", indicator.from()},
                          {"until", indicator.until()},
                          {"definition", definition_text(indicator)}});
    }
    return json_reply({{"code", code}, {"definitions", std::move(list)}, {"former", std::move(former)}});
}

}  // namespace chieng::web
