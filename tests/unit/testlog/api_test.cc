// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/api.h"

#include <string>

#include "core/crypto/sha256.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/tile_tree.h"
#include "core/note/checkpoint.h"
#include "tests/unit/testlog/fixture.h"
#include "tests/unit/testlog/requests.h"

namespace tattle::testlog::api_test {
namespace {

class Rfc6962ApiTest : public testing::Test {
 protected:
  static LogOptions Options() {
    LogOptions options = OptionsOf(LogKind::kRfc6962);
    options.max_get_entries = 7;
    return options;
  }

  SignedTreeHead Sth() const {
    const auto sth = DecodeGetSth(Get(*log_, "/ct/v1/get-sth").body);
    EXPECT_TRUE(sth);
    return sth.value_or(SignedTreeHead());
  }

  std::unique_ptr<Log> log_ = MakeLog(Options());
};

TEST_F(Rfc6962ApiTest, AnswersAClientAtEverySize) {
  std::vector<SignedTreeHead> heads;
  for (std::uint64_t size = 1; size <= 20; ++size) {
    const ByteVector leaf = Pki().Leaf(size);
    const HttpResponse added = Post(*log_, "/ct/v1/add-chain", ChainJson({leaf}), kNowMs + size);
    ASSERT_EQ(added.status, 200);
    const ByteVector sct = SctIn(added);
    const SignedEntry entry{EntryType::kX509, leaf, {}};
    ASSERT_TRUE(SctVerifies(*log_, sct, entry));
    ASSERT_TRUE(log_->Sequence(kNowMs + size));
    heads.push_back(Sth());
    const TreeHead& head = heads.back().head;
    ASSERT_EQ(head.tree_size, size);
    ASSERT_TRUE(VerifyTreeHead(heads.back(), *log_->key().public_key()).value());

    const Hash leaf_hash = HashLeaf(LeafOf(sct, entry));
    const HttpResponse proof = Get(*log_, "/ct/v1/get-proof-by-hash?hash=" + Escape(leaf_hash) +
                                              "&tree_size=" + std::to_string(size));
    ASSERT_EQ(Json(proof).root().FindUint64("leaf_index"), size - 1);
    ASSERT_TRUE(VerifyInclusion(leaf_hash, size - 1, size, HashesIn(proof, "audit_path"),
                                head.sha256_root_hash));
    for (const SignedTreeHead& older : heads) {
      const HttpResponse consistency =
          Get(*log_, "/ct/v1/get-sth-consistency?first=" + std::to_string(older.head.tree_size) +
                         "&second=" + std::to_string(size));
      ASSERT_TRUE(VerifyConsistency(older.head.tree_size, older.head.sha256_root_hash, size,
                                    head.sha256_root_hash, HashesIn(consistency, "consistency")));
    }
  }
}

TEST_F(Rfc6962ApiTest, GivesEntriesWithTheirChains) {
  ASSERT_TRUE(log_->AddSynthetic(10, kNowMs));
  SubmitLeaf(*log_, 1, kNowMs + 1);
  ASSERT_TRUE(log_->Sequence(kNowMs + 1));
  const TreeHead head = Sth().head;
  // At most seven an answer, and none beyond the tree.
  EXPECT_EQ(EntriesIn(Get(*log_, "/ct/v1/get-entries?start=0&end=100")).size(), 7U);
  const auto rest = EntriesIn(Get(*log_, "/ct/v1/get-entries?start=7&end=100"));
  ASSERT_EQ(rest.size(), 4U);
  const auto extra = DecodeExtraData(EntryType::kX509, rest.back().extra_data);
  ASSERT_TRUE(extra);
  ASSERT_EQ(extra->chain.size(), 1U);
  EXPECT_TRUE(Equal(extra->chain.front(), Pki().root().certificate()));

  const HttpResponse both = Get(*log_, "/ct/v1/get-entry-and-proof?leaf_index=10&tree_size=11");
  const json::Document document = Json(both);
  EXPECT_EQ(document.root().FindBytes("leaf_input"), rest.back().leaf_input);
  EXPECT_EQ(document.root().FindBytes("extra_data"), rest.back().extra_data);
  EXPECT_TRUE(VerifyInclusion(HashLeaf(rest.back().leaf_input), 10, 11,
                              HashesIn(both, "audit_path"), head.sha256_root_hash));
}

TEST_F(Rfc6962ApiTest, TakesPrecertificates) {
  const ByteVector precertificate = Pki().Precertificate(5);
  const HttpResponse added =
      Post(*log_, "/ct/v1/add-pre-chain", ChainJson({precertificate}), kNowMs + 1);
  ASSERT_EQ(added.status, 200);
  ASSERT_TRUE(log_->Sequence(kNowMs + 1));
  const auto entries = EntriesIn(Get(*log_, "/ct/v1/get-entries?start=0&end=0"));
  ASSERT_EQ(entries.size(), 1U);
  const auto leaf = DecodeMerkleTreeLeaf(entries[0].leaf_input);
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf->entry.type, EntryType::kPrecert);
  EXPECT_TRUE(SctVerifies(*log_, SctIn(added), leaf->entry));
  const auto extra = DecodeExtraData(EntryType::kPrecert, entries[0].extra_data);
  ASSERT_TRUE(extra);
  EXPECT_TRUE(Equal(extra->pre_certificate, precertificate));
}

TEST_F(Rfc6962ApiTest, NamesItsRoots) {
  const json::Document document = Json(Get(*log_, "/ct/v1/get-roots"));
  std::vector<std::string> roots;
  document.root().Find("certificates")->ForEachElement([&](json::Value root) {
    roots.emplace_back(root.AsString().value_or(""));
    return true;
  });
  EXPECT_EQ(roots, std::vector{EncodeBase64(Pki().root().certificate())});
}

TEST_F(Rfc6962ApiTest, SaysWhatIsWrong) {
  ASSERT_TRUE(log_->AddSynthetic(5, kNowMs));
  const std::string hash = Escape(Hash{});
  const struct {
    std::string target;
    int status;
    std::string_view message;
  } kCases[] = {
      {"/ct/v1/get-sth-consistency?first=1", 400, "parameter \"second\" is missing"},
      {"/ct/v1/get-sth-consistency?first=1&first=1&second=2", 400,
       "parameter \"first\" stands twice"},
      {"/ct/v1/get-sth-consistency?first=-1&second=2", 400, "parameter \"first\" is no number"},
      {"/ct/v1/get-sth-consistency?first=3&second=2", 400,
       "first must not be beyond second, nor second beyond the tree"},
      {"/ct/v1/get-sth-consistency?first=3&second=6", 400,
       "first must not be beyond second, nor second beyond the tree"},
      {"/ct/v1/get-proof-by-hash?hash=AAAA&tree_size=5", 400,
       "parameter \"hash\" is no hash in base64"},
      {"/ct/v1/get-proof-by-hash?hash=%4&tree_size=5", 400,
       "parameter \"hash\" has a broken escape"},
      {"/ct/v1/get-proof-by-hash?hash=" + hash + "&tree_size=6", 400,
       "there is no tree of this size"},
      {"/ct/v1/get-proof-by-hash?hash=" + hash + "&tree_size=5", 404,
       "the tree has no leaf with this hash"},
      {"/ct/v1/get-entries?start=5&end=5", 400,
       "start must not be beyond end, nor beyond the tree"},
      {"/ct/v1/get-entries?start=2&end=1", 400,
       "start must not be beyond end, nor beyond the tree"},
      {"/ct/v1/get-entry-and-proof?leaf_index=5&tree_size=5", 400,
       "leaf_index must be in the tree, and tree_size not beyond it"},
      {"/ct/v1/add-chain", 405, "another method is for this"},
      {"/ct/v1/get-sth/", 404, "there is nothing here"},
      {"/checkpoint", 404, "there is nothing here"},
      {"", 404, "there is nothing here"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.target);
    const HttpResponse response = Get(*log_, c.target);
    EXPECT_EQ(response.status, c.status);
    const json::Document document = Json(response);
    EXPECT_EQ(document.root().FindString("error_message"), c.message);
    const auto success = document.root().Find("success");
    ASSERT_TRUE(success);
    EXPECT_EQ(success->AsBool(), false);
  }
}

TEST_F(Rfc6962ApiTest, RefusesSubmissionsWithASentence) {
  const ByteVector leaf = Pki().Leaf(1);
  const ByteVector precertificate = Pki().Precertificate(1);
  const struct {
    std::string_view path;
    std::string body;
    std::string_view message;
  } kCases[] = {
      {"/ct/v1/add-chain", "", "the body is no JSON: json: bad encoding"},
      {"/ct/v1/add-chain", "{}", "the body has no \"chain\""},
      {"/ct/v1/add-chain", R"({"chain":["*"]})", "\"chain\" has an element that is no base64"},
      {"/ct/v1/add-chain", R"({"chain":[1]})", "\"chain\" has an element that is no base64"},
      {"/ct/v1/add-chain", R"({"chain":[]})", "the chain is empty"},
      {"/ct/v1/add-chain", ChainJson({{1, 2, 3}}), "certificate 1 of the chain is no certificate"},
      {"/ct/v1/add-chain", ChainJson({leaf, leaf}),
       "certificate 2 of the chain is not that of a CA"},
      {"/ct/v1/add-chain", ChainJson({precertificate}), "a precertificate is for add-pre-chain"},
      {"/ct/v1/add-pre-chain", ChainJson({leaf}), "a certificate without poison is for add-chain"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.body);
    const HttpResponse response = Post(*log_, c.path, c.body, kNowMs);
    EXPECT_EQ(response.status, 400);
    const std::string message(Json(response).root().FindString("error_message").value_or(""));
    EXPECT_TRUE(message.starts_with(c.message.substr(0, 21))) << message;
    EXPECT_TRUE(c.message.starts_with("the body is") || message == c.message) << message;
  }
}

class StaticCtApiTest : public testing::Test {
 protected:
  SignedTreeHead Head() const {
    const auto head = VerifyCheckpoint(Get(*log_, "/checkpoint").body, "testlog.example/amber",
                                       log_->key().log_id(), *log_->key().public_key());
    EXPECT_TRUE(head) << Describe(head.error());
    return head.value_or(SignedTreeHead());
  }

  Result<ByteVector> Fetch(const Tile& tile) const {
    const HttpResponse response = Get(*log_, "/" + EncodeTilePath(tile));
    return response.status == 200 ? Result<ByteVector>(response.body)
                                  : Fail(Errc::kMissing, "tile");
  }

  std::unique_ptr<Log> log_ = MakeLog(OptionsOf(LogKind::kStaticCt));
};

TEST_F(StaticCtApiTest, ServesTilesForItsCheckpointAtEverySize) {
  for (std::uint64_t size = 1; size <= 20; ++size) {
    const ByteVector leaf = Pki().Leaf(size);
    const HttpResponse added = Post(*log_, "/ct/v1/add-chain", ChainJson({leaf}), kNowMs + size);
    const ByteVector sct = SctIn(added);
    const SignedEntry entry{EntryType::kX509, leaf, {}};
    ASSERT_TRUE(SctVerifies(*log_, sct, entry));
    ASSERT_EQ(DecodeSct(sct)->leaf_index, size - 1);
    const TreeHead head = Head().head;
    ASSERT_EQ(head.tree_size, size);
    auto tree = TileTree::Create(size, head.sha256_root_hash,
                                 [&](const Tile& tile) { return Fetch(tile); });
    ASSERT_TRUE(tree) << Describe(tree.error());
    ASSERT_EQ(tree->LeafHash(size - 1).value(), HashLeaf(LeafOf(sct, entry)));
  }
}

TEST_F(StaticCtApiTest, ServesTheEntriesOfItsTree) {
  ASSERT_TRUE(log_->AddSynthetic(600, kNowMs));
  SubmitLeaf(*log_, 1, kNowMs + 1);
  const ByteVector precertificate = Pki().Precertificate(2);
  ASSERT_EQ(Post(*log_, "/ct/v1/add-pre-chain", ChainJson({precertificate}), kNowMs + 2).status,
            200);
  const TreeHead head = Head().head;
  ASSERT_EQ(head.tree_size, 602U);
  MerkleTree tree;
  for (std::uint64_t index = 0; index < 3; ++index) {
    const Tile tile{TileKind::kData, 0, index, TileWidthAt(0, index, 602)};
    const Result<ByteVector> bytes = Fetch(tile);
    ASSERT_TRUE(bytes);
    const auto leaves = DecodeDataTile(*bytes);
    ASSERT_TRUE(leaves);
    ASSERT_EQ(leaves->size(), tile.width);
    for (const TileLeaf& leaf : *leaves) {
      const auto extensions = DecodeCtExtensions(leaf.timestamped_entry.extensions);
      ASSERT_TRUE(extensions);
      ASSERT_EQ(extensions->leaf_index, tree.size());
      tree.Append(HashLeaf(EncodeMerkleTreeLeaf(leaf.timestamped_entry).value()));
    }
    if (index == 2) {
      EXPECT_TRUE(Equal(leaves->back().pre_certificate, precertificate));
      const Hash root = Sha256Of(Pki().root().certificate());
      EXPECT_EQ(leaves->back().chain_fingerprints, std::vector{root});
      const HttpResponse issuer = Get(*log_, "/issuer/" + Hex(root));
      EXPECT_EQ(issuer.body, Pki().root().certificate());
    }
  }
  EXPECT_EQ(tree.RootAt(602).value(), head.sha256_root_hash);
}

TEST_F(StaticCtApiTest, HasNoOtherFiles) {
  ASSERT_TRUE(log_->AddSynthetic(300, kNowMs));
  EXPECT_EQ(Get(*log_, "/tile/0/000").status, 200);
  EXPECT_EQ(Get(*log_, "/tile/0/000.p/10").status, 200);  // what was served once
  EXPECT_EQ(Get(*log_, "/tile/0/001.p/44").status, 200);
  EXPECT_EQ(Get(*log_, "/tile/1/000.p/1").status, 200);
  for (const std::string_view target :
       {"/tile/0/001.p/45", "/tile/0/001", "/tile/1/000.p/2", "/tile/2/000.p/1", "/tile/0/0",
        "/tile/data/001.p/45", "/tile/x", "/tile/", "/issuer/", "/issuer/00", "/ct/v1/get-sth",
        "/checkpoint/"}) {
    EXPECT_EQ(Get(*log_, target).status, 404) << target;
  }
  const std::string upper_case = "/issuer/" + std::string(64, 'A');
  EXPECT_EQ(Get(*log_, upper_case).status, 404);
}

}  // namespace
}  // namespace tattle::testlog::api_test
