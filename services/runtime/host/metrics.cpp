// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace chieng {

class Metrics::Registry {
public:
    prometheus::Registry all;
    std::vector<std::pair<prometheus::Counter*, Read>> counters;
    std::vector<std::pair<prometheus::Gauge*, Read>> gauges;
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

void Metrics::counter(const std::string& name, const std::string& help, const Labels& labels, Read read) {
    auto& made = prometheus::BuildCounter().Name(name).Help(help).Register(registry_->all).Add(labels);
    registry_->counters.emplace_back(&made, std::move(read));
}

void Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels, Read read) {
    auto& made = prometheus::BuildGauge().Name(name).Help(help).Register(registry_->all).Add(labels);
    registry_->gauges.emplace_back(&made, std::move(read));
}

Metrics::Observe Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels,
                                    const std::vector<double>& bounds) {
    auto& made = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->all).Add(labels, bounds);
    return [&made](double value) { made.Observe(value); };
}

std::string Metrics::text() {
    for (auto& [counter, read] : registry_->counters) {
        counter->Increment(read() - counter->Value());
    }
    for (auto& [gauge, read] : registry_->gauges) {
        gauge->Set(read());
    }
    return prometheus::TextSerializer().Serialize(registry_->all.Collect());
}

}  // namespace chieng
