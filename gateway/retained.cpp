// SPDX-License-Identifier: Apache-2.0
#include "gateway/retained.hpp"

#include "services/runtime/host/host.hpp"
#include "services/runtime/host/program.hpp"

#include <chrono>
#include <cstdio>
#include <span>
#include <variant>

namespace chieng {
namespace {

class Listener {
public:
    explicit Listener(const std::vector<std::string>& filters) : filters_(filters) {}

    Actions handle(std::span<const Input> inputs, const std::function<void(const Message&)>& take) {
        Actions actions;
        for (const auto& input : inputs) {
            if (std::holds_alternative<LinkUp>(input)) {
                for (const auto& filter : filters_) {
                    actions.emplace_back(Subscribe{filter});
                }
                up_ = true;
            } else if (const auto* arrived = std::get_if<Arrived>(&input)) {
                take(arrived->message);
                quiet_ = 0;
            } else if (std::holds_alternative<Tick>(input) && up_) {
                ++quiet_;
            }
        }
        return actions;
    }
    [[nodiscard]] bool quiet() const { return quiet_ >= 5; }

private:
    const std::vector<std::string>& filters_;
    bool up_ = false;
    int quiet_ = 0;
};

}  // namespace

int read_retained(const MqttOptions& mqtt, const std::vector<std::string>& filters, const std::function<void(const Message&)>& take) {
    Listener listener(filters);
    Host host(mqtt);
    host.add("retained", [&](std::span<const Input> inputs, Instant) { return listener.handle(inputs, take); });
    host.until([&] { return listener.quiet(); });
    if (!host.run(std::chrono::seconds(15))) {
        std::fprintf(stderr, "no answer from the broker at %s; is it running?\n", mqtt.broker.c_str());
        return exit_unavailable;
    }
    return 0;
}

}  // namespace chieng
