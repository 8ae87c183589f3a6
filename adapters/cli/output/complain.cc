// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/complain.h"

#include <cstdio>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {

int Complain(std::string_view sentence) {
  fmt::print(stderr, "tattle: {}\n", Printable(sentence));
  return kExitUnknown;
}

int ComplainOf(std::string_view subject, std::string_view sentence) {
  return Complain(fmt::format("{}: {}", Printable(subject), sentence));
}

bool SayWaiting(const std::string& folder) {
  fmt::print(stderr, "tattle: waiting for another update in {}\n", Printable(folder));
  return true;
}

}  // namespace tattle::cli
