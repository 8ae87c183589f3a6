// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/files/made_folder.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/loglist/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "plugin/service/log_list_update.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {
namespace {

struct UpdateOptions {
  SignedListFiles files;
  HttpSettings http;
  std::string destination;
  bool dry_run = false;
};

int Replace(const UpdateOptions& options, Bytes text) {
  // The replacement first: what is printed may go to a pipe that nobody reads any more.
  const auto update =
      UpdateLogList(options.destination, {text, options.files.list}, NowMs(), options.dry_run);
  if (!update) {
    return Complain(update.error());
  }
  if (update->outcome == UpdateOutcome::kRefused) {
    fmt::print(stderr, "tattle: {} is refused: {}; {} is left as it is\n", options.files.list,
               update->refusal, options.destination);
    return kExitNo;
  }
  if (update->outcome == UpdateOutcome::kUpToDate) {
    fmt::print("{} is up to date: {}\n", options.destination,
               DescribeLogList(update->after, options.files.list));
    return kExitYes;
  }
  WarnAboutLogList(update->after, options.files.list, NowMs());
  PrintDifferences(update->before, update->after);
  if (options.dry_run) {
    fmt::print("{} would replace {}; nothing was written\n", options.files.list,
               options.destination);
    return kExitYes;
  }
  fmt::print("{} is now {}\n", options.destination,
             DescribeLogList(update->after, options.files.list));
  return kExitYes;
}

int Update(const UpdateOptions& options) {
  const Outcome<SignedList> input = IsUrl(options.files.list)
                                        ? FetchSignedList(options.files, options.http)
                                        : ReadSignedList(options.files);
  if (!input) {
    return Complain(input.error());
  }
  if (!input->is_authentic) {
    fmt::print(stderr,
               "tattle: {} is refused: not signed by {}, the signature in {} does not fit; list "
               "and signature may be of different times, fetch both again. {} is left as it is\n",
               options.files.list, options.files.key, input->signature_path, options.destination);
    return kExitNo;
  }
  if (options.dry_run) {
    return Replace(options, input->text);
  }
  const Outcome<MadeFolder> folder = MadeFolder::CreateFor(options.destination);
  if (!folder) {
    return Complain(folder.error() + "; choose another file with --to");
  }
  // From the look at the current list to its replacement nobody else may update it.
  const auto lock = FolderLock::Create(options.destination, SayWaiting);
  if (!lock) {
    return Complain(lock.error() + "; choose another file with --to");
  }
  return Replace(options, input->text);
}

}  // namespace

void AddUpdateVerb(Verb loglist, int& exit_status) {
  const auto options = std::make_shared<UpdateOptions>();
  const Verb verb = loglist.AddVerb("update", "put a newer, signed list in force");
  AddSignedListOptions(verb, options->files);
  AddHttpOptions(verb, options->http);
  verb.AddOption("--to", options->destination,
                 "the file to replace; by default the one that TATTLE_LOG_LIST names, or "
                 "/var/lib/tattle/log_list.json; its folder is made if it is not there")
      .TypeName("FILE");
  verb.AddFlag("--dry-run", options->dry_run, "check and show what would change, write nothing");
  verb.Footer(
      "FILE may be a URL. List and signature are then fetched into memory, the signature from the\n"
      "URL with .sig behind it, or for its .json, or from --signature URL.\n\n"
      "The list must be signed by the key, load, have logs and a date that is neither in the "
      "future\n"
      "nor before the date of the file that it replaces, or of the built-in list where there is "
      "no\n"
      "file yet. The file is replaced at one stroke: a program that reads it, or a machine that\n"
      "stops, finds the old list or the new one. To go back to an older list on purpose, copy it\n"
      "by hand. Changes are printed; look at lines that begin with an exclamation mark.\n\n"
      "Exit status: 0 replaced or up to date, 1 refused, 2 something could not be read or "
      "written.\n\n"
      "Example:\n"
      "  tattle loglist update log_list.json --key list.pem --dry-run\n"
      "  tattle loglist update https://example.org/ct/log_list.json --key list.pem");
  verb.OnCall([options, &exit_status] {
    if (options->destination.empty()) {
      options->destination = InstalledLogListPath();
    }
    exit_status = Update(*options);
  });
}

}  // namespace tattle::cli
