// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/csv.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <stdexcept>

namespace chieng {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Reads cell after cell and counts lines.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] int line() const { return line_; }

    // After a line, or the text; the end of the line is taken.
    bool take_line_end() {
        if (at_end()) {
            return true;
        }
        const auto rest = text_.substr(at_);
        const std::size_t size = rest.starts_with("\r\n") ? 2 : rest.starts_with('\n') ? 1 : 0;
        at_ += size;
        line_ += size == 0 ? 0 : 1;
        return size != 0;
    }

    bool take(char wanted) {
        if (at_end() || text_[at_] != wanted) {
            return false;
        }
        ++at_;
        line_ += wanted == '\n' ? 1 : 0;
        return true;
    }

    // Up to the next comma or the end of the line.
    std::string plain() {
        const auto end = std::min(text_.find_first_of(",\n", at_), text_.size());
        auto cell = text_.substr(at_, end - at_);
        at_ = end;
        if (cell.ends_with('\r') && (at_end() || text_[at_] == '\n')) {
            cell.remove_suffix(1);
        }
        return std::string(cell);
    }

    // Behind the opening quote, through the closing one; nothing when there is none.
    std::optional<std::string> quoted() {
        std::string cell;
        while (true) {
            const auto end = text_.find('"', at_);
            if (end == std::string_view::npos) {
                return std::nullopt;
            }
            const auto part = text_.substr(at_, end - at_);
            line_ += static_cast<int>(std::count(part.begin(), part.end(), '\n'));
            cell += part;
            at_ = end + 1;
            if (!take('"')) {
                return cell;
            }
            cell += '"';
        }
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
};

// The line of the first byte that is not UTF-8; 0 when all are.
int line_not_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        utf8proc_int32_t character = 0;
        const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                           static_cast<utf8proc_ssize_t>(text.size() - at), &character);
        if (size <= 0 || character == 0) {
            return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        }
        at += static_cast<std::size_t>(size);
    }
    return 0;
}

}  // namespace

Csv::Csv(std::string_view text, std::string file) : file_(std::move(file)) {
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    if (const int line = line_not_utf8(text); line != 0) {
        refuse(line, "is not UTF-8 text; save the table as CSV UTF-8");
    }
    read(text);
    if (rows_.empty()) {
        refuse(1, header_.empty() ? "is empty" : "has a header and no row");
    }
}

void Csv::read(std::string_view text) {
    Cursor cursor(text);
    while (!cursor.at_end()) {
        if (cursor.take_line_end()) {
            continue;  // an empty line
        }
        Row row{cursor.line(), {}};
        do {
            if (cursor.take('"')) {
                auto cell = cursor.quoted();
                if (!cell) {
                    refuse(row.line, "a quote opens and never closes");
                }
                row.cells.push_back(std::move(*cell));
            } else {
                row.cells.push_back(cursor.plain());
            }
        } while (cursor.take(','));
        const auto end = cursor.line();
        if (!cursor.take_line_end()) {
            refuse(end, "something stands behind a closing quote");
        }
        if (header_.empty()) {
            header_ = std::move(row.cells);
            continue;
        }
        if (row.cells.size() != header_.size()) {
            refuse(row.line, std::to_string(row.cells.size()) + " cells where the header names " + std::to_string(header_.size()));
        }
        rows_.push_back(std::move(row));
    }
    for (auto name = header_.begin(); name != header_.end(); ++name) {
        if (!name->empty() && std::find(header_.begin(), name, *name) != name) {
            refuse(1, "the column " + *name + " is named twice");
        }
    }
}

std::optional<std::size_t> Csv::find_column(std::string_view name) const {
    const auto it = std::find(header_.begin(), header_.end(), name);
    return it == header_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - header_.begin()));
}

std::size_t Csv::column(std::string_view name) const {
    const auto at = find_column(name);
    if (!at) {
        std::string found;
        for (const auto& column : header_) {
            found += (found.empty() ? "" : ", ") + column;
        }
        refuse(1, "there is no column " + std::string(name) + "; there are: " + found);
    }
    return *at;
}

void Csv::refuse(int line, const std::string& reason) const {
    throw std::invalid_argument(file_ + ":" + std::to_string(line) + ": " + reason);
}

}  // namespace chieng
