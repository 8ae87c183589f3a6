// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The module that OpenSSL loads for programs that do not know of Tattle, where openssl.cnf names
// it. README.md in this folder says how.
//
// It is loaded into everything that starts libcrypto and reads the file, sshd among them, so that
// nothing is done here but to keep the settings and to ask to be told of new connections. It never
// fails: a program must not break because its log does.

#include <new>
#include <string>
#include <utility>

#include <openssl/conf.h>
#include <openssl/crypto.h>

#include "adapters/openssl/handles.h"
#include "adapters/openssl/hooks.h"
#include "adapters/openssl/module_judge.h"

// OpenSSL looks for these names, of which its own headers declare one for something else.
extern "C" {
__attribute__((visibility("default"))) int TattleModuleInit(
    CONF_IMODULE* module, const CONF* conf) __asm__("OPENSSL_init");
__attribute__((visibility("default"))) void TattleModuleFinish(CONF_IMODULE* module) __asm__(
    "OPENSSL_finish");
}

namespace {

using tattle::openssl::Settings;

Settings ReadSettings(const CONF* conf, const char* section) {
  Settings settings;
  const STACK_OF(CONF_VALUE)* values = NCONF_get_section(conf, section);
  for (int i = 0; i < sk_CONF_VALUE_num(values); ++i) {
    const CONF_VALUE* value = sk_CONF_VALUE_value(values, i);
    settings.emplace_back(value->name == nullptr ? "" : value->name,
                          value->value == nullptr ? "" : value->value);
  }
  return settings;
}

}  // namespace

// A program may load its configuration more than once; the first counts.
int TattleModuleInit(CONF_IMODULE* module, const CONF* conf) {
  const tattle::openssl::ErrorMark mark;
  try {
    const char* section = CONF_imodule_get_value(module);
    if (section != nullptr && conf != nullptr) {
      tattle::openssl::KeepSettings(ReadSettings(conf, section), section);
      tattle::openssl::InstallHooks();
    }
  } catch (const std::bad_alloc&) {
    return 1;  // nothing is judged: there is no memory to say so either
  }
  return 1;
}

// The module stays in memory (it is linked so): OpenSSL has no way to take back the hooks.
void TattleModuleFinish(CONF_IMODULE* /*module*/) {}
