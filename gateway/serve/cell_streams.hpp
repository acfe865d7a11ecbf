// SPDX-License-Identifier: Apache-2.0
// Those who follow the feed of cells over HTTP. Whoever is up to date and takes what he is sent is sent each change as it is
// published, as long as telling all of them costs a tenth of the loop; otherwise changes wait for each other, half a second at most.
// Whoever comes with a cursor, or takes his time, reads pages of the board one after the other as he takes them, until he is up to
// date. Pages and changes are shared; for one client, one of them waits. Whoever may not see the cells is told only how far they go.
//
// Thread   the loop's.
// Keeps    I4 over HTTP: after an offset that he has, a client is told every cell that changed since, its latest value at least.
#pragma once

#include "chieng/v1/feed.pb.h"
#include "gateway/indicator/board.hpp"
#include "gateway/serve/pace.hpp"
#include "gateway/web/api.hpp"
#include "services/runtime/host/http_stream.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace chieng {

class CellStreams {
public:
    struct End {
        std::uint64_t epoch = 0;
        std::uint64_t offset = 0;
    };

    // `end`: where the feed ends now.
    CellStreams(const Board& board, std::function<End()> end) : board_(board), end_(std::move(end)) {}
    CellStreams(const CellStreams&) = delete;
    CellStreams& operator=(const CellStreams&) = delete;
    CellStreams(CellStreams&&) = delete;
    CellStreams& operator=(CellStreams&&) = delete;
    ~CellStreams();

    void open(std::shared_ptr<HttpStream> stream, const web::FollowCells& follow);
    // Cells that were published, each with its own offset from block.first() on.
    void tell(const v1::Block& block);
    // Now and then: what has waited.
    void tell_what_waits();

    [[nodiscard]] std::size_t count() const { return clients_.size(); }

private:
    struct Client {
        std::shared_ptr<HttpStream> stream;
        std::uint64_t at = 0;  // told up to here
        bool blind = false;    // is told only that there is more
    };

    void begin(Client& client, const web::FollowCells& follow);
    void read_on(Client& client);
    [[nodiscard]] HttpStream::Message moved() const;
    void send(const std::vector<HttpStream::Message>& messages, std::uint64_t first, std::uint64_t last);
    [[nodiscard]] std::vector<HttpStream::Message> messages_of(const v1::Block& block) const;
    void listen(Client& client, const std::string& text);
    [[nodiscard]] HttpStream::Message page(std::uint64_t after, std::uint64_t& last);

    const Board& board_;
    std::function<End()> end_;
    std::uint64_t epoch_ = 0;
    std::uint64_t told_ = 0;  // whoever is up to date was told up to here
    Pace pace_;
    std::map<const HttpStream*, Client> clients_;
    std::map<std::uint64_t, std::pair<HttpStream::Message, std::uint64_t>> pages_;  // by the offset before; what it reaches
};

}  // namespace chieng
