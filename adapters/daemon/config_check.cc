// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/config_check.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "adapters/daemon/check/chain_builder.h"
#include "adapters/daemon/gossip/server.h"
#include "adapters/daemon/hook.h"
#include "adapters/daemon/list_keeper.h"
#include "adapters/daemon/sockets/access.h"
#include "core/base/time.h"
#include "plugin/net/http_tls.h"
#include "plugin/pool/probe.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/log_list_file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/public_root_set.h"
#include "plugin/runtime/session_line.h"

namespace tattle::daemon {
namespace {

// The folders that systemd makes for our unit, and tmpfiles.conf where there is no systemd.
constexpr std::string_view kUnitFolders[] = {"/run/tattle", "/var/lib/tattle"};

void AddFault(ConfigCheck& check, std::string_view key, const std::string& sentence) {
  check.faults.push_back(fmt::format("{}: {}", key, sentence));
}

template <typename T>
void AddFaultOf(ConfigCheck& check, std::string_view key, const Outcome<T>& outcome) {
  if (!outcome) {
    AddFault(check, key, outcome.error());
  }
}

// CheckPlace looks whether a file can be made at a path, if the key names one.
void CheckPlace(ConfigCheck& check, std::string_view key, const std::string& path) {
  if (path.empty()) {
    return;
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) {
    if (access(folder.c_str(), W_OK | X_OK) != 0) {
      AddFault(
          check, key,
          fmt::format("{}: nothing can be made in its folder ({})", path, SystemMessage(errno)));
    }
    return;
  }
  const bool is_of_unit =
      std::find(std::begin(kUnitFolders), std::end(kUnitFolders), folder) != std::end(kUnitFolders);
  if (!is_of_unit) {
    AddFault(check, key, fmt::format("{}: there is no folder {}; make it", path, folder));
    return;
  }
  std::string warning = folder +
                        " is not there yet: tattled's unit makes it, and so does "
                        "`systemd-tmpfiles --create`";
  if (std::find(check.warnings.begin(), check.warnings.end(), warning) == check.warnings.end()) {
    check.warnings.push_back(std::move(warning));
  }
}

void CheckPlaces(ConfigCheck& check, const DaemonConfig& config) {
  CheckPlace(check, "observe_socket", config.judge.observe_socket);
  for (const std::string& path : config.observe_also) {
    CheckPlace(check, "observe_also", path);
  }
  CheckPlace(check, "check_socket", config.check_socket);
  CheckPlace(check, "control_socket", config.control_socket);
  CheckPlace(check, "gossip_socket", config.gossip.socket);
  CheckPlace(check, "outbox", config.judge.outbox);
  CheckPlace(check, "metrics", config.metrics);
}

// CheckPool returns the summary's line.
std::string CheckPool(ConfigCheck& check, const std::string& path) {
  const std::size_t num_faults = check.faults.size();
  CheckPlace(check, "pool", path);
  if (check.faults.size() > num_faults) {
    return "none";
  }
  const PoolResult<PoolProbe> probe = ProbePool(path);
  if (!probe) {
    AddFault(check, "pool", probe.error().sentence);
    return "none";
  }
  if (!probe->is_there) {
    return path + ", to be made";
  }
  return probe->version == probe->next_version
             ? path
             : fmt::format("{}, to be migrated from schema {} to {}", path, probe->version,
                           probe->next_version);
}

void CheckNames(ConfigCheck& check, const DaemonConfig& config) {
  // These begin with the key themselves.
  for (const std::string& name : config.check_users) {
    if (const auto user = FindUsers({name}); !user) {
      check.faults.push_back(user.error());
    }
  }
  if (const auto group = FindGroup(config.socket_group); !group) {
    check.faults.push_back(group.error());
  }
}

void CheckSyslog(ConfigCheck& check, const std::string& path) {
  struct stat status = {};
  if (!path.empty() && (stat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode))) {
    AddFault(check, "syslog", path + ": there is no socket, so that nothing would be said");
  }
}

// CheckList returns the summary's line.
std::string CheckList(ConfigCheck& check, const DaemonConfig& config, std::uint64_t now_ms) {
  const std::string& named = config.judge.log_list;
  const std::string file = named.empty() ? kDefaultLogListFile : named;
  const bool is_there = FindIdentity(file).has_value();
  if (!config.log_list_url.empty()) {
    CheckPlace(check, "log_list", file);
    if (!config.log_list_key.empty()) {  // that there is none was said
      AddFaultOf(check, "log_list_key", ReadListKey(config.log_list_key));
    }
    if (!is_there && !named.empty()) {
      check.warnings.push_back(file + " is not there yet: it is fetched from log_list_url");
      return "none yet";
    }
  }
  const LogListFile::Snapshot snapshot = LogListFile(named).Get(now_ms);
  if (snapshot.problem != nullptr) {
    check.faults.push_back(*snapshot.problem);
    return "none";
  }
  const LogList& logs = *snapshot.list->logs;
  if (logs.IsStaleAt(now_ms)) {
    check.warnings.push_back(DescribeStaleList(logs, config.judge.on_stale));
  }
  const auto date = logs.content().timestamp_ms;
  return fmt::format("{}, {}, logs: {}", is_there ? file : "built in",
                     date ? "of " + EncodeRfc3339(*date) : "without a date",
                     logs.content().logs.size());
}

void CheckGossip(ConfigCheck& check, const GossipSettings& settings) {
  // Without the other, one of them is a fault already.
  if (settings.certificate.empty() || settings.key.empty()) {
    return;
  }
  if (const auto context = CreateServerContext(settings.certificate, settings.key); !context) {
    AddFault(check, KeyOfTlsFault(settings, context.error()), context.error());
  }
}

bool IsLoopback(const ListenAddress& address) {
  return address.address.starts_with("127.") || address.address == "::1";
}

// CheckStatus returns the summary's line.
std::string CheckStatus(ConfigCheck& check, const DaemonConfig& config) {
  std::vector<std::string> places;
  for (const ListenAddress& address : config.status_listen) {
    places.push_back("http://" + FormatListenAddress(address) + "/");
    if (std::string warning = WarningOfStatus(address); !warning.empty()) {
      check.warnings.push_back(std::move(warning));
    }
  }
  return places.empty() ? "for `tattle status` only" : fmt::format("{}", fmt::join(places, ", "));
}

std::string DescribeGossip(const DaemonConfig& config) {
  std::vector<std::string> parts;
  for (const ListenAddress& address : config.gossip.listen) {
    parts.push_back("at " + FormatListenAddress(address));
  }
  if (!config.gossip.socket.empty()) {
    parts.push_back("at " + config.gossip.socket);
  }
  for (const std::string& site : config.courier.servers) {
    parts.push_back("with " + site);
  }
  for (const std::string& site : config.courier.auditors) {
    parts.push_back("with the auditor " + site);
  }
  if (config.courier.feedback) {
    parts.emplace_back("feedback to sites");
  }
  if (!config.judge.outbox.empty()) {
    parts.emplace_back("by programs that look into " + config.judge.outbox);
  }
  return parts.empty()
             ? "off"
             : fmt::format("as a {}: {}", SideOf(config) == HeadSide::kPool ? "server" : "client",
                           fmt::join(parts, ", "));
}

}  // namespace

std::string WarningOfStatus(const ListenAddress& address) {
  return IsLoopback(address)
             ? std::string()
             : fmt::format(
                   "status_listen: whoever reaches {} reads, without a password, what this machine "
                   "connects to and what is wrong with it",
                   FormatListenAddress(address));
}

ConfigCheck CheckConfig(const DaemonConfig& config, std::uint64_t now_ms) {
  ConfigCheck check;
  CheckPlaces(check, config);
  CheckNames(check, config);
  CheckSyslog(check, config.judge.syslog);
  const std::string list = CheckList(check, config, now_ms);
  const std::string pool = CheckPool(check, config.pool);
  if (const auto roots = PublicRootSet::Load(config.judge.public_roots); !roots) {
    check.faults.push_back(roots.error());
  }
  if (std::string warning = WarningOfRoots(now_ms); !warning.empty()) {
    check.warnings.push_back(std::move(warning));
  }
  AddFaultOf(check, "ca_file", ChainBuilder::Create(config.ca_file));
  AddFaultOf(check, "hook", CheckHook(config.hook));
  CheckGossip(check, config.gossip);
  if (config.gossip.auditor && !config.gossip.is_on()) {
    check.warnings.emplace_back(
        "gossip_auditor: nobody can come, without gossip_listen or gossip_socket");
  }
  const std::string status = CheckStatus(check, config);
  check.summary = fmt::format(
      "  judges    mode {}, policy {}, {}\n"
      "  log list  {}\n"
      "  pool      {}\n"
      "  audits    {}\n"
      "  hook      {}\n"
      "  gossip    {}\n"
      "  status    {}\n",
      ModeName(config.judge.mode), PolicyName(config.judge.policy),
      config.check_socket.empty() ? "for nobody" : "at " + config.check_socket, list, pool,
      config.audit ? "on" : "off", config.hook.empty() ? "none" : config.hook,
      DescribeGossip(config), status);
  return check;
}

}  // namespace tattle::daemon
