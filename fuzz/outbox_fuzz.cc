// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeOutbox
// Property: an accepted file encodes to itself; its hosts are sorted and its heads can be encoded
// as a get-sth answer that decodes.

#include <cstddef>
#include <cstdint>

#include "fuzz/require.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/outbox.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const tattle::Result<tattle::Outbox> outbox = tattle::DecodeOutbox(input);
  if (!outbox) {
    Require(outbox.error().offset <= size);
    return 0;
  }
  Require(tattle::EncodeOutbox(*outbox) == tattle::ToVector(input));
  std::string previous;
  for (const tattle::OutboxHost& host : outbox->hosts) {
    Require(previous < host.host);
    previous = host.host;
    Require(host.heads.size() <= tattle::kMaxOutboxHeads);
    for (const tattle::OutboxHead& head : host.heads) {
      const std::string text = tattle::EncodeGetSth(head.sth);
      Require(tattle::DecodeGetSth(tattle::AsBytes(text)).has_value());
    }
  }
  return 0;
}
