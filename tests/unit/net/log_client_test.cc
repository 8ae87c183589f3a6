// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Both log clients against a small log, honest and not. What only one protocol has is in
// rfc6962_client_test.cc and static_ct_client_test.cc.

#include "plugin/net/log_client.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "tests/unit/net/log_client_fixture.h"

namespace tattle::log_client_test {
namespace {

using testing::LogClientFixture;
using testing::MiniLog;
using testing::ScriptedAnswer;

class LogClientTest : public LogClientFixture, public ::testing::WithParamInterface<LogKind> {
 protected:
  void Start(std::size_t size) { LogClientFixture::Start(GetParam(), size); }
};

INSTANTIATE_TEST_SUITE_P(BothProtocols, LogClientTest,
                         ::testing::Values(LogKind::kRfc6962, LogKind::kStaticCt),
                         [](const auto& info) {
                           return info.param == LogKind::kRfc6962 ? "Rfc6962" : "StaticCt";
                         });

TEST_P(LogClientTest, FetchesTheHead) {
  Start(5);
  const Answer<SignedTreeHead> sth = client().FetchTreeHead();
  ASSERT_TRUE(sth) << sth.error().sentence;
  EXPECT_EQ(sth->head, log().Head(5));
  EXPECT_TRUE(VerifyTreeHead(*sth, *entry().key).value());
}

TEST_P(LogClientTest, FetchesTheHeadOfAnEmptyTree) {
  Start(0);
  const Answer<SignedTreeHead> sth = client().FetchTreeHead();
  ASSERT_TRUE(sth) << sth.error().sentence;
  EXPECT_EQ(sth->head.sha256_root_hash, EmptyRoot());
}

TEST_P(LogClientTest, ProvesConsistencyOfEverySize) {
  Start(600);
  std::vector<TreeHead> heads;
  for (std::size_t size = 0; size <= log().size(); ++size) {
    heads.push_back(log().Head(size));
  }
  for (std::size_t size = 1; size <= log().size(); ++size) {
    for (const std::size_t older : {size / 3, size - 1}) {
      const auto proof = client().FetchConsistency(heads[older], heads[size]);
      ASSERT_TRUE(proof) << older << " " << size << ": " << proof.error().sentence;
      if (older > 0) {
        EXPECT_TRUE(VerifyConsistency(older, heads[older].sha256_root_hash, size,
                                      heads[size].sha256_root_hash, *proof));
      }
    }
  }
}

TEST_P(LogClientTest, ProvesInclusionInEverySize) {
  Start(600);
  for (std::size_t size = 1; size <= log().size(); size += size < 300 ? 1 : 7) {
    const TreeHead head = log().Head(size);
    for (const std::size_t index : {std::size_t{0}, size / 2, size - 1}) {
      const auto proof = client().FetchInclusion(log().LeafHash(index), index, head);
      ASSERT_TRUE(proof) << index << " " << size << ": " << proof.error().sentence;
      EXPECT_EQ(proof->leaf_index, index);
      EXPECT_TRUE(
          VerifyInclusion(log().LeafHash(index), index, size, proof->path, head.sha256_root_hash));
    }
  }
}

TEST_P(LogClientTest, AnswersWithoutTheLogWhatNeedsNoProof) {
  Start(8);
  const TreeHead empty = log().Head(0);
  const TreeHead head = log().Head(5);
  EXPECT_EQ(client().FetchConsistency(empty, head).value(), std::vector<Hash>());
  EXPECT_EQ(client().FetchConsistency(head, head).value(), std::vector<Hash>());
  TreeHead other = head;
  other.sha256_root_hash[3] ^= 1U;
  EXPECT_EQ(client().FetchConsistency(head, other).error().kind, FailureKind::kWrong);
  EXPECT_EQ(client().FetchConsistency(head, empty).error().kind, FailureKind::kRefused);
  TreeHead odd = empty;
  odd.sha256_root_hash[3] ^= 1U;
  EXPECT_EQ(client().FetchConsistency(odd, head).error().kind, FailureKind::kWrong);
  EXPECT_TRUE(server().requests().empty());
}

TEST_P(LogClientTest, TellsAnOlderTreeThatIsNoPart) {
  Start(100);
  for (const std::size_t older : {3U, 63U, 65U, 99U}) {
    TreeHead other = log().Head(older);
    other.sha256_root_hash[0] ^= 1U;
    const auto proof = client().FetchConsistency(other, log().Head(100));
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().kind, FailureKind::kWrong);
    const Result<ConsistencyRoots> roots =
        RootsFromConsistency(older, other.sha256_root_hash, 100, proof.error().proof);
    ASSERT_TRUE(roots);
    EXPECT_EQ(roots->newer, log().Head(100).sha256_root_hash);
    EXPECT_EQ(roots->older, log().Head(older).sha256_root_hash);
    if (GetParam() == LogKind::kStaticCt) {
      EXPECT_EQ(proof.error().older_root, log().Head(older).sha256_root_hash);
    }
  }
}

TEST_P(LogClientTest, TellsANewerTreeThatIsNotTheOneSigned) {
  Start(100);
  TreeHead other = log().Head(100);
  other.sha256_root_hash[0] ^= 1U;
  EXPECT_EQ(client().FetchConsistency(log().Head(50), other).error().kind, FailureKind::kWrong);
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(5), 5, other).error().kind, FailureKind::kWrong);
  EXPECT_EQ(FetchAll(5, 9, other).error().kind, FailureKind::kWrong);
  EXPECT_TRUE(shown().empty());
}

TEST_P(LogClientTest, ShowsEntriesAcrossBatches) {
  Start(600);
  const struct {
    std::size_t first;
    std::size_t last;
    std::size_t tree_size;
  } cases[] = {{0, 0, 1},       {0, 599, 600},   {0, 255, 256},   {0, 255, 257},  {255, 256, 600},
               {256, 511, 512}, {599, 599, 600}, {511, 513, 514}, {37, 301, 303}, {128, 128, 129}};
  for (const auto& [first, last, tree_size] : cases) {
    const Answer<void> done = FetchAll(first, last, log().Head(tree_size));
    ASSERT_TRUE(done) << first << " " << last << ": " << done.error().sentence;
    ASSERT_EQ(shown().size(), last - first + 1);
    for (std::size_t i = 0; i < shown().size(); ++i) {
      EXPECT_EQ(shown()[i].leaf_index, first + i);
      EXPECT_EQ(shown()[i].leaf_input, log().leaf(first + i));
      EXPECT_EQ(shown()[i].pre_certificate.empty(), (first + i) % 3 != 2);
      EXPECT_EQ(shown()[i].chain_len, GetParam() == LogKind::kRfc6962 ? 1 + (first + i) % 2 : 0U);
    }
  }
}

TEST_P(LogClientTest, StopsShowingWhenTold) {
  Start(300);
  std::size_t num_shown = 0;
  const Answer<void> done = client().FetchEntries(
      0, 299, log().Head(300), [&](const LogEntryView&) { return ++num_shown < 7; });
  EXPECT_TRUE(done);
  EXPECT_EQ(num_shown, 7U);
}

TEST_P(LogClientTest, RefusesEntriesThatTheTreeDoesNotHave) {
  Start(10);
  EXPECT_EQ(FetchAll(10, 10, log().Head(10)).error().kind, FailureKind::kRefused);
  EXPECT_EQ(FetchAll(5, 4, log().Head(10)).error().kind, FailureKind::kRefused);
  EXPECT_EQ(FetchAll(0, 0, log().Head(0)).error().kind, FailureKind::kRefused);
  EXPECT_TRUE(server().requests().empty());
}

TEST_P(LogClientTest, TakesNothingForAnAnswerThatIsNone) {
  Start(300);
  const auto ask_all = [&] {
    return std::vector<Failure>{
        client().FetchTreeHead().error(),
        client().FetchConsistency(log().Head(100), log().Head(300)).error(),
        client().FetchInclusion(log().LeafHash(5), 5, log().Head(300)).error(),
        FetchAll(5, 9, log().Head(300)).error(),
        client().FetchRoots().error(),
        client().AddChain(std::vector<ByteVector>{{1, 2, 3}}).error(),
    };
  };
  const struct {
    ScriptedAnswer answer;
    FailureKind want;
  } cases[] = {
      {{.status = 404, .body = "no\x1b[31m"}, FailureKind::kNotFound},
      {{.status = 410}, FailureKind::kNotFound},
      {{.status = 400, .body = "{}"}, FailureKind::kStatus},
      {{.status = 204}, FailureKind::kStatus},
      {{.status = 500}, FailureKind::kStatus},
      {{.body = "<html>\n\nwelcome</html>\n"}, FailureKind::kMalformed},
      {{.body = ""}, FailureKind::kMalformed},
      {{.cut_after = 0}, FailureKind::kNetwork},
  };
  for (const auto& [answer, want] : cases) {
    log().spoil = [&answer = answer](const std::string&, ScriptedAnswer& out) { out = answer; };
    for (const Failure& failure : ask_all()) {
      EXPECT_EQ(failure.kind, want) << failure.sentence;
      EXPECT_THAT(failure.sentence, ::testing::HasSubstr(server().url() + "/log/"));
      EXPECT_THAT(failure.sentence, Not(::testing::HasSubstr("\x1b")));
      EXPECT_TRUE(failure.body.empty() && failure.proof.empty());
      EXPECT_EQ(failure.http_status,
                want == FailureKind::kStatus || want == FailureKind::kNotFound ? answer.status : 0);
    }
  }
  EXPECT_TRUE(shown().empty());
}

TEST_P(LogClientTest, FindsNothingInAnEmptyTree) {
  Start(1);
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(0), 0, log().Head(0)).error().kind,
            FailureKind::kNotFound);
  EXPECT_TRUE(server().requests().empty());
}

TEST_P(LogClientTest, FetchesRoots) {
  Start(1);
  EXPECT_EQ(client().FetchRoots().value(), (std::vector<ByteVector>{{0, 1, 2}, {3}}));
}

}  // namespace
}  // namespace tattle::log_client_test
