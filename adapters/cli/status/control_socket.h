// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A question to tattled by its control socket.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_CONTROL_SOCKET_H_
#define TATTLE_ADAPTERS_CLI_STATUS_CONTROL_SOCKET_H_

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "adapters/cli/deadline.h"
#include "core/base/bytes.h"

namespace tattle::cli {

inline constexpr const char* kControlSocket = "/run/tattle/control.sock";

// DaemonSilence is why there is no answer.
struct DaemonSilence {
  bool has_no_socket = false;  // there is nothing at the path
  std::string sentence;        // behind "tattled: "
};

// SilentAt says that whoever listens at a path does not answer, and why.
DaemonSilence SilentAt(const std::string& socket, const std::string& reason,
                       bool has_no_socket = false);

// AskControl sends a question, a line, and reads what comes back.
tl::expected<ByteVector, DaemonSilence> AskControl(const std::string& socket,
                                                   std::string_view question,
                                                   const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_CONTROL_SOCKET_H_
