// SPDX-License-Identifier: Apache-2.0
// A gateway's HTTP side: hands requests to the API and does what that asks for: posts an event and waits for its receipt, files
// a period, lets somebody follow.
//
// Thread   the loop's.
//
// While the board changes all the time, one state of it is read for a while before the next one is: reading takes a tenth of the
// loop, however many ask. No answer is older than its question.
#pragma once

#include "gateway/serve/cell_streams.hpp"
#include "gateway/serve/gateway.hpp"
#include "gateway/serve/office.hpp"
#include "gateway/serve/pace.hpp"
#include "gateway/web/api.hpp"
#include "services/runtime/adapters/clock.hpp"
#include "services/runtime/host/http_server.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace chieng {

class WebService {
public:
    // How long a question waits for the journals to be read: longer than a service that does not answer is waited for.
    static constexpr std::chrono::milliseconds journals_patience = Journals::answer_within + std::chrono::milliseconds(5'000);

    // The references must outlive it. `folder` keeps the outboxes of what is posted; `book` is a commune's, otherwise null.
    WebService(web::World world, web::Rights rights, Gateway& gateway, const std::string& folder, CommuneBook* book, Telemetry& telemetry);

    [[nodiscard]] HttpOutcome handle(HttpRequest&& request);

    // As a component of the host.
    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);
    [[nodiscard]] Actions farewell(Instant now) const { return office_.farewell(now); }

    [[nodiscard]] std::optional<HttpReply> refuse_metrics(const HttpRequest& request) const { return api_.refuse_metrics(request, now()); }

    [[nodiscard]] std::uint64_t failures() const { return api_.failures(); }
    [[nodiscard]] std::size_t followers() const { return streams_.count(); }

private:
    struct Asking {
        HttpRequest request;
        std::chrono::milliseconds until;
        std::function<void(HttpReply)> answer;
    };

    [[nodiscard]] web::Now now() const;
    [[nodiscard]] HttpOutcome read(HttpRequest&& request);
    [[nodiscard]] HttpOutcome answer(HttpRequest&& request);
    [[nodiscard]] bool must_wait(const HttpRequest& request);
    void read_for_who_waits();
    [[nodiscard]] HttpOutcome await_journals(HttpRequest&& request);
    void answer_who_waits(std::chrono::milliseconds now);
    [[nodiscard]] HttpOutcome post(web::PostEvent post);
    [[nodiscard]] HttpOutcome file(const web::FilePeriod& asked);
    // What was filed over MQTT.
    [[nodiscard]] std::string post_filing(const v1::ReportRequest& request, const v1::ReportReply& reply);

    web::Api api_;
    Gateway& gateway_;
    CommuneBook* book_;
    std::vector<Asking> asking_;   // as many as there are connections
    std::vector<Asking> readers_;  // who wait for the next state of the board that is read; as many
    Pace pace_;
    std::uint64_t read_at_ = 0;  // offset of the state that is read
    Clock clock_;
    Office office_;
    CellStreams streams_;
};

// As many files as the system lets this process have: each who follows is one.
void allow_many_connections();

}  // namespace chieng
