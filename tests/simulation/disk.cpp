// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

namespace chieng::simulation {

// What SQLite calls.
struct Calls {
    struct Handle {
        sqlite3_file base;
        Disk* disk;
        std::shared_ptr<Disk::File>* file;
    };

    static Disk& disk(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }
    static Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
    static Disk::File& file(sqlite3_file* file) { return **handle(file).file; }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out_flags) {
        auto& self = disk(vfs);
        raw->pMethods = nullptr;
        if (self.stopped_) {
            return SQLITE_CANTOPEN;
        }
        auto found = std::make_shared<Disk::File>();
        if (name != nullptr) {
            const auto it = self.seen_.find(name);
            if (it != self.seen_.end()) {
                found = it->second;
            } else if ((flags & SQLITE_OPEN_CREATE) == 0) {
                return SQLITE_CANTOPEN;
            } else {
                self.seen_[name] = found;
            }
        }
        auto& made = handle(raw);
        made.disk = &self;
        made.file = new std::shared_ptr<Disk::File>(std::move(found));
        made.base.pMethods = &methods();
        if (out_flags != nullptr) {
            *out_flags = flags;
        }
        return SQLITE_OK;
    }

    static int close(sqlite3_file* raw) {
        delete handle(raw).file;
        return SQLITE_OK;
    }

    static int read(sqlite3_file* raw, void* to, int amount, sqlite3_int64 offset) {
        if (handle(raw).disk->faults.reads_fail) {
            return SQLITE_IOERR_READ;
        }
        const auto& seen = file(raw).seen;
        const auto size = static_cast<std::size_t>(amount);
        const auto from = std::min(static_cast<std::size_t>(offset), seen.size());
        const auto there = std::min(size, seen.size() - from);
        std::memcpy(to, seen.data() + from, there);
        std::memset(static_cast<char*>(to) + there, 0, size - there);
        return there == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }

    static int write(sqlite3_file* raw, const void* from, int amount, sqlite3_int64 offset) {
        auto& self = *handle(raw).disk;
        auto& changed = file(raw);
        if (!self.may_change()) {
            return SQLITE_IOERR_WRITE;
        }
        const auto at = static_cast<std::uint64_t>(offset);
        const auto size = static_cast<std::size_t>(amount);
        if (self.faults.is_full && at + size > changed.seen.size()) {
            ++self.failures_;
            return SQLITE_FULL;
        }
        changed.unsynced.push_back({at, std::string(static_cast<const char*>(from), size)});
        Disk::apply(changed.seen, changed.unsynced.back());
        return SQLITE_OK;
    }

    static int truncate(sqlite3_file* raw, sqlite3_int64 size) {
        auto& self = *handle(raw).disk;
        auto& changed = file(raw);
        if (!self.may_change()) {
            return SQLITE_IOERR_TRUNCATE;
        }
        changed.unsynced.push_back({static_cast<std::uint64_t>(size), std::nullopt});
        Disk::apply(changed.seen, changed.unsynced.back());
        return SQLITE_OK;
    }

    static int sync(sqlite3_file* raw, int /*flags*/) {
        auto& self = *handle(raw).disk;
        return self.may_change() && self.sync(file(raw)) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
    }

    static int size(sqlite3_file* raw, sqlite3_int64* size) {
        *size = static_cast<sqlite3_int64>(file(raw).seen.size());
        return SQLITE_OK;
    }

    // One process at a time: locks always succeed.
    static int lock(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }
    static int reserved(sqlite3_file* /*file*/, int* is) {
        *is = 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) { return SQLITE_NOTFOUND; }
    static int sector(sqlite3_file* raw) { return static_cast<int>(handle(raw).disk->sector_); }
    static int device(sqlite3_file* /*file*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static int erase(sqlite3_vfs* vfs, const char* name, int sync_folder) {
        auto& self = disk(vfs);
        if (!self.may_change()) {
            return SQLITE_IOERR_DELETE;
        }
        if (self.seen_.erase(name) == 0) {
            return SQLITE_IOERR_DELETE_NOENT;
        }
        if (sync_folder != 0) {
            self.synced_ = self.seen_;
        }
        return SQLITE_OK;
    }

    static int access(sqlite3_vfs* vfs, const char* name, int /*flags*/, int* is) {
        *is = disk(vfs).seen_.contains(name) ? 1 : 0;
        return SQLITE_OK;
    }

    static int full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* to) {
        sqlite3_snprintf(size, to, "%s", name);
        return SQLITE_OK;
    }

    static int randomness(sqlite3_vfs* /*vfs*/, int size, char* to) {
        std::memset(to, 0x5A, static_cast<std::size_t>(size));
        return size;
    }
    static int sleep(sqlite3_vfs* /*vfs*/, int micros) { return micros; }
    static int julian(sqlite3_vfs* /*vfs*/, double* day) {
        *day = 2459651;
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*text*/) { return 0; }

    static const sqlite3_io_methods& methods() {
        static const sqlite3_io_methods table = [] {
            sqlite3_io_methods made{};
            made.iVersion = 1;
            made.xClose = close;
            made.xRead = read;
            made.xWrite = write;
            made.xTruncate = truncate;
            made.xSync = sync;
            made.xFileSize = size;
            made.xLock = lock;
            made.xUnlock = lock;
            made.xCheckReservedLock = reserved;
            made.xFileControl = control;
            made.xSectorSize = sector;
            made.xDeviceCharacteristics = device;
            return made;
        }();
        return table;
    }
};

Disk::Disk(std::uint64_t seed) : random_(seed), sector_(random_.chance({1, 2}) ? 512 : 4096) {
    enter();
}

Disk::Disk(const Disk& other, Image image) : random_(0), sector_(other.sector_) {
    const bool as_seen = image == Image::as_seen;
    for (const auto& [name, file] : as_seen ? other.seen_ : other.synced_) {
        const auto& content = as_seen ? file->seen : file->synced;
        seen_[name] = std::make_shared<File>(File{content, content, {}});
    }
    synced_ = seen_;
    enter();
}

Disk::~Disk() {
    sqlite3_vfs_unregister(vfs_.get());
}

void Disk::enter() {
    static std::uint64_t number = 0;
    name_ = "simulated-" + std::to_string(++number);
    vfs_ = std::make_unique<sqlite3_vfs>();
    vfs_->iVersion = 1;
    vfs_->szOsFile = sizeof(Calls::Handle);
    vfs_->mxPathname = 64;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = this;
    vfs_->xOpen = Calls::open;
    vfs_->xDelete = Calls::erase;
    vfs_->xAccess = Calls::access;
    vfs_->xFullPathname = Calls::full_path;
    vfs_->xRandomness = Calls::randomness;
    vfs_->xSleep = Calls::sleep;
    vfs_->xCurrentTime = Calls::julian;
    vfs_->xGetLastError = Calls::last_error;
    if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) {
        throw std::runtime_error("SQLite does not take the simulated disk");
    }
}

bool Disk::may_change() {
    if (stop_at_ && !stopped_ && (*stop_at_)-- == 0) {
        stopped_ = true;
    }
    failures_ += stopped_ ? 1 : 0;
    return !stopped_;
}

bool Disk::sync(File& file) {
    if (random_.chance(faults.sync_fails)) {
        ++failures_;
        return false;
    }
    for (const auto& write : file.unsynced) {
        apply(file.synced, write);
    }
    file.unsynced.clear();
    synced_ = seen_;
    return true;
}

void Disk::apply(std::string& content, const Write& write) {
    if (!write.bytes) {
        content.resize(write.offset);
        return;
    }
    content.resize(std::max(content.size(), write.offset + write.bytes->size()));
    content.replace(write.offset, write.bytes->size(), *write.bytes);
}

void Disk::cut_power() {
    const auto mood = static_cast<Mood>(random_.below(4));
    Names survivors = synced_;
    for (const auto& [name, file] : synced_) {
        const auto it = seen_.find(name);
        const bool is_gone = it == seen_.end() || it->second != file;
        if (is_gone && random_.chance({1, 2})) {
            survivors.erase(name);
        }
    }
    for (const auto& [name, file] : seen_) {
        if (!survivors.contains(name) && random_.chance({1, 2})) {
            survivors[name] = file;
        }
    }
    seen_ = std::move(survivors);
    synced_ = seen_;
    for (const auto& [name, file] : seen_) {
        survive(*file, mood);
    }
}

// Of each write that was not synced, each sector meets a fate of its own.
void Disk::survive(File& file, Mood mood) {
    const auto kept_of = [&](std::uint64_t size) {
        const auto fate = mood == Mood::all_lost ? 0 : mood == Mood::all_kept ? 1 : random_.below(3);
        return fate == 0 ? 0 : fate == 1 ? size : random_.below(size);
    };
    for (const auto& write : file.unsynced) {
        if (!write.bytes) {
            if (kept_of(2) == 2) {
                apply(file.synced, write);
            }
            continue;
        }
        const auto last = write.offset + write.bytes->size();
        for (auto at = write.offset; at < last;) {
            const auto end = std::min((at / sector_ + 1) * sector_, last);
            const auto kept = kept_of(end - at);
            if (kept > 0) {
                apply(file.synced, {at, write.bytes->substr(at - write.offset, kept)});
            }
            at = end;
        }
    }
    file.unsynced.clear();
    file.seen = file.synced;
}

bool Disk::holds(std::string_view bytes) const {
    const auto in = [&](const Names& names) {
        return std::any_of(names.begin(), names.end(), [&](const auto& named) {
            return named.second->seen.find(bytes) != std::string::npos || named.second->synced.find(bytes) != std::string::npos;
        });
    };
    return in(seen_) || in(synced_);
}

void Disk::restart() {
    stopped_ = false;
    stop_at_.reset();
    failures_ = 0;
}

}  // namespace chieng::simulation
