// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace tattle::cli {
namespace {

constexpr mode_t kNewFileMode = 0644;
constexpr mode_t kModeBits = 07777;

std::string Failed(const std::string& what, const std::string& path) {
  return fmt::format("cannot {} {}: {}", what, path, std::strerror(errno));
}

// Fd closes a file descriptor.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// TempFile is a file that goes away again unless Keep is called.
class TempFile {
 public:
  explicit TempFile(std::string pattern)
      : path_(std::move(pattern)), fd_(mkostemp(path_.data(), O_CLOEXEC)) {}
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() {
    if (fd_.get() >= 0 && !kept_) {
      unlink(path_.c_str());
    }
  }
  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }
  void Keep() { kept_ = true; }

 private:
  std::string path_;
  Fd fd_;
  bool kept_ = false;
};

bool WriteAll(int fd, Bytes content) {
  while (!content.empty()) {
    const ssize_t len = write(fd, content.data(), content.size());
    if (len < 0 && errno != EINTR) {
      return false;
    }
    content = content.subspan(len < 0 ? 0 : static_cast<std::size_t>(len));
  }
  return true;
}

// SetMode gives the new file the old one's mode and owner.
bool SetMode(int fd, const std::string& old_path) {
  struct stat old = {};
  if (stat(old_path.c_str(), &old) != 0) {
    return fchmod(fd, kNewFileMode) == 0;
  }
  // Only root may give files away; for others the file becomes theirs.
  if (fchown(fd, old.st_uid, old.st_gid) != 0 && errno != EPERM) {
    return false;
  }
  return fchmod(fd, old.st_mode & kModeBits) == 0;
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Resolve follows symbolic links, so that the file is replaced and not the link to it.
std::string Resolve(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

}  // namespace

tl::expected<ByteVector, std::string> ReadFile(const std::string& path, std::size_t max_size,
                                               bool* missing) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (missing != nullptr) {
    *missing = fd.get() < 0 && (errno == ENOENT || errno == ENOTDIR);
  }
  if (fd.get() < 0) {
    return tl::unexpected(Failed("read", path));
  }
  ByteVector content;
  std::array<std::uint8_t, 65536> buffer{};
  for (;;) {
    const ssize_t len = read(fd.get(), buffer.data(), buffer.size());
    if (len < 0 && errno == EINTR) {
      continue;
    }
    if (len < 0) {
      return tl::unexpected(Failed("read", path));
    }
    if (len == 0) {
      return content;
    }
    Append(content, Bytes(buffer).first(static_cast<std::size_t>(len)));
    if (content.size() > max_size) {
      return tl::unexpected(
          fmt::format("cannot read {}: larger than {} bytes, the limit", path, max_size));
    }
  }
}

tl::expected<void, std::string> ReplaceFile(const std::string& path, Bytes content) {
  const std::string target = Resolve(path);
  TempFile temp(target + ".XXXXXX");
  if (temp.fd() < 0) {
    return tl::unexpected(Failed("create a file beside", target));
  }
  if (!WriteAll(temp.fd(), content) || !SetMode(temp.fd(), target) || fsync(temp.fd()) != 0) {
    return tl::unexpected(Failed("write", temp.path()));
  }
  if (rename(temp.path().c_str(), target.c_str()) != 0) {
    return tl::unexpected(Failed("replace", target));
  }
  temp.Keep();
  // The name is only safe on disk when its folder is.
  const std::string folder = FolderOf(target);
  const Fd folder_fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder_fd.get() < 0 || fsync(folder_fd.get()) != 0) {
    return tl::unexpected(Failed("sync", folder));
  }
  return {};
}

tl::expected<FolderLock, std::string> FolderLock::Create(const std::string& path) {
  const std::string folder = FolderOf(Resolve(path));
  Fd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) {
    return tl::unexpected(Failed("open the folder", folder));
  }
  if (flock(fd.get(), LOCK_EX) != 0) {
    return tl::unexpected(Failed("lock the folder", folder));
  }
  return FolderLock(fd.release());
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

}  // namespace tattle::cli
