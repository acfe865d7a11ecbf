// SPDX-License-Identifier: Apache-2.0
// Stands by a commune's journals: whenever something begins to need attention it posts an AttentionNeeded to the monitoring
// service, once, and one that is over when it ends; and it tells each village's devices what stands, on a retained topic.
//
// What was said before is read from the monitoring journal, not kept here: raised and not over. The difference to what was
// found is posted through an outbox as any device's events are, and only while all that was posted has come back.
#pragma once

#include "gateway/watch/attention.hpp"
#include "gateway/watch/journals.hpp"
#include "services/field/outbox.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace chieng {

class Attendant {
public:
    static constexpr std::chrono::milliseconds pause{1'000};        // between two findings
    static constexpr std::chrono::milliseconds keep_every{10'000};  // what devices said
    static constexpr std::size_t posted_at_once_max = 1'000;

    // `kept` remembers what each device last said: a last will says nothing. The references must outlive it.
    Attendant(const Definitions& definitions, const Places& places, std::string commune, v1::AttentionRules rules,
              std::vector<std::string> services, std::string device, Outbox& outbox, Store& kept);

    [[nodiscard]] Actions handle(std::span<const Input> inputs, Instant now);

    [[nodiscard]] bool caught_up() const { return caught_up_; }
    [[nodiscard]] const Attentions& found() const { return found_; }
    [[nodiscard]] std::uint64_t difference() const { return difference_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_.size(); }

    // The outbox knows of fewer events than the journal has from this device: it was lost, or another one uses the name.
    [[nodiscard]] bool outbox_was_lost() const;

private:
    void make_watch();
    void take(const v1::Status& status);
    void keep(Instant now);
    [[nodiscard]] bool all_came_back() const;
    void post_changes(Day today, Instant now);
    bool post(const AttentionKey& key, Day since, bool over, Day today, Instant now);
    void tell_villages(Actions& actions, Day today, Instant now);

    const Definitions& definitions_;
    const Places& places_;
    std::string commune_;
    v1::AttentionRules rules_;
    std::string device_;
    Outbox& outbox_;
    Store& kept_;
    std::map<std::string, std::string> to_keep_;  // by device
    std::optional<Watch> watch_;
    Journals journals_;
    bool link_is_up_ = false;
    bool changed_ = true;
    bool caught_up_ = false;
    std::optional<Day> day_;
    Attentions found_;
    std::uint64_t difference_ = 0;
    std::set<std::pair<AttentionKey, bool>> refused_;  // not posted again: the schema or the register of places has no word for it
    std::map<std::string, std::string> told_;          // village -> what its topic holds
    std::chrono::milliseconds next_at_{0};
    std::chrono::milliseconds keep_at_{0};
};

// chieng/1/{commune}/notices/{village}.
[[nodiscard]] std::string notices_topic(const std::string& commune, const std::string& village);

}  // namespace chieng
