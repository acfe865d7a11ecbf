// SPDX-License-Identifier: Apache-2.0
#include "tests/support/processes.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chieng::testing {
namespace {

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

bool listens(int port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const auto address = loopback(port);
    const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

int exit_code(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<std::string> mosquitto(const Folder& folder, int port) {
    const auto file = folder.path() / "mosquitto.conf";
    std::ofstream(file) << "listener " << port << " 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n";
    return {"/usr/sbin/mosquitto", "-c", file.string()};
}

}  // namespace

Process::Process(std::vector<std::string> command, std::filesystem::path log, std::optional<std::uint64_t> file_bytes_max)
    : command_(std::move(command)), log_(std::move(log)), file_bytes_max_(file_bytes_max) {
    start();
}

Process::~Process() {
    kill();
}

void Process::start() {
    std::vector<char*> arguments;
    for (auto& word : command_) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        const int log = ::open(log_.c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        if (file_bytes_max_) {
            const rlimit limit{*file_bytes_max_, *file_bytes_max_};
            ::setrlimit(RLIMIT_FSIZE, &limit);
            ::signal(SIGXFSZ, SIG_IGN);  // an error, as a full disk gives, and no signal
        }
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    if (pid_ < 0) {
        throw std::runtime_error("cannot start " + command_[0]);
    }
}

void Process::kill() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

int Process::stop() {
    if (pid_ > 0) {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, &status_, 0);
        pid_ = -1;
    }
    return exit_code(status_);
}

bool Process::ended() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) {
        pid_ = -1;
    }
    return pid_ < 0;
}

std::optional<int> Process::wait(std::chrono::milliseconds patience) {
    return eventually(patience, [&] { return ended(); }) ? std::optional(exit_code(status_)) : std::nullopt;
}

bool eventually(std::chrono::milliseconds patience, const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

int free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no free port");
    }
    ::close(socket);
    return ntohs(address.sin_port);
}

Broker::Broker(const Folder& folder) : port_(free_port()), process_(mosquitto(folder, port_), folder.path() / "mosquitto.log") {
    for (int i = 0; i < 500 && !listens(port_); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void Broker::restart() {
    process_.kill();
    process_.start();
}

}  // namespace chieng::testing
