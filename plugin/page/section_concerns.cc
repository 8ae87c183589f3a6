// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <optional>

#include "plugin/page/page.h"
#include "plugin/page/sections.h"

namespace tattle {
namespace {

constexpr std::uint64_t kDayMs = std::uint64_t{24} * 3600 * 1000;

void LookAtList(const StatusView& view, std::vector<std::string>& concerns) {
  const json::Value list = PartOf(view.root, "log_list");
  if (PartOf(list, "loaded").AsBool() == std::optional(false)) {
    concerns.emplace_back("There is no log list: nothing can be judged.");
  } else if (IsTrue(list, "stale")) {
    concerns.emplace_back(
        "The log list is older than 70 days: get a newer one by `tattle loglist update`.");
  }
}

void LookAtListFile(const StatusView& view, std::vector<std::string>& concerns) {
  const json::Value list = PartOf(view.root, "log_list");
  if (!IsTrue(list, "unusable")) {
    return;
  }
  const std::string_view problem = TextOf(list, "problem");
  concerns.emplace_back("Another log list is in force than that of the file: ")
      .append(problem.empty() ? "the error log says why" : problem);
}

// Upstreams may go by a list of their own.
void LookAtUpstreams(const StatusView& view, std::vector<std::string>& concerns) {
  const json::Value upstreams = PartOf(view.root, "upstreams");
  if (IsTrue(upstreams, "log_list_stale")) {
    concerns.emplace_back(
        "The log list of upstreams is older than 70 days: get a newer one by "
        "`tattle loglist update`.");
  }
  if (const std::uint64_t times = NumberOf(upstreams, "list_problems"); times > 0) {
    concerns.push_back("The log list of upstreams could not be used " + Plural(times, "time") +
                       ": the error log says why.");
  }
}

// Of upstreams alone: an operator has chosen those, but not what programs on the machine connect
// to, which tattled counts.
void LookAtVerdicts(const StatusView& view, std::vector<std::string>& concerns) {
  if (!PartOf(view.root, "upstreams").IsObject()) {
    return;
  }
  std::uint64_t num_not_compliant = 0;
  std::uint64_t num_undecided = 0;
  for (const json::Value hour : ItemsOf(PartOf(view.root, "verdicts"), "hours")) {
    const auto from_ms = FindTime(hour, "from");
    if (from_ms && *from_ms + kDayMs > view.now_ms) {
      num_not_compliant += NumberOf(hour, "not_compliant");
      num_undecided += NumberOf(hour, "undecided");
    }
  }
  const auto say = [&concerns](std::uint64_t number, std::string_view what) {
    if (number > 0) {
      concerns.push_back(Plural(number, "connection") + " to upstreams " +
                         (number == 1 ? "was " : "were ") + std::string(what) +
                         " in the last day: the error log says which.");
    }
  };
  say(num_not_compliant, "not compliant");
  say(num_undecided, "undecided");
}

void LookAtCertificates(const StatusView& view, std::vector<std::string>& concerns) {
  const json::Value scts = PartOf(view.root, "scts");
  if (const std::uint64_t insufficient = NumberOf(scts, "insufficient"); insufficient > 0) {
    concerns.push_back(Plural(insufficient, "certificate") +
                       (insufficient == 1 ? " has" : " have") +
                       " SCTs that do not satisfy the policy.");
  }
  if (const std::uint64_t unusable = NumberOf(scts, "unusable"); unusable > 0) {
    concerns.push_back(Plural(unusable, "file") +
                       " of SCTs cannot be used: the error log says why.");
  }
  if (const auto until_ms = FindTime(scts, "sufficient_until");
      until_ms && *until_ms < view.now_ms + kSoonMs) {
    concerns.push_back("The SCTs of a certificate suffice until " + DescribeDay(*until_ms) +
                       " only.");
  }
}

// LookAtLogs: one failure may be the network's.
void LookAtLogs(const StatusView& view, std::vector<std::string>& concerns) {
  constexpr std::uint64_t kMany = 3;
  std::uint64_t num_failing = 0;
  for (const json::Value log : ItemsOf(view.root, "logs")) {
    num_failing += NumberOf(log, "failures") >= kMany ? 1 : 0;
  }
  if (num_failing > 0) {
    concerns.push_back("The audits of " + Plural(num_failing, "log") + " fail: see Logs below.");
  }
}

void LookAtGossip(const StatusView& view, std::vector<std::string>& concerns) {
  const json::Value gossip = PartOf(view.root, "gossip");
  if (PartOf(gossip, "tattled").AsBool() == std::optional(false)) {
    concerns.emplace_back("tattled does not take gossip: what came is kept here meanwhile.");
  }
  if (const std::uint64_t lost = NumberOf(gossip, "heads_lost"); lost > 0) {
    concerns.push_back(Plural(lost, "tree head") + " went before tattled got " +
                       (lost == 1 ? "it." : "them."));
  }
  std::uint64_t num_hosts = 0;
  PartOf(gossip, "suspect_scts").ForEachMember([&num_hosts](std::string_view, json::Value) {
    ++num_hosts;
    return true;
  });
  if (num_hosts > 0) {
    concerns.push_back("Clients say that " + Plural(num_hosts, "name") +
                       " of yours showed SCTs that no log vouches for.");
  }
}

}  // namespace

std::vector<std::string> FindConcerns(const StatusView& view) {
  std::vector<std::string> concerns;
  for (const json::Value problem : ItemsOf(view.root, "problems")) {
    if (concerns.size() == kMaxShownRows) {
      break;
    }
    concerns.emplace_back(problem.AsString().value_or(std::string_view()));
  }
  if (!PartOf(view.root, "problems").IsArray()) {  // who has those has looked at the list, too
    LookAtList(view, concerns);
  }
  LookAtListFile(view, concerns);
  LookAtUpstreams(view, concerns);
  LookAtVerdicts(view, concerns);
  LookAtCertificates(view, concerns);
  LookAtLogs(view, concerns);
  LookAtGossip(view, concerns);
  return concerns;
}

}  // namespace tattle
