// SPDX-License-Identifier: Apache-2.0
// chieng-service places: reads national lists, makes a register of them, and says what a register holds.
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace chieng {

class PlacesCommand {
public:
    explicit PlacesCommand(CLI::App& app);
    ~PlacesCommand();
    PlacesCommand(const PlacesCommand&) = delete;
    PlacesCommand& operator=(const PlacesCommand&) = delete;
    PlacesCommand(PlacesCommand&&) = delete;
    PlacesCommand& operator=(PlacesCommand&&) = delete;

    // Whether the command line asks for it.
    [[nodiscard]] bool asked() const;

    // Returns the exit code.
    int run() const;

private:
    struct Words;
    std::unique_ptr<Words> words_;
};

}  // namespace chieng
