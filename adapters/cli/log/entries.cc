// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/files/made_folder.h"
#include "adapters/cli/log/entry_text.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/output/complain.h"
#include "core/base/limits.h"
#include "plugin/runtime/config_value.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {
namespace {

constexpr std::uint64_t kEntriesPerProgress = 256;

struct EntriesOptions {
  LogOptions log;
  std::string range;
  std::string folder;
  bool progress = false;
};

// EntryRange is first and last, both wanted.
struct EntryRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

Outcome<EntryRange> DecodeRange(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = ReadNumber(text.substr(0, dash), kMaxTreeSize);
  const auto last =
      dash == std::string_view::npos ? first : ReadNumber(text.substr(dash + 1), kMaxTreeSize);
  if (!first || !last || *first > *last) {
    return Sorry(
        fmt::format("\"{}\" is no range of entries: write FIRST or FIRST-LAST, as 10-19", text));
  }
  return EntryRange{*first, *last};
}

// WriteEntry puts the certificate into the folder; of a precertificate what was submitted.
Outcome<void> WriteEntry(const std::string& folder, const LogEntryView& entry) {
  const bool is_precert = entry.entry.entry.type == EntryType::kPrecert;
  const std::string name =
      std::to_string(entry.leaf_index) + (is_precert ? ".precert.der" : ".der");
  return ReplaceFile((std::filesystem::path(folder) / name).string(),
                     is_precert ? entry.pre_certificate : entry.entry.entry.certificate);
}

// EntryListing writes entries as they come.
class EntryListing {
 public:
  EntryListing(const EntriesOptions& options, const EntryRange& range)
      : options_(options), range_(range), shows_progress_(options.progress || isatty(2) == 1) {}

  // Show is false where an entry cannot be written.
  bool Show(const LogEntryView& entry) {
    if (!options_.folder.empty()) {
      if (const auto done = WriteEntry(options_.folder, entry); !done) {
        error_ = done.error();
        return false;
      }
    }
    fmt::print("{}\n", options_.log.json ? RenderEntryJson(entry) : RenderEntry(entry));
    ++num_shown_;
    if (num_shown_ % kEntriesPerProgress == 0) {
      ShowProgress("\r");
    }
    return true;
  }

  void Finish() const {
    if (num_shown_ >= kEntriesPerProgress) {
      ShowProgress("\r");
      fmt::print(stderr, "{}", shows_progress_ ? "\n" : "");
    }
  }

  const std::string& error() const { return error_; }

 private:
  void ShowProgress(std::string_view begin) const {
    if (shows_progress_) {
      fmt::print(stderr, "{}{} of {} entries", begin, num_shown_, range_.last - range_.first + 1);
    }
  }

  const EntriesOptions& options_;
  EntryRange range_;
  bool shows_progress_;
  std::uint64_t num_shown_ = 0;
  std::string error_;
};

int ShowEntries(const EntriesOptions& options) {
  const Outcome<EntryRange> range = DecodeRange(options.range);
  if (!range) {
    return Complain(range.error());
  }
  // Made before the log is asked; it goes again where nothing comes.
  const Outcome<MadeFolder> folder =
      options.folder.empty() ? MadeFolder::Create("") : MadeFolder::CreateWritable(options.folder);
  if (!folder) {
    return Complain(folder.error());
  }
  const Outcome<OpenedLog> opened = OpenLog(options.log);
  if (!opened) {
    return Complain(opened.error());
  }
  const Answer<SignedTreeHead> sth = opened->client->FetchTreeHead();
  if (!sth) {
    return ReportFailure(*opened->log, sth.error(), options.log.json);
  }
  if (range->last >= sth->head.tree_size) {
    return ComplainOf(opened->log->description,
                      fmt::format("the tree has {} entries: {} is beyond its end",
                                  sth->head.tree_size, range->last));
  }
  EntryListing listing(options, *range);
  const Answer<void> done =
      opened->client->FetchEntries(range->first, range->last, sth->head,
                                   [&](const LogEntryView& entry) { return listing.Show(entry); });
  listing.Finish();
  if (!listing.error().empty()) {
    return Complain(listing.error());
  }
  if (done) {
    return kExitYes;
  }
  const int exit_status = ReportFailure(*opened->log, done.error(), options.log.json);
  // It has signed a tree of these entries, and says that a part of it is not there.
  return done.error().kind == FailureKind::kNotFound ? kExitNo : exit_status;
}

}  // namespace

void AddEntriesVerb(Verb log, int& exit_status) {
  const auto options = std::make_shared<EntriesOptions>();
  const Verb verb = log.AddVerb("entries", "show entries, proven to be in the tree");
  AddLogOptions(verb, options->log);
  verb.AddOption("RANGE", options->range, "FIRST or FIRST-LAST; the first entry of a log is 0")
      .Required();
  verb.AddOption("-o,--out", options->folder,
                 "folder for the certificates: INDEX.der, or INDEX.precert.der; made if it is "
                 "not there")
      .TypeName("DIR");
  verb.AddFlag("--progress", options->progress,
               "say on stderr how far it is; on a terminal it always does");
  verb.Footer(
      "A line an entry: index, type, the time of its SCT, and the names in the certificate. With\n"
      "--json an object a line, as they come. Names and times are of what the tree has. What was\n"
      "submitted of a precertificate, which --out writes, is not covered by the tree.\n\n"
      "Exit status: 0 all shown, 1 the log does not prove them, 2 could not tell.\n\n"
      "Examples:\n"
      "  tattle log entries 'Argon2026h1' 0-9\n"
      "  tattle log entries 'Argon2026h1' 1000 --out .");
  verb.OnCall([options, &exit_status] { exit_status = ShowEntries(*options); });
}

}  // namespace tattle::cli
