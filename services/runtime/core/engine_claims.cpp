// SPDX-License-Identifier: Apache-2.0
// Claims: what standing events hold. An exclusive one leads to its holder; notes stand side by side, one for each holder, so that
// neither the order of arrival nor the end of one touches the others.
#include "services/runtime/core/engine.hpp"

#include <map>
#include <sstream>

namespace chieng {
namespace {

// Notes by holder, one a line: holder, blank, note.
std::map<std::string, std::string> notes_in(const std::string& text) {
    std::map<std::string, std::string> notes;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto blank = line.find(' ');
        notes[line.substr(0, blank)] = line.substr(blank + 1);
    }
    return notes;
}

std::string text_of(const std::map<std::string, std::string>& notes) {
    std::string text;
    for (const auto& [holder, note] : notes) {
        text.append(holder).append(" ").append(note).append("\n");
    }
    return text;
}

}  // namespace

// The greatest of the notes under a key: of days the latest, of numbers of one width the highest.
std::optional<std::string> Engine::held(const std::string& key) {
    const auto text = value("c/" + key);
    if (!text) {
        return std::nullopt;
    }
    std::string greatest;
    for (const auto& [holder, note] : notes_in(*text)) {
        greatest = std::max(greatest, note);
    }
    return greatest;
}

// Of the version that counts, which may be a correction.
std::optional<Engine::Id> Engine::holder_of(const Claim& claim) {
    const auto offset = claims_.find(claim.key);
    if (!offset) {
        return std::nullopt;
    }
    const auto entry = entry_at(*offset);
    v1::Event event;
    const auto* body = event.ParseFromString(entry.event()) ? body_of(event) : nullptr;
    const auto its = body == nullptr ? std::nullopt : service_.claim(*body, event);
    return its && its->key == claim.key ? std::optional(root_of({entry.device(), event.sequence()})) : std::nullopt;
}

// `offset`: where the event stands.
void Engine::hold_claim(const v1::Event& event, const Id& holder, std::uint64_t offset) {
    const auto* body = body_of(event);
    const auto claim = body == nullptr ? std::nullopt : service_.claim(*body, event);
    if (!claim) {
        return;
    }
    if (claim->refusal) {
        return claims_.hold(claim->key, offset);
    }
    const auto key = "c/" + claim->key;
    auto notes = notes_in(value(key).value_or(""));
    notes[holder.text()] = claim->note;
    set_value(key, text_of(notes));
}

void Engine::release_claim(const v1::Event& event, const Id& holder) {
    const auto* body = body_of(event);
    const auto claim = body == nullptr ? std::nullopt : service_.claim(*body, event);
    if (!claim) {
        return;
    }
    if (claim->refusal) {
        return claims_.release(claim->key);
    }
    const auto key = "c/" + claim->key;
    auto notes = notes_in(value(key).value_or(""));
    notes.erase(holder.text());
    if (notes.empty()) {
        drop_value(key);
    } else {
        set_value(key, text_of(notes));
    }
}

}  // namespace chieng
