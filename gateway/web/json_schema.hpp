// SPDX-License-Identifier: Apache-2.0
// JSON Schema (draft 7) of the contract's messages: of their proto3 JSON, with what the options say of each field: labels, bounds,
// shapes, data classes. Read from the descriptors; nothing about a field is written here.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace chieng::web {

using Json = nlohmann::ordered_json;

class JsonSchemas {
public:
    // A reference to the message's schema. From then on it, and what it refers to, are in all().
    [[nodiscard]] Json reference(const google::protobuf::Descriptor& type);
    // By name; a message inside another is Outer.Inner.
    [[nodiscard]] const Json& all() const { return all_; }

private:
    [[nodiscard]] Json reference(const google::protobuf::EnumDescriptor& type);
    [[nodiscard]] Json message(const google::protobuf::Descriptor& type);
    [[nodiscard]] Json field(const google::protobuf::FieldDescriptor& field);
    [[nodiscard]] Json item(const google::protobuf::FieldDescriptor& field);

    Json all_ = Json::object();
};

}  // namespace chieng::web
