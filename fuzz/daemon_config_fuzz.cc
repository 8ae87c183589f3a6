// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeDaemonConfig
// Property: faults are printable and name the file; with a comment before it the text says the
// same, and has as many.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/daemon/daemon_config.h"
#include "core/base/bytes.h"
#include "fuzz/require.h"

using tattle::daemon::DaemonConfigReading;
using tattle::daemon::DecodeDaemonConfig;
using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tattle::AsText(tattle::Bytes(data, size));
  const DaemonConfigReading reading = DecodeDaemonConfig(text, "file");
  for (const std::string& fault : reading.faults) {
    Require(fault.substr(0, 5) == "file:");
    Require(std::all_of(fault.begin(), fault.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  }
  if (text.substr(0, 3) == "\xef\xbb\xbf") {
    return 0;  // a byte order mark stands at the beginning only
  }
  const DaemonConfigReading again = DecodeDaemonConfig("# comment\n" + std::string(text), "file");
  Require(again.faults.size() == reading.faults.size());
  Require(again.config == reading.config);
  return 0;
}
