// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/complain.h"
#include "adapters/cli/file.h"
#include "adapters/cli/log_list_source.h"
#include "adapters/cli/loglist_verbs.h"
#include "adapters/cli/moment.h"
#include "adapters/cli/replace_file.h"
#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "core/loglist/update.h"

namespace tattle::cli {
namespace {

struct UpdateOptions {
  SignedListFiles files;
  std::string destination;
  bool dry_run = false;
};

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
  const bool missing = !Exists(destination);
  Outcome<ByteVector> text = missing ? ToVector(PinnedLogListJson()) : ReadListFile(destination);
  if (!text) {
    return Sorry(text.error());
  }
  current.origin = missing ? "the built-in list" : destination;
  current.text = *std::move(text);
  Result<LogList> list = DecodeTrustedLogList(current.text);
  if (!list) {
    return Sorry(fmt::format(
        "{}; without it nobody can say whether the new list is older. If you are sure of the new "
        "one, remove this file and try again",
        DescribeLogListError(current.origin, list.error())));
  }
  current.list = *std::move(list);
  return current;
}

std::string DateOf(const LogList& list) {
  const std::optional<std::uint64_t> timestamp_ms = list.content().timestamp_ms;
  return timestamp_ms ? EncodeRfc3339(*timestamp_ms) : "no date";
}

// Refuse says why the list may not replace the current one.
int Refuse(const UpdateOptions& options, const Error& error, const Current& current,
           const LogList& candidate) {
  std::string why = Describe(error);
  if (error.code == Errc::kOlder) {
    why = fmt::format("it is of {} and so older than {}, of {}", DateOf(candidate), current.origin,
                      DateOf(current.list));
  } else if (error.code == Errc::kMissing && std::string_view(error.field) == "log_list.logs") {
    why = "it has no logs that can be used";
  } else if (error.code == Errc::kMissing) {
    why = "it has no log_list_timestamp, so that an old list could pass for a new one";
  } else if (error.code == Errc::kOutOfRange) {
    why = fmt::format("it is of {}, in the future by this machine's clock", DateOf(candidate));
  }
  fmt::print(stderr, "tattle: {} is refused: {}; {} is left as it is\n", options.files.list, why,
             options.destination);
  return kExitNo;
}

int Replace(const UpdateOptions& options, Bytes text, const LogList& candidate) {
  const Outcome<Current> current = LoadCurrent(options.destination);
  if (!current) {
    return Complain(current.error());
  }
  if (Equal(text, current->text)) {
    fmt::print("{} is up to date: {}\n", options.destination,
               DescribeLogList(candidate, options.files.list));
    return kExitYes;
  }
  if (const Result<void> done = CheckUpdate(current->list, candidate, NowMs()); !done) {
    return Refuse(options, done.error(), *current, candidate);
  }
  // The replacement first: what is printed may go to a pipe that nobody reads any more.
  if (!options.dry_run) {
    if (const auto done = ReplaceFile(options.destination, text); !done) {
      return Complain(done.error());
    }
  }
  WarnAboutLogList(candidate, options.files.list, NowMs());
  PrintDifferences(current->list, candidate);
  if (options.dry_run) {
    fmt::print("{} would replace {}; nothing was written\n", options.files.list,
               options.destination);
    return kExitYes;
  }
  fmt::print("{} is now {}\n", options.destination, DescribeLogList(candidate, options.files.list));
  return kExitYes;
}

int Update(const UpdateOptions& options) {
  const std::string_view file = options.files.list;
  if (file.starts_with("http://") || file.starts_with("https://")) {
    return Complain(fmt::format(
        "{}: a list is updated from a file, not from a URL: fetch the list and its signature, for "
        "example with curl -O, and name the file",
        options.files.list));
  }
  const Outcome<SignedList> input = ReadSignedList(options.files);
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
  const Result<LogList> candidate = DecodeTrustedLogList(input->text);
  if (!candidate) {
    return Complain(DescribeLogListError(options.files.list, candidate.error()));
  }
  if (options.dry_run) {
    const std::string folder = std::filesystem::absolute(options.destination).parent_path();
    return Exists(folder) ? Replace(options, input->text, *candidate)
                          : Complain(folder +
                                     ": no such folder; make it, or choose another file "
                                     "with --to");
  }
  // From the look at the current list to its replacement nobody else may update it.
  const auto lock = FolderLock::Create(options.destination);
  if (!lock) {
    return Complain(lock.error() + "; make the folder, or choose another file with --to");
  }
  return Replace(options, input->text, *candidate);
}

}  // namespace

void AddUpdateVerb(CLI::App& loglist, int& exit_status) {
  const auto options = std::make_shared<UpdateOptions>();
  CLI::App* verb = loglist.add_subcommand("update", "put a newer, signed list in force");
  AddSignedListOptions(*verb, options->files);
  verb->add_option("--to", options->destination,
                   "the file to replace; by default the one that TATTLE_LOG_LIST names, or "
                   "/var/lib/tattle/log_list.json");
  verb->add_flag("--dry-run", options->dry_run, "check and show what would change, write nothing");
  verb->footer(
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
      "  tattle loglist update log_list.json --key list.pem --dry-run");
  verb->callback([options, &exit_status] {
    if (options->destination.empty()) {
      options->destination = InstalledLogListPath();
    }
    exit_status = Update(*options);
  });
}

}  // namespace tattle::cli
