// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/log_list_update.h"

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "core/loglist/update.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/replace_file.h"

namespace tattle {
namespace {

// Current is the list that is in force before the update.
struct Current {
  LogList list;
  std::string origin;
  ByteVector text;
};

// LoadCurrent takes the file that is going to be replaced, or, where there is none yet, the list
// that is built in: to put an older one in its place would be a step back as well.
Outcome<Current> LoadCurrent(const std::string& destination) {
  Current current;
  tl::expected<FileContent, FileError> file = ReadRegularFile(destination, kMaxLogListSize);
  if (!file && !file.error().missing) {
    return Sorry("log list " + file.error().sentence);
  }
  current.origin = file ? destination : "the built-in list";
  current.text = file ? std::move(file->bytes) : ToVector(PinnedLogListJson());
  Result<LogList> list = DecodeTrustedLogList(current.text);
  if (!list) {
    return Sorry(DescribeLogListError(current.origin, list.error()) +
                 "; without it nobody can say whether the new list is older. If you are sure of "
                 "the new one, remove this file and try again");
  }
  current.list = *std::move(list);
  return current;
}

std::string DateOf(const LogList& list) {
  const std::optional<std::uint64_t> timestamp_ms = list.content().timestamp_ms;
  return timestamp_ms ? EncodeRfc3339(*timestamp_ms) : "no date";
}

// DescribeRefusal says why the list may not replace the current one.
std::string DescribeRefusal(const Error& error, const Current& current, const LogList& candidate) {
  if (error.code == Errc::kOlder) {
    return fmt::format("it is of {} and so older than {}, of {}", DateOf(candidate), current.origin,
                       DateOf(current.list));
  }
  if (error.code == Errc::kMissing && std::string_view(error.field) == "log_list.logs") {
    return "it has no logs that can be used";
  }
  if (error.code == Errc::kMissing) {
    return "it has no log_list_timestamp, so that an old list could pass for a new one";
  }
  if (error.code == Errc::kOutOfRange) {
    return fmt::format("it is of {}, in the future by this machine's clock", DateOf(candidate));
  }
  return Describe(error);
}

}  // namespace

std::string DescribeLogListError(const std::string& path, const Error& error) {
  const std::string_view field = error.field;
  if (error.code == Errc::kTooLarge && field == "json") {
    return fmt::format(
        "log list {}: larger than {} bytes or nested deeper than {} levels, the limits", path,
        kMaxLogListSize, kMaxJsonDepth);
  }
  if (error.code == Errc::kUnsupportedFormat && field == "log_list") {
    return fmt::format("{} is no log list: neither JSON (schema v3) nor OpenSSL's ctlog format",
                       path);
  }
  if (error.code == Errc::kUnsupportedFormat && field == "log_list.logs") {
    return fmt::format("{} is a log list of schema v1, which is out of use: take one of v3", path);
  }
  if (error.code == Errc::kBadEncoding && field == "json") {
    return fmt::format("log list {}: not JSON; the file may be cut off or damaged, fetch it again",
                       path);
  }
  if (field.substr(0, 6) == "ctlog." && error.offset != 0) {
    return fmt::format("log list {}, line {}: {}", path, error.offset,
                       Describe({error.code, 0, error.field}));
  }
  return fmt::format("log list {}: {}", path, Describe(error));
}

Outcome<LogListUpdate> UpdateLogList(const std::string& destination, const LogListOffer& offer,
                                     std::uint64_t now_ms, bool is_trial) {
  LogListUpdate update;
  Result<LogList> candidate = DecodeTrustedLogList(offer.text);
  if (!candidate) {
    return Sorry(DescribeLogListError(offer.name, candidate.error()));
  }
  update.after = *std::move(candidate);
  Outcome<Current> current = LoadCurrent(destination);
  if (!current) {
    return Sorry(current.error());
  }
  if (Equal(offer.text, current->text)) {
    update.outcome = UpdateOutcome::kUpToDate;
  } else if (const Result<void> fits = CheckUpdate(current->list, update.after, now_ms); !fits) {
    update.refusal = DescribeRefusal(fits.error(), *current, update.after);
  } else if (const auto done = is_trial ? Outcome<void>() : ReplaceFile(destination, offer.text);
             !done) {
    return Sorry(done.error());
  } else {
    update.outcome = UpdateOutcome::kReplaced;
  }
  update.before = std::move(current->list);
  return update;
}

}  // namespace tattle
