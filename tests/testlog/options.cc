// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/options.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "plugin/runtime/config_value.h"
#include "tests/testlog/lie.h"

namespace tattle::testlog {
namespace {

constexpr const char* kLogHelp =
    "a log, NAME:KIND[:OPERATOR]; KIND is rfc6962 or static-ct. It is served below /NAME/. Give it "
    "once for each log";
constexpr const char* kListenHelp =
    "where to listen, ADDRESS:PORT, port 0 for any (default 127.0.0.1:0). Each further one shows "
    "another face of every log: they differ once a lie is told to one of them";
constexpr const char* kDirHelp =
    "the folder for everything: made if it is not there, read again at the next start. Clients "
    "need "
    "ca.pem and log_list.json (log_list.1.json for face 1, ...); NAME.pem are the logs' public "
    "keys, private/ is what nobody else should read";
constexpr const char* kSameKeyHelp =
    "NAME=OTHER: this log has the key of another one, which stands before it. Log lists can name "
    "only the first of the two";
constexpr const char* kLieHelp =
    "LOG[@FACE] LIE[=VALUE]: a lie to begin with, in quotation marks. More of them while it runs: "
    "tattle-testlog ctl";
constexpr const char* kListKeyHelp =
    "private key (PEM) that signs the log lists, made if it is not there. The signatures are in "
    "log_list.sig, ..., the public key is list_key.pem";

void AddLogOptions(CLI::App& app, RunOptions& options) {
  app.add_option("--log", options.logs, kLogHelp)->allow_extra_args(false)->group("Logs");
  app.add_option("--roots", options.roots, "PEM file of the roots that the logs take")
      ->allow_extra_args(false)
      ->group("Logs");
  app.add_option("--key-type", options.key_type, "p256 or rsa, for keys that are made")
      ->check(CLI::IsMember({"p256", "rsa"}))
      ->capture_default_str()
      ->group("Logs");
  app.add_option("--log-key", options.log_keys, "NAME=FILE: a log's private key (PEM)")
      ->allow_extra_args(false)
      ->group("Logs");
  app.add_option("--same-key", options.same_keys, kSameKeyHelp)
      ->allow_extra_args(false)
      ->group("Logs");
  app.add_option("--merge-delay", options.merge_delay_ms, "milliseconds from SCT to tree (rfc6962)")
      ->capture_default_str()
      ->group("Logs");
  app.add_option("--head-interval", options.head_interval_ms,
                 "milliseconds from one head to the next when nothing was added")
      ->capture_default_str()
      ->group("Logs");
  app.add_option("--mmd", options.mmd_s, "maximum merge delay in seconds, for the log list")
      ->capture_default_str()
      ->group("Logs");
  app.add_option("--max-entries", options.max_entries, "entries of one get-entries at the most")
      ->check(CLI::Range(1U, 100'000U))
      ->capture_default_str()
      ->group("Logs");
  app.add_option("--synthetic", options.synthetic,
                 "fill each log that is empty with so many entries that nobody submitted")
      ->group("Logs");
  app.add_option("--lie", options.lies, kLieHelp)->allow_extra_args(false)->group("Logs");
}

void AddNetworkOptions(CLI::App& app, RunOptions& options) {
  app.add_option("--listen", options.listeners, kListenHelp)
      ->allow_extra_args(false)
      ->group("Network");
  app.add_flag("--plain", options.plain, "HTTP without TLS, on the loopback only")
      ->group("Network");
  app.add_option(
         "--certificate", options.certificate,
         "PEM chain to serve TLS with; else a CA is made (DIR/ca.pem), and a certificate of "
         "localhost, 127.0.0.1 and ::1")
      ->group("Network");
  app.add_option("--key", options.key, "private key (PEM) of --certificate")->group("Network");
  app.add_option("--host", options.host, "host name for URLs, where it is not the address")
      ->group("Network");
  app.add_option("--control", options.control, "control socket (default DIR/control.sock)")
      ->group("Network");
}

}  // namespace

void AddOptions(CLI::App& app, RunOptions& options) {
  app.set_config("--config", "", "file with these options, one a line: log = amber:rfc6962:Amber");
  app.add_option("--dir", options.dir, kDirHelp);
  app.add_option("--list-key", options.list_key, kListKeyHelp);
  AddLogOptions(app, options);
  AddNetworkOptions(app, options);
}

Outcome<LogOptions> DecodeLogSpec(const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
  const std::string kind =
      first == std::string::npos ? "" : text.substr(first + 1, second - first - 1);
  LogOptions out;
  out.name = text.substr(0, first);
  out.operator_name =
      second == std::string::npos ? "Operator of " + out.name : text.substr(second + 1);
  if (kind == LogKindName(LogKind::kStaticCt)) {
    out.kind = LogKind::kStaticCt;
  } else if (kind != LogKindName(LogKind::kRfc6962)) {
    return Sorry("--log \"" + Excerpt(text) +
                 "\": want NAME:KIND:OPERATOR, with the kind rfc6962 " + "or static-ct");
  }
  return out;
}

Outcome<ListenAddress> DecodeListenAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  ListenAddress out;
  out.host = text.substr(0, colon);
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  const std::string_view digits =
      colon == std::string::npos ? std::string_view() : std::string_view(text).substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), out.port);
  if (error != std::errc() || end != digits.end() || out.host.empty()) {
    return Sorry("--listen \"" + Excerpt(text) + "\": want ADDRESS:PORT, such as 127.0.0.1:0");
  }
  return out;
}

Outcome<std::pair<std::string, std::string>> DecodePair(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return Sorry("\"" + Excerpt(text) + "\": want NAME=VALUE");
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

std::string DescribeLies() {
  std::string out = "Lies:\n";
  for (const Lie& lie : AllLies()) {
    std::string name(lie.name);
    if (lie.value != LieValue::kNone) {
      name += "=VALUE";
    }
    std::string notes;
    if (!lie.otherwise.empty()) {
      notes = fmt::format(" ({})", lie.otherwise);
    }
    if (lie.only) {
      notes += fmt::format(" [{}]", LogKindName(*lie.only));
    }
    out += fmt::format("  {:<22} {}{}\n", name, lie.summary, notes);
  }
  return out + "  honest                 no lie any more; a split or forked tree stays\n";
}

}  // namespace tattle::testlog
