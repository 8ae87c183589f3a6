// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// `tattle evidence list`, `show` and `export` over a pool.

#include "plugin/pool/pool.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/cli/commands.h"
#include "core/crypto/sha256.h"
#include "plugin/audit/evidence.h"
#include "plugin/runtime/file.h"
#include "plugin/service/command_line.h"
#include "tests/testlib/claims.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::cli::pool_test {
namespace {

struct Ran {
  int status = -1;
  std::string out;
  std::string err;
};

class EvidencePoolTest : public testing::Test {
 protected:
  Ran Run(std::vector<std::string> words) {
    const CommandLine line("test", "tattle");
    Ran ran;
    AddEvidenceCommand(line.top(), ran.status);
    words.insert(words.begin(), "evidence");
    words.insert(words.end(), {"--pool", pool_path_});
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    EXPECT_EQ(line.Parse(words), Parsed::kRead);
    ran.out = testing::internal::GetCapturedStdout();
    ran.err = testing::internal::GetCapturedStderr();
    return ran;
  }

  void Fill(const std::vector<Claim>& claims) {
    PoolOptions options;
    options.create = true;
    const auto pool = Pool::Open(pool_path_, options);
    ASSERT_TRUE(pool) << pool.error().sentence;
    for (const Claim& claim : claims) {
      const bool is_conclusive = VerifyClaim(claim)->weight == Weight::kConclusive;
      ASSERT_TRUE((*pool)->AddEvidence({ClaimId(claim), std::string(ClaimKindName(claim.kind)),
                                        Sha256Of(claim.log_key), is_conclusive, claim.found_ms,
                                        EncodeClaim(claim)}));
    }
  }

  testlib::ScratchFolder folder_;
  std::string pool_path_ = folder_.Path("pool");
  testlib::LyingLog log_;
};

TEST_F(EvidencePoolTest, ListsAllThatWasFound) {
  const std::vector<Claim> claims = log_.AllKinds();
  Fill(claims);
  const Ran ran = Run({"list"});
  EXPECT_EQ(ran.status, kExitYes) << ran.err;
  for (const Claim& claim : claims) {
    EXPECT_NE(ran.out.find(ClaimId(claim)), std::string::npos) << ran.out;
    EXPECT_NE(ran.out.find(ClaimKindName(claim.kind)), std::string::npos) << ran.out;
  }
  const Ran json = Run({"list", "--json"});
  EXPECT_EQ(static_cast<std::size_t>(std::count(json.out.begin(), json.out.end(), '\n')),
            claims.size());
}

TEST_F(EvidencePoolTest, AnEmptyPoolIsANo) {
  Fill({});
  const Ran ran = Run({"list"});
  EXPECT_EQ(ran.status, kExitNo);
  EXPECT_NE(ran.out.find("no evidence"), std::string::npos);
}

TEST_F(EvidencePoolTest, ShowsByTheBeginningOfAnId) {
  const Claim claim = log_.SplitView();
  Fill({claim});
  const Ran ran = Run({"show", ClaimId(claim).substr(0, 4)});
  EXPECT_EQ(ran.status, kExitYes) << ran.err;
  EXPECT_TRUE(
      ran.out.starts_with(ClaimId(claim) + ": conclusive against an unknown log: split_view\n"))
      << ran.out;
  EXPECT_NE(ran.out.find("  head   {\"tree_size\":7,"), std::string::npos) << ran.out;
  EXPECT_EQ(Run({"show", "nothing"}).status, kExitUnknown);
  EXPECT_EQ(Run({"show", ""}).status, kExitYes);  // there is but one
}

TEST_F(EvidencePoolTest, ExportsTheFileAsItWasFound) {
  const Claim claim = log_.Inconsistent(4, 7);
  Fill({claim, log_.SplitView()});
  const Ran ran = Run({"export", ClaimId(claim)});
  EXPECT_EQ(ran.status, kExitYes) << ran.err;
  EXPECT_EQ(ran.out, EncodeClaim(claim));
  const std::string path = folder_.Path("exported.json");
  const Ran to_file = Run({"export", ClaimId(claim), "--out", path});
  EXPECT_EQ(to_file.status, kExitYes) << to_file.err;
  EXPECT_EQ(to_file.out, "");
  EXPECT_EQ(AsText(ReadRegularFile(path, 1U << 20U).value().bytes), EncodeClaim(claim));
  const Ran nowhere = Run({"export", ClaimId(claim), "--out", folder_.Path("none/exported.json")});
  EXPECT_EQ(nowhere.status, kExitUnknown);
  EXPECT_NE(nowhere.err.find("none/exported.json"), std::string::npos) << nowhere.err;
  const Ran both = Run({"export", ""});
  EXPECT_EQ(both.status, kExitUnknown);
  EXPECT_NE(both.err.find("2 ids begin with"), std::string::npos) << both.err;
}

}  // namespace
}  // namespace tattle::cli::pool_test
