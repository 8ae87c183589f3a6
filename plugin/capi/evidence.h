// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The caller's evidence, checked.

#ifndef TATTLE_PLUGIN_CAPI_EVIDENCE_H_
#define TATTLE_PLUGIN_CAPI_EVIDENCE_H_

#include <tattle/tattle.h>

#include "core/verify/verify.h"
#include "plugin/capi/guard.h"

namespace tattle::capi {

// ReadEvidence borrows from the caller. Fails for null, for sizes and lengths that cannot be, and
// without a leaf.
Outcome<Evidence> ReadEvidence(const tattle_evidence* given);

}  // namespace tattle::capi

#endif  // TATTLE_PLUGIN_CAPI_EVIDENCE_H_
