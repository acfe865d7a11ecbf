// SPDX-License-Identifier: Apache-2.0
// Commands that ask a running gateway: file a period, confirm it, show what was filed beside what is true now, compute it once more,
// read the archive and check it, rebuild and compare.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/indicator/definitions.hpp"
#include "gateway/serve/follower.hpp"
#include "services/runtime/adapters/mqtt_link.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chieng {

struct ReportSettings {
    std::string place;
    std::string period;
    std::uint32_t revision = 0;
    bool english = false;
    MqttOptions mqtt;
    std::vector<Source> sources{};
    std::string recipient{};
    std::string filed_by{};
    std::string why{};
    std::string keep_in{};  // a folder
    v1::Role role = v1::ROLE_UNSPECIFIED;
    v1::Organisation organisation = v1::COMMUNE_PEOPLES_COMMITTEE;
};

// Asks the gateway once; empty when it does not answer.
std::optional<v1::ReportReply> ask_reports(const ReportSettings& settings, const v1::ReportRequest& request);
int no_answer(const ReportSettings& settings);
template <class Reply>
[[nodiscard]] const std::string& error_text(const ReportSettings& settings, const Reply& reply) {
    return settings.english || reply.error_vi().empty() ? reply.error() : reply.error_vi();
}
// Of this process, at the broker and in what it is answered on.
[[nodiscard]] std::string client_name();

// The values of a period as the gateway tells them: also those that nothing was counted for, which are not retained.
// An exit code; throws std::invalid_argument when they are refused.
int ask_values(const ReportSettings& settings, const v1::ValuesRequest& request, std::vector<v1::IndicatorValue>& values);

// Each returns an exit code.
int file_period(const ReportSettings& settings, const Definitions& definitions, const Places& places);
int acknowledge(const ReportSettings& settings);
int show_archive(const ReportSettings& settings);
int show_restated(const ReportSettings& settings, const Definitions& definitions);
int recompute_report(const ReportSettings& settings, const Definitions& definitions, const Places& places);
int rebuild_board(const ReportSettings& settings, const Definitions& definitions, const Places& places);

}  // namespace chieng
