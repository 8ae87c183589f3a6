// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What Tattle keeps of an easy handle, from one transfer to the next.

#ifndef TATTLE_ADAPTERS_CURL_TRANSFER_H_
#define TATTLE_ADAPTERS_CURL_TRANSFER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <tattle/curl.h>

#include "adapters/curl/claim.h"
#include "adapters/curl/context.h"
#include "adapters/curl/handles.h"
#include "adapters/curl/request.h"
#include "adapters/curl/settings.h"

namespace tattle::curl {

// Endpoints are what libcurl tells a CURLOPT_PREREQFUNCTION.
struct Endpoints {
  char* remote_ip = nullptr;
  char* local_ip = nullptr;
  int remote_port = 0;
  int local_port = 0;
};

// Transfer is for the thread that uses the handle, which must outlive it.
class Transfer {
 public:
  Transfer(CURL* easy, ClientPtr client, Settings settings);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // is_alone is false where the handle is attached already: then nothing else here may be called.
  bool is_alone() const { return claim_.is_held(); }

  // Install sets what has to be set on the handle; false where libcurl refuses an option.
  [[nodiscard]] bool Install();

  // Uninstall leaves what the program named in the settings.
  void Uninstall();

  // What libcurl calls.
  CURLcode OnContext(CURL* easy, SSL_CTX* context);
  int OnRequest(const Endpoints& endpoints);
  bool OnBody(std::string_view part);

  // Finish takes up what the transfer has left.
  void Finish();

  // What Finish took.
  const tattle_session* session() const { return last_session_.get(); }
  const char* error() const { return last_error_.c_str(); }

  // SetHeaders borrows the list. False where libcurl refuses it.
  [[nodiscard]] bool SetHeaders(curl_slist* headers);

  // PrepareGossip says whether the handle's next transfer is a POST of heads now. `failed` where
  // libcurl refuses an option, or there is no memory.
  [[nodiscard]] bool PrepareGossip(tattle_status& failed);

  // FinishGossip says whether the server has taken them.
  bool FinishGossip();

 private:
  // Request is what is known of one: before it is sent, and until its answer was looked at.
  struct Request {
    Target target;
    const SSL* ssl = nullptr;          // to be compared only: curl may have freed it
    bool is_trustworthy = false;       // HTTPS, and the chain is valid for the host
    bool has_certificate = false;      // of the client
    std::vector<std::size_t> offered;  // heads in its header: see HashHeads
    HeadsPtr heads;                    // the same, and those that the header had no room for
  };

  std::uint64_t NowMs() const;
  bool IsRequired() const { return settings_.mode == TATTLE_MODE_REQUIRE; }
  JudgedBy Judge() const { return {tattle_client_id(client_.get()), settings_.mode}; }
  bool Abort(std::string_view why);
  bool Inspect(SSL* ssl);
  int CallProgram(const Endpoints& endpoints) const;
  bool SetNamed();

  // gossip.cc
  bool IsNewOffer(const std::vector<std::size_t>& heads) const;
  void NoteOffer(const std::vector<std::size_t>& heads);
  HeadsPtr HeadsForTarget() const;
  bool MayGossip() const;
  void OfferHeads();
  void Learn();
  void TellEnabled(int request) const;
  bool SetGossipOptions(const char* body);
  void ResetRequestOptions();

  CURL* const easy_;
  const Claim claim_;
  const ClientPtr client_;
  const Settings settings_;
  const std::string ciphers_;
  const std::string proxy_ciphers_;
  std::shared_ptr<Refusal> refusal_ = std::make_shared<Refusal>();

  // Of the transfer that is under way.
  Request request_;
  int num_requests_ = 0;
  SessionPtr session_;
  std::string error_;

  // Of the one before.
  SessionPtr last_session_;
  std::string last_error_;

  // Offered is a head that this handle has sent already, by a hash of it and of the host.
  struct Offered {
    std::size_t head = 0;
    std::uint64_t sent_ms = 0;
  };
  std::vector<Offered> offered_;
  curl_slist* headers_ = nullptr;  // the program's
  std::string header_line_;
  curl_slist header_ = {nullptr, nullptr};  // the line of heads, in front of headers_
  bool is_gossip_ = false;
  bool is_gossip_sent_ = false;
  std::string answer_;  // to a POST of heads
  bool is_answer_whole_ = true;
  ListPtr gossip_headers_;
};

}  // namespace tattle::curl

struct tattle_curl final : tattle::curl::Transfer {
  using Transfer::Transfer;
};

#endif  // TATTLE_ADAPTERS_CURL_TRANSFER_H_
