// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/finder.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "examples/simulate/stream.h"
#include "plugin/gossip/outbox_plan.h"
#include "plugin/pool/options.h"

namespace tattle::simulate {
namespace {

// Search goes through the lives of those who see the rarer face, then through those of the others,
// none further than to what was found already.
class Search {
 public:
  Search(const Logs& logs, const World& world, Rule rule, std::string folder)
      : logs_(logs),
        world_(world),
        settings_(world.settings()),
        rule_(rule),
        folder_(std::move(folder)),
        crowding_(world, settings_.logs),
        has_rare_(settings_.servers) {}

  // Run looks at all before a time.
  void Run(std::uint64_t until_ms, const Progress& progress);

  std::uint64_t seen_ms() const { return seen_ms_; }
  std::uint64_t proven_ms() const { return proven_ms_; }

 private:
  bool IsRare(std::uint32_t client) const;
  bool IsHonest(std::uint32_t server) const;
  bool MustMeetOthers() const;
  bool MayCompleteProof(const Server& server) const;
  bool MatterTo(const Server& server, bool is_rare, std::uint32_t place) const;
  bool Matters(std::uint32_t client, bool is_rare, std::uint64_t until_ms) const;
  void LiveAll(bool are_rare, std::uint64_t& until_ms, const Progress& progress);
  void Hear(const Message& message, bool is_rare);
  void HearAtServer(std::uint32_t server, const Head& head, std::uint64_t heard_ms, bool is_rare);
  void Compare(std::uint32_t server, const Head& head, std::uint64_t heard_ms, bool is_rare);

  const Logs& logs_;
  const World& world_;
  const Settings& settings_;
  const Rule rule_;
  const std::string folder_;
  const Crowding crowding_;
  std::uint64_t seen_ms_ = kNever;
  std::uint64_t proven_ms_ = kNever;
  std::uint32_t num_done_ = 0;

  // When a server first heard a head of the rarer face, by server and size.
  std::unordered_map<std::uint64_t, std::pair<std::uint64_t, Face>> rare_;
  std::vector<bool> has_rare_;  // by server
  bool auditor_has_rare_ = false;
};

std::uint64_t KeyOf(std::uint32_t server, const Head& head) {
  constexpr unsigned kSizeBits = 48;  // a size is a number of seconds
  return (std::uint64_t{server == kAuditor ? 0xffffU : server} << kSizeBits) | head.size;
}

// Where the log is honest every life is looked at: nothing may be found in any.
bool Search::IsRare(std::uint32_t client) const {
  return settings_.partition == Partition::kNobody ||
         world_.FaceForClient(client, world_.end_ms()) == Face::kOther;
}

bool Search::IsHonest(std::uint32_t server) const {
  return server == kAuditor || !world_.servers()[server].is_colluding || settings_.held_hours > 0;
}

// MayCompleteProof says whether two heads of one size at a server may matter. One that audits has
// seen the lie by the rarer of them, when that one came.
bool Search::MayCompleteProof(const Server& server) const {
  return settings_.is_proof_wanted || !server.is_auditing;
}

bool Search::MatterTo(const Server& server, bool is_rare, std::uint32_t place) const {
  if (!IsHonest(place)) {
    return false;
  }
  const bool is_other = world_.FaceForServer(place, world_.end_ms()) == Face::kOther;
  return is_rare || (server.is_auditing && is_other) ||
         (has_rare_[place] && MayCompleteProof(server));
}

// Matters says whether a client may bring anything new in time.
bool Search::Matters(std::uint32_t client, bool is_rare, std::uint64_t until_ms) const {
  // An auditor audits, as above.
  const bool may_auditor_complete = auditor_has_rare_ && settings_.is_proof_wanted;
  if ((is_rare || may_auditor_complete) && world_.HasAuditor(client)) {
    return true;
  }
  const std::vector<Visit> visits = world_.VisitsOf(client, until_ms);
  return std::any_of(visits.begin(), visits.end(), [&](const Visit& visit) {
    return visit.time_ms >= world_.lie_ms() &&
           MatterTo(world_.servers()[visit.server], is_rare, visit.server);
  });
}

// MustMeetOthers says whether those with the common face may find anything before the rarer ones.
bool Search::MustMeetOthers() const {
  return settings_.is_proof_wanted || settings_.auditing < 1 ||
         settings_.partition == Partition::kNetwork;
}

void Search::LiveAll(bool are_rare, std::uint64_t& until_ms, const Progress& progress) {
  for (std::uint32_t client = 0; client < settings_.clients; ++client) {
    if (IsRare(client) != are_rare) {
      continue;
    }
    progress(++num_done_, settings_.clients);
    if (Matters(client, are_rare, until_ms)) {
      const std::unique_ptr<Outbox> outbox = MakeOutbox(logs_, settings_, rule_, folder_);
      Life{logs_, world_, client, *outbox}.Live(until_ms, [&](const Message& message) {
        Hear(message, are_rare);
        if (!settings_.is_proof_wanted) {
          until_ms = std::min(until_ms, seen_ms_);
        } else if (!are_rare) {
          until_ms = std::min(until_ms, proven_ms_);
        }
        return Heads();
      });
    }
  }
}

void Search::Run(std::uint64_t until_ms, const Progress& progress) {
  rare_.clear();
  num_done_ = 0;
  LiveAll(true, until_ms, progress);
  if (MustMeetOthers()) {
    LiveAll(false, until_ms, progress);
  }
}

void Search::Hear(const Message& message, bool is_rare) {
  const bool is_held = message.server != kAuditor && world_.servers()[message.server].is_colluding;
  const std::uint64_t heard_ms = message.time_ms + (is_held ? settings_.held_hours * kHourMs : 0);
  for (const Head& head : message.heads) {
    if (head.log == 0 && IsHonest(message.server)) {
      HearAtServer(message.server, head, heard_ms, is_rare);
    }
  }
}

void Search::HearAtServer(std::uint32_t server, const Head& head, std::uint64_t heard_ms,
                          bool is_rare) {
  const bool is_auditing = server == kAuditor || world_.servers()[server].is_auditing;
  const Face usual = head.face == Face::kBoth ? Face::kBoth : Face::kFirst;
  const Face own = server == kAuditor ? usual : world_.FaceForServer(server, head.time_ms);
  if (is_auditing && own != head.face) {
    seen_ms_ = std::min(seen_ms_, heard_ms);
  }
  Compare(server, head, heard_ms, is_rare);
}

// Compare looks for two heads of one size, the earlier of which is there still.
void Search::Compare(std::uint32_t server, const Head& head, std::uint64_t heard_ms, bool is_rare) {
  if (!MustMeetOthers()) {
    return;
  }
  const std::uint64_t key = KeyOf(server, head);
  const auto known = rare_.find(key);
  if (known == rare_.end()) {
    if (is_rare) {
      rare_.emplace(key, std::pair(heard_ms, head.face));
      server == kAuditor ? auditor_has_rare_ = true : has_rare_[server] = true;
    }
    return;
  }
  if (known->second.second == head.face) {
    known->second.first = std::min(known->second.first, heard_ms);
    return;
  }
  const std::uint64_t rare_ms = known->second.first;
  const std::uint64_t later_ms = std::max(rare_ms, heard_ms);
  const auto apart_ms = static_cast<double>(later_ms - std::min(rare_ms, heard_ms));
  const bool is_there =
      server == kAuditor ||
      apart_ms < crowding_.LifetimeMs(server) *
                     Stream(Blend({world_.seed(), kOfLifetime, key})).Exponential(1);
  if (is_there && later_ms - head.time_ms <= kHeadFreshnessMs) {
    proven_ms_ = std::min(proven_ms_, later_ms);
    seen_ms_ = std::min(seen_ms_, later_ms);
  }
}

// FindByItself: where the faces change with time, whoever looks sees both. An auditing server asks
// for a proof at its first fetch after the change, within an interval.
Found FindByItself(const World& world) {
  const Settings& settings = world.settings();
  Found out;
  if (settings.auditing > 0 && settings.willing > 0 && settings.share > 0 && settings.share < 1) {
    const double before_ms = (1 - settings.share) * static_cast<double>(kMsPerDay);
    const std::uint64_t fetch_ms = std::uint64_t{settings.fetch_s} * kMsPerSecond;
    out.seen_ms = static_cast<std::uint64_t>(before_ms) + Stream(world.seed()).Below(fetch_ms);
  }
  return out;
}

// Since is counted from the beginning of the lie. What is held back may come too late.
std::optional<std::uint64_t> Since(const World& world, std::uint64_t time_ms) {
  return time_ms >= world.end_ms() ? std::nullopt : std::optional(time_ms - world.lie_ms());
}

}  // namespace

Crowding::Crowding(const World& world, std::uint32_t num_logs)
    : world_(world), num_heads_(std::min(1.0, static_cast<double>(kHeadsForHost) / num_logs)) {}

double Crowding::ArrivalsASecond(std::uint32_t server) const {
  constexpr double kSecondsADay = 86'400;
  const Settings& settings = world_.settings();
  return settings.clients * settings.visits * world_.PopularityOf(server) * num_heads_ /
         kSecondsADay;
}

double Crowding::LifetimeMs(std::uint32_t server) const {
  const double num_new = std::min(1.0, ArrivalsASecond(server));
  return static_cast<double>(PoolLimits().linked_heads) / num_new * kMsPerSecond;
}

Found FindLie(const Logs& logs, const World& world, Rule rule, const std::string& folder,
              const Progress& progress) {
  const Settings& settings = world.settings();
  if (settings.partition == Partition::kTime) {
    return FindByItself(world);
  }
  Search search(logs, world, rule, folder);
  const std::uint64_t all_ms = world.end_ms() - world.lie_ms();
  for (const std::uint64_t part : {64U, 16U, 4U, 1U}) {
    search.Run(world.lie_ms() + all_ms / part, progress);
    const std::uint64_t wanted_ms =
        settings.is_proof_wanted ? search.proven_ms() : search.seen_ms();
    if (wanted_ms < world.lie_ms() + all_ms / part) {
      break;
    }
  }
  return {Since(world, search.seen_ms()), Since(world, search.proven_ms())};
}

}  // namespace tattle::simulate
