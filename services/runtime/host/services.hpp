// SPDX-License-Identifier: Apache-2.0
// All services: a new one is a line here.
#pragma once

#include "services/commendation/commendation.hpp"
#include "services/culture/culture.hpp"
#include "services/household/household.hpp"
#include "services/monitoring/monitoring.hpp"
#include "services/session/session.hpp"

#include <vector>

namespace chieng {

inline std::vector<Service> all_services() {
    return {make_service<Session>(), make_service<Household>(), make_service<Commendation>(), make_service<Culture>(),
            make_service<Monitoring>()};
}

}  // namespace chieng
