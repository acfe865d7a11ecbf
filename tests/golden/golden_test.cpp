// SPDX-License-Identifier: Apache-2.0
// The very bytes of the contract and of what stands on disk. A changed field number, type, enum value or JSON name is a
// device that is not understood or a store that cannot be read: it fails here. To write the files anew on purpose:
//
//     CHIENG_WRITE_GOLDEN=1 .build/dev/tests/golden_tests
#include "chieng/store/v1/inbox.pb.h"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/validator.hpp"
#include "tests/golden/held.hpp"
#include "tests/golden/samples.hpp"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace golden_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

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
void note_fields(const google::protobuf::Message& message, std::set<std::string>& set_somewhere) {
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

// Numbers, names and types of an enum's values, of a message's fields and of what is defined in it: name -> text.
void note_schema(const google::protobuf::EnumDescriptor& type, std::map<std::string, std::string>& schema) {
    auto& text = schema[type.full_name()];
    text = "enum " + type.full_name() + "\n";
    for (int i = 0; i < type.value_count(); ++i) {
        text += "    " + std::to_string(type.value(i)->number()) + " " + type.value(i)->name() + "\n";
    }
}

void note_schema(const google::protobuf::Descriptor& type, std::map<std::string, std::string>& schema) {
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
    for (int i = 0; i < type.nested_type_count(); ++i) {
        note_schema(*type.nested_type(i), schema);
    }
    for (int i = 0; i < type.enum_type_count(); ++i) {
        note_schema(*type.enum_type(i), schema);
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

TEST_CASE("every field of what is kept, and of what devices and feeds say, stands in golden bytes") {
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

TEST_CASE("fields and enum values of the contract and of the stores keep their numbers, names and types") {
    std::ifstream in(CHIENG_SCHEMA, std::ios::binary);
    google::protobuf::FileDescriptorSet files;
    REQUIRE(files.ParseFromIstream(&in));
    google::protobuf::DescriptorPool pool;
    std::map<std::string, std::string> schema;
    for (const auto& text : files.file()) {  // each behind what it imports
        const auto* file = pool.BuildFile(text);
        REQUIRE(file != nullptr);
        for (int i = 0; i < file->message_type_count() && file->package().starts_with("chieng."); ++i) {
            note_schema(*file->message_type(i), schema);
        }
        for (int i = 0; i < file->enum_type_count() && file->package().starts_with("chieng."); ++i) {
            note_schema(*file->enum_type(i), schema);
        }
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
                                                                                    {"events_commendation_awarded.json", a_full_award()},
                                                                                    {"events_envelope.json", a_full_envelope()}}) {
        INFO(file);
        std::string now;
        google::protobuf::util::JsonPrintOptions options;
        options.add_whitespace = true;
        REQUIRE(google::protobuf::util::MessageToJsonString(message_with(event), &now, options).ok());
        const auto text = held(file, now);
        CHECK(text == now);
        store::v1::FrozenEvents frozen;
        REQUIRE(is_json(text));
        REQUIRE(from_json(text, frozen).empty());
        CHECK(frozen.device() == "p-1");
        CHECK(frozen.commune() == "23656");
        REQUIRE(frozen.events_size() == 1);
        CHECK(frozen.events(0) == bytes_of(event));
    }
}

TEST_CASE("an event of any type has nothing wrong with it when every field is set, and is the same event in JSON") {
    for (const auto* body : bodies()) {
        INFO(body->name());
        for (const auto& event : {filled(*body), filled_to_the_brim(*body)}) {
            for (const auto& reason : validate(event)) {
                FAIL_CHECK(reason.field() << ": " << reason.en());
            }
            std::string text;
            REQUIRE(google::protobuf::util::MessageToJsonString(message_with(event), &text).ok());
            store::v1::FrozenEvents frozen;
            REQUIRE(from_json(text, frozen).empty());
            REQUIRE(frozen.events_size() == 1);
            CHECK(frozen.events(0) == bytes_of(event));
        }
    }
}

TEST_CASE("a CloudEvent in structured mode is accepted as the same event") {
    std::ifstream in(golden_path("cloud_event.json"));
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    store::v1::FrozenEvents frozen;
    REQUIRE(is_json(text));
    REQUIRE(from_json(text, frozen).empty());
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

}  // namespace golden_test
