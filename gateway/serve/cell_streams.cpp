// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/cell_streams.hpp"

#include "gateway/web/cells_json.hpp"

#include <utility>
#include <vector>

namespace chieng {
namespace {

constexpr std::size_t page_cells = 500;
constexpr std::size_t pages_max = 32;                 // that are shared
constexpr std::size_t message_bytes_max = 32 * 1024;  // of a change: a queue holds several

HttpStream::Message message_of(const CellStreams::End& end, const char* event, std::string data) {
    return std::make_shared<const StreamMessage>(
        StreamMessage{std::to_string(end.epoch) + "-" + std::to_string(end.offset), event, std::move(data)});
}

}  // namespace

CellStreams::~CellStreams() {
    for (auto& [key, client] : std::exchange(clients_, {})) {
        client.stream->on_closed({});
        client.stream->close();
    }
}

void CellStreams::open(std::shared_ptr<HttpStream> stream, const web::FollowCells& follow) {
    const auto* key = stream.get();
    auto& client = clients_[key];
    client.stream = std::move(stream);
    client.blind = follow.blind;
    client.stream->on_closed([this, key] { clients_.erase(key); });
    client.stream->on_idle([this, &client] { read_on(client); });
    client.stream->on_text([this, &client](const std::string& text) { listen(client, text); });
    const auto end = end_();
    if (epoch_ != end.epoch || clients_.size() == 1) {  // nobody was told anything
        epoch_ = end.epoch;
        told_ = end.offset;
    }
    begin(client, follow);
}

// A cursor of another history is answered with everything from the beginning, and says so.
void CellStreams::begin(Client& client, const web::FollowCells& follow) {
    const auto end = end_();
    const bool other = follow.after && ((follow.epoch && *follow.epoch != end.epoch) || *follow.after > end.offset);
    client.at = client.blind ? end.offset : other ? 0 : follow.after.value_or(end.offset);
    client.stream->send(message_of({end.epoch, client.at}, "head",
                                   "{\"epoch\":\"" + std::to_string(end.epoch) + "\",\"last\":" + std::to_string(end.offset) +
                                       ",\"after\":" + std::to_string(client.at) + ",\"reset\":" + (other ? "true" : "false") + "}"));
}

void CellStreams::read_on(Client& client) {
    if (client.blind && client.at < told_) {
        client.at = told_;
        client.stream->send(moved());
    } else if (client.at < told_) {
        const auto message = page(client.at, client.at);
        client.stream->send(message);
    }
}

// {"after": N, "epoch": "…"}: a cursor that comes later than the question.
void CellStreams::listen(Client& client, const std::string& text) {
    const auto json = web::Json::parse(text, nullptr, false);
    const auto after = json.is_object() ? json.find("after") : json.end();
    if (!json.is_object() || after == json.end() || !after->is_number_unsigned()) {
        return client.stream->turn_away("say {\"after\": N, \"epoch\": \"…\"}, with the cursor of the last message");
    }
    web::FollowCells follow{true, std::nullopt, after->get<std::uint64_t>()};
    if (const auto epoch = json.find("epoch"); epoch != json.end()) {
        follow.epoch = epoch->is_string() && epoch->get<std::string>() == std::to_string(epoch_) ? epoch_ : 0;
    }
    begin(client, follow);
}

HttpStream::Message CellStreams::page(std::uint64_t after, std::uint64_t& last) {
    if (const auto it = pages_.find(after); it != pages_.end()) {
        last = it->second.second;
        return it->second.first;
    }
    const auto end = end_();
    const auto read = web::page_after(board_, after, end.offset, page_cells);
    last = read.last;
    auto message = message_of({end.epoch, last}, "cells", web::cells_message(end.epoch, last, read.cells));
    if (pages_.size() >= pages_max) {
        pages_.clear();
    }
    pages_[after] = {message, last};
    return message;
}

void CellStreams::tell(const v1::Block& block) {
    if (epoch_ != block.epoch()) {  // another history: everybody comes again, with the cursor that he has
        pages_.clear();
        epoch_ = block.epoch();
        told_ = block.last();
        for (auto& [key, client] : std::exchange(clients_, {})) {
            client.stream->on_closed({});
            client.stream->close();
        }
    }
    const auto began = Pace::Clock::now();
    if (clients_.empty() || block.first() > told_ + 1 || !pace_.is_due(began)) {
        return;
    }
    pace_.begin();
    told_ = block.last();
    send(messages_of(block), block.first(), block.last());
    pace_.spend(began, Pace::Clock::now());
}

std::vector<HttpStream::Message> CellStreams::messages_of(const v1::Block& block) const {
    std::vector<HttpStream::Message> messages;
    std::string cells = "[";
    auto offset = block.first();
    for (const auto& cell : block.cells()) {
        cells += cells.size() > 1 ? "," : "";
        web::append_cell(cells, offset, cell);
        if (cells.size() > message_bytes_max || offset == block.last()) {
            messages.push_back(message_of({epoch_, offset}, "cells", web::cells_message(epoch_, offset, cells + "]")));
            cells = "[";
        }
        ++offset;
    }
    return messages;
}

HttpStream::Message CellStreams::moved() const {
    return message_of({epoch_, told_}, "moved", "{\"epoch\":\"" + std::to_string(epoch_) + "\",\"last\":" + std::to_string(told_) + "}");
}

// To those who are up to date and have taken all that they were sent; the others read on when they have.
void CellStreams::send(const std::vector<HttpStream::Message>& messages, std::uint64_t first, std::uint64_t last) {
    std::vector<std::shared_ptr<HttpStream>> live;
    std::vector<std::shared_ptr<HttpStream>> blind;
    for (auto& [key, client] : clients_) {
        if (client.stream->is_idle() && client.at + 1 >= first && client.at < last) {
            client.at = client.blind ? told_ : last;
            (client.blind ? blind : live).push_back(client.stream);
        }
    }
    for (const auto& stream : live) {  // sending may close one, which takes it from the list
        for (const auto& message : messages) {
            stream->send(message);
        }
    }
    if (!blind.empty()) {
        const auto message = moved();
        for (const auto& stream : blind) {
            stream->send(message);
        }
    }
}

void CellStreams::tell_what_waits() {
    const auto began = Pace::Clock::now();
    const auto end = end_();
    if (clients_.empty() || end.epoch != epoch_ || told_ >= end.offset || !pace_.is_due(began)) {
        return;
    }
    pace_.begin();
    const auto before = std::exchange(told_, end.offset);
    auto last = before;
    while (last < told_) {  // a page for all who are up to date
        const auto first = last + 1;
        const auto message = page(last, last);
        send({message}, first, last);
    }
    pace_.spend(began, Pace::Clock::now());
}

}  // namespace chieng
