// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/enable/module_cnf.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <openssl/conf.h>
#include <openssl/err.h>

#include "adapters/cli/files/file.h"
#include "adapters/cli/files/file_change.h"
#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

using ConfPtr = std::unique_ptr<CONF, OpenSslDeleter<NCONF_free>>;

constexpr std::string_view kCnfMarker = "# Written by `tattle enable`.";
constexpr const char* kEntry = "tattle";  // what the module is called in the file
constexpr const char* kSection = "tattle_section";
// Of another name, so that nothing of it reaches a program that has a cnf of its own.
constexpr const char* kIncludedSection = "tattle_system_wide";
constexpr const char* kInit = "tattle_init";
constexpr const char* kNodeInit = "tattle_node_init";
constexpr const char* kModuleName = "openssl-module.so";

// Files that include each other end somewhere.
constexpr int kMaxIncludes = 8;

// Expand puts included files in the place of their .include lines, so that those of another root
// are read. Folders are left out.
// NOLINTNEXTLINE(misc-no-recursion): as deep as kMaxIncludes
Outcome<std::string> Expand(const std::string& root, const std::string& path, int depth) {
  const auto text = ReadText(root + path);
  if (!text) {
    return Sorry(text.error());
  }
  std::string out;
  for (const std::string_view line : LinesOf(*text)) {
    constexpr std::string_view kDirective = ".include";
    std::string_view rest = Trim(line.substr(0, line.find('#')));
    if (!rest.starts_with(kDirective)) {
      out += line;
      continue;
    }
    rest = Trim(rest.substr(kDirective.size()));
    rest = Trim(rest.starts_with('=') ? rest.substr(1) : rest);
    std::error_code error;
    if (depth == 0 || !std::filesystem::is_regular_file(root + std::string(rest), error)) {
      continue;
    }
    const auto included = Expand(root, std::string(rest), depth - 1);
    if (!included) {
      return Sorry(included.error());
    }
    out += *included + '\n';
  }
  return out;
}

Outcome<ConfPtr> LoadConf(const std::string& root, const std::string& path) {
  ConfPtr conf(NCONF_new(nullptr));
  long line = 0;
  int ok = 0;
  if (root.empty()) {
    ok = NCONF_load(conf.get(), path.c_str(), &line);
  } else {
    const auto text = Expand(root, path, kMaxIncludes);
    if (!text) {
      return Sorry(text.error());
    }
    const BioPtr bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
    ok = NCONF_load_bio(conf.get(), bio.get(), &line);
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  const std::string why = reason == nullptr ? "no reason" : reason;
  ERR_clear_error();
  if (ok != 1) {
    return Sorry(fmt::format("{}: OpenSSL cannot read it ({}{})", Printable(root + path), why,
                             line > 0 ? fmt::format(", line {}", line) : ""));
  }
  return conf;
}

// Find is a value of the default section; empty if there is none.
std::string Find(CONF* conf, const char* name) {
  const char* value = NCONF_get_string(conf, nullptr, name);
  ERR_clear_error();
  return value == nullptr ? "" : value;
}

using Settings = std::vector<std::pair<std::string, std::string>>;

Settings SectionOf(CONF* conf, const std::string& name) {
  Settings settings;
  const STACK_OF(CONF_VALUE)* values =
      name.empty() ? nullptr : NCONF_get_section(conf, name.c_str());
  ERR_clear_error();
  for (int i = 0; i < sk_CONF_VALUE_num(values); ++i) {
    const CONF_VALUE* value = sk_CONF_VALUE_value(values, i);
    settings.emplace_back(value->name, value->value == nullptr ? "" : value->value);
  }
  return settings;
}

// FindModuleSection is Tattle's section among the modules of an initialisation section.
std::optional<Settings> FindModuleSection(CONF* conf, const std::string& init_section) {
  for (const auto& [name, section] : SectionOf(conf, init_section)) {
    Settings settings = SectionOf(conf, section);
    const auto path = std::find_if(settings.begin(), settings.end(),
                                   [](const auto& entry) { return entry.first == "path"; });
    const bool is_tattle =
        path != settings.end() && std::filesystem::path(path->second).filename() == kModuleName;
    // OpenSSL, too, takes what is before the dot for the module's name.
    if (is_tattle || (name.substr(0, name.find('.')) == kEntry && path != settings.end())) {
      return settings;
    }
  }
  return std::nullopt;
}

// TakeSettings keeps `path` apart.
void TakeSettings(ModuleCnf& cnf, const Settings& settings) {
  for (const auto& [key, value] : settings) {
    if (key == "path") {
      cnf.module_path = value;
    } else {
      cnf.settings.emplace_back(key, value);
    }
  }
}

std::string RenderSettings(const Settings& settings) {
  std::string out;
  for (const auto& [key, value] : settings) {
    out += fmt::format("{} = {}\n", key, value);
  }
  return out;
}

}  // namespace

std::optional<std::string> ModuleCnf::setting(std::string_view key) const {
  for (const auto& [name, value] : settings) {
    if (name == key) {
      return value;
    }
  }
  return std::nullopt;
}

Outcome<ModuleCnf> ReadModuleCnf(const std::string& root, const std::string& path) {
  const auto text = ReadText(root + path);
  const auto conf = text && *text ? LoadConf(root, path) : Outcome<ConfPtr>();
  if (!text || !*text || !conf) {
    return Sorry(!text    ? text.error()
                 : !*text ? Printable(root + path) + " is missing"
                          : conf.error());
  }
  ModuleCnf cnf;
  cnf.is_ours = (*text)->starts_with(kCnfMarker);
  cnf.init_section = Find(conf->get(), "openssl_conf");
  cnf.node_init_section = Find(conf->get(), "nodejs_conf");
  cnf.loads_in_node = FindModuleSection(conf->get(), cnf.node_init_section).has_value();
  TakeSettings(cnf, FindModuleSection(conf->get(), cnf.init_section).value_or(Settings()));
  return cnf;
}

Outcome<ModuleCnf> ReadIncludedCnf(const std::string& root, const std::string& path) {
  Outcome<ModuleCnf> cnf = ReadModuleCnf(root, path);
  const auto conf = cnf ? LoadConf(root, path) : Outcome<ConfPtr>();
  if (!cnf || !conf) {
    return Sorry(!cnf ? cnf.error() : conf.error());
  }
  cnf->settings.clear();
  TakeSettings(*cnf, SectionOf(conf->get(), kIncludedSection));
  return cnf;
}

std::string WriteModuleCnf(const CnfPlan& plan, const std::optional<ModuleCnf>& system) {
  const char* section = plan.is_included ? kIncludedSection : kSection;
  std::string out(kCnfMarker);
  out +=
      " It makes programs that read this file load Tattle,\n"
      "# which judges their TLS connections by Certificate Transparency.\n";
  if (!plan.is_included && system) {
    out += fmt::format("\n# What the system says to OpenSSL stays as it is.\n.include {}\n",
                       kSystemCnf);
  }
  std::string init = system ? system->init_section : "";
  std::string node_init = system ? system->node_init_section : "";
  out += "\n[default]\n";
  // Names of ours may be there for as long only as Tattle is enabled system-wide.
  if (init.empty() || init == kInit) {
    init = kInit;
    out += fmt::format("openssl_conf = {}\n", init);
  }
  if (node_init.empty() || node_init == kNodeInit) {
    node_init = kNodeInit;
    out += fmt::format("# Node.js looks here, and takes nothing but Tattle.\nnodejs_conf = {}\n",
                       node_init);
  }
  out += fmt::format("\n[{}]\n{} = {}\n", init, kEntry, section);
  if (node_init != init) {
    out += fmt::format("\n[{}]\n{} = {}\n", node_init, kEntry, section);
  }
  out += fmt::format(
      "\n# Beside `path`, the keys of {}, over which they go. To remove Tattle, first\n"
      "# `tattle disable` what names this file, then the module: a missing module stops programs.\n"
      "[{}]\npath = {}\n",
      kDefaultConfigFile, section, plan.module_path);
  return out + RenderSettings(plan.settings);
}

std::string SetModulePath(const std::string& cnf, const std::string& module_path) {
  std::string out;
  bool is_ours = false;  // the section; an operator may have added others, with paths of their own
  for (const std::string_view line : SplitLines(cnf)) {
    const std::string_view text = Trim(line);
    if (text.starts_with('[')) {
      const std::string_view section = Trim(text.substr(1, text.find(']') - 1));
      is_ours = section == kSection || section == kIncludedSection;
    }
    const bool is_path = is_ours && Trim(line.substr(0, line.find('='))) == "path";
    out += is_path ? fmt::format("path = {}\n", module_path) : std::string(line);
  }
  return out;
}

bool IsPlainPath(std::string_view path) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+@:").find(c) != std::string_view::npos;
  };
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), is_plain);
}

bool IsCnfPath(std::string_view path) {
  return path.starts_with('/') && Trim(path) == path && Printable(path) == path &&
         path.find_first_of("#$\\\"'") == std::string_view::npos;
}

std::string ConfigFileOf(const ModuleCnf& cnf) {
  return cnf.setting("config").value_or(kDefaultConfigFile);
}

Outcome<Config> EffectiveConfig(const std::string& root, const ModuleCnf& cnf) {
  Config config;
  const std::string file = root + ConfigFileOf(cnf);
  if (cnf.setting("config") || Exists(file)) {
    if (auto set = SetConfigFile(config, file); !set) {
      return tl::unexpected(set.error());
    }
  }
  for (const auto& [key, value] : cnf.settings) {
    if (key == "config") {
      continue;  // named above
    }
    if (auto set = SetConfig(config, key, value); !set) {
      return tl::unexpected("openssl.cnf: " + set.error());
    }
  }
  return config;
}

}  // namespace tattle::cli
