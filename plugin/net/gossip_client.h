// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipClient: messages of gossip to a web server or an auditor, and what comes back.

#ifndef TATTLE_PLUGIN_NET_GOSSIP_CLIENT_H_
#define TATTLE_PLUGIN_NET_GOSSIP_CLIENT_H_

#include <functional>
#include <span>
#include <string>

#include "core/gossip/endpoint.h"
#include "core/gossip/feedback.h"
#include "core/gossip/header.h"
#include "core/gossip/heads.h"
#include "plugin/net/failure.h"
#include "plugin/net/http_client.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// GossipRequest is a POST as it goes out. There is nothing else in it: no cookie, no credentials,
// no client certificate, no referrer, no name of a program.
struct GossipRequest {
  std::string url;
  std::string body;  // JSON
};

// HostOfSite is how a site is called where hosts are: "www.example", with its port where that is
// not 443. Fails with the second half of a sentence for what is no https URL of scheme, host and
// port.
Outcome<std::string> HostOfSite(const std::string& site);

// MakePollination writes heads for a site, in the dialect of one of the two families of paths.
// Fails as EncodeHeads, and with kInvalidArgument for a URL that HostOfSite does not take.
Result<GossipRequest> MakePollination(const std::string& site, GossipFamily family,
                                      std::span<const GossipHead> heads);

// MakeSctFeedback does so for what the site has shown.
Result<GossipRequest> MakeSctFeedback(const std::string& site, GossipFamily family,
                                      std::span<const FeedbackEntry> entries);

// FormatGossipRequest is a request as HTTP/1.1 has it, byte for byte what a server gets that speaks
// no newer version.
std::string FormatGossipRequest(const GossipRequest& request);

// GossipReply is what a server said to a message that it has taken.
struct GossipReply {
  HeadMessage heads;  // that came back, in the body; none of it verified
  Willingness willingness = Willingness::kAbsent;
  FeedbackEntry shown;  // by this connection: its chain, and what is embedded in its leaf
};

// GossipClient opens a connection for each exchange, since only a handshake of its own shows what
// the server shows at this moment. It follows no redirects and tries nothing twice, but for the
// other family of paths where the first is not there (404, 405). Thread-safe.
class GossipClient {
 public:
  // Of the options, those that a GossipRequest leaves no choice about are not looked at.
  explicit GossipClient(HttpOptions options);

  // Pollinate posts heads to a site. What comes back and cannot be read is kMalformed; an empty
  // body is no heads. Feedback is taken with 200 and nothing else (draft-ietf-trans-gossip-05,
  // Section 8.1.3). Else fails as HttpClient, kStatus for any other status.
  Answer<GossipReply> Pollinate(const std::string& site, std::span<const GossipHead> heads) const;
  Answer<GossipReply> GiveFeedback(const std::string& site,
                                   std::span<const FeedbackEntry> entries) const;

 private:
  using Make = std::function<Result<GossipRequest>(GossipFamily family)>;
  Answer<GossipReply> SendAnyhow(const std::string& site, const Make& make,
                                 bool heads_come_back) const;
  Answer<GossipReply> Send(const GossipRequest& request, bool heads_come_back) const;

  const HttpOptions options_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_GOSSIP_CLIENT_H_
