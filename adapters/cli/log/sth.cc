// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "core/base/base64.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {
namespace {

struct SthOptions {
  LogOptions log;
  std::string output;
};

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
    if (const auto done = ReplaceFile(options.output, AsBytes(EncodeGetSth(*sth) + '\n')); !done) {
      return Complain(done.error());
    }
  }
  Fields fields = HeadFields(*opened->log, sth->head);
  if (!options.log.json) {
    fields.Text("age", FormatAge(sth->head.timestamp_ms, NowMs()));
  }
  fields.Text("tree_head_signature", EncodeBase64(sth->signature));
  Print(fields, options.log.json);
  return kExitYes;
}

}  // namespace

void AddSthVerb(Verb log, int& exit_status) {
  const auto options = std::make_shared<SthOptions>();
  const Verb verb = log.AddVerb("sth", "show the newest signed tree head");
  AddLogOptions(verb, options->log);
  verb.AddOption("-o,--out", options->output,
                 "write the head to this file, for `tattle log consistency`");
  verb.Footer(
      "The head is printed once its signature is verified. The file has it as get-sth answers "
      "(RFC\n"
      "6962, Section 4.3), also that of a log that serves checkpoints: it is the same "
      "signature.\n\n"
      "Exit status: 0 signed by the log, 1 not, 2 could not tell.\n\n"
      "Example:\n"
      "  tattle log sth 'Argon2026h1' --out head.json");
  verb.OnCall([options, &exit_status] { exit_status = FetchSth(*options); });
}

}  // namespace tattle::cli
