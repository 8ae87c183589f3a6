// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/hook.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string_view>
#include <utility>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a stop may go unnoticed.
constexpr milliseconds kLookAgain{100};

tl::unexpected<std::string> Failed(const HookRun& run, const std::string& what) {
  return tl::unexpected(run.program + " " + what);
}

// InputOf is a file in memory, from which the program may read or not, as it likes: nobody waits.
Descriptor InputOf(const std::string& text) {
  Descriptor file(memfd_create("tattled-hook", MFD_CLOEXEC));
  std::string_view rest = text;
  while (file.fd() >= 0 && !rest.empty()) {
    const ssize_t len = write(file.fd(), rest.data(), rest.size());
    if (len <= 0 && errno != EINTR) {
      return Descriptor(-1);
    }
    rest.remove_prefix(len > 0 ? static_cast<std::size_t>(len) : 0);
  }
  return lseek(file.fd(), 0, SEEK_SET) == 0 ? std::move(file) : Descriptor(-1);
}

// SpawnSetup is what posix_spawn wants to know.
class SpawnSetup {
 public:
  explicit SpawnSetup(int input) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);  // we ignore SIGPIPE, it should not
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);  // so that what it starts ends with it
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  // Spawn returns an errno.
  int Spawn(pid_t& pid, const HookRun& run) {
    std::vector<std::string> words = run.arguments;
    words.insert(words.begin(), run.program);
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    std::vector<char*> environment = {path.data(), nullptr};
    return posix_spawn(&pid, run.program.c_str(), &actions_, &attributes_, argv.data(),
                       environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// End is how a program's run ended.
enum class End : std::uint8_t { kByItself = 1, kStillRuns, kUnknown };

// WaitForEnd sets the status of a program that ends in time. Where there is no descriptor to wait
// with (none is free, or a filter of system calls does not know them) it asks at each tick.
End WaitForEnd(pid_t pid, milliseconds patience, const std::stop_token& stop, int& status) {
  // glibc's own has C++ linkage in Debian 12, by mistake.
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  const auto end = steady_clock::now() + patience;
  while (true) {
    const pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid) {
      return End::kByItself;
    }
    if (ended < 0 && errno != EINTR) {
      return End::kUnknown;
    }
    if (steady_clock::now() >= end || stop.stop_requested()) {
      return End::kStillRuns;
    }
    pollfd entry = {process.fd(), POLLIN, 0};  // one that is negative is passed over
    poll(&entry, 1, static_cast<int>(kLookAgain.count()));
  }
}

}  // namespace

Outcome<void> CheckHook(const std::string& program) {
  struct stat status = {};
  if (program.empty()) {
    return {};
  }
  if (stat(program.c_str(), &status) != 0) {
    return Sorry(program + ": cannot be run (" + SystemMessage(errno) + ")");
  }
  if (!S_ISREG(status.st_mode)) {
    return Sorry(program + ": cannot be run: it is no file");
  }
  if (access(program.c_str(), X_OK) != 0) {
    return Sorry(program + ": cannot be run (" + SystemMessage(errno) + "); is it executable?");
  }
  return {};
}

Outcome<void> RunHook(const HookRun& run, milliseconds patience, const std::stop_token& stop) {
  const Descriptor input = InputOf(run.input);
  if (input.fd() < 0) {
    return Failed(run, "was not started: no memory for what it is to read");
  }
  pid_t pid = 0;
  if (const int fault = SpawnSetup(input.fd()).Spawn(pid, run); fault != 0) {
    return Failed(run, "cannot be started (" + SystemMessage(fault) + ")");
  }
  int status = 0;
  const End end = WaitForEnd(pid, patience, stop, status);
  if (end == End::kUnknown) {
    return Failed(run, "cannot be waited for (" + SystemMessage(errno) + ")");
  }
  if (end == End::kStillRuns) {
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return Failed(run, "took too long and was ended");
  }
  if (!WIFEXITED(status)) {
    return Failed(run, "was ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    return Failed(run, "ended with status " + std::to_string(WEXITSTATUS(status)));
  }
  return {};
}

}  // namespace tattle::daemon
