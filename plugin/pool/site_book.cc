// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/site_book.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/gossip/bounds.h"
#include "core/wire/sct.h"
#include "plugin/pool/chains.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

// IsKept is asked before anything is written: within a batch, what is refused is not undone.
bool IsKept(const FeedbackBundle& bundle) {
  const auto is_certificate = [](const ByteVector& der) {
    return !der.empty() && der.size() <= kMaxCertificateSize;
  };
  const auto is_sct = [](const FeedbackSct& sct) { return !sct.sct.empty(); };
  return !bundle.x509_chain.empty() && bundle.x509_chain.size() <= kMaxChainCertificates &&
         std::all_of(bundle.x509_chain.begin(), bundle.x509_chain.end(), is_certificate) &&
         !bundle.scts.empty() && bundle.scts.size() <= kMaxFeedbackScts &&
         std::all_of(bundle.scts.begin(), bundle.scts.end(), is_sct) &&
         EncodeSctList(bundle.Entry().scts).has_value();
}

PoolResult<void> InsertBundle(PoolState& state, std::string_view host,
                              const FeedbackBundle& bundle) {
  const Result<ByteVector> scts = EncodeSctList(bundle.Entry().scts);
  if (!scts) {
    return tl::unexpected(state.Refused("SCTs that a site showed do not fit into a list"));
  }
  const PoolResult<std::uint64_t> chain = AddChain(state.database, bundle.x509_chain);
  if (!chain) {
    return tl::unexpected(chain.error());
  }
  return state.database
      .Prepare("INSERT INTO site_bundles (host, chain, scts, num_reports) VALUES (?, ?, ?, ?)")
      .Text(host)
      .Number(*chain)
      .Blob(*scts)
      .Number(bundle.num_reports)
      .Run();
}

// DeleteBundles says which chains they had, which others may have too.
PoolResult<std::vector<std::uint64_t>> DeleteBundles(Database& database, std::string_view host) {
  PoolResult<std::vector<std::uint64_t>> chains =
      database.Prepare("SELECT chain FROM site_bundles WHERE host = ?").Text(host).Numbers();
  if (chains) {
    const PoolResult<void> done =
        database.Prepare("DELETE FROM site_bundles WHERE host = ?").Text(host).Run();
    if (!done) {
      return tl::unexpected(done.error());
    }
  }
  return chains;
}

PoolResult<void> DropChains(Database& database, std::span<const std::uint64_t> chains) {
  PoolResult<void> done;
  for (auto chain = chains.begin(); done && chain != chains.end(); ++chain) {
    done = DropChain(database, *chain);
  }
  return done;
}

PoolResult<void> UpsertSite(Database& database, const FeedbackSite& site) {
  return database
      .Prepare(
          "INSERT OR REPLACE INTO sites (host, last_contact_ms, last_attempt_ms, num_attempts, "
          "num_successes, num_strikes) VALUES (?, ?, ?, ?, ?, ?)")
      .Text(site.host)
      .Number(site.last_contact_ms)
      .Number(site.last_attempt_ms)
      .Number(site.num_attempts)
      .Number(site.num_successes)
      .Number(site.num_strikes)
      .Run();
}

// EvictSite makes room for one that is new.
PoolResult<void> EvictSite(PoolState& state, std::string_view spared) {
  Query query = state.database.Prepare(  // NULL, of no bundles, comes first
      "SELECT host FROM sites WHERE host <> ? AND (SELECT count(*) FROM sites) > ? ORDER BY "
      "(SELECT min(num_reports) = 0 FROM site_bundles WHERE site_bundles.host = sites.host), "
      "last_contact_ms LIMIT 1");
  const PoolResult<std::optional<std::string>> victim =
      query.Text(spared)
          .Number(state.options.limits.sites)
          .Find([](const Query& row) -> PoolResult<std::string> {
            return std::string(row.TextAt(0));
          });
  if (!victim) {
    return tl::unexpected(victim.error());
  }
  if (!*victim) {
    return {};
  }
  const PoolResult<std::vector<std::uint64_t>> chains = DeleteBundles(state.database, **victim);
  if (!chains) {
    return tl::unexpected(chains.error());
  }
  PoolResult<void> done = DropChains(state.database, *chains);
  if (done) {
    done = state.database.Prepare("DELETE FROM sites WHERE host = ?").Text(**victim).Run();
  }
  return done;
}

// MaxBundlesOf is how many a site may have: what others leave, or what it has.
PoolResult<std::uint64_t> MaxBundlesOf(PoolState& state, std::string_view host) {
  const PoolResult<bool> is_crowded = state.IsCrowded();
  if (!is_crowded) {
    return tl::unexpected(is_crowded.error());
  }
  return state.database
      .Prepare(
          "SELECT max(own, ? - (total - own)) FROM (SELECT "
          "(SELECT count(*) FROM site_bundles WHERE host = ?) AS own, "
          "(SELECT count(*) FROM site_bundles) AS total)")
      .Number(*is_crowded ? 0 : state.options.limits.site_bundles)
      .Text(host)
      .Answer();
}

PoolResult<void> StoreSite(PoolState& state, const FeedbackSite& site) {
  PoolResult<void> done = UpsertSite(state.database, site);
  if (!done) {
    return done;
  }
  const PoolResult<std::vector<std::uint64_t>> former = DeleteBundles(state.database, site.host);
  if (!former) {
    return tl::unexpected(former.error());
  }
  for (auto bundle = site.bundles.begin(); done && bundle != site.bundles.end(); ++bundle) {
    done = InsertBundle(state, site.host, *bundle);
  }
  if (done) {
    done = DropChains(state.database, *former);
  }
  return done ? EvictSite(state, site.host) : done;
}

PoolResult<FeedbackBundle> BundleOf(Database& database, const Query& row) {
  FeedbackBundle bundle;
  bundle.num_reports = static_cast<std::uint32_t>(row.NumberAt(2));
  const Result<std::vector<Bytes>> items = SplitSctList(row.BlobAt(1));
  if (!items) {
    return tl::unexpected(database.Corrupt("SCTs that a site showed are no list"));
  }
  for (const Bytes item : *items) {
    bundle.scts.push_back({ToVector(item), 0, 0, false, false});
  }
  PoolResult<std::vector<ByteVector>> chain = ReadChain(database, row.NumberAt(0));
  if (!chain) {
    return tl::unexpected(chain.error());
  }
  bundle.x509_chain = *std::move(chain);
  return bundle;
}

PoolResult<FeedbackSite> SiteOf(const Query& row) {
  FeedbackSite site;
  site.host = row.TextAt(0);
  site.last_contact_ms = row.NumberAt(1);
  site.last_attempt_ms = row.FindNumberAt(2);
  site.num_attempts = static_cast<std::uint32_t>(row.NumberAt(3));
  site.num_successes = static_cast<std::uint32_t>(row.NumberAt(4));
  site.num_strikes = static_cast<std::uint32_t>(row.NumberAt(5));
  return site;
}

PoolResult<std::optional<FeedbackSite>> ReadSite(Database& database, std::string_view host) {
  Query query = database.Prepare(
      "SELECT host, last_contact_ms, last_attempt_ms, num_attempts, num_successes, num_strikes "
      "FROM sites WHERE host = ?");
  PoolResult<std::optional<FeedbackSite>> site = query.Text(host).Find(SiteOf);
  if (!site || !*site) {
    return site;
  }
  Query bundles = database.Prepare(
      "SELECT chain, scts, num_reports FROM site_bundles WHERE host = ? ORDER BY chain");
  PoolResult<std::vector<FeedbackBundle>> read =
      bundles.Text(host).Collect([&](const Query& row) { return BundleOf(database, row); });
  if (!read) {
    return tl::unexpected(read.error());
  }
  (*site)->bundles = *std::move(read);
  return site;
}

}  // namespace

PoolResult<std::optional<FeedbackSite>> SiteBook::FindSite(std::string_view host) const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&] { return ReadSite(state.database, host); });
}

PoolResult<void> SiteBook::SetSite(const FeedbackSite& site) {
  PoolState& state = *pool_.state_;
  return WriteInTurn(state, [&]() -> PoolResult<void> {
    if (site.host.empty() || site.host.size() > kMaxHostName) {
      return tl::unexpected(state.Refused("a site's host name is none"));
    }
    if (site.bundles.size() > kMaxSiteBundles ||
        !std::all_of(site.bundles.begin(), site.bundles.end(), IsKept)) {
      return tl::unexpected(state.Refused("what a site showed cannot be kept"));
    }
    const PoolResult<std::uint64_t> max_bundles = MaxBundlesOf(state, site.host);
    if (!max_bundles) {
      return tl::unexpected(max_bundles.error());
    }
    if (site.bundles.size() > *max_bundles) {
      return tl::unexpected(state.Refused("there is no room for more of what sites showed"));
    }
    return StoreSite(state, site);
  });
}

PoolResult<std::vector<SiteSummary>> SiteBook::ListSites() const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&] {
    Query query = state.database.Prepare(
        "SELECT host, last_contact_ms, last_attempt_ms, num_attempts, num_successes, num_strikes, "
        "(SELECT count(*) FROM site_bundles WHERE site_bundles.host = sites.host), "
        "(SELECT count(*) FROM site_bundles WHERE site_bundles.host = sites.host AND "
        "num_reports = 0) FROM sites ORDER BY host");
    return query.Collect([](const Query& row) -> PoolResult<SiteSummary> {
      PoolResult<FeedbackSite> site = SiteOf(row);
      return SiteSummary{*std::move(site), row.NumberAt(6), row.NumberAt(7)};
    });
  });
}

PoolResult<std::vector<std::string>> SiteBook::HostsWithNews(std::size_t limit,
                                                             std::uint64_t now_ms) const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&] {
    Query query = state.database.Prepare(
        "SELECT sites.host FROM sites JOIN peers ON peers.host = sites.host WHERE is_willing = 1 "
        "AND expires_ms >= ? AND num_strikes < ? AND (last_attempt_ms IS NULL OR "
        "(sites.last_contact_ms > last_attempt_ms AND ? >= last_attempt_ms + "
        "iif(num_successes * 10 > num_attempts, ?, ?))) AND EXISTS (SELECT 1 FROM site_bundles "
        "WHERE site_bundles.host = sites.host AND num_reports = 0) "
        "ORDER BY sites.last_contact_ms DESC LIMIT ?");
    return query.Number(now_ms)
        .Number(kFeedbackStrikes)
        .Number(now_ms)
        .Number(kFeedbackPauseMs)
        .Number(kFeedbackRetryMs + 1)
        .Number(limit)
        .Collect(
            [](const Query& row) -> PoolResult<std::string> { return std::string(row.TextAt(0)); });
  });
}

}  // namespace tattle
