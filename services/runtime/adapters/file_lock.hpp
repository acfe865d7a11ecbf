// SPDX-License-Identifier: Apache-2.0
// A lock that one process holds, by a file beside what it guards. The system lets go of it when the process ends, however.
#pragma once

#include <optional>
#include <string>

namespace chieng {

class FileLock {
public:
    // Empty when another process holds it. Throws Broken when the file cannot be made.
    [[nodiscard]] static std::optional<FileLock> take(const std::string& path);

    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int file) : file_(file) {}
    int file_;
};

}  // namespace chieng
