// SPDX-License-Identifier: Apache-2.0
#include "gateway/export/formats.hpp"

#include "gateway/export/writers.hpp"
#include "gateway/serve/labels.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace chieng {
namespace {

constexpr std::array all_formats{
    Format{"json", "application/json", "json", write_json},
    Format{"csv", "text/csv; charset=utf-8", "csv", write_csv},
    Format{"csv-bom", "text/csv; charset=utf-8", "csv", write_csv_bom},
    Format{"html", "text/html; charset=utf-8", "html", write_html},
    Format{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", write_xlsx},
    Format{"sdmx-csv", "application/vnd.sdmx.data+csv; version=2.0.0", "sdmx.csv", write_sdmx_csv},
    Format{"sdmx-json", "application/vnd.sdmx.data+json; version=2.0.0", "sdmx.json", write_sdmx_json},
    Format{"dhis2", "application/json", "dhis2.json", write_dhis2},
    Format{"adx", "application/adx+xml", "adx.xml", write_adx},
};

// type/subtype and what follows behind semicolons.
struct MediaType {
    std::string name;
    std::vector<std::pair<std::string, std::string>> parameters;
};

// Splits at a character that does not stand between quotes.
std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> pieces(1);
    bool quoted = false;
    for (const char c : text) {
        quoted = quoted != (c == '"');
        if (c == at && !quoted) {
            pieces.emplace_back();
        } else {
            pieces.back() += c;
        }
    }
    for (auto& piece : pieces) {
        boost::algorithm::trim(piece);
    }
    return pieces;
}

MediaType parse(std::string_view text) {
    const auto pieces = split(text, ';');
    MediaType type{pieces.front(), {}};
    for (const auto& piece : std::span(pieces).subspan(1)) {
        const auto equals = piece.find('=');
        if (equals != std::string::npos) {
            auto value = piece.substr(equals + 1);
            boost::algorithm::trim_if(value, [](char c) { return c == '"' || c == ' '; });
            type.parameters.emplace_back(boost::algorithm::trim_copy(piece.substr(0, equals)), value);
        }
    }
    return type;
}

// 0 to 1000; empty when it is not a weight.
std::optional<int> weight(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.')) {
        return std::nullopt;
    }
    int thousandths = (text[0] - '0') * 1000;
    int place = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        thousandths += (c - '0') * place;
        place /= 10;
    }
    return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

// How closely the range names the type; 0: not at all.
int closeness(const MediaType& range, const MediaType& type) {
    if (range.name == "*/*") {
        return 1;
    }
    const auto slash = type.name.find('/');
    if (range.name.ends_with("/*")) {
        return boost::algorithm::iequals(range.name.substr(0, range.name.size() - 2), type.name.substr(0, slash)) ? 2 : 0;
    }
    if (!boost::algorithm::iequals(range.name, type.name)) {
        return 0;
    }
    int close = 3;
    for (const auto& asked : range.parameters) {
        if (boost::algorithm::iequals(asked.first, "q") || boost::algorithm::iequals(asked.first, "charset")) {
            continue;
        }
        const bool has = std::any_of(type.parameters.begin(), type.parameters.end(), [&](const auto& own) {
            return boost::algorithm::iequals(own.first, asked.first) && boost::algorithm::iequals(own.second, asked.second);
        });
        if (!has) {
            return 0;
        }
        ++close;
    }
    return close;
}

int weight_of(const MediaType& range) {
    for (const auto& parameter : range.parameters) {
        if (boost::algorithm::iequals(parameter.first, "q")) {
            return weight(parameter.second).value_or(0);
        }
    }
    return 1000;
}

// Of the range that names it most closely.
int liked(const std::vector<MediaType>& ranges, const MediaType& type) {
    int closest = 0;
    int found = 0;
    for (const auto& range : ranges) {
        if (const int close = closeness(range, type); close > closest) {
            closest = close;
            found = weight_of(range);
        }
    }
    return found;
}

Refusal refusal(const std::string& vi, const std::string& en) {
    Refusal made;
    made.text.set_vi(vi);
    made.text.set_en(en);
    return made;
}

std::vector<MediaType> ranges_of(std::string_view accept) {
    std::vector<MediaType> ranges;
    for (const auto& piece : split(accept, ',')) {
        if (auto range = parse(piece); !range.name.empty()) {
            ranges.push_back(std::move(range));
        }
    }
    return ranges;
}

// "json, csv, …", or with their media types.
std::string listed(bool with_types) {
    std::string text;
    for (const auto& format : all_formats) {
        text += (text.empty() ? "" : ", ") + std::string(format.name);
        if (with_types) {
            text += " (" + std::string(format.media_type) + ")";
        }
    }
    return text;
}

}  // namespace

std::span<const Format> formats() {
    return all_formats;
}

const Format* find_format(std::string_view name) {
    const auto* it = std::find_if(all_formats.begin(), all_formats.end(), [&](const Format& format) { return format.name == name; });
    return it == all_formats.end() ? nullptr : it;
}

Refusal unknown_format(std::string_view name) {
    const auto asked = "'" + std::string(name) + "'";
    return refusal("Không có định dạng " + asked + "; hãy chọn một trong: " + listed(false),
                   "there is no format " + asked + "; choose one of: " + listed(false));
}

bool is_accepted(std::string_view media_type, std::string_view accept) {
    const auto ranges = ranges_of(accept);
    return ranges.empty() || liked(ranges, parse(media_type)) > 0;
}

const Format* accepted_format(std::string_view accept) {
    const auto ranges = ranges_of(accept);
    if (ranges.empty()) {
        return all_formats.begin();
    }
    const Format* best = nullptr;
    int most = 0;
    for (const auto& format : all_formats) {
        if (const int weight = liked(ranges, parse(format.media_type)); weight > most) {
            most = weight;
            best = &format;
        }
    }
    return best;
}

Refusal not_acceptable(std::string_view accept) {
    const auto asked = "'" + std::string(accept) + "'";
    return refusal("Không có định dạng nào phù hợp với Accept " + asked + "; hiện có: " + listed(true),
                   "nothing that is served fits Accept " + asked + "; there is: " + listed(true));
}

Written write(const Format& format, const Statement& statement, Tongue tongue) {
    return format.make(statement, tongue);
}

std::string file_name(const Format& format, const Statement& statement) {
    return "chieng-" + statement.area().code + "-" + statement.period.format() + "-" +
           std::string(calendar_name(statement.period.calendar)) + "." + std::string(format.extension);
}

}  // namespace chieng
