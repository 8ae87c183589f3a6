// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Entries of a log for people and programs.

#ifndef TATTLE_ADAPTERS_CLI_LOG_ENTRY_TEXT_H_
#define TATTLE_ADAPTERS_CLI_LOG_ENTRY_TEXT_H_

#include <string>

#include "plugin/net/log_client.h"

namespace tattle::cli {

// RenderEntry is a line: index, type, time, and the names in the certificate. Of a precertificate
// they are those of the TBS that the tree has, not of what was submitted, which it does not cover.
std::string RenderEntry(const LogEntryView& entry);

// RenderEntryJson is one object on one line:
//   leaf_index, type ("x509_entry" or "precert_entry"), time (RFC 3339), timestamp, leaf_hash
//   (base64), subject (null for what cannot be read), names
std::string RenderEntryJson(const LogEntryView& entry);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_LOG_ENTRY_TEXT_H_
