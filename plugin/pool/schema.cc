// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/schema.h"

#include <array>
#include <cstddef>
#include <string>

#include "plugin/pool/query.h"

namespace tattle {
namespace {

// Heads have no index but their id: one with a key of another order costs ten times as much as the
// row itself. What is asked of them is answered from memory (head_index.h). AUTOINCREMENT: no id is
// given to a second row while somebody may still hold it; those of heads are counted in memory.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  log_id BLOB NOT NULL UNIQUE CHECK (length(log_id) = 32),
  trusted_head INTEGER REFERENCES heads (id),
  next_fetch_ms INTEGER NOT NULL DEFAULT 0,
  last_success_ms INTEGER NOT NULL DEFAULT 0,
  newest_head_ms INTEGER NOT NULL DEFAULT 0,
  unchanged_ms INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  last_failure TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE heads (
  id INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES logs (id),
  tree_size INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  root BLOB NOT NULL,
  signature BLOB NOT NULL,
  source INTEGER NOT NULL,
  state INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  proof_attempts INTEGER NOT NULL DEFAULT 0,
  proof_failures INTEGER NOT NULL DEFAULT 0,
  num_reports INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE proofs (
  head INTEGER PRIMARY KEY REFERENCES heads (id),
  older_size INTEGER NOT NULL,
  newer_size INTEGER NOT NULL,
  nodes BLOB NOT NULL
) STRICT;

CREATE TABLE certificates (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  der BLOB NOT NULL
) STRICT;

CREATE TABLE chains (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256 BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE chain_links (
  chain INTEGER NOT NULL REFERENCES chains (id),
  position INTEGER NOT NULL,
  certificate INTEGER NOT NULL REFERENCES certificates (id),
  PRIMARY KEY (chain, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE scts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  log INTEGER NOT NULL REFERENCES logs (id),
  sct BLOB NOT NULL,
  leaf_hash BLOB NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  leaf_index INTEGER,
  is_precert INTEGER NOT NULL,
  chain INTEGER NOT NULL REFERENCES chains (id),
  state INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  next_try_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX scts_by_leaf ON scts (leaf_hash);
CREATE INDEX scts_by_index ON scts (log, leaf_index) WHERE leaf_index IS NOT NULL;
CREATE INDEX scts_by_state ON scts (state, log, next_try_ms);

CREATE TABLE sct_hosts (
  sct INTEGER NOT NULL REFERENCES scts (id),
  host TEXT NOT NULL,
  PRIMARY KEY (sct, host)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  claim_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  log INTEGER NOT NULL REFERENCES logs (id),
  is_conclusive INTEGER NOT NULL,
  found_ms INTEGER NOT NULL,
  is_told INTEGER NOT NULL DEFAULT 0,
  json TEXT NOT NULL
) STRICT;

CREATE TABLE evidence_heads (
  head INTEGER NOT NULL REFERENCES heads (id),
  evidence INTEGER NOT NULL REFERENCES evidence (id),
  PRIMARY KEY (head, evidence)
) STRICT, WITHOUT ROWID;

CREATE TABLE peers (
  host TEXT PRIMARY KEY,
  is_willing INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  last_contact_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// What a client who gossips keeps. `given` has a bit for each audience (gossip_book.h).
constexpr const char* kVersion2 = R"sql(
ALTER TABLE heads ADD COLUMN given INTEGER NOT NULL DEFAULT 0;

CREATE INDEX sct_hosts_by_host ON sct_hosts (host);

CREATE TABLE outbox (
  host TEXT NOT NULL,
  head INTEGER NOT NULL REFERENCES heads (id),
  since_ms INTEGER NOT NULL,
  is_gone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (host, head)
) STRICT, WITHOUT ROWID;

CREATE TABLE exchanges (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  host TEXT NOT NULL,
  what INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  num_sent INTEGER NOT NULL,
  num_received INTEGER NOT NULL,
  num_new INTEGER NOT NULL,
  failure TEXT NOT NULL
) STRICT;

CREATE TABLE sites (
  host TEXT PRIMARY KEY,
  last_contact_ms INTEGER NOT NULL,
  last_attempt_ms INTEGER,
  num_attempts INTEGER NOT NULL,
  num_successes INTEGER NOT NULL,
  num_strikes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE site_bundles (
  host TEXT NOT NULL REFERENCES sites (host),
  chain INTEGER NOT NULL REFERENCES chains (id),
  scts BLOB NOT NULL,
  num_reports INTEGER NOT NULL,
  PRIMARY KEY (host, chain)
) STRICT, WITHOUT ROWID;
)sql";

// What it costs to keep evidence, which is its JSON, and an SCT, is added up by log, and what an
// SCT leaves behind is found when it goes: chains that nobody else refers to, certificates of no
// other chain, promises of a head. Its size counts the certificates of its chain, its hosts twice,
// for their index, and 512 bytes for the rest.
constexpr const char* kVersion3 = R"sql(
ALTER TABLE scts ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scts ADD COLUMN silences INTEGER NOT NULL DEFAULT 0;
UPDATE scts SET size = 512 + length(sct) +
  (SELECT coalesce(sum(length(der)), 0) FROM chain_links JOIN certificates
    ON certificates.id = certificate WHERE chain_links.chain = scts.chain) +
  (SELECT coalesce(sum(2 * length(host)), 0) FROM sct_hosts WHERE sct_hosts.sct = scts.id);

ALTER TABLE evidence ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
UPDATE evidence SET size = length(CAST(json AS BLOB));

CREATE INDEX scts_by_log ON scts (log, id, size);
CREATE INDEX evidence_by_log ON evidence (log, is_conclusive, size);
CREATE INDEX scts_by_chain ON scts (chain);
CREATE INDEX site_bundles_by_chain ON site_bundles (chain);
CREATE INDEX chain_links_by_certificate ON chain_links (certificate);
CREATE INDEX outbox_by_head ON outbox (head);

DELETE FROM outbox WHERE head NOT IN (SELECT id FROM heads);
)sql";

// A step leads from the version that is its place in this table to the next. A step that was
// released never changes.
using Step = PoolResult<void> (*)(Database& database);
constexpr std::array<Step, kPoolVersion> kSteps = {
    [](Database& database) -> PoolResult<void> { return database.Execute(kVersion1); },
    [](Database& database) -> PoolResult<void> { return database.Execute(kVersion2); },
    [](Database& database) -> PoolResult<void> { return database.Execute(kVersion3); },
};

PoolResult<void> MakeStep(Database& database, std::size_t from) {
  PoolResult<void> done = database.Execute("BEGIN IMMEDIATE");
  if (done) {
    done = kSteps.at(from)(database);
  }
  if (done) {
    done = database.Execute("PRAGMA user_version = " + std::to_string(from + 1) + "; COMMIT");
  }
  if (!done && database.InTransaction()) {
    static_cast<void>(database.Execute("ROLLBACK"));
  }
  return done;
}

}  // namespace

PoolResult<std::uint64_t> FindVersion(Database& database, const std::string& path) {
  PoolResult<std::uint64_t> version = database.Prepare("PRAGMA user_version").Answer();
  if (version && *version > kPoolVersion) {
    return tl::unexpected(PoolFailure{PoolFault::kNewer,
                                      path + ": was written by a later version of Tattle (schema " +
                                          std::to_string(*version) + ", this one knows up to " +
                                          std::to_string(kPoolVersion) + "): use that version"});
  }
  return version;
}

PoolResult<std::uint64_t> Migrate(Database& database, const std::string& path) {
  PoolResult<std::uint64_t> version = FindVersion(database, path);
  for (std::uint64_t from = version.value_or(kPoolVersion); from < kPoolVersion; ++from) {
    if (const PoolResult<void> done = MakeStep(database, from); !done) {
      return tl::unexpected(done.error());
    }
  }
  return version;
}

PoolResult<void> CheckVersion(Database& database, const std::string& path) {
  const PoolResult<std::uint64_t> version = FindVersion(database, path);
  if (!version) {
    return tl::unexpected(version.error());
  }
  if (*version < kPoolVersion) {
    return tl::unexpected(PoolFailure{
        PoolFault::kSystem,
        path + ": was written by an earlier version of Tattle: let tattled open it once"});
  }
  return {};
}

}  // namespace tattle
