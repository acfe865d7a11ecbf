// SPDX-License-Identifier: Apache-2.0
// Mosquitto as deploy/broker sets it up, on the loopback: who says no name and password is not heard.
#pragma once

#include "tests/support/processes.hpp"
#include "tests/support/tls.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chieng::testing {

inline std::string password_of(const std::string& user) {
    return "password-of-" + user;
}

// A shipped text with other words in it, each of which it must have.
inline std::string with_words(std::string text, const std::vector<std::pair<std::string, std::string>>& words) {
    for (const auto& [from, to] : words) {
        INFO(from);
        REQUIRE(text.find(from) != std::string::npos);
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
            text.replace(at, from.size(), to);
        }
    }
    return text;
}

class GuardedBroker {
public:
    // `bridge`: what stands beside the broker's own configuration. With certificates it listens under TLS too, as "server".
    explicit GuardedBroker(const std::vector<std::string>& users, const std::string& bridge = "",
                           const Certificates* certificates = nullptr) {
        const auto passwords = path("passwords");
        std::ofstream(passwords).close();
        for (const auto& user : users) {
            Process made({"/usr/bin/mosquitto_passwd", "-b", passwords, user, password_of(user)}, path("passwd.log"));
            REQUIRE(made.wait(std::chrono::seconds(30)) == 0);
        }
        const auto shipped = std::filesystem::path(CHIENG_DEPLOY) / "broker";
        std::vector<std::pair<std::string, std::string>> words{{"listener 1883 ", "listener " + std::to_string(port_) + " "},
                                                               {"/etc/mosquitto/chieng.passwords", passwords},
                                                               {"/etc/mosquitto/chieng.acl", (shipped / "mosquitto.acl").string()}};
        if (certificates != nullptr) {
            certificates->make("server");
            words.emplace_back("#listener 8883", "listener " + std::to_string(tls_port_) + " 127.0.0.1");
            words.emplace_back("#certfile /etc/mosquitto/certs/server.crt", "certfile " + certificates->pem("server"));
            words.emplace_back("#keyfile /etc/mosquitto/certs/server.key", "keyfile " + certificates->key("server"));
        }
        std::ofstream(path("guarded.conf")) << "user root\n" << with_words(text_of(shipped / "mosquitto.conf"), words) << bridge;
        process_.emplace(std::vector<std::string>{"/usr/sbin/mosquitto", "-c", path("guarded.conf")}, path("broker.log"));
    }

    void stop() { process_->kill(); }
    void start() { process_->start(); }
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] int tls_port() const { return tls_port_; }
    [[nodiscard]] std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
    // In a folder of its own.
    [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }

    // A command of ours that speaks to it as this user.
    [[nodiscard]] std::vector<std::string> as(const std::string& user, std::vector<std::string> command) const {
        const std::vector<std::string> words{"--broker", url(), "--user", user, "--password", password_of(user)};
        command.insert(command.begin() + 1, words.begin(), words.end());
        return command;
    }
    // How many sessions the table of the district's second quarter of 2022 shows to a reader: "–" where none was reported.
    [[nodiscard]] std::string sessions_of_district() const {
        std::filesystem::remove(path("table.log"));
        Process table(as("reader", {CHIENG_GATEWAY, "--place", "625", "table", "--period", "2022-Q2", "--english"}), path("table.log"));
        REQUIRE(table.wait(std::chrono::seconds(60)));
        std::ifstream in(path("table.log"));
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("COM-01")) {
                constexpr std::size_t code_and_label = 70;
                return line.substr(code_and_label, line.find(' ', code_and_label) - code_and_label);
            }
        }
        return "–";
    }

private:
    Folder folder_;
    int port_ = free_port();
    int tls_port_ = free_port();
    std::optional<Process> process_;
};

}  // namespace chieng::testing
