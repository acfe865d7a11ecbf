// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/reasons.hpp"

#include "chieng/v1/options.pb.h"

#include <utf8proc.h>

#include <array>

namespace chieng {
namespace {

struct Row {
    ReasonCode code;
    std::string_view name;
    std::string_view vi;
    std::string_view en;
};

constexpr std::array rows{
    Row{ReasonCode::required, "REQUIRED", "Thiếu: {}. Hãy bổ sung rồi gửi lại.", "Missing: {}. Fill it in and post again."},
    Row{ReasonCode::not_a_date, "NOT_A_DATE", "{} phải là một ngày có trong lịch, dạng 2022-03-12.",
        "{} must be a day of the calendar, such as 2022-03-12."},
    Row{ReasonCode::not_a_code, "NOT_A_CODE", "{}: mã chỉ được có chữ không dấu, số và các dấu . _ - / (mã thôn, làng ví dụ 23656-01).",
        "{}: a code may hold only letters, digits and . _ - / (of a village for instance 23656-01)."},
    Row{ReasonCode::not_a_period, "NOT_A_PERIOD", "{} phải có dạng 2022-04, 2022-Q2, 2022-H1, 2022-9M hoặc 2022.",
        "{} must be such as 2022-04, 2022-Q2, 2022-H1, 2022-9M or 2022."},
    Row{ReasonCode::not_a_time, "NOT_A_TIME", "{} phải có dạng 14:30.", "{} must be such as 14:30."},
    Row{ReasonCode::not_nfc, "NOT_NFC", "{} gõ bằng phông cũ hoặc không phải chữ Unicode dựng sẵn; hãy gõ lại bằng bảng mã Unicode.",
        "{} is not Unicode text in NFC, or was typed for an old font; type it again."},
    Row{ReasonCode::control_character, "CONTROL_CHARACTER", "{} có ký tự lạ, không nhìn thấy được; hãy gõ lại.",
        "{} holds a control character, which nobody sees; type it again."},
    Row{ReasonCode::too_long, "TOO_LONG", "Dài quá: {} ký tự. Hãy viết ngắn lại.", "Too long: {} characters. Shorten it."},
    Row{ReasonCode::too_many, "TOO_MANY", "Nhiều mục quá: {}. Hãy bớt đi.", "Too many items: {}. Take some out."},
    Row{ReasonCode::repeated, "REPEATED", "Một mục ghi hai lần: {}. Hãy bỏ một.", "An item stands twice: {}. Take one out."},
    Row{ReasonCode::below_min, "BELOW_MIN", "Nhỏ quá: {}. Hãy xem lại số.", "Too small: {}. Check the figure."},
    Row{ReasonCode::above_max, "ABOVE_MAX", "Lớn quá: {}. Hãy xem lại số.", "Too large: {}. Check the figure."},
    Row{ReasonCode::above_total, "ABOVE_TOTAL", "Số chi tiết lớn hơn tổng số: {}. Hãy xem lại số.",
        "A part is above its total: {}. Check the figures."},
    Row{ReasonCode::unknown_value, "UNKNOWN_VALUE",
        "Giá trị không có trong danh mục: {}. Hãy chọn giá trị khác, hoặc hỏi xã đã cập nhật máy chủ chưa.",
        "Unknown value: {}. Choose another, or ask the commune whether its server is up to date."},
    Row{ReasonCode::unknown_type, "UNKNOWN_TYPE", "Loại tin này không có trong danh mục. Hãy hỏi xã đã cập nhật máy chủ chưa.",
        "Unknown type of event. Ask the commune whether its server is up to date."},
    Row{ReasonCode::wrong_service, "WRONG_SERVICE", "Loại tin này thuộc dịch vụ {}. Hãy gửi đến đó.",
        "This type of event is of the service {}. Post it there."},
    Row{ReasonCode::wrong_device, "WRONG_DEVICE", "Thiết bị trong tin khác thiết bị trong chủ đề: {}. Hãy ghi cùng một tên.",
        "The device in the message is not the one in the topic: {}. Use one name."},
    Row{ReasonCode::wrong_commune, "WRONG_COMMUNE", "Tin này thuộc xã khác: {}. Hãy gửi cho xã đó.",
        "This message belongs to another commune: {}. Post it there."},
    Row{ReasonCode::unknown_place, "UNKNOWN_PLACE", "Thôn, làng không thuộc xã vào ngày đó: {}. Hãy xem lại mã, ngày và xã nhận tin.",
        "This village was not in the commune on that day: {}. Check the code, the day, and to whom it goes."},
    Row{ReasonCode::no_such_commune, "NO_SUCH_COMMUNE", "Không có xã này vào ngày {}. Hãy gửi cho xã có vào ngày đó.",
        "There was no such commune on {}. Post to the one that there was on that day."},
    Row{ReasonCode::in_the_future, "IN_THE_FUTURE", "Ngày này chưa đến: {}. Hãy xem lại ngày.",
        "The date lies in the future: {}. Check the date."},
    Row{ReasonCode::before_service, "TOO_OLD", "Ngày trước khi có chương trình: {}. Hãy xem lại ngày.",
        "The date lies before the programme: {}. Check the date."},
    Row{ReasonCode::conflict, "CONFLICT",
        "Số {} là của một tin khác, đã giữ. Có thể máy khác trùng tên: ghi lại với --device khác trong thư mục --data khác.",
        "Number {} is taken by other content. Maybe another phone has this name: post again as another --device, in another --data."},
    Row{ReasonCode::too_large, "TOO_LARGE", "Tin lớn quá: {} byte. Hãy chia nhỏ.", "The message is too large: {} bytes. Split it."},
    Row{ReasonCode::unreadable, "UNREADABLE", "Không đọc được tin: {}. Hãy sửa rồi gửi lại.",
        "The message cannot be read: {}. Correct it and post again."},
    Row{ReasonCode::nothing_to_correct, "NOTHING_TO_CORRECT", "Chưa nhận được tin cần đính chính: {}. Hãy xem lại thiết bị và số.",
        "The event to correct has not been received: {}. Check device and number."},
    Row{ReasonCode::not_yours_to_correct, "NOT_YOURS_TO_CORRECT",
        "Chỉ thiết bị đã gửi hoặc cán bộ xã được đính chính: {}. Hãy nhờ cán bộ xã.",
        "Only the device that sent it or a commune official may correct it: {}. Ask an official."},
    Row{ReasonCode::other_type, "OTHER_TYPE", "Đính chính phải cùng loại với tin gốc: {}. Hãy hủy tin gốc rồi gửi tin mới.",
        "A correction must be of the type of the event it corrects: {}. Void that one and post a new event."},
    Row{ReasonCode::two_types, "TWO_TYPES", "Hai tin khác loại nên không thể là một việc: {}. Hãy xem lại thiết bị và số.",
        "Two events of different types cannot be the same fact: {}. Check device and number."},
    Row{ReasonCode::one_event, "ONE_EVENT", "Hai số này là của cùng một tin: {}. Hãy xem lại thiết bị và số.",
        "Both numbers are of one event: {}. Check device and number."},
    Row{ReasonCode::decision_stands, "DECISION_STANDS", "Kết luận về tin trùng không sửa được: {}. Hãy gửi kết luận mới.",
        "A decision about duplicates is not corrected: {}. Post a new decision."},
    Row{ReasonCode::already_completed, "ALREADY_COMPLETED", "Hỗ trợ {} đã ghi hoàn thành. Nếu sai, gửi đính chính.",
        "Support {} is already completed. Send a correction if that is wrong."},
    Row{ReasonCode::already_awarded, "ALREADY_AWARDED",
        "Thành tích {} đã được khen; một thành tích chỉ khen một lần. Nếu sai, gửi đính chính.",
        "Achievement {} is already awarded; one achievement is awarded once. Send a correction if that is wrong."},
    Row{ReasonCode::not_their_award, "NOT_THEIR_AWARD",
        "Vào ngày đó cấp này không có thẩm quyền khen thưởng theo hình thức này: {}. Hãy xem lại cấp và hình thức.",
        "This authority may not grant this form on that date: {}. Check authority and form."},
    Row{ReasonCode::before_achievement, "BEFORE_ACHIEVEMENT", "Quyết định trước ngày lập thành tích: {}. Hãy xem lại hai ngày.",
        "The decision lies before the achievement: {}. Check both days."},
    Row{ReasonCode::consent_missing, "CONSENT_MISSING", "Bài có nêu tên cần số và ngày văn bản đồng ý. Hãy bổ sung: {}.",
        "A story that names somebody needs the reference and the date of the consent. Fill in: {}."},
    Row{ReasonCode::consent_too_late, "CONSENT_TOO_LATE", "Văn bản đồng ý ngày {}, sau ngày đăng bài. Hãy xem lại ngày.",
        "The consent is of {}, after the publication. Check the days."},
    Row{ReasonCode::consent_withdrawn, "CONSENT_WITHDRAWN", "Người được nêu đã rút đồng ý ngày {}; cần văn bản đồng ý mới.",
        "The subject withdrew consent on {}; a new consent is needed."},
    Row{ReasonCode::channel_withdrawn, "CHANNEL_WITHDRAWN",
        "Người được nêu đã rút lại sự đồng ý đăng trên kênh này: {}. Hãy bỏ kênh đó hoặc xin văn bản đồng ý mới.",
        "The subject withdrew consent for this channel: {}. Leave the channel out, or ask for a new consent."},
    Row{ReasonCode::wrong_standard, "WRONG_STANDARD",
        "Chuẩn nghèo này không áp dụng vào thời gian đó: {}. Hãy chọn chuẩn của thời gian đó.",
        "This poverty standard did not hold at that time: {}. Choose the one that did."},
    Row{ReasonCode::wrong_movement, "WRONG_MOVEMENT", "Biến động không khớp diện cũ và diện mới: {}. Hãy xem lại.",
        "The movement does not fit the old and the new class: {}. Check them."},
    Row{ReasonCode::already_set, "ALREADY_SET", "Số liệu này đã được ghi: {}. Nếu sai, gửi đính chính.",
        "These figures are already set: {}. Send a correction if they are wrong."},
    Row{ReasonCode::not_agreed, "NOT_AGREED", "Quá ít người dự đồng ý: {}. Hãy rà soát lại rồi họp lại.",
        "Too few of those present agree: {}. Review again and meet again."},
    Row{ReasonCode::ends_before, "ENDS_BEFORE", "Ngày cuối trước ngày đầu: {}. Hãy xem lại hai ngày.",
        "The last day lies before the first: {}. Check both days."},
    Row{ReasonCode::not_over_yet, "NOT_OVER_YET", "Kỳ này chưa hết vào ngày đó: {}. Hãy đợi hết kỳ, hoặc xem lại kỳ và ngày.",
        "That period was not over on that day: {}. Wait for its end, or check period and day."},
    Row{ReasonCode::target_filed, "TARGET_FILED", "Kỳ {} đã chốt báo cáo; chỉ tiêu của kỳ này không sửa được nữa. Hãy giao cho kỳ sau.",
        "Period {} has been filed; its target cannot be revised any more. Assign one for a later period."},
    Row{ReasonCode::unknown_household, "UNKNOWN_HOUSEHOLD", "Không có dữ liệu nào của hộ {}. Hãy xem lại mã hộ.",
        "Nothing is kept about household {}. Check the key."},
    Row{ReasonCode::not_yours_to_erase, "NOT_YOURS_TO_ERASE", "Chỉ cán bộ xã được xóa dữ liệu hộ: {}. Hãy nhờ cán bộ xã.",
        "Only a commune official may erase a household: {}. Ask an official."},
    Row{ReasonCode::erased_for_good, "ERASED_FOR_GOOD", "Dữ liệu đã xóa không lấy lại được: {}.",
        "What was erased cannot be brought back: {}."},
    Row{ReasonCode::outbox_full, "OUTBOX_FULL", "Đã có {} tin chờ gửi trên máy này; hãy kết nối để gửi bớt rồi ghi tiếp.",
        "{} events already wait on this device; connect and let them be sent first."},
};

// What somebody else wrote, or what was cut from it, as text: a receipt with other bytes could not be read by its device.
std::string readable(std::string_view detail) {
    std::string text;
    while (!detail.empty()) {
        utf8proc_int32_t character = 0;
        const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(detail.data()),
                                           static_cast<utf8proc_ssize_t>(detail.size()), &character);
        const auto category = size > 0 ? utf8proc_category(character) : UTF8PROC_CATEGORY_CC;
        const bool is_seen = category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CF && category != UTF8PROC_CATEGORY_ZL &&
                             category != UTF8PROC_CATEGORY_ZP;
        text.append(is_seen ? detail.substr(0, static_cast<std::size_t>(size)) : "?");
        detail.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
    }
    return text;
}

std::string filled(std::string_view sentence, std::string_view detail) {
    std::string text(sentence);
    if (const auto at = text.find("{}"); at != std::string::npos) {
        text.replace(at, 2, detail);
    }
    return text;
}

}  // namespace

Detail named(const google::protobuf::EnumValueDescriptor& value) {
    const auto& label = value.options().GetExtension(v1::value);
    const auto& name = value.name();
    return {label.vi().empty() ? name : label.vi(), label.en().empty() ? name : label.en()};
}

Detail named(const google::protobuf::FieldDescriptor& field) {
    const auto& label = field.options().GetExtension(v1::field).label();
    return {label.vi(), label.en()};
}

v1::Reason reason(ReasonCode code, std::string_view field, std::string_view detail) {
    return reason(code, field, Detail{std::string(detail), std::string(detail)});
}

v1::Reason reason(ReasonCode code, std::string_view field, const Detail& detail) {
    v1::Reason made;
    for (const auto& row : rows) {
        if (row.code == code) {
            made.set_code(std::string(row.name));
            made.set_vi(filled(row.vi, readable(detail.vi)));
            made.set_en(filled(row.en, readable(detail.en)));
        }
    }
    made.set_field(std::string(field));
    return made;
}

}  // namespace chieng
