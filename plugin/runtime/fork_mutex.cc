// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/fork_mutex.h"

#include <pthread.h>

#include <mutex>
#include <set>

namespace tattle {
namespace {

// Registry knows every ForkMutex of the process. Never destroyed: a program may fork, or free its
// last client, while it exits.
struct Registry {
  std::mutex mutex;
  std::set<ForkMutex*> members;
};

Registry& TheRegistry();

void LockAll() {
  Registry& registry = TheRegistry();
  registry.mutex.lock();
  for (ForkMutex* member : registry.members) {
    member->lock();
  }
}

void UnlockAll() {
  Registry& registry = TheRegistry();
  for (ForkMutex* member : registry.members) {
    member->unlock();
  }
  registry.mutex.unlock();
}

Registry& TheRegistry() {
  // If the handlers cannot be registered, for want of memory, the mutexes still do their work
  // between threads. glibc drops the handlers when the library that has them is unloaded.
  static Registry* const registry = [] {
    static_cast<void>(pthread_atfork(LockAll, UnlockAll, UnlockAll));
    return new Registry;
  }();
  return *registry;
}

}  // namespace

ForkMutex::ForkMutex() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.members.insert(this);
}

ForkMutex::~ForkMutex() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.members.erase(this);
}

}  // namespace tattle
