// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Descriptor: a file descriptor and the duty to close it.

#ifndef TATTLE_PLUGIN_RUNTIME_DESCRIPTOR_H_
#define TATTLE_PLUGIN_RUNTIME_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace tattle {

// Descriptor owns a file descriptor, or none (-1). Movable. Not thread-safe. close() is not
// repeated after EINTR: on Linux the descriptor is gone by then, and its number may be another
// thread's.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  int fd() const { return fd_; }

  // Release hands the duty to close it over to the caller.
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_DESCRIPTOR_H_
