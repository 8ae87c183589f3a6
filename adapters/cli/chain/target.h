// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a person asks about: a file, or a server.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_TARGET_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_TARGET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// StartTls is the protocol in whose clear text a server is asked to begin TLS.
enum class StartTls : std::uint8_t { kNone, kSmtp, kImap, kPop3, kXmpp, kXmppServer, kFtp };

// FindStartTls knows smtp, imap, pop3, xmpp, xmpp-server and ftp.
std::optional<StartTls> FindStartTls(std::string_view name);
std::string_view StartTlsName(StartTls starttls);

// DefaultPort is where the protocol is spoken if nobody says otherwise; 443 without one.
std::uint16_t DefaultPort(StartTls starttls);

struct FileTarget {
  std::string path;
};

struct ServerTarget {
  std::string host;  // a name, or the digits of an address, without brackets
  std::uint16_t port = 0;
  bool is_address = false;
};

using Target = std::variant<FileTarget, ServerTarget>;

// DecideTarget says what a text means. A path that exists is a file. Text with a slash, or with the
// ending of a certificate file, that does not exist is a missing file and not a server. Everything
// else is host, host:port, an IPv6 address, or [IPv6 address]:port. Looks at the file system.
Outcome<Target> DecideTarget(std::string_view text, StartTls starttls);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_TARGET_H_
