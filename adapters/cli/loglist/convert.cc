// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/files/output_file.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/loglist/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "core/loglist/ctlog.h"
#include "core/loglist/encode.h"

namespace tattle::cli {
namespace {

struct ConvertOptions {
  std::string file;
  std::string format;
  std::string output;
};

std::string Encode(const ConvertOptions& options, const LoadedLogList& loaded) {
  if (options.format == "v3") {
    return EncodeLogListJson(*loaded.list);
  }
  CtlogText ctlog = EncodeLogListCtlog(*loaded.list);
  if (ctlog.num_left_out != 0) {
    fmt::print(stderr,
               "tattle: {} of {} logs are left out: the ctlog format has no states, so only "
               "qualified, usable and read-only logs of type prod are written\n",
               ctlog.num_left_out, loaded.list->content().logs.size());
  }
  return std::move(ctlog.text);
}

int Convert(const ConvertOptions& options) {
  const auto loaded = LoadLogList(options.file);
  if (!loaded) {
    return Complain(loaded.error());
  }
  WarnAboutLogList(*loaded->list, loaded->origin, NowMs());
  const std::string text = Encode(options, *loaded);
  if (options.output.empty()) {
    fmt::print("{}", text);
    return kExitYes;
  }
  if (const auto done = WriteOutput(options.output, AsBytes(text)); !done) {
    return Complain(done.error());
  }
  return kExitYes;
}

}  // namespace

void AddConvertVerb(Verb loglist, int& exit_status) {
  const auto options = std::make_shared<ConvertOptions>();
  const Verb verb = loglist.AddVerb("convert", "write a list in another format");
  verb.AddOption("FILE", options->file, "the list; by default the one that tattle uses");
  verb.AddOption("--to", options->format,
                 "v3: JSON as the ecosystem uses it; ctlog: the file that OpenSSL's "
                 "CTLOG_STORE_load_file and `openssl s_client -ctlogfile` read")
      .Required()
      .OneOf({"v3", "ctlog"})
      .TypeName("FORMAT");
  verb.AddOption("-o,--output", options->output, "write to this file, not to standard output")
      .TypeName("FILE");
  verb.Footer(
      "To OpenSSL every log of a ctlog file is good, and it knows no dates. So only logs that are\n"
      "qualified, usable or read-only, of type prod and not denied are written to one. Read back, "
      "a\n"
      "ctlog file endorses each of its logs as usable; `operator`, which OpenSSL passes over, "
      "keeps\n"
      "who runs it, and without it each log counts as an operator of its own.\n\n"
      "Example:\n"
      "  tattle loglist convert --to ctlog -o ct_log_list.cnf");
  verb.OnCall([options, &exit_status] { exit_status = Convert(*options); });
}

}  // namespace tattle::cli
