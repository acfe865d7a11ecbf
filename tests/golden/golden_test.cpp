// SPDX-License-Identifier: Apache-2.0
// The very bytes of the contract and of what stands on disk. A changed field number, type, enum value or JSON name is a
// device that is not understood or a store that cannot be read: it fails here. To write the files anew on purpose:
//
//     CHIENG_WRITE_GOLDEN=1 .build/dev/tests/golden_tests
#include "chieng/store/v1/board.pb.h"
#include "chieng/store/v1/inbox.pb.h"
#include "chieng/store/v1/outbox.pb.h"
#include "chieng/v1/status.pb.h"
#include "services/runtime/core/json.hpp"
#include "tests/support/events.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <set>

using namespace chieng;
using namespace chieng::testing;
using google::protobuf::Message;

namespace {

using MessagePtr = std::unique_ptr<Message>;

struct Golden {
    std::string file;
    MessagePtr message;
};

std::string bytes_of(const Message& message) {
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
    coded.Trim();
    return bytes;
}

v1::Event enveloped(v1::Event event) {
    event.set_recorded_at(1'649'559'600);
    event.set_note("Họp làng");
    return correcting(std::move(event), v1::Correction::REPLACE, 2, "p-2");
}

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

v1::Events message_with(const v1::Event& event) {
    v1::Events events;
    events.ParseFromString(payload("p-1", {event}));
    return events;
}

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

v1::Receipt a_receipt() {
    v1::Receipt receipt;
    receipt.set_device("p-1");
    receipt.set_service("session");
    auto& stored = *receipt.add_answers();
    stored.set_verdict(v1::STORED);
    stored.set_month(202204);
    stored.add_sequences(4);
    stored.add_sequences(50);
    *receipt.add_answers() = a_refusal();
    return receipt;
}

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
    auto& page = *device.add_open();
    page.set_number(1093);
    auto& seen = *page.add_seen();
    seen.set_slot(48);
    seen.set_digest(0xFEDCBA9876543210);
    seen.set_offset(70'040);
    return device;
}

template <class M>
void add(std::vector<Golden>& all, const std::string& file, M message) {
    all.push_back({file, std::make_unique<M>(std::move(message))});
}

std::vector<Golden> goldens() {
    std::vector<Golden> all;
    add(all, "events_session_held", message_with(a_full_session()));
    add(all, "events_household_supported", message_with(a_full_support()));
    add(all, "events_commendation_awarded", message_with(a_full_award()));
    add(all, "receipt", a_receipt());
    auto block = a_block();
    *block.add_entries() = a_correcting_entry();
    add(all, "block_of_events", block);
    block.clear_entries();
    *block.add_cells() = a_cell();
    add(all, "block_of_cells", block);
    v1::Head head;
    head.set_epoch(0x1122334455667788);
    head.set_last(70'040);
    add(all, "head", head);
    v1::Request request;
    request.set_after(70'000);
    request.set_max_bytes(65'536);
    add(all, "request", request);
    add(all, "cell", a_cell());
    add(all, "indicator_value", a_value());
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
    add(all, "inbox_page", an_inbox_device().open(0));
    store::v1::Fact fact;
    fact.set_device("p-1");
    fact.set_sequence(3);
    fact.set_offset(7);
    fact.set_voided(true);
    add(all, "inbox_fact", fact);
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
    store::v1::Entries entries;
    *entries.add_entries() = a_correcting_entry();
    add(all, "journal_entries", entries);
    return all;
}

std::filesystem::path path_of(const std::string& file) {
    return std::filesystem::path(CHIENG_GOLDEN) / file;
}

// What the file holds, or, when that is asked for, what it shall hold from now on.
std::string held(const std::string& file, const std::string& now) {
    if (std::getenv("CHIENG_WRITE_GOLDEN") != nullptr) {
        std::ofstream(path_of(file)) << now;
        return now;
    }
    std::ifstream in(path_of(file));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string hex(const std::string& bytes) {
    constexpr auto* digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
        text += (i + 1) % 32 == 0 || i + 1 == bytes.size() ? '\n' : ' ';
    }
    return text;
}

std::string from_hex(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 3) {
        bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    }
    return bytes;
}

// Every field that is set somewhere, and every field that there is, of a message and of those in it.
void note_fields(const Message& message, std::set<std::string>& set_somewhere) {
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    const auto& at = *message.GetReflection();
    at.ListFields(message, &fields);
    for (const auto* field : fields) {
        set_somewhere.insert(field->full_name());
        if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
            continue;
        }
        for (int i = 0; i < (field->is_repeated() ? at.FieldSize(message, field) : 1); ++i) {
            note_fields(field->is_repeated() ? at.GetRepeatedMessage(message, field, i) : at.GetMessage(message, field), set_somewhere);
        }
    }
}

void list_fields(const google::protobuf::Descriptor& type, std::set<std::string>& fields) {
    for (int i = 0; i < type.field_count(); ++i) {
        if (fields.insert(type.field(i)->full_name()).second && type.field(i)->message_type() != nullptr) {
            list_fields(*type.field(i)->message_type(), fields);
        }
    }
}

// Numbers, names and types of a message and of all that it holds: name -> text.
void note_schema(const google::protobuf::Descriptor& type, std::map<std::string, std::string>& schema) {
    if (schema.contains(type.full_name())) {
        return;
    }
    auto& text = schema[type.full_name()];
    text = "message " + type.full_name() + "\n";
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& field = *type.field(i);
        const auto* inner = field.message_type();
        const auto* values = field.enum_type();
        text += "    " + std::to_string(field.number()) + " " + field.name() + (field.is_repeated() ? " repeated " : " ") +
                (inner != nullptr    ? inner->full_name()
                 : values != nullptr ? values->full_name()
                                     : field.type_name()) +
                "\n";
    }
    for (int i = 0; i < type.field_count(); ++i) {
        if (const auto* inner = type.field(i)->message_type()) {
            note_schema(*inner, schema);
        } else if (const auto* values = type.field(i)->enum_type()) {
            auto& list = schema[values->full_name()];
            list = "enum " + values->full_name() + "\n";
            for (int n = 0; n < values->value_count(); ++n) {
                list += "    " + std::to_string(values->value(n)->number()) + " " + values->value(n)->name() + "\n";
            }
        }
    }
}

}  // namespace

TEST_CASE("golden bytes are read as what they were and written as they are") {
    for (const auto& golden : goldens()) {
        INFO(golden.file + ".hex");
        const auto now = hex(bytes_of(*golden.message));
        const auto before = held(golden.file + ".hex", now);
        CHECK(before == now);
        const MessagePtr read(golden.message->New());
        REQUIRE(read->ParseFromString(from_hex(before)));
        CHECK(read->DebugString() == golden.message->DebugString());
    }
}

TEST_CASE("every field of the contract and of the stores stands in golden bytes") {
    std::set<std::string> wanted;
    std::set<std::string> set_somewhere;
    for (const auto& golden : goldens()) {
        list_fields(*golden.message->GetDescriptor(), wanted);
        note_fields(*golden.message, set_somewhere);
        // An entry holds its event as bytes.
        list_fields(*v1::Event::descriptor(), wanted);
    }
    CHECK(set_somewhere == wanted);
}

TEST_CASE("fields and enum values keep their numbers, names and types") {
    std::map<std::string, std::string> schema;
    for (const auto& golden : goldens()) {
        note_schema(*golden.message->GetDescriptor(), schema);
    }
    std::string now;
    for (const auto& [name, text] : schema) {
        now += text;
    }
    CHECK(held("schema.txt", now) == now);
}

TEST_CASE("proto3 JSON of each event is accepted as the same event, and printed as it was") {
    for (const auto& [file, event] : std::vector<std::pair<std::string, v1::Event>>{{"events_session_held.json", a_full_session()},
                                                                                    {"events_household_supported.json", a_full_support()},
                                                                                    {"events_commendation_awarded.json", a_full_award()}}) {
        INFO(file);
        std::string now;
        google::protobuf::util::JsonPrintOptions options;
        options.add_whitespace = true;
        REQUIRE(google::protobuf::util::MessageToJsonString(message_with(event), &now, options).ok());
        const auto text = held(file, now);
        CHECK(text == now);
        store::v1::FrozenEvents frozen;
        std::string error;
        REQUIRE(is_json(text));
        REQUIRE(from_json(text, frozen, error));
        CHECK(frozen.device() == "p-1");
        CHECK(frozen.commune() == "23656");
        REQUIRE(frozen.events_size() == 1);
        CHECK(frozen.events(0) == bytes_of(event));
    }
}

TEST_CASE("a CloudEvent in structured mode is accepted as the same event") {
    std::ifstream in(path_of("cloud_event.json"));
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    store::v1::FrozenEvents frozen;
    std::string error;
    REQUIRE(is_json(text));
    REQUIRE(from_json(text, frozen, error));
    CHECK(frozen.device() == "web-1");
    CHECK(frozen.commune() == "23656");
    REQUIRE(frozen.events_size() == 1);
    auto expected = a_session_held(12);
    CHECK(frozen.events(0) == bytes_of(expected));
}

TEST_CASE("a receipt and an indicator in JSON are printed as they were") {
    CHECK(held("receipt.json", to_json(a_receipt()) + "\n") == to_json(a_receipt()) + "\n");
    CHECK(held("indicator_value.json", to_json(a_value()) + "\n") == to_json(a_value()) + "\n");
}
