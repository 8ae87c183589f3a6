// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The command `tattle`.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/complain.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {
namespace {

// HoldStandardDescriptors: where one of the first three is closed, the next file or socket would
// get its number, and what is printed would go there. What is opened in its place cannot be used.
void HoldStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) < 0) {
      static_cast<void>(open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
}

int Run(int argc, char** argv) {
  HoldStandardDescriptors();
  // The system's openssl.cnf may load our own module into every program: the command would judge
  // itself. It may also forbid algorithms that have to be looked at here.
  if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
    std::fputs("tattle: OpenSSL cannot be started\n", stderr);
    return kExitUnknown;
  }
  // A server that hangs up is an error of one target.
  std::signal(SIGPIPE, SIG_IGN);

  int exit_status = kExitUnknown;
  const CommandLine line("Certificate Transparency for TLS programs that are not browsers",
                         "tattle");
  const Verb program = line.top();
  program.AddVersion("--version", "tattle " TATTLE_CLI_VERSION);
  program.RequireVerb();
  // Certificates, then programs, then logs, then what was seen of them: the order of help.
  AddCheckCommand(program, exit_status);
  AddAuditCommand(program, exit_status);
  AddFetchCommand(program, exit_status);
  AddSubmitCommand(program, exit_status);
  AddDecodeCommand(program, exit_status);
  AddEnableCommands(program, exit_status);
  AddStatusCommand(program, exit_status);
  AddSelfTestCommand(program, exit_status);
  AddLogCommand(program, exit_status);
  AddLogListCommand(program, exit_status);
  AddEvidenceCommand(program, exit_status);
  AddPoolCommand(program, exit_status);
  AddGossipCommand(program, exit_status);
  program.Footer(
      "tattle VERB --help says more of each, and so does man tattle-VERB.\n"
      "\n"
      "Exit status: 0 yes, 1 no, 2 could not tell.\n"
      "\n"
      "Examples:\n"
      "  tattle check example.org\n"
      "  tattle enable prosody --dry-run\n"
      "  tattle log sth 'Argon2026h1'");
  // Of a word that is no verb CLI11 would only say that a verb is missing.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): main has no other form
  const std::string word = argc > 1 ? argv[1] : "";
  if (!word.empty() && !word.starts_with('-') && !line.HasVerb(word)) {
    return Complain("\"" + word + "\" is no verb: see tattle --help");
  }
  if (const Parsed parsed = line.Parse(argc, argv); parsed != Parsed::kRead) {
    return parsed == Parsed::kAnswered ? kExitYes : kExitUnknown;
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
