// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/pool_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/base/bytes.h"
#include "plugin/pool/query.h"
#include "plugin/pool/schema.h"
#include "plugin/runtime/file.h"

namespace tattle {
namespace {

// How large the write-ahead log may become. By measurement: plugin/pool/README.md.
constexpr std::uint64_t kLogSize = std::uint64_t{64} << 20U;

constexpr mode_t kMode = 0640;  // says which hosts were spoken to

// Of new files. A batch of heads is written in a quarter of the calls that pages of 4 KB need.
constexpr std::size_t kPageSize = 16'384;

// The header of an SQLite file (SQLite, "Database File Format", 1.3).
constexpr std::size_t kHeaderSize = 100;
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kChangesAt = 24;
constexpr std::size_t kNumPagesAt = 28;
constexpr std::size_t kApplicationIdAt = 68;
constexpr std::size_t kNumPagesValidForAt = 92;

tl::unexpected<PoolFailure> Refuse(PoolFault fault, const std::string& path,
                                   const std::string& why) {
  return tl::unexpected(PoolFailure{fault, path + ": " + why});
}

tl::unexpected<PoolFailure> RefuseBySystem(const std::string& path, const char* what) {
  const int error_number = errno;
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return Refuse(full ? PoolFault::kDiskFull : PoolFault::kSystem, path,
                std::string(what) + " (" + SystemMessage(error_number) + ")");
}

std::uint32_t Uint32At(Bytes header, std::size_t offset) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : header.subspan(offset, 4)) {
    value = value << 8U | byte;
  }
  return value;
}

std::uint64_t SizeOf(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

// LacksPages: the header counts more pages than there are. While there is a write-ahead log the
// file may lag behind, and SQLite sees to it.
bool LacksPages(Bytes header, std::uint64_t size, const std::string& path) {
  const std::uint64_t raw =
      std::uint64_t{header[kPageSizeAt]} << 8U | std::uint64_t{header[kPageSizeAt + 1]};
  const std::uint64_t page_size = raw == 1 ? 65536 : raw;
  return Uint32At(header, kChangesAt) == Uint32At(header, kNumPagesValidForAt) &&
         page_size * Uint32At(header, kNumPagesAt) > size && SizeOf(path + "-wal") == 0;
}

// Closer closes a descriptor.
struct Closer {
  int fd;
  explicit Closer(int descriptor) : fd(descriptor) {}
  ~Closer() {
    if (fd >= 0) {
      close(fd);
    }
  }
  Closer(const Closer&) = delete;
  Closer& operator=(const Closer&) = delete;
};

// Sync makes a file or folder durable.
bool Sync(const std::string& path) {
  const Closer file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.fd >= 0 && fsync(file.fd) == 0;
}

PoolResult<void> FillNewFile(const std::string& path, const std::string& final_path) {
  PoolResult<Database> database = Database::Open(path, Database::Access::kWrite);
  if (!database) {
    return tl::unexpected(database.error());
  }
  PoolResult<void> done = FillDatabase(*database, final_path);
  if (done) {
    done = database->Execute("PRAGMA journal_mode = WAL");
  }
  return done;
}

PoolResult<void> CheckHeader(const FileHead& head, const std::string& path) {
  const Bytes header = head.bytes;
  if (!AsText(header).starts_with(kMagic)) {
    return Refuse(PoolFault::kForeign, path,
                  header.empty() ? "is empty and no pool: remove it if nobody needs it, or name "
                                   "another file"
                                 : "is not a pool of Tattle's: name another file");
  }
  const bool is_cut = header.size() < kHeaderSize;
  if (!is_cut && Uint32At(header, kApplicationIdAt) != kPoolApplicationId) {
    return Refuse(PoolFault::kForeign, path,
                  "is an SQLite database of another program: name another file");
  }
  if (is_cut || LacksPages(header, head.file_size, path)) {
    return Refuse(PoolFault::kCorrupt, path,
                  "its end is missing: restore a copy, or move it away with its -wal file to begin "
                  "anew");
  }
  return {};
}

}  // namespace

PoolResult<WriterLock> WriterLock::Create(const std::string& path) {
  const std::string lock_path = path + "-lock";
  WriterLock lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode));
  if (lock.fd_ < 0) {
    return RefuseBySystem(lock_path, "cannot be opened or made");
  }
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return Refuse(PoolFault::kBusy, path,
                    "another process, most likely tattled, is writing it: stop that first");
    }
    return RefuseBySystem(lock_path, "cannot be locked");
  }
  return lock;
}

bool WriterLock::IsAt(const std::string& lock_path) const {
  struct stat ours = {};
  struct stat there = {};
  return fstat(fd_, &ours) == 0 && stat(lock_path.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

WriterLock::~WriterLock() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

WriterLock::WriterLock(WriterLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

PoolResult<Database> OpenPoolFile(const std::string& path, Database::Access access) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) {
    return errno == ENOENT ? Refuse(PoolFault::kMissing, path, "there is no such file")
                           : RefuseBySystem(path, "cannot be read");
  }
  if (!S_ISREG(info.st_mode)) {
    return Refuse(PoolFault::kForeign, path, "is not a regular file");
  }
  PoolResult<Database> database = Database::Open(path, access);
  if (!database) {
    return database;
  }
  const PoolResult<FileHead> head = database->ReadFileHead(kHeaderSize);
  if (!head) {
    return tl::unexpected(head.error());
  }
  if (PoolResult<void> good = CheckHeader(*head, path); !good) {
    return tl::unexpected(good.error());
  }
  return database;
}

PoolResult<void> FillDatabase(Database& database, const std::string& path) {
  PoolResult<void> done = database.Execute(fmt::format(
      "PRAGMA page_size = {}; PRAGMA application_id = {}", kPageSize, kPoolApplicationId));
  if (!done) {
    return done;
  }
  const PoolResult<std::uint64_t> migrated = Migrate(database, path);
  return migrated ? PoolResult<void>() : tl::unexpected(migrated.error());
}

PoolResult<void> CheckNoLogIsLeft(const std::string& path) {
  if (SizeOf(path + "-wal") != 0) {
    return Refuse(PoolFault::kCorrupt, path,
                  "has gone, but its log " + path +
                      "-wal is there: put the file back, or move the log away to begin anew");
  }
  return {};
}

PoolResult<void> CreatePoolFile(const std::string& path) {
  if (PoolResult<void> may = CheckNoLogIsLeft(path); !may) {
    return may;
  }
  const std::string new_path = path + "-new";  // a leftover of a crash goes
  if (unlink(new_path.c_str()) != 0 && errno != ENOENT) {
    return RefuseBySystem(new_path, "cannot be removed");
  }
  {
    const Closer file(
        open(new_path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kMode));
    if (file.fd < 0) {
      return RefuseBySystem(path, "cannot be made");
    }
  }
  PoolResult<void> done = FillNewFile(new_path, path);
  // link does not replace a file that has come meanwhile.
  if (done && (!Sync(new_path) || link(new_path.c_str(), path.c_str()) != 0)) {
    done = RefuseBySystem(path, "cannot be made");
  }
  unlink(new_path.c_str());
  const std::size_t slash = path.find_last_of('/');
  static_cast<void>(Sync(slash == std::string::npos ? "." : path.substr(0, slash + 1)));
  return done;
}

PoolResult<void> SetPragmas(Database& database, const PoolOptions& options) {
  std::string pragmas = "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";
  if (!options.read_only) {
    const PoolResult<std::uint64_t> page_size = database.Prepare("PRAGMA page_size").Answer();
    if (!page_size) {
      return tl::unexpected(page_size.error());
    }
    pragmas += fmt::format(
        "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = {}; PRAGMA journal_size_limit = "
        "{}; PRAGMA max_page_count = {}",
        kLogSize / *page_size, kLogSize, options.limits.file_size / *page_size);
  }
  return database.Execute(pragmas);
}

}  // namespace tattle
