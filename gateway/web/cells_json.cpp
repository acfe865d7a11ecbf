// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/cells_json.hpp"

#include <map>

namespace chieng::web {
namespace {

// Codes, names and periods: the board knows none with a quote or a control character, but a definition might.
void append_text(std::string& json, std::string_view name, std::string_view text) {
    if (text.empty()) {
        return;
    }
    json.append(",\"").append(name).append("\":\"");
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json += '\\';
        }
        json += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    json += '"';
}

}  // namespace

void append_cell(std::string& json, std::uint64_t offset, const v1::Cell& cell) {
    json.append("{\"offset\":").append(std::to_string(offset));
    append_text(json, "area", cell.area());
    append_text(json, "calendar", cell.calendar() == v1::CALENDAR_UNSPECIFIED ? "" : v1::Calendar_Name(cell.calendar()));
    append_text(json, "period", cell.period());
    append_text(json, "indicator", cell.indicator());
    append_text(json, "cut", cell.cut());
    append_text(json, "cutValue", cell.cut_value());
    append_text(json, "number", cell.number() == 0 ? "" : std::to_string(cell.number()));
    if (!cell.histogram().empty()) {
        json.append(",\"histogram\":{");
        for (const auto& [days, events] : std::map<std::int32_t, std::int64_t>(cell.histogram().begin(), cell.histogram().end())) {
            json.append(json.back() == '{' ? "\"" : ",\"")
                .append(std::to_string(days))
                .append("\":\"")
                .append(std::to_string(events))
                .append("\"");
        }
        json += '}';
    }
    if (cell.has_lineage()) {
        json.append(",\"lineage\":{");
        if (cell.lineage().events() != 0) {
            json.append("\"events\":").append(std::to_string(cell.lineage().events()));
        }
        if (cell.lineage().digest() != 0) {
            json.append(json.back() == '{' ? "" : ",").append("\"digest\":\"").append(std::to_string(cell.lineage().digest())).append("\"");
        }
        json += '}';
    }
    json += '}';
}

Page page_after(const Board& board, std::uint64_t after, std::uint64_t last, std::size_t most) {
    const auto found = board.stamped_after(after, most);
    Page page{"[", last, found.size() >= most};
    for (const auto& [stamp, id] : found) {
        page.cells += page.cells.size() > 1 ? "," : "";
        append_cell(page.cells, stamp, board.cell(id));
    }
    page.cells += "]";
    if (page.more) {
        page.last = found.back().first;
        page.more = page.last < last;
    }
    return page;
}

std::string cells_message(std::uint64_t epoch, std::uint64_t last, const std::string& cells) {
    return "{\"epoch\":\"" + std::to_string(epoch) + "\",\"last\":" + std::to_string(last) + ",\"cells\":" + cells + "}";
}

}  // namespace chieng::web
