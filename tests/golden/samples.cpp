// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/samples.hpp"

#include "chieng/store/v1/board.pb.h"
#include "chieng/store/v1/inbox.pb.h"
#include "chieng/store/v1/outbox.pb.h"
#include "chieng/v1/status.pb.h"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

namespace chieng::testing {

std::string bytes_of(const google::protobuf::Message& message) {
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
    coded.Trim();
    return bytes;
}

namespace {

v1::Event enveloped(v1::Event event) {
    event.set_recorded_at(1'649'559'600);
    event.set_note("Họp làng");
    return correcting(std::move(event), v1::Correction::REPLACE, 2, "p-2");
}

}  // namespace

v1::Event a_full_session() {
    auto event = enveloped(a_session_held(3));
    auto& session = *event.mutable_session_held();
    session.add_topics(v1::TOURISM);
    session.add_languages(v1::OTHER_MINORITY_LANGUAGE);
    session.mutable_audience()->set_ethnic_minority(40);
    session.mutable_audience()->set_near_poor_households(7);
    session.mutable_audience()->set_escaped_households(2);
    session.add_partners(v1::WOMEN);
    session.add_partners(v1::YOUTH);
    return event;
}

v1::Event a_full_support() {
    auto event = enveloped(a_household_supported(300));
    event.mutable_household_supported()->set_workdays(12);
    return event;
}

v1::Event a_full_award() {
    auto event = enveloped(a_commendation_awarded(70'000));
    event.mutable_commendation_awarded()->set_bonus_vnd(1'000'000);
    return event;
}

v1::Event a_full_envelope() {
    return filled_to_the_brim(*v1::Event::descriptor()->FindFieldByName("session_held"));
}

v1::Events message_with(const v1::Event& event) {
    v1::Events events;
    events.ParseFromString(payload("p-1", {event}));
    return events;
}

namespace {

v1::Reason a_reason() {
    v1::Reason reason;
    reason.set_field("session_held.audience.female");
    reason.set_code("ABOVE_TOTAL");
    reason.set_vi("Phần lớn hơn tổng: Nữ 46 > 45.");
    reason.set_en("A part is above its total: Nữ 46 > 45.");
    return reason;
}

v1::Answer a_refusal() {
    v1::Answer answer;
    answer.set_verdict(v1::DUPLICATE);
    answer.set_first(v1::REFUSED);
    for (const std::uint64_t n : {0U, 2U, 3U, 1U}) {
        answer.add_sequences(n);
    }
    *answer.add_reasons() = a_reason();
    return answer;
}

}  // namespace

v1::Receipt a_receipt() {
    v1::Receipt receipt;
    receipt.set_device("p-1");
    receipt.set_service("session");
    auto& stored = *receipt.add_answers();
    stored.set_verdict(v1::STORED);
    stored.set_month(202204);
    stored.add_sequences(4);
    stored.add_sequences(50);
    stored.set_check(0x89ABCDEF);
    *receipt.add_answers() = a_refusal();
    return receipt;
}

namespace {

v1::Entry a_correcting_entry() {
    v1::Entry entry;
    entry.set_device("p-1");
    entry.set_event(bytes_of(a_full_session()));
    entry.set_received_at(1'649'560'000);
    entry.set_effect(v1::Entry::NOTHING);
    entry.mutable_retracts()->set_device("p-2");
    entry.mutable_retracts()->set_event(bytes_of(a_session_held(2)));
    entry.mutable_retracts()->set_received_at(1'649'550'000);
    return entry;
}

v1::Entry a_restoring_entry() {
    v1::Entry entry;
    entry.set_device("o-1");
    *entry.mutable_restores() = a_correcting_entry().retracts();
    return entry;
}

v1::Cell a_cell() {
    v1::Cell cell;
    cell.set_area("23656-01");
    cell.set_calendar(v1::OFFICIAL);
    cell.set_period("2022-Q2");
    cell.set_indicator("COM-02");
    cell.set_cut("sex");
    cell.set_cut_value("female");
    cell.set_number(-20);
    (*cell.mutable_histogram())[-3] = 2;
    (*cell.mutable_histogram())[41] = 1;
    cell.mutable_lineage()->set_events(3);
    cell.mutable_lineage()->set_digest(0x0123456789ABCDEF);
    return cell;
}

v1::Block a_block() {
    v1::Block block;
    block.set_epoch(0x1122334455667788);
    block.set_first(7);
    block.set_last(7);
    block.set_before(0xAABBCCDD00112233);
    block.set_after(0x99887766FFEEDDCC);
    return block;
}

}  // namespace

v1::IndicatorValue a_change() {
    v1::IndicatorValue value;
    value.set_indicator("POV-08");
    value.set_start_number(2'518);
    value.set_start_denominator(18'000);
    auto& part = *value.add_parts();
    part.set_number(12);
    part.set_denominator(93);
    part.set_start_number(18);
    part.set_start_denominator(95);
    return value;
}

v1::IndicatorValue a_target_of_nothing() {
    v1::IndicatorValue value;
    value.set_indicator("TGT-01");
    auto& part = *value.add_parts();
    part.set_cut("indicator");
    part.set_cut_value("INS-04");
    part.set_denominator(9'500);
    part.set_unknown(true);
    return value;
}

v1::IndicatorValue a_suppressed_value() {
    v1::IndicatorValue value;
    value.set_indicator("SUP-01");
    value.set_suppressed(true);
    auto& part = *value.add_parts();
    part.set_cut("kind");
    part.set_cut_value("HOUSE_NEW");
    part.set_suppressed(true);
    return value;
}

store::v1::BoardSubject a_board_subject() {
    store::v1::BoardSubject subject;
    subject.set_key(0xFEDCBA9876543210);
    subject.set_stock(true);
    subject.set_revocable(true);
    auto& version = *subject.add_versions();
    version.set_feed("23656/session");
    version.set_place("23656-01");
    version.set_order(2);
    version.set_day(19'000);
    version.set_recorded_at(1'649'559'600);
    version.set_received_at(1'649'560'000);
    version.set_digest(0x0123456789ABCDEF);
    version.set_time(48'525);
    version.set_withdraws(true);
    version.set_scope(0x24);
    version.set_device("phone-1");
    version.set_sequence(12);
    version.set_agreed(true);
    version.set_agreed_on(18'990);
    version.add_series(70'000);
    version.add_areas("23656-01");
    version.add_amounts(-3);
    return subject;
}

v1::IndicatorValue a_value() {
    v1::IndicatorValue value;
    value.set_area("23656");
    value.set_calendar(v1::CALENDAR_MONTHS);
    value.set_period("2022-04");
    value.set_from("2022-04-01");
    value.set_to("2022-04-30");
    value.set_indicator("COM-04");
    value.set_number(3);
    value.set_denominator(10);
    (*value.mutable_histogram())[5] = 2;
    value.set_median(20.5);
    auto& part = *value.add_parts();
    part.set_cut("form");
    part.set_cut_value("TALK");
    part.set_number(2);
    *part.mutable_lineage() = a_cell().lineage();
    *value.mutable_lineage() = a_cell().lineage();
    value.set_as_of(1'649'560'000);
    return value;
}

namespace {

store::v1::OutboxItem an_outbox_item() {
    store::v1::OutboxItem item;
    item.set_service("session");
    item.set_sequence(3);
    item.set_event(bytes_of(a_full_session()));
    item.set_title("SessionHeld");
    item.set_occurred_on("2022-03-20");
    item.set_posted_at(1'649'559'600);
    item.set_attempts(2);
    *item.mutable_answer() = a_refusal();
    item.set_done(true);
    item.set_last_sent_at(1'649'559'900);
    item.set_answered_at(1'649'560'000);
    item.set_digest(0x89ABCDEF);
    item.set_village("23656-01");
    item.set_corrects(2);
    item.set_voids(true);
    return item;
}

v1::Status a_status() {
    v1::Status status;
    status.set_device("p-1");
    status.set_commune("23656");
    status.set_online(true);
    status.set_recorded_at(1'649'560'000);
    auto& service = *status.add_services();
    service.set_service("session");
    service.set_posted(7);
    service.set_stored(3);
    service.set_refused(1);
    service.set_waiting(3);
    for (const auto number : {2U, 2U, 6U, 7U}) {
        service.add_waiting_runs(number);
    }
    return status;
}

store::v1::Device an_inbox_device() {
    store::v1::Device device;
    for (const std::uint64_t n : {1U, 40U, 42U, 70'000U}) {
        device.add_stored(n);
    }
    device.add_refused(41);
    device.add_refused(41);
    auto& page = *device.mutable_open();
    page.set_number(1093);
    page.add_slots(48);
    page.add_digests(0xFEDCBA9876543210);
    page.add_steps(70'040);
    return device;
}

template <class M>
void add(std::vector<Golden>& all, const std::string& file, M message) {
    all.push_back({file, std::make_unique<M>(std::move(message))});
}

}  // namespace

std::vector<Golden> goldens() {
    std::vector<Golden> all;
    add(all, "events_session_held", message_with(a_full_session()));
    add(all, "events_household_supported", message_with(a_full_support()));
    add(all, "events_commendation_awarded", message_with(a_full_award()));
    add(all, "events_envelope", message_with(a_full_envelope()));
    for (const auto* body : bodies()) {
        const auto file = "events_" + body->name();
        if (std::none_of(all.begin(), all.end(), [&](const Golden& golden) { return golden.file == file; })) {
            add(all, file, message_with(filled(*body)));
        }
    }
    add(all, "receipt", a_receipt());
    auto block = a_block();
    *block.add_entries() = a_correcting_entry();
    add(all, "block_of_events", block);
    block.clear_entries();
    *block.add_cells() = a_cell();
    add(all, "block_of_cells", block);
    auto answer = a_block();
    answer.set_formerly(0x0102030405060708);
    add(all, "block_of_former_history", answer);
    v1::Head head;
    head.set_epoch(0x1122334455667788);
    head.set_last(70'040);
    add(all, "head", head);
    v1::Request request;
    request.set_after(70'000);
    request.set_max_bytes(65'536);
    add(all, "request", request);
    request.set_epoch(0x0102030405060708);
    add(all, "request_of_former_history", request);
    add(all, "cell", a_cell());
    add(all, "indicator_value", a_value());
    add(all, "indicator_change", a_change());
    add(all, "indicator_target", a_target_of_nothing());
    add(all, "indicator_suppressed", a_suppressed_value());
    add(all, "board_subject", a_board_subject());
    add(all, "outbox_item", an_outbox_item());
    store::v1::Attempts attempts;
    auto& attempt = *attempts.add_attempts();
    attempt.set_sequence(3);
    attempt.set_times(2);
    attempt.set_last_at(1'649'559'900);
    add(all, "outbox_attempts", attempts);
    add(all, "status", a_status());
    store::v1::FrozenEvents frozen;
    frozen.ParseFromString(bytes_of(message_with(a_full_session())));
    add(all, "frozen_events", frozen);
    add(all, "inbox_device", an_inbox_device());
    add(all, "inbox_page", an_inbox_device().open());
    store::v1::Fact fact;
    fact.set_device("p-1");
    fact.set_sequence(3);
    fact.set_offset(7);
    fact.set_voided(true);
    (*fact.mutable_corrected())["p-1"] = 3;
    fact.set_recorded_at(1'649'560'000);
    add(all, "inbox_fact", fact);
    store::v1::Same same;
    same.add_members("p-1/2");
    same.add_members("p-3/1");
    same.set_counts("p-3/1");
    add(all, "inbox_same", same);
    store::v1::Same of_another;
    of_another.set_first("p-1/2");
    add(all, "inbox_same_as_another", of_another);
    add(all, "entry_that_restores", a_restoring_entry());
    store::v1::Claims claims;
    for (const std::uint64_t digest : {0x0123456789ABCDEFU, 0xFEDCBA9876543210U}) {
        claims.add_digests(digest);
        claims.add_offsets(digest % 1'000);
    }
    claims.set_level(1);
    add(all, "claims", claims);
    store::v1::Refusal refusal;
    refusal.set_digest(0xFEDCBA9876543210);
    refusal.set_event(bytes_of(a_session_held(41)));
    *refusal.mutable_answer() = a_refusal();
    refusal.set_received_at(1'649'560'000);
    add(all, "inbox_refusal", refusal);
    store::v1::Quarantined item;
    item.set_topic("chieng/1/23656/session/events/p-1");
    item.set_payload("{");
    item.set_payload_bytes(300'000);
    *item.mutable_reason() = a_reason();
    item.set_received_at(1'649'560'000);
    item.set_times(3);
    add(all, "inbox_quarantined", item);
    store::v1::Checkpoint checkpoint;
    checkpoint.set_epoch(0x1122334455667788);
    checkpoint.set_offset(70'040);
    checkpoint.set_chain(0x99887766FFEEDDCC);
    add(all, "checkpoint", checkpoint);
    store::v1::BoardCell board_cell;
    board_cell.set_feed("23656/session");
    *board_cell.mutable_cell() = a_cell();
    board_cell.add_keys(0xFEDCBA9876543210);
    board_cell.add_counts(-2);
    board_cell.set_stamp(300);
    add(all, "board_cell", board_cell);
    store::v1::Histories histories;
    auto& history = *histories.add_history();
    history.set_epoch(0x0102030405060708);
    history.set_last(70'012);
    add(all, "inbox_histories", histories);
    store::v1::Entries entries;
    *entries.add_entries() = a_correcting_entry();
    add(all, "journal_entries", entries);
    return all;
}

}  // namespace chieng::testing
