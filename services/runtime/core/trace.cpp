// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/trace.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace chieng {
namespace {

constexpr std::size_t trace_bytes = 16;
constexpr std::size_t span_bytes = 8;
constexpr std::size_t parent_chars = 55;  // 00-{32}-{16}-01

bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
}

// The first bytes of a SHA-256. All zeros mean "none" to a reader of traces; that no text gives them is a safe bet.
std::string digest_start(std::string_view text, std::size_t bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), made.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 does not work");
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (std::size_t i = 0; i < bytes; ++i) {
        hex.push_back(digits[made[i] >> 4U]);
        hex.push_back(digits[made[i] & 15U]);
    }
    return hex;
}

}  // namespace

std::string TracedEvent::text() const {
    return commune + "/" + service + "/" + (device.empty() ? "-" : device) + "/" + (sequence == 0 ? "-" : std::to_string(sequence));
}

std::string trace_id(const TracedEvent& event) {
    return digest_start(event.text(), trace_bytes);
}

std::string span_id(std::string_view trace_id, std::string_view place) {
    return digest_start(std::string(trace_id).append("/").append(place), span_bytes);
}

std::string TraceParent::text() const {
    return "00-" + trace_id + "-" + span_id + (sampled ? "-01" : "-00");
}

TraceParent trace_parent(const TracedEvent& event, std::string_view place) {
    auto trace = trace_id(event);
    auto span = span_id(trace, place);
    return {std::move(trace), std::move(span), true};
}

std::optional<TraceParent> read_trace_parent(std::string_view text) {
    if (text.size() < parent_chars || text[2] != '-' || text[35] != '-' || text[52] != '-') {
        return std::nullopt;
    }
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto span = text.substr(36, 16);
    const auto flags = text.substr(53, 2);
    const bool is_long = text.size() > parent_chars && (version == "00" || text[parent_chars] != '-');
    if (!is_hex(version) || version == "ff" || !is_hex(trace) || is_zero(trace) || !is_hex(span) || is_zero(span) || !is_hex(flags) ||
        is_long) {
        return std::nullopt;
    }
    const auto last = flags[1];
    const bool sampled = ((last >= 'a' ? last - 'a' + 10 : last - '0') & 1) != 0;
    return TraceParent{std::string(trace), std::string(span), sampled};
}

}  // namespace chieng
