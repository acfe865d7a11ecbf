// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/monitor.hpp"

#include "services/runtime/host/http_tls.hpp"

#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <chrono>

namespace chieng {
namespace {

constexpr auto longest_silence = std::chrono::seconds(5);  // between two beats of a loop that turns

}  // namespace

void add_http_options(CLI::App& app, HttpListen& listen) {
    app.add_option("--http", listen.address,
                   "health and metrics: listen on ADDRESS:PORT, such as 127.0.0.1:9100; port 0: a free one; default: off");
    app.add_option("--http-cert", listen.certificate,
                   "certificate of that listener, and after it those that vouch for it (PEM): all of it is then https:// only, TLS 1.2 or "
                   "later, health and metrics too");
    app.add_option("--http-key", listen.key, "its private key (PEM, without a passphrase)");
    app.add_option(
        "--http-ca", listen.authority,
        "who vouches for certificates that clients may show there (PEM): certificate_sha256 in --rights; default: none is asked for");
}

void watch_commits(Metrics& metrics, const std::string& component, SqliteStore& store) {
    const auto observe = metrics.histogram("chieng_commit_duration_seconds", "How long a synced commit took.", {{"component", component}},
                                           {.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5});
    store.on_commit([observe](std::chrono::nanoseconds time) { observe(std::chrono::duration<double>(time).count()); });
}

Monitor::Monitor(Host& host, const HttpListen& listen) : host_(host) {
    watch_link();
    watch_batches();
    ready_when([this] { return host_.status().link.up ? "" : "no link to the broker"; });
    if (listen.address.empty()) {
        static_cast<void>(tls_of(listen));  // nobody is to believe that something listens
    } else {
        server_.emplace(
            host_.loop(), listen,
            HttpServer::Routes{
                {"/livez", [this](const HttpRequest&) { return live(); }},
                {"/readyz", [this](const HttpRequest&) { return ready(); }},
                {"/metrics", [this](const HttpRequest& request) {
                     auto refusal = withhold_ ? withhold_(request) : std::nullopt;
                     return refusal ? std::move(*refusal) : HttpReply{200, metrics_.text(), "text/plain; version=0.0.4; charset=utf-8", {}};
                 }}});
        spdlog::info("http: listening on {}{}{}", listen.address.substr(0, listen.address.rfind(':') + 1), server_->port(),
                     listen.certificate.empty() ? "" : ", TLS only");
    }
}

void Monitor::serve(HttpServer::Handler handler, HttpServer::Bounds bounds) {
    if (server_) {
        server_->serve(std::move(handler), bounds);
    }
}

HttpReply Monitor::live() const {
    const auto silence = std::chrono::steady_clock::now() - host_.status().last_beat;
    if (silence < longest_silence) {
        return {200, "ok\n"};
    }
    return {503, "no beat for " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(silence).count()) + " seconds\n"};
}

HttpReply Monitor::ready() const {
    std::string missing;
    for (const auto& lacks : lacks_) {
        if (const auto what = lacks(); !what.empty()) {
            missing += what + "\n";
        }
    }
    return missing.empty() ? HttpReply{200, "ok\n"} : HttpReply{503, missing};
}

void Monitor::watch_link() {
    const auto link = [this] { return host_.status().link; };
    const auto number = [](auto value) { return static_cast<double>(value); };
    metrics_.gauge("chieng_link_up", "Whether there is a link to the broker.", {}, [=] { return link().up ? 1.0 : 0.0; });
    const std::string messages = "chieng_messages_total";
    const std::string messages_help = "Messages taken from the broker and given to it.";
    metrics_.counter(messages, messages_help, {{"direction", "in"}}, [=] { return number(link().arrived); });
    metrics_.counter(messages, messages_help, {{"direction", "out"}}, [=] { return number(link().published); });
    const std::string dropped = "chieng_messages_dropped_total";
    const std::string dropped_help = "Messages that a full queue of the link did not take; they come or are sent again.";
    metrics_.counter(dropped, dropped_help, {{"direction", "in"}}, [=] { return number(link().dropped_in); });
    metrics_.counter(dropped, dropped_help, {{"direction", "out"}}, [=] { return number(link().dropped_out); });
}

void Monitor::watch_batches() {
    host_.on_batch([this](const std::string& component, std::size_t messages) {
        auto& observe = batches_[component];
        if (!observe) {
            observe = metrics_.histogram("chieng_batch_messages", "Messages that a component took at once.", {{"component", component}},
                                         {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4096});
        }
        observe(static_cast<double>(messages));
    });
}

}  // namespace chieng
