// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle fetch` where the adapter for libcurl is not built.

#include <memory>
#include <string>
#include <vector>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/complain.h"

namespace tattle::cli {

void AddFetchCommand(Verb program, int& exit_status) {
  const Verb fetch = program.AddVerb(
      "fetch", "fetch a URL as curl does (not in this build, which is without libcurl's adapter)");
  const auto words = std::make_shared<std::vector<std::string>>();
  fetch.AddOption("URL", *words, "").TypeName("");
  fetch.OnCall([words, &exit_status] {
    exit_status = ComplainOf(
        "fetch", "this build is without the adapter for libcurl: build with -Dcurl=enabled");
  });
}

}  // namespace tattle::cli
