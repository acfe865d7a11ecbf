// SPDX-License-Identifier: Apache-2.0
// Gateways by place, without a broker: what happens at one of them goes up as cells, as feeds would bring it.
#pragma once

#include "gateway/indicator/board.hpp"
#include "tests/support/events.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace chieng::testing {

class Ladder {
public:
    Ladder(const Definitions& definitions, const std::vector<std::string>& places) {
        for (const auto& place : places) {
            boards_.emplace(place, std::make_unique<Board>(definitions, kbang(), place));
        }
    }
    static v1::Entry entry(const v1::Event& event) {
        v1::Entry entry;
        entry.set_device("p");
        entry.set_event(event.SerializeAsString());
        entry.set_received_at(1'760'000'000);
        return entry;
    }
    void happened(const std::string& commune, const v1::Event& event) { hears(commune, commune, entry(event)); }
    // A board reads an entry of a commune's journal.
    void hears(const std::string& board, const std::string& commune, const v1::Entry& entry) { at(board).apply(commune + "/any", entry); }
    void goes_up(const std::string& from, const std::vector<std::string>& to) {
        for (const auto id : at(from).take_changed(last_[from])) {
            for (const auto& reader : to) {
                at(reader).set(from + "/cells", at(from).cell(id));
            }
        }
    }
    Board& at(const std::string& place) { return *boards_.at(place); }
    v1::IndicatorValue value(const std::string& board, const std::string& area, const std::string& period, const std::string& code,
                             v1::Calendar calendar = v1::OFFICIAL) {
        return at(board).value(area, *Period::parse(calendar, period), code);
    }

private:
    std::map<std::string, std::unique_ptr<Board>> boards_;
    std::map<std::string, std::uint64_t> last_;
};

}  // namespace chieng::testing
