// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <fstream>
#include <iostream>
#include <istream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/progress_line.h"
#include "adapters/cli/pool/verbs.h"
#include "plugin/pool/bounds.h"
#include "plugin/pool/importer.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kBatch = 1000;

struct ImportOptions {
  std::string file;
  std::string pool;
  std::string log_list;
  bool create = false;
  bool json = false;
};

// LineReader reads lines of a bounded length.
class LineReader {
 public:
  explicit LineReader(std::istream& input) : input_(input), buffer_(kMaxPoolLineSize + 2, '\0') {}

  // Read goes to the next line; false at the end. A line that is too long is empty.
  bool Read() {
    input_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    const auto len = static_cast<std::size_t>(input_.gcount());
    is_too_long_ = input_.fail() && !input_.eof() && !input_.bad() && len == buffer_.size() - 1;
    if (is_too_long_) {
      input_.clear();
      input_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
      line_ = {};
      return true;
    }
    if (input_.fail()) {
      return false;
    }
    // What is counted includes the line end, which the last line may lack.
    line_ = std::string_view(buffer_).substr(0, input_.eof() ? len : len - 1);
    return true;
  }

  std::string_view line() const { return line_; }
  bool is_too_long() const { return is_too_long_; }
  bool is_broken() const { return input_.bad(); }

 private:
  std::istream& input_;
  std::string buffer_;
  std::string_view line_;
  bool is_too_long_ = false;
};

// ImportBatch commits up to kBatch lines; answers whether there are more.
PoolResult<bool> ImportBatch(Pool& pool, LineReader& reader, Importer& importer,
                             ProgressLine& progress) {
  Pool::Batch batch(pool);
  bool has_more = true;
  for (std::size_t i = 0; i < kBatch && has_more; ++i) {
    has_more = reader.Read();
    if (has_more && reader.is_too_long()) {
      importer.Refuse("malformed");
    } else if (has_more && !reader.line().empty()) {
      if (const PoolResult<void> added = importer.Add(reader.line()); !added) {
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

int Import(const ImportOptions& options) {
  PoolOptions writing;
  writing.create = options.create;
  const auto list = LoadLogList(options.log_list);
  const auto pool = OpenPool(options.pool, writing);
  if (!pool || !list) {
    return Complain(pool ? list.error() : pool.error());
  }
  WarnAboutLogList(*list->list, list->origin, NowMs());
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) {
      return ComplainOf(options.file, "cannot be read");
    }
  }
  LineReader reader(options.file == "-" ? std::cin : file);
  Importer importer(**pool, *list->list, NowMs());
  ProgressLine progress("lines");
  PoolResult<bool> more = true;
  while (more && *more) {
    more = ImportBatch(**pool, reader, importer, progress);
  }
  progress.Clear();
  Print(importer.counts(), options.json);
  if (!more) {
    return Complain(more.error().sentence + "; what was added before the last " +
                    std::to_string(kBatch) + " lines is kept");
  }
  if (reader.is_broken()) {
    return ComplainOf(options.file, "cannot be read to its end; what was read is kept");
  }
  return importer.counts().refused.empty() ? kExitYes : kExitNo;
}

}  // namespace

void AddPoolImportVerb(Verb pool, int& exit_status) {
  const auto options = std::make_shared<ImportOptions>();
  const Verb verb = pool.AddVerb("import", "add what another pool exported");
  verb.AddOption("FILE", options->file, "lines as tattle pool export writes them; - for stdin")
      .Required();
  AddPoolOption(verb, options->pool);
  verb.AddOption("--log-list", options->log_list, "the list with the keys of the logs");
  verb.AddFlag("--create", options->create, "make the pool if there is none");
  verb.AddFlag("--json", options->json, "print one JSON object");
  verb.Footer(
      "Every signature is verified with the keys of the log list. Heads come in unlinked and SCTs\n"
      "pending, whatever their line says: tattled proves them anew. Lines are committed a "
      "thousand\n"
      "at a time, and what is known already is skipped, so an import that was interrupted is\n"
      "simply started again. Evidence is not imported: verify its file instead.\n\n"
      "Exit status: 0 all lines were added or known, 1 some were refused, 2 it did not end.\n"
      "Reasons: malformed, unknown_log, denied_log, bad_signature, evidence, not_kept.\n\n"
      "Examples:\n"
      "  tattle pool import pool.jsonl --pool copy.db --create\n"
      "  ssh other tattle pool export | tattle pool import -");
  verb.OnCall([options, &exit_status] { exit_status = Import(*options); });
}

}  // namespace tattle::cli
