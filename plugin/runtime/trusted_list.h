// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A log list with the digest that names this version of it.

#ifndef TATTLE_PLUGIN_RUNTIME_TRUSTED_LIST_H_
#define TATTLE_PLUGIN_RUNTIME_TRUSTED_LIST_H_

#include <memory>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"

namespace tattle {

struct TrustedList {
  std::shared_ptr<const LogList> logs;  // never null in a list that was made below
  Hash digest = {};                     // SHA-256 of the text that it was read from
};

// DecodeTrustedList reads JSON or ctlog; keys that the pinned list denies stay denied.
Result<TrustedList> DecodeTrustedList(Bytes text);

// PinnedTrustedList is the list that is built in.
Result<TrustedList> PinnedTrustedList();

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_TRUSTED_LIST_H_
