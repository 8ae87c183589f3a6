// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Questions to a log's server, whichever protocol it speaks. Private to the log clients.

#ifndef TATTLE_PLUGIN_NET_LOG_REQUEST_H_
#define TATTLE_PLUGIN_NET_LOG_REQUEST_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/wire/signed_entry.h"
#include "core/wire/tree_head.h"
#include "plugin/net/failure.h"
#include "plugin/net/http_client.h"

namespace tattle {

// Fetched is what a server said, with the question for sentences.
struct Fetched {
  std::string url;
  ByteVector body;
};

// Fetch asks and takes status 200 for an answer. 404 and 410 are kNotFound, all else kStatus, with
// the beginning of what the server said to it.
Answer<Fetched> Fetch(HttpClient& http, const std::string& url, std::size_t max_size);

// FailDecoding says that an answer cannot be read: kTooLarge beyond a bound, else kMalformed.
tl::unexpected<Failure> FailDecoding(std::string_view url, const Error& error);

// KeepBody puts the answer into a failure, for evidence. Beyond kMaxFailureBody `rebuilt`, which
// says the same in fewer bytes, takes its place, or nothing: half an answer is no evidence.
void KeepBody(Failure& failure, Bytes body, std::string_view rebuilt = {});

// FailWithBody does so with a failure that it makes.
tl::unexpected<Failure> FailWithBody(FailureKind kind, std::string_view url, std::string_view what,
                                     Bytes body, std::string_view rebuilt = {});

// CompareHeads says of two heads all that can be said without asking the log: true where they are
// consistent, false where a proof is needed. Of one size with different roots, or an empty tree
// with a root that is not EmptyRoot(), they are kWrong; with the older one larger, kRefused.
Answer<bool> CompareHeads(const TreeHead& older, const TreeHead& newer);

// FetchLogRoots is get-roots.
Answer<std::vector<ByteVector>> FetchLogRoots(const Log& log, HttpClient& http);

// SubmitChain is add-chain, or add-pre-chain for a precertificate. The SerializedSCT that it gives
// is of this log, and verifies over what was submitted.
Answer<ByteVector> SubmitChain(const Log& log, HttpClient& http, EntryType type,
                               std::span<const ByteVector> chain);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_LOG_REQUEST_H_
