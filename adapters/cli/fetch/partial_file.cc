// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/partial_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <utility>

#include <sys/stat.h>

namespace tattle::cli {
namespace {

constexpr std::array<int, 3> kEndings = {SIGINT, SIGTERM, SIGHUP};

// PathToRemove is all that a signal handler can reach; empty: nothing.
std::array<char, PATH_MAX>& PathToRemove() {
  static std::array<char, PATH_MAX> path = {};
  return path;
}

void RemoveAndEnd(int number) {
  if (PathToRemove().front() != '\0') {
    unlink(PathToRemove().data());
  }
  // Whoever waits for us has to see by what we ended.
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void HandleEndings() {
  for (const int number : kEndings) {
    struct sigaction before = {};
    struct sigaction ending = {};
    ending.sa_handler = RemoveAndEnd;
    sigemptyset(&ending.sa_mask);
    // What is ignored (nohup) stays so.
    if (sigaction(number, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) {
      sigaction(number, &ending, nullptr);
    }
  }
}

mode_t UsualMode() {
  constexpr mode_t kAll = 0666;
  const mode_t mask = umask(0);  // which can only be read by setting it
  umask(mask);
  return kAll & ~mask;
}

}  // namespace

Outcome<PartialFile> PartialFile::Create(const std::string& path) {
  // Before the first signal can come.
  PathToRemove().front() = '\0';
  sigset_t endings;
  sigset_t before;
  sigemptyset(&endings);
  for (const int number : kEndings) {
    sigaddset(&endings, number);
  }
  pthread_sigmask(SIG_BLOCK, &endings, &before);
  Outcome<Replacement> file = Replacement::Create(path);
  if (file && file->temp_path().size() < PathToRemove().size()) {
    const std::string& temp_path = file->temp_path();
    std::copy_n(temp_path.c_str(), temp_path.size() + 1, PathToRemove().begin());
    HandleEndings();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!file) {
    return Sorry(file.error());
  }
  return PartialFile(*std::move(file));
}

Outcome<void> PartialFile::Finish() {
  Outcome<void> finished = file_.Finish(UsualMode());
  PathToRemove().front() = '\0';
  return finished;
}

}  // namespace tattle::cli
