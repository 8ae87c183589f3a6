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
    "a log; KIND is rfc6962 or static-ct. It is served below /NAME/. Give it "
    "once for each log";
constexpr const char* kListenHelp =
    "where to listen, port 0 for any (default 127.0.0.1:0). Each further one shows "
    "another face of every log: they differ once a lie is told to one of them";
constexpr const char* kDirHelp =
    "the folder for everything: made if it is not there, read again at the next start. Clients "
    "need "
    "ca.pem and log_list.json (log_list.1.json for face 1, ...); NAME.pem are the logs' public "
    "keys, private/ is what nobody else should read";
constexpr const char* kSameKeyHelp =
    "this log has the key of another one, which stands before it. Log lists can name "
    "only the first of the two";
constexpr const char* kLieHelp =
    "LOG[@FACE] LIE[=VALUE]: a lie to begin with, in quotation marks. More of them while it runs: "
    "tattle-testlog ctl";
constexpr const char* kListKeyHelp =
    "private key (PEM) that signs the log lists, made if it is not there. The signatures are in "
    "log_list.sig, ..., the public key is list_key.pem";

void AddLogOptions(Verb program, RunOptions& options) {
  program.AddOption("--log", options.logs, kLogHelp)
      .OneValueEach()
      .TypeName("NAME:KIND[:OPERATOR]")
      .Group("Logs");
  program.AddOption("--roots", options.roots, "PEM file of the roots that the logs take")
      .OneValueEach()
      .TypeName("FILE")
      .Group("Logs");
  program.AddOption("--key-type", options.key_type, "p256 or rsa, for keys that are made")
      .OneOf({"p256", "rsa"})
      .ShowDefault()
      .TypeName("TYPE")
      .Group("Logs");
  program.AddOption("--log-key", options.log_keys, "a log's private key (PEM)")
      .OneValueEach()
      .TypeName("NAME=FILE")
      .Group("Logs");
  program.AddOption("--same-key", options.same_keys, kSameKeyHelp)
      .OneValueEach()
      .TypeName("NAME=OTHER")
      .Group("Logs");
  program
      .AddOption("--merge-delay", options.merge_delay_ms, "milliseconds from SCT to tree (rfc6962)")
      .ShowDefault()
      .TypeName("MS")
      .Group("Logs");
  program
      .AddOption("--head-interval", options.head_interval_ms,
                 "milliseconds from one head to the next when nothing was added")
      .ShowDefault()
      .TypeName("MS")
      .Group("Logs");
  program.AddOption("--mmd", options.mmd_s, "maximum merge delay in seconds, for the log list")
      .ShowDefault()
      .TypeName("SECONDS")
      .Group("Logs");
  program
      .AddOption("--max-entries", options.max_entries,
                 "entries of one get-entries at the most, up to 100000")
      .InRange(1U, 100'000U)
      .ShowDefault()
      .TypeName("N")
      .Group("Logs");
  program
      .AddOption("--synthetic", options.synthetic,
                 "fill each log that is empty with so many entries that nobody submitted")
      .TypeName("N")
      .Group("Logs");
  program.AddOption("--lie", options.lies, kLieHelp).OneValueEach().TypeName("LIE").Group("Logs");
}

void AddNetworkOptions(Verb program, RunOptions& options) {
  program.AddOption("--listen", options.listeners, kListenHelp)
      .OneValueEach()
      .TypeName("ADDRESS:PORT")
      .Group("Network");
  program.AddFlag("--plain", options.plain, "HTTP without TLS, on the loopback only")
      .Group("Network");
  program
      .AddOption(
          "--certificate", options.certificate,
          "PEM chain to serve TLS with; else a CA is made (DIR/ca.pem), and a certificate of "
          "localhost, 127.0.0.1 and ::1")
      .TypeName("FILE")
      .Group("Network");
  program.AddOption("--key", options.key, "private key (PEM) of --certificate")
      .TypeName("FILE")
      .Group("Network");
  program.AddOption("--host", options.host, "host name for URLs, where it is not the address")
      .TypeName("NAME")
      .Group("Network");
  program.AddOption("--control", options.control, "control socket (default DIR/control.sock)")
      .TypeName("SOCKET")
      .Group("Network");
}

}  // namespace

void AddOptions(Verb program, RunOptions& options) {
  program.AddConfigFile("--config",
                        "file with these options, one a line: log = amber:rfc6962:Amber");
  program.AddOption("--dir", options.dir, kDirHelp).TypeName("DIR");
  program.AddOption("--list-key", options.list_key, kListKeyHelp).TypeName("FILE");
  AddLogOptions(program, options);
  AddNetworkOptions(program, options);
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
