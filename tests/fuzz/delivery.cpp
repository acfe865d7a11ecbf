// SPDX-License-Identifier: Apache-2.0
// Deliveries to a service. Whatever comes: each event is stored, refused, a repeat or in quarantine (I3), is told the same
// when it comes again, also after a crash (I5), and stands once in the feed (I2, I4).
#include "services/commendation/commendation.hpp"
#include "services/household/household.hpp"
#include "services/runtime/core/engine.hpp"
#include "services/runtime/core/json.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/session/session.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <google/protobuf/util/json_util.h>

#include <set>
#include <tuple>
#include <vector>

namespace chieng::testing::fuzz_delivery {
namespace {

constexpr const char* commune = "23656";

// What a device was told: its sequence, the first verdict, the month, the reasons.
using Told = std::set<std::tuple<std::uint64_t, int, std::uint32_t, std::string>>;

class Bench {
public:
    explicit Bench(Service service) : service_(std::move(service)) { start(); }

    void start() {
        store_.crash();
        engine_ = std::make_unique<Engine>(service_, commune, kbang(), store_, 7);
    }

    Told deliver(const Message& message) {
        const Input input = Arrived{message};
        Told told;
        for (const auto& action : engine_->handle({&input, 1}, {std::chrono::sys_seconds(std::chrono::seconds(1'650'000'000)), {}})) {
            const auto& published = std::get<Publish>(action).message;
            const auto levels = topics::levels(published.topic);
            if (published.topic == topics::feed(commune, service_.name)) {
                fold(published.payload);
            } else if (levels.size() > 3 && levels[3] == "receipts") {
                read(published.payload, told);
            }
        }
        return told;
    }

    [[nodiscard]] const Engine& engine() const { return *engine_; }
    [[nodiscard]] std::uint64_t in_feed() const { return keys_.size(); }
    [[nodiscard]] std::string topic(const std::string& device) const { return topics::events(commune, service_.name, device); }
    [[nodiscard]] std::string requests() const { return topics::feed(commune, service_.name) + "/requests/gateway-1"; }

private:
    void fold(const std::string& bytes) {
        v1::Block block;
        must(block.ParseFromString(bytes), "a block can be read");
        must(block.first() == offset_ + 1 && block.before() == chain_, "blocks follow each other");
        offset_ = block.last();
        chain_ = block.after();
        for (const auto& entry : block.entries()) {
            v1::Event event;
            must(event.ParseFromString(entry.event()), "a journalled event can be read");
            must(keys_.emplace(entry.device(), event.sequence()).second, "an event is journalled once");
        }
    }

    static void read(const std::string& bytes, Told& told) {
        v1::Receipt receipt;
        if (is_json(bytes)) {
            must(google::protobuf::util::JsonStringToMessage(bytes, &receipt).ok(), "a receipt in JSON can be read");
        } else {
            must(receipt.ParseFromString(bytes), "a receipt can be read");
        }
        for (const auto& answer : receipt.answers()) {
            std::string reasons;
            for (const auto& reason : answer.reasons()) {
                must(!reason.code().empty() && !reason.vi().empty() && !reason.en().empty(), "a reason speaks");
                reasons += reason.field() + " " + reason.code() + ";";
            }
            const auto verdict = answer.verdict() == v1::DUPLICATE ? answer.first() : answer.verdict();
            must(verdict != v1::REFUSED || !reasons.empty(), "a refusal has a reason");
            if (answer.sequences().empty()) {
                told.emplace(0, verdict, answer.month(), reasons);
            }
            std::uint64_t next = 1;
            for (int i = 0; i + 1 < answer.sequences_size(); i += 2) {
                next += answer.sequences(i);
                for (std::uint64_t n = 0; n < answer.sequences(i + 1); ++n) {
                    told.emplace(next++, verdict, answer.month(), reasons);
                }
            }
        }
    }

    Service service_;
    MemoryStore store_;
    std::unique_ptr<Engine> engine_;
    std::uint64_t offset_ = 0;
    std::uint64_t chain_ = 0;
    std::set<std::pair<std::string, std::uint64_t>> keys_;
};

bool is_device(std::string_view name) {
    return !name.empty() && name.size() <= 32 &&
           name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

// How many verdicts a message deserves: one for each event in it, one when it is turned away as a whole.
std::uint64_t verdicts_for(const Message& message) {
    store::v1::FrozenEvents frozen;
    const auto device = topics::levels(message.topic).back();
    bool turned_away = false;  // in whole or in part: that is one more
    if (is_json(message.payload)) {
        turned_away = !from_json(message.payload, frozen).empty();
    } else if (!frozen.ParseFromString(message.payload)) {
        return 1;
    }
    const bool ours = frozen.commune() == commune && frozen.device() == device && is_device(device) && !frozen.events().empty();
    return (turned_away ? 1 : 0) + (ours                                     ? static_cast<std::uint64_t>(frozen.events_size())
                                    : frozen.events().empty() && turned_away ? 0
                                                                             : 1);
}

std::uint64_t total(const Engine::Counters& counted) {
    return counted.stored + counted.refused + counted.conflicts + counted.duplicates + counted.quarantined + counted.waiting;
}

void take(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return;
    }
    const std::vector<Service> services{make_service<Session>(), make_service<Household>(), make_service<Commendation>()};
    Bench bench(services[data[0] % services.size()]);
    std::vector<Message> delivered;
    Frames frames(data + 1, size - 1);
    while (auto frame = frames.next()) {
        Message message{bench.topic(frame->kind % 2 == 0 ? "p-1" : "p-2"), std::move(frame->payload), false};
        if (frame->kind % 8 == 6) {
            message.topic = bench.requests();
            bench.deliver(message);
            continue;
        }
        if (frame->kind % 8 == 7) {
            const auto end = std::min(message.payload.find('\n'), message.payload.size());
            message.topic = message.payload.substr(0, end);
            message.payload.erase(0, end + 1);
        }
        const auto before = bench.engine().counters();
        bench.deliver(message);
        const auto& after = bench.engine().counters();
        if (after.deliveries > before.deliveries) {
            must(total(after) - total(before) == verdicts_for(message), "stored + refused + in conflict + repeated + quarantined = events");
            delivered.push_back(std::move(message));
        }
        must(after.stored == bench.in_feed(), "what is stored stands in the feed");
    }
    // What waited for another one comes again, as from its device, until nothing more is taken.
    std::uint64_t stored = 0;
    do {
        stored = bench.in_feed();
        for (const auto& message : delivered) {
            static_cast<void>(bench.deliver(message));
        }
    } while (bench.in_feed() != stored);
    // Everything again: nothing new, and the same is told; then once more after a crash.
    std::vector<Told> told;
    for (const auto& message : delivered) {
        told.push_back(bench.deliver(message));
    }
    bench.start();
    for (std::size_t i = 0; i < delivered.size(); ++i) {
        must(bench.deliver(delivered[i]) == told[i], "a repeat is told the same");
    }
    must(bench.in_feed() == stored, "a repeat stores nothing");
    must(bench.engine().last_offset() == stored, "the journal holds what was stored");
}

const Target target("delivery", take);

}  // namespace
}  // namespace chieng::testing::fuzz_delivery
