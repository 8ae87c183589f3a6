// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/hook.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "adapters/daemon/status/evidence_watch.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::daemon::hook_test {
namespace {

using namespace std::chrono_literals;

class RunHookTest : public testing::Test {
 protected:
  std::string Script(const std::string& body) const {
    std::string path = folder_.Write("hook", "#!/bin/sh\n" + body);
    chmod(path.c_str(), 0755);
    return path;
  }

  std::string Read(const std::string& name) const {
    std::ifstream file(folder_.Path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  testlib::ScratchFolder folder_;
  std::stop_source stop_;
};

TEST_F(RunHookTest, GivesArgumentsInputAndNothingElse) {
  const HookRun run{
      Script("{ echo \"$1|$2\"; cat; env | grep -v PWD= | grep -v SHLVL | grep -v _=; } > " +
             folder_.Path("out") + "\n"),
      {"evidence", "a b"},
      "{\"x\":1}\n"};
  const auto done = RunHook(run, 20s, stop_.get_token());
  ASSERT_TRUE(done.has_value()) << done.error();
  EXPECT_EQ(Read("out"),
            "evidence|a b\n{\"x\":1}\n"
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
}

TEST_F(RunHookTest, SaysHowItEnded) {
  const std::string path = folder_.Path("hook");
  EXPECT_EQ(RunHook({Script("exit 3\n"), {}, ""}, 20s, stop_.get_token()).error(),
            path + " ended with status 3");
  EXPECT_EQ(RunHook({Script("kill -TERM $$\n"), {}, ""}, 20s, stop_.get_token()).error(),
            path + " was ended by signal 15");
  EXPECT_EQ(RunHook({folder_.Path("none"), {}, ""}, 20s, stop_.get_token()).error(),
            folder_.Path("none") + " cannot be started (No such file or directory)");
}

TEST_F(RunHookTest, EndsOneThatTakesTooLongWithWhatItStarted) {
  const HookRun run{Script("sleep 300 & echo $! > " + folder_.Path("pid") + "; wait\n"), {}, ""};
  EXPECT_EQ(RunHook(run, 500ms, stop_.get_token()).error(),
            folder_.Path("hook") + " took too long and was ended");
  const pid_t child = std::stoi(Read("pid"));
  for (int i = 0; i < 1000 && kill(child, 0) == 0; ++i) {
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(stat), {}};
    if (text.find(" Z ") != std::string::npos) {
      return;  // it has ended, and waits for process 1
    }
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_NE(kill(child, 0), 0);
}

// NoDescriptors lets nobody have more descriptors than are open while it lives, and so many more.
class NoDescriptors {
 public:
  explicit NoDescriptors(int num_more) {
    getrlimit(RLIMIT_NOFILE, &previous_);
    const int next = dup(STDIN_FILENO);  // the lowest number that is free
    close(next);
    rlimit limit = previous_;
    limit.rlim_cur = static_cast<rlim_t>(next) + static_cast<rlim_t>(num_more);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &previous_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit previous_ = {};
};

TEST_F(RunHookTest, WaitsAlsoWithoutADescriptorOfTheProcess) {
  const auto expect_ends = [this] {
    const auto done = RunHook({"/bin/true", {}, ""}, 20s, stop_.get_token());
    EXPECT_TRUE(done.has_value()) << done.error();
    EXPECT_EQ(RunHook({"/bin/false", {}, ""}, 20s, stop_.get_token()).error(),
              "/bin/false ended with status 1");
  };
  expect_ends();  // also since the sanitizer needs descriptors where it sees a class for the first
                  // time
  const NoDescriptors none(1);  // for its input
  expect_ends();
}

TEST_F(RunHookTest, TakesNoEndThatNobodySawForAGoodOne) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);  // then the kernel keeps no status
  const auto done = RunHook({"/bin/false", {}, ""}, 20s, stop_.get_token());
  std::signal(SIGCHLD, before);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error(), "/bin/false cannot be waited for (No child processes)");
}

TEST_F(RunHookTest, EndsItWhenTheDaemonStops) {
  stop_.request_stop();
  EXPECT_FALSE(RunHook({Script("sleep 300\n"), {}, ""}, 300s, stop_.get_token()).has_value());
}

class EvidenceWatchTest : public testing::Test {
 protected:
  EvidenceWatchTest() {
    PoolOptions options;
    options.create = true;
    auto pool = Pool::Open(folder_.Path("pool"), options);
    EXPECT_TRUE(pool.has_value()) << pool.error().sentence;
    pool_ = *std::move(pool);
  }

  void Add(const std::string& claim_id) {
    PooledEvidence evidence;
    evidence.claim_id = claim_id;
    evidence.kind = "split_view";
    evidence.json = "{}";
    EXPECT_TRUE(pool_->AddEvidence(evidence).value_or(false));
    ++number_;
  }

  // Look gives claim ids, those that were named before with a "+" before them.
  std::vector<std::string> Look(EvidenceWatch& watch, std::uint64_t now_ms) {
    std::vector<std::string> ids;
    const auto news = watch.Look(*pool_, number_, now_ms);
    EXPECT_TRUE(news.has_value());
    for (const EvidenceWatch::News& one : news.value_or(std::vector<EvidenceWatch::News>())) {
      ids.push_back((one.is_first ? "" : "+") + one.evidence.claim_id);
    }
    return ids;
  }

  testlib::ScratchFolder folder_;
  std::unique_ptr<Pool> pool_;
  std::uint64_t number_ = 0;
};

TEST_F(EvidenceWatchTest, NamesWhatIsUntoldAlsoFromBefore) {
  Add("a");
  Add("b");
  EXPECT_TRUE(pool_->SetEvidenceTold("a").has_value());
  EvidenceWatch watch;
  EXPECT_THAT(Look(watch, 1), testing::ElementsAre("b"));
  Add("c");
  EXPECT_THAT(Look(watch, 2), testing::ElementsAre("c"));
  EvidenceWatch restarted;
  EXPECT_THAT(Look(restarted, 3), testing::ElementsAre("b", "c"));
}

TEST_F(EvidenceWatchTest, NamesAgainLaterWhatStaysUntold) {
  Add("a");
  EvidenceWatch watch;
  EXPECT_THAT(Look(watch, 1), testing::ElementsAre("a"));
  EXPECT_TRUE(Look(watch, EvidenceWatch::kAgainMs).empty());
  EXPECT_THAT(Look(watch, EvidenceWatch::kAgainMs + 1), testing::ElementsAre("+a"));
  EXPECT_TRUE(pool_->SetEvidenceTold("a").has_value());
  EXPECT_TRUE(Look(watch, 9 * EvidenceWatch::kAgainMs).empty());
}

TEST_F(EvidenceWatchTest, DoesNotAskThePoolWhileNothingIsNew) {
  EvidenceWatch watch;
  EXPECT_TRUE(Look(watch, 1).empty());
  Add("a");
  --number_;  // nobody says that there are more
  EXPECT_TRUE(Look(watch, 2).empty());
  ++number_;
  EXPECT_THAT(Look(watch, 3), testing::ElementsAre("a"));
}

}  // namespace
}  // namespace tattle::daemon::hook_test
