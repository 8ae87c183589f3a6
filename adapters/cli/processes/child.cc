// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/processes/child.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

constexpr std::chrono::milliseconds kPause(20);
constexpr int kSignalBase = 128;         // as shells count
constexpr int kCannotRun = 126;          // as shells say it
constexpr std::size_t kMaxInput = 4096;  // fits into any pipe, so that writing it never waits

// As many as empty a full pipe, twice over. A program that writes without a pause would keep us
// reading past every deadline.
constexpr int kMaxReads = 32;

struct Pipe {
  Descriptor read_end{-1};
  Descriptor write_end{-1};
};

Outcome<Pipe> CreatePipe() {
  std::array<int, 2> fds = {-1, -1};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) {
    return Sorry("cannot make a pipe: " + SystemMessage(errno));
  }
  return Pipe{Descriptor(fds[0]), Descriptor(fds[1])};
}

// Take reads what is in a pipe, within bounds, and keeps its beginning.
void Take(int fd, std::string& text) {
  std::array<char, 4096> chunk = {};
  for (int i = 0; i < kMaxReads; ++i) {
    const ssize_t len = read(fd, chunk.data(), chunk.size());
    if (len <= 0) {
      return;
    }
    const std::size_t room = kMaxProgramOutput - text.size();
    text.append(chunk.data(), std::min(room, static_cast<std::size_t>(len)));
  }
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> MakeEnvironment(const Command& command) {
  std::vector<std::string> names = command.without;
  for (const auto& [name, value] : command.variables) {
    names.push_back(name);
  }
  std::vector<std::string> environment;
  // The environment is an array of pointers that ends with a null.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic)
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      environment.push_back(text);
    }
  }
  for (const auto& [name, value] : command.variables) {
    environment.push_back(fmt::format("{}={}", name, value));
  }
  return environment;
}

// Become turns the forked child into the program; only calls that are safe after fork.
[[noreturn]] void Become(const char* path, char* const* argv, char* const* environment,
                         const std::array<int, 3>& fds) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_DFL);
  for (int to = 0; to < 3; ++to) {
    dup2(fds.at(static_cast<std::size_t>(to)), to);
  }
  execve(path, argv, environment);
  _exit(kCannotRun);
}

}  // namespace

Outcome<Child> Child::Start(const Command& command) {
  const std::string path = FindProgram(command.argv.front());
  if (path.empty()) {
    return Sorry(fmt::format("there is no program {} here", Printable(command.argv.front())));
  }
  Outcome<Pipe> in = CreatePipe();
  Outcome<Pipe> out = CreatePipe();
  Outcome<Pipe> err = CreatePipe();
  if (!in || !out || !err) {
    return Sorry("cannot make a pipe");
  }
  if (command.input.size() > kMaxInput ||
      write(in->write_end.fd(), command.input.data(), command.input.size()) < 0) {
    return Sorry("cannot write to a pipe");
  }
  std::vector<std::string> words = command.argv;
  std::vector<std::string> environment = MakeEnvironment(command);
  const std::vector<char*> argv = Pointers(words);
  const std::vector<char*> variables = Pointers(environment);
  const pid_t pid = fork();
  if (pid < 0) {
    return Sorry("cannot start a program: " + SystemMessage(errno));
  }
  if (pid == 0) {
    Become(path.c_str(), argv.data(), variables.data(),
           {in->read_end.fd(), out->write_end.fd(), err->write_end.fd()});
  }
  setpgid(pid, pid);  // both do it, so that the group is there whoever runs first
  for (const int fd : {out->read_end.fd(), err->read_end.fd()}) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  return Child(pid, std::move(out->read_end), std::move(err->read_end));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_pipe_(std::move(other.out_pipe_)),
      err_pipe_(std::move(other.err_pipe_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      ended_(other.ended_),
      exit_status_(other.exit_status_) {}

Child::~Child() {
  if (pid_ <= 0) {
    return;
  }
  if (!ended_) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

bool Child::HasEnded() {
  if (ended_) {
    return true;
  }
  int status = 0;
  // Looked at before its output is taken: what it wrote last is not lost.
  ended_ = waitpid(pid_, &status, WNOHANG) == pid_;
  Take(out_pipe_.fd(), out_);
  Take(err_pipe_.fd(), err_);
  if (ended_) {
    exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
  }
  return ended_;
}

bool Child::Wait(const Deadline& deadline) {
  while (!HasEnded()) {
    if (deadline.HasPassed()) {
      return false;
    }
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

Outcome<Child> RunProgram(const Command& command, const Deadline& deadline) {
  Outcome<Child> child = Child::Start(command);
  if (child && !child->Wait(deadline)) {
    return Sorry(
        fmt::format("{} does not come to an end: it was stopped", Printable(command.argv.front())));
  }
  return child;
}

std::string FindProgram(const std::string& name) {
  const auto is_program = [](const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) {
    return is_program(name) ? name : "";
  }
  const char* path = std::getenv("PATH");
  std::stringstream folders(std::string(path == nullptr ? "/usr/bin:/bin" : path) +
                            ":/usr/local/sbin:/usr/sbin:/sbin");
  std::string folder;
  while (std::getline(folders, folder, ':')) {
    std::string file = fmt::format("{}/{}", folder, name);
    if (!folder.empty() && is_program(file)) {
      return file;
    }
  }
  return "";
}

}  // namespace tattle::cli
