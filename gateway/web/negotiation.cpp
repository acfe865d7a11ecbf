// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/negotiation.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace chieng::web {
namespace {

struct Format {
    std::string_view name;
    std::string_view type;
};

// The first one is told to who accepts anything.
constexpr std::array formats{Format{"json", "application/json"}};

struct Wish {
    std::string_view type;
    double weight = 1;
};

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

Wish wish_of(std::string_view item) {
    Wish wish{trimmed(item.substr(0, item.find(';')))};
    for (auto at = item.find(';'); at != std::string_view::npos; at = item.find(';', at + 1)) {
        const auto parameter = trimmed(item.substr(at + 1, item.find(';', at + 1) - at - 1));
        if (parameter.starts_with("q=")) {
            wish.weight = std::strtod(std::string(parameter.substr(2)).c_str(), nullptr);
        }
    }
    return wish;
}

bool fits(std::string_view wanted, std::string_view type) {
    return wanted == "*/*" || wanted == type || (wanted.ends_with("/*") && type.starts_with(wanted.substr(0, wanted.size() - 1)));
}

}  // namespace

std::optional<std::string_view> negotiate(const HttpRequest& request) {
    if (const auto* asked = request.parameter("format")) {
        const auto it = std::find_if(formats.begin(), formats.end(), [&](const Format& format) { return format.name == *asked; });
        return it == formats.end() ? std::nullopt : std::optional(it->name);
    }
    auto accept = request.field("accept");
    if (accept.empty()) {
        return formats.front().name;
    }
    std::optional<std::string_view> best;
    double best_weight = 0;
    while (!accept.empty()) {
        const auto item = accept.substr(0, accept.find(','));
        accept.remove_prefix(std::min(item.size() + 1, accept.size()));
        const auto wish = wish_of(item);
        const auto it = std::find_if(formats.begin(), formats.end(), [&](const Format& format) { return fits(wish.type, format.type); });
        if (it != formats.end() && wish.weight > best_weight) {
            best = it->name;
            best_weight = wish.weight;
        }
    }
    return best;
}

Problem not_acceptable() {
    std::string all;
    for (const auto& format : formats) {
        all.append(all.empty() ? "" : ", ").append(format.name).append(" (").append(format.type).append(")");
    }
    return {406,
            "format",
            "Not in this form",
            "the table is served as: " + all + "; name one with format= or Accept",
            "bảng được cung cấp dưới dạng: " + all + "; hãy chọn bằng format= hoặc Accept",
            "format"};
}

}  // namespace chieng::web
