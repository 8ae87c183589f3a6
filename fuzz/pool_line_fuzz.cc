// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeLine
// Property: an accepted line encodes to itself, and is within the bounds of what a pool takes.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "core/base/limits.h"
#include "fuzz/require.h"
#include "plugin/pool/line.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = tattle::AsText({data, size});
  const tattle::Result<tattle::PoolLine> line = tattle::DecodeLine(input);
  if (!line) {
    return 0;
  }
  Require(tattle::EncodeLine(*line) == input);
  Require(input.find('\n') == std::string_view::npos);
  if (const auto* head = std::get_if<tattle::PooledHead>(&*line)) {
    Require(head->sth.head.tree_size <= tattle::kMaxTreeSize);
  }
  if (const auto* sct = std::get_if<tattle::SctLine>(&*line)) {
    Require(sct->chain.size() <= tattle::kMaxChainCertificates);
  }
  return 0;
}
