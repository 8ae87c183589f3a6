// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The command `tattle`.

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/complain.h"

namespace tattle::cli {
namespace {

int Run(int argc, char** argv) {
  // The system's openssl.cnf may load our own module into every program: the command would judge
  // itself. It may also forbid algorithms that have to be looked at here.
  if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
    std::fputs("tattle: OpenSSL cannot be started\n", stderr);
    return kExitUnknown;
  }
  // A server that hangs up is an error of one target.
  std::signal(SIGPIPE, SIG_IGN);

  int exit_status = kExitUnknown;
  CLI::App app("Certificate Transparency for TLS programs that are not browsers", "tattle");
  app.set_version_flag("--version", "tattle " TATTLE_CLI_VERSION);
  app.require_subcommand(1);
  AddAuditCommand(app, exit_status);
  AddCheckCommand(app, exit_status);
  AddLogListCommand(app, exit_status);
  AddLogCommand(app, exit_status);
  AddDecodeCommand(app, exit_status);
  AddEnableCommands(app, exit_status);
  AddEvidenceCommand(app, exit_status);
  AddStatusCommand(app, exit_status);
  AddSelfTestCommand(app, exit_status);
  AddPoolCommand(app, exit_status);
  AddSubmitCommand(app, exit_status);
  // Of a word that is no verb CLI11 would only say that a verb is missing.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): main has no other form
  const std::string word = argc > 1 ? argv[1] : "";
  const auto is_word = [&](const CLI::App* verb) { return verb->get_name() == word; };
  if (!word.empty() && !word.starts_with('-') && app.get_subcommands(is_word).empty()) {
    return Complain("\"" + word + "\" is no verb: see tattle --help");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version end here too, with status 0. All else is a mistake on the command line.
    return app.exit(error) == 0 ? kExitYes : kExitUnknown;
  }
  return exit_status;
}

int OutputIsLost() {
  std::fputs("tattle: the output cannot be written: check where it goes\n", stderr);
  return kExitUnknown;
}

}  // namespace
}  // namespace tattle::cli

int main(int argc, char** argv) {
  try {
    const int exit_status = tattle::cli::Run(argc, argv);
    // An answer that was lost on the way to a full disk or a closed pipe is none.
    return std::fflush(stdout) != 0 || std::ferror(stdout) != 0 ? tattle::cli::OutputIsLost()
                                                                : exit_status;
  } catch (const std::system_error&) {
    return tattle::cli::OutputIsLost();  // fmt::print says it like this
  } catch (const std::exception& error) {
    std::fputs("tattle: internal error: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return tattle::cli::kExitUnknown;
  }
}
