// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The command `tattle`.

#include <openssl/crypto.h>

#include "adapters/cli/commands.h"

int main(int argc, char** argv) {
  // The command must not judge itself by the module that a configuration may load.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  CLI::App app("Certificate Transparency for TLS programs that are not browsers", "tattle");
  app.require_subcommand(1);
  int exit_status = tattle::cli::kExitUnknown;
  tattle::cli::AddLogListCommand(app, exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? tattle::cli::kExitYes : tattle::cli::kExitUnknown;
  }
  return exit_status;
}
