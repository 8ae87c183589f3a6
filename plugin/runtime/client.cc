// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/client.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/base/error.h"
#include "core/crypto/sha256.h"
#include "core/verify/verify.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/observation.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/session_line.h"

namespace tattle {
namespace {

// RootsDigest names what decides whether a chain is public or exempt by key. Both sets consist of
// hashes, so their number in front makes them unambiguous. Exempt hosts are looked at each time.
Hash RootsDigest(const PublicRootSet& roots, const Config& config) {
  Sha256 sha256;
  const std::string sizes = std::to_string(roots.spki_hashes().size()) + " " +
                            std::to_string(config.exempt_spki.size()) + " ";
  sha256.Update(AsBytes(sizes));
  for (const std::vector<Hash>* set : {&roots.spki_hashes(), &config.exempt_spki}) {
    for (const Hash& hash : *set) {
      sha256.Update(hash);
    }
  }
  return sha256.Finish();
}

// Undecided is a session that says why nobody can tell. It passes only where nothing is required.
void Undecided(Session& session, std::string why) {
  session.scope = Scope::kUnknown;
  session.decision = session.mode == Mode::kRequire ? Decision::kRefuse : Decision::kProceed;
  session.reason = "CT cannot be judged: " + std::move(why);
  session.saved.clear();
}

void OutOfScope(Session& session) {
  session.decision = Decision::kProceed;
  session.reason = "CT not judged: ";
  session.reason.append(DescribeScope(session.scope));
}

std::uint64_t NextClientId() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;  // 0 is no client
}

// IsByCas: CAs vouch. Which of them are public cannot be told where the configuration is broken, as
// it may name some.
bool IsByCas(Scope scope) {
  return scope == Scope::kPublic || scope == Scope::kPrivate;
}

// MayBeResumed is false where what held for one connection says nothing of the next: DANE may be
// off there, and a connection without a certificate has nothing to judge.
bool MayBeResumed(Scope scope) {
  switch (scope) {
    case Scope::kPublic:
    case Scope::kPrivate:
    case Scope::kExemptHost:
    case Scope::kExemptSpki:
    case Scope::kChainNotValid:  // the adapter asks more where chains have to be valid
      return true;
    case Scope::kUnknown:
    case Scope::kDane:
    case Scope::kNoCertificate:
    case Scope::kOff:
      break;
  }
  return false;
}

// Save is what a TLS session is to carry; `report` is null where nothing was judged.
ByteVector Save(const SavedContext& context, Scope scope, const Report* report) {
  if (!MayBeResumed(scope)) {
    return {};
  }
  SavedSession saved{context, scope, std::nullopt};
  if (report != nullptr) {
    saved.report = *report;
  }
  return EncodeSavedSession(saved).value_or(ByteVector());
}

// Decide makes a judgement that of a session. What was saved is not touched.
void Decide(Session& session, const Judgement& judgement) {
  session.decision = judgement.verdict->compliant || session.mode != Mode::kRequire
                         ? Decision::kProceed
                         : Decision::kRefuse;
  session.facts = judgement.facts;
  session.verdict = judgement.verdict;
  session.list_stale = judgement.list_stale;
  session.reason = judgement.reason;
}

Observation ToObservation(const Session& session, const Connection& connection,
                          std::uint64_t now_ms) {
  Observation observation;
  observation.seen_ms = now_ms;
  observation.host = connection.host;
  observation.mode = session.mode;
  observation.policy = session.policy;
  observation.compliant = session.verdict && session.verdict->compliant;
  observation.chain.push_back(ToVector(connection.evidence.leaf));
  for (const Bytes ca : connection.cas) {
    observation.chain.push_back(ToVector(ca));
  }
  observation.tls_scts = ToVector(connection.evidence.tls_scts);
  observation.ocsp_response = ToVector(connection.evidence.ocsp_response);
  return observation;
}

}  // namespace

Outcome<std::shared_ptr<Client>> Client::Create(ClientOptions options, std::uint64_t now_ms) {
  Outcome<PublicRootSet> roots = PublicRootSet::Load(options.config.public_roots);
  if (!roots) {
    return tl::unexpected(roots.error());
  }
  const std::shared_ptr<Client> client(new Client(std::move(options), *std::move(roots), now_ms));
  // Says at once what is wrong.
  if (!client->problem_.empty()) {
    client->Log(LogLevel::kError, client->problem_);
  }
  static_cast<void>(client->CurrentList(now_ms));
  return client;
}

Client::Client(ClientOptions options, PublicRootSet roots, std::uint64_t now_ms)
    : id_(NextClientId()),
      config_(std::move(options.config)),
      roots_(std::move(roots)),
      roots_digest_(RootsDigest(roots_, config_)),
      problem_(std::move(options.problem)),
      log_(options.log),
      log_arg_(options.log_arg),
      syslog_(config_.syslog, now_ms),
      now_ms_(now_ms),
      counters_said_ms_(now_ms),
      list_file_(options.list ? LogListFile(*std::move(options.list))
                              : LogListFile(config_.log_list)),
      cache_(config_.verdict_cache),
      observations_(config_.observe_socket, now_ms),
      outbox_(config_.outbox) {}

LogListFile::Snapshot Client::CurrentList(std::uint64_t now_ms) {
  Lists lists = list_file_.Get(now_ms);
  if (lists.list.get() == seen_list_.load(std::memory_order_relaxed) &&
      lists.problem.get() == seen_problem_.load(std::memory_order_relaxed)) {
    return lists;
  }
  Lists before;
  {
    const std::lock_guard lock(seen_mutex_);
    if (lists.generation < seen_.generation) {
      return lists;  // of a moment ago; another thread has seen what came since
    }
    before = std::exchange(seen_, lists);
    seen_list_.store(lists.list.get(), std::memory_order_relaxed);
    seen_problem_.store(lists.problem.get(), std::memory_order_relaxed);
  }
  // Of several threads that notice, the first finds a difference here.
  if (before.list != lists.list) {
    counters_.Add(Counter::kListLoads);
    cache_.Clear();
    stale_said_.store(false, std::memory_order_relaxed);
  }
  if (before.problem != lists.problem) {
    if (lists.problem) {
      counters_.Add(Counter::kListProblems);
      Log(LogLevel::kError, *lists.problem);
    } else {
      Log(LogLevel::kInfo, "log_list: can be read again");
    }
  }
  return lists;
}

SavedContext Client::ContextWith(const TrustedList* list) const {
  const Hash hash = Sha256()
                        .Update(list == nullptr ? Bytes() : Bytes(list->digest))
                        .Update(roots_digest_)
                        .Finish();
  SavedContext context;
  std::copy_n(hash.begin(), context.size(), context.begin());
  return context;
}

std::shared_ptr<const Judgement> Client::JudgeAndSave(std::shared_ptr<const Facts> facts,
                                                      const TrustedList& list,
                                                      std::uint64_t now_ms) const {
  Judgement judgement = JudgeFacts(std::move(facts), config_.policy, config_.on_stale, now_ms);
  judgement.saved = Save(ContextWith(&list), Scope::kPublic, &judgement.facts->report);
  return std::make_shared<const Judgement>(std::move(judgement));
}

void Client::Verify(Session& session, const Connection& connection, const Lists& lists,
                    std::uint64_t now_ms) {
  const Hash key = VerdictKey(connection.evidence, lists.list->digest);
  std::shared_ptr<const Judgement> judgement = cache_.Find(key);
  if (judgement) {
    counters_.Add(Counter::kCacheHits);
    session.origin = Origin::kCached;
    if (!judgement->HoldsAt(now_ms)) {
      judgement = JudgeAndSave(judgement->facts, *lists.list, now_ms);
      cache_.Insert(key, judgement);
    }
  } else {
    Result<Report> report = tattle::Verify(connection.evidence, *lists.list->logs, now_ms);
    if (!report) {
      return Undecided(session, Describe(report.error()));
    }
    judgement = JudgeAndSave(ShareFacts(lists.list->logs, *std::move(report)), *lists.list, now_ms);
    if (judgement->facts->report.scts.size() <= kMaxCachedScts) {
      cache_.Insert(key, judgement);
    }
    session.origin = Origin::kVerified;
  }
  Decide(session, *judgement);
  session.saved = judgement->saved;
  Observe(session, connection, key, now_ms);
}

// Observe is asked for public chains only: what a private CA signs is nobody's business.
void Client::Observe(const Session& session, const Connection& connection, const Hash& key,
                     std::uint64_t now_ms) {
  if (config_.observe_socket.empty()) {
    return;
  }
  if (!observations_.MaySend(now_ms)) {
    return Drop();
  }
  if (!cache_.IsNewsAt(key, connection.host, now_ms)) {
    return;
  }
  const std::optional<ByteVector> datagram =
      EncodeObservation(ToObservation(session, connection, now_ms));
  if (!datagram || !observations_.Send(*datagram, now_ms)) {
    cache_.ForgetNews(key);
    return Drop();
  }
  counters_.Add(Counter::kObservationsSent);
  drop_said_.store(false, std::memory_order_relaxed);
}

// Drop says so once, until something was sent again.
void Client::Drop() {
  counters_.Add(Counter::kObservationsDropped);
  if (!drop_said_.exchange(true, std::memory_order_relaxed)) {
    Log(LogLevel::kInfo, "observe_socket: nobody takes observations at " + config_.observe_socket);
  }
}

Session Client::Judge(const Connection& connection, std::uint64_t now_ms) {
  Session session;
  session.mode = connection.mode.value_or(config_.mode);
  session.policy = config_.policy;
  if (session.mode == Mode::kOff) {
    session.scope = Scope::kOff;
    OutOfScope(session);
    return session;
  }
  now_ms_.store(now_ms, std::memory_order_relaxed);
  const Lists lists = CurrentList(now_ms);
  if (const Result<Scope> scope = DecideScope(connection, config_, roots_); !scope) {
    Undecided(session, Describe(scope.error()));
  } else if (session.scope = *scope; !problem_.empty() && IsByCas(session.scope)) {
    Undecided(session, problem_);
  } else if (session.scope != Scope::kPublic) {
    OutOfScope(session);
    session.saved = Save(ContextWith(lists.list.get()), session.scope, nullptr);
  } else if (lists.list) {
    Verify(session, connection, lists, now_ms);
  } else {
    Undecided(session, lists.problem ? *lists.problem : "there is no log list");
  }
  Finish(session, connection.host);
  return session;
}

std::optional<Session> Client::Resume(const Connection& connection, Bytes saved,
                                      std::uint64_t now_ms) {
  Session session;
  session.mode = connection.mode.value_or(config_.mode);
  session.policy = config_.policy;
  session.origin = Origin::kResumed;
  now_ms_.store(now_ms, std::memory_order_relaxed);
  const Lists lists = CurrentList(now_ms);
  if (session.mode == Mode::kOff || !lists.list || !problem_.empty()) {
    counters_.Add(Counter::kNotResumed);
    return std::nullopt;
  }
  Result<SavedSession> known =
      DecodeSavedSession(saved, ContextWith(lists.list.get()), *lists.list->logs);
  const bool exempt = IsExemptHost(connection.host, config_.exempt_hosts);
  // Whoever was not judged for the sake of the host's name has to be now.
  if (!known || !MayBeResumed(known->scope) || (known->scope == Scope::kExemptHost && !exempt)) {
    counters_.Add(Counter::kNotResumed);
    return std::nullopt;
  }
  session.scope = exempt ? Scope::kExemptHost : known->scope;
  session.saved = ToVector(saved);
  if (session.scope == Scope::kPublic && known->report) {
    Decide(session, JudgeFacts(ShareFacts(lists.list->logs, *std::move(known->report)),
                               session.policy, config_.on_stale, now_ms));
  } else {
    OutOfScope(session);
  }
  if (session.decision != Decision::kProceed) {
    counters_.Add(Counter::kNotResumed);
    return std::nullopt;
  }
  return session;
}

void Client::NoteResumed(const Session& session, std::string_view host) {
  counters_.Add(Counter::kResumed);
  Finish(session, host);
}

void Client::Finish(const Session& session, std::string_view host) {
  if (IsOutOfScope(session)) {
    counters_.Add(Counter::kOutOfScope);
  } else {
    counters_.Add(Counter::kJudged);
    counters_.Add(!session.verdict             ? Counter::kUndecided
                  : session.verdict->compliant ? Counter::kCompliant
                                               : Counter::kNotCompliant);
  }
  if (session.decision == Decision::kRefuse) {
    counters_.Add(Counter::kRefused);
  }
  if (log_ != nullptr || syslog_.is_on()) {
    LogSession(session, host);
  }
}

// LogSession keeps most connections that were not judged out of the system's log.
void Client::LogSession(const Session& session, std::string_view host) {
  if (session.list_stale && !stale_said_.exchange(true, std::memory_order_relaxed)) {
    Log(LogLevel::kWarning, DescribeStaleList(*session.facts->logs, config_.on_stale));
  }
  SessionLine line = DescribeSession(session, host);
  if (!line.is_for_syslog) {
    return Write(line.level, OneLine(std::move(line.text)));
  }
  Log(line.level, std::move(line.text));
  LogCounters();
}

// LogCounters says once an hour what the process did, and only to the system's log: a program that
// gives us a function can ask.
void Client::LogCounters() {
  constexpr std::uint64_t kHourMs = 3'600'000;
  const std::uint64_t now_ms = now_ms_.load(std::memory_order_relaxed);
  std::uint64_t said_ms = counters_said_ms_.load(std::memory_order_relaxed);
  if (!syslog_.is_on() || now_ms < said_ms + kHourMs ||
      !counters_said_ms_.compare_exchange_strong(said_ms, now_ms, std::memory_order_relaxed)) {
    return;
  }
  syslog_.Write(LogLevel::kInfo, "counters: " + DescribeCounters(counters_), now_ms);
}

void Client::Log(LogLevel level, std::string line) {
  line = OneLine(std::move(line));
  Write(level, line);
  if (syslog_.is_on() && !syslog_.Write(level, line, now_ms_.load(std::memory_order_relaxed))) {
    counters_.Add(Counter::kLogLinesLost);
  }
}

void Client::Write(LogLevel level, const std::string& line) {
  if (log_ != nullptr) {
    log_(log_arg_, static_cast<std::int32_t>(level), line.c_str());
  }
}

}  // namespace tattle
