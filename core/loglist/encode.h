// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Log lists to bytes.

#ifndef TATTLE_CORE_LOGLIST_ENCODE_H_
#define TATTLE_CORE_LOGLIST_ENCODE_H_

#include <string>

#include "core/loglist/log_list.h"

namespace tattle {

// EncodeLogListJson writes the v3 JSON schema, one member a line. What it writes decodes to the
// same content, with logs gathered by operator and RFC 6962 logs before static ones; what we do not
// keep (email addresses, unknown fields, skipped entries) is gone.
std::string EncodeLogListJson(const LogList& list);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_ENCODE_H_
