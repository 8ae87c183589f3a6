// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Owners of what libcurl and libtattle make.

#ifndef TATTLE_ADAPTERS_CURL_HANDLES_H_
#define TATTLE_ADAPTERS_CURL_HANDLES_H_

#include <memory>

#include <curl/curl.h>

#include <tattle/gossip.h>

namespace tattle::curl {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using ClientPtr = std::unique_ptr<tattle_client, Deleter<tattle_client_free>>;
using HeadsPtr = std::unique_ptr<tattle_heads, Deleter<tattle_heads_free>>;
using ListPtr = std::unique_ptr<curl_slist, Deleter<curl_slist_free_all>>;
using SessionPtr = std::unique_ptr<tattle_session, Deleter<tattle_session_free>>;
using UrlPtr = std::unique_ptr<CURLU, Deleter<curl_url_cleanup>>;

// ShareSession is null for null, and where there is no memory.
inline SessionPtr ShareSession(const tattle_session* session) {
  tattle_session* share = nullptr;
  static_cast<void>(tattle_session_share(session, &share, nullptr));
  return SessionPtr(share);
}

}  // namespace tattle::curl

#endif  // TATTLE_ADAPTERS_CURL_HANDLES_H_
