// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/ground.hpp"

#include "gateway/indicator/cell_id.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace chieng::web {
namespace {

Day last_day_of(Atom atom) {
    return Atom{atom.index + 1}.first_day() - one_day;
}

bool is_group_code(std::string_view code) {
    return code.find('|') != std::string_view::npos;
}

// The half-months [first, second) of a cell's time.
std::pair<std::int32_t, std::int32_t> reach_of(std::uint64_t time) {
    if (cell_id::is_window(time)) {
        const auto window = cell_id::window_of(time);
        return {window.first_atom().index, window.first_atom().index + window.atoms()};
    }
    const auto begins = cell_id::is_opening(time) ? year_start(cell_id::year_of(time)) + 1 : static_cast<std::int32_t>(time);
    return {begins, begins + 1};
}

// In order; of one cell the board may tell two pieces.
void settle(std::vector<Ground::Cell>& cells) {
    std::sort(cells.begin(), cells.end(), [](const Ground::Cell& one, const Ground::Cell& other) {
        return std::tie(one.time, one.place) < std::tie(other.time, other.place);
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (kept > 0 && cells[kept - 1].time == cells[i].time && cells[kept - 1].place == cells[i].place) {
            cells[kept - 1].number += cells[i].number;
        } else {
            cells[kept++] = cells[i];
        }
    }
    cells.resize(kept);
}

}  // namespace

std::string group_code(std::string_view area, std::string_view kind) {
    return std::string(area) + "|" + std::string(kind);
}

std::int32_t year_start(std::int32_t year) {
    return Period{v1::OFFICIAL, v1::YEAR, year, 1}.first_atom().index;
}

Ground::Ground(const Board& board, const Places& places, const std::string& root, const std::vector<bool>& wanted, const Ground* before)
    : cells_(wanted.size()) {
    std::unordered_map<std::string_view, std::uint32_t> seen;  // the board's own texts
    std::vector<std::string_view> areas;
    auto last = std::numeric_limits<std::int32_t>::min();
    auto first = std::numeric_limits<std::int32_t>::max();
    board.figures([&](const Board::Figure& figure) {
        if (!wanted[figure.series]) {
            return;
        }
        const auto [begins, ends] = reach_of(figure.time);
        first = std::min(first, begins);
        last = std::max(last, ends - 1);
        const auto [area, fresh] = seen.try_emplace(figure.area, static_cast<std::uint32_t>(areas.size()));
        if (fresh) {
            areas.push_back(figure.area);
        }
        cells_[figure.series].push_back({figure.time, area->second, figure.number});
    });
    Layout layout;
    layout.root = root;
    layout.counted.assign(areas.begin(), areas.end());
    std::sort(layout.counted.begin(), layout.counted.end());
    if (!areas.empty()) {  // whole years of either calendar
        layout.first = year_start(Period::of(v1::CALENDAR_MONTHS, v1::YEAR, Atom{first}).year);
        layout.end = year_start(Period::of(v1::OFFICIAL, v1::YEAR, Atom{last}).year + 1) + 1;
    }
    const bool lies_as_before = before != nullptr && before->layout_->first == layout.first && before->layout_->end == layout.end &&
                                before->layout_->counted == layout.counted;
    layout_ = lies_as_before ? before->layout_ : made(std::move(layout), places);
    std::vector<std::uint32_t> ids;
    ids.reserve(areas.size());
    for (const auto area : areas) {
        ids.push_back(layout_->ids.find(area)->second);
    }
    for (auto& cells : cells_) {
        for (auto& cell : cells) {
            cell.place = ids[cell.place];
        }
        settle(cells);
    }
}

std::shared_ptr<const Ground::Layout> Ground::made(Layout layout, const Places& places) {
    std::set<std::string, std::less<>> codes(layout.counted.begin(), layout.counted.end());
    codes.insert(layout.root);
    const auto below = codes;
    for (const auto& code : below) {
        for (auto atom = layout.first; atom < layout.end; ++atom) {
            for (const auto day : {Atom{atom}.first_day(), last_day_of(Atom{atom})}) {
                const auto above = codes_above(layout, places, code, day);
                codes.insert(above.begin(), above.end());
            }
        }
    }
    layout.codes.assign(codes.begin(), codes.end());
    for (std::uint32_t i = 0; i < layout.codes.size(); ++i) {
        layout.ids.emplace(layout.codes[i], i);
    }
    find_chains(layout, places);
    return std::make_shared<const Layout>(std::move(layout));
}

void Ground::find_chains(Layout& layout, const Places& places) {
    for (std::uint32_t place = 0; place < layout.codes.size(); ++place) {
        const auto& code = layout.codes[place];
        const auto near = places.nearest_day(code, Atom{layout.first}.first_day());
        const auto* found = near ? places.find(code, *near) : nullptr;
        layout.levels.push_back(found == nullptr ? v1::Place::LEVEL_UNSPECIFIED : found->level());
        for (auto atom = layout.first; atom < layout.end; ++atom) {
            auto& chain = layout.chains.emplace_back(1, place);
            for (const auto day : {Atom{atom}.first_day(), last_day_of(Atom{atom})}) {
                for (const auto& above : is_group_code(code) ? std::vector<std::string>() : codes_above(layout, places, code, day)) {
                    const auto id = layout.ids.find(above)->second;
                    if (std::find(chain.begin(), chain.end(), id) == chain.end()) {
                        chain.push_back(id);
                    }
                }
            }
        }
    }
}

// What has no place on that day is of the board's own area, as the board has it.
std::vector<std::string> Ground::codes_above(const Layout& layout, const Places& places, const std::string& code, Day day) {
    std::vector<std::string> above;
    const auto* place = places.find(code, day);
    std::string kind;
    for (int level = 0; level < 8 && place != nullptr; ++level) {
        if (place->level() == v1::Place::COMMUNE_LEVEL && place->kind() != v1::Place::KIND_UNSPECIFIED) {
            kind = v1::Place::Kind_Name(place->kind());
        }
        if (place->code() == layout.root || place->parent().empty()) {
            break;
        }
        if (!kind.empty()) {
            above.push_back(group_code(place->parent(), kind));
        }
        above.push_back(place->parent());
        place = places.find(place->parent(), day);
    }
    if (code != layout.root && std::find(above.begin(), above.end(), layout.root) == above.end()) {
        above.push_back(layout.root);
    }
    return above;
}

std::vector<std::uint32_t> Ground::chain(std::uint32_t place, std::int32_t atom, bool kinds) const {
    const auto atoms = static_cast<std::size_t>(end() - first());
    auto chain = layout_->chains[place * atoms + static_cast<std::size_t>(atom - first())];
    if (!kinds) {
        std::erase_if(chain, [&](std::uint32_t one) { return is_group(one); });
    }
    return chain;
}

}  // namespace chieng::web
