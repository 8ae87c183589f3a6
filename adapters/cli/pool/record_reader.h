// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle pool import` reads, record by record.

#ifndef TATTLE_ADAPTERS_CLI_POOL_RECORD_READER_H_
#define TATTLE_ADAPTERS_CLI_POOL_RECORD_READER_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace tattle::cli {

// RecordReader reads lines of an exported pool and files of evidence, also one behind the other. A
// line of a pool is a record. Any other goes on in the lines behind it that begin with white space
// or a closing brace, as those of evidence do. It borrows the input.
class RecordReader {
 public:
  explicit RecordReader(std::istream& input);

  // Read goes to the next record; false at the end. One beyond kMaxPoolLineSize is empty.
  bool Read();

  std::string_view record() const { return record_; }
  std::uint64_t line() const { return first_line_; }  // where the record begins, from 1
  bool is_too_long() const { return is_too_long_; }
  bool is_broken() const { return input_.bad(); }

 private:
  bool ReadLine();
  void Append(std::string_view text);
  bool GoesOn();

  std::istream& input_;
  std::string chunk_;
  std::string record_;
  std::uint64_t num_lines_ = 0;
  std::uint64_t first_line_ = 0;
  bool is_pool_line_ = false;
  bool is_too_long_ = false;
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_POOL_RECORD_READER_H_
