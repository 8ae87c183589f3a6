// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/progress_line.h"
#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/pool/open.h"
#include "adapters/cli/pool/record_reader.h"
#include "adapters/cli/pool/verbs.h"
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

// ImportBatch commits up to kBatch records; answers whether there are more.
PoolResult<bool> ImportBatch(Pool& pool, RecordReader& reader, Importer& importer,
                             ProgressLine& progress) {
  Pool::Batch batch(pool);
  bool has_more = true;
  for (std::size_t i = 0; i < kBatch && has_more; ++i) {
    has_more = reader.Read();
    if (has_more && reader.is_too_long()) {
      importer.Refuse("malformed");
    } else if (has_more && !reader.record().empty()) {
      if (const PoolResult<void> added = importer.Add(reader.record()); !added) {
        return tl::unexpected(added.error());
      }
      progress.Count();
    }
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
    fmt::print(R"({{"added":{},"known":{},"refused":{{{}}}}})"
               "\n",
               counts.added, counts.known, refused);
  } else {
    fmt::print("{} added, {} known before, {} refused{}{}\n", counts.added, counts.known,
               num_refused, refused.empty() ? "" : ": ", refused);
  }
}

// ImportFile answers with what keeps the file from being read to its end.
Outcome<void> ImportFile(Pool& pool, const std::string& path, Importer& importer) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      return Sorry(Sanitize(path) + ": cannot be read");
    }
  }
  RecordReader reader(path == "-" ? std::cin : file);
  ProgressLine progress("records");
  PoolResult<bool> more = true;
  while (more && *more) {
    more = ImportBatch(pool, reader, importer, progress);
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
  const auto pool = OpenPool(options.pool, writing);
  if (!pool || !list) {
    return Complain(pool ? list.error() : pool.error());
  }
  WarnAboutLogList(*list->list, list->origin, NowMs());
  Importer importer(**pool, *list->list, NowMs());
  Outcome<void> done;
  for (const std::string& path : options.files) {
    done = ImportFile(**pool, path, importer);
    if (!done) {
      break;
    }
  }
  Print(importer.counts(), options.json);
  if (!done) {
    return Complain(done.error());
  }
  return importer.counts().refused.empty() ? kExitYes : kExitNo;
}

}  // namespace

void AddPoolImportVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<ImportOptions>();
  const Verb verb = pool.AddVerb("import", "add what another pool exported, and files of evidence");
  verb.AddOption("FILE", options->files,
                 "lines as tattle pool export writes them, or evidence as tattle evidence export\n"
                 "does; - for stdin")
      .Required();
  AddPoolOption(verb, options->pool);
  verb.AddOption("--log-list", options->log_list, "the list with the keys of the logs");
  verb.AddFlag("--create", options->create, "make the pool if there is none");
  verb.AddFlag("--json", options->json, "print one JSON object");
  verb.Footer(
      "Every signature is verified with the keys of the log list. Heads come in unlinked and SCTs\n"
      "pending, whatever their line says: tattled proves them anew. Evidence is checked whole, as\n"
      "tattle evidence verify does, and kept if it holds, be it conclusive or indicative; of one\n"
      "kind and weight there is room for 16 pieces a log. Records are committed a thousand at a\n"
      "time, and what is known already is skipped, so an import that was interrupted is simply\n"
      "started again.\n\n"
      "Exit status: 0 all records were added or known, 1 some were refused, 2 it did not end.\n"
      "Reasons: malformed, unknown_log, denied_log, bad_signature, bad_evidence (it does not "
      "hold),\n"
      "not_kept (there is no room).\n\n"
      "Examples:\n"
      "  tattle pool import pool.jsonl --pool copy --create\n"
      "  tattle pool import split_view.json\n"
      "  ssh other tattle pool export | tattle pool import -");
  verb.OnCall([options, &exit_status] { exit_status = Import(*options); });
}

}  // namespace tattle::cli
