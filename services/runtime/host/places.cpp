// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/host/places.hpp"

#include "services/runtime/core/place_lists.hpp"

#include "data/kbang_places.hpp"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace chieng {
namespace {

using google::protobuf::TextFormat;

class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) {
            text = std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " + message;
        }
    }
    std::string text;
};

struct Read {
    v1::Places rows;
    std::string name;
    std::string text;
    std::vector<int> list_lines;  // of a list of units
};

void parse_text(const std::string& text, Read& read) {
    FirstError error;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    if (!parser.ParseFromString(text, &read.rows)) {
        throw std::invalid_argument(read.name + ":" + error.text);
    }
}

void parse_list(const std::string& text, Read& read) {
    for (const auto& unit : read_units(text, read.name).units) {
        *read.rows.add_place() = unit.place;
        read.list_lines.push_back(unit.line);
    }
}

void read_into(const std::string& file, Read& read) {
    read.name = file.empty() ? "kbang.txtpb" : file;
    read.text = file.empty() ? std::string(data::kbang_places) : read_whole(file);
    if (file.ends_with(".csv")) {
        parse_list(read.text, read);
    } else {
        parse_text(read.text, read);
    }
    if (read.rows.place().empty()) {
        throw std::invalid_argument(read.name + ": names no place");
    }
}

// The text is read once more for it: where rows stand takes many times the room of the rows.
int line_of(const Read& read, const PlacesError& error) {
    if (!read.list_lines.empty()) {
        return read.list_lines.at(static_cast<std::size_t>(error.place_row));
    }
    TextFormat::ParseInfoTree tree;
    TextFormat::Parser parser;
    parser.WriteLocationsTo(&tree);
    v1::Places rows;
    parser.ParseFromString(read.text, &rows);
    const bool is_place = error.place_row >= 0;
    const auto* field = v1::Places::descriptor()->FindFieldByName(is_place ? "place" : "succession");
    return 1 + tree.GetLocation(field, is_place ? error.place_row : error.succession_row).line;
}

}  // namespace

std::string read_whole(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) {
        throw std::invalid_argument(file + ": cannot be read, or is empty");
    }
    return text.str();
}

Places load_places(const std::string& file) {
    Read read;
    read_into(file, read);
    try {
        return Places(read.rows);
    } catch (const PlacesError& error) {
        throw std::invalid_argument(read.name + ":" + std::to_string(line_of(read, error)) + ": " + error.what());
    }
}

v1::Places read_place_rows(const std::string& file) {
    Read read;
    read_into(file, read);
    return std::move(read.rows);
}

void write_place_rows(const v1::Places& rows, std::ostream& out) {
    TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    printer.SetUseUtf8StringEscaping(true);
    std::string line;
    const auto write = [&](const char* field, const google::protobuf::Message& row) {
        printer.PrintToString(row, &line);
        out << field << " { " << line << "}\n";
    };
    out << "# proto-file: chieng/v1/place.proto\n# proto-message: chieng.v1.Places\n\n";
    for (const auto& row : rows.place()) {
        write("place", row);
    }
    for (const auto& row : rows.succession()) {
        write("succession", row);
    }
}

}  // namespace chieng
