// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/processes/processes.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/cli/output/moment.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::cli::processes_test {
namespace {

TEST(UnitOfCgroupTest, FindsTheInnermostService) {
  const struct {
    const char* text;
    const char* want;
  } cases[] = {
      {"0::/system.slice/prosody.service\n", "prosody.service"},
      {"0::/system.slice/system-postfix.slice/postfix@-.service\n", "postfix@-.service"},
      {"12:pids:/x\n1:name=systemd:/system.slice/nginx.service\n0::/\n", "nginx.service"},
      {"0::/user.slice/user-0.slice/user@0.service/app.slice/app.service/x\n", "app.service"},
      {"0::/system.slice/docker.scope\n", ""},
      {"0::/\n", ""},
      {"", ""},
  };
  for (const auto& item : cases) {
    EXPECT_EQ(UnitOfCgroup(item.text), item.want) << item.text;
  }
}

// ProcFolder is a /proc to look at.
class ProcFolder {
 public:
  void Add(int pid, const std::string& name, const std::string& maps,
           const std::string& environment) {
    const std::string folder = std::to_string(pid);
    std::filesystem::create_directory(scratch_.Path(folder));
    scratch_.Write(folder + "/stat", folder + " (" + name + ") S 1 " + folder + " 1 0\n");
    scratch_.Write(folder + "/comm", name + "\n");
    scratch_.Write(folder + "/cgroup", "0::/system.slice/" + name + ".service\n");
    scratch_.Write(folder + "/maps", maps);
    scratch_.Write(folder + "/environ", environment);
  }

  std::vector<Process> Look(std::optional<pid_t> group = std::nullopt) const {
    return LookAtProcesses(group, scratch_.path());
  }

  const testlib::ScratchFolder& scratch() const { return scratch_; }

 private:
  testlib::ScratchFolder scratch_;
};

std::string Map(const std::string& path) {
  return "7f0000000000-7f0000001000 r-xp 00000000 08:01 1234                       " + path + "\n";
}

const std::string kModule = "/usr/lib/x86_64-linux-gnu/tattle/openssl-module.so";

TEST(LookAtProcessesTest, SeesLibrariesModuleAndVariable) {
  ProcFolder proc;
  const std::string variables("A=1\0OPENSSL_CONF=/etc/tattle/openssl.cnf\0B=2", 43);
  proc.Add(20, "with", Map("/lib/libssl.so.3") + Map("/lib/libcrypto.so.3") + Map(kModule),
           variables);
  proc.Add(3, "without", Map("/opt/libcrypto-1a2b.so.1.1") + Map("/a/libsslfake.so"),
           std::string("XOPENSSL_CONF=/no\0OPENSSL_CONFX=/no", 35));
  proc.Add(4, "gnutls", Map("/lib/libgnutls.so.30") + Map("[heap]"), "OPENSSL_CONF=");
  const auto found = proc.Look();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].pid, 3);
  EXPECT_EQ(found[0].libraries, std::set<std::string>({"libcrypto"}));
  EXPECT_TRUE(found[0].has_openssl());
  EXPECT_EQ(found[0].module_path, "");
  EXPECT_EQ(found[0].openssl_conf, std::nullopt);
  EXPECT_EQ(found[1].libraries, std::set<std::string>({"libgnutls"}));
  EXPECT_FALSE(found[1].has_openssl());
  EXPECT_EQ(found[1].openssl_conf, "");
  EXPECT_EQ(found[2].name, "with");
  EXPECT_EQ(found[2].unit, "with.service");
  EXPECT_EQ(found[2].module_path, kModule);
  EXPECT_FALSE(found[2].module_is_replaced);
  EXPECT_EQ(found[2].openssl_conf, "/etc/tattle/openssl.cnf");
}

TEST(LookAtProcessesTest, KnowsAModuleThatWasReplaced) {
  ProcFolder proc;
  proc.Add(20, "old", Map(kModule + " (deleted)"), "");
  const auto found = proc.Look();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].module_path, kModule);
  EXPECT_TRUE(found[0].module_is_replaced);
}

TEST(RecogniseModuleTest, KnowsItByThePathOfTheCnf) {
  ProcFolder proc;
  const std::string other = proc.scratch().Write("other.so", "");
  const std::string link = proc.scratch().Path("link.so");
  std::filesystem::create_symlink(other, link);
  proc.Add(20, "with", Map("/lib/libssl.so.3") + Map(other), "");
  proc.Add(30, "gone", Map(other + " (deleted)"), "");
  proc.Add(40, "usual", Map(kModule), "");
  auto found = proc.Look();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].module_path, "");
  RecogniseModule(found[0], "");
  RecogniseModule(found[0], "/nosuch.so");
  EXPECT_EQ(found[0].module_path, "");
  for (Process& process : found) {
    RecogniseModule(process, link);
  }
  EXPECT_EQ(found[0].module_path, other);
  EXPECT_FALSE(found[0].module_is_replaced);
  EXPECT_EQ(found[1].module_path, other);
  EXPECT_TRUE(found[1].module_is_replaced);
  EXPECT_EQ(found[2].module_path, kModule);
}

TEST(LookAtProcessesTest, LeavesOutKernelThreadsAndWhatIsNoProcess) {
  ProcFolder proc;
  proc.Add(2, "kthreadd", "", "");
  std::filesystem::create_directory(proc.scratch().Path("sys"));
  std::filesystem::create_directory(proc.scratch().Path("12x"));
  proc.scratch().Write("uptime", "1");
  EXPECT_TRUE(proc.Look().empty());
}

TEST(LookAtProcessesTest, SaysWhatItMayNotSee) {
  ProcFolder proc;
  proc.Add(20, "hidden", Map(kModule), "");
  std::filesystem::remove(proc.scratch().Path("20/maps"));
  const auto found = proc.Look();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].is_hidden);
  EXPECT_EQ(found[0].unit, "hidden.service");
}

TEST(LookAtProcessesTest, LooksAtOneGroup) {
  ProcFolder proc;
  proc.Add(20, "a) S 1 30 (", Map("/a"), "");
  proc.Add(30, "b", Map("/a"), "");
  const auto found = proc.Look(20);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pid, 20);
}

TEST(LookAtProcessesTest, TakesTheStartFromTheRightField) {
  ProcFolder proc;
  proc.Add(20, "a", Map("/a"), "");
  EXPECT_EQ(proc.Look().at(0).started_ms, std::nullopt);
  const std::string fields = " (a) 9) S 1 20 20 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ";
  proc.scratch().Write("20/stat", "20" + fields + "0 8 9\n");
  EXPECT_EQ(proc.Look().at(0).started_ms, std::nullopt);
  proc.scratch().Write("20/stat", "20" + fields + "100 8 9\n");
  const auto early = proc.Look().at(0).started_ms;
  proc.scratch().Write("20/stat", "20" + fields + "700 8 9\n");
  const auto late = proc.Look().at(0).started_ms;
  ASSERT_TRUE(early && late);
  const auto ticks_ms = static_cast<double>(600 * 1000) / static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_NEAR(static_cast<double>(*late - *early), ticks_ms, 50);
}

TEST(LookAtProcessesTest, SeesItself) {
  const std::uint64_t now_ms = NowMs();
  const auto found = LookAtProcesses();
  const auto self = std::find_if(found.begin(), found.end(),
                                 [](const Process& process) { return process.pid == getpid(); });
  ASSERT_NE(self, found.end());
  EXPECT_TRUE(self->has_openssl());
  ASSERT_TRUE(self->started_ms);
  EXPECT_LE(*self->started_ms, now_ms + 100);
  EXPECT_GT(*self->started_ms, now_ms - std::uint64_t{3600} * 1000) << "began within the hour";
}

}  // namespace
}  // namespace tattle::cli::processes_test
