// SPDX-License-Identifier: Apache-2.0
// Watches a host over HTTP, or HTTPS: /livez (its loop turns), /readyz (what it still lacks to do its work) and /metrics.
#pragma once

#include "services/runtime/adapters/sqlite_store.hpp"
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/http_server.hpp"
#include "services/runtime/host/metrics.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace chieng {

// --http, --http-cert, --http-key, --http-ca.
void add_http_options(CLI::App& app, HttpListen& listen);

// A histogram of how long the commits of a component's store take.
void watch_commits(Metrics& metrics, const std::string& component, SqliteStore& store);

class Monitor {
public:
    // Listens there (see HttpServer); on nothing when the address is empty. The host must outlive it.
    Monitor(Host& host, const HttpListen& listen);

    [[nodiscard]] Metrics& metrics() { return metrics_; }

    // `lacks` says what is still missing, in a few words; nothing when nothing is.
    void ready_when(std::function<std::string()> lacks) { lacks_.push_back(std::move(lacks)); }

    // Whom /metrics are not told: the answer he gets instead. Everybody is, unless this was said.
    void withhold_metrics(std::function<std::optional<HttpReply>(const HttpRequest&)> withhold) { withhold_ = std::move(withhold); }

    // Whatever is none of its paths goes to the handler; nowhere when it listens on nothing.
    void serve(HttpServer::Handler handler, HttpServer::Bounds bounds);

private:
    [[nodiscard]] HttpReply live() const;
    [[nodiscard]] HttpReply ready() const;
    void watch_link();
    void watch_batches();

    Host& host_;
    Metrics metrics_;
    std::vector<std::function<std::string()>> lacks_;
    std::map<std::string, Metrics::Observe> batches_;  // by component
    std::function<std::optional<HttpReply>(const HttpRequest&)> withhold_;
    std::optional<HttpServer> server_;
};

}  // namespace chieng
