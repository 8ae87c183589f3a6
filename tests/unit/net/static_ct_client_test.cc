// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/static_ct_client.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/crypto/sha256.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/inclusion.h"
#include "core/note/checkpoint.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/net/log_client_fixture.h"

namespace tattle::static_ct_client_test {
namespace {

using ::testing::HasSubstr;
using testing::LogClientFixture;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;

class StaticCtClientTest : public LogClientFixture {
 protected:
  void Start(std::size_t size) { LogClientFixture::Start(LogKind::kStaticCt, size); }

  // SpoilByte changes a byte of one file, once or for ever.
  void SpoilByte(const std::string& file, std::size_t offset) {
    log().spoil = [=](const std::string& target, ScriptedAnswer& answer) {
      if (target == "/log/" + file) {
        answer.body.at(offset) = static_cast<char>(answer.body.at(offset) ^ 1);
      }
    };
  }

  std::size_t CountRequests(const std::string& part) {
    std::size_t count = 0;
    for (const ScriptedRequest& request : server().requests()) {
      count += request.target.find(part) != std::string::npos ? 1 : 0;
    }
    return count;
  }
};

TEST_F(StaticCtClientTest, KeepsTheCheckpointThatTheLogDidNotSign) {
  Start(5);
  const std::string good = log().Answer({.method = "GET", .target = "/log/checkpoint"}).body;
  const auto fetch = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    log().spoil = [text](const std::string&, ScriptedAnswer& answer) { answer.body = text; };
    const Answer<SignedTreeHead> sth = client().FetchTreeHead();
    EXPECT_FALSE(sth) << to;
    const Failure failure = sth ? Failure() : sth.error();
    const bool is_evidence =
        failure.kind == FailureKind::kWrong || failure.kind == FailureKind::kBadSignature;
    EXPECT_EQ(AsText(failure.body), is_evidence ? text : "") << to;
    return failure.kind;
  };
  EXPECT_EQ(fetch("\n5\n", "\n6\n"), FailureKind::kBadSignature);
  EXPECT_EQ(fetch(EncodeBase64(log().Head(5).sha256_root_hash),
                  EncodeBase64(log().Head(4).sha256_root_hash)),
            FailureKind::kBadSignature);
  EXPECT_EQ(fetch("/log\n", "/log2\n"), FailureKind::kWrong);
  EXPECT_EQ(fetch("/log ", "/log2 "), FailureKind::kBadSignature);
  EXPECT_EQ(fetch("\n5\n", "\n05\n"), FailureKind::kMalformed);
  EXPECT_EQ(fetch("=\n\n", "=\nextension\n\n"), FailureKind::kMalformed);
  EXPECT_EQ(fetch("\n\n", "\n"), FailureKind::kMalformed);
}

TEST_F(StaticCtClientTest, NeedsAnIndexThatTheTreeHas) {
  Start(5);
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(1), {}, log().Head(5)).error().kind,
            FailureKind::kRefused);
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(1), 5, log().Head(5)).error().kind,
            FailureKind::kNotFound);
  EXPECT_TRUE(server().requests().empty());
}

TEST_F(StaticCtClientTest, ProvesThatTheTreeHasAnotherLeafThere) {
  Start(300);
  const auto proof = client().FetchInclusion(log().LeafHash(7), 8, log().Head(300));
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().kind, FailureKind::kWrong);
  ASSERT_EQ(proof.error().leaf_hash, log().LeafHash(8));
  EXPECT_TRUE(VerifyInclusion(*proof.error().leaf_hash, 8, 300, proof.error().proof,
                              log().Head(300).sha256_root_hash));
}

TEST_F(StaticCtClientTest, TakesTheFullTileWhereThePartialOneIsGone) {
  Start(512);
  const TreeHead head = log().Head(400);
  // Of level 1 there is no full tile yet: its partial one stays.
  log().spoil = [](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("tile/0/001.p/") != std::string::npos ||
        target.find("tile/data/001.p/") != std::string::npos) {
      answer = {.status = 403};
    }
  };
  const Answer<void> done = FetchAll(250, 399, head);
  ASSERT_TRUE(done) << done.error().sentence;
  EXPECT_EQ(shown().size(), 150U);
  EXPECT_EQ(shown().back().leaf_input, log().leaf(399));
}

TEST_F(StaticCtClientTest, SaysWhichTileIsNotThere) {
  Start(300);
  for (const int status : {404, 410, 403}) {
    log().spoil = [status](const std::string& target, ScriptedAnswer& answer) {
      if (target.find("tile/0/") != std::string::npos) {
        answer = {.status = status};
      }
    };
    const auto proof = client().FetchInclusion(log().LeafHash(1), 1, log().Head(300));
    EXPECT_EQ(proof.error().kind, FailureKind::kNotFound) << status;
    EXPECT_THAT(proof.error().sentence, HasSubstr("tile/0/001.p/44"));
  }
}

TEST_F(StaticCtClientTest, LeavesWhatItReadToTheNextClientOfTheLog) {
  Start(600);
  HttpOptions options;
  options.allow_http = true;
  HttpClient http(options);
  const auto files = std::make_shared<FileCache>(64, 1U << 20U);
  for (int i = 0; i < 3; ++i) {
    const std::unique_ptr<LogClient> next = LogClient::Create(entry(), http, files);
    EXPECT_TRUE(next->FetchInclusion(log().LeafHash(1), 1, log().Head(600)));
  }
  EXPECT_EQ(CountRequests("tile/0/000"), 1U);
  EXPECT_TRUE(
      LogClient::Create(entry(), http)->FetchInclusion(log().LeafHash(1), 1, log().Head(600)));
  EXPECT_EQ(CountRequests("tile/0/000"), 2U);
}

TEST_F(StaticCtClientTest, TellsTilesThatAreNotOfTheTree) {
  Start(600);
  const TreeHead head = log().Head(600);
  for (const char* file : {"tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"}) {
    SpoilByte(file, 40);
    const auto proof = client().FetchInclusion(log().LeafHash(1), 1, head);
    ASSERT_FALSE(proof) << file;
    EXPECT_EQ(proof.error().kind, FailureKind::kWrong);
  }
  log().spoil = nullptr;
  EXPECT_TRUE(client().FetchInclusion(log().LeafHash(1), 1, head)) << "a bad tile was kept";
}

TEST_F(StaticCtClientTest, NamesATileOnlyWhereNoOtherMayBeTheWrongOne) {
  const struct {
    const char* file;
    std::size_t tree_size;
    const char* path;
    std::size_t num_hashes;
  } cases[] = {
      {"tile/0/000", 600, "tile/0/000", 256},
      {"tile/0/002.p/88", 600, "tile/0/002.p/88 tile/1/000.p/2", 90},
      {"tile/1/000.p/2", 600, "tile/0/002.p/88 tile/1/000.p/2", 90},
      {"tile/0/000.p/5", 5, "tile/0/000.p/5", 5},
      {"tile/1/000.p/2", 512, "tile/1/000.p/2", 2},
  };
  for (const auto& [file, tree_size, path, num_hashes] : cases) {
    Start(600);
    SpoilByte(file, 40);
    const TreeHead head = log().Head(tree_size);
    const Failure failure = client().FetchInclusion(log().LeafHash(1), 1, head).error();
    EXPECT_EQ(failure.path, path) << file;
    EXPECT_EQ(failure.body.size(), num_hashes * sizeof(Hash)) << file;
    EXPECT_THAT(failure.sentence, HasSubstr(path));
  }
}

TEST_F(StaticCtClientTest, RefusesTilesOfAnotherSize) {
  Start(600);
  for (const int change : {-1, 1, 32}) {
    log().spoil = [change](const std::string& target, ScriptedAnswer& answer) {
      if (target.find("tile/0/002.p/88") != std::string::npos) {
        answer.body.resize(static_cast<std::size_t>(static_cast<int>(answer.body.size()) + change));
      }
    };
    EXPECT_EQ(client().FetchInclusion(log().LeafHash(1), 1, log().Head(600)).error().kind,
              FailureKind::kMalformed);
  }
  log().spoil = [](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("tile/0/000") != std::string::npos) {
      answer.body.resize(9000);
    }
  };
  EXPECT_EQ(client().FetchInclusion(log().LeafHash(1), 1, log().Head(600)).error().kind,
            FailureKind::kTooLarge);
}

TEST_F(StaticCtClientTest, ShowsNoEntryThatTheTreeDoesNotHave) {
  Start(600);
  SpoilByte("tile/data/001", 5);  // the time of entry 256
  const Answer<void> done = FetchAll(200, 599, log().Head(600));
  EXPECT_EQ(done.error().kind, FailureKind::kWrong);
  EXPECT_EQ(shown().size(), 56U);
  EXPECT_FALSE(done.error().body.empty());
}

TEST_F(StaticCtClientTest, RefusesDataTilesWithMoreOrFewerEntries) {
  Start(300);
  log().spoil = [this](const std::string& target, ScriptedAnswer& answer) {
    if (target == "/log/tile/data/001.p/44") {
      log().spoil = nullptr;
      answer = log().Answer({.method = "GET", .target = "/log/tile/data/001.p/43"});
    }
  };
  EXPECT_EQ(FetchAll(256, 299, log().Head(300)).error().kind, FailureKind::kMalformed);
}

TEST_F(StaticCtClientTest, BringsIssuersWhereTheyAreWanted) {
  Start(300);
  client().set_with_issuers(true);
  ASSERT_TRUE(FetchAll(0, 299, log().Head(300)));
  ASSERT_EQ(shown().size(), 300U);
  for (const auto& entry : shown()) {
    EXPECT_EQ(entry.chain_len, 1 + entry.leaf_index % 2);
  }
  EXPECT_EQ(CountRequests("/issuer/"), 5U) << "each issuer once";
}

TEST_F(StaticCtClientTest, TakesNoIssuerOfAnotherFingerprint) {
  Start(10);
  client().set_with_issuers(true);
  log().spoil = [](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("/issuer/") != std::string::npos) {
      answer.body.back() = static_cast<char>(answer.body.back() ^ 1);
    }
  };
  EXPECT_EQ(FetchAll(0, 9, log().Head(10)).error().kind, FailureKind::kWrong);
}

TEST_F(StaticCtClientTest, AsksForEachTileOnce) {
  Start(600);
  for (std::size_t i = 0; i < 600; i += 100) {
    ASSERT_TRUE(client().FetchInclusion(log().LeafHash(i), i, log().Head(600)));
  }
  ASSERT_TRUE(FetchAll(0, 599, log().Head(600)));
  EXPECT_EQ(CountRequests("/tile/0/"), 3U);
  EXPECT_EQ(CountRequests("/tile/1/"), 1U);
  EXPECT_EQ(CountRequests("/tile/data/"), 3U);
}

// RealFolder serves a folder of the real data.
ScriptedServer::Handler RealFolder(const std::filesystem::path& folder) {
  return [folder](const ScriptedRequest& request) -> ScriptedAnswer {
    const std::filesystem::path path = folder / request.target.substr(1);
    if (!std::filesystem::is_regular_file(path)) {
      return {.status = 404};
    }
    return {.body = std::string(AsText(testlib::ReadFile(path)))};
  };
}

TEST(RealStaticCtLogTest, NavigliHasItsFirstEntries) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "staticct/navigli2025h2");
  ScriptedServer server(RealFolder(dir));
  HttpOptions options;
  options.allow_http = true;
  HttpClient http(options);
  Log log;
  log.kind = LogKind::kStaticCt;
  log.monitoring_url = server.url();
  // Of the tree of 256 leaves the one tile that there is says what the root is.
  const ByteVector tile = testlib::ReadFile(dir / "tile/0/000");
  const std::vector<Hash> hashes = DecodeHashTile(tile, kTileWidth).value();
  TreeHead head = {256, 0, RootOfHashes(hashes)};
  // Level 1 of that tree is not among the data.
  ScriptedServer with_level_1([&, folder = RealFolder(dir)](const ScriptedRequest& request) {
    ScriptedAnswer answer = folder(request);
    if (request.target == "/tile/1/000.p/1") {
      answer = {.body = std::string(AsText(head.sha256_root_hash))};
    }
    return answer;
  });
  log.monitoring_url = with_level_1.url();
  const auto client = LogClient::Create(log, http);
  std::size_t num_shown = 0;
  const Answer<void> done = client->FetchEntries(0, 255, head, [&](const LogEntryView& entry) {
    EXPECT_EQ(entry.leaf_index, num_shown);
    ++num_shown;
    return true;
  });
  EXPECT_TRUE(done) << done.error().sentence;
  EXPECT_EQ(num_shown, 256U);
  EXPECT_TRUE(client->FetchInclusion(hashes[17], 17, head));
}

TEST(RealStaticCtLogTest, RomeAndWillowSignedTheirCheckpoints) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "staticct");
  const std::string rome_key(AsText(testlib::ReadFile(dir / "rome2024h1/pubkey.b64")));
  const std::map<std::string, std::string> keys = {
      {"rome2024h1/checkpoint", rome_key.substr(0, rome_key.find('\n'))},
      {"checkpoints/willow2025h1b.txt",
       "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbNmWXyYsF2pohGOAiNELea6UL4/XioI3w6ChE5Udlos0HUqM7KOHIP"
       "9qBuWCVs6VAdtDXrvanmxKq52Whh2+2w=="}};
  for (const auto& [file, key] : keys) {
    const std::string text(AsText(testlib::ReadFile(dir / file)));
    ScriptedServer server([&](const ScriptedRequest&) -> ScriptedAnswer { return {.body = text}; });
    HttpOptions options;
    options.allow_http = true;
    HttpClient http(options);
    Log log;
    log.kind = LogKind::kStaticCt;
    log.key_spki = DecodeBase64(key).value();
    log.key = DecodePublicKey(log.key_spki).value();
    log.log_id = Sha256Of(log.key_spki);
    log.url = "https://" + text.substr(0, text.find('\n')) + "/";
    log.monitoring_url = server.url();
    const auto sth = LogClient::Create(log, http)->FetchTreeHead();
    EXPECT_TRUE(sth) << file << ": " << sth.error().sentence;
  }
}

}  // namespace
}  // namespace tattle::static_ct_client_test
