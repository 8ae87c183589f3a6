// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What becomes of connections where the log list is missing or broken, from the start or later.

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/loglist/encode.h"
#include "tests/adapters/openssl/handshake.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::testlib::log_list_test {
namespace {

class LogListTest : public HandshakeTest {
 protected:
  static void Keep(void* arg, tattle_log_level level, const char* line) {
    static_cast<std::vector<std::string>*>(arg)->push_back(std::to_string(level) + " " + line);
  }

  // AttachWithFile makes `context_` judged by the list in a file, which need not be there.
  void AttachWithFile(const std::string& mode, const std::string& path) {
    tattle_client_builder* builder = nullptr;
    tattle_client* client = nullptr;
    tattle_diag diag = TATTLE_DIAG_INIT;
    ASSERT_EQ(tattle_client_builder_new(&builder, &diag), TATTLE_OK) << diag.text;
    for (const auto& [key, value] : Settings{{"mode", mode},
                                             {"observe_socket", ""},
                                             {"outbox", ""},
                                             {"public_roots", world_.root_file},
                                             {"log_list", path}}) {
      ASSERT_EQ(tattle_client_builder_set(builder, key.c_str(), value.c_str(), &diag), TATTLE_OK)
          << diag.text;
    }
    ASSERT_EQ(tattle_client_builder_set_log(builder, Keep, &lines_, &diag), TATTLE_OK);
    ASSERT_EQ(tattle_client_new(builder, &client, now_ms_, &diag), TATTLE_OK) << diag.text;
    tattle_client_builder_free(builder);
    attached_.reset(client);
    AttachClient(context_.get(), client);
  }

  // NextSecond: the file is looked at once in a second.
  void NextSecond() { now_ms_ += 1'000; }

  std::string GoodList() const { return EncodeLogListJson(*LogList::Create(world_.list)); }

  // Lines counts those that were logged with these words in them.
  std::ptrdiff_t Lines(const std::string& words) const {
    return std::count_if(lines_.begin(), lines_.end(), [&words](const std::string& line) {
      return line.find(words) != std::string::npos;
    });
  }

  // What is wrong with the file, and how that is said.
  std::vector<std::pair<std::string, std::string>> BadFiles() const {
    return {
        {folder_.Path("missing.json"), "3 log_list: " + folder_.Path("missing.json")},
        {folder_.Write("broken.json", GoodList().substr(0, 200)),
         "3 log_list: " + folder_.Path("broken.json") + ": is no log list that can be used"},
        {folder_.Write("empty.json", R"({"operators":[]})"),
         "3 log_list: " + folder_.Path("empty.json") + ": knows no log"},
    };
  }

  ScratchFolder folder_;
  std::vector<std::string> lines_;
};
TATTLE_FOR_BOTH_VERSIONS(LogListTest);

TEST_P(LogListTest, ReportSaysOnceThatThereIsNoneAndGoesOn) {
  Use(world_.embedded);
  for (const auto& [path, said] : BadFiles()) {
    lines_.clear();
    context_ = NewContext();
    AttachWithFile("report", path);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(Connect()) << path;
      EXPECT_EQ(tattle_session_decision(Judged()), TATTLE_PROCEED);
      EXPECT_EQ(tattle_session_get0_verdict(Judged()), nullptr) << "nobody can tell";
      EXPECT_EQ(errors_, std::vector<std::string>());
      EXPECT_TRUE(Talk());
      NextSecond();
    }
    EXPECT_EQ(Lines(said), 1) << said << " is not in: " << testing::PrintToString(lines_);
    EXPECT_EQ(Lines("2 example.test: CT cannot be judged: "), 3);
    EXPECT_EQ(lines_.size(), 4U) << testing::PrintToString(lines_);
    EXPECT_EQ(Count(TATTLE_COUNT_LIST_PROBLEMS), 1U);
    EXPECT_EQ(Count(TATTLE_COUNT_UNDECIDED), 3U);
  }
}

TEST_P(LogListTest, RequireRefusesAndNamesTheFile) {
  Use(world_.embedded);
  for (const auto& [path, said] : BadFiles()) {
    lines_.clear();
    context_ = NewContext();
    AttachWithFile("require", path);
    for (int i = 0; i < 2; ++i) {
      EXPECT_FALSE(Connect()) << path;
      EXPECT_TRUE(IsRefusedFor("example.test: CT cannot be judged: " + said.substr(2)))
          << testing::PrintToString(errors_);
      EXPECT_EQ(tattle_session_decision(Judged()), TATTLE_REFUSE);
      EXPECT_EQ(SSL_get_verify_result(client_.get()), X509_V_ERR_NO_VALID_SCTS);
      NextSecond();
    }
    EXPECT_EQ(Lines(said), 1) << said;
    EXPECT_EQ(Count(TATTLE_COUNT_REFUSED), 2U);
  }
}

TEST_P(LogListTest, TheListOfBeforeStaysWhenItsFileBreaksOrGoes) {
  Use(world_.embedded);
  const std::string path = folder_.Write("list.json", GoodList());
  AttachWithFile("require", path);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(lines_.size(), 1U);
  folder_.Replace("list.json", "{");
  for (int i = 0; i < 3; ++i) {
    NextSecond();
    ASSERT_TRUE(Connect());
    EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  }
  EXPECT_EQ(Lines("3 log_list: " + path), 1);
  EXPECT_EQ(Lines("the list from before stays in use"), 1);
  std::filesystem::remove(path);
  for (int i = 0; i < 3; ++i) {
    NextSecond();
    ASSERT_TRUE(Connect());
    EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  }
  EXPECT_EQ(Lines("3 log_list: "), 2) << "another problem, said once as well";
  EXPECT_EQ(Count(TATTLE_COUNT_REFUSED), 0U);
}

TEST_P(LogListTest, AListThatComesLaterIsTaken) {
  Use(world_.embedded);
  AttachWithFile("require", folder_.Path("late.json"));
  EXPECT_FALSE(Connect());
  folder_.Write("late.json", GoodList());
  NextSecond();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(Lines("1 log_list: can be read again"), 1);
}

}  // namespace
}  // namespace tattle::testlib::log_list_test
