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

std::string Failed(const std::string& what, const std::string& path) {
  return fmt::format("cannot {} {}: {}", what, path, SystemMessage(errno));
}

// TempFile is a file that goes away again unless Keep is called.
class TempFile {
 public:
  explicit TempFile(std::string pattern)
      : path_(std::move(pattern)), fd_(mkostemp(path_.data(), O_CLOEXEC)) {}
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() {
    if (fd_.fd() >= 0 && !kept_) {
      unlink(path_.c_str());
    }
  }
  const std::string& path() const { return path_; }
  int fd() const { return fd_.fd(); }
  void Keep() { kept_ = true; }

 private:
  std::string path_;
  Descriptor fd_;
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

Outcome<void> ReplaceFile(const std::string& path, Bytes content) {
  const std::string target = Resolve(path);
  TempFile temp(target + ".XXXXXX");
  if (temp.fd() < 0) {
    return Sorry(Failed("create a file beside", target));
  }
  if (!WriteAll(temp.fd(), content) || !SetMode(temp.fd(), target) || fsync(temp.fd()) != 0) {
    return Sorry(Failed("write", temp.path()));
  }
  if (rename(temp.path().c_str(), target.c_str()) != 0) {
    return Sorry(Failed("replace", target));
  }
  temp.Keep();
  // The name is only safe on disk when its folder is.
  const std::string folder = FolderOf(target);
  const Descriptor folder_fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder_fd.fd() < 0 || fsync(folder_fd.fd()) != 0) {
    return Sorry(Failed("sync", folder));
  }
  return {};
}

Outcome<FolderLock> FolderLock::Create(
    const std::string& path, const std::function<bool(const std::string& folder)>& may_wait) {
  const std::string folder = FolderOf(Resolve(path));
  Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.fd() < 0) {
    return Sorry(Failed("open the folder", folder));
  }
  if (flock(fd.fd(), LOCK_EX | LOCK_NB) == 0) {
    return FolderLock(std::move(fd));
  }
  if (errno == EWOULDBLOCK && !may_wait(folder)) {
    return Sorry("another update is under way in " + folder);
  }
  if (flock(fd.fd(), LOCK_EX) != 0) {
    return Sorry(Failed("lock the folder", folder));
  }
  return FolderLock(std::move(fd));
}

}  // namespace tattle
