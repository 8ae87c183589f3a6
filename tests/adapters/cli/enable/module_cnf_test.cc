// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/enable/module_cnf.h"

#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/testlib/scratch_folder.h"

namespace tattle::cli::module_cnf_test {
namespace {

// SmallSystem is a root with a cnf of the system's.
class SmallSystem {
 public:
  explicit SmallSystem(const std::string& system_cnf) {
    std::filesystem::create_directories(scratch_.Path("etc/ssl"));
    Write("/etc/ssl/openssl.cnf", system_cnf);
  }
  void Write(const std::string& path, const std::string& text) {
    scratch_.Write(path.substr(1), text);
  }
  const std::string& root() const { return scratch_.path(); }

 private:
  testlib::ScratchFolder scratch_;
};

TEST(WriteModuleCnfTest, IsReadAgain) {
  const char* const systems[] = {
      "openssl_conf = openssl_init\n[openssl_init]\nssl_conf = s\n[s]\n",
      "openssl_conf = other\n",
      "nodejs_conf = node\n[node]\n",
      "openssl_conf = both\nnodejs_conf = both\n[both]\n",
      "# nothing\n",
  };
  for (const char* text : systems) {
    SmallSystem system(text);
    const Outcome<ModuleCnf> before = ReadModuleCnf(system.root(), kSystemCnf);
    ASSERT_TRUE(before) << before.error();
    EXPECT_EQ(before->module_path, "");
    EXPECT_FALSE(before->is_ours);
    system.Write("/t.cnf", WriteModuleCnf({"/m.so", false, {{"mode", "require"}}}, *before));
    const Outcome<ModuleCnf> cnf = ReadModuleCnf(system.root(), "/t.cnf");
    ASSERT_TRUE(cnf) << cnf.error();
    EXPECT_EQ(cnf->module_path, "/m.so") << text;
    EXPECT_TRUE(cnf->loads_in_node) << text;
    EXPECT_TRUE(cnf->is_ours);
    EXPECT_EQ(cnf->setting("mode"), "require");
    EXPECT_EQ(cnf->setting("path"), std::nullopt);
    EXPECT_EQ(cnf->settings.size(), 1U);
  }
}

TEST(WriteModuleCnfTest, WorksWithoutACnfOfTheSystem) {
  SmallSystem system("");
  system.Write("/t.cnf", WriteModuleCnf({"/m.so", false, {}}, std::nullopt));
  EXPECT_EQ(ReadModuleCnf(system.root(), "/t.cnf")->module_path, "/m.so");
}

TEST(ReadModuleCnfTest, FollowsIncludesBelowTheRootOnly) {
  SmallSystem system("openssl_conf = i\n.include = /etc/a.cnf # why\n.include /etc/none.cnf\n");
  system.Write("/etc/a.cnf", "[i]\ntattle.x = s\n.include /etc/a.cnf\n[s]\npath = /m.so\n");
  const Outcome<ModuleCnf> cnf = ReadModuleCnf(system.root(), kSystemCnf);
  ASSERT_TRUE(cnf) << cnf.error();
  EXPECT_EQ(cnf->module_path, "/m.so");
}

TEST(ReadModuleCnfTest, KnowsTheModuleByItsFileToo) {
  SmallSystem system(
      "openssl_conf = i\nmode = default\n[i]\nother = o\nct = s\n[o]\npath = /x.so\n"
      "[s]\npath = /opt/openssl-module.so\npolicy = apple\n");
  const Outcome<ModuleCnf> cnf = ReadModuleCnf(system.root(), kSystemCnf);
  ASSERT_TRUE(cnf);
  EXPECT_EQ(cnf->module_path, "/opt/openssl-module.so");
  // OpenSSL's look-up would fall back on the default section; the module's does not.
  EXPECT_EQ(cnf->setting("mode"), std::nullopt);
}

TEST(SetModulePathTest, ChangesNothingElse) {
  const std::string above = "path = /a\n[other]\npath = /b\n";
  const std::string below = "paths = x\nmode = off\n[ other.tattle_section ]\npath = /c";
  for (const char* section : {"[tattle_section]\n", "[ tattle_system_wide ] # ours\n"}) {
    const std::string start = above + section;
    const std::string before = start + "# path = a\n  path =  /old.so\n";
    const std::string after = start + "# path = a\npath = /new.so\n";
    EXPECT_EQ(SetModulePath(before + below, "/new.so"), after + below);
  }
}

TEST(PathTest, KnowsWhatIsPlain) {
  const struct {
    const char* path;
    bool plain;
    bool cnf;
  } cases[] = {
      {"/usr/lib/x86_64-linux-gnu/a+b@c:d_e.so", true, true},
      {"/a b", false, true},
      {"/a~1=2,3", false, true},
      {"relative", false, false},
      {"", false, false},
      {"/a\nb", false, false},
      {"/a ", false, false},
      {"/a$b", false, false},
      {"/a#b", false, false},
      {"/a\"b", false, false},
      {"/a'b", false, false},
      {"/a\\b", false, false},
  };
  for (const auto& item : cases) {
    EXPECT_EQ(IsPlainPath(item.path), item.plain) << item.path;
    EXPECT_EQ(IsCnfPath(item.path), item.cnf) << item.path;
  }
}

TEST(EffectiveConfigTest, PutsTheSectionOverTheFile) {
  SmallSystem system("");
  std::filesystem::create_directories(system.root() + "/etc/tattle");
  ModuleCnf cnf;
  EXPECT_EQ(EffectiveConfig(system.root(), cnf), Config());
  system.Write("/etc/tattle/tattle.conf", "mode = require\npolicy = apple\n");
  cnf.settings = {{"policy", "mozilla"}, {"syslog", ""}};
  auto config = EffectiveConfig(system.root(), cnf);
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->mode, Mode::kRequire);
  EXPECT_EQ(config->policy, Policy::kMozilla);
  cnf.settings = {{"config", "/etc/other.conf"}};
  EXPECT_FALSE(EffectiveConfig(system.root(), cnf));
  system.Write("/etc/other.conf", "policy = strict\n");
  config = EffectiveConfig(system.root(), cnf);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->mode, Mode::kReport);
  EXPECT_EQ(config->policy, Policy::kStrict);
  cnf.settings = {{"polcy", "apple"}};
  EXPECT_EQ(EffectiveConfig(system.root(), cnf).error().find("openssl.cnf: polcy"), 0U);
}

}  // namespace
}  // namespace tattle::cli::module_cnf_test
