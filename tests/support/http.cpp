// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chieng::testing {

Wire::Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket_);
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
}

Wire::~Wire() {
    ::close(socket_);
}

bool Wire::send(const std::string& bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void Wire::end_sending() {
    ::shutdown(socket_, SHUT_WR);
}

std::string Wire::receive(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::string all;
    std::array<char, 4096> part{};
    pollfd wait{socket_, POLLIN, 0};
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) <= 0) {
            return all;
        }
        const auto size = ::recv(socket_, part.data(), part.size(), 0);
        if (size <= 0) {
            return all;
        }
        all.append(part.data(), static_cast<std::size_t>(size));
    }
}

bool Wire::closed_within(std::chrono::milliseconds patience) {
    pollfd wait{socket_, POLLIN, 0};
    char byte = 0;
    return ::poll(&wait, 1, static_cast<int>(patience.count())) > 0 && ::recv(socket_, &byte, 1, 0) <= 0;
}

std::string request_text(const std::string& method, const std::string& target, const std::string& more) {
    return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more + "\r\n";
}

HttpAnswer http(int port, const std::string& method, const std::string& target, const std::string& more) {
    Wire wire(port);
    wire.send(request_text(method, target, more));
    return answer_of(wire.receive());
}

HttpAnswer answer_of(const std::string& text) {
    HttpAnswer answer;
    const auto end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) {
        return answer;
    }
    answer.status = std::atoi(text.c_str() + 9);
    answer.body = text.substr(end + 4);
    std::istringstream lines(text.substr(0, end));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const auto colon = line.find(": ");
        answer.fields[line.substr(0, colon)] = line.substr(colon + 2, line.find('\r') - colon - 2);
    }
    return answer;
}

namespace {

const std::regex help_line("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
const std::regex type_line("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)");
const std::regex sample_line(
    R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*")*\})? ([-+0-9.eE]+|\+Inf|NaN))");

class Reader {
public:
    std::map<std::string, double> read(const std::string& text) {
        if (text.empty() || text.back() != '\n') {
            throw std::invalid_argument("the last line has no end");
        }
        std::istringstream lines(text);
        while (std::getline(lines, line_)) {
            std::smatch part;
            if (std::regex_match(line_, part, help_line)) {
                require(helped_.insert(part[1]).second, "a second HELP");
                family_ = part[1];
                type_.clear();
            } else if (std::regex_match(line_, part, type_line)) {
                require(part[1] == family_ && type_.empty(), "TYPE without its HELP before it");
                type_ = part[2];
                require(type_ != "counter" || family_.ends_with("_total"), "a counter that does not end in _total");
            } else if (std::regex_match(line_, part, sample_line)) {
                sample(part[1], part[2], part[3]);
            } else {
                require(false, "not a line of the format");
            }
        }
        for (const auto& [series, bounds] : buckets_) {
            require(!bounds.empty() && std::isinf(bounds.back()), "buckets of " + series + " without +Inf");
        }
        return samples_;
    }

private:
    void require(bool holds, const std::string& what) const {
        if (!holds) {
            throw std::invalid_argument(what + ": " + line_);
        }
    }

    void sample(const std::string& name, const std::string& labels, const std::string& value) {
        const std::set<std::string> names = type_ == "histogram"
                                                ? std::set<std::string>{family_ + "_bucket", family_ + "_sum", family_ + "_count"}
                                                : std::set<std::string>{family_};
        require(!type_.empty() && names.contains(name), "a sample outside its family");
        require(samples_.emplace(name + labels, std::strtod(value.c_str(), nullptr)).second, "a sample given twice");
        if (!name.ends_with("_bucket")) {
            return;
        }
        const auto at = labels.find("le=\"");
        require(at != std::string::npos, "a bucket without its bound");
        const auto end = labels.find('"', at + 4);
        auto series = labels;
        series.erase(at, end + 1 - at);
        auto& bounds = buckets_[name + series];
        const auto bound = std::strtod(labels.substr(at + 4, end - at - 4).c_str(), nullptr);
        require(bounds.empty() || bounds.back() < bound, "bounds that fall");
        bounds.push_back(bound);
        auto& count = counts_[name + series];
        require(count <= samples_.at(name + labels), "buckets that fall");
        count = samples_.at(name + labels);
    }

    std::string line_;
    std::string family_;
    std::string type_;
    std::set<std::string> helped_;
    std::map<std::string, double> samples_;
    std::map<std::string, std::vector<double>> buckets_;
    std::map<std::string, double> counts_;
};

}  // namespace

std::map<std::string, double> samples(const std::string& text) {
    return Reader().read(text);
}

}  // namespace chieng::testing
