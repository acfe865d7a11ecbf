// SPDX-License-Identifier: Apache-2.0
#include "gateway/web/problems.hpp"

#include <utility>

namespace chieng::web {

Problem bad_parameter(std::string_view field, std::string rule, std::string rule_vi) {
    return {400, "parameter", "A parameter is wrong", std::move(rule), std::move(rule_vi), std::string(field)};
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
            "mã truy cập không đúng; hãy hỏi người quản lý quyền của cổng này",
            ""};
}

Problem not_allowed(std::string_view right, std::string why, std::string why_vi) {
    const std::string name(right);
    return {403,
            "right",
            "The right " + name + " is missing",
            std::move(why) + "; it needs " + name + ", which whoever keeps the rights of this gateway can give",
            std::move(why_vi) + "; cần quyền " + name + ", do người quản lý quyền của cổng này cấp",
            name};
}

Problem still_reading() {
    return {503,
            "reading",
            "Still reading",
            "the gateway still reads what its feeds hold; ask again in a minute",
            "cổng đang đọc lại dữ liệu; hãy hỏi lại sau một phút",
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

Problem ask_the_commune() {
    return {404,
            "commune",
            "Only a commune has this",
            "journals stay in the commune: ask its own gateway; /api/v1/places names the communes",
            "sổ tin báo chỉ có ở xã: hãy hỏi cổng của xã; xem các xã ở /api/v1/places",
            ""};
}

Problem too_many_events(std::size_t most, std::string_view command) {
    const auto number = std::to_string(most);
    const std::string words(command);
    return {501,
            "too-many",
            "Too many events",
            "the journals hold more than " + number + " events: ask on the commune's server, " + words,
            "sổ có hơn " + number + " tin: hãy hỏi trên máy chủ của xã, " + words,
            ""};
}

}  // namespace chieng::web
