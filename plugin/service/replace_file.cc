// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

constexpr mode_t kNewFileMode = 0644;
constexpr mode_t kModeBits = 07777;

constexpr const char* kLockName = ".tattle-lock";
constexpr mode_t kLockMode = 0600;  // for others, what the folder gives them

std::string Failed(const std::string& what, const std::string& path) {
  return fmt::format("cannot {} {}: {}", what, path, SystemMessage(errno));
}

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
bool SetMode(int fd, const std::string& old_path, mode_t new_mode) {
  struct stat old = {};
  if (stat(old_path.c_str(), &old) != 0) {
    return fchmod(fd, new_mode) == 0;
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

// OpenOrMake opens a lock file, or makes one that whoever may write into the folder can lock, and
// nobody else: a lock that anybody could hold would be a way to stop all updates.
Descriptor OpenOrMake(const std::string& lock_path, const struct stat& folder) {
  constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
  while (true) {
    Descriptor file(open(lock_path.c_str(), kFlags));
    if (file.fd() >= 0 || errno != ENOENT) {
      return file;
    }
    file = Descriptor(open(lock_path.c_str(), kFlags | O_CREAT | O_EXCL, kLockMode));
    if (file.fd() >= 0) {
      // Root must not keep the folder's owner out, should it be killed before it removes the file.
      if (fchown(file.fd(), folder.st_uid, folder.st_gid) != 0) {
        static_cast<void>(fchown(file.fd(), static_cast<uid_t>(-1), folder.st_gid));
      }
      const mode_t writers = folder.st_mode & (S_IWGRP | S_IWOTH);
      static_cast<void>(fchmod(file.fd(), kLockMode | writers | writers << 1U));
      return file;
    }
    if (errno != EEXIST) {
      return file;
    }
  }
}

// OpenLockFile has no descriptor where we may not write into the folder: then there is nothing that
// could be kept from others, and ReplaceFile says why it cannot.
Outcome<Descriptor> OpenLockFile(const std::string& folder, const std::string& lock_path) {
  struct stat status = {};
  if (stat(folder.c_str(), &status) != 0) {
    return Sorry(Failed("open the folder", folder));
  }
  Descriptor file = OpenOrMake(lock_path, status);
  if (file.fd() >= 0) {
    return file;
  }
  const std::string why = Failed("open or make", lock_path);
  return faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0
             ? Outcome<Descriptor>(std::move(file))
             : Sorry(why);
}

bool IsAt(int fd, const std::string& path) {
  struct stat held = {};
  struct stat there = {};
  return fstat(fd, &held) == 0 && lstat(path.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
         held.st_ino == there.st_ino;
}

}  // namespace

Outcome<Replacement> Replacement::Create(const std::string& path) {
  std::string target = Resolve(path);
  struct stat old = {};
  if (stat(target.c_str(), &old) == 0 && !S_ISREG(old.st_mode) && !S_ISDIR(old.st_mode)) {
    // A file in the place of /dev/null or of a pipe would not be what that was.
    return Sorry(fmt::format("cannot replace {}: it is not a file", target));
  }
  std::string temp_path = target + ".XXXXXX";
  Descriptor file(mkostemp(temp_path.data(), O_CLOEXEC));
  if (file.fd() < 0) {
    return Sorry(Failed("create a file beside", target));
  }
  return Replacement(std::move(target), std::move(temp_path), std::move(file));
}

Replacement::Replacement(std::string target, std::string temp_path, Descriptor file)
    : target_(std::move(target)), temp_path_(std::move(temp_path)), file_(std::move(file)) {}

Replacement::Replacement(Replacement&& other) noexcept
    : target_(std::move(other.target_)),
      temp_path_(std::exchange(other.temp_path_, std::string())),
      file_(std::move(other.file_)) {}

Replacement::~Replacement() {
  if (!temp_path_.empty()) {
    unlink(temp_path_.c_str());
  }
}

Outcome<void> Replacement::Write(Bytes content) const {
  if (!WriteAll(file_.fd(), content)) {
    return Sorry(Failed("write", temp_path_));
  }
  return {};
}

Outcome<void> Replacement::Finish(mode_t new_mode) {
  if (!SetMode(file_.fd(), target_, new_mode) || fsync(file_.fd()) != 0) {
    return Sorry(Failed("write", temp_path_));
  }
  if (rename(temp_path_.c_str(), target_.c_str()) != 0) {
    return Sorry(Failed("replace", target_));
  }
  temp_path_.clear();
  // The name is only safe on disk when its folder is.
  const std::string folder = FolderOf(target_);
  const Descriptor folder_fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder_fd.fd() < 0 || fsync(folder_fd.fd()) != 0) {
    return Sorry(Failed("sync", folder));
  }
  return {};
}

Outcome<void> ReplaceFile(const std::string& path, Bytes content) {
  Outcome<Replacement> file = Replacement::Create(path);
  if (!file) {
    return Sorry(file.error());
  }
  const Outcome<void> written = file->Write(content);
  return written ? file->Finish(kNewFileMode) : written;
}

FolderLock::~FolderLock() {
  if (file_.fd() >= 0) {
    unlink(path_.c_str());
  }
}

Outcome<FolderLock> FolderLock::Create(
    const std::string& path, const std::function<bool(const std::string& folder)>& may_wait) {
  const std::string folder = FolderOf(Resolve(path));
  const std::string lock_path = folder + "/" + kLockName;
  bool has_asked = false;
  while (true) {
    Outcome<Descriptor> file = OpenLockFile(folder, lock_path);
    if (!file) {
      return Sorry(file.error());
    }
    if (file->fd() < 0) {
      return FolderLock(lock_path, *std::move(file));
    }
    if (flock(file->fd(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK && !has_asked && !may_wait(folder)) {
        return Sorry("another update is under way in " + folder);
      }
      has_asked = true;
      if (flock(file->fd(), LOCK_EX) != 0) {
        return Sorry(Failed("lock", lock_path));
      }
    }
    // Whoever had it may have removed it in the meantime: then the next one locks another file.
    if (IsAt(file->fd(), lock_path)) {
      return FolderLock(lock_path, *std::move(file));
    }
  }
}

}  // namespace tattle
