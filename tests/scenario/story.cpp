// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/story.hpp"

#include "services/field/form.hpp"
#include "tests/support/events.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <regex>
#include <stdexcept>

namespace chieng::testing {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

void expect(const std::string& wanted, const std::string& seen) {
    if (wanted != seen) {
        fail("seen: " + seen);
    }
}

std::string decomposed(const std::string& text) {
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.c_str());
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(utf8proc_NFD(bytes), &std::free);
    return reinterpret_cast<const char*>(owner.get());
}

Day day_named(const std::string& text) {
    if (const auto day = parse_day(text)) {
        return *day;
    }
    fail(text + " is not a day");
}

std::string listed(const google::protobuf::RepeatedPtrField<v1::Reason>& reasons) {
    std::string text;
    for (const auto& reason : reasons) {
        text += (text.empty() ? "" : ", ") + reason.field() + " " + reason.code();
    }
    return text;
}

std::string told(v1::Verdict verdict, const v1::Answer& answer) {
    if (verdict == v1::REFUSED) {
        return "refused: " + listed(answer.reasons());
    }
    if (answer.month() == 0) {
        return "stored and counts nowhere";
    }
    const auto month = Period{v1::OFFICIAL, v1::MONTH, static_cast<int>(answer.month() / 100), static_cast<int>(answer.month() % 100)};
    return "stored and counts in month " + month.format();
}

std::string service_of(const std::string& type) {
    for (const auto& known : event_types()) {
        if (known.name == type) {
            return known.service;
        }
    }
    fail("there is no type of event " + type);
}

// Fields name=value, a value with spaces in quotes; then, in brackets, how it is written.
Filled filled(const std::string& text) {
    static const std::regex form(R"re(([a-z.-]+)=(?:"([^"]*)"|(\S+)) *)re");
    Filled read;
    auto rest = text;
    for (std::smatch field; std::regex_search(rest, field, form, std::regex_constants::match_continuous);) {
        read.fields.emplace_back(field[1], field[2].matched ? field[2] : field[3]);
        rest = field.suffix();
    }
    read.decomposed = rest == "(written in NFD)";
    read.of_later_revision = rest == "(with fields of a later revision)";
    if (!rest.empty() && !read.decomposed && !read.of_later_revision) {
        fail("not a field: " + rest);
    }
    return read;
}

// Fills in what makes an event a correction.
void correct(Filled::Fields& fields, const std::string& device, const EventName& target, const std::string& action) {
    fields.emplace_back("corrects", std::to_string(target.sequence));
    fields.emplace_back("action", action);
    if (target.device != device) {
        fields.emplace_back("corrects-device", target.device);
    }
}

}  // namespace

struct Story::Step {
    std::regex form;
    std::function<void(Story&, const std::smatch&)> act;
};

const std::vector<Story::Step>& Story::steps() {
    static const std::vector<Step> all{
        // What happens.
        {std::regex("on (\\S+)"), [](Story& story, const std::smatch& said) { story.world_.set_day(day_named(said[1])); }},
        {std::regex("(\\S+) belongs to (\\d{5})"),
         [](Story& story, const std::smatch& said) { story.world_.move_device(said[1], said[2]); }},
        {std::regex("(\\S+) usually has (.*)"),
         [](Story& story, const std::smatch& said) { story.usual_[said[1]] = filled(said[2]).fields; }},
        {std::regex("phone (\\S+) posts (\\S+) ?(.*)"),
         [](Story& story, const std::smatch& said) { story.post(said[1], service_of(said[2]), said[2], filled(said[3])); }},
        {std::regex("phone (\\S+) replaces (\\S+) with (\\S+) ?(.*)"),
         [](Story& story, const std::smatch& said) {
             auto read = filled(said[4]);
             correct(read.fields, said[1], story.event_named(said[2]), "REPLACE");
             story.post(said[1], service_of(said[3]), said[3], read);
         }},
        {std::regex("phone (\\S+) voids (\\S+) ?(.*)"),
         [](Story& story, const std::smatch& said) {
             auto read = filled(said[3]);
             const auto target = story.event_named(said[2]);
             correct(read.fields, said[1], target, "VOID");
             story.post(said[1], target.service, "void", read);
         }},
        {std::regex("phone (\\S+) cannot post (\\S+) ?(.*): (.*)"),
         [](Story& story, const std::smatch& said) {
             auto& world = story.world_;
             const auto event = story.build(said[2], filled(said[3]), false);
             const auto posted = world.phone(said[1]).outbox.post(event, service_of(said[2]), &kbang(), world.commune_of(said[1]),
                                                                  world.today(), world.seconds());
             const auto* reasons = std::get_if<Reasons>(&posted);
             expect(said[4], reasons == nullptr ? "posted" : listed({reasons->begin(), reasons->end()}));
         }},
        {std::regex("system (\\S+) sends (\\S+) numbered (\\d+) ?(.*)"),
         [](Story& story, const std::smatch& said) {
             const EventName name{said[1], service_of(said[2]), std::stoull(said[3])};
             auto event = story.build(said[2], filled(said[4]), true);
             event.set_sequence(name.sequence);
             story.world_.keep(name, event.SerializeAsString());
             story.world_.send_by_hand(name);
         }},
        {std::regex("(\\S+) is sent again( (\\d+) times)?"),
         [](Story& story, const std::smatch& said) {
             const auto name = story.event_named(said[1]);
             const int times = said[3].matched ? std::stoi(said[3]) : 1;
             for (int n = 1; n <= times; ++n) {
                 story.world_.send_by_hand(name);
                 if (n % 1'000 == 0) {
                     story.world_.settle();
                 }
             }
         }},
        {std::regex("the link is (down|up)"),
         [](Story& story, const std::smatch& said) { said[1] == "up" ? story.world_.broker().start() : story.world_.broker().stop(); }},
        {std::regex("phone (\\S+) has (no )?signal"),
         [](Story& story, const std::smatch& said) { story.world_.phone(said[1]).link.set_signal(!said[2].matched); }},
        {std::regex("the service (\\S+) of (\\d{5}) is started again"),
         [](Story& story, const std::smatch& said) { story.world_.restart_service(said[2], said[1]); }},
        {std::regex("the gateway of (\\d+) is started again"),
         [](Story& story, const std::smatch& said) { story.world_.restart_gateway(said[1]); }},
        // What must be seen.
        {std::regex("(\\S+/\\S+) is kept byte for byte"),
         [](Story& story, const std::smatch& said) {
             const auto name = story.event_named(said[1]);
             const auto* journalled = story.world_.journalled(name);
             expect("kept", journalled == nullptr ? "not journalled" : *journalled == story.world_.kept().at(name) ? "kept" : "changed");
         }},
        {std::regex("(\\S+/\\S+) is ((stored|refused|waiting|already known).*)"),
         [](Story& story, const std::smatch& said) { expect(said[2], story.seen(story.event_named(said[1]))); }},
        {std::regex("phone (\\S+) has posted (.*)"),
         [](Story& story, const std::smatch& said) {
             const auto ledger = story.world_.phone(said[1]).outbox.ledger();
             expect(said[2], std::to_string(ledger.posted) + ": " + std::to_string(ledger.stored) + " stored, " +
                                 std::to_string(ledger.refused) + " refused, " + std::to_string(ledger.waiting) + " waiting");
         }},
        {std::regex("the service (\\S+) of (\\d{5}) has taken (.*)"),
         [](Story& story, const std::smatch& said) {
             const auto& counted = story.world_.engine(said[2], said[1]).counters();
             expect(said[3], std::to_string(counted.stored) + ", refused " + std::to_string(counted.refused) + ", known already " +
                                 std::to_string(counted.duplicates));
         }},
        {std::regex("([A-Z]{3}-\\d\\d)(?: (\\S+)=(\\S+))? of (\\S+) in (official|calendar) (\\S+) is (.*)"),
         [](Story& story, const std::smatch& said) {
             const auto period = Period::parse(said[5] == "official" ? v1::OFFICIAL : v1::CALENDAR_MONTHS, std::string(said[6]));
             if (!period) {
                 fail(std::string(said[6]) + " is not a period");
             }
             expect(said[7], story.world_.on_board(said[4], *period, said[1], said[2], said[3]));
             const auto published = story.world_.published(said[4], *period, said[1]);
             if (!said[2].matched && !published.empty() && published != said[7]) {
                 fail("seen on its topic: " + published);
             }
         }},
    };
    return all;
}

void Story::play(std::istream& text) {
    std::string sentence;
    int begun = 0;
    const auto end_sentence = [&] {
        if (!sentence.empty()) {
            try {
                play_sentence(sentence);
            } catch (const std::exception& error) {
                fail(file_ + ":" + std::to_string(begun) + ": " + sentence + "\n    " + error.what());
            }
        }
        sentence.clear();
    };
    std::string line;
    for (int number = 1; std::getline(text, line); ++number) {
        const auto first = line.find_first_not_of(' ');
        if (first == std::string::npos || line[first] == '#') {
            continue;
        }
        if (first > 0 && !sentence.empty()) {
            sentence += " " + line.substr(first);
            continue;
        }
        end_sentence();
        sentence = line.substr(first);
        begun = number;
    }
    end_sentence();
    if (begun == 0) {
        fail(file_ + ": tells nothing");
    }
}

void Story::play_sentence(const std::string& sentence) {
    for (const auto& step : steps()) {
        if (std::smatch said; std::regex_match(sentence, said, step.form)) {
            step.act(*this, said);
            return world_.settle();
        }
    }
    fail("there is no such sentence");
}

// p1/3, or p1/household/3 when p1 sends to several services.
EventName Story::event_named(const std::string& text) const {
    std::smatch said;
    if (!std::regex_match(text, said, std::regex("([^/]+)/(?:([^/]+)/)?(\\d+)"))) {
        fail(text + " does not name an event");
    }
    EventName name{said[1], said[2], std::stoull(said[3])};
    if (!name.service.empty()) {
        return name;
    }
    for (const auto& [kept, bytes] : world_.kept()) {
        if (kept.device == name.device && kept.service != name.service) {
            if (!name.service.empty()) {
                fail("say which service: " + name.device + "/" + kept.service + "/" + std::string(said[3]));
            }
            name.service = kept.service;
        }
    }
    if (name.service.empty()) {
        fail(name.device + " has sent nothing");
    }
    return name;
}

v1::Event Story::build(const std::string& type, const Filled& filled, bool by_hand) const {
    auto event = type == "void" ? v1::Event() : *new_event(type);
    Fields fields{{"occurred-on", format_day(world_.today())}};
    if (const auto usual = usual_.find(type); usual != usual_.end()) {
        fields.insert(fields.end(), usual->second.begin(), usual->second.end());
    }
    fields.insert(fields.end(), filled.fields.begin(), filled.fields.end());
    for (const auto& [name, value] : fields) {
        if (const auto wrong = set(event, name, filled.decomposed ? decomposed(value) : value)) {
            fail(*wrong);
        }
    }
    if (by_hand && filled.decomposed) {
        event.set_note(decomposed(event.note()));
    }
    if (filled.of_later_revision) {
        event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(900, "of a later revision");
        auto& body = *event.mutable_session_held();
        body.GetReflection()->MutableUnknownFields(&body)->AddVarint(901, 7);
    }
    return event;
}

void Story::post(const std::string& name, const std::string& service, const std::string& type, const Filled& filled) {
    auto& phone = world_.phone(name);
    const auto posted =
        phone.outbox.post(build(type, filled, false), service, &kbang(), world_.commune_of(name), world_.today(), world_.seconds());
    if (const auto* reasons = std::get_if<Reasons>(&posted)) {
        fail("seen: cannot post: " + listed({reasons->begin(), reasons->end()}));
    }
    const auto sequence = std::get<std::uint64_t>(posted);
    world_.keep({name, service, sequence}, phone.outbox.frozen(service, sequence));
}

std::string Story::seen(const EventName& name) {
    const auto phone = world_.phones().find(name.device);
    if (phone != world_.phones().end() && phone->second.outbox.waiting(name.service).contains(name.sequence)) {
        return "waiting";
    }
    const auto* answer = world_.answer(name);
    if (answer == nullptr) {
        return "without an answer";
    }
    return answer->verdict() == v1::DUPLICATE ? "already known: " + told(answer->first(), *answer) : told(answer->verdict(), *answer);
}

}  // namespace chieng::testing
