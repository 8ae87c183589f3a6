// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/settings_age.h"

#include <fcntl.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "adapters/cli/output/moment.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::cli::settings_age_test {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;

Process Began(std::optional<std::uint64_t> started_ms, int pid = 7) {
  Process process;
  process.pid = pid;
  process.name = "p\x1b";
  process.module_path = "/m.so";
  process.started_ms = started_ms;
  return process;
}

// SetBack makes a file look old, as one does that was copied with its times.
void SetBack(const std::string& path) {
  const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

TEST(LookAtSettingsTest, SeesFilesThatBearOldTimes) {
  const testlib::ScratchFolder folder;
  const std::uint64_t before_ms = NowMs() - kMinuteMs;
  const std::string file = folder.Write("tattle.conf", "");
  const std::string link = folder.Path("link");
  std::filesystem::create_symlink("/etc/passwd", link);
  SetBack(file);
  SetBack(link);
  const auto settings =
      LookAtSettings({"", folder.Path("missing"), file, link, folder.path(), "/etc/passwd"});
  ASSERT_EQ(settings.size(), 4U);
  EXPECT_EQ(settings[0].path, file);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GE(settings[i].changed_ms, before_ms) << settings[i].path;
    EXPECT_LE(settings[i].changed_ms, NowMs() + kMinuteMs) << settings[i].path;
  }
  EXPECT_LT(settings[3].changed_ms, settings[1].changed_ms);
}

TEST(FindChangeSinceTest, NamesTheFirstFileThatIsNewer) {
  const std::vector<SettingsFile> files = {{"/a", 10'000}, {"/b", 20'000}, {"/c", 30'000}};
  EXPECT_EQ(FindChangeSince(files, Began(12'000)), "/b");
  EXPECT_EQ(FindChangeSince(files, Began(30'000)), "");
  EXPECT_EQ(FindChangeSince(files, Began(29'000)), "") << "nobody can say";
  EXPECT_EQ(FindChangeSince(files, Began(28'999)), "/c");
  EXPECT_EQ(FindChangeSince({}, Began(1)), "");
  EXPECT_EQ(FindChangeSince(files, Began(std::nullopt)), "");
  Process without = Began(1);
  without.module_path.clear();
  EXPECT_EQ(FindChangeSince(files, without), "");
}

TEST(DescribeOldSettingsTest, HasASentenceAFile) {
  std::vector<Process> processes;
  for (int pid = 1; pid <= 10; ++pid) {
    processes.push_back(Began(1, pid));
    processes.back().changed_since = pid == 1 ? "" : pid == 2 ? "/a\n" : "/b";
  }
  EXPECT_EQ(DescribeOldSettings(processes, ""),
            (std::vector<std::string>{
                "p?[2] began before /a? was changed: it may run with older settings; start it "
                "again",
                "p?[3] p?[4] p?[5] p?[6] p?[7] p?[8] and 2 more began before /b was changed: they "
                "may run with older settings; start them again"}));
  EXPECT_EQ(DescribeOldSettings({}, "restart"), std::vector<std::string>());
}

}  // namespace
}  // namespace tattle::cli::settings_age_test
