// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/list_keeper.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/replace_file.h"
#include "tests/adapters/daemon/world.h"

namespace tattle::daemon::list_keeper_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kUrl = "https://lists.example/logs.json";
constexpr std::uint64_t kDayMs = 86'400'000;

std::string ListOfDay(std::uint64_t made_ms) {
  LogList::Content content = TheWorld().List().content();
  content.timestamp_ms = made_ms;
  return EncodeLogListJson(LogList::Create(std::move(content)).value());
}

class FetchLogListTest : public testing::Test {
 protected:
  FetchLogListTest() {
    options_.url = kUrl;
    options_.key_file = folder_.Write("key.pem", testlib::PemText(key_.Spki(), "PUBLIC KEY"));
    options_.destination = folder_.Write("logs.json", ListOfDay(kNowMs - 5 * kDayMs));
  }

  void Offer(const std::string& text, const std::string& place = std::string(kUrl) + ".sig") {
    web_ = {{kUrl, ToVector(AsBytes(text))}, {place, key_.Sign(AsBytes(text))}};
  }

  Outcome<LogListUpdate> Run() {
    return FetchLogList(
        options_,
        [this](const std::string& url, std::size_t max_size) -> Outcome<ByteVector> {
          asked_.push_back(url);
          const auto found = web_.find(url);
          if (found == web_.end() || found->second.size() > max_size) {
            return tl::unexpected(url + ": status 404");
          }
          return found->second;
        },
        kNowMs);
  }

  std::string Installed() {
    return std::string(AsText(ReadRegularFile(options_.destination, 1U << 20U)->bytes));
  }

  testlib::ScratchFolder folder_;
  testlib::TestKey key_ = testlib::TestKey::P256();
  ListKeeperOptions options_;
  std::map<std::string, ByteVector> web_;
  std::vector<std::string> asked_;
};

TEST_F(FetchLogListTest, PutsANewerListInForceWhereverItsSignatureIs) {
  for (const std::string& place : SignatureUrls(kUrl)) {
    const std::string text = ListOfDay(kNowMs - (place.ends_with("json.sig") ? 3 : 2) * kDayMs);
    Offer(text, place);
    const auto update = Run();
    ASSERT_TRUE(update.has_value()) << update.error();
    EXPECT_EQ(update->outcome, UpdateOutcome::kReplaced);
    EXPECT_EQ(Installed(), text);
    EXPECT_EQ(Run()->outcome, UpdateOutcome::kUpToDate);
  }
}

TEST_F(FetchLogListTest, MakesTheFileWhereThereIsNone) {
  options_.destination = folder_.Path("new.json");
  Offer(ListOfDay(kNowMs - kDayMs));
  const auto update = Run();
  ASSERT_TRUE(update.has_value()) << update.error();
  EXPECT_EQ(update->outcome, UpdateOutcome::kReplaced);
}

TEST_F(FetchLogListTest, RefusesAnOlderListAndOneFromTheFuture) {
  const std::string before = Installed();
  Offer(ListOfDay(kNowMs - 6 * kDayMs));
  auto update = Run();
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(update->outcome, UpdateOutcome::kRefused);
  EXPECT_THAT(update->refusal, HasSubstr("and so older than " + options_.destination));
  Offer(ListOfDay(kNowMs + kDayMs));
  update = Run();
  ASSERT_TRUE(update.has_value());
  EXPECT_THAT(update->refusal, HasSubstr("in the future by this machine's clock"));
  EXPECT_EQ(Installed(), before);
}

TEST_F(FetchLogListTest, TakesNothingThatTheKeyDidNotSign) {
  const std::string before = Installed();
  const std::string text = ListOfDay(kNowMs - kDayMs);
  for (const std::string& signed_text : {ListOfDay(kNowMs - 2 * kDayMs), text + " "}) {
    Offer(signed_text);
    web_[kUrl] = ToVector(AsBytes(text));
    const auto update = Run();
    ASSERT_FALSE(update.has_value());
    EXPECT_THAT(update.error(), HasSubstr("not signed by " + options_.key_file));
  }
  web_.erase(std::string(kUrl) + ".sig");
  EXPECT_EQ(Run().error(),
            "https://lists.example/logs.json.sig: status 404; "
            "https://lists.example/logs.sig: status 404");
  EXPECT_EQ(Installed(), before);
}

TEST_F(FetchLogListTest, AsksNobodyWithoutAKey) {
  options_.key_file = folder_.Path("none.pem");
  EXPECT_THAT(Run().error(), HasSubstr("log_list_key: " + options_.key_file + ": cannot be read"));
  options_.key_file = folder_.Write("other.pem", "nothing");
  EXPECT_THAT(Run().error(), HasSubstr("holds no public key in PEM"));
  EXPECT_THAT(asked_, ElementsAre());
}

TEST_F(FetchLogListTest, DoesNotWaitForAnotherUpdate) {
  Offer(ListOfDay(kNowMs - kDayMs));
  const auto lock =
      FolderLock::Create(options_.destination, [](const std::string&) { return false; });
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(Run().error(), "another update is under way in " + folder_.path());
}

TEST(NextFetchTest, IsSoonAfterAFailureAndNotTooOften) {
  using std::chrono::minutes;
  EXPECT_EQ(NextFetch(0), minutes(360));
  EXPECT_EQ(NextFetch(1), minutes(15));
  EXPECT_EQ(NextFetch(2), minutes(30));
  EXPECT_EQ(NextFetch(5), minutes(240));
  EXPECT_EQ(NextFetch(6), minutes(360));
  EXPECT_EQ(NextFetch(4'000'000'000), minutes(360));
}

}  // namespace
}  // namespace tattle::daemon::list_keeper_test
