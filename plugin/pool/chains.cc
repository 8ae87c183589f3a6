// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/chains.h"

#include "core/crypto/sha256.h"
#include "plugin/pool/query.h"

namespace tattle {
namespace {

PoolResult<std::uint64_t> AddCertificate(Database& database, Bytes der, const Hash& sha256) {
  PoolResult<std::uint64_t> known =
      database.Prepare("SELECT id FROM certificates WHERE sha256 = ?").Blob(sha256).Answer();
  if (!known || *known != kNoRow) {
    return known;
  }
  return database.Prepare("INSERT INTO certificates (sha256, der) VALUES (?, ?) RETURNING id")
      .Blob(sha256)
      .Blob(der)
      .Answer();
}

PoolResult<void> AddLinks(Database& database, std::uint64_t chain_id,
                          std::span<const ByteVector> chain, std::span<const Hash> hashes) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const PoolResult<std::uint64_t> certificate = AddCertificate(database, chain[i], hashes[i]);
    if (!certificate) {
      return tl::unexpected(certificate.error());
    }
    PoolResult<void> linked =
        database.Prepare("INSERT INTO chain_links (chain, position, certificate) VALUES (?, ?, ?)")
            .Number(chain_id)
            .Number(i)
            .Number(*certificate)
            .Run();
    if (!linked) {
      return linked;
    }
  }
  return {};
}

PoolResult<bool> IsReferredTo(Database& database, std::uint64_t chain_id) {
  return database
      .Prepare(
          "SELECT 1 WHERE EXISTS (SELECT 1 FROM scts WHERE chain = ?) OR EXISTS (SELECT 1 FROM "
          "site_bundles WHERE chain = ?)")
      .Number(chain_id)
      .Number(chain_id)
      .Step();
}

PoolResult<void> DropCertificate(Database& database, std::uint64_t id) {
  return database
      .Prepare(
          "DELETE FROM certificates WHERE id = ? AND NOT EXISTS (SELECT 1 FROM chain_links WHERE "
          "certificate = ?)")
      .Number(id)
      .Number(id)
      .Run();
}

}  // namespace

PoolResult<void> DropChain(Database& database, std::uint64_t chain_id) {
  if (const PoolResult<bool> stays = IsReferredTo(database, chain_id); !stays || *stays) {
    return stays ? PoolResult<void>() : tl::unexpected(stays.error());
  }
  const PoolResult<std::vector<std::uint64_t>> certificates =
      database.Prepare("SELECT certificate FROM chain_links WHERE chain = ?")
          .Number(chain_id)
          .Numbers();
  if (!certificates) {
    return tl::unexpected(certificates.error());
  }
  PoolResult<void> done =
      database.Prepare("DELETE FROM chain_links WHERE chain = ?").Number(chain_id).Run();
  if (done) {
    done = database.Prepare("DELETE FROM chains WHERE id = ?").Number(chain_id).Run();
  }
  for (auto id = certificates->begin(); done && id != certificates->end(); ++id) {
    done = DropCertificate(database, *id);
  }
  return done;
}

PoolResult<std::uint64_t> AddChain(Database& database, std::span<const ByteVector> chain) {
  std::vector<Hash> hashes;
  Sha256 all;
  for (const ByteVector& der : chain) {
    hashes.push_back(Sha256Of(der));
    all.Update(hashes.back());
  }
  const Hash sha256 = all.Finish();
  PoolResult<std::uint64_t> known =
      database.Prepare("SELECT id FROM chains WHERE sha256 = ?").Blob(sha256).Answer();
  if (!known || *known != kNoRow) {
    return known;
  }
  PoolResult<std::uint64_t> added =
      database.Prepare("INSERT INTO chains (sha256) VALUES (?) RETURNING id").Blob(sha256).Answer();
  if (added) {
    if (PoolResult<void> linked = AddLinks(database, *added, chain, hashes); !linked) {
      return tl::unexpected(linked.error());
    }
  }
  return added;
}

PoolResult<std::vector<ByteVector>> ReadChain(Database& database, std::uint64_t chain_id) {
  Query query = database.Prepare(
      "SELECT der FROM chain_links JOIN certificates ON certificates.id = certificate "
      "WHERE chain = ? ORDER BY position");
  return query.Number(chain_id).Collect(
      [](const Query& row) -> PoolResult<ByteVector> { return ToVector(row.BlobAt(0)); });
}

}  // namespace tattle
