// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/file_change.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/testlib/scratch_folder.h"

namespace tattle::cli::file_change_test {
namespace {

TEST(RenderDiffTest, ShowsOneHunkWithThreeLinesAround) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n";
  EXPECT_EQ(RenderDiff({"/f", before, "1\n2\n3\n4\nfive\n6\n7\n8\n"}),
            "--- /f\n+++ /f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(RenderDiff({"/f", before, before + "9\n"}),
            "--- /f\n+++ /f\n@@ -6,3 +6,4 @@\n 6\n 7\n 8\n+9\n");
  EXPECT_EQ(RenderDiff({"/f", before, "0\n" + before}),
            "--- /f\n+++ /f\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n");
}

TEST(RenderDiffTest, ShowsFilesThatComeAndGo) {
  EXPECT_EQ(RenderDiff({"/f", std::nullopt, "a\n"}),
            "--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(RenderDiff({"/f", "a\n", std::nullopt}),
            "--- /f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
  EXPECT_EQ(RenderDiff({"/f", "a\n", "a\n"}), "");
  EXPECT_EQ(RenderDiff({}), "");
}

TEST(RenderDiffTest, SaysWhereALineHasNoEnd) {
  EXPECT_EQ(RenderDiff({"/f", "a", "a\n"}),
            "--- /f\n+++ /f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST(RenderDiffTest, IsHarmlessOnATerminal) {
  const std::string diff = RenderDiff({"/f\x1b[2J", "a\tb\x1b[2J\n", "c\xff\n"});
  EXPECT_EQ(diff.find('\x1b'), std::string::npos);
  EXPECT_NE(diff.find("-a\tb?[2J\n"), std::string::npos);
}

std::string Read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ApplyChangeTest, MakesFoldersAndTakesAUnitsAway) {
  const testlib::ScratchFolder scratch;
  const std::string path = scratch.Path("a/b.service.d/c.conf");
  ASSERT_TRUE(ApplyChange({path, std::nullopt, "text"}));
  EXPECT_EQ(Read(path), "text");
  ASSERT_TRUE(ApplyChange({path, "text", std::nullopt}));
  EXPECT_FALSE(std::filesystem::exists(scratch.Path("a/b.service.d")));
  EXPECT_TRUE(std::filesystem::exists(scratch.Path("a")));
}

TEST(ApplyChangeTest, RefusesWhereTheFileIsAnotherNow) {
  const testlib::ScratchFolder scratch;
  const std::string path = scratch.Path("f");
  ASSERT_TRUE(ApplyChange({path, std::nullopt, "old"}));
  for (const FileChange& change :
       {FileChange{path, "older", "new"}, FileChange{path, "older", std::nullopt},
        FileChange{path, std::nullopt, "new"}}) {
    const Outcome<void> done = ApplyChange(change);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().find("changed by somebody else"), std::string::npos);
    EXPECT_EQ(Read(path), "old");
  }
}

}  // namespace
}  // namespace tattle::cli::file_change_test
