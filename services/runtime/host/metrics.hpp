// SPDX-License-Identifier: Apache-2.0
// Numbers for Prometheus. Counters and gauges are read from their owner when somebody asks, so nothing that counts knows of
// metrics; histograms are told.
//
// Thread   the loop's; a histogram may be told from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace chieng {

class Metrics {
public:
    using Labels = std::map<std::string, std::string>;
    using Read = std::function<double()>;
    using Observe = std::function<void(double)>;

    Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    Metrics(Metrics&&) = delete;
    Metrics& operator=(Metrics&&) = delete;
    ~Metrics();

    // `read` gives what was counted since the start; it never falls.
    void counter(const std::string& name, const std::string& help, const Labels& labels, Read read);
    void gauge(const std::string& name, const std::string& help, const Labels& labels, Read read);
    // Valid as long as this lives.
    [[nodiscard]] Observe histogram(const std::string& name, const std::string& help, const Labels& labels,
                                    const std::vector<double>& bounds);

    // All of them in Prometheus' text format.
    [[nodiscard]] std::string text();

private:
    class Registry;
    std::unique_ptr<Registry> registry_;
};

}  // namespace chieng
