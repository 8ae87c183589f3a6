// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The plugin's heart: one object a program, which judges connections.
//
//   evidence -> scope -> facts -> policy (both from the cache while they hold) -> mode -> session
//
// It reads files when it is made and when they were replaced, sends datagrams, and does nothing
// else that the process could notice: no threads, no files written, no clock read.

#ifndef TATTLE_PLUGIN_RUNTIME_CLIENT_H_
#define TATTLE_PLUGIN_RUNTIME_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/connection.h"
#include "plugin/runtime/counters.h"
#include "plugin/runtime/datagram_socket.h"
#include "plugin/runtime/fork_mutex.h"
#include "plugin/runtime/gossip_note.h"
#include "plugin/runtime/judgement.h"
#include "plugin/runtime/log_line.h"
#include "plugin/runtime/log_list_file.h"
#include "plugin/runtime/outbox_file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/public_root_set.h"
#include "plugin/runtime/saved_session.h"
#include "plugin/runtime/session.h"
#include "plugin/runtime/syslog.h"
#include "plugin/runtime/trusted_list.h"
#include "plugin/runtime/verdict_cache.h"

namespace tattle {

struct ClientOptions {
  Config config;
  std::optional<TrustedList> list;  // instead of files
  LogLine log = nullptr;            // beside the syslog of the configuration
  void* log_arg = nullptr;
  std::string problem;  // what is wrong with the configuration; empty: nothing
};

// Client is thread-safe, fork-safe, and works on in a chroot with what it has read.
class Client {
 public:
  // Create reads the public roots and the log list. Fails with a sentence if the roots cannot be
  // read. A list that cannot is no failure: every session says so, and none passes in require. So
  // it is with a configuration that has a problem.
  static Outcome<std::shared_ptr<Client>> Create(ClientOptions options, std::uint64_t now_ms);

  // Judge always decides: what goes wrong inside is a session that is not compliant.
  Session Judge(const Connection& connection, std::uint64_t now_ms);

  // Resume judges a session that was saved, for the host and mode of `connection`, of which nothing
  // else is looked at. Nothing if what was saved is not good for that, or would be refused: make a
  // full handshake. Neither logged nor counted yet, as the server may not want to resume.
  std::optional<Session> Resume(const Connection& connection, Bytes saved, std::uint64_t now_ms);

  // NoteResumed logs and counts a session of Resume, once the server has taken it up.
  void NoteResumed(const Session& session, std::string_view host);

  // HeadsFor are the tree heads to offer this host, from the outbox.
  std::vector<OutboxHead> HeadsFor(std::string_view host, std::uint64_t now_ms);

  // NoteGossip tells tattled what a web server has said, if it was not told within the hour; and
  // each time that it is offered heads.
  void NoteGossip(std::string_view host, GossipSaid what, Bytes said, std::uint64_t now_ms);

  // CurrentList is the log list of this moment. It says and counts what is new of it.
  LogListFile::Snapshot CurrentList(std::uint64_t now_ms);

  // id is a number that no other client of this process has had.
  std::uint64_t id() const { return id_; }

  const Config& config() const { return config_; }
  const Counters& counters() const { return counters_; }

 private:
  Client(ClientOptions options, PublicRootSet roots, std::uint64_t now_ms);

  // Lists is the log list of this moment, which was looked up for one judgement.
  using Lists = LogListFile::Snapshot;

  SavedContext ContextWith(const TrustedList* list) const;
  std::shared_ptr<const Judgement> JudgeAndSave(std::shared_ptr<const Facts> facts,
                                                const TrustedList& list,
                                                std::uint64_t now_ms) const;
  void Verify(Session& session, const Connection& connection, const Lists& lists,
              std::uint64_t now_ms);
  void Observe(const Session& session, const Connection& connection, const Hash& key,
               std::uint64_t now_ms);
  void Drop();
  void Finish(const Session& session, std::string_view host);
  void LogSession(const Session& session, std::string_view host);
  void LogCounters();
  void Log(LogLevel level, std::string line);
  void Write(LogLevel level, const std::string& line);

  const std::uint64_t id_;
  const Config config_;
  const PublicRootSet roots_;
  const Hash roots_digest_;  // of all that scope depends on
  const std::string problem_;
  const LogLine log_;
  void* const log_arg_;
  Syslog syslog_;
  std::atomic<std::uint64_t> now_ms_;  // as of the last call that said
  std::atomic<std::uint64_t> counters_said_ms_;
  LogListFile list_file_;
  VerdictCache cache_;
  DatagramSocket observations_;
  ToldNotes told_notes_;
  OutboxFile outbox_;
  Counters counters_;
  std::atomic<bool> drop_said_ = false;
  std::atomic<bool> stale_said_ = false;  // of the list in use

  // What was said of the log list last. The pointers hold what they point to, so that an address
  // is never taken for that of something older.
  ForkMutex seen_mutex_;
  Lists seen_;
  std::atomic<const TrustedList*> seen_list_ = nullptr;
  std::atomic<const std::string*> seen_problem_ = nullptr;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_CLIENT_H_
