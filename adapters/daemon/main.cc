// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The daemon `tattled`.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "adapters/daemon/config_check.h"
#include "adapters/daemon/daemon.h"
#include "adapters/daemon/options.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

int Complain(const std::string& sentence, int exit_status) {
  std::fputs(("tattled: " + OneLine(sentence, sentence.size()) + "\n").c_str(), stderr);
  return exit_status;
}

std::string Absolute(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

// IsByDefaults: without a file of its own name, defaults do.
bool IsByDefaults(const Options& options) {
  return options.config_file == kDefaultDaemonConfigFile && !FindIdentity(options.config_file);
}

// Read reads the configuration, and puts in it what else there is to go by.
Outcome<DaemonConfigReading> Read(const Options& options) {
  Outcome<DaemonConfigReading> reading =
      IsByDefaults(options) ? DaemonConfigReading() : ReadDaemonConfig(options.config_file);
  if (!reading) {
    return reading;
  }
  DaemonConfig& config = reading->config;
  if (!options.metrics.empty()) {
    config.metrics = options.metrics;
  }
  // What judges reads the variable too; a newer list has to go to the same place.
  if (const char* const list = std::getenv("TATTLE_LOG_LIST");
      config.judge.log_list.empty() && list != nullptr) {
    config.judge.log_list = list;
  }
  return reading;
}

// Load is the configuration to run by.
Outcome<DaemonConfig> Load(const Options& options) {
  Outcome<DaemonConfigReading> reading = Read(options);
  if (!reading) {
    return Sorry(reading.error());
  }
  if (reading->faults.empty()) {
    return std::move(reading->config);
  }
  return Sorry(reading->faults.front() +
               (reading->faults.size() == 1
                    ? ""
                    : "; and more: see `tattled --check --config " + options.config_file + "`"));
}

// Check is `tattled --check`.
int Check(const Options& options) {
  Outcome<DaemonConfigReading> reading = Read(options);
  if (!reading) {
    return Complain(reading.error(), kExitUnknown);
  }
  const ConfigCheck check = CheckConfig(reading->config, SystemNowMs());
  for (const std::string& fault : reading->faults) {
    Complain(fault, kExitBad);
  }
  for (const std::string& fault : check.faults) {
    Complain(options.config_file + ": " + fault, kExitBad);
  }
  const bool is_good = reading->faults.empty() && check.faults.empty();
  if (is_good) {
    fmt::print("configuration OK: {}{}\n{}", options.config_file,
               IsByDefaults(options) ? " is not there, the defaults do" : "", check.summary);
  }
  for (const std::string& warning : check.warnings) {
    fmt::print("  warning: {}\n", warning);
  }
  return is_good ? kExitGood : kExitBad;
}

// TakeVariable is a variable of the environment, which no program that we start sees.
std::string TakeVariable(const char* name) {
  const char* const value = std::getenv(name);
  std::string out = value == nullptr ? "" : value;
  unsetenv(name);
  return out;
}

DaemonOptions MakeOptions(const Options& options, DaemonConfig config) {
  DaemonOptions made;
  made.config = std::move(config);
  made.read_config = [options] { return Load(options); };
  made.journal.has_priorities = !TakeVariable("JOURNAL_STREAM").empty();
  made.notifier = Notifier(TakeVariable("NOTIFY_SOCKET"));
  const std::string usec = TakeVariable("WATCHDOG_USEC");
  const std::string pid = TakeVariable("WATCHDOG_PID");
  made.watchdog = WatchdogPeriod(usec.c_str(), pid.empty() ? nullptr : pid.c_str(), getpid());
  made.clock = SystemNowMs;
  return made;
}

int Run(int argc, char** argv) {
  // The system's openssl.cnf may load our own module into every program: the daemon would judge
  // itself.
  if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
    return Complain("OpenSSL cannot be started", kExitFailed);
  }
  ParsedOptions parsed = ParseOptions(argc, argv);
  if (parsed.exit_status) {
    return *parsed.exit_status;
  }
  // Files are opened again at a reload, when the folder is another.
  parsed.options.config_file = Absolute(parsed.options.config_file);
  parsed.options.metrics = Absolute(parsed.options.metrics);
  if (parsed.options.only_check) {
    return Check(parsed.options);
  }
  Outcome<DaemonConfig> config = Load(parsed.options);
  if (!config) {
    return Complain(config.error(), kExitBadConfig);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);  // where it is ignored, the kernel forgets how a hook ended
  signal(SIGXFSZ, SIG_IGN);  // a limit on files is a full disk, and no reason to die
  umask(022);
  if (chdir("/") != 0) {
    return Complain("cannot go to /", kExitFailed);
  }
  auto daemon = Daemon::Create(MakeOptions(parsed.options, *std::move(config)));
  if (!daemon) {
    return Complain(daemon.error(), kExitFailed);
  }
  (*daemon)->Run();
  return kExitStopped;
}

}  // namespace
}  // namespace tattle::daemon

int main(int argc, char** argv) {
  try {
    return tattle::daemon::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fputs("tattled: internal error: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return tattle::daemon::kExitFailed;
  }
}
