// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/json_schema.hpp"

#include "chieng/v1/options.pb.h"

#include <google/protobuf/descriptor.h>

#include <cstdint>

namespace chieng::web {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
template <class Type>
std::string name_of(const Type& type) {
    return type.full_name().substr(type.file()->package().size() + 1);
}

Json reference_to(const std::string& name) {
    return {{"$ref", "#/components/schemas/" + name}};
}

void put_label(const v1::Label& label, const std::string& unit, Json& schema) {
    if (!label.vi().empty()) {
        schema["title"] = label.vi();
        schema["description"] = label.en() + (unit.empty() ? "" : " (" + unit + ")");
    }
}

const char* pattern_of(v1::Shape shape) {
    switch (shape) {
        case v1::REFERENCE: return "^[A-Za-z0-9._/-]*$";
        case v1::VILLAGE_CODE: return "^[0-9]{5}-[0-9]{2}$";
        case v1::DATE: return "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
        case v1::PERIOD: return "^[0-9]{4}(-([0-9]{2}|Q[1-4]|H[12]|9M))?$";
        case v1::INDICATOR_CODE: return "^[A-Z]{3}-[0-9]{2}$";
        case v1::TIME: return "^[0-2][0-9]:[0-5][0-9]$";
        default: return nullptr;
    }
}

Json text(const v1::FieldRule& rule) {
    Json schema{{"type", "string"}};
    if (rule.required()) {
        schema["minLength"] = 1;
    }
    if (rule.max_chars() > 0) {
        schema["maxLength"] = rule.max_chars();
    }
    if (const auto* pattern = pattern_of(rule.shape())) {
        schema["pattern"] = pattern;
    }
    return schema;
}

Json number(const FieldDescriptor& field, const v1::FieldRule& rule) {
    const bool is_wide = field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64 || field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
    const bool is_signed = field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 || field.cpp_type() == FieldDescriptor::CPPTYPE_INT32;
    Json schema{{"type", "integer"}};
    if (is_wide) {  // proto3 JSON writes them as texts
        schema = {{"type", {"string", "integer"}}, {"pattern", is_signed ? "^-?[0-9]{1,19}$" : "^[0-9]{1,20}$"}};
    }
    if (rule.min() > 0 || rule.required()) {
        schema["minimum"] = rule.min() > 0 ? rule.min() : 1;
    } else if (!is_signed) {
        schema["minimum"] = 0;
    }
    if (rule.max() > 0) {
        schema["maximum"] = rule.max();
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
        schema["maximum"] = UINT32_MAX;
    }
    if (rule.decimals() > 0) {
        schema["x-decimals"] = rule.decimals();
    }
    return schema;
}

// What JSON Schema has no word for.
void put_rest(const v1::FieldRule& rule, Json& schema) {
    if (!rule.at_most().empty()) {
        schema["x-at-most"] = rule.at_most();
    }
    for (const auto& part : rule.sum()) {
        schema["x-sum-of"].push_back(part);
    }
    if (rule.data_class() != v1::DATA_CLASS_UNSPECIFIED) {
        schema["x-data-class"] = v1::DataClass_Name(rule.data_class());
    }
}

void put_rule(const v1::EventRule& rule, Json& schema) {
    if (rule.service().empty() && !rule.any_service()) {
        return;
    }
    put_label(rule.label(), "", schema);
    schema["x-service"] = rule.any_service() ? "the service of the event that it is about" : rule.service();
    schema["x-data-class"] = v1::DataClass_Name(rule.data_class());
    schema["x-in-a-village"] = rule.in_a_village();
    for (const auto& section : rule.plan()) {
        schema["x-plan"].push_back(section);
    }
}

}  // namespace

Json JsonSchemas::reference(const Descriptor& type) {
    const auto name = name_of(type);
    if (!all_.contains(name)) {
        all_[name] = Json::object();  // a message may hold itself
        auto made = message(type);
        all_[name] = std::move(made);
    }
    return reference_to(name);
}

Json JsonSchemas::reference(const EnumDescriptor& type) {
    const auto name = name_of(type);
    if (!all_.contains(name)) {
        Json schema{{"type", "string"}, {"enum", Json::array()}};
        for (int i = 0; i < type.value_count(); ++i) {
            const auto& value = *type.value(i);
            if (value.number() == 0 && value.name().ends_with("_UNSPECIFIED")) {
                continue;  // is left out
            }
            schema["enum"].push_back(value.name());
            if (const auto& label = value.options().GetExtension(v1::value); !label.vi().empty()) {
                schema["x-labels"][value.name()] = {{"vi", label.vi()}, {"en", label.en()}};
            }
        }
        all_[name] = std::move(schema);
    }
    return reference_to(name);
}

Json JsonSchemas::message(const Descriptor& type) {
    Json schema{{"type", "object"}};
    put_rule(type.options().GetExtension(v1::event), schema);
    auto properties = Json::object();
    auto required = Json::array();
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& each = *type.field(i);
        properties[each.json_name()] = field(each);
        if (each.options().GetExtension(v1::field).required()) {
            required.push_back(each.json_name());
        }
    }
    schema["properties"] = std::move(properties);
    if (!required.empty()) {
        schema["required"] = std::move(required);
    }
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
        for (int n = 0; n < type.oneof_decl(i)->field_count(); ++n) {
            schema["oneOf"].push_back({{"required", {type.oneof_decl(i)->field(n)->json_name()}}});
        }
    }
    return schema;
}

Json JsonSchemas::field(const FieldDescriptor& field) {
    const auto& rule = field.options().GetExtension(v1::field);
    Json schema = Json::object();
    put_label(rule.label(), rule.unit(), schema);
    if (field.is_map()) {
        schema["type"] = "object";
        schema["additionalProperties"] = item(*field.message_type()->map_value());
    } else if (field.is_repeated()) {
        schema["type"] = "array";
        schema["items"] = item(field);
        if (rule.max_items() > 0) {
            schema["maxItems"] = rule.max_items();
        }
        if (rule.required()) {
            schema["minItems"] = 1;
        }
        if (!rule.label().vi().empty() && field.message_type() == nullptr) {
            schema["uniqueItems"] = true;
        }
    } else if (field.message_type() != nullptr || field.enum_type() != nullptr) {
        schema["allOf"] = Json::array({item(field)});  // beside a $ref nothing else is read
    } else {
        schema.update(item(field));
    }
    put_rest(rule, schema);
    return schema;
}

Json JsonSchemas::item(const FieldDescriptor& field) {
    const auto& rule = field.options().GetExtension(v1::field);
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE: return reference(*field.message_type());
        case FieldDescriptor::CPPTYPE_ENUM: return reference(*field.enum_type());
        case FieldDescriptor::CPPTYPE_BOOL: return {{"type", "boolean"}};
        case FieldDescriptor::CPPTYPE_DOUBLE:
        case FieldDescriptor::CPPTYPE_FLOAT: return {{"type", "number"}};
        case FieldDescriptor::CPPTYPE_STRING:
            return field.type() == FieldDescriptor::TYPE_BYTES ? Json{{"type", "string"}, {"contentEncoding", "base64"}} : text(rule);
        default: return number(field, rule);
    }
}

}  // namespace chieng::web
