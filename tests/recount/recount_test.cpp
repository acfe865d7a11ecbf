// SPDX-License-Identifier: Apache-2.0
// Every indicator of random years, as the boards have it and counted a second time. CHIENG_RECOUNT_SEEDS=100-200 and
// CHIENG_RECOUNT_EVENTS=2000 ask for more.
#include "tests/recount/recount.hpp"
#include "gateway/indicator/board.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/host/services.hpp"
#include "tests/recount/random_year.hpp"
#include "tests/support/definitions.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <tuple>
#include <utility>

namespace recount_test {

using namespace chieng;
using chieng::testing::kbang;
using chieng::testing::with_nine_months;

namespace {

// The communes' services and gateways and the district's, all of a year's events folded.
class Kbang {
public:
    explicit Kbang(const std::vector<recount::Sent>& year) : district_(with_nine_months(), kbang(), "625") {
        for (const auto& one : year) {
            take(one);
            if (++taken_ % 40 == 0) {
                pass_on();
            }
        }
        pass_on();
    }

    [[nodiscard]] const Board& district() const { return district_; }
    [[nodiscard]] const Board& commune(const std::string& code) const { return communes_.at(code)->board; }
    [[nodiscard]] const std::vector<recount::Stored>& stored() const { return stored_; }

private:
    struct Commune {
        explicit Commune(const std::string& code) : board(with_nine_months(), kbang(), code) {}
        std::map<std::string, testing::MemoryStore> stores;
        std::map<std::string, std::unique_ptr<Engine>> engines;
        Board board;
        std::uint64_t last = 0;
    };

    Commune& open(const std::string& code) {
        auto& commune = communes_[code];
        if (!commune) {
            commune = std::make_unique<Commune>(code);
            for (auto& service : all_services()) {
                const auto name = service.name;
                commune->engines[name] = std::make_unique<Engine>(std::move(service), code, kbang(), commune->stores[name], 1);
            }
        }
        return *commune;
    }

    // What is not answered comes again after the next one of its device.
    void take(const recount::Sent& one) {
        if (!answers(one)) {
            waiting_.push_back(one);
            return;
        }
        for (auto& waiting : std::exchange(waiting_, {})) {
            const bool is_due =
                std::tie(waiting.commune, waiting.service, waiting.device) == std::tie(one.commune, one.service, one.device);
            waiting.arrives_at = is_due ? one.arrives_at : waiting.arrives_at;
            if (!is_due || !answers(waiting)) {
                waiting_.push_back(waiting);
            }
        }
    }

    bool answers(const recount::Sent& one) {
        bool is_answered = false;
        auto& commune = open(one.commune);
        const Input input =
            Arrived{{topics::events(one.commune, one.service, one.device), testing::payload(one.device, {one.event}, one.commune), false}};
        const Instant now{Seconds(std::chrono::seconds(one.arrives_at)), {}};
        for (const auto& action : commune.engines.at(one.service)->handle({&input, 1}, now)) {
            const auto& message = std::get<Publish>(action).message;
            if (message.topic == topics::feed(one.commune, one.service)) {
                v1::Block block;
                REQUIRE(block.ParseFromString(message.payload));
                for (const auto& entry : block.entries()) {
                    commune.board.apply(one.commune + "/" + one.service, entry);
                }
            } else if (v1::Receipt receipt; message.topic == topics::receipts(one.commune, one.device)) {
                REQUIRE(receipt.ParseFromString(message.payload));
                REQUIRE(receipt.answers_size() == 1);
                is_answered = true;
                if (receipt.answers(0).verdict() == v1::STORED) {
                    stored_.push_back({one.commune, one.service, one.device, one.arrives_at, one.event});
                }
            }
        }
        return is_answered;
    }

    void pass_on() {
        for (auto& [code, commune] : communes_) {
            for (const auto id : commune->board.take_changed(commune->last)) {
                district_.set(code + "/cells", commune->board.cell(id));
            }
        }
    }

    std::map<std::string, std::unique_ptr<Commune>> communes_;
    Board district_;
    std::vector<recount::Stored> stored_;
    std::vector<recount::Sent> waiting_;
    std::size_t taken_ = 0;
};

// Every window of both calendars that a year's events can be in, and the empty ones around it.
std::vector<Period> periods(const std::string& spans) {
    std::vector<Period> all;
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        for (int year = 2021; year <= 2023; ++year) {
            for (const auto& [letter, span, numbers] :
                 {std::tuple('M', v1::MONTH, 12), std::tuple('Q', v1::QUARTER, 4), std::tuple('H', v1::HALF, 2),
                  std::tuple('Y', v1::YEAR, 1), std::tuple('9', v1::NINE_MONTHS, 1)}) {
                for (int number = 1; number <= numbers && spans.find(letter) != std::string::npos; ++number) {
                    const Period period{calendar, span, year, number};
                    if (period.last_day() >= *parse_day("2021-11-30") && period.first_day() <= *parse_day("2023-03-01")) {
                        all.push_back(period);
                    }
                }
            }
        }
    }
    return all;
}

std::string spans_of(const v1::Indicator& indicator) {
    std::string letters;
    for (const auto span : indicator.spans()) {
        letters += " MQHY9"[span];
    }
    return letters;
}

struct Difference {
    std::string board;
    std::string code;
    std::string area;
    Period period;
    std::string what;
};

std::string text(std::int64_t number, std::int64_t denominator) {
    return denominator == 0 ? std::to_string(number) : std::to_string(number) + "/" + std::to_string(denominator);
}

// The definitions write values that are no enum's in small letters.
std::string capitals(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

class Comparison {
public:
    explicit Comparison(std::uint64_t seed, std::size_t events)
        : seed_(seed), kbang_(recount::random_year(seed, events, kbang())), recount_(kbang(), kbang_.stored()) {}

    void run() {
        std::vector<std::string> areas{"625"};
        for (const auto& commune : recount::communes_of(seed_)) {
            areas.push_back(commune);
            for (const auto& village : recount::villages_used(kbang(), commune)) {
                areas.push_back(village);
            }
        }
        for (const auto& entry : recount::catalogue()) {
            for (const auto& period : periods(entry.counted_over())) {
                for (const auto& area : areas) {
                    const auto figure = recount_.value(area, period, entry.code);
                    compare(kbang_.district(), "district", entry.code, area, period, figure);
                    if (area != "625") {
                        compare(kbang_.commune(area.substr(0, 5)), "commune", entry.code, area, period, figure);
                    }
                }
            }
        }
    }

    [[nodiscard]] std::size_t comparisons() const { return comparisons_; }
    [[nodiscard]] std::size_t not_nothing() const { return not_nothing_; }
    [[nodiscard]] std::size_t stored() const { return kbang_.stored().size(); }
    [[nodiscard]] bool same() const { return differences_.empty(); }

    // Of each indicator the first difference, with the events that it was counted from.
    [[nodiscard]] std::string tell() const {
        std::map<std::string, std::pair<std::size_t, const Difference*>> by_code;
        for (const auto& difference : differences_) {
            auto& [times, first] = by_code[difference.code];
            first = times++ == 0 ? &difference : first;
        }
        std::ostringstream out;
        for (const auto& [code, found] : by_code) {
            const auto& [times, first] = found;
            out << "seed " << seed_ << ": " << code << " of " << first->area << " in "
                << (first->period.calendar == v1::OFFICIAL ? "official " : "calendar ") << first->period.format() << " on the "
                << first->board << "'s board (" << times << " differences): " << first->what << "\n"
                << behind(*first);
        }
        return out.str();
    }

private:
    void compare(const Board& board, const char* whose, const std::string& code, const std::string& area, const Period& period,
                 const recount::Figure& figure) {
        const auto ours = board.value(area, period, code);
        const auto tell = [&](const std::string& part, const std::string& one, const std::string& other) {
            ++comparisons_;
            not_nothing_ += one != "0" || other != "0" ? 1U : 0U;
            if (one != other) {
                differences_.push_back({whose, code, area, period, part + " ours " + one + ", recount's " + other});
            }
        };
        if (figure.median || ours.histogram_size() > 0) {
            tell("median", std::to_string(ours.median()), std::to_string(figure.median.value_or(0)));
        } else {
            tell("whole", text(ours.number(), ours.denominator()), text(figure.whole.number, figure.whole.denominator));
            tell("start", text(ours.start_number(), ours.start_denominator()), text(figure.start.number, figure.start.denominator));
        }
        auto parts = figure.parts;
        for (const auto& part : ours.parts()) {
            const auto name = capitals(part.cut_value());
            const auto counted = parts[{part.cut(), name}];
            tell(part.cut() + " " + part.cut_value(), text(part.number(), part.denominator()), text(counted.number, counted.denominator));
            const auto began = figure.starts.find({part.cut(), name});
            const auto start = began == figure.starts.end() ? recount::Fraction() : began->second;
            tell("start of " + part.cut() + " " + part.cut_value(), text(part.start_number(), part.start_denominator()),
                 text(start.number, start.denominator));
            parts.erase({part.cut(), name});
        }
        for (const auto& [cut, counted] : parts) {
            tell(cut.first + " " + cut.second, "0", text(counted.number, counted.denominator));
        }
    }

    [[nodiscard]] std::string behind(const Difference& difference) const {
        std::set<v1::Event::BodyCase> types;
        static_cast<void>(recount_.value(difference.area, difference.period, difference.code, types));
        std::string told;
        int lines = 0;
        for (const auto& fact : recount_.facts()) {
            const auto& one = *fact.stored;
            const bool near = difference.area == "625" || difference.area.substr(0, 5) == one.commune;
            if (types.contains(one.event.body_case()) && near && ++lines <= 40) {
                told += "    " + one.commune + " " + one.device + " received " + std::to_string(one.received_at) + " " +
                        one.event.ShortDebugString() + "\n";
            }
        }
        return told;
    }

    std::uint64_t seed_;
    Kbang kbang_;
    recount::Recount recount_;
    std::vector<Difference> differences_;
    std::size_t comparisons_ = 0;
    std::size_t not_nothing_ = 0;
};

std::pair<std::uint64_t, std::uint64_t> seeds() {
    const char* wanted = std::getenv("CHIENG_RECOUNT_SEEDS");
    if (wanted == nullptr) {
        return {1, 6};
    }
    const std::string text = wanted;
    const auto dash = text.find('-');
    const auto first = std::stoull(text);
    return {first, dash == std::string::npos ? first : std::stoull(text.substr(dash + 1))};
}

std::size_t events_a_year() {
    const char* wanted = std::getenv("CHIENG_RECOUNT_EVENTS");
    return wanted == nullptr ? 400 : std::stoul(wanted);
}

}  // namespace

TEST_CASE("windows are those of the decree") {
    for (const auto calendar : {v1::OFFICIAL, v1::CALENDAR_MONTHS}) {
        for (int year = 2020; year <= 2025; ++year) {
            for (const auto& [span, numbers] : {std::pair(v1::MONTH, 12), std::pair(v1::QUARTER, 4), std::pair(v1::HALF, 2),
                                                std::pair(v1::YEAR, 1), std::pair(v1::NINE_MONTHS, 1)}) {
                for (int number = 1; number <= numbers; ++number) {
                    const Period period{calendar, span, year, number};
                    const auto window = recount::window_of(calendar, span, year, number);
                    CHECK(format_day(window.first) == format_day(period.first_day()));
                    CHECK(format_day(window.last) == format_day(period.last_day()));
                }
            }
        }
    }
}

TEST_CASE("the catalogue is what is defined, over the same spans") {
    std::map<std::string, std::string> defined;
    for (const auto& definition : with_nine_months().all()) {
        if (!definition.indicator.hidden()) {
            defined[definition.indicator.code()] = spans_of(definition.indicator);
        }
    }
    std::map<std::string, std::string> catalogued;
    for (const auto& entry : recount::catalogue()) {
        catalogued[entry.code] = entry.counted_over();
    }
    CHECK(defined == catalogued);
}

TEST_CASE("random years count the same when they are counted a second time") {
    const auto [first, last] = seeds();
    std::size_t comparisons = 0;
    std::size_t not_nothing = 0;
    std::size_t stored = 0;
    for (auto seed = first; seed <= last; ++seed) {
        Comparison comparison(seed, events_a_year());
        comparison.run();
        comparisons += comparison.comparisons();
        not_nothing += comparison.not_nothing();
        stored += comparison.stored();
        if (!comparison.same()) {
            FAIL_CHECK(comparison.tell());
        }
    }
    std::printf("%zu comparisons, %zu of them of more than nothing, of %zu stored events in %llu years\n", comparisons, not_nothing, stored,
                static_cast<unsigned long long>(last - first + 1));
}

}  // namespace recount_test
