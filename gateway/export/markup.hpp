// SPDX-License-Identifier: Apache-2.0
// Text inside HTML and XML, in elements and in attributes.
#pragma once

#include <string>
#include <string_view>

namespace chieng {

// What markup gives a meaning is named instead; control characters, which no XML may hold, are left out.
[[nodiscard]] inline std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            default: safe += static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' ? std::string(1, c) : std::string(); break;
        }
    }
    return safe;
}

}  // namespace chieng
