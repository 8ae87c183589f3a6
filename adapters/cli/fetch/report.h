// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle fetch` says of a transfer.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_REPORT_H_
#define TATTLE_ADAPTERS_CLI_FETCH_REPORT_H_

#include <cstdint>
#include <string>

#include "adapters/cli/fetch/transfer.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {

// RenderSession is the judgement of the last connection for people: scope, SCTs, verdict. All text
// is sanitised.
std::string RenderSession(const tattle_session* session, std::uint64_t now_ms, const Style& style);

// RenderGossiped is what was gossiped, in lines.
std::string RenderGossiped(const Gossiped& gossip);

// RenderFetchJson is one object on a line. Without `with_gossip` its gossip is null.
std::string RenderFetchJson(const std::string& url, const Fetched& fetched, bool with_gossip);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_REPORT_H_
