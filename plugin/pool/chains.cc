// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/chains.h"

#include <optional>

#include "core/crypto/sha256.h"

namespace tattle {
namespace {

PoolResult<std::optional<std::uint64_t>> FirstNumber(Query query) {
  const PoolResult<bool> row = query.Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  return *row ? std::optional(query.NumberAt(0)) : std::nullopt;
}

PoolResult<std::uint64_t> AddCertificate(Database& database, Bytes der, const Hash& sha256) {
  Query find = database.Prepare("SELECT id FROM certificates WHERE sha256 = ?");
  find.Blob(sha256);
  const auto known = FirstNumber(std::move(find));
  if (!known || *known) {
    return known ? PoolResult<std::uint64_t>(**known) : tl::unexpected(known.error());
  }
  Query insert =
      database.Prepare("INSERT INTO certificates (sha256, der) VALUES (?, ?) RETURNING id");
  insert.Blob(sha256).Blob(der);
  const auto added = FirstNumber(std::move(insert));
  return added ? PoolResult<std::uint64_t>(added->value_or(0)) : tl::unexpected(added.error());
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
  Query find = database.Prepare("SELECT id FROM chains WHERE sha256 = ?");
  find.Blob(sha256);
  const auto known = FirstNumber(std::move(find));
  if (!known || *known) {
    return known ? PoolResult<std::uint64_t>(**known) : tl::unexpected(known.error());
  }
  Query insert = database.Prepare("INSERT INTO chains (sha256) VALUES (?) RETURNING id");
  insert.Blob(sha256);
  const auto added = FirstNumber(std::move(insert));
  if (!added) {
    return tl::unexpected(added.error());
  }
  const std::uint64_t chain_id = added->value_or(0);
  if (PoolResult<void> linked = AddLinks(database, chain_id, chain, hashes); !linked) {
    return tl::unexpected(linked.error());
  }
  return chain_id;
}

PoolResult<std::vector<ByteVector>> ReadChain(Database& database, std::uint64_t chain_id) {
  Query query = database.Prepare(
      "SELECT der FROM chain_links JOIN certificates ON certificates.id = certificate "
      "WHERE chain = ? ORDER BY position");
  query.Number(chain_id);
  std::vector<ByteVector> chain;
  while (true) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return chain;
    }
    chain.push_back(ToVector(query.BlobAt(0)));
  }
}

}  // namespace tattle
