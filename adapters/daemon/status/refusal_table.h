// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// RefusalTable: the hosts whose last verdict was not compliant, so that whoever wants to enforce
// knows beforehand who would be refused.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_REFUSAL_TABLE_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_REFUSAL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/policy/policy.h"
#include "plugin/runtime/config.h"

namespace tattle::daemon {

// JudgedBy is whose word a verdict is: that of a program, which is to say of any user of this
// machine, or our own, on the check socket.
enum class JudgedBy : std::uint8_t { kProgram = 1, kTattled };

// JudgedByName: "program", "tattled".
std::string_view JudgedByName(JudgedBy by);

// HostVerdict is one verdict.
struct HostVerdict {
  std::string host;  // empty: it has no name
  Policy policy = Policy::kChrome;
  Mode mode = Mode::kReport;
  JudgedBy by = JudgedBy::kProgram;
  bool compliant = false;
  std::string reason;  // empty: programs do not tell
};

// Refusal is a host's verdicts of a policy that were not compliant, since the last that was.
struct Refusal {
  HostVerdict last;
  std::uint64_t first_ms = 0;
  std::uint64_t last_ms = 0;
  std::uint64_t times = 0;
};

// RefusalTable is thread-safe.
class RefusalTable {
 public:
  // Hosts by the word of programs, and as many by our own: of more, the one goes that was seen
  // longest ago. A user who floods pushes out nothing of what we judged ourselves.
  static constexpr std::size_t kMaxHosts = 200;

  // Note takes a verdict. One that is compliant takes its host out, if that has a name: of those
  // without one nobody knows whether they are the same.
  void Note(const HostVerdict& verdict, std::uint64_t now_ms);

  // Look has the latest first.
  std::vector<Refusal> Look() const;

 private:
  using Key = std::tuple<JudgedBy, std::string, Policy>;

  void MakeRoom(JudgedBy by);

  mutable std::mutex mutex_;
  std::map<Key, Refusal> refusals_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_REFUSAL_TABLE_H_
