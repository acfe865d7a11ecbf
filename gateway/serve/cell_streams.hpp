// SPDX-License-Identifier: Apache-2.0
// Those who follow the feed of cells over HTTP. Whoever is up to date is sent each change as it is published; whoever comes with
// a cursor reads pages of the board, one after the other as he takes them, until he is. Pages and changes are shared.
//
// Thread   the loop's.
// Keeps    I4 over HTTP: after an offset that he has, a client is told every cell that changed since, its latest value at least.
#pragma once

#include "chieng/v1/feed.pb.h"
#include "gateway/indicator/board.hpp"
#include "gateway/web/api.hpp"
#include "services/runtime/host/http_stream.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

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

    [[nodiscard]] std::size_t count() const { return clients_.size(); }

private:
    struct Client {
        std::shared_ptr<HttpStream> stream;
        std::uint64_t at = 0;  // told up to here
    };

    void begin(Client& client, const web::FollowCells& follow);
    void read_on(Client& client);
    void listen(Client& client, const std::string& text);
    [[nodiscard]] HttpStream::Message page(std::uint64_t after, std::uint64_t& last);

    const Board& board_;
    std::function<End()> end_;
    std::uint64_t epoch_ = 0;
    std::map<const HttpStream*, Client> clients_;
    std::map<std::uint64_t, std::pair<HttpStream::Message, std::uint64_t>> pages_;  // by the offset before; what it reaches
};

}  // namespace chieng
