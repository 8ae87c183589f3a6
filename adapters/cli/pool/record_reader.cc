// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/pool/record_reader.h"

#include "plugin/pool/bounds.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kChunkSize = 64U << 10U;
constexpr std::string_view kPoolLine = R"({"type":)";

}  // namespace

RecordReader::RecordReader(std::istream& input) : input_(input), chunk_(kChunkSize, '\0') {}

void RecordReader::Append(std::string_view text) {
  is_too_long_ = is_too_long_ || text.size() > kMaxPoolLineSize - record_.size();
  if (is_too_long_) {
    record_.clear();
  } else {
    record_.append(text);
  }
}

// ReadLine appends the rest of a line; false where nothing is left.
bool RecordReader::ReadLine() {
  bool has_begun = false;
  ++num_lines_;
  while (true) {
    input_.getline(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
    const auto len = static_cast<std::size_t>(input_.gcount());
    const bool is_part =
        input_.fail() && !input_.eof() && !input_.bad() && len == chunk_.size() - 1;
    if (input_.fail() && !is_part) {
      return has_begun;
    }
    // What is counted includes the line end, which a part and the last line lack.
    Append(std::string_view(chunk_).substr(0, is_part || input_.eof() ? len : len - 1));
    if (!is_part) {
      return true;
    }
    has_begun = true;
    input_.clear();
  }
}

bool RecordReader::GoesOn() {
  if (is_pool_line_ || !input_.good()) {
    return false;
  }
  const auto next = input_.peek();
  return next == ' ' || next == '\t' || next == '}';
}

bool RecordReader::Read() {
  record_.clear();
  is_too_long_ = false;
  first_line_ = num_lines_ + 1;
  if (!ReadLine()) {
    return false;
  }
  is_pool_line_ = is_too_long_ || record_.starts_with(kPoolLine);
  while (GoesOn()) {
    Append("\n");
    ReadLine();
  }
  return true;
}

}  // namespace tattle::cli
