// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/target.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include <arpa/inet.h>

#include "adapters/cli/files/file.h"

namespace tattle::cli {
namespace {

struct Protocol {
  StartTls starttls;
  std::string_view name;
  std::uint16_t port;
};

constexpr std::array<Protocol, 7> kProtocols = {{
    {StartTls::kNone, "", 443},
    {StartTls::kSmtp, "smtp", 25},
    {StartTls::kImap, "imap", 143},
    {StartTls::kPop3, "pop3", 110},
    {StartTls::kXmpp, "xmpp", 5222},
    {StartTls::kXmppServer, "xmpp-server", 5269},
    {StartTls::kFtp, "ftp", 21},
}};

constexpr std::array<std::string_view, 4> kCertificateEndings = {".pem", ".der", ".crt", ".cer"};

const Protocol& Of(StartTls starttls) {
  return *std::find_if(kProtocols.begin(), kProtocols.end(),
                       [&](const Protocol& p) { return p.starttls == starttls; });
}

bool LooksLikeFile(std::string_view text) {
  if (text.find('/') != std::string_view::npos) {
    return true;
  }
  return std::any_of(kCertificateEndings.begin(), kCertificateEndings.end(),
                     [&](std::string_view ending) { return text.ends_with(ending); });
}

// IsAddress takes the digits of IPv4 or IPv6, the latter with a zone such as "%eth0".
bool IsAddress(std::string_view text) {
  const std::string digits(text.substr(0, text.find('%')));
  std::array<std::uint8_t, 16> bytes = {};
  return inet_pton(AF_INET, digits.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, digits.c_str(), bytes.data()) == 1;
}

// RFC 1035, Section 2.3.4: 63 octets a label, 255 a name, which is 253 characters of text. The
// underscore is no letter of host names but occurs in them.
bool IsHostName(std::string_view host) {
  constexpr std::size_t kMaxName = 253;
  constexpr std::size_t kMaxLabel = 63;
  if (host.empty() || host.size() > kMaxName) {
    return false;
  }
  std::size_t label_len = 0;
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (c == '.' ? label_len == 0 : (!letter || label_len == kMaxLabel)) {
      return false;
    }
    label_len = c == '.' ? 0 : label_len + 1;
  }
  return label_len > 0;
}

std::optional<std::uint16_t> FindPort(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || rest != end || port == 0) {
    return std::nullopt;
  }
  return port;
}

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

std::optional<HostAndPort> Split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (rest.empty()) {
      return HostAndPort{host, std::nullopt};
    }
    if (!rest.starts_with(':')) {
      return std::nullopt;
    }
    return HostAndPort{host, rest.substr(1)};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
    return HostAndPort{text, std::nullopt};  // a name, or an IPv6 address without brackets
  }
  return HostAndPort{text.substr(0, colon), text.substr(colon + 1)};
}

Outcome<Target> DecideServer(std::string_view text, StartTls starttls) {
  const std::optional<HostAndPort> parts = Split(text);
  if (!parts) {
    return Sorry("not a server: write host, host:port or [IPv6 address]:port");
  }
  ServerTarget server;
  server.port = DefaultPort(starttls);
  if (parts->port) {
    const std::optional<std::uint16_t> port = FindPort(*parts->port);
    if (!port) {
      return Sorry("not a port: write a number from 1 to 65535 behind the colon");
    }
    server.port = *port;
  }
  std::string_view host = parts->host;
  server.is_address = IsAddress(host);
  if (host.ends_with('.')) {
    host.remove_suffix(1);  // the dot of the root, which no certificate has
  }
  if (!server.is_address && !IsHostName(host)) {
    return Sorry(
        "neither a file nor a host name: write the path of a file, or host[:port] with the host in "
        "ASCII (xn--... for other letters)");
  }
  server.host = std::string(host);
  return server;
}

}  // namespace

std::optional<StartTls> FindStartTls(std::string_view name) {
  for (const Protocol& protocol : kProtocols) {
    if (!name.empty() && protocol.name == name) {
      return protocol.starttls;
    }
  }
  return std::nullopt;
}

std::string_view StartTlsName(StartTls starttls) {
  return Of(starttls).name;
}

std::uint16_t DefaultPort(StartTls starttls) {
  return Of(starttls).port;
}

Outcome<Target> DecideTarget(std::string_view text, StartTls starttls) {
  std::string path(text);
  if (!path.empty() && Exists(path)) {
    if (starttls != StartTls::kNone) {
      return Sorry("is a file, and --starttls is for servers: for a server of that name write " +
                   path + ":" + std::to_string(DefaultPort(starttls)));
    }
    return FileTarget{std::move(path)};
  }
  if (text.find("://") != std::string_view::npos) {
    return Sorry("is a URL: write only host or host:port");
  }
  if (LooksLikeFile(text)) {
    return Sorry("no such file: check the path (a server is written host or host:port)");
  }
  return DecideServer(text, starttls);
}

}  // namespace tattle::cli
