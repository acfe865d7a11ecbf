// SPDX-License-Identifier: Apache-2.0
// Blocks, heads and requests to a gateway of a commune and to one of a district. Offsets are folded once and in order (I4),
// and a board that is kept and brought back is the same board (I6).
#include "data/indicators.hpp"
#include "gateway/serve/gateway.hpp"
#include "gateway/serve/value_text.hpp"
#include "services/runtime/core/topics.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/events.hpp"
#include "tests/support/memory_store.hpp"

#include <vector>

namespace chieng::testing::fuzz_feed {
namespace {

const Definitions& definitions() {
    static const auto loaded = Definitions::load(data::indicators, "indicators.txtpb");
    return loaded;
}

void read_on(FeedReader& reader, const v1::Block& block, bool is_reply) {
    const auto before = reader.checkpoint();
    const auto verdict = reader.see(block, is_reply);
    const auto& after = reader.checkpoint();
    switch (verdict) {
        case FeedReader::Verdict::fold:
            must(block.entries().empty() || block.first() == before.offset + 1, "a block is folded after the one before it");
            must(block.entries().empty() || block.before() == before.chain, "a block is folded on its own history");
            must(after.offset == block.last() && after.offset > before.offset, "folding goes on");
            break;
        case FeedReader::Verdict::reset: must(after.offset == 0, "another history is read from the beginning"); break;
        default: must(after.offset == before.offset, "what is not folded moves nothing"); break;
    }
}

void read_values(const Gateway& gateway, const std::string& area) {
    for (const auto* period : {"2022", "2022-Q2", "2022-04"}) {
        for (const auto& value : gateway.board().rows(area, *Period::parse(v1::OFFICIAL, period))) {
            const auto* definition = definitions().find(value.indicator(), *parse_day(value.to()));
            must(definition != nullptr && !text_of(definition->indicator, value).empty(), "a value can be read");
        }
    }
}

// Keeps all of it, starts again from what was kept, and keeps as much.
void start_again(Gateway& gateway, const std::string& place, std::vector<Source> sources, Store& store) {
    gateway.close();
    const Gateway again(definitions(), kbang(), place, std::move(sources), store, 9);
    must(again.board().serialize() == gateway.board().serialize(), "a board that was kept is the same board");
    for (std::size_t i = 0; i < again.follows().size(); ++i) {
        must(again.follows()[i].reader.checkpoint() == gateway.follows()[i].reader.checkpoint(), "a feed goes on where it was");
    }
}

void take(const std::uint8_t* data, std::size_t size) {
    const std::vector<Source> commune_sources{{"23656", "session"}, {"23656", "household"}};
    const std::vector<Source> district_sources{{"23656", "cells"}, {"23659", "cells"}};
    MemoryStore commune_store;
    MemoryStore district_store;
    Gateway commune(definitions(), kbang(), "23656", commune_sources, commune_store, 1);
    Gateway district(definitions(), kbang(), "625", district_sources, district_store, 2);
    FeedReader reader;
    Instant now{std::chrono::sys_seconds(std::chrono::seconds(1'650'000'000)), std::chrono::milliseconds(0)};
    const Input link_up = LinkUp{};
    static_cast<void>(commune.handle({&link_up, 1}, now));
    static_cast<void>(district.handle({&link_up, 1}, now));
    Frames frames(data, size);
    while (auto frame = frames.next()) {
        auto& gateway = frame->kind % 2 == 0 ? commune : district;
        auto topic = frame->kind % 2 == 0 ? topics::feed("23656", frame->kind % 4 == 0 ? "session" : "household")
                                          : topics::feed(frame->kind % 4 == 1 ? "23656" : "23659", "cells");
        const bool is_reply = frame->kind / 4 % 4 == 1;
        if (is_reply) {
            topic += frame->kind % 2 == 0 ? "/replies/gateway-23656" : "/replies/gateway-625";
        } else if (frame->kind / 4 % 4 == 2) {
            topic += "/head";
        } else if (frame->kind / 4 % 4 == 3) {
            topic = topics::feed(frame->kind % 2 == 0 ? "23656" : "625", "cells") + "/requests/x";
        }
        if (v1::Block block; block.ParseFromString(frame->payload)) {
            read_on(reader, block, is_reply);
        }
        now.steady += std::chrono::seconds(30);
        const Input input = Arrived{{topic, frame->payload, false}};
        for (const auto& action : gateway.handle({&input, 1}, now)) {
            const auto* publish = std::get_if<Publish>(&action);
            if (publish != nullptr && publish->message.topic == topics::feed("23656", "cells")) {
                const Input up = Arrived{publish->message};
                static_cast<void>(district.handle({&up, 1}, now));
            }
        }
    }
    read_values(commune, "23656");
    read_values(district, "625");
    start_again(commune, "23656", commune_sources, commune_store);
    start_again(district, "625", district_sources, district_store);
}

const Target target("feed", take);

}  // namespace
}  // namespace chieng::testing::fuzz_feed
