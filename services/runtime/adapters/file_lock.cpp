// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/adapters/file_lock.hpp"

#include "services/runtime/ports/store.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace chieng {

std::optional<FileLock> FileLock::take(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) {
        throw Broken(path + ": cannot be made (" + std::strerror(errno) + ")");
    }
    FileLock lock(file);
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
        return lock;
    }
    if (errno != EWOULDBLOCK) {
        throw Broken(path + ": cannot be locked (" + std::strerror(errno) + ")");
    }
    return std::nullopt;
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock::~FileLock() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

}  // namespace chieng
