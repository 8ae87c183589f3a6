// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/model_outbox.h"

#include <algorithm>
#include <initializer_list>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "core/gossip/head_check.h"
#include "plugin/gossip/outbox_plan.h"
#include "plugin/gossip/pollinator.h"

namespace tattle::simulate {
namespace {

// As in plugin/gossip/outbox_plan.cc.
constexpr std::uint64_t kContactMs = 7 * kMsPerDay;
constexpr std::uint64_t kWaitMs = kMsPerDay;

bool IsWithin(std::uint64_t time_ms, std::uint64_t now_ms, std::uint64_t age_ms) {
  return time_ms + age_ms >= now_ms;
}

// Choice is some of a client's heads, and what core/gossip is to know of them.
struct Choice {
  Heads heads;
  std::vector<HeadCandidate> candidates;
};

// AppendSome adds `max` of a log's heads, all sets of them being as likely, in their order (Floyd's
// sampling).
void AppendSome(Heads& out, const Heads& heads, std::size_t max, const DrawUint64& draw) {
  if (heads.size() <= max) {
    out.insert(out.end(), heads.begin(), heads.end());
    return;
  }
  std::vector<std::size_t> places;
  for (std::size_t i = heads.size() - max; i < heads.size(); ++i) {
    const std::size_t place = DrawBelow(i + 1, draw).value();
    places.push_back(std::find(places.begin(), places.end(), place) == places.end() ? place : i);
  }
  std::sort(places.begin(), places.end());
  for (const std::size_t place : places) {
    out.push_back(heads[place]);
  }
}

// Gather puts together heads of several kinds, log by log.
Choice Gather(const Logs& logs, std::initializer_list<const std::vector<Heads>*> kinds,
              const std::vector<std::uint32_t>& order, std::size_t max_of_log,
              const DrawUint64& draw) {
  Choice out;
  for (const std::uint32_t log : order) {
    const auto begin = static_cast<std::ptrdiff_t>(out.heads.size());
    for (const std::vector<Heads>* kind : kinds) {
      AppendSome(out.heads, (*kind)[log], max_of_log, draw);
    }
    std::sort(out.heads.begin() + begin, out.heads.end());
  }
  for (const Head& head : out.heads) {
    out.candidates.push_back(logs.CandidateOf(head));
  }
  return out;
}

Heads Select(const Logs& logs, const Choice& from, const HeadWish& wish, std::uint64_t now_ms,
             const DrawUint64& draw) {
  Heads out;
  const auto chosen = SelectHeads(from.candidates, wish, logs.list, now_ms, draw);
  for (const std::size_t place : chosen.value()) {
    out.push_back(from.heads[place]);
  }
  return out;
}

void Insert(Heads& heads, const Head& head) {
  heads.insert(std::upper_bound(heads.begin(), heads.end(), head), head);
}

// Remove says whether the head was there.
bool Remove(Heads& heads, const Head& head) {
  const auto found = std::lower_bound(heads.begin(), heads.end(), head);
  if (found == heads.end() || *found != head) {
    return false;
  }
  heads.erase(found);
  return true;
}

bool Contains(const Heads& heads, const Head& head) {
  return std::binary_search(heads.begin(), heads.end(), head);
}

std::size_t CountOf(const std::vector<Heads>& by_log) {
  return std::accumulate(by_log.begin(), by_log.end(), std::size_t{0},
                         [](std::size_t sum, const Heads& heads) { return sum + heads.size(); });
}

// ShareOf: what goes to one goes to no other.
std::size_t ShareOf(std::size_t num_heads, std::size_t num_takers) {
  num_takers = std::max<std::size_t>(num_takers, 1);
  return (num_heads + num_takers - 1) / num_takers;
}

HeadWish WishOf(HeadAudience audience, std::size_t max_heads) {
  return {HeadSide::kClient, audience, max_heads};
}

// DropStale drops what is no longer fresh. Heads of one log are in the order of their times.
void DropStale(Heads& heads, std::uint64_t now_ms) {
  const auto first = std::find_if(heads.begin(), heads.end(), [&](const Head& head) {
    return IsFreshHead(head.time_ms, now_ms);
  });
  heads.erase(heads.begin(), first);
}

}  // namespace

ModelOutbox::ModelOutbox(const Logs& logs, std::size_t max_drawn_of)
    : logs_(logs),
      max_drawn_of_(max_drawn_of),
      order_(logs.logs.size()),
      fresh_(logs.logs.size()),
      learnt_(logs.logs.size()),
      audited_(logs.logs.size()),
      newest_(logs.logs.size()) {
  std::iota(order_.begin(), order_.end(), 0U);
}

// A head that is known stays as it came first: given to somebody, or learnt.
void ModelOutbox::AddOwn(const Head& head, std::uint64_t /* now_ms */) {
  if (head.size <= newest_[head.log]) {
    return;  // the log has signed nothing since
  }
  newest_[head.log] = head.size;
  if (!Contains(learnt_[head.log], head) && !Contains(audited_[head.log], head)) {
    Insert(fresh_[head.log], head);
    ++num_fresh_;
  }
}

void ModelOutbox::AddLearnt(const Head& head, std::uint64_t /* now_ms */) {
  if (!Contains(fresh_[head.log], head) && !Contains(learnt_[head.log], head) &&
      !Contains(audited_[head.log], head)) {
    Insert(learnt_[head.log], head);
  }
}

Heads ModelOutbox::Carry(std::uint32_t server, std::uint64_t /* now_ms */,
                         const DrawUint64& /* draw */) {
  Heads out;
  const auto host = std::find_if(hosts_.begin(), hosts_.end(),
                                 [&](const Host& one) { return one.server == server; });
  if (host != hosts_.end()) {
    for (const Waiting& one : host->heads) {
      out.push_back(one.head);
    }
    host->heads.clear();
    is_any_hungry_ = true;
  }
  return out;
}

void ModelOutbox::NoteWilling(std::uint32_t server, std::uint64_t now_ms) {
  auto host = std::find_if(hosts_.begin(), hosts_.end(),
                           [&](const Host& one) { return one.server == server; });
  if (host == hosts_.end()) {
    host = hosts_.insert(hosts_.begin(), Host{server, now_ms, {}});
    is_any_hungry_ = true;
    next_old_ms_ = 0;
  }
  host->contact_ms = now_ms;
  std::rotate(hosts_.begin(), host, std::next(host));
}

// DropOld: what waits for a host goes as a whole, and stays given.
void ModelOutbox::DropOld(std::uint64_t now_ms) {
  std::erase_if(hosts_,
                [&](const Host& host) { return !IsWithin(host.contact_ms, now_ms, kContactMs); });
  for (Host& host : hosts_) {
    const bool is_good = std::all_of(host.heads.begin(), host.heads.end(), [&](const Waiting& one) {
      return IsWithin(one.since_ms, now_ms, kWaitMs) && IsFreshHead(one.head.time_ms, now_ms);
    });
    if (!is_good) {
      host.heads.clear();
    }
  }
  for (std::vector<Heads>* kind : {&fresh_, &learnt_, &audited_}) {
    for (Heads& heads : *kind) {
      DropStale(heads, now_ms);
    }
  }
  num_fresh_ = CountOf(fresh_);
}

void ModelOutbox::Renew(std::size_t num_others, std::uint64_t now_ms, const DrawUint64& draw) {
  if (now_ms < next_old_ms_ && (num_fresh_ == 0 || !is_any_hungry_)) {
    return;  // nothing would change
  }
  DropOld(now_ms);
  std::vector<std::size_t> order(hosts_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!Mix(order, draw)) {
    throw std::logic_error("random numbers of a seed do not fail");
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return hosts_[a].heads.size() < hosts_[b].heads.size();
  });
  std::size_t num_takers = hosts_.size() + num_others;
  for (const std::size_t place : order) {
    if (num_fresh_ == 0 || hosts_[place].heads.size() >= kHeadsForHost) {
      break;  // for all that follow as many wait
    }
    Promise(hosts_[place], num_takers, now_ms, draw);
    num_takers -= num_takers > 1 ? 1 : 0;
  }
  PlanNext();
}

void ModelOutbox::Promise(Host& host, std::size_t num_takers, std::uint64_t now_ms,
                          const DrawUint64& draw) {
  const HeadWish wish = WishOf(HeadAudience::kWebServer, std::min(kHeadsForHost - host.heads.size(),
                                                                  ShareOf(num_fresh_, num_takers)));
  const Choice choice = Gather(logs_, {&fresh_}, order_, max_drawn_of_, draw);
  for (const Head& head : Select(logs_, choice, wish, now_ms, draw)) {
    host.heads.push_back({head, now_ms});
    Remove(fresh_[head.log], head);
    --num_fresh_;
  }
}

// PlanNext says when something becomes too old, or sooner: what Renew looks at then is right
// whatever this says.
void ModelOutbox::PlanNext() {
  is_any_hungry_ = false;
  next_old_ms_ = std::numeric_limits<std::uint64_t>::max();
  const auto sooner = [&](std::uint64_t time_ms) {
    next_old_ms_ = std::min(next_old_ms_, time_ms + 1);
  };
  for (const Host& host : hosts_) {
    is_any_hungry_ = is_any_hungry_ || host.heads.size() < kHeadsForHost;
    sooner(host.contact_ms + kContactMs);
    for (const Waiting& one : host.heads) {
      sooner(std::min(one.since_ms + kWaitMs, one.head.time_ms + kHeadFreshnessMs));
    }
  }
  for (const Heads& heads : fresh_) {
    if (!heads.empty()) {
      sooner(heads.front().time_ms + kHeadFreshnessMs);
    }
  }
}

Heads ModelOutbox::GiveToAuditor(std::uint64_t now_ms, const DrawUint64& draw) {
  DropOld(now_ms);
  std::size_t num_takers = 1;  // and those for whom something waits
  for (const Host& host : hosts_) {
    num_takers += host.heads.empty() ? 0 : 1;
  }
  const std::size_t max = Pollinator::kMaxHeadsSent;
  const std::size_t max_of_log = max_drawn_of_ == kAll ? kAll : max;
  const std::size_t share = ShareOf(num_fresh_ + CountOf(learnt_), num_takers);
  Heads out = Select(logs_, Gather(logs_, {&fresh_, &learnt_}, order_, max_of_log, draw),
                     WishOf(HeadAudience::kAuditor, std::min(max, share)), now_ms, draw);
  const Heads again = Select(logs_, Gather(logs_, {&audited_}, order_, max_of_log, draw),
                             WishOf(HeadAudience::kAuditor, max - out.size()), now_ms, draw);
  for (const Head& head : out) {
    Remove(learnt_[head.log], head);
    num_fresh_ -= Remove(fresh_[head.log], head) ? 1 : 0;
    Insert(audited_[head.log], head);
  }
  out.insert(out.end(), again.begin(), again.end());
  PlanNext();
  return out;
}

}  // namespace tattle::simulate
