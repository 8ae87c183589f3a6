// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The configuration of a client: flat "key = value" lines, the same keys in /etc/tattle/tattle.conf
// and in a section of openssl.cnf.
//
//   # comment
//   mode = require
//   exempt_hosts = localhost, *.internal.example
//
// plugin/runtime/README.md has what each key is for.

#ifndef TATTLE_PLUGIN_RUNTIME_CONFIG_H_
#define TATTLE_PLUGIN_RUNTIME_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/policy/policy.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// Mode is what follows from a verdict.
enum class Mode : std::uint8_t {
  kOff = 1,  // nothing is judged
  kReport,   // the connection goes on, the verdict is logged
  kRequire,  // a connection that is not compliant is refused
};

// OnStale is what follows from a log list that is older than 70 days.
enum class OnStale : std::uint8_t {
  kLenient = 1,  // unknown logs count as good; said loudly
  kFail,         // nothing is compliant
};

inline constexpr const char* kDefaultConfigFile = "/etc/tattle/tattle.conf";

struct Config {
  Mode mode = Mode::kReport;
  Policy policy = Policy::kChrome;
  OnStale on_stale = OnStale::kLenient;
  std::string log_list;  // path; empty: $TATTLE_LOG_LIST, else /var/lib/tattle/log_list.json if
                         // it is there, else the pinned list
  std::string
      public_roots;  // file or folder of PEM certificates beside the built-in roots; empty: none
  std::vector<std::string> exempt_hosts;  // lower case; "*.a.example" is every name below a.example
  std::vector<Hash> exempt_spki;          // SHA-256 of a SubjectPublicKeyInfo anywhere in the chain
  std::size_t verdict_cache = 1024;       // verdicts that are remembered; 0: none
  std::string observe_socket = "/run/tattle/observe.sock";  // empty: observations are not sent
  std::string outbox = "/run/tattle/outbox";                // empty: no heads to offer
  std::string syslog;  // datagram socket that takes what is said of connections; empty: none

  friend bool operator==(const Config&, const Config&) = default;
};

// SetConfig sets one key. An error of this and the next two begins with the key, or with FILE:LINE:
// and the key, and says what would be right. Keys are those of struct Config; lists are separated
// by commas, an empty value empties. On error `config` is unchanged.
Outcome<void> SetConfig(Config& config, std::string_view key, std::string_view value);

// SetConfigText sets all lines of a file's text; a key may stand once. `name` is what errors call
// the file. On error `config` is unchanged.
Outcome<void> SetConfigText(Config& config, std::string_view text, std::string_view name);

// SetConfigFile reads a file of at most kMaxConfigSize bytes. A file that is missing is an error.
Outcome<void> SetConfigFile(Config& config, const std::string& path);

// ConfigKeyNames are the keys that SetConfig takes.
std::vector<std::string_view> ConfigKeyNames();

// ModeName: "off", "report", "require".
std::string_view ModeName(Mode mode);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_CONFIG_H_
