// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The turns in which calls use a pool. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_TURN_H_
#define TATTLE_PLUGIN_POOL_TURN_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "plugin/pool/options.h"
#include "plugin/pool/state.h"

namespace tattle {

// ReadTurn is one call that reads.
class ReadTurn {
 public:
  enum class Needs : std::uint8_t { kFile = 1, kMemory };

  ReadTurn(PoolState& state, Needs needs);

  // Why the call cannot be made.
  const std::optional<PoolFailure>& failure() const { return failure_; }

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  std::optional<PoolFailure> failure_;
};

// WriteTurn is one call that writes: a transaction, unless it is part of a batch. Dropped without
// End, it is undone.
class WriteTurn {
 public:
  enum class NewHeads : std::uint8_t { kAreWritten = 1, kMayWait };

  explicit WriteTurn(PoolState& state, NewHeads new_heads = NewHeads::kAreWritten);
  ~WriteTurn();
  WriteTurn(const WriteTurn&) = delete;
  WriteTurn& operator=(const WriteTurn&) = delete;

  const std::optional<PoolFailure>& failure() const { return failure_; }

  // End commits what succeeded and undoes what did not.
  template <typename T>
  PoolResult<T> End(PoolResult<T> result) {
    if (!result) {
      Abandon(result.error());
      return result;
    }
    if (std::optional<PoolFailure> failure = Finish()) {
      return tl::unexpected(*std::move(failure));
    }
    return result;
  }

 private:
  void Abandon(const PoolFailure& failure);
  std::optional<PoolFailure> Finish();

  PoolState& state_;
  std::unique_lock<std::recursive_mutex> lock_;
  std::optional<PoolFailure> failure_;
  bool ended_ = false;
};

// ReadInTurn and WriteInTurn make one call: `call` answers with a PoolResult. A call that writes
// and fails is undone.
template <typename Call>
std::invoke_result_t<Call> ReadInTurn(PoolState& state, ReadTurn::Needs needs, const Call& call) {
  const ReadTurn turn(state, needs);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  return call();
}

template <typename Call>
std::invoke_result_t<Call> WriteInTurn(
    PoolState& state, const Call& call,
    WriteTurn::NewHeads new_heads = WriteTurn::NewHeads::kAreWritten) {
  WriteTurn turn(state, new_heads);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  return turn.End(call());
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_TURN_H_
