// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/world.h"

#include <algorithm>
#include <cmath>

#include "core/base/time.h"
#include "examples/simulate/stream.h"

namespace tattle::simulate {
namespace {

// Chosen marks a share of `num`, exactly as many as that, at random places.
std::vector<bool> Chosen(std::size_t num, double share, Stream& stream) {
  const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(num)));
  std::vector<bool> out(num);
  for (std::size_t i = 0, num_left = wanted; i < num; ++i) {
    out[i] = stream.Below(num - i) < num_left;
    num_left -= out[i] ? 1 : 0;
  }
  return out;
}

// NumChosen is a share of things of which the first are chosen.
std::uint32_t NumChosen(std::uint32_t num, double share) {
  return static_cast<std::uint32_t>(std::llround(share * num));
}

}  // namespace

World::World(const Settings& settings, std::uint64_t seed)
    : settings_(settings),
      seed_(seed),
      lie_ms_(kStartMs + settings.warm_up_days * kMsPerDay),
      end_ms_(lie_ms_ + settings.days * kMsPerDay),
      servers_(settings.servers) {
  Stream stream(Blend({seed, kOfServer}));
  const std::vector<bool> willing = Chosen(servers_.size(), settings.willing, stream);
  const std::vector<bool> colluding = Chosen(servers_.size(), settings.colluding, stream);
  const std::vector<bool> auditing = Chosen(servers_.size(), settings.auditing, stream);
  double sum = 0;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    servers_[i] = {willing[i], colluding[i], auditing[i],
                   static_cast<std::uint32_t>(stream.Below(settings.networks))};
    sum += std::pow(static_cast<double>(i + 1), -settings.zipf);
    popularity_.push_back(sum);
  }
  for (double& up_to : popularity_) {
    up_to /= sum;
  }
}

double World::PopularityOf(std::uint32_t server) const {
  return popularity_[server] - (server == 0 ? 0 : popularity_[server - 1]);
}

bool World::IsOther(bool is_chosen, std::uint32_t network, std::uint64_t time_ms) const {
  switch (settings_.partition) {
    case Partition::kNobody:
      break;
    case Partition::kClient:
    case Partition::kOne:
      return is_chosen;
    case Partition::kNetwork:
      return network < NumChosen(settings_.networks, settings_.share);
    case Partition::kTime:
      // At the end of each day: the first face is there first.
      return static_cast<double>((time_ms - lie_ms_) % kMsPerDay) >=
             (1 - settings_.share) * static_cast<double>(kMsPerDay);
  }
  return false;
}

Face World::FaceFor(bool is_chosen, std::uint32_t network, std::uint64_t time_ms) const {
  if (time_ms < lie_ms_ || settings_.partition == Partition::kNobody) {
    return Face::kBoth;
  }
  return IsOther(is_chosen, network, time_ms) ? Face::kOther : Face::kFirst;
}

// Clients are alike, so that the first may be those that are chosen.
Face World::FaceForClient(std::uint32_t client, std::uint64_t time_ms) const {
  const std::uint32_t num_chosen =
      settings_.partition == Partition::kOne ? 1 : NumChosen(settings_.clients, settings_.share);
  const auto network = static_cast<std::uint32_t>(
      Stream(Blend({seed_, kOfClient, client})).Below(settings_.networks));
  return FaceFor(client < num_chosen, network, time_ms);
}

Face World::FaceForServer(std::uint32_t server, std::uint64_t time_ms) const {
  return FaceFor(false, servers_[server].network, time_ms);
}

// Not the same clients as those that are chosen.
bool World::HasAuditor(std::uint32_t client) const {
  Stream stream(Blend({seed_, kOfClient, client}));
  static_cast<void>(stream.Unit());
  return stream.Unit() < settings_.with_auditor;
}

std::vector<Visit> World::VisitsOf(std::uint32_t client, std::uint64_t until_ms) const {
  Stream stream(Blend({seed_, kOfVisits, client}));
  const double mean_ms = static_cast<double>(kMsPerDay) / settings_.visits;
  std::vector<Visit> out;
  std::uint64_t time_ms = kStartMs;
  while (true) {
    time_ms += 1 + static_cast<std::uint64_t>(stream.Exponential(mean_ms));
    const auto found = std::upper_bound(popularity_.begin(), popularity_.end(), stream.Unit());
    const auto server = static_cast<std::uint32_t>(
        std::min(found - popularity_.begin(), std::ssize(popularity_) - 1));
    if (time_ms >= until_ms) {
      return out;
    }
    if (servers_[server].is_willing) {
      out.push_back({time_ms, server});
    }
  }
}

}  // namespace tattle::simulate
