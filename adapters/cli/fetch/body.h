// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Where the answer goes.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_BODY_H_
#define TATTLE_ADAPTERS_CLI_FETCH_BODY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "adapters/cli/fetch/partial_file.h"
#include "core/base/bytes.h"
#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

struct BodySettings {
  std::string file;            // empty: stdout, if that is no terminal or the answer is text; "-":
                               // stdout whatever it is
  bool is_kept = true;         // false: without a file, it is only counted
  std::uint64_t max_size = 0;  // 0: any
};

// Body is for one answer. A file is seen when it is whole; until then its old content stays.
class Body {
 public:
  // Open makes sure that there is a place for it, before anything is asked for.
  static Outcome<Body> Open(const BodySettings& settings);

  // Take writes the next part; false where that cannot be.
  [[nodiscard]] bool Take(Bytes part);

  // TakeText writes a line that is safe to print already.
  [[nodiscard]] bool TakeText(std::string_view text);

  // Finish puts a file in its place.
  Outcome<void> Finish();

  std::uint64_t num_bytes() const { return num_bytes_; }
  bool is_on_terminal() const { return is_on_terminal_; }

  // problem says why Take was false; empty where nobody reads any more, of which nothing is said.
  const std::string& problem() const { return problem_; }
  bool is_reader_gone() const { return is_reader_gone_; }

  // TooLarge is the sentence for more than max_size.
  std::string TooLarge() const;

 private:
  explicit Body(const BodySettings& settings);

  bool Fail(std::string problem);
  bool Write(Bytes part);

  BodySettings settings_;
  bool is_on_terminal_ = false;
  std::optional<PartialFile> file_;
  Descriptor device_{-1};  // what is no file but has a name
  int fd_ = -1;            // device_, stdout, or -1
  std::uint64_t num_bytes_ = 0;
  std::string problem_;
  bool is_reader_gone_ = false;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_BODY_H_
