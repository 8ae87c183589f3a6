// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/progress_line.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/pool/record_reader.h"
#include "adapters/cli/pool/verbs.h"
#include "core/base/base64.h"
#include "plugin/audit/importer.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kBatch = 1000;

struct ImportOptions {
  std::vector<std::string> files;
  std::string pool;
  std::string log_list;
  bool create = false;
  bool json = false;
};

// Beyond so many refusals they are only counted.
constexpr std::uint64_t kMaxToldRefusals = 100;

struct RefusalText {
  std::string_view why;
  std::string_view text;
};

// What people should read instead of a word of ImportCounts.
constexpr RefusalText kRefusalTexts[] = {
    {"malformed", "it is neither a line of a pool nor evidence, or it is cut off"},
    {"unknown_log", "the log list does not have its log: name one that has it with --log-list"},
    {"denied_log", "the key of its log is denied"},
    {"bad_signature", "its log did not sign it"},
    {"bad_evidence", "the evidence does not hold: tattle evidence verify says why"},
    {"impossible_time", "it was found in the future, or before there were logs, by what it says"},
    {"not_kept", "the pool has no more room for its kind"},
};

// ImportTalk tells people what happens, record by record.
class ImportTalk {
 public:
  explicit ImportTalk(const LogList& logs) : logs_(logs) {}

  void TellRefusal(const std::string& path, std::uint64_t line, std::string_view why) {
    if (++num_refused_ > kMaxToldRefusals) {
      return;
    }
    const auto* const found =
        std::find_if(std::begin(kRefusalTexts), std::end(kRefusalTexts),
                     [&](const RefusalText& each) { return each.why == why; });
    const bool is_known = found != std::end(kRefusalTexts);
    ComplainOf(fmt::format("{}:{}", path, line),
               fmt::format("refused: {}", is_known ? found->text : why));
    if (num_refused_ == kMaxToldRefusals) {
      Complain("more refusals are only counted");
    }
  }

  void TellSplit(const std::string& path, std::uint64_t line, const HeadSplit& split) const {
    ComplainOf(fmt::format("{}:{}", path, line),
               fmt::format("SPLIT VIEW: the log \"{}\" signed two different trees of {} entries, "
                           "with the roots {} and {}: see tattle evidence list",
                           LogName(logs_, split.head.log_id), split.head.sth.head.tree_size,
                           EncodeBase64(split.head.sth.head.sha256_root_hash),
                           EncodeBase64(split.other.sth.head.sha256_root_hash)));
  }

 private:
  const LogList& logs_;
  std::uint64_t num_refused_ = 0;
};

// ImportedFile is what is read, and into what.
struct ImportedFile {
  const std::string& path;
  RecordReader& reader;
  Importer& importer;
  ImportTalk& talk;
};

PoolResult<void> ImportRecord(const ImportedFile& file) {
  if (file.reader.is_too_long()) {
    file.importer.Refuse("malformed");
    file.talk.TellRefusal(file.path, file.reader.line(), "malformed");
    return {};
  }
  const PoolResult<Imported> added = file.importer.Add(file.reader.record());
  if (!added) {
    return tl::unexpected(added.error());
  }
  if (!added->refused.empty()) {
    file.talk.TellRefusal(file.path, file.reader.line(), added->refused);
  }
  if (added->split) {
    file.talk.TellSplit(file.path, file.reader.line(), *added->split);
  }
  return {};
}

// ImportBatch commits up to kBatch records; answers whether there are more.
PoolResult<bool> ImportBatch(Pool& pool, const ImportedFile& file, ProgressLine& progress) {
  Pool::Batch batch(pool);
  bool has_more = true;
  for (std::size_t i = 0; i < kBatch && has_more; ++i) {
    has_more = file.reader.Read();
    if (!has_more || (file.reader.record().empty() && !file.reader.is_too_long())) {
      continue;
    }
    if (const PoolResult<void> added = ImportRecord(file); !added) {
      return tl::unexpected(added.error());
    }
    progress.Count();
  }
  if (const PoolResult<void> committed = batch.Commit(); !committed) {
    return tl::unexpected(committed.error());
  }
  return has_more;
}

void Print(const ImportCounts& counts, bool json) {
  std::string refused;
  std::uint64_t num_refused = 0;
  for (const auto& [why, count] : counts.refused) {
    const std::string_view separator = refused.empty() ? "" : json ? "," : ", ";
    refused += json ? fmt::format(R"({}"{}":{})", separator, why, count)
                    : fmt::format("{}{} {}", separator, count, why);
    num_refused += count;
  }
  if (json) {
    fmt::print(R"({{"added":{},"known":{},"refused":{{{}}},"splits":{}}})"
               "\n",
               counts.added, counts.known, refused, counts.splits);
    return;
  }
  fmt::print("{} added, {} known before, {} refused{}{}\n", counts.added, counts.known, num_refused,
             refused.empty() ? "" : ": ", refused);
  if (counts.splits > 0) {
    fmt::print("SPLIT VIEW: {} of the heads disagree with others of their size\n", counts.splits);
  }
}

// OpenInput opens a file of records. A folder could be opened, and read as an empty file.
Outcome<std::ifstream> OpenInput(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return Sorry(Sanitize(path) + " is a folder: name a file in it");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Sorry(fmt::format("{} cannot be read ({}): check the path and its permissions",
                             Sanitize(path), SystemMessage(errno)));
  }
  return file;
}

// ImportFile answers with what keeps the file from being read to its end.
Outcome<void> ImportFile(Pool& pool, const std::string& path, Importer& importer,
                         ImportTalk& talk) {
  Outcome<std::ifstream> file = path == "-" ? std::ifstream() : OpenInput(path);
  if (!file) {
    return Sorry(file.error());
  }
  RecordReader reader(path == "-" ? std::cin : *file);
  ProgressLine progress("records");
  PoolResult<bool> more = true;
  while (more && *more) {
    more = ImportBatch(pool, {path, reader, importer, talk}, progress);
  }
  progress.Clear();
  if (!more) {
    return Sorry(fmt::format("{}; what was added before the last {} records is kept",
                             more.error().sentence, kBatch));
  }
  if (reader.is_broken()) {
    return Sorry(Sanitize(path) + ": cannot be read to its end; what was read is kept");
  }
  return {};
}

int Import(const ImportOptions& options) {
  PoolOptions writing;
  writing.create = options.create;
  const auto list = LoadLogList(options.log_list);
  const auto pool =
      OpenPool(options.pool, writing, "make it with --create, or name another one with --pool");
  if (!pool || !list) {
    return Complain(pool ? list.error() : pool.error());
  }
  WarnAboutLogList(*list->list, list->origin, NowMs());
  Importer importer(**pool, *list->list, NowMs());
  ImportTalk talk(*list->list);
  Outcome<void> done;
  for (const std::string& path : options.files) {
    done = ImportFile(**pool, path, importer, talk);
    if (!done) {
      break;
    }
  }
  Print(importer.counts(), options.json);
  if (!done) {
    return Complain(done.error());
  }
  return importer.counts().refused.empty() && importer.counts().splits == 0 ? kExitYes : kExitNo;
}

}  // namespace

void AddPoolImportVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<ImportOptions>();
  const Verb verb = pool.AddVerb("import", "add what another pool exported, and files of evidence");
  verb.AddOption("FILE", options->files,
                 "lines as tattle pool export writes them, or evidence as tattle evidence export "
                 "does; - for stdin")
      .Required();
  AddPoolOption(verb, options->pool);
  verb.AddOption("--log-list", options->log_list, "the list with the keys of the logs")
      .TypeName("FILE");
  verb.AddFlag("--create", options->create, "make the pool if there is none");
  verb.AddFlag("--json", options->json, "print one JSON object");
  verb.Footer(
      "Every signature is verified with the keys of the log list. Heads come in unlinked and SCTs\n"
      "pending, whatever their line says: tattled proves them anew. Evidence is checked whole, as\n"
      "tattle evidence verify does, and kept if it holds, be it conclusive or indicative; of one\n"
      "kind and weight there is room for 16 pieces a log. Records are committed a thousand at a\n"
      "time, and what is known already is skipped, so an import that was interrupted is simply\n"
      "started again.\n\n"
      "A head is compared with those of its size that the pool has, and those that came before: "
      "two\n"
      "roots are a split view, which is told and filed as evidence.\n\n"
      "Exit status: 0 all records were added or known, 1 some were refused or show a split view,\n"
      "2 it did not end. What is refused is named as FILE:LINE. Reasons in JSON: malformed,\n"
      "unknown_log, denied_log, bad_signature, bad_evidence (it does not hold),\n"
      "impossible_time (it only indicates, and was found in the future or before there were\n"
      "logs), not_kept (there is no room).\n\n"
      "Examples:\n"
      "  tattle pool import pool.jsonl --pool copy --create\n"
      "  tattle pool import split_view.json\n"
      "  ssh other tattle pool export | tattle pool import -");
  verb.OnCall([options, &exit_status] { exit_status = Import(*options); });
}

}  // namespace tattle::cli
