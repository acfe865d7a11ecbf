// SPDX-License-Identifier: Apache-2.0
// National lists of administrative units, and what became of the units from one list to the next, as the register of places.
//
// A list of units is a table with the columns level (province, district, commune), code, full_name, type_vi and parent_code, and if
// there are any, full_name_en and province_code, which then must agree. A list of links has old_commune_code and new_commune_code,
// and if there are any, old_province_code and new_province_code, and split: 1 where only a part went this way. The two codes of
// communes alone are such parts; the two of provinces alone link provinces.
//
// Every function throws std::invalid_argument "FILE:LINE: reason"; nothing comes of a list that is broken anywhere.
#pragma once

#include "chieng/v1/place.pb.h"
#include "services/runtime/core/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chieng {

struct UnitList {
    struct Unit {
        v1::Place place;  // without its days
        int line;
    };
    std::string file;
    std::vector<Unit> units;  // by code
};

struct LinkList {
    struct Link {
        std::string from;
        std::string to;
        bool is_partial;
        int line;
    };
    std::string file;
    std::vector<Link> links;  // of communes and provinces: codes tell them apart
};

[[nodiscard]] UnitList read_units(std::string_view text, const std::string& file);
[[nodiscard]] LinkList read_links(std::string_view text, const std::string& file);

// A list in force from a day on, and links from the list before to the one of that day.
struct DatedUnits {
    Day from;
    UnitList list;
};
struct DatedLinks {
    Day on;
    LinkList list;
};

// The lists as one register, in whatever order they are given. Of several successors the first one carries what has no village: one
// that took all of it, else the one that kept the code, else the name, else the lowest code. A unit that is in the next list goes on
// unless a link says otherwise.
[[nodiscard]] v1::Places merge_lists(std::vector<DatedUnits> lists, const std::vector<DatedLinks>& links);

// The register with villages added that are entered once, below the commune of their first day: each is carried along to what its
// commune went into; where no link says what that is, to the unit that was above the commune, so that its numbers stay in every sum
// above. Whoever knows better, of a commune that was divided, enters the village with an end and once more from the next
// day on. Throws std::invalid_argument naming the village.
[[nodiscard]] v1::Places carry_villages(v1::Places units, const v1::Places& villages);

}  // namespace chieng
