// SPDX-License-Identifier: Apache-2.0
#include "gateway/watch/standing.hpp"

#include <algorithm>
#include <array>

namespace chieng {
namespace {

std::string padded(std::string text, std::size_t width) {
    const auto letters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    return text.append(width > letters ? width - letters : 0, ' ');
}

class Words {
public:
    explicit Words(bool english) : english_(english) {}
    [[nodiscard]] const char* operator()(const char* vi, const char* en) const { return english_ ? en : vi; }

private:
    bool english_;
};

std::string line(const std::array<std::string, 6>& columns) {
    constexpr std::array<std::size_t, 6> widths{24, 22, 12, 12, 12, 0};
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        text += padded(columns.at(i), widths.at(i));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

std::string line_of(const Standing::Feed& feed) {
    const auto offset = [](const auto& position) { return position ? std::to_string(position->offset) : std::string("–"); };
    return line({feed.name, feed.end ? std::to_string(feed.end->epoch) : "–", offset(feed.end), offset(feed.read),
                 feed.end && feed.read ? std::to_string(feed.behind()) : "–", feed.received_on ? format_day(*feed.received_on) : "–"});
}

void advise_feed(const Standing& standing, const Standing::Feed& feed, const Words& say, std::vector<std::string>& todo) {
    if (!feed.end) {
        const bool is_cells = feed.name.ends_with("/cells");
        const auto name = feed.name.substr(feed.name.find('/') + 1);
        const auto place = feed.name.substr(0, feed.name.find('/'));
        todo.push_back(feed.name + ": " +
                       (is_cells ? say("chưa nhận được gì; xem ở xã có chạy không: chieng-gateway --place ",
                                       "nothing was heard; see whether it runs at the commune: chieng-gateway --place ") +
                                       place + " run"
                                 : say("chưa nhận được gì; xem dịch vụ có chạy không: chieng-service ",
                                       "nothing was heard; see whether the service runs: chieng-service ") +
                                       name));
    } else if (feed.other_history()) {
        todo.push_back(
            feed.name + ": " +
            say("sổ đã được lập lại (kho được khôi phục từ bản sao, hoặc có hộ được xóa): máy chủ tự đọc lại từ đầu, chỉ cần chờ",
                "another history (a store was restored, or a household erased): the gateway reads it again by itself, wait"));
    } else if (standing.answers && feed.behind() > 0) {
        todo.push_back(feed.name + ": " + say("đang đọc tiếp, còn ", "is being read, still to come: ") + std::to_string(feed.behind()) +
                       say("; nếu sau vài phút không giảm, xem nhật ký của chieng-gateway",
                           "; when this does not fall within minutes, look at the log of chieng-gateway"));
    }
}

std::vector<std::string> to_do(const Standing& standing, const Words& say) {
    std::vector<std::string> todo;
    if (!standing.answers) {
        todo.emplace_back(std::string(say("Chạy máy chủ: chieng-gateway --place ", "Run the gateway: chieng-gateway --place ")) +
                          standing.place + " run");
    }
    for (const auto& feed : standing.feeds) {
        advise_feed(standing, feed, say, todo);
    }
    if (standing.devices && standing.devices->difference > 0) {
        todo.emplace_back(standing.devices->first_wrong + ": " +
                          say("sổ đối chiếu lệch; xem: chieng-gateway --place ", "the ledger differs; see: chieng-gateway --place ") +
                          standing.place + " ledger --days");
    }
    if (standing.devices && standing.devices->waiting > 0) {
        todo.emplace_back(std::to_string(standing.devices->waiting) +
                          say(" tin còn chờ ở thiết bị: sẽ tự gửi khi có sóng; trên thiết bị đó: chieng-field send",
                              " events wait at devices: they leave by themselves when there is signal; on the device: chieng-field send"));
    }
    return todo;
}

}  // namespace

std::uint64_t Standing::Feed::behind() const {
    if (!end || !read) {
        return 0;
    }
    const auto from = other_history() ? 0 : read->offset;
    return end->offset > from ? end->offset - from : 0;
}

bool Standing::caught_up() const {
    return std::all_of(feeds.begin(), feeds.end(), [](const Feed& feed) { return feed.behind() == 0; });
}

bool Standing::is_well() const {
    return to_do(*this, Words(true)).empty();
}

std::string text_of(const Standing& standing, bool english) {
    const Words say(english);
    auto text = standing.place + ": " +
                (!standing.answers      ? say("máy chủ KHÔNG trả lời", "the gateway does NOT answer")
                 : standing.caught_up() ? say("máy chủ đang chạy, đã đọc hết", "the gateway runs and has read all")
                                        : say("máy chủ đang chạy, còn đang đọc", "the gateway runs and is still reading")) +
                "\n" +
                line({say("sổ tin", "feed"), say("mã của sổ", "epoch"), say("tin cuối", "ends at"), say("đã đọc", "read"),
                      say("còn lại", "behind"), say("ngày nhận cuối", "last receipt")});
    for (const auto& feed : standing.feeds) {
        text += line_of(feed);
    }
    if (standing.cells) {
        text += line({standing.place + "/cells", std::to_string(standing.cells->epoch), std::to_string(standing.cells->offset),
                      say("(của máy chủ)", "(its own)"), "", ""});
    }
    if (standing.devices) {
        const auto& devices = *standing.devices;
        text += std::string(say("thiết bị: ", "devices: ")) + std::to_string(devices.known) + say(", đang nối ", ", online ") +
                std::to_string(devices.online) + say("; tin còn chờ: ", "; events that wait: ") + std::to_string(devices.waiting) +
                say("; sổ đối chiếu lệch: ", "; difference of the ledger: ") + std::to_string(devices.difference) + "\n";
    }
    text += say("cần làm:\n", "to do:\n");
    const auto todo = to_do(standing, say);
    for (const auto& each : todo) {
        text += "  - " + each + "\n";
    }
    return todo.empty() ? text + say("  không có gì\n", "  nothing\n") : text;
}

}  // namespace chieng
