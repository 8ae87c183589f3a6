// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A report with all that it borrows from, to be shared.

#ifndef TATTLE_PLUGIN_RUNTIME_FACTS_H_
#define TATTLE_PLUGIN_RUNTIME_FACTS_H_

#include <memory>
#include <string>
#include <vector>

#include "core/loglist/log_list.h"
#include "core/verify/report.h"

namespace tattle {

// Facts are immutable and shared between sessions, the cache and handles. The report borrows from
// the list, or from what follows it; `reasons` are DescribeSct's, one an SCT.
struct Facts {
  std::shared_ptr<const LogList> logs;  // null where they are detached
  std::vector<std::shared_ptr<const Log>> own_logs;
  std::vector<std::shared_ptr<const DeniedLog>> own_denied;
  Report report;
  std::vector<std::string> reasons;
};

// ShareFacts makes them of a report over `logs`.
std::shared_ptr<const Facts> ShareFacts(std::shared_ptr<const LogList> logs, Report report);

// FactsAt are the facts at another time: an SCT may have lain in the future and lie there no more,
// or the clock was set back. The same object where nothing changed. Which certificates and logs
// there are, and what the signatures say, does not depend on time.
std::shared_ptr<const Facts> FactsAt(std::shared_ptr<const Facts> facts, std::uint64_t now_ms);

// DetachFacts are the same with copies of the few logs that they name, for who keeps them for long:
// a connection that is up for months is not to hold a whole list that was replaced since. They are
// not for JudgeFacts, and their logs have no keys.
std::shared_ptr<const Facts> DetachFacts(const Facts& facts);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_FACTS_H_
