// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/known_bad.hpp"

#include "services/runtime/core/topics.hpp"
#include "tests/simulation/bad_stores.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace chieng::simulation {
namespace {

template <class Bad>
std::unique_ptr<Store> wrap(std::unique_ptr<Store> store) {
    return std::make_unique<Bad>(std::move(store));
}

template <class Bad>
MakeMeddler in_each(const std::string& kind) {
    return [kind](const std::string& component) { return component == kind ? std::make_unique<Bad>() : nullptr; };
}

// A device that takes the broker's acknowledgement for the receipt: what it handed over is stored, it thinks.
class TrustsTheBroker final : public Meddler {
public:
    void before(std::vector<Input>& inputs) override {
        inputs.insert(inputs.end(), believed_.begin(), believed_.end());
        believed_.clear();
    }
    void after(std::span<const Input> /*inputs*/, Actions& actions) override {
        for (const auto& action : actions) {
            const auto* publish = std::get_if<Publish>(&action);
            v1::Events sent;
            if (publish == nullptr || !sent.ParseFromString(publish->message.payload)) {
                continue;
            }
            v1::Receipt receipt;
            receipt.set_device(sent.device());
            receipt.set_service(std::string(topics::levels(publish->message.topic)[3]));
            auto& answer = *receipt.add_answers();
            answer.set_verdict(v1::STORED);
            std::uint64_t before = 0;
            for (const auto& event : sent.events()) {
                answer.add_sequences(event.sequence() - before);
                before = event.sequence();
            }
            believed_.emplace_back(Arrived{{topics::receipts(sent.commune(), sent.device()), receipt.SerializeAsString(), false}});
        }
    }

private:
    std::vector<Input> believed_;
};

// A service that has said it once and does not say it again: a receipt that is lost is lost.
class IgnoresRepeats final : public Meddler {
public:
    void after(std::span<const Input> /*inputs*/, Actions& actions) override {
        std::erase_if(actions, [](const Action& action) {
            const auto* publish = std::get_if<Publish>(&action);
            v1::Receipt receipt;
            return publish != nullptr && publish->message.topic.find("/receipts/") != std::string::npos &&
                   receipt.ParseFromString(publish->message.payload) &&
                   std::all_of(receipt.answers().begin(), receipt.answers().end(),
                               [](const v1::Answer& answer) { return answer.verdict() == v1::DUPLICATE; });
        });
    }
};

// A service that answers about its feed in another order than it told it.
class AnswersOutOfOrder final : public Meddler {
public:
    void after(std::span<const Input> /*inputs*/, Actions& actions) override {
        for (auto& action : actions) {
            auto* publish = std::get_if<Publish>(&action);
            v1::Block block;
            if (publish != nullptr && publish->message.topic.find("/replies/") != std::string::npos &&
                block.ParseFromString(publish->message.payload) && block.entries_size() > 1) {
                block.mutable_entries()->SwapElements(0, 1);
                publish->message.payload = block.SerializeAsString();
            }
        }
    }
};

// A gateway for which what was received before something that it has counted already is too late to count.
class IgnoresTheLate final : public Meddler {
public:
    void before(std::vector<Input>& inputs) override {
        for (auto& input : inputs) {
            auto* arrived = std::get_if<Arrived>(&input);
            v1::Block block;
            if (arrived == nullptr || arrived->message.topic.find("/feeds/") == std::string::npos ||
                arrived->message.topic.ends_with("/head") || !block.ParseFromString(arrived->message.payload) || block.entries().empty()) {
                continue;
            }
            for (auto& entry : *block.mutable_entries()) {
                if (entry.received_at() < latest_) {
                    entry.set_effect(v1::Entry::NOTHING);
                    entry.clear_retracts();
                    entry.clear_restores();
                }
                latest_ = std::max(latest_, entry.received_at());
            }
            arrived->message.payload = block.SerializeAsString();
        }
    }

private:
    std::uint64_t latest_ = 0;
};

// A gateway that lets the district see the events too, which is handy.
class RelaysEvents final : public Meddler {
public:
    void after(std::span<const Input> inputs, Actions& actions) override {
        for (const auto& input : inputs) {
            const auto* arrived = std::get_if<Arrived>(&input);
            if (arrived != nullptr && arrived->message.topic == topics::feed(commune, "household")) {
                actions.emplace_back(Publish{{"chieng/1/relayed/household", arrived->message.payload, false}});
            }
        }
    }
};

}  // namespace

const std::vector<KnownBad>& known_bad() {
    static const std::vector<KnownBad> all{
        {"receipt-before-commit", "I1", [](Around& around) { around.wrap_service_store = wrap<PretendingStore>; }},
        {"inbox-not-kept", "I2", [](Around& around) { around.wrap_service_store = wrap<NoInboxStore>; }},
        {"broker-trusted", "I3", [](Around& around) { around.make_meddler = in_each<TrustsTheBroker>("device"); }},
        {"answers-out-of-order", "I4", [](Around& around) { around.make_meddler = in_each<AnswersOutOfOrder>("service"); }},
        // By the program itself: what its inbox has taken is not in its journal.
        {"inbox-outside-unit", "RECOVERY", [](Around& around) { around.wrap_service_store = wrap<TwoUnitStore>; }},
        {"refusals-not-kept", "I5", [](Around& around) { around.wrap_service_store = wrap<NoRefusalsStore>; }},
        {"checkpoint-outside-fold", "I6", [](Around& around) { around.wrap_gateway_store = wrap<EarlyCheckpointStore>; }},
        {"late-ignored", "I7", [](Around& around) { around.make_meddler = in_each<IgnoresTheLate>("gateway"); }},
        {"events-relayed", "I8", [](Around& around) { around.make_meddler = in_each<RelaysEvents>("gateway"); }},
        {"repeats-unanswered", "I9", [](Around& around) { around.make_meddler = in_each<IgnoresRepeats>("service"); }},
        {"blocks-without-limit", "I10",
         [](Around& around) { around.blocks_are_cut_at = [](std::size_t) { return std::numeric_limits<std::size_t>::max(); }; }},
    };
    return all;
}

const KnownBad& known_bad(std::string_view name) {
    std::string names;
    for (const auto& bad : known_bad()) {
        if (bad.name == name) {
            return bad;
        }
        names.append(" ").append(bad.name);
    }
    throw std::invalid_argument("known-bad programs are:" + names);
}

}  // namespace chieng::simulation
