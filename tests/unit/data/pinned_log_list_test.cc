// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/data/pinned_log_list.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/crypto/sha256.h"
#include "core/loglist/decode.h"
#include "tests/testlib/real_data.h"

namespace tattle::pinned_log_list_test {
namespace {

// The ids of the two logs whose private keys their maker published.
constexpr const char* kPublicKeys[] = {"9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk=",
                                       "si9+3rWvav5QPeBAgbLXTBJThJL+3yyypSZQPO9TztI="};

LogId IdOf(const char* text) {
  LogId log_id = {};
  const Result<ByteVector> bytes = DecodeBase64(text);
  EXPECT_TRUE(bytes && bytes->size() == log_id.size());
  std::copy_n(bytes->begin(), log_id.size(), log_id.begin());
  return log_id;
}

TEST(PinnedLogListTest, LoadsWholeWithADate) {
  const Result<LogList> list = DecodeLogListJson(PinnedLogListJson());
  ASSERT_TRUE(list) << Describe(list.error());
  EXPECT_TRUE(list->content().skipped.empty());
  EXPECT_TRUE(list->content().timestamp_ms);
  EXPECT_GT(list->content().logs.size(), 250U);
  for (const Log& log : list->content().logs) {
    EXPECT_NE(log.state, LogState::kUnknown) << log.description;
    EXPECT_NE(log.type, LogType::kUnknown) << log.description;
    EXPECT_FALSE(log.url.empty()) << log.description;
    EXPECT_GT(log.mmd_s, 0U) << log.description;
  }
}

TEST(PinnedLogListTest, DeniesTheKeysThatArePublicAndListsThemNot) {
  const Result<LogList> list = DecodeLogListJson(PinnedLogListJson());
  ASSERT_TRUE(list);
  for (const char* text : kPublicKeys) {
    const DeniedLog* denied = list->FindDenied(IdOf(text));
    ASSERT_NE(denied, nullptr) << text;
    EXPECT_EQ(Sha256Of(denied->key_spki), denied->log_id);
    EXPECT_EQ(list->Find(IdOf(text)), nullptr) << text;
  }
}

TEST(DecodeTrustedLogListTest, DeniesWhatThePinnedListDenies) {
  const Result<LogList> list = DecodeTrustedLogList(AsBytes(R"({"operators": []})"));
  ASSERT_TRUE(list);
  for (const char* text : kPublicKeys) {
    EXPECT_NE(list->FindDenied(IdOf(text)), nullptr) << text;
  }
}

TEST(DecodeTrustedLogListTest, FailsAsDecodeLogListDoes) {
  const Result<LogList> list = DecodeTrustedLogList(AsBytes("nothing"));
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, Errc::kUnsupportedFormat);
}

// A list under a good signature has held logs whose private keys anybody can have.
TEST(DecodeTrustedLogListTest, DeniesEveryLogOfTheRealMimics) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "loglists");
  for (const auto& entry : std::filesystem::directory_iterator(folder / "mimics")) {
    const Result<LogList> list = DecodeTrustedLogList(testlib::ReadFile(entry.path()));
    ASSERT_TRUE(list);
    EXPECT_GT(list->content().logs.size(), 0U);
    for (const Log& log : list->content().logs) {
      EXPECT_NE(list->FindDenied(log.log_id), nullptr) << log.description;
    }
  }
}

}  // namespace
}  // namespace tattle::pinned_log_list_test
