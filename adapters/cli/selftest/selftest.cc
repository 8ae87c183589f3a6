// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle selftest`.

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/enable/module_cnf.h"
#include "adapters/cli/enable/module_file.h"
#include "adapters/cli/files/file_change.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/json_member.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/selftest/programs.h"
#include "adapters/cli/selftest/trial.h"
#include "core/base/json.h"

namespace tattle::cli {
namespace {

struct SelfTestOptions {
  std::vector<std::string> words;
  std::string module;
  bool json = false;
  bool verbose = false;
  double timeout_s = 20;
};

std::string BoolOrNull(const std::optional<bool>& value) {
  return value ? JsonBool(*value) : JsonNull();
}

const char* ReachedName(Reached reached) {
  switch (reached) {
    case Reached::kNothing:
      return "nothing";
    case Reached::kConnected:
      return "connection";
    case Reached::kHello:
      return "client_hello";
    case Reached::kHandshake:
      return "handshake";
    case Reached::kData:
      return "data";
  }
  return "nothing";
}

std::string TrialObject(const Trial& trial) {
  const Seen& seen = trial.seen;
  std::string libraries = "[";
  for (const std::string& library : trial.libraries) {
    libraries.append(libraries.size() > 1 ? "," : "").append(json::Quote(library));
  }
  std::string out = "{\"reached\":" + json::Quote(ReachedName(seen.reached));
  out += JsonMember("asked_for_scts", JsonBool(seen.asked_for_scts));
  out += JsonMember("asked_for_staple", JsonBool(seen.asked_for_staple));
  out += JsonMember("alert", seen.alert < 0 ? JsonNull() : std::to_string(seen.alert));
  out += JsonMember("version", JsonTextOrNull(seen.version));
  out += JsonMember("libraries", libraries + ']');
  out += JsonMember("module_in_memory",
                    trial.is_hidden && !trial.has_module ? JsonNull() : JsonBool(trial.has_module));
  out += JsonMember("timed_out", JsonBool(trial.timed_out));
  out +=
      JsonMember("exit_status", trial.timed_out ? JsonNull() : std::to_string(trial.exit_status));
  return out + JsonMember("words", JsonTextOrNull(trial.words)) + '}';
}

// RenderResult is one object on one line. The names in it are an interface: some may be added, none
// changes. What is not known is null.
//
//   program, loaded, asks, refused, conclusion
//   off, require  {reached, asked_for_scts, asked_for_staple, alert, version, libraries,
//                 module_in_memory, timed_out, exit_status, words}: the runs in these modes
//
// `reached` is nothing, connection, client_hello, handshake or data.
std::string RenderResult(const std::string& name, const Conclusion& conclusion,
                         const Trial& control, const Trial& judged) {
  std::string out = "{\"program\":" + json::Quote(name);
  out += JsonMember("loaded", BoolOrNull(conclusion.loaded));
  out += JsonMember("asks", BoolOrNull(conclusion.asks));
  out += JsonMember("refused", BoolOrNull(conclusion.refused));
  out += JsonMember("conclusion", json::Quote(conclusion.sentence));
  out += JsonMember("off", TrialObject(control));
  return out + JsonMember("require", TrialObject(judged)) + "}\n";
}

// DescribeTrial is a run for people: a line, and what the program wrote.
std::string DescribeTrial(const char* mode, const Trial& trial) {
  const Seen& seen = trial.seen;
  std::string out = fmt::format("  mode {}: ", mode);
  switch (seen.reached) {
    case Reached::kNothing:
      out += "no connection";
      break;
    case Reached::kConnected:
      out += "a connection, and no ClientHello";
      break;
    case Reached::kHello:
      out += "left during the handshake";
      break;
    case Reached::kHandshake:
      out += "a handshake, and nothing more";
      break;
    case Reached::kData:
      out += "a handshake, and data";
      break;
  }
  out += seen.version.empty() ? "" : fmt::format(" ({})", seen.version);
  out += fmt::format("; SCTs {}asked for, staple {}asked for", seen.asked_for_scts ? "" : "not ",
                     seen.asked_for_staple ? "" : "not ");
  out += seen.alert < 0 ? "" : fmt::format("; alert {}", seen.alert);
  out += trial.timed_out ? "; stopped after the timeout"
                         : fmt::format("; exit status {}", trial.exit_status);
  out += '\n';
  for (const std::string_view line : SplitLines(trial.output)) {
    out += fmt::format("    | {}\n", Sanitize(Trim(line)));
  }
  return out;
}

int RunSelfTest(const SelfTestOptions& options) {
  if (!(options.timeout_s > 0 && options.timeout_s <= kMaxTimeoutS)) {
    return Complain("--timeout takes seconds, more than 0 and at most 3600");
  }
  const std::string module = TrialModulePath(options.module);
  if (!IsCnfPath(module)) {
    return Complain("--module takes a path without # $ \\ and quotes");
  }
  if (const auto found = CheckModuleFile(module); !found) {
    return Complain(found.error());
  }
  if (const auto loads = CheckModuleLoads(module); !loads) {
    return Complain(loads.error());
  }
  const Outcome<Command> command = FindTestCommand(options.words);
  if (!command) {
    return Complain(command.error());
  }
  Outcome<Laboratory> laboratory = Laboratory::Create(module);
  if (!laboratory) {
    return Complain(laboratory.error());
  }
  const std::chrono::milliseconds timeout(std::lround(std::ceil(options.timeout_s * 1000)));
  const Outcome<Trial> control = laboratory->Run(*command, Mode::kOff, timeout);
  const Outcome<Trial> judged =
      control ? laboratory->Run(*command, Mode::kRequire, timeout) : control;
  if (!control || !judged) {
    return Complain(control ? judged.error() : control.error());
  }
  const std::string name =
      Sanitize(std::filesystem::path(command->argv.front()).filename().string());
  const Conclusion conclusion = Conclude(name, *control, *judged);
  if (options.json) {
    fmt::print("{}", RenderResult(name, conclusion, *control, *judged));
    return conclusion.exit_status();
  }
  fmt::print("{}\n", conclusion.sentence);
  if (options.verbose) {
    fmt::print("{}{}", DescribeTrial("off", *control), DescribeTrial("require", *judged));
  } else if (conclusion.exit_status() == kExitYes && !judged->words.empty()) {
    fmt::print("  it says: {}\n", judged->words);
  }
  return conclusion.exit_status();
}

}  // namespace

void AddSelfTestCommand(Verb program, int& exit_status) {
  const auto options = std::make_shared<SelfTestOptions>();
  const Verb verb = program.AddVerb(
      "selftest", "find out whether a program loads OpenSSL's module and refuses by it");
  verb.AddOption("PROGRAM", options->words, "a program that is known here, or a whole command")
      .Required()
      .TypeName("");
  verb.AddOption("--module", options->module, "the module, in place of the installed one")
      .TypeName("FILE");
  verb.AddFlag("--json", options->json, "print one JSON object on one line");
  verb.AddFlag("-v,--verbose", options->verbose, "print what the server saw in both runs");
  verb.AddOption("--timeout", options->timeout_s, "seconds for each of two runs (default 20)")
      .TypeName("SECONDS");
  verb.Footer(
      "A program that does not load the module says nothing about it. This runs the program twice\n"
      "against a TLS server of our own on the loopback, whose certificate has no SCTs and is of a\n"
      "CA made for this run: with the module in mode off, where it has to connect, and in mode\n"
      "require, where it has to refuse. What counts is what the server sees: that the ClientHello\n"
      "asks for SCTs, and that the client leaves before it sends data. Nothing of the system is\n"
      "changed, and nothing but the loopback is contacted. (What the program was set up to do on\n"
      "this machine is another question: see `tattle status`.)\n"
      "\n"
      "Known programs, also as a path or with a version (python3.11):\n" +
      TestProgramNames() +
      ".\n"
      "For others, give a command that connects and verifies the server; behind -- if it has\n"
      "options. In it stand {host}, {port}, {url} for the server, {cafile} for the CA, and {cnf}\n"
      "for the configuration where a program has a setting for that; OPENSSL_CONF is set anyway.\n"
      "It is started by itself, without a shell, and gets an HTTP request on stdin.\n"
      "\n"
      "Exit status: 0 it loads the module, asks for SCTs and refuses; 1 it does not; 2 could not\n"
      "tell, for example since it does not connect in mode off either.\n"
      "\n"
      "Examples:\n"
      "  tattle selftest curl\n"
      "  tattle selftest /opt/python/bin/python3 --json\n"
      "  tattle selftest -- fetch --ca {cafile} {url}");
  verb.OnCall([options, &exit_status] { exit_status = RunSelfTest(*options); });
}

}  // namespace tattle::cli
