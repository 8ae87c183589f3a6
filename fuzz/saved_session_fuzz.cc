// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeSavedSession, with the context that the input names
// Property: an accepted session encodes to itself; only a log of the list that is not denied has
// SCTs that count.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "fuzz/require.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/saved_session.h"

using tattle::fuzz::Require;

namespace {

tattle::LogId IdOf(std::uint8_t number) {
  tattle::LogId id;
  id.fill(number);
  return id;
}

// Logs 1 and 3 are known, 2 and 3 are denied.
tattle::LogList MakeLogs() {
  tattle::LogList::Content content;
  for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{3}}) {
    content.logs.emplace_back().log_id = IdOf(number);
    content.denied.emplace_back().log_id = IdOf(static_cast<std::uint8_t>(number == 1 ? 2 : 3));
  }
  return tattle::LogList::Create(std::move(content)).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tattle::LogList logs = MakeLogs();
  const tattle::Bytes input(data, size);
  tattle::SavedContext context = {};
  if (input.size() > context.size()) {
    std::copy_n(input.begin() + 1, context.size(), context.begin());
  }
  const tattle::Result<tattle::SavedSession> saved =
      tattle::DecodeSavedSession(input, context, logs);
  if (!saved) {
    Require(saved.error().offset <= size);
    return 0;
  }
  Require(tattle::EncodeSavedSession(*saved) == tattle::ToVector(input));
  Require(saved->report.has_value() == (saved->scope == tattle::Scope::kPublic));
  if (saved->report) {
    Require(saved->report->scts.size() <= tattle::kMaxSavedScts);
    for (const tattle::SctFacts& sct : saved->report->scts) {
      Require(sct.status != tattle::SctStatus::kValid || sct.log_id == IdOf(1));
      Require(sct.log == nullptr || sct.log->log_id == sct.log_id);
    }
  }
  return 0;
}
