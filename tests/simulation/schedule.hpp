// SPDX-License-Identifier: Apache-2.0
// The world's only queue: what happens next, ordered by (time, sequence).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace chieng::simulation {

using Millis = std::chrono::milliseconds;

class Schedule {
public:
    using Task = std::function<void()>;

    void at(Millis when, Task task) { tasks_.emplace(std::pair(std::max(when, now_), ++sequence_), std::move(task)); }
    void after(Millis delay, Task task) { at(now_ + delay, std::move(task)); }

    void run_until(Millis end) {
        while (!tasks_.empty() && tasks_.begin()->first.first <= end) {
            auto next = tasks_.extract(tasks_.begin());
            now_ = next.key().first;
            next.mapped()();
        }
        now_ = end;
    }

    [[nodiscard]] Millis now() const { return now_; }

private:
    Millis now_{0};
    std::uint64_t sequence_ = 0;
    std::map<std::pair<Millis, std::uint64_t>, Task> tasks_;
};

}  // namespace chieng::simulation
