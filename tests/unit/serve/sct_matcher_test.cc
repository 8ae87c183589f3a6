// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/sct_matcher.h"

#include "core/base/limits.h"
#include "tests/unit/serve/fixture.h"

namespace tattle {
namespace {

using testlib::SctList;

class SctMatcherTest : public ServeTest {
 protected:
  SctMatcherTest() : matcher_(std::make_shared<const LogList>(world().List())) {}

  std::uint64_t Add(const ByteVector& leaf) {
    const Result<std::uint64_t> number = matcher_.AddCertificate(leaf, world().ca.certificate());
    EXPECT_TRUE(number);
    return number.value_or(0);
  }
  void MatchAll() { EXPECT_EQ(matcher_.Match(1000), true); }
  std::size_t NumSent(std::uint64_t number) {
    const Result<SctChoice> choice = matcher_.Choose(number, Policy::kChrome, kNowMs);
    EXPECT_TRUE(choice);
    return choice ? choice->num_scts : 99;
  }
  std::vector<std::string> Said() const {
    std::vector<std::string> out;
    for (const SctNote& note : matcher_.Notes()) {
      out.push_back(note.file + "#" + std::to_string(note.number) + " " +
                    std::string(SctStatusName(note.status)));
    }
    return out;
  }
  using Lines = std::vector<std::string>;

  SctMatcher matcher_;
  const ByteVector first_ = world().a1.SignX509(world().leaf, kStampedMs);
  const ByteVector both_ = SctList({first_, world().b1.SignX509(world().leaf, kStampedMs)});
  const ByteVector others_ = SctList({world().a1.SignX509(world().other_leaf, kStampedMs),
                                      world().b1.SignX509(world().other_leaf, kStampedMs)});
};

TEST_F(SctMatcherTest, FindsOutWhatFitsWhateverTheNames) {
  ASSERT_TRUE(matcher_.SetFile("x", both_));
  ASSERT_TRUE(matcher_.SetFile("y", others_));
  const std::uint64_t leaf = Add(world().leaf);
  const std::uint64_t other = Add(world().other_leaf);
  EXPECT_EQ(NumSent(leaf), 0U);
  MatchAll();
  EXPECT_EQ(NumSent(leaf), 2U);
  EXPECT_EQ(NumSent(other), 2U);
  EXPECT_EQ(Said(), Lines());
  EXPECT_TRUE(matcher_.Choose(leaf, Policy::kChrome, kNowMs)->sufficient);
}

TEST_F(SctMatcherTest, NotesWhatFitsNothingOnceAllWasTried) {
  ByteVector bad = world().a1.SignX509(world().leaf, kStampedMs);
  bad.back() ^= 1U;
  ByteVector wrong_algorithm = world().a2.SignX509(world().leaf, kStampedMs);
  wrong_algorithm.at(44) = 1;  // RSA; version 1, log 32, timestamp 8, extensions 2, hash 1 before
  ASSERT_TRUE(matcher_.SetFile("b-foreign", others_));
  ASSERT_TRUE(
      matcher_.SetFile("a-mixed", SctList({world().stranger.SignX509(world().leaf, kStampedMs), bad,
                                           ByteVector{0, 1}, ByteVector{1}, wrong_algorithm})));
  Add(world().leaf);
  // What needs no signature is known at once.
  const Lines early = {"a-mixed#1 unknown_log", "a-mixed#3 malformed",
                       "a-mixed#4 unsupported_version", "a-mixed#5 wrong_algorithm"};
  EXPECT_EQ(Said(), early);
  MatchAll();
  const Lines all = {"a-mixed#1 unknown_log",     "a-mixed#2 bad_signature",
                     "a-mixed#3 malformed",       "a-mixed#4 unsupported_version",
                     "a-mixed#5 wrong_algorithm", "b-foreign#1 bad_signature",
                     "b-foreign#2 bad_signature"};
  EXPECT_EQ(Said(), all);
  // The certificate that they were made for comes.
  const std::uint64_t other = Add(world().other_leaf);
  MatchAll();
  EXPECT_EQ(NumSent(other), 2U);
  EXPECT_EQ(Said().size(), 5U);
}

TEST_F(SctMatcherTest, WorksInPortionsAndTriesNothingTwice) {
  ASSERT_TRUE(matcher_.SetFile("y", others_));
  Add(world().leaf);
  Add(world().embedded_leaf);
  // Two SCTs on two certificates: four checks, and the fourth call finds nothing left.
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(matcher_.Match(1), i == 3);
  }
  EXPECT_EQ(matcher_.Match(0), true);
  // The same SCTs in another file are nothing new.
  ASSERT_TRUE(matcher_.SetFile("z", others_));
  EXPECT_EQ(matcher_.Match(0), true);
  const std::uint64_t other = Add(world().other_leaf);
  EXPECT_EQ(matcher_.Match(0), false);
  EXPECT_EQ(matcher_.Match(2), true);
  EXPECT_EQ(NumSent(other), 2U);
}

TEST_F(SctMatcherTest, FollowsFilesThatChangeAndGo) {
  ASSERT_TRUE(matcher_.SetFile("x", both_));
  const std::uint64_t leaf = Add(world().leaf);
  MatchAll();
  // A copy elsewhere keeps what one file loses.
  ASSERT_TRUE(matcher_.SetFile("copy", first_));
  matcher_.RemoveFile("x");
  EXPECT_EQ(NumSent(leaf), 1U);
  EXPECT_EQ(matcher_.num_scts(), 1U);
  // A broken version of a file has nothing left.
  EXPECT_FALSE(matcher_.SetFile("copy", Bytes(both_).first(50)));
  EXPECT_EQ(NumSent(leaf), 0U);
  EXPECT_EQ(matcher_.num_scts(), 0U);
  ASSERT_TRUE(matcher_.SetFile("copy", both_));
  MatchAll();
  EXPECT_EQ(NumSent(leaf), 2U);
  matcher_.RemoveFile("no such file");
}

TEST_F(SctMatcherTest, FollowsCertificatesThatGoAndComeAgain) {
  ASSERT_TRUE(matcher_.SetFile("x", both_));
  const std::uint64_t leaf = Add(world().leaf);
  EXPECT_EQ(Add(world().leaf), leaf);
  MatchAll();
  matcher_.RemoveCertificate(leaf);
  EXPECT_FALSE(matcher_.HasCertificate(leaf));
  const Result<SctChoice> gone = matcher_.Choose(leaf, Policy::kChrome, kNowMs);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::kInvalidArgument);
  // Another gets its place, and its SCTs not; then it is back.
  const std::uint64_t other = Add(world().other_leaf);
  MatchAll();
  EXPECT_EQ(NumSent(other), 0U);
  const std::uint64_t again = Add(world().leaf);
  EXPECT_NE(again, leaf);
  MatchAll();
  EXPECT_EQ(NumSent(again), 2U);
  // In the place that it had, on which all was tried.
  matcher_.RemoveCertificate(again);
  const std::uint64_t third = Add(world().leaf);
  MatchAll();
  EXPECT_EQ(NumSent(third), 2U);
}

TEST_F(SctMatcherTest, FollowsTheLogList) {
  ASSERT_TRUE(matcher_.SetFile("x", both_));
  const std::uint64_t leaf = Add(world().leaf);
  MatchAll();
  const LogList small = testlib::ListOf({world().a1.Entry()});
  matcher_.SetLogs(std::make_shared<const LogList>(small));
  MatchAll();
  EXPECT_EQ(NumSent(leaf), 1U);
  EXPECT_EQ(Said(), Lines{"x#2 unknown_log"});
  LogList denying = world().List();
  denying.AddDenied({{.log_id = world().b1.log_id(), .key_spki = {}, .reason = "public"}});
  matcher_.SetLogs(std::make_shared<const LogList>(denying));
  EXPECT_EQ(Said(), Lines{"x#2 denied_log"});
  // What verified before needs no check when the log comes back; what did not, does.
  matcher_.SetLogs(std::make_shared<const LogList>(world().List()));
  EXPECT_EQ(matcher_.Match(1), true);
  EXPECT_EQ(NumSent(leaf), 2U);
}

TEST_F(SctMatcherTest, NamesTheFileOfAnSctThatFitsAndDoesNotCount) {
  SctMatcher matcher(std::make_shared<const LogList>(world().List([](Log& log) {
    if (log.description == "B1") {
      log.state = LogState::kRetired;
      log.state_since_ms = 1'740'787'200'000;
    }
  })));
  ASSERT_TRUE(matcher.SetFile("x", both_));
  const std::uint64_t leaf = matcher.AddCertificate(world().leaf, {}).value();
  ASSERT_EQ(matcher.Match(1000), true);
  const Result<SctChoice> choice = matcher.Choose(leaf, Policy::kChrome, kNowMs);
  ASSERT_TRUE(choice);
  const std::vector<SctNote> notes = matcher.RefusalNotes(leaf, *choice);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes.front().file, "x");
  EXPECT_EQ(notes.front().number, 2U);
  EXPECT_EQ(notes.front().status, SctStatus::kValid);
  EXPECT_EQ(notes.front().text, "log retired 2025-03-01, and not embedded");
}

TEST_F(SctMatcherTest, IsBounded) {
  for (std::size_t i = 0; i < kMaxSctFiles; ++i) {
    ASSERT_TRUE(matcher_.SetFile(std::to_string(i), both_));
  }
  const Result<void> more = matcher_.SetFile("more", both_);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::kTooLarge);
  EXPECT_TRUE(matcher_.SetFile("0", others_));
  EXPECT_EQ(matcher_.num_scts(), 4U);
}

TEST_F(SctMatcherTest, RefusesWhatIsNoCertificate) {
  EXPECT_FALSE(matcher_.AddCertificate(both_, {}));
}

}  // namespace
}  // namespace tattle
