// SPDX-License-Identifier: Apache-2.0
#include "gateway/indicator/event_fields.hpp"

#include "chieng/v1/event.pb.h"
#include "tests/support/events.hpp"
#include "tests/support/filled.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace event_fields_test {

using namespace chieng;
using namespace chieng::testing;

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Every field of an event that can be read, and the tree of them.
struct All {
    FieldTree tree;
    std::vector<Path> paths;

    All() { add(*v1::Event::descriptor(), {}); }

    void add(const Descriptor& type, const std::vector<const FieldDescriptor*>& above) {
        for (int i = 0; i < type.field_count(); ++i) {
            auto steps = above;
            steps.push_back(type.field(i));
            if (type.field(i)->message_type() == nullptr) {
                paths.push_back({steps, tree.add(steps)});
            } else if (!type.field(i)->is_repeated()) {
                add(*type.field(i)->message_type(), steps);
            }
        }
    }
};

const google::protobuf::Message& holder(const google::protobuf::Message& event, const Path& path) {
    const auto* message = &event;
    for (std::size_t i = 0; i + 1 < path.steps.size(); ++i) {
        message = &message->GetReflection()->GetMessage(*message, path.steps[i]);
    }
    return *message;
}

std::int64_t number_in(const google::protobuf::Message& message, const FieldDescriptor& field) {
    const auto& at = *message.GetReflection();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_BOOL: return at.GetBool(message, &field) ? 1 : 0;
        case FieldDescriptor::CPPTYPE_ENUM: return at.GetEnumValue(message, &field);
        case FieldDescriptor::CPPTYPE_UINT32: return at.GetUInt32(message, &field);
        case FieldDescriptor::CPPTYPE_UINT64: return static_cast<std::int64_t>(at.GetUInt64(message, &field));
        default: FAIL("a field of another type: " << field.full_name()); return 0;
    }
}

// What the reader says of the bytes is what protobuf says of them, field by field.
void check(const All& all, EventFields& fields, const std::string& bytes) {
    v1::Event event;
    const bool is_event = event.ParseFromString(bytes);
    REQUIRE(fields.read(bytes) == is_event);
    if (!is_event) {
        return;
    }
    CHECK(fields.body() == static_cast<int>(event.body_case()));
    CHECK(fields.has_correction() == event.has_correction());
    for (const auto& path : all.paths) {
        const auto& message = holder(event, path);
        const auto& at = *message.GetReflection();
        const auto* field = path.back();
        INFO(field->full_name());
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
            if (!field->is_repeated()) {
                CHECK(fields.text(path.id) == at.GetString(message, field));
                continue;
            }
            std::vector<std::string> texts;
            for (int i = 0; i < at.FieldSize(message, field); ++i) {
                texts.push_back(at.GetRepeatedString(message, field, i));
            }
            const auto read = fields.texts(path.id);
            CHECK(std::vector<std::string>(read.begin(), read.end()) == texts);
        } else if (field->is_repeated()) {
            std::vector<std::int64_t> numbers;
            for (int i = 0; i < at.FieldSize(message, field); ++i) {
                numbers.push_back(at.GetRepeatedEnumValue(message, field, i));
            }
            const auto read = fields.numbers(path.id);
            CHECK(std::vector<std::int64_t>(read.begin(), read.end()) == numbers);
        } else {
            CHECK(fields.number(path.id) == number_in(message, *field));
        }
    }
}

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) {
        text += static_cast<char>(value);
    }
    return text;
}

}  // namespace

TEST_CASE("the reader of an event's bytes says what protobuf says, of every type and field") {
    const All all;
    EventFields fields(all.tree);
    for (const auto* type : bodies()) {
        const auto event = filled_to_the_brim(*type);
        INFO(event.ShortDebugString());
        check(all, fields, event.SerializeAsString());
    }
    check(all, fields, "");
    check(all, fields, a_session_held(7).SerializeAsString());
}

TEST_CASE("the reader says what protobuf says of bytes that are out of the ordinary") {
    const All all;
    EventFields fields(all.tree);
    const auto session = a_session_held(7).SerializeAsString();
    auto other = a_session_held(8);
    other.mutable_session_held()->add_topics(v1::LAW);
    other.mutable_session_held()->mutable_audience()->set_total(3);
    const auto support = a_household_supported(9).SerializeAsString();
    check(all, fields, session + other.SerializeAsString());  // a message in two pieces
    check(all, fields, session + support);                    // two bodies: the last stands
    check(all, fields, support + session + support);
    check(all, fields, session + bytes({0xF9, 0x7F, 1, 2, 3, 4, 5, 6, 7, 8}));  // unknown fields: eight bytes, four bytes, text
    check(all, fields, session + bytes({0xFD, 0x7F, 1, 2, 3, 4}) + session);
    check(all, fields, session + bytes({0xFA, 0x7F, 2, 'a', 'b'}));
    check(all, fields, session + bytes({0xFB, 0x7F, 0x08, 1, 0xFC, 0x7F}) + support);                         // an unknown group
    check(all, fields, session + bytes({0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}));  // the largest number
    check(all, fields, session + bytes({0x0A, 1, 'x'}));                                                      // another wire type
    check(all, fields, session + bytes({0x00, 1}));                                                           // no field has number 0
}

TEST_CASE("bytes that break off are no event for the reader either") {
    const All all;
    EventFields fields(all.tree);
    for (const auto& event : {a_session_held(7), a_household_supported(9), a_commendation_awarded(300)}) {
        const auto whole = event.SerializeAsString();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            INFO(size);
            check(all, fields, whole.substr(0, size));
        }
    }
}

}  // namespace event_fields_test
