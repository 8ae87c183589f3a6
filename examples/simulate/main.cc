// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle-simulate: how fast gossip finds a log that shows two trees, what that costs, and what it
// gives away. README.md has results.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "examples/simulate/finder.h"
#include "examples/simulate/logs.h"
#include "examples/simulate/report.h"
#include "examples/simulate/sample.h"
#include "examples/simulate/settings.h"
#include "examples/simulate/stream.h"
#include "examples/simulate/world.h"
#include "plugin/service/command_line.h"

namespace tattle::simulate {
namespace {

struct Options {
  Settings settings;
  std::vector<std::string> rules = {"tattle"};
  std::string partition = "client";
  bool is_json = false;
  bool is_quiet = false;
  std::string plots;  // a folder
};

void AddWorld(Verb verb, Settings& s) {
  const auto group = [](const VerbOption& option) { option.ShowDefault().Group("World"); };
  group(verb.AddOption("--clients", s.clients, "clients with a Tattle of their own, up to 10^6"));
  group(verb.AddOption("--servers", s.servers, "web servers, up to 10^4"));
  group(verb.AddOption("--willing", s.willing, "share of them that take part in gossip, 0 to 1"));
  group(verb.AddOption("--visits", s.visits, "a client's visits a day to all servers, up to 70"));
  group(verb.AddOption("--zipf", s.zipf,
                       "visits fall with a server's rank to this power, up to 3; 0: all alike"));
  group(verb.AddOption("--logs", s.logs, "logs, up to 50; the first lies"));
  group(verb.AddOption("--head-interval", s.head_s,
                       "seconds from one head of a log to the next, up to 86400"));
  group(verb.AddOption("--fetch-interval", s.fetch_s,
                       "seconds after which a client asks each log again, 300 to 3600"));
  group(verb.AddOption(
      "--auditing", s.auditing,
      "share of servers that look whether heads fit to what they see themselves, 0 to 1"));
  group(verb.AddOption("--with-auditor", s.with_auditor,
                       "share of clients that have an auditor configured, 0 to 1"));
}

void AddAdversary(Verb verb, Options& options) {
  Settings& s = options.settings;
  const auto group = [](const VerbOption& option) { option.ShowDefault().Group("Adversary"); };
  group(verb.AddOption("--partition", options.partition,
                       "who sees the other face: nobody, client, network, time, or one (client)"));
  group(
      verb.AddOption("--share", s.share, "share of clients, of networks, or of each day, 0 to 1"));
  group(verb.AddOption("--networks", s.networks, "networks of clients and servers, up to 10^6"));
  group(verb.AddOption("--colluding", s.colluding, "share of servers that help the log, 0 to 1"));
  group(
      verb.AddOption("--held-hours", s.held_hours,
                     "for how long these hold back what convicts it, up to 8760; 0: they drop it"));
  verb.AddFlag("--marking", s.is_marking, "servers that compare try to mark clients, too")
      .Group("Adversary");
  group(verb.AddOption(
      "--coalition", s.coalition,
      "how many of the most visited willing servers compare what they get, up to 10^4"));
}

void AddRun(Verb verb, Options& options) {
  Settings& s = options.settings;
  const auto group = [](const VerbOption& option) { option.ShowDefault().Group("Run"); };
  group(verb.AddOption("--rules", options.rules,
                       "what clients give: tattle, everything, hourly-logs, thinned")
            .SplitAt(','));
  group(verb.AddOption("--days", s.days, "how long the lie lasts, up to 90"));
  group(verb.AddOption("--warm-up", s.warm_up_days, "days of gossip before the lie, up to 30"));
  group(verb.AddOption("--trials", s.trials, "worlds to search, one after the other, up to 10^4"));
  verb.AddFlag("--proof", s.is_proof_wanted, "look for two heads of one size, too; slower")
      .Group("Run");
  group(verb.AddOption("--sample", s.sample,
                       "clients whose bytes and traces are measured, up to 10^4; 0: none"));
  verb.AddFlag("--real-pool", s.is_pool_real,
               "give each client a pool on disk and all the code over it; 2000 clients at the most")
      .Group("Run");
  group(verb.AddOption("--seed", s.seed, "the same seed gives the same results"));
  verb.AddFlag("--json", options.is_json, "print JSON").Group("Run");
  verb.AddFlag("--quiet", options.is_quiet, "say nothing of progress").Group("Run");
  verb.AddOption("--plots", options.plots, "folder for found.svg, bytes.svg and linked.svg")
      .TypeName("DIR")
      .Group("Run");
}

Outcome<void> Understand(Options& options) {
  const auto partition = FindPartition(options.partition);
  if (!partition) {
    return Sorry("--partition: " + partition.error());
  }
  options.settings.partition = *partition;
  options.settings.rules.clear();
  for (const std::string& name : options.rules) {
    const auto rule = FindRule(name);
    if (!rule) {
      return Sorry("--rules: " + rule.error());
    }
    options.settings.rules.push_back(*rule);
  }
  return Check(options.settings);
}

// Teller says every few seconds how far we are.
class Teller {
 public:
  explicit Teller(bool is_quiet) : is_quiet_(is_quiet) {}

  Progress For(const std::string& what) {
    return [this, what](std::uint32_t done, std::uint32_t of) {
      const auto now = std::chrono::steady_clock::now();
      if (!is_quiet_ && now - last_ >= std::chrono::seconds(5)) {
        last_ = now;
        fmt::print(stderr, "tattle-simulate: {}, client {} of {}\n", what, done, of);
      }
    };
  }

 private:
  const bool is_quiet_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Scratch is a folder for pools that goes with us.
class Scratch {
 public:
  explicit Scratch(bool is_wanted) {
    if (is_wanted) {
      std::string path =
          (std::filesystem::temp_directory_path() / "tattle-simulate.XXXXXX").string();
      path_ = mkdtemp(path.data()) == nullptr ? "" : path;
    }
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) {
      std::filesystem::remove_all(path_, ignored);
    }
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Simulate does all that the settings want. Every rule meets the same worlds.
std::vector<RuleResult> Simulate(const Settings& settings, const Logs& logs,
                                 const std::string& folder, Teller& teller) {
  std::vector<RuleResult> results;
  for (const Rule rule : settings.rules) {
    RuleResult result;
    result.rule = rule;
    const World first(settings, Blend({settings.seed, 0}));
    result.sample =
        Measure(logs, first, rule, folder, teller.For(RuleName(rule) + ": what it costs"));
    for (std::uint32_t trial = 0; trial < settings.trials; ++trial) {
      const World world(settings, Blend({settings.seed, trial}));
      const std::string what =
          fmt::format("{}: trial {} of {}", RuleName(rule), trial + 1, settings.trials);
      result.found.push_back(FindLie(logs, world, rule, folder, teller.For(what)));
    }
    results.push_back(std::move(result));
  }
  return results;
}

Outcome<void> WritePlots(const std::string& folder, const Settings& settings,
                         const std::vector<RuleResult>& results) {
  for (const auto& [name, plot] : PlotsOf(settings, results)) {
    const std::string path = (std::filesystem::path(folder) / name).string();
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << WriteSvg(plot);
    file.close();
    if (!file) {
      return Sorry(path + ": cannot be written");
    }
  }
  return {};
}

Outcome<void> Run(Options& options) {
  if (auto understood = Understand(options); !understood) {
    return understood;
  }
  const Settings& settings = options.settings;
  const auto logs = Logs::Create(settings.logs, settings.fetch_s);
  if (!options.plots.empty() && !std::filesystem::is_directory(options.plots)) {
    return Sorry("--plots: " + options.plots + " is no folder");
  }
  const Scratch scratch(settings.is_pool_real);
  if (!logs || (settings.is_pool_real && scratch.path().empty())) {
    return Sorry(logs ? "no temporary folder can be made" : logs.error());
  }
  Teller teller(options.is_quiet);
  const auto results = Simulate(settings, *logs, scratch.path(), teller);
  const std::string out =
      options.is_json ? WriteJson(settings, results) : WriteTable(settings, results);
  if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0) {
    return Sorry("cannot write to standard output");
  }
  return options.plots.empty() ? Outcome<void>() : WritePlots(options.plots, settings, results);
}

int Main(int argc, char** argv) {
  Options options;
  const CommandLine line(
      "simulates clients that gossip about a log which shows two trees: how fast it is found, what "
      "that costs, and what it gives away",
      "tattle-simulate");
  AddWorld(line.top(), options.settings);
  AddAdversary(line.top(), options);
  AddRun(line.top(), options);
  switch (line.Parse(argc, argv)) {
    case Parsed::kAnswered:
      return 0;
    case Parsed::kMistake:
      return 2;
    case Parsed::kRead:
      break;
  }
  if (const auto done = Run(options); !done) {
    fmt::print(stderr, "tattle-simulate: {}\n", done.error());
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace tattle::simulate

int main(int argc, char** argv) {
  try {
    return tattle::simulate::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tattle-simulate: %s\n", error.what());
    return 2;
  }
}
