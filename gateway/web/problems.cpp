// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/problems.hpp"

#include "services/runtime/core/time.hpp"

#include <array>
#include <utility>

namespace chieng::web {
namespace {

constexpr std::array kinds{
    ProblemKind{"body", "Không đọc được nội dung yêu cầu. Hãy gửi một đối tượng JSON.",
                "The body of the request cannot be read. Send one JSON object."},
    ProblemKind{"commune",
                "Chỉ máy chủ của xã mới có thông tin này, hoặc cần nêu rõ xã. Hãy xem ở máy chủ của xã, hoặc thêm tham số commune.",
                "Only a commune has this, or it is not clear which commune is meant. Ask the commune's gateway, or name it with commune."},
    ProblemKind{"content-encoding", "Nội dung được gửi dưới dạng nén. Hãy gửi không nén.",
                "The body came in an encoding. Send it as it is, without Content-Encoding."},
    ProblemKind{"content-type", "Nội dung phải là application/json.", "The body is to be application/json."},
    ProblemKind{"cross-site", "Yêu cầu đến từ trang của nơi khác. Hãy mở trang của chính máy chủ này.",
                "The request comes from a page of another site. Use a page of this gateway."},
    ProblemKind{"cursor", "Vị trí đọc là của sổ cũ, trước khi sổ được lập lại. Hãy bỏ những gì đã có và đọc lại từ đầu.",
                "The cursor is of another history. Forget what you have and read again from the beginning."},
    ProblemKind{"event", "Nội dung không phải một tin báo hợp lệ. Hãy sửa mục được nêu rồi gửi lại.",
                "The body is no event. Correct the field that is named and post it again."},
    ProblemKind{"failure", "Máy chủ gặp lỗi khi trả lời yêu cầu này; lỗi đã ghi vào nhật ký. Hãy báo người quản lý máy chủ.",
                "The gateway failed at this request, and its log says how. Tell whoever looks after it."},
    ProblemKind{"format", "Không có dạng tệp này cho kỳ hoặc bảng này. Hãy chọn dạng khác.",
                "There is no such form of this table, or not of this period. Choose another."},
    ProblemKind{"host", "Máy chủ chạy không có tệp quyền chỉ trả lời trên chính máy này.",
                "A gateway without a file of rights answers only on its own machine."},
    ProblemKind{"idempotency-key", "Mã Idempotency-Key đã dùng cho một tin khác. Hãy dùng mã mới.",
                "The Idempotency-Key was used for another event. Take a new one."},
    ProblemKind{"method", "Phương thức này không dùng cho địa chỉ này. Các phương thức dùng được ở tiêu đề Allow.",
                "This method is not for this address. Allow names those that are."},
    ProblemKind{"not-filed", "Chưa chốt được kỳ báo cáo.", "The period was not filed. The detail says why."},
    ProblemKind{"not-found", "Không có nội dung này. Hãy xem danh sách được nêu.", "It is not there. Look at the list that is named."},
    ProblemKind{"not-over", "Kỳ này chưa kết thúc nên chưa chốt được.", "The period is not over, so it cannot be filed yet."},
    ProblemKind{"parameter", "Một tham số không đúng: field là tên, detail là quy tắc.",
                "A parameter is wrong: field names it, detail is the rule."},
    ProblemKind{"reading", "Máy chủ đang đọc lại dữ liệu. Hãy thử lại sau một phút.",
                "The gateway still reads its feeds. Ask again in a minute."},
    ProblemKind{"recipient", "Nơi nhận mà bạn đại diện không nhận nội dung này.", "The recipient as whom you read does not receive this."},
    ProblemKind{"right", "Bạn chưa có quyền cần thiết (tên quyền ở mục field). Người quản lý quyền của máy chủ có thể cấp.",
                "You lack the right that is named. Whoever keeps the rights of the gateway can give it."},
    ProblemKind{"threshold", "Bạn không được xem các số nhỏ, mà nội dung này có số nhỏ. Hãy xem bảng tổng hợp.",
                "Small numbers are hidden from you, and this has them. Read the table."},
    ProblemKind{"token", "Thiếu mã truy cập, mã không đúng, hoặc phiên đăng nhập đã hết.",
                "The token is missing or wrong, or the session is over."},
    ProblemKind{"too-many", "Quá nhiều tin để trả lời qua HTTP. Hãy xem trên máy chủ của xã.",
                "Too many events to be told over HTTP. Ask on the commune's server."},
};

// A right as the file of rights calls it, and as a person does.
std::string right_in_vietnamese(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> words{{{"POST", "gửi tin"},
                                                                                  {"CORRECT", "đính chính tin"},
                                                                                  {"DECIDE", "quyết định tin trùng"},
                                                                                  {"ASSIGN", "giao chỉ tiêu"},
                                                                                  {"FILE", "chốt kỳ báo cáo"},
                                                                                  {"INTERNAL", "xem thông tin nội bộ"},
                                                                                  {"threshold 0", "xem các số nhỏ"},
                                                                                  {"of every number", "xem mọi con số"}}};
    for (const auto& [right, said] : words) {
        if (right == name) {
            return std::string(said) + " (" + name + ")";
        }
    }
    return name;
}

}  // namespace

std::span<const ProblemKind> problem_kinds() {
    return kinds;
}

Problem bad_parameter(std::string_view field, std::string rule, std::string rule_vi) {
    return {400, "parameter", "A parameter is wrong", std::move(rule), std::move(rule_vi), std::string(field)};
}

Problem bad_period(std::string_view field) {
    const std::string forms(period_forms);
    return bad_parameter(field, "a period from 1900 to 2199 such as " + forms, "một kỳ từ năm 1900 đến 2199, ví dụ " + forms);
}

Problem unknown_parameter(std::string_view field, std::string_view known) {
    const std::string all(known.empty() ? "none" : known);
    return bad_parameter(field, "there is no such parameter here, or it stands twice; there are: " + all,
                         "không có tham số này ở đây, hoặc nó được ghi hai lần; có các tham số: " + all);
}

Problem not_there(std::string what, std::string what_vi, std::string_view field) {
    return {404, "not-found", "It is not there", std::move(what), std::move(what_vi), std::string(field)};
}

Problem no_token() {
    return {401,
            "token",
            "Who are you?",
            "show your token: Authorization: Bearer TOKEN, or POST /api/v1/session {\"token\": \"TOKEN\"}; or a certificate of a viewer",
            "hãy đưa mã truy cập: Authorization: Bearer MÃ, hoặc POST /api/v1/session {\"token\": \"MÃ\"}; hoặc chứng thư của người xem",
            ""};
}

Problem wrong_token() {
    return {401,
            "token",
            "The token is wrong",
            "nobody has this token; ask whoever keeps the rights of this gateway for another",
            "mã truy cập không đúng; hãy hỏi người quản lý quyền của máy chủ này",
            ""};
}

Problem session_over() {
    return {401,
            "token",
            "The session is over",
            "sessions end after some hours, and when the gateway starts anew: show your token again, POST /api/v1/session",
            "phiên đăng nhập kết thúc sau vài giờ, hoặc khi máy chủ khởi động lại: hãy đăng nhập lại bằng mã truy cập",
            ""};
}

Problem not_allowed(std::string_view right, std::string why, std::string why_vi) {
    const std::string name(right);
    return {403,
            "right",
            "The right " + name + " is missing",
            std::move(why) + "; it needs " + name + ", which whoever keeps the rights of this gateway can give",
            std::move(why_vi) + "; cần quyền " + right_in_vietnamese(name) + ", do người quản lý quyền của máy chủ này cấp",
            name};
}

Problem still_reading() {
    return {503,
            "reading",
            "Still reading",
            "the gateway still reads what its feeds hold; ask again in a minute",
            "máy chủ đang đọc lại dữ liệu; hãy thử lại sau một phút",
            ""};
}

Problem failure() {
    return {500,
            "failure",
            "The gateway failed at this",
            "the fault is the gateway's: its log says how (failed=…); tell whoever looks after it",
            "lỗi của máy chủ, đã ghi vào nhật ký (failed=…); hãy báo người quản lý máy chủ",
            ""};
}

Problem other_body() {
    return {422,
            "idempotency-key",
            "The key was used for something else",
            "something else was posted under this Idempotency-Key, and this was not posted; take a new key for each event",
            "mã Idempotency-Key này đã dùng cho một tin khác, tin này chưa được gửi; hãy dùng mã mới cho mỗi tin",
            "Idempotency-Key"};
}

Problem packed_body() {
    return {415,
            "content-encoding",
            "Not in this encoding",
            "a body is read as it is: send it without Content-Encoding",
            "nội dung được đọc nguyên như khi gửi: hãy gửi không nén, không có tiêu đề Content-Encoding",
            "Content-Encoding"};
}

Problem ask_the_commune() {
    return {404,
            "commune",
            "Only a commune has this",
            "journals stay in the commune: ask its own gateway; /api/v1/places names the communes",
            "sổ tin báo chỉ có ở xã: hãy xem ở máy chủ của xã; xem các xã ở /api/v1/places",
            ""};
}

Problem too_many_events(std::size_t most, std::string_view command) {
    const auto number = std::to_string(most);
    const std::string words(command);
    return {501,
            "too-many",
            "Too many events",
            "the journals hold more than " + number + " events: ask on the commune's server, " + words,
            "sổ có hơn " + number + " tin: hãy xem trên máy chủ của xã, " + words,
            ""};
}

}  // namespace chieng::web
