// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A file that is not whole yet, and that goes with the process if somebody ends it.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_PARTIAL_FILE_H_
#define TATTLE_ADAPTERS_CLI_FETCH_PARTIAL_FILE_H_

#include <string>
#include <utility>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/replace_file.h"

namespace tattle::cli {

// PartialFile is a Replacement that SIGINT, SIGTERM and SIGHUP take away before they end the
// process. At most one exists in a process.
class PartialFile {
 public:
  static Outcome<PartialFile> Create(const std::string& path);

  PartialFile(PartialFile&& other) noexcept = default;
  PartialFile& operator=(PartialFile&&) = delete;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() = default;

  Outcome<void> Write(Bytes content) const { return file_.Write(content); }

  // Finish puts it in its place, with the mode that any program would give a new file.
  Outcome<void> Finish();

 private:
  explicit PartialFile(Replacement file) : file_(std::move(file)) {}

  Replacement file_;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_PARTIAL_FILE_H_
