// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Sample: what gossip costs, and what it gives away, measured on some clients of a world.

#ifndef TATTLE_EXAMPLES_SIMULATE_SAMPLE_H_
#define TATTLE_EXAMPLES_SIMULATE_SAMPLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "examples/simulate/finder.h"
#include "examples/simulate/logs.h"
#include "examples/simulate/settings.h"
#include "examples/simulate/traces.h"
#include "examples/simulate/world.h"

namespace tattle::simulate {

// Bytes are of JSON bodies, without HTTP and TLS, a day.
struct Sample {
  std::vector<double> client_bytes;  // of each client: messages and answers; sorted
  std::vector<double> server_bytes;  // of each willing server, for all clients of the world; sorted
  double fetched_bytes = 0;          // a client's, from logs, on average
  double num_messages = 0;           // a client's, on average
  double num_heads = 0;              // in a message, on average
  double visits_share = 0;           // of all visits, those to willing servers
  std::uint32_t num_traced = 0;      // clients whose messages were kept
  std::vector<Links> links;          // by the number of servers that compare
};

// Measure simulates settings.sample clients, from the first day to the last. Memory: 100 bytes for
// each head that the coalition got, of which at most kMaxTracedHeads are kept.
Sample Measure(const Logs& logs, const World& world, Rule rule, const std::string& folder,
               const Progress& progress);

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_SAMPLE_H_
