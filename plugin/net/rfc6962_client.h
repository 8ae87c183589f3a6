// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Rfc6962Client: a LogClient over get-sth and its kin (RFC 6962, Section 4).

#ifndef TATTLE_PLUGIN_NET_RFC6962_CLIENT_H_
#define TATTLE_PLUGIN_NET_RFC6962_CLIENT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/merkle/compact_range.h"
#include "core/wire/log_answers.h"
#include "plugin/net/bounds.h"
#include "plugin/net/log_client.h"
#include "plugin/net/log_request.h"

namespace tattle {

class Rfc6962Client : public LogClient {
 public:
  Rfc6962Client(const Log& log, HttpClient& http) : LogClient(log), http_(http) {}

  Answer<SignedTreeHead> FetchTreeHead() override;
  Answer<std::vector<Hash>> FetchConsistency(const TreeHead& older, const TreeHead& newer) override;
  Answer<InclusionProof> FetchInclusion(const Hash& leaf_hash,
                                        std::optional<std::uint64_t> leaf_index,
                                        const TreeHead& head) override;
  Answer<void> FetchEntries(std::uint64_t first, std::uint64_t last, const TreeHead& head,
                            const Show& show) override;
  Answer<std::vector<ByteVector>> FetchRoots() override;
  Answer<ByteVector> AddChain(std::span<const ByteVector> chain) override;
  Answer<ByteVector> AddPreChain(std::span<const ByteVector> chain) override;

 private:
  // Batch is what one get-entries gave, from leaf `first` on.
  struct Batch {
    std::uint64_t first = 0;
    Fetched fetched;
    std::vector<LogEntryAnswer> entries;
  };

  std::string Url(std::string_view question) const;
  Answer<std::vector<Hash>> AskForConsistency(std::uint64_t size1, std::uint64_t size2);
  // GivenProof is what get-proof-by-hash answered, not verified yet.
  struct GivenProof {
    InclusionProof proof;
    ByteVector body;
  };
  Answer<GivenProof> AskForInclusion(const Hash& leaf_hash, std::uint64_t tree_size);
  Answer<Batch> FetchBatch(std::uint64_t first, std::uint64_t last);
  Answer<CompactRange> FetchRangeBefore(std::uint64_t leaf_index, const Hash& leaf_hash,
                                        std::uint64_t tree_size);
  Answer<void> ProveBatch(const Batch& batch, const TreeHead& head, CompactRange& range);
  Answer<void> ProveEntries(const Batch& batch, const TreeHead& head,
                            std::optional<CompactRange>& range);
  const InclusionProof* FindProof(const Batch& batch, const TreeHead& head) const;
  static Answer<void> CheckEntry(const Batch& batch, const TreeHead& head,
                                 const InclusionProof& proof);

  // Proven is what FetchInclusion found last.
  struct Proven {
    TreeHead head;
    InclusionProof proof;
  };

  HttpClient& http_;
  std::optional<Proven> proven_;
  std::uint64_t max_batch_ = kMaxEntriesPerRequest;  // less once an answer was too large
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_RFC6962_CLIENT_H_
