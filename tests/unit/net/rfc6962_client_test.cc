// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/rfc6962_client.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/loglist/decode.h"
#include "core/merkle/hash.h"
#include "plugin/net/bounds.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/net/log_client_fixture.h"

namespace tattle::rfc6962_client_test {
namespace {

using ::testing::HasSubstr;
using testing::LogClientFixture;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;

class Rfc6962ClientTest : public LogClientFixture {
 protected:
  void Start(std::size_t size) { LogClientFixture::Start(LogKind::kRfc6962, size); }

  // SpoilText changes the last `from` in the answers to one question.
  void SpoilText(const std::string& question, const std::string& from, const std::string& to) {
    log().spoil = [=](const std::string& target, ScriptedAnswer& answer) {
      const std::size_t at = answer.body.rfind(from);
      if (target.find(question) != std::string::npos && at != std::string::npos) {
        answer.body.replace(at, from.size(), to);
      }
    };
  }
};

// ChangeOf is another text of base64 of the same length.
std::string ChangeOf(const std::string& base64) {
  std::string other = base64;
  other[2] = other[2] == 'A' ? 'B' : 'A';
  return other;
}

TEST_F(Rfc6962ClientTest, KeepsTheHeadThatTheLogDidNotSign) {
  Start(5);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"tree_size\":5", "\"tree_size\":6"},
           {"\"timestamp\":1", "\"timestamp\":2"},
           {EncodeBase64(log().Head(5).sha256_root_hash),
            EncodeBase64(log().Head(4).sha256_root_hash)}}) {
    SpoilText("get-sth", from, to);
    const Answer<SignedTreeHead> sth = client().FetchTreeHead();
    ASSERT_FALSE(sth) << from;
    EXPECT_EQ(sth.error().kind, FailureKind::kBadSignature);
    EXPECT_THAT(std::string(AsText(sth.error().body)), HasSubstr(to));
  }
  SpoilText("get-sth", "\"BAM", "\"BAI");
  EXPECT_EQ(client().FetchTreeHead().error().kind, FailureKind::kBadSignature);
  SpoilText("get-sth", "\"BAM", "\"");
  EXPECT_EQ(client().FetchTreeHead().error().kind, FailureKind::kMalformed);
}

TEST_F(Rfc6962ClientTest, KeepsProofsThatDoNotFold) {
  Start(100);
  const std::vector<Hash> good = client().FetchConsistency(log().Head(60), log().Head(100)).value();
  const std::string last = EncodeBase64(good.back());
  SpoilText("get-sth-consistency", last, ChangeOf(last));
  const auto bad = client().FetchConsistency(log().Head(60), log().Head(100));
  EXPECT_EQ(bad.error().kind, FailureKind::kWrong);
  EXPECT_EQ(bad.error().proof.size(), good.size());
  SpoilText("get-sth-consistency", ",\"" + last + '"', "");
  const auto cut = client().FetchConsistency(log().Head(60), log().Head(100));
  EXPECT_EQ(cut.error().kind, FailureKind::kWrong);
  EXPECT_EQ(cut.error().proof.size(), good.size() - 1);
  SpoilText("get-sth-consistency", last, "AAAA");
  EXPECT_EQ(client().FetchConsistency(log().Head(60), log().Head(100)).error().kind,
            FailureKind::kMalformed);

  const InclusionProof path =
      client().FetchInclusion(log().LeafHash(9), {}, log().Head(100)).value();
  EXPECT_EQ(path.leaf_index, 9U);
  const std::string first = EncodeBase64(path.path.front());
  SpoilText("get-proof-by-hash", first, ChangeOf(first));
  const auto wrong = client().FetchInclusion(log().LeafHash(9), {}, log().Head(100));
  EXPECT_EQ(wrong.error().kind, FailureKind::kWrong);
  EXPECT_EQ(wrong.error().proof.size(), path.path.size());
  SpoilText("get-proof-by-hash", "\"leaf_index\":9", "\"leaf_index\":11");
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(9), {}, log().Head(100)).error().kind,
            FailureKind::kWrong);
  SpoilText("get-proof-by-hash", "\"leaf_index\":9", "\"leaf_index\":100");
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(9), {}, log().Head(100)).error().kind,
            FailureKind::kWrong);
}

TEST_F(Rfc6962ClientTest, SaysThatTheLogHasNoSuchLeaf) {
  Start(10);
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(9), {}, log().Head(9)).error().kind,
            FailureKind::kNotFound);
}

TEST_F(Rfc6962ClientTest, ShowsNoEntryThatTheTreeDoesNotHave) {
  Start(130);
  // Each of the first entry, one in the middle and the last one of a batch, and of the whole tree.
  for (const std::size_t index :
       {std::size_t{10}, std::size_t{33}, std::size_t{59}, std::size_t{129}}) {
    const std::string leaf = EncodeBase64(log().leaf(index));
    SpoilText("get-entries", leaf, ChangeOf(leaf));
    const Answer<void> done = FetchAll(10, 129, log().Head(130));
    ASSERT_FALSE(done) << index;
    // A leaf that is not there has no proof either, which a log may say.
    EXPECT_THAT(done.error().kind, ::testing::AnyOf(FailureKind::kWrong)) << done.error().sentence;
    for (const auto& entry : shown()) {
      EXPECT_EQ(entry.leaf_input, log().leaf(entry.leaf_index));
    }
    EXPECT_LT(shown().size(), 120U);
    EXPECT_FALSE(done.error().body.empty());
    EXPECT_LE(done.error().body.size(), kMaxFailureBody);
  }
}

TEST_F(Rfc6962ClientTest, ShowsNoEntriesInAnotherOrder) {
  Start(20);
  const std::string one = EncodeBase64(log().leaf(6));
  const std::string other = EncodeBase64(log().leaf(7));
  log().spoil = [&](const std::string& target, ScriptedAnswer& answer) {
    const std::size_t at = answer.body.find(one);
    const std::size_t other_at = answer.body.find(other);
    if (target.find("get-entries") != std::string::npos) {
      answer.body.replace(other_at, other.size(), one);
      answer.body.replace(at, one.size(), other);
    }
  };
  EXPECT_EQ(FetchAll(5, 10, log().Head(20)).error().kind, FailureKind::kWrong);
  EXPECT_TRUE(shown().empty());
}

TEST_F(Rfc6962ClientTest, AsksByIndexWhereAHashLeadsElsewhere) {
  Start(100);
  log().index_offset = 3;
  EXPECT_TRUE(FetchAll(20, 40, log().Head(100)));
  EXPECT_EQ(shown().size(), 21U);
  log().knows_hashes = false;
  EXPECT_TRUE(FetchAll(20, 40, log().Head(100)));
  EXPECT_EQ(shown().size(), 21U);
}

TEST_F(Rfc6962ClientTest, RefusesMoreEntriesThanItAskedFor) {
  Start(30);
  log().spoil = [this](const std::string&, ScriptedAnswer& answer) {
    log().spoil = nullptr;
    answer = log().Answer({.method = "GET", .target = "/log/ct/v1/get-entries?start=5&end=29"});
  };
  EXPECT_EQ(FetchAll(5, 9, log().Head(30)).error().kind, FailureKind::kTooLarge);
}

TEST_F(Rfc6962ClientTest, AsksForLessWhereAnAnswerIsTooLarge) {
  Start(40);
  log().max_entries = 1000;
  log().spoil = [](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("get-entries?start=0&end=39") != std::string::npos) {
      answer.headers = {"content-length: 999999999"};
      answer.raw = "HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n{";
    }
  };
  EXPECT_TRUE(FetchAll(0, 39, log().Head(40)));
  EXPECT_EQ(shown().size(), 40U);
}

TEST_F(Rfc6962ClientTest, NamesAnEntryThatCannotBeRead) {
  Start(9);
  // The extra_data is not what the tree is made of: it can be spoilt without a mismatch.
  log().spoil = [](const std::string& target, ScriptedAnswer& answer) {
    const std::string mark = "\"extra_data\":\"";
    if (target.find("get-entries") != std::string::npos) {
      std::size_t at = 0;
      for (int i = 0; i < 5; ++i) {
        at = answer.body.find(mark, at) + mark.size();
      }
      answer.body.replace(at, answer.body.find('"', at) - at, "AAAA////");
    }
  };
  const Answer<void> done = FetchAll(0, 8, log().Head(9));
  EXPECT_EQ(done.error().kind, FailureKind::kMalformed);
  EXPECT_THAT(done.error().sentence, HasSubstr("entry 4 "));
  EXPECT_EQ(shown().size(), 4U);
}

// RealFile is the one file of a folder whose name begins so.
std::string RealFile(const std::filesystem::path& folder, const std::string& prefix) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().filename().string().starts_with(prefix)) {
      return std::string(AsText(testlib::ReadFile(file.path())));
    }
  }
  ADD_FAILURE() << "no " << prefix << " in " << folder;
  return "";
}

// FindRealLog looks for a log that signed this head in the lists of the real data.
std::optional<Log> FindRealLog(const std::filesystem::path& lists, const SignedTreeHead& sth) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(lists)) {
    if (file.path().extension() != ".json") {
      continue;
    }
    const auto list = DecodeLogList(testlib::ReadFile(file.path()));
    for (const Log& log : list ? list->content().logs : std::vector<Log>()) {
      if (VerifyTreeHead(sth, *log.key).value_or(false)) {
        return log;
      }
    }
  }
  return std::nullopt;
}

class RealRfc6962LogTest : public ::testing::Test {
 protected:
  RealRfc6962LogTest()
      : server_([this](const ScriptedRequest& request) { return Answer(request); }) {
    HttpOptions options;
    options.allow_http = true;
    http_ = std::make_unique<HttpClient>(options);
  }

  ScriptedAnswer Answer(const ScriptedRequest& request) const {
    for (const auto& [question, body] : answers_) {
      if (request.target.starts_with("/ct/v1/" + question)) {
        return {.body = body};
      }
    }
    return {.status = 404};
  }

  std::map<std::string, std::string> answers_;
  ScriptedServer server_;
  std::unique_ptr<HttpClient> http_;
};

TEST_F(RealRfc6962LogTest, IcarusIsConsistentAndHasItsEntry) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "rfc6962api/icarus");
  TATTLE_REAL_DATA_OR_SKIP(lists, "loglists");
  const std::string older = RealFile(dir, "icarus_sth1");
  const std::string newer = RealFile(dir, "icarus_sth2");
  std::optional<Log> log = FindRealLog(lists, DecodeGetSth(AsBytes(older)).value());
  ASSERT_TRUE(log);
  log->url = server_.url();
  const auto client = LogClient::Create(*log, *http_);
  answers_["get-sth"] = older;
  const auto first = client->FetchTreeHead();
  answers_["get-sth"] = newer;
  const auto second = client->FetchTreeHead();
  ASSERT_TRUE(first && second);
  answers_ = {{"get-sth-consistency", RealFile(dir, "icarus_consistency")}};
  EXPECT_TRUE(client->FetchConsistency(first->head, second->head));
  const std::string entry = RealFile(dir, "icarus_entry_and_proof");
  const auto document = json::Document::Decode(AsBytes(entry), kMaxJsonSize);
  ASSERT_TRUE(document);
  const Hash leaf = HashLeaf(document->root().FindBytes("leaf_input").value());
  std::string proof = entry;
  proof.insert(1, "\"leaf_index\":120000000,");
  answers_ = {{"get-proof-by-hash", proof}};
  EXPECT_EQ(client->FetchInclusion(leaf, {}, second->head).value().leaf_index, 120'000'000U);
  EXPECT_EQ(client->FetchInclusion(leaf, {}, first->head).error().kind, FailureKind::kWrong);
}

TEST_F(RealRfc6962LogTest, ArgonHasItsEntry) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "rfc6962api/argon2020");
  TATTLE_REAL_DATA_OR_SKIP(lists, "loglists");
  answers_ = {{"get-sth-consistency", RealFile(dir, "get-sth-consistency")},
              {"get-proof-by-hash", RealFile(dir, "get-proof-by-hash")},
              {"get-entries", RealFile(dir, "get-entries")}};
  const std::string sth_text = RealFile(dir, "get-sth");
  const std::string head_text(AsText(testlib::ReadFile(dir / "get-sth")));
  const SignedTreeHead sth = DecodeGetSth(AsBytes(head_text)).value();
  std::optional<Log> log = FindRealLog(lists, sth);
  ASSERT_TRUE(log);
  log->url = server_.url();
  const auto client = LogClient::Create(*log, *http_);
  TreeHead older = {3'654'490, 0, {}};
  const ByteVector root = DecodeBase64("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=").value();
  std::copy(root.begin(), root.end(), older.sha256_root_hash.begin());
  EXPECT_TRUE(client->FetchConsistency(older, sth.head));
  older.sha256_root_hash[0] ^= 1U;
  EXPECT_EQ(client->FetchConsistency(older, sth.head).error().kind, FailureKind::kWrong);
  const auto entries = DecodeGetEntries(AsBytes(answers_["get-entries"]), 1).value();
  const auto proof = client->FetchInclusion(HashLeaf(entries[0].leaf_input), {}, sth.head);
  ASSERT_TRUE(proof) << proof.error().sentence;
  EXPECT_EQ(proof->leaf_index, 10'000U);
}

}  // namespace
}  // namespace tattle::rfc6962_client_test
