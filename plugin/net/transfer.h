// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One exchange with a server over libcurl, without trying again and without following. Private to
// HttpClient.

#ifndef TATTLE_PLUGIN_NET_TRANSFER_H_
#define TATTLE_PLUGIN_NET_TRANSFER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "core/base/bytes.h"
#include "plugin/net/failure.h"
#include "plugin/net/http_client.h"

namespace tattle {

struct TransferRequest {
  std::string url;
  std::optional<std::string> content_type;  // of a POST; nothing: GET
  Bytes body;                               // of a POST
  std::size_t max_size = 0;                 // of the answer's body, unpacked
};

struct Transfer {
  HttpAnswer answer;
  std::string redirect_url;                     // absolute; empty: no redirect
  std::optional<std::uint64_t> retry_after_ms;  // from now on
};

struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;

// Transferrer holds the connections. For one thread at a time.
class Transferrer {
 public:
  // The options are borrowed.
  explicit Transferrer(const HttpOptions& options);

  Answer<Transfer> Run(const TransferRequest& request);

 private:
  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void Configure() const;
  std::optional<CURLcode> Perform() const;  // nothing: we were asked to stop

  const HttpOptions& options_;
  CurlList connect_to_;
  // The multi handle keeps the connections; a poll on it can be woken up, which that of
  // curl_easy_perform cannot.
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_TRANSFER_H_
