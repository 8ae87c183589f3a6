// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/submitter.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/verify/verify.h"
#include "core/wire/log_answers.h"
#include "core/wire/sct.h"
#include "plugin/audit/evidence_desk.h"
#include "plugin/audit/make_claim.h"
#include "plugin/net/log_client.h"

namespace tattle {
namespace {

using Clock = std::chrono::steady_clock;

// Reply is what came of asking one log.
struct Reply {
  AttemptState state = AttemptState::kFailed;
  std::string reason;
  ByteVector sct;
  std::optional<SctFacts> facts;
  std::optional<Claim> claim;
};

// Run is one submission under way, shared by its threads.
class Run {
 public:
  Run(std::span<const ByteVector> chain, const LogList& logs, const Wanted& wanted,
      AcceptedRoots& roots, const SubmitSettings& settings, std::vector<const Log*> untried)
      : chain_(chain),
        logs_(logs),
        wanted_(wanted),
        roots_(roots),
        settings_(settings),
        untried_(std::move(untried)) {}

  // Work asks logs until there is nothing more to ask.
  void Work();

  // Take hands the attempts over when all threads have ended.
  std::vector<Attempt> Take() { return std::move(attempts_); }

 private:
  // TakeNext waits for a log that should be asked: a place in attempts_, or nothing.
  std::optional<std::size_t> TakeNext();
  void MarkSlow();
  std::vector<SctFacts> Obtained() const;
  std::vector<SctFacts> Hoped() const;
  std::optional<Clock::time_point> SoonestSlow() const;
  bool IsEnough() const;
  void Settle(std::size_t place, Reply reply);
  void Tell(std::size_t place);

  Reply Ask(const Log& log, HttpClient& http);
  Reply Check(const Log& log, ByteVector sct) const;
  std::optional<Claim> BlameForSct(const Log& log, const Failure& failure) const;

  std::span<const ByteVector> chain_;
  const LogList& logs_;
  const Wanted& wanted_;
  AcceptedRoots& roots_;
  const SubmitSettings& settings_;
  std::stop_source stop_;

  std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  std::vector<const Log*> untried_;
  std::vector<Attempt> attempts_;
  std::vector<Clock::time_point> begun_;  // of each attempt
};

bool IsUnderWay(const Attempt& attempt) {
  return attempt.state == AttemptState::kAsking || attempt.state == AttemptState::kSlow;
}

std::vector<SctFacts> Run::Obtained() const {
  std::vector<SctFacts> out;
  for (const Attempt& attempt : attempts_) {
    if (attempt.facts) {
      out.push_back(*attempt.facts);
    }
  }
  return out;
}

// Hoped is what is there, and what should come soon.
std::vector<SctFacts> Run::Hoped() const {
  std::vector<SctFacts> out = Obtained();
  for (const Attempt& attempt : attempts_) {
    if (attempt.state == AttemptState::kAsking) {
      out.push_back(ExpectSct(*attempt.log, wanted_));
    }
  }
  return out;
}

bool Run::IsEnough() const {
  std::vector<const Log*> others = untried_;
  for (const Attempt& attempt : attempts_) {
    if (IsUnderWay(attempt)) {
      others.push_back(attempt.log);
    }
  }
  return wanted_.only.empty() && SufficeWithSpare(wanted_, Obtained(), others);
}

void Run::Tell(std::size_t place) {
  const auto elapsed = Clock::now() - begun_[place];
  attempts_[place].elapsed_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
  if (settings_.tell) {
    settings_.tell(attempts_[place]);
  }
}

void Run::MarkSlow() {
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    if (attempts_[i].state == AttemptState::kAsking &&
        Clock::now() - begun_[i] >= settings_.slow_after) {
      attempts_[i].state = AttemptState::kSlow;
      Tell(i);
    }
  }
}

std::optional<Clock::time_point> Run::SoonestSlow() const {
  std::optional<Clock::time_point> soonest;
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    if (attempts_[i].state == AttemptState::kAsking) {
      const Clock::time_point slow = begun_[i] + settings_.slow_after;
      soonest = soonest ? std::min(*soonest, slow) : slow;
    }
  }
  return soonest;
}

std::optional<std::size_t> Run::TakeNext() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (IsEnough()) {
      stop_.request_stop();  // whoever is still asked need not answer any more
      changed_.notify_all();
      return std::nullopt;
    }
    MarkSlow();
    if (const Log* next = NextLog(wanted_, untried_, Hoped())) {
      untried_.erase(std::find(untried_.begin(), untried_.end(), next));
      attempts_.emplace_back().log = next;
      begun_.push_back(Clock::now());
      Tell(attempts_.size() - 1);
      return attempts_.size() - 1;
    }
    if (std::none_of(attempts_.begin(), attempts_.end(), IsUnderWay)) {
      return std::nullopt;
    }
    // What is under way may fail or take long, and then one more log is to be asked.
    if (const auto slow = SoonestSlow()) {
      changed_.wait_until(lock, *slow);
    } else {
      changed_.wait(lock);
    }
  }
}

void Run::Settle(std::size_t place, Reply reply) {
  const std::lock_guard lock(mutex_);
  Attempt& attempt = attempts_[place];
  attempt.state = reply.state;
  attempt.reason = std::move(reply.reason);
  attempt.sct = std::move(reply.sct);
  attempt.facts = reply.facts;
  attempt.claim = std::move(reply.claim);
  Tell(place);
  changed_.notify_all();
}

void Run::Work() {
  HttpOptions options = settings_.http;
  options.stop = stop_.get_token();
  HttpClient http(std::move(options));
  while (const std::optional<std::size_t> place = TakeNext()) {
    const Log* log = nullptr;
    {
      const std::lock_guard lock(mutex_);
      log = attempts_[*place].log;
    }
    try {
      Settle(*place, Ask(*log, http));
    } catch (const std::exception& error) {
      // No memory, most likely: one log fails, not the run.
      Settle(*place,
             {AttemptState::kFailed, std::string("internal error: ") + error.what(), {}, {}, {}});
    }
  }
}

Reply FromFailure(const Failure& failure) {
  if (failure.kind == FailureKind::kCancelled) {
    return {AttemptState::kNotAwaited, "others were enough before it answered", {}, {}, {}};
  }
  return {AttemptState::kFailed, failure.sentence, {}, {}, {}};
}

// IsTelling: the log said something to get-roots that is no list. It may still take the chain.
bool IsTelling(const Failure& failure) {
  return failure.kind == FailureKind::kNotFound || failure.kind == FailureKind::kMalformed ||
         failure.kind == FailureKind::kTooLarge;
}

Reply Run::Ask(const Log& log, HttpClient& http) {
  const std::unique_ptr<LogClient> client = LogClient::Create(log, http);
  const Answer<bool> accepts = roots_.Accepts(*client, chain_);
  if (!accepts && !IsTelling(accepts.error())) {
    return FromFailure(accepts.error());
  }
  if (accepts && !*accepts) {
    return {AttemptState::kRefusesRoot, "takes no certificates that lead to this root", {}, {}, {}};
  }
  Answer<ByteVector> sct =
      wanted_.is_precertificate ? client->AddPreChain(chain_) : client->AddChain(chain_);
  if (!sct) {
    Reply reply = FromFailure(sct.error());
    reply.claim = BlameForSct(log, sct.error());
    return reply;
  }
  return Check(log, *std::move(sct));
}

// BlameForSct is a claim where the log answered with an SCT that it did not sign. What a
// precertificate's SCT is over does not stand in evidence, so there is none then.
std::optional<Claim> Run::BlameForSct(const Log& log, const Failure& failure) const {
  if (failure.kind != FailureKind::kBadSignature || wanted_.is_precertificate) {
    return std::nullopt;
  }
  Result<ByteVector> sct = DecodeAddChain(failure.body);
  if (!sct) {
    return std::nullopt;
  }
  Claim claim = NewClaim(ClaimKind::kBadSignature, log, settings_.now_ms());
  claim.scts = {{*std::move(sct), chain_.front(), {}, false}};
  claim.remark = "the answer to add-chain";
  return EvidenceDesk::Weigh(claim, log) ? std::optional(std::move(claim)) : std::nullopt;
}

// Check is the second look, with the eyes of those whom the SCT is for. An SCT for a
// precertificate has no certificate to stand in yet: there the first look has to do.
Reply Run::Check(const Log& log, ByteVector sct) const {
  const std::uint64_t now_ms = settings_.now_ms();
  SctFacts facts = ExpectSct(log, wanted_);
  if (wanted_.is_precertificate) {
    const Result<Sct> decoded = DecodeSct(sct);
    if (!decoded) {
      return {AttemptState::kFailed,
              "its SCT cannot be read: " + Describe(decoded.error()),
              {},
              {},
              {}};
    }
    facts.timestamp_ms = decoded->timestamp_ms;
    facts.leaf_index = decoded->leaf_index;
    facts.status =
        IsInFuture(facts.timestamp_ms, now_ms) ? SctStatus::kInFuture : SctStatus::kValid;
  } else {
    const std::vector<ByteVector> one = {sct};
    const Result<ByteVector> list = EncodeSctList(one);
    const Result<Report> report =
        list ? Verify({.leaf = chain_.front(), .tls_scts = *list}, logs_, now_ms)
             : tl::unexpected(list.error());
    if (!report) {
      return {AttemptState::kFailed,
              "its SCT cannot be verified: " + Describe(report.error()),
              {},
              {},
              {}};
    }
    facts = report->scts.back();  // embedded ones come before it
  }
  if (facts.status != SctStatus::kValid) {
    return {AttemptState::kFailed, "its SCT is not good: " + DescribeSct(facts), {}, {}, {}};
  }
  return {AttemptState::kObtained, "", std::move(sct), facts, {}};
}

}  // namespace

std::string_view AttemptStateName(AttemptState state) {
  switch (state) {
    case AttemptState::kAsking:
      return "asking";
    case AttemptState::kSlow:
      return "slow";
    case AttemptState::kObtained:
      return "obtained";
    case AttemptState::kRefusesRoot:
      return "refuses_root";
    case AttemptState::kFailed:
      return "failed";
    case AttemptState::kNotAwaited:
      return "not_awaited";
  }
  return "failed";
}

Submission Submit(std::span<const ByteVector> chain, const LogList& logs, const Wanted& wanted,
                  const LogChoice& choice, AcceptedRoots& roots, const SubmitSettings& settings) {
  Run run(chain, logs, wanted, roots, settings, choice.fit);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(settings.max_threads, choice.fit.size()); ++i) {
      threads.emplace_back([&run] { run.Work(); });
    }
  }
  Submission submission;
  submission.attempts = run.Take();
  std::vector<SctFacts> scts;
  for (const Attempt& attempt : submission.attempts) {
    if (attempt.facts) {
      scts.push_back(*attempt.facts);
    }
  }
  submission.verdict = JudgeScts(wanted, scts);
  return submission;
}

std::vector<ByteVector> ObtainedScts(const Submission& submission) {
  std::vector<ByteVector> out;
  for (const Attempt& attempt : submission.attempts) {
    if (attempt.facts) {
      out.push_back(attempt.sct);
    }
  }
  return out;
}

}  // namespace tattle
