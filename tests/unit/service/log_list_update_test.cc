// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/log_list_update.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "core/loglist/encode.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::log_list_update_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// After the list that is built in, whatever its date.
constexpr std::uint64_t kNowMs = 4'000'000'000'000;

class UpdateLogListTest : public testing::Test {
 protected:
  // ListOf is a list of so many days ago.
  std::string ListOf(std::optional<std::uint64_t> days) {
    LogList::Content content;
    if (days) {
      content.timestamp_ms = kNowMs - *days * kMsPerDay;
    }
    content.operators = {"Operator A"};
    content.logs = {alpha_.Entry()};
    content.logs.front().url = "https://log.test/";
    content.logs.front().mmd_s = 86'400;
    return EncodeLogListJson(LogList::Create(std::move(content)).value());
  }

  Outcome<LogListUpdate> Update(const std::string& text, bool is_trial = false) {
    return UpdateLogList(destination_, {AsBytes(text), "offer"}, kNowMs, is_trial);
  }

  std::string Installed() const {
    std::ifstream file(destination_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  testlib::TestLog alpha_{"Alpha", "Operator A"};
  testlib::ScratchFolder folder_;
  std::string destination_ = folder_.Path("logs.json");
};

TEST_F(UpdateLogListTest, ReplacesAnOlderList) {
  const std::string before = ListOf(3);
  const std::string after = ListOf(2);
  folder_.Write("logs.json", before);
  const auto trial = Update(after, true);
  ASSERT_TRUE(trial.has_value()) << trial.error();
  EXPECT_EQ(trial->outcome, UpdateOutcome::kReplaced);
  EXPECT_EQ(Installed(), before) << "a trial writes nothing";
  const auto update = Update(after);
  ASSERT_TRUE(update.has_value()) << update.error();
  EXPECT_EQ(update->outcome, UpdateOutcome::kReplaced);
  EXPECT_EQ(update->before.content().timestamp_ms, kNowMs - 3 * kMsPerDay);
  EXPECT_EQ(update->after.content().timestamp_ms, kNowMs - 2 * kMsPerDay);
  EXPECT_EQ(Installed(), after);
  EXPECT_EQ(Update(after)->outcome, UpdateOutcome::kUpToDate);
}

TEST_F(UpdateLogListTest, RefusesWhatMayNotReplaceIt) {
  const std::string before = ListOf(3);
  folder_.Write("logs.json", before);
  for (const auto& [days, why] :
       {std::pair(std::optional<std::uint64_t>(4), "and so older than " + destination_),
        {std::nullopt, "it has no log_list_timestamp"}}) {
    const auto update = Update(ListOf(days));
    ASSERT_TRUE(update.has_value()) << update.error();
    EXPECT_EQ(update->outcome, UpdateOutcome::kRefused);
    EXPECT_THAT(update->refusal, HasSubstr(why));
  }
  LogList::Content future = DecodeLogList(AsBytes(ListOf(0)))->content();
  future.timestamp_ms = kNowMs + kMsPerDay;
  const auto update = Update(EncodeLogListJson(LogList::Create(std::move(future)).value()));
  EXPECT_EQ(update->outcome, UpdateOutcome::kRefused);
  EXPECT_THAT(update->refusal, HasSubstr("in the future by this machine's clock"));
  EXPECT_EQ(Installed(), before);
}

TEST_F(UpdateLogListTest, WithoutAFileTheBuiltInListIsTheMeasure) {
  LogList::Content old = DecodeLogList(AsBytes(ListOf(0)))->content();
  old.timestamp_ms = DecodeTrustedLogList(PinnedLogListJson())->content().timestamp_ms.value() - 1;
  const auto refused = Update(EncodeLogListJson(LogList::Create(std::move(old)).value()));
  EXPECT_EQ(refused->outcome, UpdateOutcome::kRefused);
  EXPECT_THAT(refused->refusal, HasSubstr("older than the built-in list"));
  EXPECT_FALSE(std::filesystem::exists(destination_));
  EXPECT_EQ(Update(ListOf(0))->outcome, UpdateOutcome::kReplaced);
}

TEST_F(UpdateLogListTest, ReplacesNoListThatItCannotRead) {
  folder_.Write("logs.json", "{");
  EXPECT_THAT(Update(ListOf(0)).error(), HasSubstr("remove this file and try again"));
  EXPECT_EQ(Installed(), "{");
  folder_.Write("logs.json", ListOf(3));
  EXPECT_THAT(Update("{").error(), StartsWith("log list offer: not JSON"));
  EXPECT_EQ(Installed(), ListOf(3));
}

}  // namespace
}  // namespace tattle::log_list_update_test
