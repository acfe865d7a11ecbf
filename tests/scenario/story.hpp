// SPDX-License-Identifier: Apache-2.0
// Reads a story, one sentence a line (an indented line goes on with the one before it; # begins a remark), and plays it in
// a world. The sentences are listed in the README beside this file.
#pragma once

#include "tests/scenario/world.hpp"

#include <istream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace chieng::testing {

// What follows the type of an event: its fields, and how they are written.
struct Filled {
    using Fields = std::vector<std::pair<std::string, std::string>>;
    Fields fields;
    bool decomposed = false;
    bool of_later_revision = false;
};

class Story {
public:
    explicit Story(std::string file) : file_(std::move(file)) {}

    // Throws std::runtime_error "file:line: sentence: what was seen" at the first sentence that does not hold.
    void play(std::istream& text);

private:
    using Fields = Filled::Fields;
    struct Step;

    static const std::vector<Step>& steps();
    void play_sentence(const std::string& sentence);
    [[nodiscard]] EventName event_named(const std::string& text) const;
    [[nodiscard]] v1::Event build(const std::string& type, const Filled& filled, bool by_hand) const;
    void post(const std::string& phone, const std::string& service, const std::string& type, const Filled& filled);
    [[nodiscard]] std::string seen(const EventName& name);

    std::string file_;
    World world_;
    std::map<std::string, Fields> usual_;
};

}  // namespace chieng::testing
