// SPDX-License-Identifier: Apache-2.0
// What we are measured against, on the same Paho library:
//   ceiling count BROKER FILTER FILE         only counts what arrives, in a shared counter (the null consumer)
//   ceiling relay BROKER FILTER TOPIC [LOG]  passes each message on to TOPIC, after an append and a sync when LOG is given
// and on the same HTTP server:
//   ceiling bytes ADDRESS:PORT SIZE          answers every request with the same bytes, as a static file is answered
#include "services/runtime/host/host.hpp"
#include "services/runtime/host/http_server.hpp"
#include "services/runtime/host/program.hpp"

#include <mqtt/async_client.h>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace chieng;

class Counter final : public mqtt::callback {
public:
    explicit Counter(std::atomic<std::uint64_t>& count) : count_(count) {}
    void message_arrived(mqtt::const_message_ptr) override { count_.fetch_add(1, std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t>& count_;
};

int count(const std::string& broker, const std::string& filter, const char* file) {
    const int handle = ::open(file, O_RDWR | O_CREAT, 0600);
    if (handle < 0 || ::ftruncate(handle, 4096) != 0) {
        throw std::invalid_argument(std::string(file) + ": cannot be written");
    }
    void* shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    auto* counters = static_cast<std::atomic<std::uint64_t>*>(shared);
    Counter counter(counters[0]);
    mqtt::async_client client(broker, "ceiling-count");
    client.set_callback(counter);
    client.connect()->wait();
    client.subscribe(filter, 1)->wait();
    counters[1] = 1;  // ready
    ::pause();
    return 0;
}

int relay(const std::string& broker, const std::string& filter, const std::string& topic, const char* log) {
    const int handle = log == nullptr ? -1 : ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    MqttOptions options;
    options.broker = broker;
    options.client_id = "ceiling-" + std::to_string(::getpid());
    Host host(options);
    host.add("relay", [&](std::span<const Input> inputs, Instant) {
        Actions actions;
        for (const auto& input : inputs) {
            if (std::holds_alternative<LinkUp>(input)) {
                actions.emplace_back(Subscribe{filter});
            } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
                const auto& payload = arrived->message.payload;
                if (handle >= 0 && ::write(handle, payload.data(), payload.size()) < 0) {
                    throw std::invalid_argument("cannot append");
                }
                actions.emplace_back(Publish{{topic, payload, false}});
            }
        }
        if (handle >= 0 && !actions.empty() && ::fdatasync(handle) != 0) {
            throw std::invalid_argument("cannot sync");
        }
        return actions;
    });
    host.run();
    return 0;
}

int bytes(const std::string& address, std::size_t size) {
    const HttpReply file{200, std::string(size, 'x'), "application/json; charset=utf-8", {{"ETag", "\"x\""}, {"Vary", "Accept-Encoding"}}};
    boost::asio::io_context loop(1);
    HttpServer server(loop, HttpListen{address}, {});
    server.serve([&](HttpRequest&&) -> HttpOutcome { return file; }, {limits::http_api_connections_max, 0});
    loop.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    return guarded([&] {
        if (argc == 5 && std::strcmp(argv[1], "count") == 0) {
            return count(argv[2], argv[3], argv[4]);
        }
        if (argc >= 5 && std::strcmp(argv[1], "relay") == 0) {
            return relay(argv[2], argv[3], argv[4], argc > 5 ? argv[5] : nullptr);
        }
        if (argc == 4 && std::strcmp(argv[1], "bytes") == 0) {
            return bytes(argv[2], std::stoul(argv[3]));
        }
        throw std::invalid_argument(
            "ceiling count BROKER FILTER FILE | ceiling relay BROKER FILTER TOPIC [LOG] | ceiling bytes ADDRESS:PORT SIZE");
    });
}
