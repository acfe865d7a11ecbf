// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/places.hpp"

#include "data/kbang_places.hpp"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace chieng {
namespace {

class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) {
            text = std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " + message;
        }
    }
    std::string text;
};

}  // namespace

Places load_places(const std::string& file) {
    std::string text = data::kbang_places;
    if (!file.empty()) {
        std::ifstream in(file);
        if (!in) {
            throw std::invalid_argument(file + ": cannot be read");
        }
        text = (std::ostringstream() << in.rdbuf()).str();
    }
    v1::Places rows;
    FirstError error;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    if (!parser.ParseFromString(text, &rows)) {
        throw std::invalid_argument((file.empty() ? "kbang.txtpb" : file) + ":" + error.text);
    }
    return Places(rows);
}

}  // namespace chieng
