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

}  // namespace

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
