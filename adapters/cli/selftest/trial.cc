// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/selftest/trial.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/enable/module_cnf.h"
#include "adapters/cli/files/file_change.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/processes/processes.h"
#include "adapters/cli/selftest/programs.h"

namespace tattle::cli {
namespace {

constexpr const char* kHost = "localhost";
constexpr const char* kCaFile = "ca.pem";
constexpr const char* kConfigFile = "tattle.conf";

// WordsOf is what a person would quote of a program's output: the line with our reason in it, where
// OpenSSL's errors are shown, or what OpenSSL itself says of a refusal; or else the last.
std::string WordsOf(std::string_view output) {
  const auto lines = SplitLines(output);
  for (const char* mark : {"tattle::", "Certificate Transparency", "invalid status response"}) {
    for (const std::string_view line : lines) {
      if (line.find(mark) != std::string_view::npos) {
        return Sanitize(Trim(line));
      }
    }
  }
  std::string_view last;
  for (const std::string_view line : lines) {
    last = Trim(line).empty() ? last : Trim(line);
  }
  return Sanitize(last);
}

// Quoted is the words behind a colon, if there are any.
std::string Quoted(const Trial& trial) {
  return trial.words.empty() ? "" : ": " + trial.words;
}

// DescribeLibrary says why a program that connects does not load the module.
std::string DescribeLibrary(const std::string& name, const Trial& trial) {
  const auto has = [&](const char* library) { return trial.libraries.count(library) > 0; };
  if (trial.is_hidden) {
    return fmt::format("{} does not load the module (which TLS library it uses cannot be seen)",
                       name);
  }
  if (has("libssl")) {
    return fmt::format(
        "{} does not load the module: it uses OpenSSL, and does not read the file that "
        "OPENSSL_CONF "
        "names (its environment is cleared, it has more rights than its user, or it reads another "
        "file)",
        name);
  }
  const std::pair<const char*, const char*> others[] = {{"libgnutls", "GnuTLS"},
                                                        {"libnss3", "NSS"},
                                                        {"libmbedtls", "Mbed TLS"},
                                                        {"libwolfssl", "wolfSSL"}};
  for (const auto& [library, called] : others) {
    if (has(library)) {
      return fmt::format("{} uses {}: the module cannot be loaded", name, called);
    }
  }
  return fmt::format(
      "{} does not load the module: it has a TLS library of its own, built in, that does not read "
      "the file that OPENSSL_CONF names",
      name);
}

// DescribeEffect says what comes of a module that is loaded, behind "loads the module".
const char* DescribeEffect(bool asks, bool refused) {
  if (refused) {
    return asks ? " and refuses a server without SCTs"
                : " and refuses a server without SCTs, but does not ask for any: it would refuse "
                  "those too that send them by TLS or staple";
  }
  return asks ? ", and goes on with a server without SCTs: it does not ask OpenSSL to verify "
                "servers, or overlooks the answer"
              : ", which has no effect in it: it does not ask the server for SCTs";
}

// Accepts: it sent data, or waits for a greeting.
bool Accepts(const Seen& seen) {
  return seen.reached == Reached::kData || seen.waited;
}

std::string TakesTooLong(const std::string& name, const Trial& trial) {
  return fmt::format("could not tell: {} takes too long (longer with --timeout){}", name,
                     Quoted(trial));
}

// WhyUnknown says why the control run shows nothing; empty if it went well.
std::string WhyUnknown(const std::string& name, const Trial& control) {
  const Reached reached = control.seen.reached;
  // In TLS 1.3 a client may look at the certificate after its handshake.
  if (Accepts(control.seen) || (reached == Reached::kHandshake && control.exit_status == 0)) {
    return "";
  }
  if (control.timed_out) {
    return TakesTooLong(name, control);
  }
  return fmt::format("could not tell: {} does not {} even where nothing is judged{}", name,
                     reached == Reached::kNothing ? "connect" : "accept the server",
                     Quoted(control));
}

}  // namespace

int Conclusion::exit_status() const {
  if (!loaded || !asks || !refused) {
    return kExitUnknown;
  }
  return *loaded && *asks && *refused ? kExitYes : kExitNo;
}

Outcome<Laboratory> Laboratory::Create(const std::string& module_path) {
  Outcome<TempFolder> folder = TempFolder::Create();
  if (!folder) {
    return Sorry(folder.error());
  }
  if (!IsCnfPath(folder->path())) {
    return Sorry("TMPDIR must be an absolute path without # $ \\ and quotes");
  }
  const Outcome<TestCertificates> certificates = CreateTestCertificates();
  if (!certificates) {
    return Sorry(certificates.error());
  }
  Outcome<TestServer> server = TestServer::Create(*certificates);
  if (!server) {
    return Sorry(server.error());
  }
  // The system's tattle.conf has no part in it.
  for (const auto& [name, text] : {std::pair(kCaFile, EncodePem(certificates->ca.get())),
                                   std::pair(kConfigFile, std::string())}) {
    if (const auto written = folder->Write(name, text); !written) {
      return Sorry(written.error());
    }
  }
  // A program that gives up its rights must still get at the files.
  std::error_code error;
  std::filesystem::permissions(folder->path(), std::filesystem::perms(0755), error);
  return Laboratory(*std::move(folder), *std::move(server), module_path);
}

Outcome<std::string> Laboratory::WriteCnf(Mode mode) const {
  CnfPlan plan{module_path_, false, {}};
  plan.settings = {{"config", fmt::format("{}/{}", folder_.path(), kConfigFile)},
                   {"mode", std::string(ModeName(mode))},
                   {"public_roots", fmt::format("{}/{}", folder_.path(), kCaFile)},
                   {"observe_socket", ""},
                   {"outbox", ""},
                   {"syslog", ""}};
  std::optional<ModuleCnf> system;
  if (Outcome<ModuleCnf> read = ReadModuleCnf("", kSystemCnf)) {
    system = *std::move(read);
  }
  return folder_.Write(fmt::format("openssl-{}.cnf", ModeName(mode)), WriteModuleCnf(plan, system));
}

Outcome<Trial> Laboratory::Run(const Command& command, Mode mode,
                               std::chrono::milliseconds timeout) {
  const auto cnf = WriteCnf(mode);
  if (!cnf) {
    return Sorry(cnf.error());
  }
  const std::string port = std::to_string(server_.port());
  const Placeholders values{kHost, port, fmt::format("https://{}:{}/", kHost, port),
                            fmt::format("{}/{}", folder_.path(), kCaFile), *cnf};
  Outcome<Child> child = Child::Start(FillIn(command, values));
  if (!child) {
    return Sorry(child.error());
  }
  Trial trial;
  const auto look = [&] {
    for (Process& process : LookAtProcesses(child->group())) {
      RecogniseModule(process, module_path_);
      trial.libraries.insert(process.libraries.begin(), process.libraries.end());
      trial.has_module = trial.has_module || !process.module_path.empty();
      trial.is_hidden = trial.is_hidden || process.is_hidden;
    }
  };
  const Deadline deadline(timeout);
  bool ended = false;
  // Once more after its end: what it left in the queue of the listener.
  while (server_.Serve(trial.seen, deadline, look) || !ended) {
    if (deadline.HasPassed()) {
      trial.timed_out = !ended;
      break;
    }
    ended = child->HasEnded();
  }
  trial.exit_status = child->exit_status();
  trial.output = child->err().empty() ? child->out() : child->err();
  trial.words = WordsOf(trial.output);
  return trial;
}

Conclusion Conclude(const std::string& name, const Trial& control, const Trial& judged) {
  Conclusion result;
  result.sentence = WhyUnknown(name, control);
  if (!result.sentence.empty()) {
    return result;
  }
  const bool asks = judged.seen.asked_for_scts && judged.seen.asked_for_staple;
  // In mode off the module asks for nothing: who asks then asks by itself.
  const bool asks_by_itself = control.seen.asked_for_scts && control.seen.asked_for_staple;
  result.asks = asks;
  result.loaded = judged.has_module || (asks && !asks_by_itself);
  result.refused =
      Accepts(control.seen) ? !Accepts(judged.seen) : judged.seen.reached < control.seen.reached;
  // One that was stopped may yet have sent data; an alert is a refusal all the same.
  const Reached reached = judged.seen.reached;
  if (judged.timed_out && judged.seen.alert < 0 &&
      (reached == Reached::kHello || reached == Reached::kHandshake)) {
    result.refused.reset();
    result.sentence = TakesTooLong(name, judged);
    return result;
  }
  if (reached < Reached::kHello) {
    // Without a connection there is nothing to refuse.
    result.loaded = false;
    result.refused = false;
    result.sentence = fmt::format("{} does not {} with the module{}", name,
                                  judged.timed_out ? "come to an end" : "work", Quoted(judged));
  } else if (*result.loaded) {
    result.sentence =
        fmt::format("{} loads the module{}", name, DescribeEffect(asks, *result.refused));
  } else if (*result.refused) {
    result.refused = false;
    result.sentence = fmt::format("{} does not load the module, and fails in another way{}", name,
                                  Quoted(judged));
  } else {
    result.sentence = DescribeLibrary(name, judged);
  }
  return result;
}

}  // namespace tattle::cli
