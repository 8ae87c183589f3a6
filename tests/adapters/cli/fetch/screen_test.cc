// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/screen.h"

#include <gtest/gtest.h>

namespace tattle::cli::screen_test {
namespace {

TEST(FormatProgressTest, SaysHowMuchOfWhatAndHowFast) {
  EXPECT_EQ(FormatProgress(0, 0, 0), "0 B");
  EXPECT_EQ(FormatProgress(999, 0, 500), "999 B, 2.0 kB/s");
  EXPECT_EQ(FormatProgress(1'500'000, 20'000'000, 3000), "1.5 MB of 20.0 MB, 500.0 kB/s");
  EXPECT_EQ(FormatProgress(5'000'000'000'000'000, 0, 0), "5000.0 TB");
}

TEST(ScreenTest, SaysWhatIsSafeAndShowsNoProgressUnasked) {
  testing::internal::CaptureStderr();
  Screen screen(false);
  screen.Progress(1, 2, 0);
  screen.Progress(1, 2, 10'000);
  screen.Say("a\x1b[2Jb");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "a?[2Jb\n");
}

TEST(ScreenTest, ShowsProgressBelowTheLines) {
  testing::internal::CaptureStderr();
  Screen screen(true);
  screen.Progress(0, 0, 1000);
  screen.Progress(100, 0, 1100);
  screen.Progress(1000, 2000, 2000);
  screen.Progress(1100, 2000, 2100);
  screen.Say("line");
  screen.Clear();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "\r\x1b[K1.0 kB of 2.0 kB, 1.0 kB/s\r\x1b[Kline\n");
}

}  // namespace
}  // namespace tattle::cli::screen_test
