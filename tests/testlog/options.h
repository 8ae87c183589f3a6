// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The command line of tattle-testlog.

#ifndef TATTLE_TESTS_TESTLOG_OPTIONS_H_
#define TATTLE_TESTS_TESTLOG_OPTIONS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/service/command_line.h"
#include "tests/testlog/log_options.h"
#include "tests/testlog/server.h"

namespace tattle::testlog {

// RunOptions are as given; what they mean is found out when the program begins.
struct RunOptions {
  std::string dir;
  std::vector<std::string> logs;       // NAME:KIND:OPERATOR
  std::vector<std::string> listeners;  // ADDRESS:PORT
  std::vector<std::string> roots;      // PEM files
  bool plain = false;
  std::string certificate;
  std::string key;
  std::string host;
  std::string control;
  std::string list_key;
  std::vector<std::string> log_keys;   // NAME=FILE
  std::vector<std::string> same_keys;  // NAME=OTHER
  std::string key_type = "p256";
  std::vector<std::string> lies;  // LOG[@FACE] LIE[=VALUE]
  std::uint64_t synthetic = 0;
  std::uint64_t merge_delay_ms = 0;
  std::uint64_t head_interval_ms = 60'000;
  std::uint64_t mmd_s = 86'400;
  std::uint64_t max_entries = 1000;
};

// AddOptions declares all options and their help.
void AddOptions(Verb program, RunOptions& options);

// DecodeLogSpec reads NAME:KIND:OPERATOR; DecodeListenAddress ADDRESS:PORT, an IPv6 address in
// brackets; DecodePair NAME=VALUE. They fail with a sentence.
Outcome<LogOptions> DecodeLogSpec(const std::string& text);
Outcome<ListenAddress> DecodeListenAddress(const std::string& text);
Outcome<std::pair<std::string, std::string>> DecodePair(const std::string& text);

// DescribeLies is the table of lies as --help shows it.
std::string DescribeLies();

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_OPTIONS_H_
