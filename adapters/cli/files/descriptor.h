// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// File descriptors with a deadline.

#ifndef TATTLE_ADAPTERS_CLI_FILES_DESCRIPTOR_H_
#define TATTLE_ADAPTERS_CLI_FILES_DESCRIPTOR_H_

#include <string>
#include <string_view>

#include "adapters/cli/deadline.h"
#include "plugin/runtime/descriptor.h"

namespace tattle::cli {

// WaitFor waits until the descriptor can be read or written (POLLIN, POLLOUT), or has failed, which
// the next call on it tells. Returns false when the deadline came first.
[[nodiscard]] bool WaitFor(int fd, short events, const Deadline& deadline);

// TimedOut is the sentence for a deadline that has passed during `what`, such as "the TLS
// handshake".
std::string TimedOut(std::string_view what);

// SystemMessage says an errno in words.
std::string SystemMessage(int error_number);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILES_DESCRIPTOR_H_
