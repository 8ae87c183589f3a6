// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/ctlog.h"

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/ct.h>
#include <openssl/err.h>

#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/loglist/list_text.h"

namespace tattle::ctlog_test {
namespace {

using loglist_test::kEd25519Key;
using loglist_test::kKey1;
using loglist_test::kKey2;
using loglist_test::kRsa2048Key;
using loglist_test::ListJson;
using loglist_test::LogIdOf;
using loglist_test::LogJson;
using loglist_test::OperatorJson;

std::string SectionText(const std::string& name, const std::string& key,
                        const std::string& more = "") {
  return "[" + name + "]\n" + more + "key = " + key + "\n";
}

// OpenSslStore is a file loaded by OpenSSL itself; null if OpenSSL refuses it.
std::unique_ptr<CTLOG_STORE, decltype(&CTLOG_STORE_free)> OpenSslStore(const std::string& text) {
  const std::string path = testing::TempDir() + "tattle_ctlog_test.cnf";
  std::ofstream(path, std::ios::binary) << text;
  std::unique_ptr<CTLOG_STORE, decltype(&CTLOG_STORE_free)> store(CTLOG_STORE_new(),
                                                                  &CTLOG_STORE_free);
  if (CTLOG_STORE_load_file(store.get(), path.c_str()) != 1) {
    store.reset();
  }
  ERR_clear_error();
  std::remove(path.c_str());
  return store;
}

// ExpectOpenSslLoads checks that OpenSSL finds every log of the file, under its description.
void ExpectOpenSslLoads(const std::string& text) {
  const Result<LogList> list = DecodeLogListCtlog(AsBytes(text));
  ASSERT_TRUE(list) << Describe(list.error());
  const auto store = OpenSslStore(text);
  ASSERT_NE(store, nullptr) << text.substr(0, 1000);
  for (const Log& log : list->content().logs) {
    const CTLOG* found =
        CTLOG_STORE_get0_log_by_id(store.get(), log.log_id.data(), log.log_id.size());
    ASSERT_NE(found, nullptr) << log.description;
    EXPECT_EQ(CTLOG_get0_name(found), log.description);
  }
}

TEST(DecodeLogListCtlogTest, ReadsEnabledLogsAsUsable) {
  const std::string text = "# our logs\nenabled_logs = one , two,,\nconfig_diagnostics=1\n\n" +
                           SectionText("one", kKey1, "description = First  # the best\n") +
                           SectionText(" two ", kRsa2048Key, "operator = Somebody\r\nurl=x\n") +
                           SectionText("three", kKey2);
  const Result<LogList> list = DecodeLogList(AsBytes(text));
  ASSERT_TRUE(list) << Describe(list.error());
  EXPECT_FALSE(list->content().timestamp_ms);
  EXPECT_TRUE(list->content().skipped.empty());
  ASSERT_EQ(list->content().logs.size(), 2U);
  const Log& first = list->content().logs[0];
  EXPECT_EQ(first.log_id, LogIdOf(kKey1));
  EXPECT_EQ(first.description, "First");
  EXPECT_EQ(first.operator_name, "First");
  EXPECT_EQ(first.state, LogState::kUsable);
  EXPECT_EQ(first.StateAt(0), LogState::kUsable);
  EXPECT_EQ(first.type, LogType::kProd);
  const Log& second = list->content().logs[1];
  EXPECT_EQ(second.log_id, LogIdOf(kRsa2048Key));
  EXPECT_EQ(second.description, "two");
  EXPECT_EQ(second.operator_name, "Somebody");
}

TEST(DecodeLogListCtlogTest, SkipsABadLogAlone) {
  const std::string text = "enabled_logs = a,b,c,d,e,a\n" + SectionText("a", kKey1) +
                           SectionText("b", "!") + SectionText("c", kEd25519Key) +
                           "[d]\ndescription = no key\n" + SectionText("f", kKey2);
  const Result<LogList> list = DecodeLogList(AsBytes(text));
  ASSERT_TRUE(list) << Describe(list.error());
  EXPECT_EQ(list->content().logs.size(), 1U);
  const std::vector<SkippedLog>& skipped = list->content().skipped;
  ASSERT_EQ(skipped.size(), 5U);
  const std::pair<std::string, Errc> want[] = {{"b", Errc::kBadEncoding},
                                               {"c", Errc::kUnsupportedAlgorithm},
                                               {"d", Errc::kMissing},
                                               {"e", Errc::kMissing},
                                               {"a", Errc::kDuplicate}};
  for (std::size_t i = 0; i < skipped.size(); ++i) {
    EXPECT_EQ(skipped[i].description, want[i].first);
    EXPECT_EQ(skipped[i].error.code, want[i].second) << want[i].first;
  }
}

TEST(DecodeLogListCtlogTest, FailsForTheFile) {
  struct Case {
    const char* name;
    std::string text;
    Errc code;
    std::size_t line;
  };
  const std::string head = "enabled_logs = a\n";
  const Case cases[] = {
      {"not enabled", "[a]\nkey = x\n# enabled_logs\n", Errc::kMissing, 0},
      {"enabled elsewhere", "[a]\nenabled_logs = a\n", Errc::kMissing, 0},
      {"no assignment", head + "key\n", Errc::kBadEncoding, 2},
      {"no name", head + "= x\n", Errc::kBadEncoding, 2},
      {"odd name", head + "a::b = x\n", Errc::kBadEncoding, 2},
      {"section left open", head + "[a\n", Errc::kBadEncoding, 2},
      {"section without name", head + "[]\n", Errc::kBadEncoding, 2},
      {"half a section", head + "[\n", Errc::kBadEncoding, 2},
      {"section twice", head + "[a]\n[b]\n[a]\n", Errc::kDuplicate, 4},
      {"name twice", head + "[a]\nkey = x\nkey = y\n", Errc::kDuplicate, 4},
      {"variable", head + "[a]\nkey = $x\n", Errc::kUnsupportedFormat, 3},
      {"directive", ".include x\n" + head, Errc::kUnsupportedFormat, 1},
      {"line goes on", head + "[a]\nkey = x\\\ny\n", Errc::kUnsupportedFormat, 3},
      {"comment goes on", "# x\\\n" + head, Errc::kUnsupportedFormat, 1},
      {"NUL", head + std::string("[a]\nkey = \0\n", 12), Errc::kBadEncoding, 3},
      {"escape sequence", head + "[a]\ndescription = \x1b[2J\n", Errc::kBadEncoding, 3},
  };
  for (const Case& c : cases) {
    const Result<LogList> list = DecodeLogListCtlog(AsBytes(c.text));
    ASSERT_FALSE(list) << c.name;
    EXPECT_EQ(list.error().code, c.code) << c.name;
    EXPECT_EQ(list.error().offset, c.line) << c.name;
  }
}

// Whatever marks a description has, we and OpenSSL read the same.
TEST(DecodeLogListCtlogTest, ReadsMarksAsOpenSslDoes) {
  for (const char* description :
       {"plain", "Google 'Argon' log", "\"all\" 'of' `them`", "a \\# b", "a # comment",
        "'# no comment' # but this", "Let's Encrypt", "back\\\\slash", "a\\tb\\nc", "'a\\tb'",
        "\\'quoted\\'", "'$no variable'", "\\$x", "a = b", "'it\\'s'", "x 'y \"z' w\"", ""}) {
    SCOPED_TRACE(description);
    ExpectOpenSslLoads("enabled_logs = a\n" +
                       SectionText("a", kKey1, std::string("description = ") + description + "\n"));
  }
}

TEST(EncodeLogListCtlogTest, WritesWhatOpenSslAndWeReadBack) {
  const std::string tricky[] = {"plain",       "Google 'Argon' log", "a # b",   "$HOME ${x}",
                                "back\\slash", "\"quoted\" `x`",     "Let's",   "ends with \\",
                                "a = [b]",     "\xc3\xa9t\xc3\xa9",  "a, b; c", ".include x"};
  for (const std::string& description : tricky) {
    SCOPED_TRACE(description);
    LogList::Content content =
        DecodeLogListCtlog(AsBytes("enabled_logs = a\n" + SectionText("a", kKey1)))->content();
    content.logs[0].description = description;
    content.logs[0].operator_name = "of " + description;
    const Result<LogList> list = LogList::Create(std::move(content));
    ASSERT_TRUE(list);
    const CtlogText written = EncodeLogListCtlog(*list);
    EXPECT_EQ(written.num_left_out, 0U);
    ExpectOpenSslLoads(written.text);
    const Result<LogList> again = DecodeLogList(AsBytes(written.text));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->content().logs.at(0).description, description);
    EXPECT_EQ(again->content().logs.at(0).operator_name, "of " + description);
  }
}

TEST(EncodeLogListCtlogTest, MakesOneLineOfAnyDescription) {
  const Result<LogList> list = DecodeLogList(AsBytes(
      ListJson(OperatorJson("A", LogJson(kKey1, R"("description": " a\nkey = x\u0000\r\n[b] ",
                             "state": {"usable": {}})")))));
  ASSERT_TRUE(list);
  const std::string text = EncodeLogListCtlog(*list).text;
  ExpectOpenSslLoads(text);
  EXPECT_EQ(DecodeLogList(AsBytes(text))->content().logs.at(0).description, "a key = x   [b]");
}

TEST(EncodeLogListCtlogTest, LeavesOutWhatTheFormatCannotSay) {
  const std::pair<std::string, bool> cases[] = {
      {R"("state": {"qualified": {}})", true},
      {R"("state": {"usable": {}})", true},
      {R"("state": {"readonly": {}})", true},
      {R"("state": {"retired": {}})", false},
      {R"("state": {"rejected": {}})", false},
      {R"("state": {"pending": {}})", false},
      {R"("state": {"new": {}})", false},
      {"", false},
      {R"("state": {"usable": {}}, "log_type": "test")", false},
  };
  for (const auto& entry : cases) {
    const Result<LogList> list =
        DecodeLogList(AsBytes(ListJson(OperatorJson("A", LogJson(kKey1, entry.first)))));
    ASSERT_TRUE(list);
    const CtlogText written = EncodeLogListCtlog(*list);
    EXPECT_EQ(written.num_left_out, entry.second ? 0U : 1U) << entry.first;
    EXPECT_EQ(DecodeLogList(AsBytes(written.text))->content().logs.size(), entry.second ? 1U : 0U);
  }
  const Result<LogList> denied = DecodeLogList(
      AsBytes(ListJson(OperatorJson("A", LogJson(kKey1, R"("state": {"usable": {}})")),
                       "\"denied_logs\": [" + LogJson(kKey1) + "]")));
  ASSERT_TRUE(denied);
  EXPECT_EQ(EncodeLogListCtlog(*denied).num_left_out, 1U);
}

TEST(EncodeLogListCtlogTest, OpenSslLoadsThePinnedList) {
  const Result<LogList> list = DecodeLogList(PinnedLogListJson());
  ASSERT_TRUE(list);
  const CtlogText written = EncodeLogListCtlog(*list);
  const Result<LogList> again = DecodeLogList(AsBytes(written.text));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->content().skipped.empty());
  EXPECT_GT(again->content().logs.size(), 0U);
  EXPECT_EQ(again->content().logs.size() + written.num_left_out, list->content().logs.size());
  ExpectOpenSslLoads(written.text);
}

TEST(DecodeLogListCtlogTest, ReadsOpenSslsOwnList) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "sct");
  const ByteVector file = testlib::ReadFile(folder / "openssl" / "ct" / "log_list.cnf");
  const Result<LogList> list = DecodeLogList(file);
  ASSERT_TRUE(list) << Describe(list.error());
  EXPECT_GT(list->content().logs.size(), 0U);
  EXPECT_TRUE(list->content().skipped.empty());
  ExpectOpenSslLoads(std::string(AsText(file)));
}

}  // namespace
}  // namespace tattle::ctlog_test
