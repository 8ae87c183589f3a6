// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: SetDaemonConfigText
// Property: what is refused changes nothing, and the error is printable and names the file; what is
// accepted is accepted again with a comment before it, and says the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/daemon/daemon_config.h"
#include "core/base/bytes.h"
#include "fuzz/require.h"

using tattle::daemon::DaemonConfig;
using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tattle::AsText(tattle::Bytes(data, size));
  DaemonConfig config;
  if (const auto set = tattle::daemon::SetDaemonConfigText(config, text, "file"); !set) {
    Require(config == DaemonConfig());
    Require(set.error().substr(0, 5) == "file:");
    Require(std::all_of(set.error().begin(), set.error().end(),
                        [](char c) { return c >= ' ' && c <= '~'; }));
    return 0;
  }
  if (text.substr(0, 3) == "\xef\xbb\xbf") {
    return 0;  // a byte order mark stands at the beginning only
  }
  DaemonConfig again;
  Require(tattle::daemon::SetDaemonConfigText(again, "# comment\n" + std::string(text), "file")
              .has_value());
  Require(again == config);
  return 0;
}
