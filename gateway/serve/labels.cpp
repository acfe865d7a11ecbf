// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/labels.hpp"

#include "chieng/v1/event.pb.h"
#include "chieng/v1/place.pb.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace chieng {

v1::Label label(std::string_view vi, std::string_view en) {
    v1::Label made;
    made.set_vi(std::string(vi));
    made.set_en(std::string(en));
    return made;
}

namespace {

struct Named {
    std::string_view code;
    std::string_view vi;
    std::string_view en;
};

// As on the page (gateway/web/page/names.js).
constexpr std::array names_of_services{
    Named{"session", "Tuyên truyền", "Communication"},    Named{"household", "Hộ nghèo và hỗ trợ", "Households and support"},
    Named{"commendation", "Khen thưởng", "Commendation"}, Named{"culture", "Văn hóa", "Culture"},
    Named{"monitoring", "Theo dõi", "Monitoring"},
};

constexpr std::array groups{
    Named{"COM", "Truyền thông, tuyên truyền", "Communication"},
    Named{"TRN", "Tập huấn", "Training"},
    Named{"PRC", "Cách làm mới", "New practices"},
    Named{"MOD", "Mô hình giảm nghèo", "Poverty reduction models"},
    Named{"EXM", "Gương điển hình", "Exemplary stories"},
    Named{"CUL", "Văn hóa, thể thao", "Culture and sports"},
    Named{"TOU", "Du lịch", "Tourism"},
    Named{"SAL", "Tiêu thụ sản phẩm", "Sales of products"},
    Named{"JOB", "Việc làm", "Jobs"},
    Named{"INS", "Kiểm tra, giám sát", "Inspection"},
    Named{"EMU", "Thi đua, khen thưởng", "Emulation and commendation"},
    Named{"SUP", "Hỗ trợ hộ gia đình", "Support of households"},
    Named{"MOB", "Vận động", "Mobilisation"},
    Named{"POV", "Hộ nghèo, cận nghèo", "Poverty"},
    Named{"TGT", "Thực hiện chỉ tiêu", "Targets"},
    Named{"PLN", "Kế hoạch", "Plans"},
    Named{"NRD", "Nông thôn mới", "New rural development"},
    Named{"RPT", "Chế độ báo cáo", "Reporting"},
};

template <class List>
v1::Label label_in(const List& list, std::string_view code) {
    const auto* it = std::find_if(list.begin(), list.end(), [&](const Named& one) { return one.code == code; });
    return it == list.end() ? label(code, code) : label(it->vi, it->en);
}

const v1::Cut* cut_named(const v1::Indicator& indicator, std::string_view name) {
    const auto it = std::find_if(indicator.cut().begin(), indicator.cut().end(), [&](const v1::Cut& cut) { return cut.name() == name; });
    return it == indicator.cut().end() ? nullptr : &*it;
}

// The enum at the end of a path such as household_supported.kind.
const google::protobuf::EnumDescriptor* enum_at(std::string_view path) {
    const auto* type = v1::Event::descriptor();
    while (type != nullptr) {
        const auto dot = path.find('.');
        const auto* field = type->FindFieldByName(std::string(path.substr(0, dot)));
        if (field == nullptr || dot == std::string_view::npos) {
            return field == nullptr ? nullptr : field->enum_type();
        }
        type = field->message_type();
        path.remove_prefix(dot + 1);
    }
    return nullptr;
}

std::optional<v1::Label> schema_label(const v1::Cut& cut, const std::string& value) {
    for (const auto& part : cut.part()) {
        if (part.value() == value) {
            return part.label();
        }
    }
    for (const auto& path : cut.field()) {
        const auto* type = enum_at(path);
        const auto* named = type == nullptr ? nullptr : type->FindValueByName(value);
        if (named != nullptr && named->options().HasExtension(v1::value)) {
            return named->options().GetExtension(v1::value);
        }
    }
    if (cut.by_place_kind()) {
        return value == v1::Place::Kind_Name(v1::Place::URBAN) ? label("Thành thị", "Urban") : label("Nông thôn", "Rural");
    }
    return std::nullopt;
}

std::string padded(unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string day_vi(Day day) {
    const std::chrono::year_month_day date(day);
    return padded(static_cast<unsigned>(date.day())) + "/" + padded(static_cast<unsigned>(date.month())) + "/" +
           std::to_string(static_cast<int>(date.year()));
}

constexpr std::array months_en{"January", "February", "March",     "April",   "May",      "June",
                               "July",    "August",   "September", "October", "November", "December"};

std::string day_en(Day day) {
    const std::chrono::year_month_day date(day);
    return std::to_string(static_cast<unsigned>(date.day())) + " " + months_en[static_cast<unsigned>(date.month()) - 1] + " " +
           std::to_string(static_cast<int>(date.year()));
}

}  // namespace

std::string group_of(std::string_view code) {
    return std::string(code.substr(0, code.find('-')));
}

v1::Label group_label(std::string_view group) {
    return label_in(groups, group);
}

v1::Label service_label(std::string_view service) {
    return label_in(names_of_services, service);
}

v1::Label cut_label(const v1::Indicator& indicator, std::string_view cut) {
    const auto* found = cut_named(indicator, cut);
    return found == nullptr ? label(cut, cut) : found->label();
}

v1::Label cut_value_label(const Definitions& definitions, const Definition& definition, std::string_view cut, const std::string& value,
                          Day day) {
    // A rate's cut is that of what it is a rate of, and a change's that of its rate.
    for (const auto* one = &definition; one != nullptr; one = one->of ? definitions.find(one->of->code, day) : nullptr) {
        const auto* found = cut_named(one->indicator, cut);
        if (auto named = found == nullptr ? std::nullopt : schema_label(*found, value)) {
            return *named;
        }
    }
    const auto* other = definitions.find(value, day);
    return other == nullptr ? label(value, value) : other->indicator.label();
}

v1::Label period_label(const Period& period) {
    constexpr std::array roman{"I", "II", "III", "IV"};
    constexpr std::array ordinals{"First", "Second", "Third", "Fourth"};
    const auto year = std::to_string(period.year);
    const auto at = static_cast<std::size_t>(period.number - 1);
    switch (period.span) {
        case v1::MONTH: return label("Tháng " + std::to_string(period.number) + " năm " + year, std::string(months_en[at]) + " " + year);
        case v1::QUARTER: return label(std::string("Quý ") + roman[at] + " năm " + year, std::string(ordinals[at]) + " quarter of " + year);
        case v1::HALF:
            return label((at == 0 ? "6 tháng đầu năm " : "6 tháng cuối năm ") + year, std::string(ordinals[at]) + " half of " + year);
        case v1::NINE_MONTHS: return label("9 tháng đầu năm " + year, "First nine months of " + year);
        default: return label("Năm " + year, "Year " + year);
    }
}

v1::Label nothing_told_label(const Period& period) {
    const auto span = v1::Span_Name(period.span);
    return label("không có chỉ số nào được tính theo kỳ " + period.format() + ": hãy ghi " + span +
                     " (spans, hoặc also) trong tệp chỉ số, tệp đó dùng cho cả huyện và các xã",
                 "no indicator is told over " + period.format() + ": name " + span +
                     " (spans, or also) in the definitions, the same for the gateways of district and communes");
}

v1::Label calendar_label(v1::Calendar calendar) {
    return v1::Calendar_descriptor()->FindValueByNumber(calendar)->options().GetExtension(v1::value);
}

v1::Label day_label(Day day) {
    return label(day_vi(day), day_en(day));
}

v1::Label days_label(Day first, Day last) {
    return label("từ ngày " + day_vi(first) + " đến ngày " + day_vi(last), day_en(first) + " to " + day_en(last));
}

std::string_view calendar_name(v1::Calendar calendar) {
    return calendar == v1::OFFICIAL ? "official" : "calendar";
}

}  // namespace chieng
