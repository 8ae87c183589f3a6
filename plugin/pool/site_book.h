// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SiteBook: what sites have shown, to be told to them (core/gossip/feedback_site.h).

#ifndef TATTLE_PLUGIN_POOL_SITE_BOOK_H_
#define TATTLE_PLUGIN_POOL_SITE_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/gossip/feedback_site.h"
#include "plugin/pool/pool.h"

namespace tattle {

// SiteSummary is a site without what it showed.
struct SiteSummary {
  FeedbackSite site;  // has no bundles
  std::uint64_t num_bundles = 0;
  std::uint64_t num_unreported = 0;  // of those
};

// SiteBook borrows the pool, and is as thread-safe as it. What came of proofs is not kept with a
// bundle: the pool's SCTs have it.
class SiteBook {
 public:
  explicit SiteBook(Pool& pool) : pool_(pool) {}

  PoolResult<std::optional<FeedbackSite>> FindSite(std::string_view host) const;

  // SetSite replaces what is kept of a site, as a whole. Beyond PoolLimits::sites another goes: one
  // without bundles, else one all of whose bundles are reported, else any; of these the one with
  // the oldest contact. kRefused for a host that is none, a bundle that no message could hold, and
  // more bundles than the site had where all have PoolLimits::site_bundles: what somebody makes up
  // drives out nothing that is still to be told.
  PoolResult<void> SetSite(const FeedbackSite& site);

  PoolResult<std::vector<SiteSummary>> ListSites() const;  // by host

  // HostsWithNews are those with a bundle that was never reported that are willing, where somebody
  // has been since we last tried, and that are due by now; at most `limit`. No other takes a place
  // among these.
  PoolResult<std::vector<std::string>> HostsWithNews(std::size_t limit, std::uint64_t now_ms) const;

 private:
  Pool& pool_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_SITE_BOOK_H_
