// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What follows from two heads of a pool with one size and different roots.

#ifndef TATTLE_PLUGIN_AUDIT_FILE_SPLIT_H_
#define TATTLE_PLUGIN_AUDIT_FILE_SPLIT_H_

#include <cstdint>

#include "core/loglist/log_list.h"
#include "plugin/audit/evidence_desk.h"
#include "plugin/pool/pool.h"

namespace tattle {

// FileSplit files the evidence, if there is room for it, and keeps the heads for good.
PoolResult<void> FileSplit(Pool& pool, EvidenceDesk& desk, const Log& log, const HeadSplit& split,
                           std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_FILE_SPLIT_H_
