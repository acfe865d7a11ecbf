// SPDX-License-Identifier: Apache-2.0
// Filed reports. Closing a period files what the board says of the place and of those right below it: values, the digest of
// each definition, how far each feed had been read, and a SHA-256 over all of it. A filed report never changes; what becomes
// known later stands beside it as restated, and nobody is locked out (Decree 09/2019/NĐ-CP, articles 8 and 12). Recipients
// confirm a filed report; who has and who has not is told with it.
#pragma once

#include "chieng/v1/report.pb.h"
#include "gateway/serve/archive.hpp"
#include "gateway/serve/follower.hpp"
#include "gateway/serve/recipients.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace chieng {

class Reports {
public:
    // The references must outlive it.
    Reports(const Definitions& definitions, const Places& places, std::string place, Follower& follower, Archive& archive, Store& store)
        : definitions_(definitions), places_(places), place_(std::move(place)), follower_(follower), archive_(archive), store_(store) {}

    // Who acknowledges what is filed.
    void serve(const Recipients& recipients) { recipients_ = &recipients; }

    // Called when somebody has filed who says as whom; returns the event that it posted about that: DEVICE/SEQUENCE, or nothing.
    using Filed = std::function<std::string(const v1::ReportRequest& request, const v1::ReportReply& reply)>;
    void tell_filed(Filed filed) { filed_ = std::move(filed); }

    // Also says what was filed once more: a broker may have lost it.
    void start(Actions& actions);
    // Answers a question about reports, values or the board; false when it is none. `caught_up`: the board is whole.
    // Throws Broken when a report cannot be kept.
    bool take(const Message& message, bool caught_up, Instant now, Actions& actions);
    // The same without a message. What it publishes is added to `actions`.
    [[nodiscard]] v1::ReportReply answer(const v1::ReportRequest& request, bool caught_up, Instant now, Actions& actions);

    // What was filed; of revision 0 the latest. Empty when there is none.
    [[nodiscard]] std::optional<v1::Report> filed(const std::string& period, std::uint32_t revision) const;
    // Calls `visit` with each report that was ever filed, in the order of period and revision.
    void each_filed(const std::function<void(const v1::Report&)>& visit) const;
    [[nodiscard]] std::uint64_t filed_count() const;
    // Definitions of that code by which a report was filed, and which are not those of now.
    [[nodiscard]] std::vector<v1::Indicator> former_definitions(const std::string& code) const;
    // What of it is not true any more.
    [[nodiscard]] std::vector<v1::Restatement> restated(const v1::Report& report) const;

private:
    [[nodiscard]] v1::Report report(const Period& period, std::uint32_t revision, Instant now) const;
    void keep_basis();
    void put_basis(v1::ReportReply& reply) const;
    [[nodiscard]] v1::ValuesReply values(const v1::ValuesRequest& request, bool caught_up, Instant now) const;
    void file(const v1::ReportRequest& request, const Period& period, Instant now, v1::ReportReply& reply, Actions& actions);
    void acknowledge(const std::string& recipient, v1::ReportReply& reply, Instant now, Actions& actions);
    [[nodiscard]] bool acknowledges(const std::string& recipient) const;
    void list_acknowledgements(v1::ReportReply& reply) const;
    [[nodiscard]] bool take_up(const Message& message, Instant now);
    void take_up(const v1::Report& report, Instant now);
    void take_up(const v1::Acknowledgement& made, Instant now);
    [[nodiscard]] v1::BoardDigest board_digest() const;
    template <class To>
    void put_positions(To& to) const;

    const Definitions& definitions_;
    const Places& places_;
    std::string place_;
    Follower& follower_;
    Archive& archive_;
    Store& store_;
    const Recipients* recipients_ = nullptr;
    Filed filed_;
    mutable std::optional<std::uint64_t> filed_count_;
};

// What a report of that period says: of the place itself and of those right below it.
[[nodiscard]] std::vector<v1::IndicatorValue> values_to_file(const Board& board, const Places& places, const std::string& place,
                                                             const Period& period);
// Where these values are not what was filed.
[[nodiscard]] std::vector<v1::Restatement> restatements(const v1::Report& report, std::vector<v1::IndicatorValue> now);

// Of the board's bytes, for BoardDigest.
inline constexpr std::size_t digest_buckets = 256;
void put_buckets(const std::string& serialized, v1::BoardDigest& digest);

}  // namespace chieng
