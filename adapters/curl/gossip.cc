// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a handle learns of willing servers, and what it sends them.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <new>
#include <span>
#include <utility>

#include "adapters/curl/transfer.h"

namespace tattle::curl {
namespace {

// Heads that a handle remembers to have offered, 16 for each of 64 hosts, and for how long: none
// but those that everybody gets wait for a host longer.
constexpr std::size_t kMaxOffered = 1024;
constexpr std::uint64_t kOfferedMs = 86'400'000;

// An answer to a POST of heads; what is larger is not told.
constexpr std::size_t kMaxGossipAnswer = 128U << 10U;

constexpr long kOk = 200;

bool Has(const std::vector<std::size_t>& heads, std::size_t head) {
  return std::find(heads.begin(), heads.end(), head) != heads.end();
}

// HashHeads is one hash for each head that is offered to a host, whether the header has room for it
// or not: a header takes all of them out of the outbox. In the body each is a JSON object that has
// no other within it.
std::vector<std::size_t> HashHeads(const tattle_heads* heads, const std::string& host) {
  const std::string_view body = tattle_heads_get0_body(heads);
  std::vector<std::size_t> hashes;
  // The first brace is the message's.
  for (std::size_t start = body.find('{', 1); start < body.size();) {
    const std::size_t end = body.find('}', start);
    hashes.push_back(std::hash<std::string>()(host + std::string(body.substr(start, end - start))));
    start = body.find('{', end);
  }
  return hashes;
}

// libcurl's signature.
// NOLINTNEXTLINE(readability-function-size)
std::size_t TakeBody(char* part, std::size_t size, std::size_t count, void* arg) {
  const std::size_t len = size * count;
  return static_cast<Transfer*>(arg)->OnBody({part, len}) ? len : 0;
}

void Tell(const tattle_client* client, const std::string& host, tattle_gossip what,
          std::string_view said, std::uint64_t now_ms) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(said));
  tattle_client_note_gossip(
      client, host.c_str(), what,
      static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data())), bytes.size(),
      now_ms);
}

}  // namespace

// IsNewOffer says whether the handle has sent none of these heads, but in the header of the request
// before, which went over the same connection.
bool Transfer::IsNewOffer(const std::vector<std::size_t>& heads) const {
  const std::uint64_t now_ms = NowMs();
  const auto is_known = [&](std::size_t head) {
    return !Has(request_.offered, head) &&
           std::any_of(offered_.begin(), offered_.end(), [&](const Offered& one) {
             return one.head == head && now_ms < one.sent_ms + kOfferedMs;
           });
  };
  return !heads.empty() && std::none_of(heads.begin(), heads.end(), is_known);
}

// NoteOffer is for what is sent next: tattled hears of it first, since of what is sent there may be
// no answer.
void Transfer::NoteOffer(const std::vector<std::size_t>& heads) {
  for (const std::size_t head : heads) {
    offered_.push_back({head, NowMs()});
  }
  if (offered_.size() > kMaxOffered) {
    offered_.erase(offered_.begin(), offered_.end() - static_cast<std::ptrdiff_t>(kMaxOffered));
  }
  Tell(client_.get(), request_.target.host, TATTLE_GOSSIP_OFFERED, {}, NowMs());
}

HeadsPtr Transfer::HeadsForTarget() const {
  tattle_heads* heads = nullptr;
  static_cast<void>(
      tattle_heads_new(client_.get(), &heads, request_.target.host.c_str(), NowMs(), nullptr));
  return HeadsPtr(heads);
}

// MayGossip: never with what tells the server who is asking.
bool Transfer::MayGossip() const {
  return request_.is_trustworthy && !request_.has_certificate && !request_.target.host.empty() &&
         !MayHaveCookies(easy_, request_.target.host);
}

// OfferHeads sets the header fields of the request that comes next, and takes back those of the
// one before.
void Transfer::OfferHeads() {
  if (!settings_.offer_heads) {
    return;
  }
  curl_slist* fields = headers_;
  if (MayGossip() && !request_.target.has_user && !HasSecret(headers_)) {
    HeadsPtr heads = HeadsForTarget();
    const char* const header = tattle_heads_get0_header(heads.get());
    std::vector<std::size_t> hashes = HashHeads(heads.get(), request_.target.host);
    if (*header != '\0' && IsNewOffer(hashes)) {
      NoteOffer(hashes);
      header_line_ = "TransGossip: ";
      header_line_.append(header);
      request_.offered = std::move(hashes);
      request_.heads = std::move(heads);
      header_ = {header_line_.data(), headers_};
      fields = &header_;
    }
  }
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, fields);
}

// Learn tells tattled what the last answer said. Where libcurl had to send a request twice it has
// counted it once, and we twice: then there is no answer of that number yet, and never one of
// another host.
void Transfer::Learn() {
  if (!request_.is_trustworthy || num_requests_ == 0) {
    return;
  }
  const int number = num_requests_ - 1;
  TellEnabled(number);
  const std::string header = ReadAnswer(easy_, "TransGossip", number);
  if (!header.empty()) {
    Tell(client_.get(), request_.target.host, TATTLE_GOSSIP_HEADER, header, NowMs());
  }
}

void Transfer::TellEnabled(int request) const {
  const std::string enabled = ReadAnswer(easy_, "TransGossipEnabled", request);
  if (!enabled.empty()) {
    Tell(client_.get(), request_.target.host, TATTLE_GOSSIP_ENABLED, enabled, NowMs());
  }
}

bool Transfer::SetHeaders(curl_slist* headers) {
  headers_ = headers;
  return is_gossip_ || curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
}

bool Transfer::PrepareGossip(tattle_status& failed) {
  failed = TATTLE_OK;
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (is_gossip_ || !MayGossip() || request_.target.pollination.empty() ||
      curl_easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
      socket == CURL_SOCKET_BAD) {
    return false;
  }
  // What was offered in a header nobody is given again.
  const HeadsPtr heads = request_.heads != nullptr ? std::move(request_.heads) : HeadsForTarget();
  const char* body = tattle_heads_get0_body(heads.get());
  const std::vector<std::size_t> hashes = HashHeads(heads.get(), request_.target.host);
  if (!IsNewOffer(hashes)) {
    return false;
  }
  NoteOffer(hashes);
  request_.offered.clear();
  answer_.clear();
  is_answer_whole_ = true;
  is_gossip_ = true;
  is_gossip_sent_ = false;
  if (!SetGossipOptions(body)) {
    ResetRequestOptions();
    is_gossip_ = false;
    failed = TATTLE_ERR_INTERNAL;
    return false;
  }
  return true;
}

// SetGossipOptions: a request of its own, which has nothing of the program's in it.
bool Transfer::SetGossipOptions(const char* body) {
  ResetRequestOptions();
  gossip_headers_.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
  // No "Expect: 100-continue", which costs a second where a server does not know it.
  if (gossip_headers_ == nullptr ||
      curl_slist_append(gossip_headers_.get(), "Expect:") == nullptr) {
    return false;
  }
  return curl_easy_setopt(easy_, CURLOPT_URL, request_.target.pollination.c_str()) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_POST, 1L) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{-1}) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_COPYPOSTFIELDS, body) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, gossip_headers_.get()) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &TakeBody) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this) == CURLE_OK;
}

// ResetRequestOptions makes them what curl_easy_init has made them. What a libcurl does not know,
// or was built without, it refuses, and then nothing of it is set.
void Transfer::ResetRequestOptions() {
  constexpr CURLoption kTexts[] = {CURLOPT_URL,
                                   CURLOPT_CUSTOMREQUEST,
                                   CURLOPT_REFERER,
                                   CURLOPT_USERAGENT,
                                   CURLOPT_COOKIE,
                                   CURLOPT_USERPWD,
                                   CURLOPT_USERNAME,
                                   CURLOPT_PASSWORD,
                                   CURLOPT_RANGE,
                                   CURLOPT_XOAUTH2_BEARER,
                                   CURLOPT_ACCEPT_ENCODING,
                                   CURLOPT_AWS_SIGV4,
                                   CURLOPT_REQUEST_TARGET,
                                   CURLOPT_NETRC_FILE};
  for (const CURLoption option : kTexts) {
    curl_easy_setopt(easy_, option, nullptr);
  }
  // The order counts: the last method that is set is the one that holds.
  constexpr CURLoption kNumbers[] = {CURLOPT_NOBODY,
                                     CURLOPT_UPLOAD,
                                     CURLOPT_AUTOREFERER,
                                     CURLOPT_FOLLOWLOCATION,
                                     CURLOPT_FAILONERROR,
                                     CURLOPT_NETRC,
                                     CURLOPT_HEADER,
                                     CURLOPT_TIMECONDITION,
                                     CURLOPT_TRANSFER_ENCODING,
                                     CURLOPT_UNRESTRICTED_AUTH,
                                     CURLOPT_CONNECT_ONLY};
  for (const CURLoption option : kNumbers) {
    curl_easy_setopt(easy_, option, 0L);
  }
  curl_easy_setopt(easy_, CURLOPT_RESUME_FROM_LARGE, curl_off_t{0});
  curl_easy_setopt(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(easy_, CURLOPT_READFUNCTION, nullptr);
  curl_easy_setopt(easy_, CURLOPT_READDATA, stdin);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, nullptr);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, stdout);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, nullptr);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, nullptr);
  curl_easy_setopt(easy_, CURLOPT_TRAILERFUNCTION, nullptr);
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(easy_, CURLOPT_MIMEPOST, nullptr);
  curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

bool Transfer::OnBody(std::string_view part) {
  if (part.size() > kMaxGossipAnswer - answer_.size()) {
    is_answer_whole_ = false;
    return true;  // it is read, for the connection's sake
  }
  try {
    answer_.append(part);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool Transfer::FinishGossip() {
  if (!is_gossip_) {
    return false;
  }
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  // Else what can be read is of the transfer before.
  const bool is_taken = is_gossip_sent_ && status == kOk;
  if (is_gossip_sent_) {
    try {
      TellEnabled(0);  // who wants none of it any more may say so with any status
    } catch (const std::bad_alloc&) {
      // It is said again with the next answer.
    }
  }
  if (is_taken && is_answer_whole_) {
    Tell(client_.get(), request_.target.host, TATTLE_GOSSIP_HEADS, answer_, NowMs());
  }
  is_gossip_ = false;
  answer_.clear();
  ResetRequestOptions();
  gossip_headers_.reset();
  return is_taken;
}

}  // namespace tattle::curl
