// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/curl/claim.h"

#include <pthread.h>

#include <mutex>
#include <set>

namespace tattle::curl {
namespace {

// Handles are those that are attached. Never destroyed: a program may detach while it exits.
struct Handles {
  std::mutex mutex;
  std::set<const CURL*> attached;
};

Handles& TheHandles();

void Lock() {
  TheHandles().mutex.lock();
}

void Unlock() {
  TheHandles().mutex.unlock();
}

Handles& TheHandles() {
  // A child of fork has none of the threads that could release the mutex. If the functions cannot
  // be registered, for want of memory, it still does its work between threads.
  static Handles* const handles = [] {
    static_cast<void>(pthread_atfork(Lock, Unlock, Unlock));
    return new Handles;
  }();
  return *handles;
}

}  // namespace

Claim::Claim(const CURL* easy) : easy_(easy) {
  Handles& handles = TheHandles();
  const std::lock_guard lock(handles.mutex);
  is_held_ = handles.attached.insert(easy).second;
}

Claim::~Claim() {
  if (is_held_) {
    Handles& handles = TheHandles();
    const std::lock_guard lock(handles.mutex);
    handles.attached.erase(easy_);
  }
}

}  // namespace tattle::curl
