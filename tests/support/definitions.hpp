// SPDX-License-Identifier: Apache-2.0
// The plan's indicators, as they are shipped.
#pragma once

#include "gateway/indicator/definitions.hpp"

#include "data/indicators.hpp"

#include <string>

namespace chieng::testing {

inline const Definitions& definitions() {
    static const Definitions loaded = Definitions::load(data::indicators, "indicators.txtpb");
    return loaded;
}

// And told of nine months besides.
inline std::string text_with_nine_months() {
    return "also: NINE_MONTHS\n" + std::string(data::indicators);
}
inline const Definitions& with_nine_months() {
    static const Definitions loaded = Definitions::load(text_with_nine_months(), "nine_months.txtpb");
    return loaded;
}

}  // namespace chieng::testing
