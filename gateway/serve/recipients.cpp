// SPDX-License-Identifier: Apache-2.0
#include "gateway/serve/recipients.hpp"

#include "gateway/indicator/definition_compiler.hpp"
#include "services/runtime/core/cloud_event.hpp"
#include "services/runtime/core/topics.hpp"
#include "services/runtime/core/validator.hpp"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace chieng {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

std::string filled_in(std::string name, std::string_view slot, std::string_view by) {
    if (const auto at = name.find(slot); at != std::string::npos) {
        name.replace(at, slot.size(), by);
    }
    return name;
}

class FirstError final : public google::protobuf::io::ErrorCollector {
public:
    explicit FirstError(std::string_view file) : file_(file) {}
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) {
            text = DefinitionCompiler::place_in(file_, line, column) + message;
        }
    }
    std::string text;

private:
    std::string_view file_;
};

v1::DataClass class_of(const FieldDescriptor& field, v1::DataClass otherwise) {
    const auto own = field.options().GetExtension(v1::field).data_class();
    return own == v1::DATA_CLASS_UNSPECIFIED ? otherwise : own;
}

void cut_fields(google::protobuf::Message& message, v1::DataClass highest, v1::DataClass of_message) {
    const auto& at = *message.GetReflection();
    std::vector<const FieldDescriptor*> set;
    at.ListFields(message, &set);
    for (const auto* field : set) {
        const auto is = class_of(*field, of_message);
        if (is > highest) {
            at.ClearField(&message, field);
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
            for (int i = 0; i < at.FieldSize(message, field); ++i) {
                cut_fields(*at.MutableRepeatedMessage(&message, field, i), highest, is);
            }
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
            const auto& rule = rule_of(*field->message_type());
            cut_fields(*at.MutableMessage(&message, field), highest,
                       rule.data_class() == v1::DATA_CLASS_UNSPECIFIED ? is : rule.data_class());
        }
    }
}

// Checks one recipient after the other, with its place in the file.
class Check {
public:
    Check(const v1::RecipientFeeds& recipients, const TextFormat::ParseInfoTree& lines, std::string_view file,
          const Definitions& definitions)
        : recipients_(recipients), lines_(lines), file_(file), definitions_(definitions) {}

    void run() {
        for (at_ = 0; at_ < recipients_.recipient_size(); ++at_) {
            check(recipients_.recipient(at_));
        }
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        const auto where = lines_.GetLocation(v1::RecipientFeeds::descriptor()->FindFieldByName("recipient"), at_);
        throw std::invalid_argument(DefinitionCompiler::place_in(file_, where.line, where.column) + recipients_.recipient(at_).name() +
                                    ": " + reason);
    }

    void check(const v1::RecipientFeed& recipient) {
        check_name(recipient);
        if (recipient.level() == v1::RecipientFeed::LEVEL_UNSPECIFIED || recipient.delivery() == v1::RecipientFeed::DELIVERY_UNSPECIFIED ||
            recipient.data_class() == v1::DATA_CLASS_UNSPECIFIED) {
            fail("level, delivery and data_class must be given");
        }
        if (recipient.purpose().vi().empty() || recipient.purpose().en().empty()) {
            fail("purpose must be given, in Vietnamese and in English");
        }
        if (recipient.level() != v1::RecipientFeed::OF_COMMUNE && recipient.data_class() >= v1::PERSONAL) {
            fail("what is " + v1::DataClass_Name(recipient.data_class()) + " does not leave the commune's own offices");
        }
        if (recipient.level() == v1::RecipientFeed::OF_DISTRICT && !recipient.events().empty()) {
            fail("events do not leave the commune");
        }
        if (recipient.acceptances() && recipient.level() != v1::RecipientFeed::OF_VILLAGE) {
            fail("acceptances are of a village");
        }
        if (recipient.threshold() != 0 && recipient.level() != v1::RecipientFeed::OF_DISTRICT) {
            fail("threshold: only who is of the district has one; a commune cannot hide what its district tells");
        }
        if (recipient.candidates() && recipient.level() != v1::RecipientFeed::OF_COMMUNE) {
            fail("candidates do not leave the commune's own offices");
        }
        if (recipient.indicators().empty() && recipient.events().empty() && !recipient.acceptances() && !recipient.candidates()) {
            fail("it receives nothing");
        }
        for (const auto& wanted : recipient.indicators()) {
            const auto& all = definitions_.all();
            if (std::none_of(all.begin(), all.end(), [&](const Definition& each) {
                    return !each.indicator.hidden() && names_indicator(wanted, each.indicator.code());
                })) {
                fail("there is no indicator or group " + wanted);
            }
        }
        for (const auto& event : recipient.events()) {
            const auto* field = v1::Event::descriptor()->FindFieldByName(event);
            if (field == nullptr || field->containing_oneof() == nullptr) {
                fail("there is no event " + event);
            }
            if (const auto is = rule_of(*field->message_type()).data_class(); is > recipient.data_class()) {
                fail(event + " is " + v1::DataClass_Name(is) + ", above the class that it may read");
            }
        }
    }

    void check_name(const v1::RecipientFeed& recipient) {
        const bool by_village = recipient.name().find("{village}") != std::string::npos;
        const bool by_organisation = recipient.name().find("{organisation}") != std::string::npos;
        const auto plain = filled_in(filled_in(recipient.name(), "{village}", "v"), "{organisation}", "o");
        if (plain.empty() ||
            plain.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/") != std::string::npos) {
            fail("a name has letters, digits, _ - and /");
        }
        if (!names_.insert(recipient.name()).second) {
            fail("the name is given twice");
        }
        if (by_village != (recipient.level() == v1::RecipientFeed::OF_VILLAGE)) {
            fail("{village} stands in the name of who is of a village, and of nobody else");
        }
        if (by_organisation == recipient.organisations().empty()) {
            fail("{organisation} stands in the name of one with organisations");
        }
    }

    const v1::RecipientFeeds& recipients_;
    const TextFormat::ParseInfoTree& lines_;
    std::string_view file_;
    const Definitions& definitions_;
    int at_ = 0;
    std::set<std::string> names_;
};

}  // namespace

Recipients Recipients::load(std::string_view text, std::string_view file_name, const Definitions& definitions, std::string_view place) {
    FirstError error(file_name);
    TextFormat::ParseInfoTree lines;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    parser.WriteLocationsTo(&lines);
    v1::RecipientFeeds read;
    if (!parser.ParseFromString(std::string(text), &read)) {
        throw std::invalid_argument(error.text.empty() ? DefinitionCompiler::place_in(file_name, 0, 0) + "it cannot be read" : error.text);
    }
    Check(read, lines, file_name, definitions).run();
    Recipients made;
    made.place_ = place;
    made.parted_ = Share::parted(definitions);
    const bool of_commune = area_kind(place) == AreaKind::commune;
    for (const auto& recipient : read.recipient()) {
        if (of_commune == (recipient.level() == v1::RecipientFeed::OF_DISTRICT)) {
            continue;
        }
        if (recipient.organisations().empty()) {
            made.all_.push_back(recipient);
        }
        for (const auto organisation : recipient.organisations()) {
            auto one = recipient;
            one.clear_organisations();
            one.add_organisations(static_cast<v1::Organisation>(organisation));
            one.set_name(filled_in(recipient.name(), "{organisation}", v1::Organisation_Name(organisation)));
            made.all_.push_back(std::move(one));
        }
    }
    for (const auto& recipient : made.all_) {
        made.shares_.emplace_back(recipient, made.parted_);
    }
    return made;
}

Share Recipients::share(const std::string& name, const Places& places) const {
    constexpr std::string_view slot = "{village}";
    const auto villages = places.ever_below(place_);
    std::string known;
    for (const auto& recipient : all_) {
        if (recipient.name().find(slot) == std::string::npos) {
            if (recipient.name() == name) {
                return {recipient, parted_};
            }
        } else {
            const auto village = std::find_if(villages.begin(), villages.end(), [&](const std::string& one) {
                return area_kind(one) == AreaKind::village && filled_in(recipient.name(), slot, one) == name;
            });
            if (village != villages.end()) {
                return {recipient, parted_, *village};
            }
        }
        known.append(known.empty() ? "" : ", ").append(recipient.name());
    }
    throw std::invalid_argument("there is no recipient " + name + " at " + place_ + "; there are: " + (known.empty() ? "none" : known) +
                                (known.find(slot) == std::string::npos ? "" : " ({village}: the code of a village of " + place_ + ")"));
}

Publish for_recipient(const std::string& name, const v1::IndicatorValue& value, const EventData& data) {
    const auto* calendar = value.calendar() == v1::OFFICIAL ? "official" : "calendar";
    const auto place = "areas/" + value.area();
    const auto who = "recipients/" + name;
    return retained_event(topics::recipient_value(value.area(), name, calendar, value.period(), value.indicator()),
                          {place, who, value.as_of()}, data);
}

std::vector<Message> Recipients::of_value(const v1::IndicatorValue& value, const EventData& data, Day today) const {
    std::vector<Message> messages;
    const auto last = parse_day(value.to());
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const auto& recipient = all_[i];
        const bool is_due = recipient.delivery() == v1::RecipientFeed::AS_IT_HAPPENS || (last && *last < today);
        const bool is_of_level = area_kind(value.area()) != AreaKind::village || recipient.level() == v1::RecipientFeed::OF_VILLAGE;
        if (recipient.threshold() != 0 || !is_due || !is_of_level || !shares_[i].has(value)) {
            continue;
        }
        const auto name = filled_in(recipient.name(), "{village}", value.area());
        auto publish = shares_[i].alters(value.indicator()) ? for_recipient(name, value, EventData(shares_[i].of(value)))
                                                            : for_recipient(name, value, data);
        messages.push_back(std::move(publish.message));
    }
    return messages;
}

std::vector<Recipients::Cautious> Recipients::with_threshold() const {
    std::vector<Cautious> found;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (all_[i].threshold() != 0) {
            found.push_back({all_[i].name(), shares_[i], all_[i].delivery() == v1::RecipientFeed::AT_PERIOD_CLOSE});
        }
    }
    return found;
}

bool Recipients::tells_villages(const v1::Indicator& indicator) const {
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (all_[i].level() == v1::RecipientFeed::OF_VILLAGE && shares_[i].has_indicator(indicator.code())) {
            return true;
        }
    }
    return false;
}

std::vector<Message> Recipients::of_event(std::string_view commune, std::string_view service, const v1::Entry& entry) const {
    std::vector<Message> messages;
    v1::Event event;
    if (!event.ParseFromString(entry.event())) {
        return messages;
    }
    v1::Event about = event;  // a VOID need not say what it takes back
    if (event.body_case() == v1::Event::BODY_NOT_SET && !about.ParseFromString(entry.retracts().event())) {
        return messages;
    }
    if (about.body_case() == v1::Event::BODY_NOT_SET) {
        return messages;
    }
    const auto name = v1::Event::descriptor()->FindFieldByNumber(about.body_case())->name();
    const auto& village = about.village();  // who got the event is told, wherever its VOID says that it was
    for (const auto& recipient : all_) {
        if (std::find(recipient.events().begin(), recipient.events().end(), name) == recipient.events().end()) {
            continue;
        }
        auto given = event;
        cut(given, recipient.data_class());
        auto topic = topics::recipient_event(commune, filled_in(recipient.name(), "{village}", village), service, entry.device(),
                                             std::to_string(event.sequence()));
        messages.push_back({std::move(topic), given.SerializeAsString(), false});
    }
    return messages;
}

bool Recipients::tells_candidates() const {
    return std::any_of(all_.begin(), all_.end(), [](const v1::RecipientFeed& recipient) { return recipient.candidates(); });
}

std::vector<Message> Recipients::of_proposals(const v1::Proposals& proposals, std::uint64_t said_at) const {
    v1::Proposals agreed;
    agreed.set_commune(proposals.commune());
    for (const auto& proposal : proposals.proposals()) {
        if (!proposal.consent_ref().empty()) {
            auto& candidate = *agreed.add_proposals() = proposal;
            candidate.clear_supports();  // what it was given is not what it agreed to tell
        }
    }
    agreed.set_left_out(proposals.left_out());
    std::vector<Message> messages;
    for (const auto& recipient : all_) {
        if (recipient.candidates()) {
            const auto place = "areas/" + place_;
            const auto who = "recipients/" + recipient.name();
            messages.push_back(retained_event(topics::candidates(place_, recipient.name()), {place, who, said_at}, agreed).message);
        }
    }
    return messages;
}

std::vector<std::string> Recipients::of_acceptances(const std::string& village) const {
    std::vector<std::string> all;
    for (const auto& recipient : all_) {
        if (recipient.acceptances()) {
            all.push_back(topics::acceptances(village, filled_in(recipient.name(), "{village}", village)));
        }
    }
    return all;
}

bool Recipients::a_period_closed(Day before, Day today) {
    for (auto day = std::max(before, today - std::chrono::days(31)) + std::chrono::days(1); day <= today; day += std::chrono::days(1)) {
        const auto number = static_cast<unsigned>(std::chrono::year_month_day(day).day());
        if (number == 1 || number == 15) {
            return true;
        }
    }
    return false;
}

void Recipients::cut(v1::Event& event, v1::DataClass highest) {
    event.DiscardUnknownFields();
    cut_fields(event, highest, v1::DATA_CLASS_UNSPECIFIED);
    if (const auto* type = body_type(event); type != nullptr && rule_of(*type).data_class() > highest) {
        event.clear_body();
    }
}

}  // namespace chieng
