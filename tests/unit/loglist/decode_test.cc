// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/decode.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/loglist/list_text.h"

namespace tattle::decode_test {
namespace {

using loglist_test::DeniedJson;
using loglist_test::kEd25519Key;
using loglist_test::kKey1;
using loglist_test::kKey2;
using loglist_test::kKey3;
using loglist_test::kP384Key;
using loglist_test::kRsa1024Key;
using loglist_test::kRsa2048Key;
using loglist_test::ListJson;
using loglist_test::LogIdOf;
using loglist_test::LogIdText;
using loglist_test::LogJson;
using loglist_test::OperatorJson;

Result<LogList> Decode(const std::string& text) {
  return DecodeLogList(AsBytes(text));
}

// DecodeOne reads a list with one log that has these members beside key and id.
Result<LogList> DecodeOne(const std::string& members) {
  return Decode(ListJson(OperatorJson("Op", LogJson(kKey1, members))));
}

std::uint64_t Ms(std::string_view time) {
  return DecodeRfc3339(time).value_or(0);
}

TEST(DecodeLogListTest, ReadsEveryFieldOfAnRfc6962Log) {
  const Result<LogList> list =
      Decode(ListJson(OperatorJson("Op", LogJson(kKey1, R"(
        "description": "A log", "url": "https://log.example/", "mmd": 86400, "log_type": "test",
        "state": {"readonly": {"timestamp": "2025-01-02T03:04:05Z", "final_tree_head": {
          "tree_size": 7, "sha256_root_hash": "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}},
        "temporal_interval": {"start_inclusive": "2025-01-01T00:00:00Z",
                              "end_exclusive": "2026-01-01T00:00:00Z"},
        "previous_operators": [{"name": "Earlier", "end_time": "2024-01-01T00:00:00Z"}])")),
                      R"("version": "3.1", "log_list_timestamp": "2026-01-02T12:00:00Z")"));
  ASSERT_TRUE(list) << Describe(list.error());
  EXPECT_EQ(list->content().version, "3.1");
  EXPECT_EQ(list->content().timestamp_ms, Ms("2026-01-02T12:00:00Z"));
  const Log* log = list->Find(LogIdOf(kKey1));
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->description, "A log");
  EXPECT_EQ(log->operator_name, "Op");
  EXPECT_EQ(EncodeBase64(log->key_spki), kKey1);
  ASSERT_NE(log->key, nullptr);
  EXPECT_EQ(log->key->type(), KeyType::kEcdsaP256);
  EXPECT_EQ(log->kind, LogKind::kRfc6962);
  EXPECT_EQ(log->type, LogType::kTest);
  EXPECT_EQ(log->state, LogState::kReadOnly);
  EXPECT_EQ(log->state_since_ms, Ms("2025-01-02T03:04:05Z"));
  EXPECT_EQ(log->url, "https://log.example/");
  EXPECT_EQ(log->monitoring_url, "");
  EXPECT_EQ(log->mmd_s, 86400U);
  ASSERT_EQ(log->previous_operators.size(), 1U);
  EXPECT_EQ(log->previous_operators[0].name, "Earlier");
  EXPECT_EQ(log->previous_operators[0].end_ms, Ms("2024-01-01T00:00:00Z"));
  ASSERT_TRUE(log->temporal_interval);
  EXPECT_EQ(log->temporal_interval->start_ms, Ms("2025-01-01T00:00:00Z"));
  EXPECT_EQ(log->temporal_interval->end_ms, Ms("2026-01-01T00:00:00Z"));
  ASSERT_TRUE(log->final_tree_head);
  EXPECT_EQ(log->final_tree_head->tree_size, 7U);
  EXPECT_EQ(log->final_tree_head->sha256_root_hash[2], 3);
}

TEST(DecodeLogListTest, ReadsStaticLogs) {
  const Result<LogList> list = Decode(ListJson(OperatorJson(
      "Op", "", LogJson(kKey1, R"("submission_url": "https://in/", "monitoring_url": "https://out/",
                                  "mmd": 60)"))));
  ASSERT_TRUE(list);
  const Log* log = list->Find(LogIdOf(kKey1));
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->kind, LogKind::kStaticCt);
  EXPECT_EQ(log->url, "https://in/");
  EXPECT_EQ(log->monitoring_url, "https://out/");
}

TEST(DecodeLogListTest, TakesAnRsaKeyOf2048Bits) {
  const Result<LogList> list = Decode(ListJson(OperatorJson("Op", LogJson(kRsa2048Key))));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->content().logs.size(), 1U);
  EXPECT_EQ(list->content().logs[0].key->type(), KeyType::kRsa);
}

TEST(DecodeLogListTest, KnowsEveryStateAndToleratesUnknownOnes) {
  const std::pair<std::string, LogState> cases[] = {
      {"pending", LogState::kPending},    {"qualified", LogState::kQualified},
      {"usable", LogState::kUsable},      {"readonly", LogState::kReadOnly},
      {"retired", LogState::kRetired},    {"rejected", LogState::kRejected},
      {"marvellous", LogState::kUnknown}, {"none", LogState::kUnknown},
      {"Usable", LogState::kUnknown},
  };
  for (const auto& entry : cases) {
    const Result<LogList> list =
        DecodeOne(R"("state": {")" + entry.first + R"(": {"timestamp": "2025-01-01T00:00:00Z"}})");
    ASSERT_TRUE(list) << entry.first;
    ASSERT_EQ(list->content().logs.size(), 1U) << entry.first;
    EXPECT_EQ(list->content().logs[0].state, entry.second) << entry.first;
    EXPECT_EQ(list->content().logs[0].state_since_ms, Ms("2025-01-01T00:00:00Z")) << entry.first;
  }
  for (const char* none : {"", R"("state": {})"}) {
    const Result<LogList> list = DecodeOne(none);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->content().logs.at(0).state, LogState::kNone) << none;
  }
}

TEST(DecodeLogListTest, TakesTheLatestOfSeveralStatesInEitherOrder) {
  const std::string qualified = R"("qualified": {"timestamp": "2025-08-11T12:33:27+01:00"})";
  const std::string usable = R"("usable": {"timestamp": "2025-09-22T12:29:18+01:00"})";
  for (const std::string& states : {qualified + "," + usable, usable + "," + qualified}) {
    const Result<LogList> list = DecodeOne("\"state\": {" + states + "}");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->content().logs.at(0).state, LogState::kUsable) << states;
    EXPECT_EQ(list->content().logs.at(0).state_since_ms, Ms("2025-09-22T11:29:18Z")) << states;
  }
  const Result<LogList> tie =
      DecodeOne(R"("state": {"retired": {"timestamp": "2025-08-11T00:00:00Z"},
                             "usable": {"timestamp": "2025-08-11T00:00:00Z"}})");
  ASSERT_TRUE(tie);
  EXPECT_EQ(tie->content().logs.at(0).state, LogState::kRetired);
}

TEST(DecodeLogListTest, KnowsEveryTypeAndToleratesUnknownOnes) {
  const std::pair<std::string, LogType> cases[] = {
      {R"("log_type": "prod")", LogType::kProd},
      {R"("log_type": "test")", LogType::kTest},
      {R"("log_type": "monitoring_only")", LogType::kMonitoringOnly},
      {R"("log_type": "sandbox")", LogType::kUnknown},
      {R"("log_type": 1)", LogType::kUnknown},
      {"", LogType::kProd},
  };
  for (const auto& entry : cases) {
    const Result<LogList> list = DecodeOne(entry.first);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->content().logs.at(0).type, entry.second) << entry.first;
  }
}

TEST(DecodeLogListTest, PassesOverUnknownFieldsEverywhere) {
  const Result<LogList> list = Decode(
      R"({"$schema": "x", "is_all_logs": true, "assetVersion": 32, "new": {"a": [1, null]},
          "operators": [{"name": "Op", "email": ["a@b"], "new": 1, "logs": [)" +
      LogJson(kKey1, R"("dns": "a.b", "tls_only": true, "new": [{}],
                        "state": {"usable": {"timestamp": "2025-01-01T00:00:00Z",
                                             "version": "133"}})") +
      "]}]}");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->content().logs.size(), 1U);
  EXPECT_TRUE(list->content().skipped.empty());
}

TEST(DecodeLogListTest, TakesWhatOnlyDescribesWhereItCanBeRead) {
  const Result<LogList> list = DecodeOne(R"("url": null, "mmd": -1, "description": 7,
      "state": {"readonly": {"final_tree_head": {"tree_size": "7"}}})");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->content().logs.size(), 1U);
  EXPECT_EQ(list->content().logs[0].url, "");
  EXPECT_EQ(list->content().logs[0].mmd_s, 0U);
  EXPECT_FALSE(list->content().logs[0].final_tree_head);
}

TEST(DecodeLogListTest, TakesVersionsThatAreTextOrNumbers) {
  for (const char* version : {R"("version": "511")", R"("version": 511)"}) {
    const Result<LogList> list = Decode(ListJson("", version));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->content().version, "511");
  }
}

// Each entry is refused alone, with exactly this reason, while its neighbours load.
TEST(DecodeLogListTest, RefusesABadEntryAlone) {
  struct Case {
    const char* name;
    std::string entry;
    Errc code;
    std::string field;
  };
  const std::string key1 = R"({"description": "bad", "key": ")" + std::string(kKey1) + "\"";
  const auto with = [](const std::string& members) {
    return LogJson(kKey1, R"("description": "bad", )" + members);
  };
  const Case cases[] = {
      {"no key", R"({"description": "bad"})", Errc::kMissing, "log.key"},
      {"key is no text", R"({"description": "bad", "key": 1})", Errc::kBadEncoding, "log.key"},
      {"key is no base64", R"({"description": "bad", "key": "!"})", Errc::kBadEncoding, "log.key"},
      {"no id", key1 + "}", Errc::kMissing, "log.log_id"},
      {"id is no base64", key1 + R"(, "log_id": "!"})", Errc::kBadEncoding, "log.log_id"},
      {"id is short", key1 + R"(, "log_id": "AQID"})", Errc::kBadLength, "log.log_id"},
      {"id is of another key", key1 + R"(, "log_id": ")" + LogIdText(kKey2) + "\"}",
       Errc::kMismatch, "log.log_id"},
      {"key is no key", LogJson("AQID", R"("description": "bad")"), Errc::kBadEncoding, "log.key"},
      {"RSA 1024", LogJson(kRsa1024Key, R"("description": "bad")"), Errc::kUnsupportedAlgorithm,
       "log.key"},
      {"P-384", LogJson(kP384Key, R"("description": "bad")"), Errc::kUnsupportedAlgorithm,
       "log.key"},
      {"Ed25519", LogJson(kEd25519Key, R"("description": "bad")"), Errc::kUnsupportedAlgorithm,
       "log.key"},
      {"state is text", with(R"("state": "usable")"), Errc::kBadEncoding, "log.state"},
      {"state has no time", with(R"("state": {"usable": {"timestamp": "soon"}})"),
       Errc::kBadEncoding, "log.state.timestamp"},
      {"state on a day that is none",
       with(R"("state": {"usable": {"timestamp": "2025-02-30T00:00:00Z"}})"), Errc::kOutOfRange,
       "log.state.timestamp"},
      {"state beyond the year 9999",
       with(R"("state": {"usable": {"timestamp": "9999-12-31T23:59:59-00:01"}})"),
       Errc::kOutOfRange, "log.state.timestamp"},
      {"half an interval",
       with(R"("temporal_interval": {"start_inclusive": "2025-01-01T00:00:00Z"})"), Errc::kMissing,
       "log.temporal_interval"},
      {"empty interval", with(R"("temporal_interval": {"start_inclusive": "2025-01-01T00:00:00Z",
                                     "end_exclusive": "2025-01-01T00:00:00Z"})"),
       Errc::kOutOfRange, "log.temporal_interval"},
      {"interval without end",
       with(R"("temporal_interval": {"start_inclusive": "2025-01-01T00:00:00Z",
                                     "end_exclusive": null})"),
       Errc::kBadEncoding, "log.temporal_interval.end_exclusive"},
      {"previous operators are text", with(R"("previous_operators": "X")"), Errc::kBadEncoding,
       "log.previous_operators"},
      {"previous operator without end", with(R"("previous_operators": [{"name": "X"}])"),
       Errc::kMissing, "log.previous_operators"},
      {"previous operator without name",
       with(R"("previous_operators": [{"end_time": "2025-01-01T00:00:00Z"}])"), Errc::kMissing,
       "log.previous_operators"},
  };
  for (const Case& c : cases) {
    const Result<LogList> list = Decode(ListJson(
        OperatorJson("Op", LogJson(kKey2) + "," + c.entry + "," + LogJson(kKey3), c.entry)));
    ASSERT_TRUE(list) << c.name;
    EXPECT_EQ(list->content().logs.size(), 2U) << c.name;
    EXPECT_NE(list->Find(LogIdOf(kKey2)), nullptr) << c.name;
    EXPECT_NE(list->Find(LogIdOf(kKey3)), nullptr) << c.name;
    ASSERT_EQ(list->content().skipped.size(), 2U) << c.name;
    EXPECT_EQ(list->content().skipped[0].description, "bad") << c.name;
    EXPECT_EQ(list->content().skipped[0].error.code, c.code) << c.name;
    EXPECT_EQ(list->content().skipped[0].error.field, c.field) << c.name;
  }
}

TEST(DecodeLogListTest, RefusesEntriesThatAreNoObjectsAlone) {
  const Result<LogList> list =
      Decode(ListJson(R"(1, null, )" + OperatorJson("Op", "7, null, " + LogJson(kKey1))));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->content().logs.size(), 1U);
  EXPECT_EQ(list->content().skipped.size(), 4U);
}

TEST(DecodeLogListTest, RefusesTheLaterOfTwoLogsWithOneId) {
  const Result<LogList> list =
      Decode(ListJson(OperatorJson("A", LogJson(kKey1, R"("description": "first")")) + "," +
                      OperatorJson("B", "", LogJson(kKey1, R"("description": "second")"))));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->content().logs.size(), 1U);
  EXPECT_EQ(list->content().logs[0].description, "first");
  ASSERT_EQ(list->content().skipped.size(), 1U);
  EXPECT_EQ(list->content().skipped[0].description, "second");
  EXPECT_EQ(list->content().skipped[0].error.code, Errc::kDuplicate);
}

// An entry that is refused must not take the place of a good one with the same id behind it.
TEST(DecodeLogListTest, LoadsAGoodLogBehindABadOneWithItsId) {
  const Result<LogList> list =
      Decode(ListJson(OperatorJson("Op", LogJson(kKey1, R"("state": "usable")") + "," +
                                             LogJson(kKey1, R"("description": "good")"))));
  ASSERT_TRUE(list);
  ASSERT_NE(list->Find(LogIdOf(kKey1)), nullptr);
  EXPECT_EQ(list->Find(LogIdOf(kKey1))->description, "good");
}

TEST(DecodeLogListTest, SkipsLogsOfAnOperatorWithoutAName) {
  const Result<LogList> list = Decode(
      ListJson(R"({"logs": [)" + LogJson(kKey1) + "]}, " + OperatorJson("B", LogJson(kKey2))));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->Find(LogIdOf(kKey1)), nullptr);
  EXPECT_NE(list->Find(LogIdOf(kKey2)), nullptr);
  ASSERT_EQ(list->content().skipped.size(), 1U);
  EXPECT_EQ(list->content().skipped[0].error.code, Errc::kMissing);
}

// D19 of the peers' defects: an app-wide outage because an operator had no `logs`.
TEST(DecodeLogListTest, D19OperatorWithoutLogsIsLegal) {
  for (const char* bare : {R"({"name": "Bare"})", R"({"name": "Bare", "logs": []})",
                           R"({"name": "Bare", "logs": null, "tiled_logs": null})",
                           R"({"name": "Bare", "email": [], "tiled_logs": []})"}) {
    const Result<LogList> list =
        Decode(ListJson(std::string(bare) + "," + OperatorJson("Op", LogJson(kKey1))));
    ASSERT_TRUE(list) << bare;
    EXPECT_EQ(list->content().logs.size(), 1U) << bare;
    EXPECT_TRUE(list->content().skipped.empty()) << bare;
    EXPECT_EQ(list->content().operators, (std::vector<std::string>{"Bare", "Op"})) << bare;
  }
}

TEST(DecodeLogListTest, FailsForTheDocument) {
  struct Case {
    const char* name;
    std::string text;
    Errc code;
  };
  const Case cases[] = {
      {"empty", "", Errc::kUnsupportedFormat},
      {"white space", " \n\t", Errc::kUnsupportedFormat},
      {"text", "hello", Errc::kUnsupportedFormat},
      {"an array", "[]", Errc::kUnsupportedFormat},
      {"open brace", "{", Errc::kBadEncoding},
      {"text behind", ListJson("") + "x", Errc::kBadEncoding},
      {"not UTF-8", ListJson("", "\"a\": \"\xff\""), Errc::kBadEncoding},
      {"no operators", "{}", Errc::kMissing},
      {"operators are no array", R"({"operators": {}})", Errc::kBadEncoding},
      {"member twice", R"({"operators": [], "operators": []})", Errc::kDuplicate},
      {"member twice within", ListJson(OperatorJson("A", R"({"key": "", "key": ""})")),
       Errc::kDuplicate},
      {"member twice by escape", R"({"operators": [], "oper\u0061tors": []})", Errc::kDuplicate},
      {"v1", R"({"operators": [{"name": "A", "id": 0}], "logs": [{"key": ""}]})",
       Errc::kUnsupportedFormat},
      {"date is no date", ListJson("", R"("log_list_timestamp": "today")"), Errc::kBadEncoding},
      {"date is a number", ListJson("", R"("log_list_timestamp": 5)"), Errc::kBadEncoding},
      {"date is null", ListJson("", R"("log_list_timestamp": null)"), Errc::kBadEncoding},
      {"date does not exist", ListJson("", R"("log_list_timestamp": "2025-13-01T00:00:00Z")"),
       Errc::kOutOfRange},
      {"deny list is no array", ListJson("", R"("denied_logs": {})"), Errc::kBadEncoding},
      {"denial of nothing", ListJson("", R"("denied_logs": [{"reason": "x"}])"), Errc::kMissing},
      {"denial is no object", ListJson("", R"("denied_logs": [1])"), Errc::kMissing},
      {"denied key is no base64", ListJson("", R"("denied_logs": [{"key": "!"}])"),
       Errc::kBadEncoding},
      {"denied id is short", ListJson("", R"("denied_logs": [{"log_id": "AQID"}])"),
       Errc::kBadLength},
      {"too deep", ListJson("", "\"a\": " + std::string(100, '[') + std::string(100, ']')),
       Errc::kTooLarge},
  };
  for (const Case& c : cases) {
    const Result<LogList> list = Decode(c.text);
    ASSERT_FALSE(list) << c.name;
    EXPECT_EQ(list.error().code, c.code) << c.name << ": " << Describe(list.error());
  }
}

TEST(DecodeLogListTest, RefusesMoreThanTheLimits) {
  EXPECT_EQ(Decode(ListJson("") + std::string(kMaxLogListSize, ' ')).error().code, Errc::kTooLarge);
  std::string entries = "1";
  for (std::size_t i = 0; i < kMaxLogs; ++i) {
    entries += ",1";
  }
  EXPECT_EQ(Decode(ListJson(OperatorJson("A", entries))).error().code, Errc::kTooLarge);
  std::string operators = OperatorJson("0", "");
  for (std::size_t i = 1; i < kMaxOperators; ++i) {
    operators += "," + OperatorJson(std::to_string(i), "");
  }
  EXPECT_TRUE(Decode(ListJson(operators)));
  EXPECT_EQ(Decode(ListJson(operators + "," + OperatorJson("more", ""))).error().code,
            Errc::kTooLarge);
}

TEST(DecodeLogListTest, RefusesEveryPrefix) {
  const std::string text =
      ListJson(OperatorJson("A", LogJson(kKey1), LogJson(kKey2)),
               R"("log_list_timestamp": "2026-01-02T12:00:00Z", "denied_logs": [)" +
                   DeniedJson(kKey3) + "]");
  ASSERT_TRUE(Decode(text));
  for (std::size_t len = 0; len < text.size(); ++len) {
    EXPECT_FALSE(Decode(text.substr(0, len))) << len;
  }
}

TEST(DecodeLogListTest, ADeniedKeyStaysDeniedWhenItIsListedAsALog) {
  const Result<LogList> list = Decode(
      ListJson(OperatorJson("A", LogJson(kKey1)), "\"denied_logs\": [" + DeniedJson(kKey1) + "]"));
  ASSERT_TRUE(list);
  ASSERT_NE(list->FindDenied(LogIdOf(kKey1)), nullptr);
  EXPECT_EQ(list->FindDenied(LogIdOf(kKey1))->reason, "its key is public");
  EXPECT_EQ(EncodeBase64(list->FindDenied(LogIdOf(kKey1))->key_spki), kKey1);
}

// To load less of a deny list than it says is the dangerous side.
TEST(DecodeLogListTest, EitherOfIdAndKeyDenies) {
  const std::string by_id = R"({"log_id": ")" + LogIdText(kKey1) + "\"}";
  const std::string by_key = R"({"key": ")" + std::string(kKey2) + "\"}";
  const std::string disagreeing =
      R"({"log_id": ")" + LogIdText(kKey3) + R"(", "key": ")" + std::string(kP384Key) + "\"}";
  const Result<LogList> list =
      Decode(ListJson("", "\"denied_logs\": [" + by_id + "," + by_key + "," + disagreeing + "]"));
  ASSERT_TRUE(list);
  for (const char* key : {kKey1, kKey2, kKey3, kP384Key}) {
    EXPECT_NE(list->FindDenied(LogIdOf(key)), nullptr) << key;
  }
}

TEST(DecodeDeniedLogsTest, ReadsWhatDecodeLogListReads) {
  const std::string text = ListJson("", "\"denied_logs\": [" + DeniedJson(kKey1) + "]");
  const Result<std::vector<DeniedLog>> denied = DecodeDeniedLogs(AsBytes(text));
  ASSERT_TRUE(denied);
  ASSERT_EQ(denied->size(), 1U);
  EXPECT_EQ(denied->at(0).log_id, LogIdOf(kKey1));
  EXPECT_FALSE(DecodeDeniedLogs(AsBytes("nothing")));
}

TEST(DecodeLogListTest, DecodesEveryRealList) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "loglists");
  std::size_t num_lists = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    ++num_lists;
    const Result<LogList> list = DecodeLogList(testlib::ReadFile(entry.path()));
    ASSERT_TRUE(list) << entry.path() << ": " << Describe(list.error());
    EXPECT_GT(list->content().logs.size(), 0U) << entry.path();
    for (const SkippedLog& skipped : list->content().skipped) {
      ADD_FAILURE() << entry.path() << ": " << skipped.description << ": "
                    << Describe(skipped.error);
    }
    for (const Log& log : list->content().logs) {
      EXPECT_NE(log.state, LogState::kUnknown) << entry.path() << ": " << log.description;
      EXPECT_NE(log.type, LogType::kUnknown) << entry.path() << ": " << log.description;
    }
  }
  EXPECT_GT(num_lists, 0U);
}

}  // namespace
}  // namespace tattle::decode_test
