// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/tree_head.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/real_data.h"

namespace tattle::tree_head_test {
namespace {

using testlib::Join;
using testlib::TestKey;
using testlib::Uint;

// SignedHead is a head signed by hand.
SignedTreeHead SignedHead(const TestKey& key, std::uint8_t algorithm) {
  SignedTreeHead sth;
  sth.head.tree_size = 0x1112131415161718;
  sth.head.timestamp_ms = 0x0102030405060708;
  sth.head.sha256_root_hash.fill(0x77);
  const ByteVector signature = key.Sign(Join({{0 /* v1 */, 1 /* tree_hash */},
                                              Uint(0x0102030405060708, 8),
                                              Uint(0x1112131415161718, 8),
                                              ByteVector(32, 0x77)}));
  sth.signature = Join({{4, algorithm}, Uint(signature.size(), 2), signature});
  return sth;
}

std::shared_ptr<const PublicKey> Decode(const TestKey& key) {
  return DecodePublicKey(key.Spki()).value();
}

// Json is a get-sth answer with one member replaced: by `value` as JSON, or left out if empty.
std::string Json(std::string_view replaced, std::string_view value) {
  std::string out;
  const std::pair<std::string, std::string> members[] = {
      {"tree_size", "7"},
      {"timestamp", "1776211200000"},
      {"sha256_root_hash", '"' + EncodeBase64(ByteVector(32, 1)) + '"'},
      {"tree_head_signature", '"' + EncodeBase64(ByteVector{4, 3, 0, 1, 9}) + '"'},
  };
  for (const auto& [name, good] : members) {
    const std::string_view used = name == replaced ? value : std::string_view(good);
    if (!used.empty()) {
      out += std::string(out.empty() ? "{" : ",") + '"' + name + "\":" + std::string(used);
    }
  }
  return out + "}";
}

TEST(DecodeGetSthTest, ReadsAHeadAndWritesItAgain) {
  const std::string json = Json("", "");
  const Result<SignedTreeHead> sth = DecodeGetSth(AsBytes(json));
  ASSERT_TRUE(sth);
  EXPECT_EQ(sth->head.tree_size, 7U);
  EXPECT_EQ(sth->head.timestamp_ms, 1'776'211'200'000U);
  EXPECT_EQ(sth->head.sha256_root_hash[31], 1);
  EXPECT_EQ(Hex(sth->signature), "0403000109");
  EXPECT_EQ(EncodeGetSth(*sth), json);
  EXPECT_TRUE(DecodeGetSth(AsBytes(" {\"log\":{}," + json.substr(1) + "\n")));
}

TEST(DecodeGetSthTest, TellsWhatIsMissingFromWhatIsWrong) {
  const std::tuple<const char*, const char*, Errc, const char*> cases[] = {
      {"tree_size", "", Errc::kMissing, "sth.tree_size"},
      {"tree_size", "\"7\"", Errc::kBadEncoding, "sth.tree_size"},
      {"tree_size", "-7", Errc::kBadEncoding, "sth.tree_size"},
      {"tree_size", "7.0", Errc::kBadEncoding, "sth.tree_size"},
      {"tree_size", "9223372036854775809", Errc::kOutOfRange, "sth.tree_size"},
      {"tree_size", "18446744073709551616", Errc::kBadEncoding, "json"},
      {"timestamp", "", Errc::kMissing, "sth.timestamp"},
      {"timestamp", "null", Errc::kBadEncoding, "sth.timestamp"},
      {"sha256_root_hash", "", Errc::kMissing, "sth.sha256_root_hash"},
      {"sha256_root_hash", "\"AQ\"", Errc::kBadEncoding, "sth.sha256_root_hash"},
      {"sha256_root_hash", "\"\"", Errc::kBadLength, "sth.sha256_root_hash"},
      {"sha256_root_hash", "\"AQEB\"", Errc::kBadLength, "sth.sha256_root_hash"},
      {"tree_head_signature", "", Errc::kMissing, "sth.tree_head_signature"},
      {"tree_head_signature", "{}", Errc::kBadEncoding, "sth.tree_head_signature"},
      {"tree_head_signature", "\"\"", Errc::kTruncated, "signature"},
      {"tree_head_signature", "\"BAMAAQkJ\"", Errc::kTrailingBytes, "signature"},
  };
  for (const auto& [member, value, code, field] : cases) {
    const Result<SignedTreeHead> sth = DecodeGetSth(AsBytes(Json(member, value)));
    ASSERT_FALSE(sth) << member << value;
    EXPECT_EQ(sth.error().code, code) << member << value;
    EXPECT_STREQ(sth.error().field, field) << member << value;
  }
  for (const char* text : {"", "[]", "null", "{", "7"}) {
    EXPECT_FALSE(DecodeGetSth(AsBytes(text))) << text;
  }
}

TEST(DecodeGetSthTest, TakesTheLargestTree) {
  EXPECT_EQ(DecodeGetSth(AsBytes(Json("tree_size", "9223372036854775808")))->head.tree_size,
            kMaxTreeSize);
  EXPECT_EQ(DecodeGetSth(AsBytes(Json("timestamp", "18446744073709551615")))->head.timestamp_ms,
            std::numeric_limits<std::uint64_t>::max());
}

TEST(VerifyTreeHeadTest, AcceptsTheLogsSignatureOverEveryField) {
  for (const auto& [key, algorithm] : {std::pair{TestKey::P256(), std::uint8_t{3}},
                                       std::pair{TestKey::Rsa(2048), std::uint8_t{1}}}) {
    const auto public_key = Decode(key);
    const SignedTreeHead good = SignedHead(key, algorithm);
    EXPECT_TRUE(VerifyTreeHead(good, *public_key).value());
    EXPECT_FALSE(VerifyTreeHead(good, *Decode(TestKey::P256())).value());
    for (unsigned bit = 0; bit < 64; ++bit) {
      SignedTreeHead sth = good;
      sth.head.tree_size ^= std::uint64_t{1} << bit;
      EXPECT_FALSE(VerifyTreeHead(sth, *public_key).value());
      sth = good;
      sth.head.timestamp_ms ^= std::uint64_t{1} << bit;
      EXPECT_FALSE(VerifyTreeHead(sth, *public_key).value());
    }
    for (std::size_t i = 0; i < 32; ++i) {
      SignedTreeHead sth = good;
      sth.head.sha256_root_hash.at(i) ^= 1U;
      EXPECT_FALSE(VerifyTreeHead(sth, *public_key).value());
    }
  }
}

TEST(VerifyTreeHeadTest, HoldsTheAlgorithmToTheKey) {
  const TestKey key = TestKey::P256();
  EXPECT_FALSE(VerifyTreeHead(SignedHead(key, 1), *Decode(key)).value());
  SignedTreeHead sth = SignedHead(key, 3);
  sth.signature.push_back(0);
  EXPECT_EQ(VerifyTreeHead(sth, *Decode(key)).error().code, Errc::kTrailingBytes);
}

TEST(VerifyTreeHeadTest, DoesNotAcceptAnSctsSignature) {
  // An SCT over the same bytes differs in its signature_type alone.
  const TestKey key = TestKey::P256();
  SignedTreeHead sth = SignedHead(key, 3);
  const ByteVector signature = key.Sign(Join({{0 /* v1 */, 0 /* certificate_timestamp */},
                                              Uint(0x0102030405060708, 8),
                                              Uint(0x1112131415161718, 8),
                                              ByteVector(32, 0x77)}));
  sth.signature = Join({{4, 3}, Uint(signature.size(), 2), signature});
  EXPECT_FALSE(VerifyTreeHead(sth, *Decode(key)).value());
}

// CollectKeys finds the keys of every log list, whatever its version.
void CollectKeys(json::Value value, std::vector<std::shared_ptr<const PublicKey>>& keys) {
  if (const std::optional<ByteVector> spki = value.FindBytes("key")) {
    if (const auto key = DecodePublicKey(*spki)) {
      keys.push_back(*key);
    }
  }
  const auto descend = [&keys](json::Value child) {
    CollectKeys(child, keys);
    return true;
  };
  value.ForEachElement(descend);
  value.ForEachMember([&](std::string_view, json::Value child) { return descend(child); });
}

std::vector<std::shared_ptr<const PublicKey>> KeysOf(const std::filesystem::path& folder) {
  std::vector<std::shared_ptr<const PublicKey>> keys;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() == ".json") {
      const Result<json::Document> document =
          json::Document::Decode(testlib::ReadFile(file.path()), kMaxLogListSize);
      if (document) {
        CollectKeys(document->root(), keys);
      }
    }
  }
  return keys;
}

bool IsSignedByOneOf(const std::vector<std::shared_ptr<const PublicKey>>& keys,
                     const SignedTreeHead& sth) {
  for (const auto& key : keys) {
    if (VerifyTreeHead(sth, *key).value()) {
      return true;
    }
  }
  return false;
}

// HeadsOf splits a file of one head, or of one a line.
std::vector<SignedTreeHead> HeadsOf(const std::filesystem::path& file) {
  std::vector<SignedTreeHead> heads;
  const ByteVector bytes = testlib::ReadFile(file);
  std::string_view rest = AsText(bytes);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (const Result<SignedTreeHead> sth = DecodeGetSth(AsBytes(line))) {
      heads.push_back(*sth);
    }
  }
  return heads;
}

TEST(RealTreeHeadsTest, AreSignedByALogOfTheLists) {
  TATTLE_REAL_DATA_OR_SKIP(lists, "loglists");
  TATTLE_REAL_DATA_OR_SKIP(folder, "rfc6962api");
  const auto keys = KeysOf(lists);
  std::size_t num_heads = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) {
      continue;
    }
    std::vector<std::shared_ptr<const PublicKey>> signer;  // all heads of a file have one
    for (SignedTreeHead sth : HeadsOf(file.path())) {
      for (std::size_t i = 0; signer.empty() && i < keys.size(); ++i) {
        if (IsSignedByOneOf({keys[i]}, sth)) {
          signer = {keys[i]};
        }
      }
      EXPECT_TRUE(IsSignedByOneOf(signer, sth)) << file.path() << ' ' << sth.head.tree_size;
      sth.head.tree_size ^= 1U;
      EXPECT_FALSE(IsSignedByOneOf(signer, sth)) << file.path();
      ++num_heads;
    }
  }
  EXPECT_GT(num_heads, 0U);
}

}  // namespace
}  // namespace tattle::tree_head_test
