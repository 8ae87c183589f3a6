// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The configuration file of OpenSSL ("cnf") that makes a program load Tattle's module.

#ifndef TATTLE_ADAPTERS_CLI_ENABLE_MODULE_CNF_H_
#define TATTLE_ADAPTERS_CLI_ENABLE_MODULE_CNF_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/runtime/config.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

inline constexpr const char* kSystemCnf = "/etc/ssl/openssl.cnf";

// Where the cnfs are that `tattle enable` writes.
inline constexpr const char* kTattleFolder = "/etc/tattle/";

// ModuleCnf is what a cnf makes programs load.
struct ModuleCnf {
  std::string module_path;  // empty: the file does not load Tattle
  std::vector<std::pair<std::string, std::string>> settings;  // the section's keys beside `path`
  bool loads_in_node = false;                                 // Node.js reads a section of its own
  bool is_ours = false;                                       // written by `tattle enable`
  std::string init_section;       // what openssl_conf names; empty: nothing
  std::string node_init_section;  // what nodejs_conf names; empty: nothing

  // setting is the value of a key of the section, if it stands there.
  std::optional<std::string> setting(std::string_view key) const;
};

// ReadModuleCnf reads a cnf with all that it includes. Paths, its own and those in it, are of the
// system under the folder `root`; empty: this one. A file that is missing is an error.
Outcome<ModuleCnf> ReadModuleCnf(const std::string& root, const std::string& path);

// ReadIncludedCnf reads a cnf of ours that the system's includes, by itself.
Outcome<ModuleCnf> ReadIncludedCnf(const std::string& root, const std::string& path);

// CnfPlan is what a cnf of ours is to say.
struct CnfPlan {
  std::string module_path;
  bool is_included = false;  // by the system's cnf; otherwise it includes that
  std::vector<std::pair<std::string, std::string>> settings;
};

// WriteModuleCnf writes a cnf that keeps what the system's says, if there is one, and adds Tattle.
std::string WriteModuleCnf(const CnfPlan& plan, const std::optional<ModuleCnf>& system);

// SetModulePath gives a cnf of ours another module and leaves everything else as it is.
std::string SetModulePath(const std::string& cnf, const std::string& module_path);

// IsPlainPath: absolute, and without characters that a cnf, a unit or a shell would read as more
// than a part of a name.
bool IsPlainPath(std::string_view path);

// IsCnfPath: absolute, and without characters that a cnf would read as more than a part of a value.
bool IsCnfPath(std::string_view path);

// ConfigFileOf is the file that a module loaded by `cnf` reads first; it may be missing.
std::string ConfigFileOf(const ModuleCnf& cnf);

// EffectiveConfig is the configuration under which a module loaded by `cnf` judges: the file that
// the key `config` names, or tattle.conf if it is there, and the keys of the section over it.
Outcome<Config> EffectiveConfig(const std::string& root, const ModuleCnf& cnf);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_ENABLE_MODULE_CNF_H_
