// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A mutex that survives fork().
//
// A child has only the thread that forked: a mutex that another thread held then would stay locked
// in it for ever. Every ForkMutex is therefore taken before a fork and released after it, on both
// sides (pthread_atfork), so that what it guards is whole in the child.

#ifndef TATTLE_PLUGIN_RUNTIME_FORK_MUTEX_H_
#define TATTLE_PLUGIN_RUNTIME_FORK_MUTEX_H_

#include <mutex>

namespace tattle {

// ForkMutex is a Lockable, for std::lock_guard. Hold it for moments only, never two at once,
// never across a fork, and never across I/O that can wait.
class ForkMutex {
 public:
  ForkMutex();
  ~ForkMutex();
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  bool try_lock() { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_FORK_MUTEX_H_
