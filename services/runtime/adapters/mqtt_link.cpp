// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/adapters/mqtt_link.hpp"

#include "services/runtime/adapters/no_delay.hpp"
#include "services/runtime/core/broker_address.hpp"
#include "services/runtime/core/limits.hpp"

#include <mqtt/async_client.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace chieng {
namespace {

constexpr auto retry_min = std::chrono::milliseconds(100);
constexpr auto retry_max = std::chrono::milliseconds(5000);
constexpr int publish_qos = 1;
constexpr int subscribe_qos = 0;

// Who misses a block or a receipt asks, or sends, again. Nobody does for what is retained, so some room is kept for it.
std::size_t room_for(const Action& action) {
    const auto* publish = std::get_if<Publish>(&action);
    return publish != nullptr && !publish->message.retained ? limits::queue_passing_max : limits::queue_messages_max;
}

// OpenSSL prepares itself when somebody speaks TLS. To do it for everybody takes a megabyte of each program.
void leave_openssl_alone() {
    [[maybe_unused]] static const bool done = [] {
        MQTTAsync_init_options init = MQTTAsync_init_options_initializer;
        init.do_openssl_init = 0;
        MQTTAsync_global_init(&init);
        return true;
    }();
}

mqtt::connect_options connect_options(const MqttOptions& options) {
    leave_openssl_alone();
    mqtt::connect_options connect;
    connect.set_mqtt_version(MQTTVERSION_3_1_1);
    connect.set_clean_session(true);
    connect.set_keep_alive_interval(30);
    connect.set_connect_timeout(5);
    if (!options.user.empty()) {
        connect.set_user_name(options.user);
        connect.set_password(options.password);
    }
    if (options.will) {
        connect.set_will(
            mqtt::will_options(options.will->topic, options.will->payload.data(), options.will->payload.size(), 1, options.will->retained));
    }
    if (is_secure_broker(options.broker)) {
        mqtt::ssl_options ssl;
        ssl.set_verify(true);  // the name in the certificate is the broker's
        ssl.set_enable_server_cert_auth(true);
        if (!options.ca_file.empty()) {
            ssl.set_trust_store(options.ca_file);
        }
        if (!options.certificate.empty()) {
            ssl.set_key_store(options.certificate);
            ssl.set_private_key(options.key);
        }
        connect.set_ssl(std::move(ssl));
    } else if (!options.ca_file.empty() || !options.certificate.empty()) {
        throw std::invalid_argument("--cafile and --cert are for an ssl:// broker; " + options.broker +
                                    " would be spoken to in clear text");
    }
    return connect;
}

}  // namespace

class MqttLink::Connection final : public mqtt::callback, public mqtt::iaction_listener {
public:
    Connection(const MqttOptions& options, std::function<void()> wake)
        : wake_(std::move(wake)),
          connect_(connect_options(options)),
          client_(options.broker, options.client_id, mqtt::create_options(MQTTVERSION_3_1_1, 4096), nullptr) {
        MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);  // it words a line for every packet, also when nobody listens
        client_.set_callback(*this);
        sender_ = std::thread([this] { run(); });
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    ~Connection() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        sender_.join();
        try {
            if (client_.is_connected()) {
                client_.disconnect(100)->wait_for(std::chrono::milliseconds(500));
            }
            client_.disable_callbacks();
        } catch (const mqtt::exception& error) {
            spdlog::debug("mqtt: leaving: {}", error.what());
        }
    }

    std::vector<Input> take() {
        const std::lock_guard lock(mutex_);
        std::vector<Input> taken = std::move(arrived_);
        arrived_.clear();
        return taken;
    }

    void send(Actions actions) {
        if (actions.empty()) {
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            for (auto& action : actions) {
                if (waiting_.size() >= room_for(action)) {
                    ++counted_.dropped_out;
                    continue;
                }
                waiting_.push_back(std::move(action));
            }
        }
        changed_.notify_all();
    }

    void drain() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(1), [&] { return !up_ || (waiting_.empty() && in_flight_ == 0); });
    }

    Status status() {
        const std::lock_guard lock(mutex_);
        auto status = counted_;
        status.up = up_;
        status.waiting = waiting_.size();
        return status;
    }

private:
    // Paho's thread: copy and return; the library holds its lock meanwhile.
    void message_arrived(mqtt::const_message_ptr message) override {
        {
            const std::lock_guard lock(mutex_);
            if (arrived_.size() >= limits::queue_messages_max) {
                ++counted_.dropped_in;
                return;
            }
            ++counted_.arrived;
            arrived_.emplace_back(Arrived{{message->get_topic(), message->to_string(), message->is_retained()}});
        }
        wake_();
    }

    void connection_lost(const std::string& cause) override {
        spdlog::info("mqtt: link down {}", cause);
        {
            const std::lock_guard lock(mutex_);
            lost_ = true;
            in_flight_ = 0;
            waiting_.clear();
            if (up_) {
                up_ = false;
                arrived_.emplace_back(LinkDown{});
            }
        }
        wake_();
        changed_.notify_all();
    }

    void on_success(const mqtt::token&) override { settled(); }
    void on_failure(const mqtt::token&) override { settled(); }

    void settled() {
        bool was_full = false;
        bool is_empty = false;
        {
            const std::lock_guard lock(mutex_);
            was_full = in_flight_ == limits::window_messages;
            in_flight_ -= std::min<std::size_t>(in_flight_, 1);
            is_empty = in_flight_ == 0;
        }
        if (was_full || is_empty) {
            changed_.notify_all();
        }
    }

    void run() {
        auto pause = retry_min;
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            if (!up_) {
                lost_ = false;
                lock.unlock();
                const bool connected = connect();
                lock.lock();
                if (connected && !lost_) {
                    send_without_delay();
                    up_ = true;
                    pause = retry_min;
                    arrived_.emplace_back(LinkUp{});
                    lock.unlock();
                    spdlog::info("mqtt: link up");
                    wake_();
                    lock.lock();
                } else {
                    changed_.wait_for(lock, pause, [&] { return stopping_; });
                    pause = std::min(pause * 2, retry_max);
                }
                continue;
            }
            changed_.wait(lock, [&] { return stopping_ || !up_ || (!waiting_.empty() && in_flight_ < limits::window_messages); });
            if (stopping_ || !up_) {
                continue;
            }
            auto action = std::move(waiting_.front());
            waiting_.pop_front();
            ++in_flight_;
            counted_.published += std::holds_alternative<Publish>(action) ? 1U : 0U;
            lock.unlock();
            if (!carry_out(std::move(action))) {
                settled();
            }
            lock.lock();
        }
    }

    bool connect() {
        std::string trouble = "no answer in time";
        try {
            if (client_.connect(connect_)->wait_for(std::chrono::seconds(6))) {
                trouble_.clear();
                return true;
            }
        } catch (const mqtt::exception& error) {
            trouble = error.what();
        }
        if (trouble != trouble_) {  // once, not at every try
            spdlog::warn("mqtt: no link to {} ({}); trying until there is one", client_.get_server_uri(), trouble);
            trouble_ = trouble;
        }
        return false;
    }

    bool carry_out(Action action) {
        try {
            if (const auto* subscribe = std::get_if<Subscribe>(&action)) {
                client_.subscribe(subscribe->filter, subscribe_qos, nullptr, *this);
            } else {
                auto& message = std::get<Publish>(action).message;
                client_.publish(mqtt::make_message(std::move(message.topic), std::move(message.payload), publish_qos, message.retained),
                                nullptr, *this);
            }
            return true;
        } catch (const mqtt::exception& error) {
            spdlog::debug("mqtt: {}", error.what());
            return false;
        }
    }

    std::function<void()> wake_;
    mqtt::connect_options connect_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Input> arrived_;
    std::deque<Action> waiting_;
    std::size_t in_flight_ = 0;
    std::string trouble_;  // why there was no link the last time
    Status counted_;
    bool up_ = false;
    bool lost_ = false;  // the connection that is made, or was made, is gone
    bool stopping_ = false;
    mqtt::async_client client_;
    std::thread sender_;
};

MqttLink::MqttLink(const MqttOptions& options, std::function<void()> wake)
    : connection_(std::make_unique<Connection>(options, std::move(wake))) {}
MqttLink::~MqttLink() = default;
std::vector<Input> MqttLink::take() {
    return connection_->take();
}
void MqttLink::send(Actions actions) {
    connection_->send(std::move(actions));
}
void MqttLink::drain() {
    connection_->drain();
}
MqttLink::Status MqttLink::status() const {
    return connection_->status();
}

}  // namespace chieng
