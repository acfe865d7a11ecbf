// SPDX-License-Identifier: Apache-2.0
// The plan's indicators, as they are shipped.
#pragma once

#include "gateway/indicator/definitions.hpp"

#include "data/indicators.hpp"

namespace chieng::testing {

inline const Definitions& definitions() {
    static const Definitions loaded = Definitions::load(data::indicators, "indicators.txtpb");
    return loaded;
}

}  // namespace chieng::testing
