// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/log.h"

#include <string>

#include "core/crypto/sha256.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/tile_tree.h"
#include "core/note/checkpoint.h"
#include "tests/testlib/merkle_reference.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/testlog/fixture.h"

namespace tattle::testlog::log_test {
namespace {

class LogTest : public testing::TestWithParam<LogKind> {
 protected:
  std::unique_ptr<Log> log_ = MakeLog(OptionsOf(GetParam()));

  SignedTreeHead Head() const {
    const Outcome<SignedTreeHead> head = log_->Head();
    EXPECT_TRUE(head);
    return head.value_or(SignedTreeHead());
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, LogTest, testing::Values(LogKind::kRfc6962, LogKind::kStaticCt),
                         [](const auto& info) {
                           return info.param == LogKind::kRfc6962 ? "Rfc6962" : "StaticCt";
                         });

TEST_P(LogTest, BeginsWithASignedHeadOfNothing) {
  const SignedTreeHead head = Head();
  EXPECT_EQ(head.head, (TreeHead{0, kNowMs, EmptyRoot()}));
  EXPECT_TRUE(VerifyTreeHead(head, *log_->key().public_key()).value());
}

TEST_P(LogTest, KeepsThePromiseOfItsSct) {
  const ByteVector sct = SubmitLeaf(*log_, 1, kNowMs + 1);
  const ByteVector other = SubmitLeaf(*log_, 2, kNowMs + 2);
  ASSERT_TRUE(log_->Sequence(kNowMs + 3));
  const Outcome<StoredEntry> stored = log_->ReadEntry(0, 0);
  ASSERT_TRUE(stored);
  const Result<TimestampedEntry> in_log = DecodeMerkleTreeLeaf(stored->leaf_input);
  ASSERT_TRUE(in_log);
  EXPECT_TRUE(SctVerifies(*log_, sct, in_log->entry));
  EXPECT_FALSE(SctVerifies(*log_, other, in_log->entry));
  EXPECT_EQ(LeafOf(sct, in_log->entry), stored->leaf_input);
  const SignedTreeHead head = Head();
  EXPECT_EQ(head.head.tree_size, 2U);
  const std::optional<std::uint64_t> index =
      log_->FindLeaf(0, HashLeaf(LeafOf(sct, in_log->entry)));
  ASSERT_EQ(index, 0U);
  const auto proof = log_->Inclusion(0, *index, head.head.tree_size);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(VerifyInclusion(stored->leaf_hash, *index, 2, *proof, head.head.sha256_root_hash));
}

TEST_P(LogTest, GivesTheSameSctForTheSameChain) {
  const std::vector<ByteVector> chain = {Pki().Leaf(1)};
  const auto first = log_->Submit(EntryType::kX509, chain, kNowMs + 1);
  const auto again = log_->Submit(EntryType::kX509, chain, kNowMs + 2);
  ASSERT_TRUE(log_->Sequence(kNowMs + 3));
  const auto later = log_->Submit(EntryType::kX509, chain, kNowMs + 4);
  ASSERT_TRUE(first && again && later);
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(*first, *later);
  ASSERT_TRUE(log_->Sequence(kNowMs + 5));
  EXPECT_EQ(Head().head.tree_size, 1U);
}

TEST_P(LogTest, AgreesWithTheReferenceAtEverySize) {
  std::vector<ByteVector> leaves;
  std::vector<SignedTreeHead> heads = {Head()};
  for (std::uint64_t size = 1; size <= 70; ++size) {
    ASSERT_TRUE(log_->AddSynthetic(1, kNowMs + size));
    leaves.push_back(log_->ReadEntry(0, size - 1)->leaf_input);
    heads.push_back(Head());
    const TreeHead& head = heads.back().head;
    ASSERT_EQ(head, (TreeHead{size, kNowMs + size, testlib::ReferenceRoot(leaves)}));
    ASSERT_TRUE(VerifyTreeHead(heads.back(), *log_->key().public_key()).value());
  }
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const testlib::Leaves some(leaves.data(), size);
    for (std::uint64_t i = 0; i < size; ++i) {
      ASSERT_EQ(log_->Inclusion(0, i, size).value(), testlib::ReferenceInclusion(i, some));
      ASSERT_EQ(log_->Consistency(0, i + 1, size).value(),
                testlib::ReferenceConsistency(i + 1, some));
    }
  }
}

TEST(StaticCtLogTest, ProvesLargeTrees) {
  const std::unique_ptr<Log> log = MakeLog(OptionsOf(LogKind::kStaticCt));
  ASSERT_TRUE(log->AddSynthetic(65'600, kNowMs + 1));
  const SignedTreeHead older = *log->Head();
  ASSERT_TRUE(log->AddSynthetic(400, kNowMs + 2));
  const SignedTreeHead newer = *log->Head();
  const auto consistency = log->Consistency(0, 65'600, 66'000);
  ASSERT_TRUE(consistency);
  EXPECT_TRUE(VerifyConsistency(65'600, older.head.sha256_root_hash, 66'000,
                                newer.head.sha256_root_hash, *consistency));
  for (const std::uint64_t i : {0ULL, 65'535ULL, 65'536ULL, 65'999ULL}) {
    const auto inclusion = log->Inclusion(0, i, 66'000);
    ASSERT_TRUE(inclusion);
    EXPECT_TRUE(VerifyInclusion(HashLeaf(log->ReadEntry(0, i)->leaf_input), i, 66'000, *inclusion,
                                newer.head.sha256_root_hash));
  }
  auto tiles = TileTree::Create(66'000, newer.head.sha256_root_hash,
                                [&](const Tile& tile) { return log->HashTile(0, tile); });
  ASSERT_TRUE(tiles);
  EXPECT_EQ(tiles->RootAt(65'600).value(), older.head.sha256_root_hash);
  EXPECT_EQ(tiles->InclusionProof(65'536).value(), log->Inclusion(0, 65'536, 66'000).value());
}

TEST_P(LogTest, RefusesWhatDoesNotLeadToARoot) {
  const testlib::TestCa other("Another root");
  const std::vector<ByteVector> foreign = {other.Issue(testlib::TestKey::P256(), {}),
                                           other.certificate()};
  const auto refused = log_->Submit(EntryType::kX509, foreign, kNowMs);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().is_ours);
  EXPECT_EQ(refused.error().sentence, "the chain does not lead to an accepted root");
  EXPECT_EQ(Head().head.tree_size, 0U);
}

TEST_P(LogTest, SignsANewHeadWhenTheOldOneIsOldEnough) {
  const SignedTreeHead first = Head();
  ASSERT_TRUE(log_->Sequence(kNowMs + 59'999));
  EXPECT_EQ(Head().head, first.head);
  ASSERT_TRUE(log_->Sequence(kNowMs + 60'000));
  EXPECT_EQ(Head().head.timestamp_ms, kNowMs + 60'000);
}

TEST_P(LogTest, NeverSignsTwoHeadsWithOneTime) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(log_->AddSynthetic(1, kNowMs));
  }
  EXPECT_EQ(Head().head.timestamp_ms, kNowMs + 5);
}

TEST_P(LogTest, GoesOnAfterARestart) {
  const testlib::ScratchFolder folder;
  LogOptions options = OptionsOf(GetParam());
  options.store = folder.Path("log.sqlite");
  const std::vector<ByteVector> chain = {Pki().Leaf(1)};
  LogId log_id;
  ByteVector sct;
  TreeHead before;
  {
    const std::unique_ptr<Log> log = MakeLog(options);
    log_id = log->key().log_id();
    ASSERT_TRUE(log->AddSynthetic(300, kNowMs));
    sct = log->Submit(EntryType::kX509, chain, kNowMs + 1).value();
    before = log->Head()->head;
  }
  const std::unique_ptr<Log> log = MakeLog(options, kNowMs + 10);
  EXPECT_EQ(log->key().log_id(), log_id);
  EXPECT_EQ(log->Head()->head.sha256_root_hash, before.sha256_root_hash);
  EXPECT_EQ(log->Submit(EntryType::kX509, chain, kNowMs + 11).value(), sct);
  ASSERT_TRUE(log->Sequence(kNowMs + 12));
  EXPECT_EQ(log->Head()->head.tree_size, 301U);
  EXPECT_EQ(log->FindIssuer(Sha256Of(Pki().root().certificate()))->value(),
            Pki().root().certificate());
}

TEST_P(LogTest, HoldsAStoreToItsKeyAndKind) {
  const testlib::ScratchFolder folder;
  LogOptions options = OptionsOf(GetParam());
  options.store = folder.Path("log.sqlite");
  MakeLog(options);
  options.kind = GetParam() == LogKind::kRfc6962 ? LogKind::kStaticCt : LogKind::kRfc6962;
  const auto other_kind = Log::Create(options, kNowMs);
  ASSERT_FALSE(other_kind);
  EXPECT_EQ(other_kind.error(), "the store is that of a log with another kind");
  options.kind = GetParam();
  options.key_pem = LogKey::Generate(KeyType::kEcdsaP256)->EncodePem().value();
  const auto other_key = Log::Create(options, kNowMs);
  ASSERT_FALSE(other_key);
  EXPECT_EQ(other_key.error(), "the store is that of a log with another key");
}

TEST_P(LogTest, SignsWithRsaToo) {
  LogOptions options = OptionsOf(GetParam());
  options.key_type = KeyType::kRsa;
  const std::unique_ptr<Log> log = MakeLog(options);
  EXPECT_EQ(log->key().public_key()->type(), KeyType::kRsa);
  EXPECT_TRUE(VerifyTreeHead(*log->Head(), *log->key().public_key()).value());
  const ByteVector sct = SubmitLeaf(*log, 1, kNowMs);
  ASSERT_TRUE(log->Sequence(kNowMs));
  const ByteVector leaf = log->ReadEntry(0, 0)->leaf_input;
  EXPECT_TRUE(SctVerifies(*log, sct, DecodeMerkleTreeLeaf(leaf)->entry));
}

TEST(Rfc6962LogTest, MergesAfterTheDelay) {
  LogOptions options = OptionsOf(LogKind::kRfc6962);
  options.merge_delay_ms = 1000;
  const std::unique_ptr<Log> log = MakeLog(options);
  SubmitLeaf(*log, 1, kNowMs + 10);
  SubmitLeaf(*log, 2, kNowMs + 20);
  ASSERT_TRUE(log->Sequence(kNowMs + 1009));
  EXPECT_EQ(log->Head()->head.tree_size, 0U);
  ASSERT_TRUE(log->Sequence(kNowMs + 1010));
  EXPECT_EQ(log->Head()->head.tree_size, 1U);
  ASSERT_TRUE(log->Sequence(kNowMs + 1020));
  EXPECT_EQ(log->Head()->head.tree_size, 2U);
}

TEST(StaticCtLogTest, PutsTheIndexIntoTheSct) {
  const std::unique_ptr<Log> log = MakeLog(OptionsOf(LogKind::kStaticCt));
  for (std::uint64_t i = 0; i < 3; ++i) {
    const ByteVector sct = SubmitLeaf(*log, i + 1, kNowMs + i);
    EXPECT_EQ(DecodeSct(sct)->leaf_index, i);
    EXPECT_EQ(log->Head()->head.tree_size, i + 1);
  }
}

TEST(StaticCtLogTest, SignsCheckpoints) {
  const std::unique_ptr<Log> log = MakeLog(OptionsOf(LogKind::kStaticCt));
  log->SetOrigin(0, "log.example/amber");
  SubmitLeaf(*log, 1, kNowMs + 1);
  const Outcome<std::string> note = log->Checkpoint();
  ASSERT_TRUE(note);
  const auto head = VerifyCheckpoint(AsBytes(*note), "log.example/amber", log->key().log_id(),
                                     *log->key().public_key());
  ASSERT_TRUE(head) << Describe(head.error());
  EXPECT_EQ(head->head, log->Head()->head);
}

}  // namespace
}  // namespace tattle::testlog::log_test
