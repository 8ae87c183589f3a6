// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/gossip_client.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/der/certificate.h"
#include "core/der/extension.h"
#include "core/gossip/bounds.h"
#include "core/wire/sct.h"
#include "plugin/net/http_status.h"
#include "plugin/net/http_url.h"
#include "plugin/runtime/host_name.h"

namespace tattle {
namespace {

constexpr const char* kJson = "application/json";

// What a server may say to feedback, which is nothing.
constexpr std::size_t kMaxFeedbackAnswer = 64U << 10U;

// The paths that are deployed come first.
constexpr std::array kFamilies = {GossipFamily::kCt, GossipFamily::kCtGossip};

HttpOptions OptionsForGossip(HttpOptions options) {
  options.names_itself = false;
  options.follows = false;
  options.keeps_chain = true;
  options.allow_http = false;
  options.retries = 0;
  return options;
}

// UrlOf is where a site has an endpoint: made of what was read of the site, since libcurl takes
// other forms of it too ("https:/www.example:443").
Result<std::string> UrlOf(const std::string& site, std::string_view path) {
  const Outcome<std::string> host = HostOfSite(site);
  if (!host) {
    return Fail(Errc::kInvalidArgument, "site");
  }
  return "https://" + *host + std::string(path);
}

Result<GossipRequest> MakeRequest(const std::string& site, const GossipRoute& route,
                                  Result<std::string> body) {
  Result<std::string> url = UrlOf(site, route.path);
  if (!url || !body) {
    return tl::unexpected(url ? body.error() : url.error());
  }
  return GossipRequest{*std::move(url), *std::move(body)};
}

// ShownBy is what the connection of an answer has shown. SCTs of the handshake are not in it: it
// may show more than is known here, never less.
FeedbackEntry ShownBy(std::vector<ByteVector> chain) {
  FeedbackEntry shown;
  shown.x509_chain = std::move(chain);
  const Result<CertificateView> leaf =
      DecodeCertificate(shown.x509_chain.empty() ? Bytes() : Bytes(shown.x509_chain.front()));
  const Result<Bytes> list = leaf && leaf->sct_list_value
                                 ? DecodeSctListExtension(*leaf->sct_list_value)
                                 : tl::unexpected(Error{Errc::kMissing, 0, "sct_list"});
  const Result<std::vector<Bytes>> items =
      list ? SplitSctList(*list) : tl::unexpected(list.error());
  for (const Bytes item : items.value_or(std::vector<Bytes>())) {
    shown.scts.push_back(ToVector(item));
  }
  return shown;
}

Willingness WillingnessOf(const HttpAnswer& answer) {
  std::vector<std::string_view> values;
  for (const auto& [name, value] : answer.headers) {
    if (name == "transgossipenabled") {
      values.emplace_back(value);
    }
  }
  return DecodeTransGossipEnabled(values);
}

bool IsMissingStatus(int status) {
  return status == kNotFound || status == kMethodNotAllowed;
}

bool IsMissing(const Failure& failure) {
  return IsMissingStatus(failure.http_status);
}

}  // namespace

Outcome<std::string> HostOfSite(const std::string& site) {
  const Outcome<HttpOrigin> origin = ReadHttpOrigin(site);
  if (!origin) {
    return Sorry(site.find("://") == std::string::npos ? "write https://HOST, or https://HOST:PORT"
                                                       : origin.error());
  }
  if (origin->scheme != "https") {
    return Sorry("gossip goes over https only");
  }
  const std::size_t authority = std::string_view("https://").size();
  if (site.find_first_of("/?#", authority) != std::string::npos) {
    return Sorry("name the site only, such as https://www.example: the path is always the same");
  }
  const std::string host = CanonicalHost(origin->host);
  return origin->port == "443" ? host : host + ":" + origin->port;
}

Result<GossipRequest> MakePollination(const std::string& site, GossipFamily family,
                                      std::span<const GossipHead> heads) {
  const auto route = FindGossipRoute(GossipEndpoint::kSthPollination, family);
  return MakeRequest(site, *route, EncodeHeads(route->heads, heads));
}

Result<GossipRequest> MakeSctFeedback(const std::string& site, GossipFamily family,
                                      std::span<const FeedbackEntry> entries) {
  const auto route = FindGossipRoute(GossipEndpoint::kSctFeedback, family);
  return MakeRequest(site, *route, EncodeFeedback(route->feedback, entries, kMaxFeedbackSize));
}

std::string FormatGossipRequest(const GossipRequest& request) {
  const std::string_view rest =
      std::string_view(request.url).substr(std::string_view("https://").size());
  const std::size_t slash = rest.find('/');
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
      "content-type: {}\r\nContent-Length: {}\r\n\r\n{}",
      rest.substr(slash), rest.substr(0, slash), kJson, request.body.size(), request.body);
}

GossipClient::GossipClient(HttpOptions options) : options_(OptionsForGossip(std::move(options))) {}

Answer<GossipReply> GossipClient::Send(const GossipRequest& request, bool heads_come_back) const {
  HttpClient http(options_);
  Answer<HttpAnswer> answer = http.Post(request.url, kJson, AsBytes(request.body),
                                        heads_come_back ? kMaxHeadMessageSize : kMaxFeedbackAnswer);
  if (!answer) {
    return tl::unexpected(std::move(answer.error()));
  }
  if (answer->status != kOk) {
    Failure failure =
        MakeFailure(FailureKind::kStatus, request.url,
                    "HTTP status " + std::to_string(answer->status) +
                        (IsMissingStatus(answer->status) ? ": this server takes no gossip" : ""));
    failure.http_status = answer->status;
    return tl::unexpected(std::move(failure));
  }
  GossipReply reply;
  reply.willingness = WillingnessOf(*answer);
  if (heads_come_back && !answer->body.empty()) {
    Result<HeadMessage> heads = DecodeHeads(answer->body);
    if (!heads) {
      return FailWith(FailureKind::kMalformed, request.url,
                      "the answer is no message of gossip: " + Describe(heads.error()));
    }
    reply.heads = *std::move(heads);
  }
  reply.shown = ShownBy(std::move(answer->chain));
  return reply;
}

Answer<GossipReply> GossipClient::SendAnyhow(const std::string& site, const Make& make,
                                             bool heads_come_back) const {
  std::optional<Answer<GossipReply>> first;
  for (const GossipFamily family : kFamilies) {
    const Result<GossipRequest> request = make(family);
    if (!request) {
      return FailWith(FailureKind::kRefused, site, Describe(request.error()));
    }
    Answer<GossipReply> reply = Send(*request, heads_come_back);
    if (reply || !IsMissing(reply.error())) {
      return reply;
    }
    first = first ? std::move(first) : std::move(reply);
  }
  return *std::move(first);
}

Answer<GossipReply> GossipClient::Pollinate(const std::string& site,
                                            std::span<const GossipHead> heads) const {
  return SendAnyhow(
      site, [&](GossipFamily family) { return MakePollination(site, family, heads); }, true);
}

Answer<GossipReply> GossipClient::GiveFeedback(const std::string& site,
                                               std::span<const FeedbackEntry> entries) const {
  return SendAnyhow(
      site, [&](GossipFamily family) { return MakeSctFeedback(site, family, entries); }, false);
}

}  // namespace tattle
