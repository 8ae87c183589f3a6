// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeLogList, EncodeLogListJson, EncodeLogListCtlog, DiffLogLists
// Property: a list that decodes survives being written and read again: in JSON unchanged, in ctlog
// with every log that was written; ids are hashes of keys.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/bytes.h"
#include "core/crypto/sha256.h"
#include "core/loglist/ctlog.h"
#include "core/loglist/decode.h"
#include "core/loglist/diff.h"
#include "core/loglist/encode.h"

namespace {

using tattle::AsBytes;
using tattle::LogList;
using tattle::Result;

void Check(bool claim) {
  if (!claim) {
    std::abort();
  }
}

// CheckEntries checks what is promised of every entry.
void CheckEntries(const LogList& list) {
  for (const tattle::Log& log : list.content().logs) {
    Check(log.key != nullptr);
    Check(log.log_id == tattle::Sha256Of(log.key_spki));
    Check(list.Find(log.log_id) == &log);
  }
  for (const tattle::DeniedLog& denied : list.content().denied) {
    Check(list.FindDenied(denied.log_id) == &denied);
  }
}

void CheckJson(const LogList& list) {
  const std::string written = EncodeLogListJson(list);
  const Result<LogList> again = tattle::DecodeLogListJson(AsBytes(written));
  Check(again.has_value());
  Check(again->content().skipped.empty());
  Check(again->content().timestamp_ms == list.content().timestamp_ms);
  Check(EncodeLogListJson(*again) == written);
  Check(DiffLogLists(list, list).empty());
  Check(again->content().logs.size() == list.content().logs.size());
}

void CheckCtlog(const LogList& list) {
  const tattle::CtlogText written = EncodeLogListCtlog(list);
  const Result<LogList> again = tattle::DecodeLogListCtlog(AsBytes(written.text));
  Check(again.has_value());
  Check(again->content().skipped.empty());
  Check(again->content().logs.size() + written.num_left_out == list.content().logs.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const Result<LogList> list = tattle::DecodeLogList(input);
  if (!list) {
    return 0;
  }
  CheckEntries(*list);
  CheckJson(*list);
  CheckCtlog(*list);
  // JSON is UTF-8, so that nothing is lost on the way and the lists are equal.
  const std::string text(tattle::AsText(input));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && text[first] == '{') {
    const Result<LogList> again = tattle::DecodeLogListJson(AsBytes(EncodeLogListJson(*list)));
    Check(again && DiffLogLists(*list, *again).empty());
  }
  return 0;
}
