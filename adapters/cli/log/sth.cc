// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/files/output_file.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "plugin/audit/make_claim.h"
#include "plugin/audit/schedule.h"

namespace tattle::cli {
namespace {

struct SthOptions {
  LogOptions log;
  std::string output;
};

// HeadAge is how a head's time stands to our clock. Nothing is proven by it: the clock may be
// wrong, and a newer head may be on its way.
enum class HeadAge : std::uint8_t { kFresh, kStale, kFuture };

constexpr std::array<std::string_view, 3> kHeadAgeNames = {"fresh", "stale", "future"};

// JudgeHeadTime takes a log for stale by the same delay as tattled does at first sight. One that
// has ended signs no more.
HeadAge JudgeHeadTime(const Log& log, std::uint64_t head_ms, std::uint64_t now_ms) {
  if (head_ms > now_ms + kClockDriftMs) {
    return HeadAge::kFuture;
  }
  const bool is_old = now_ms > head_ms + MmdS(log) * kMsPerSecond + kClockDriftMs;
  return is_old && !IsOver(log, now_ms) ? HeadAge::kStale : HeadAge::kFresh;
}

void WarnAboutTime(const Log& log, HeadAge age, std::uint64_t head_ms, std::uint64_t now_ms) {
  if (age == HeadAge::kFuture) {
    fmt::print(stderr,
               "tattle: warning: the head is from the future: by this machine's clock its time is "
               "{}; compare the clock, and ask again\n",
               FormatAge(head_ms, now_ms));
  } else if (age == HeadAge::kStale) {
    fmt::print(stderr,
               "tattle: warning: the head is stale: its time is {} ago, and a log must sign a "
               "newer one within its maximum merge delay of {} s\n",
               FormatAge(head_ms, now_ms), MmdS(log));
  }
}

int FetchSth(const SthOptions& options) {
  const Outcome<OpenedLog> opened = OpenLog(options.log);
  if (!opened) {
    return Complain(opened.error());
  }
  const Answer<SignedTreeHead> sth = opened->client->FetchTreeHead();
  if (!sth) {
    return ReportFailure(*opened->log, sth.error(), options.log.json);
  }
  // The file first: what is printed may go to a pipe that nobody reads any more.
  if (!options.output.empty()) {
    if (const auto done = WriteOutput(options.output, AsBytes(EncodeGetSth(*sth) + '\n')); !done) {
      return Complain(done.error());
    }
  }
  Fields fields = HeadFields(*opened->log, sth->head);
  const std::uint64_t now_ms = NowMs();
  const std::uint64_t head_ms = sth->head.timestamp_ms;
  const HeadAge age = JudgeHeadTime(*opened->log, head_ms, now_ms);
  if (options.log.json) {
    fields.Text("freshness", kHeadAgeNames.at(static_cast<std::size_t>(age)));
  } else {
    fields.Text("age", FormatAge(head_ms, now_ms));
  }
  fields.Text("tree_head_signature", EncodeBase64(sth->signature));
  Print(fields, options.log.json);
  WarnAboutTime(*opened->log, age, head_ms, now_ms);
  return kExitYes;
}

}  // namespace

void AddSthVerb(Verb log, int& exit_status) {
  const auto options = std::make_shared<SthOptions>();
  const Verb verb = log.AddVerb("sth", "show the newest signed tree head");
  AddLogOptions(verb, options->log);
  verb.AddOption("-o,--out", options->output,
                 "write the head to this file, for tattle log consistency")
      .TypeName("FILE");
  verb.Footer(
      "The head is printed once its signature is verified. The file has it as get-sth answers "
      "(RFC\n"
      "6962, Section 4.3), also that of a log that serves checkpoints: it is the same "
      "signature.\n\n"
      "A head from the future, or one that is older than the maximum merge delay of a log that "
      "has\n"
      "not ended, is warned of on stderr (in JSON: `freshness`). The clock may be wrong, so it "
      "is\n"
      "status 0.\n\n"
      "Exit status: 0 signed by the log, 1 not, 2 could not tell.\n\n"
      "Example:\n"
      "  tattle log sth 'Argon2026h1' --out head.json");
  verb.OnCall([options, &exit_status] { exit_status = FetchSth(*options); });
}

}  // namespace tattle::cli
