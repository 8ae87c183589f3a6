// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/site_prune.h"

#include <string>
#include <utility>
#include <vector>

#include "core/gossip/feedback_eviction.h"
#include "plugin/pool/query.h"

namespace tattle {
namespace {

// KeptSites are all sites with all of a bundle that matters here, and the ids of the bundles'
// chains beside them.
struct KeptSites {
  std::vector<FeedbackSite> sites;
  std::vector<std::vector<std::uint64_t>> chains;
  std::size_t num_bundles = 0;
};

PoolResult<KeptSites> ReadKeptSites(PoolState& state) {
  KeptSites kept;
  Query query = state.database.Prepare(
      "SELECT sites.host, last_contact_ms, chain, num_reports FROM sites JOIN site_bundles ON "
      "site_bundles.host = sites.host ORDER BY sites.host");
  const PoolResult<void> read = query.ForEachRow([&](const Query& row) -> PoolResult<void> {
    if (kept.sites.empty() || kept.sites.back().host != row.TextAt(0)) {
      FeedbackSite& site = kept.sites.emplace_back();
      site.host = row.TextAt(0);
      site.last_contact_ms = row.NumberAt(1);
      kept.chains.emplace_back();
    }
    FeedbackBundle bundle;
    bundle.num_reports = static_cast<std::uint32_t>(row.NumberAt(3));
    kept.sites.back().bundles.push_back(std::move(bundle));
    kept.chains.back().push_back(row.NumberAt(2));
    ++kept.num_bundles;
    return {};
  });
  return read ? PoolResult<KeptSites>(std::move(kept)) : tl::unexpected(read.error());
}

PoolResult<void> DeleteRows(PoolState& state, const KeptSites& kept,
                            const std::vector<BundleRef>& bundles) {
  for (const BundleRef& ref : bundles) {
    PoolResult<void> done =
        state.database.Prepare("DELETE FROM site_bundles WHERE host = ? AND chain = ?")
            .Text(kept.sites.at(ref.site).host)
            .Number(kept.chains.at(ref.site).at(ref.bundle))
            .Run();
    if (!done) {
      return done;
    }
  }
  return {};
}

}  // namespace

PoolResult<void> PruneSites(PoolState& state, std::uint64_t now_ms) {
  const PoolResult<KeptSites> kept = ReadKeptSites(state);
  if (!kept) {
    return tl::unexpected(kept.error());
  }
  const std::vector<BundleRef> forgotten = ChooseForgotten(kept->sites, now_ms);
  PoolResult<void> done = DeleteRows(state, *kept, forgotten);
  Evictor evictor;
  const EvictionPlan plan =
      evictor.Plan(kept->num_bundles - forgotten.size(), state.options.limits.site_bundles, now_ms);
  // What is chosen twice is deleted once, and the rest next time.
  const Result<std::vector<BundleRef>> evicted =
      ChooseEvicted(kept->sites, plan, [&]() -> Result<std::uint64_t> { return state.random(); });
  return done && evicted ? DeleteRows(state, *kept, *evicted) : done;
}

}  // namespace tattle
