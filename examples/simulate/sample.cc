// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/sample.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "adapters/daemon/bounds.h"
#include "core/base/time.h"
#include "core/wire/tree_head.h"

namespace tattle::simulate {
namespace {

// Sizes that no tree of a simulation has.
constexpr std::uint64_t kFirstMark = std::uint64_t{1} << 40U;

// RanksOf says of servers which place they have in the coalition.
std::vector<std::optional<std::uint32_t>> RanksOf(const World& world) {
  std::vector<std::optional<std::uint32_t>> out(world.servers().size());
  std::uint32_t rank = 0;
  for (std::size_t server = 0; server < out.size(); ++server) {
    if (world.servers()[server].is_willing && rank < world.settings().coalition) {
      out[server] = rank++;
    }
  }
  return out;
}

// Ledger writes down what the clients of a sample do.
class Ledger {
 public:
  Ledger(const Logs& logs, const World& world)
      : world_(world),
        sizes_(logs),
        ranks_(RanksOf(world)),
        server_bytes_(world.servers().size()) {}

  void BeginClient() {
    client_bytes_.push_back(0);
    is_traced_ = !traces_.IsFull();
    num_traced_ += is_traced_ ? 1 : 0;
  }

  // Take answers with what the client is told: whatever a pool says to everybody does not matter
  // here, only what is made for this one.
  Heads Take(const Message& message) {
    ++num_messages_;
    num_heads_ += message.heads.size();
    // A willing server's pool has as many heads as an answer holds.
    const std::size_t bytes = sizes_.Of(message.heads.size()) + sizes_.Of(kMaxHeadsGiven);
    client_bytes_.back() += static_cast<double>(bytes);
    if (message.server == kAuditor) {
      return {};
    }
    server_bytes_[message.server] += static_cast<double>(bytes);
    Heads told;
    if (ranks_[message.server] && is_traced_) {
      if (world_.settings().is_marking) {
        told.push_back({0, kFirstMark + num_messages_, message.time_ms, Face::kBoth});
      }
      traces_.Add(message.client, *ranks_[message.server], message.time_ms, message.heads, told);
    }
    return told;
  }

  Sample Close(double num_days, std::uint64_t num_fetches, std::size_t head_size) {
    Sample out;
    const auto num_clients = static_cast<double>(client_bytes_.size());
    out.num_traced = num_traced_;
    out.num_messages = static_cast<double>(num_messages_) / num_clients / num_days;
    out.num_heads = num_messages_ == 0
                        ? 0
                        : static_cast<double>(num_heads_) / static_cast<double>(num_messages_);
    out.fetched_bytes = static_cast<double>(num_fetches * head_size) / num_clients / num_days;
    for (const double bytes : client_bytes_) {
      out.client_bytes.push_back(bytes / num_days);
    }
    for (std::size_t server = 0; server < server_bytes_.size(); ++server) {
      if (world_.servers()[server].is_willing) {
        out.visits_share += world_.PopularityOf(static_cast<std::uint32_t>(server));
        out.server_bytes.push_back(server_bytes_[server] / num_days *
                                   (world_.settings().clients / num_clients));
      }
    }
    std::sort(out.client_bytes.begin(), out.client_bytes.end());
    std::sort(out.server_bytes.begin(), out.server_bytes.end());
    for (const std::uint32_t num_servers : {1U, 2U, 5U, 10U, 20U, 50U, 100U, 1000U, 10'000U}) {
      if (num_servers <= world_.settings().coalition) {
        out.links.push_back(traces_.Find(num_servers));
      }
    }
    return out;
  }

 private:
  const World& world_;
  MessageSizes sizes_;
  const std::vector<std::optional<std::uint32_t>> ranks_;
  std::vector<double> server_bytes_;
  std::vector<double> client_bytes_;
  Traces traces_;
  std::uint64_t num_messages_ = 0;
  std::uint64_t num_heads_ = 0;
  std::uint32_t num_traced_ = 0;
  bool is_traced_ = false;
};

}  // namespace

Sample Measure(const Logs& logs, const World& world, Rule rule, const std::string& folder,
               const Progress& progress) {
  const Settings& settings = world.settings();
  const std::uint32_t num_clients = std::min(settings.sample, settings.clients);
  if (num_clients == 0) {
    return {};
  }
  Ledger ledger(logs, world);
  std::uint64_t num_fetches = 0;
  const std::uint64_t end_ms = world.end_ms();
  for (std::uint32_t i = 0; i < num_clients; ++i) {
    // Spread over all, so that those who see the other face are among them by their share.
    const auto client =
        static_cast<std::uint32_t>(std::uint64_t{i} * settings.clients / num_clients);
    ledger.BeginClient();
    const std::unique_ptr<Outbox> outbox = MakeOutbox(logs, settings, rule, folder);
    num_fetches += Life{logs, world, client, *outbox}
                       .Live(end_ms, [&](const Message& message) { return ledger.Take(message); })
                       .num_fetches;
    progress(i + 1, num_clients);
  }
  const std::size_t head_size = EncodeGetSth(logs.SignedOf(kUsualHead).sth).size();
  return ledger.Close(static_cast<double>(end_ms - kStartMs) / kMsPerDay, num_fetches, head_size);
}

}  // namespace tattle::simulate
