// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/enable/module_file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "adapters/cli/deadline.h"
#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = TATTLE_MODULE_PATH;

// Seen from the command's folder in a build tree.
constexpr const char* kBuilt = "../openssl/openssl-module.so";

constexpr std::chrono::seconds kLoadTime(10);

// Load is what the forked process does; it leaves by _exit.
[[noreturn]] void Load(const std::string& path, int fd) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  void* const handle = dlopen(path.c_str(), RTLD_NOW);
  for (const char* name : {"OPENSSL_init", "OPENSSL_finish"}) {
    // The object is never closed: nothing may run at its end.
    if (handle == nullptr || dlsym(handle, name) == nullptr) {
      const std::string why = dlerror();
      const ssize_t written = write(fd, why.data(), why.size());
      _exit(written < 0 ? 2 : 1);
    }
  }
  _exit(0);
}

}  // namespace

std::string ModulePath(const std::string& root, const std::string& named) {
  std::error_code error;
  if (named.empty()) {
    return kInstalled;
  }
  const fs::path absolute = root.empty() ? fs::absolute(named, error) : fs::path(named);
  return absolute.lexically_normal().string();
}

std::string TrialModulePath(const std::string& named) {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path built = (folder / kBuilt).lexically_normal();
  return named.empty() && fs::exists(built, error) ? built.string() : ModulePath("", named);
}

Outcome<void> CheckModuleFile(const std::string& path) {
  std::error_code error;
  if (!Exists(path)) {
    return Sorry(fmt::format(
        "the module {} is not there: install it first, or name it with --module", Printable(path)));
  }
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) == 0) {
    return Sorry(fmt::format("{} is no module of OpenSSL: name openssl-module.so with --module",
                             Printable(path)));
  }
  return {};
}

Outcome<void> CheckModuleLoads(const std::string& path) {
  std::array<int, 2> fds = {-1, -1};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) {
    return Sorry("cannot make a pipe: " + SystemMessage(errno));
  }
  const Descriptor reader(fds[0]);
  Descriptor writer(fds[1]);
  const pid_t pid = fork();
  if (pid == 0) {
    Load(path, writer.fd());
  }
  if (pid < 0) {
    return Sorry("cannot start a process: " + SystemMessage(errno));
  }
  writer = Descriptor(-1);
  std::array<char, 512> why = {};
  const bool answered = WaitFor(reader.fd(), POLLIN, Deadline(kLoadTime));
  const ssize_t len = answered ? read(reader.fd(), why.data(), why.size()) : 0;
  if (!answered) {
    kill(pid, SIGKILL);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return {};
  }
  return Sorry(fmt::format(
      "the module {} cannot be loaded: {}", Printable(path),
      len > 0 ? Printable({why.data(), static_cast<std::size_t>(len)}) : "it ends the process"));
}

}  // namespace tattle::cli
