// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/adapters/openssl/module_fixture.h"

#include <openssl/conf.h>

#include "core/loglist/encode.h"

namespace tattle::testlib {
namespace {

std::string module_path;  // the first argument
std::string module_mode;  // the second

}  // namespace

Loaded::Loaded() {
  const std::string config = folder_.Write("tattle.conf", "mode = report\nsyslog =\n");
  const std::string list =
      folder_.Write("logs.json", EncodeLogListJson(LogList::Create(world_->list).value()));
  const std::string conf = folder_.Write(
      "openssl.cnf",
      "openssl_conf = init\n[init]\ntattle = section\n[section]\npath = " + module_path +
          "\nconfig = " + config + "\nsyslog = " + folder_.Path("log") + "\nlog_list = " + list +
          "\npublic_roots = " + world_->root_file + "\nmode = " + module_mode +
          "\nobserve_socket =\noutbox =\n");
  EXPECT_EQ(CONF_modules_load_file(conf.c_str(), nullptr, 0), 1);
}

}  // namespace tattle::testlib

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 3) {
    return 2;
  }
  tattle::testlib::module_path = argv[1];
  tattle::testlib::module_mode = argv[2];
  return RUN_ALL_TESTS();
}
