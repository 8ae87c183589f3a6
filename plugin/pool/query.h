// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A run of a statement, and what is made of its rows. Private to plugin/pool. Not thread-safe.

#ifndef TATTLE_PLUGIN_POOL_QUERY_H_
#define TATTLE_PLUGIN_POOL_QUERY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/pool/options.h"
#include "plugin/pool/sqlite.h"

namespace tattle {

// kNoRow is an id that no row has.
inline constexpr std::uint64_t kNoRow = 0;

// Query is one run of a statement: all parameters in their order, then rows. What is bound must
// live until the last row is read.
class Query {
 public:
  Query(const Database& database, sqlite3_stmt* statement, int code)
      : database_(&database), statement_(statement), code_(code) {}
  ~Query();
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;

  Query& Number(std::uint64_t value);
  Query& Number(const std::optional<std::uint64_t>& value);  // nothing: NULL
  Query& Blob(Bytes value);
  Query& Text(std::string_view value);

  // Step goes to the next row; false when there is none.
  PoolResult<bool> Step();

  // Run goes to the end.
  PoolResult<void> Run();

  // ForEachRow goes through all rows, as long as `visit` succeeds.
  template <typename Visit>
  PoolResult<void> ForEachRow(const Visit& visit);

  // Collect makes a value of each row by `read`, which answers with a PoolResult of one; Find of
  // the first row, nothing where there is none.
  template <typename Read>
  using ValueOf = typename std::invoke_result_t<Read, const Query&>::value_type;
  template <typename Read>
  PoolResult<std::vector<ValueOf<Read>>> Collect(const Read& read);
  template <typename Read>
  PoolResult<std::optional<ValueOf<Read>>> Find(const Read& read);

  // Answer is the number in the first column of the first row, kNoRow where there is none. Ids
  // begin with 1.
  PoolResult<std::uint64_t> Answer();

  // Numbers are those of the first column of all rows.
  PoolResult<std::vector<std::uint64_t>> Numbers();

  // Columns of the row, from 0. Blobs and texts live until the next Step.
  std::uint64_t NumberAt(int column) const;
  std::optional<std::uint64_t> FindNumberAt(int column) const;
  Bytes BlobAt(int column) const;
  std::string_view TextAt(int column) const;
  // HashAt is false when the blob is not of 32 bytes.
  [[nodiscard]] bool HashAt(int column, Hash& out) const;

 private:
  const Database* database_;
  sqlite3_stmt* statement_;
  int code_;
  int num_bound_ = 0;
};

template <typename Visit>
PoolResult<void> Query::ForEachRow(const Visit& visit) {
  while (true) {
    const PoolResult<bool> row = Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return {};
    }
    if (PoolResult<void> visited = visit(std::as_const(*this)); !visited) {
      return visited;
    }
  }
}

template <typename Read>
PoolResult<std::vector<Query::ValueOf<Read>>> Query::Collect(const Read& read) {
  std::vector<ValueOf<Read>> values;
  const PoolResult<void> done = ForEachRow([&](const Query& row) -> PoolResult<void> {
    auto value = read(row);
    if (!value) {
      return tl::unexpected(std::move(value.error()));
    }
    values.push_back(*std::move(value));
    return {};
  });
  if (!done) {
    return tl::unexpected(done.error());
  }
  return values;
}

template <typename Read>
PoolResult<std::optional<Query::ValueOf<Read>>> Query::Find(const Read& read) {
  const PoolResult<bool> row = Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  if (!*row) {
    return std::nullopt;
  }
  return read(std::as_const(*this));
}

// ReadById collects what `read` makes of ids: a PoolResult of an optional T, which is nothing where
// the row has gone.
template <typename T, typename Read>
PoolResult<std::vector<T>> ReadById(std::span<const std::uint64_t> ids, const Read& read) {
  std::vector<T> values;
  for (const std::uint64_t id : ids) {
    PoolResult<std::optional<T>> value = read(id);
    if (!value) {
      return tl::unexpected(value.error());
    }
    if (*value) {
      values.push_back(**std::move(value));
    }
  }
  return values;
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_QUERY_H_
