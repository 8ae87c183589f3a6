// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Lies: what a log may do wrong on request. One row of a table each, and each in its own small
// function at the place where the truth would have been told.

#ifndef TATTLE_TESTS_TESTLOG_LIE_H_
#define TATTLE_TESTS_TESTLOG_LIE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "core/merkle/tile.h"
#include "core/wire/tree_head.h"
#include "plugin/net/http_server.h"
#include "tests/testlog/log_key.h"

namespace tattle::testlog {

class Log;
struct Lie;

// ActiveLie is a lie that is told now.
struct ActiveLie {
  const Lie* lie = nullptr;
  std::string text;          // its value as given, or the table's
  std::uint64_t number = 0;  // the same as a number, where it is one
  TreeHead since;            // the head at the time when it was switched on
};

// What is about to be said, for lies to change.
struct SctDraft {
  std::uint64_t timestamp_ms = 0;
  std::optional<std::uint64_t> leaf_index;  // of a static-ct log
  bool spoil_signature = false;
  bool merge = true;
};

struct HeadDraft {
  std::uint64_t tree_size = 0;
  std::uint64_t timestamp_ms = 0;
  std::uint64_t num_asked = 0;  // how often a head was asked for before
  bool spoil_signature = false;
  bool operator==(const HeadDraft&) const = default;
};

struct EntryDraft {
  std::uint64_t leaf_index = 0;
  std::uint64_t timestamp_ms = 0;
};

enum class LieValue : std::uint8_t { kNone = 0, kNumber, kText };

// Lie is a row of the table. A hook that is null has no part in it.
struct Lie {
  std::string_view name;
  LieValue value = LieValue::kNone;
  std::string_view otherwise = {};             // the value where none is given
  std::string_view summary = {};               // for --help
  std::optional<LogKind> only = std::nullopt;  // for logs of this kind

  // begin is called once, when the lie is switched on for these faces.
  Outcome<void> (*begin)(Log& log, std::span<const std::size_t> faces, std::uint64_t number,
                         std::uint64_t now_ms) = nullptr;
  void (*sct)(SctDraft& draft, const ActiveLie& told) = nullptr;
  void (*head)(HeadDraft& draft, const ActiveLie& told) = nullptr;
  void (*origin)(std::string& origin, const ActiveLie& told) = nullptr;
  void (*entry)(EntryDraft& draft, const ActiveLie& told) = nullptr;
  void (*proof)(std::vector<Hash>& proof, const ActiveLie& told) = nullptr;
  void (*tile)(const Tile& tile, ByteVector& content, const ActiveLie& told) = nullptr;
  // instead answers a request before it is looked at; `path` is below the log's prefix.
  std::optional<HttpResponse> (*instead)(std::string_view path, const ActiveLie& told) = nullptr;
  void (*response)(HttpResponse& response, const ActiveLie& told) = nullptr;
};

// AllLies is the table, in the order of --help.
std::span<const Lie> AllLies();

// DecodeLie reads "rollback" or "rollback=3". Fails with a sentence for an unknown name, or a
// value that is none.
Outcome<ActiveLie> DecodeLie(std::string_view text);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_LIE_H_
