// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Owners of what libcurl and the public C API make.

#ifndef TATTLE_ADAPTERS_CLI_FETCH_HANDLES_H_
#define TATTLE_ADAPTERS_CLI_FETCH_HANDLES_H_

#include <memory>

#include <curl/curl.h>

#include <tattle/curl.h>

namespace tattle::cli {

template <auto kFree>
struct FetchDeleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

template <typename T, auto kFree>
using FetchPtr = std::unique_ptr<T, FetchDeleter<kFree>>;

using CtBuilderPtr = FetchPtr<tattle_client_builder, tattle_client_builder_free>;
using CtClientPtr = FetchPtr<tattle_client, tattle_client_free>;
using CtSessionPtr = FetchPtr<tattle_session, tattle_session_free>;
using CtCurlPtr = FetchPtr<tattle_curl, tattle_curl_detach>;
using CurlPtr = FetchPtr<CURL, curl_easy_cleanup>;
using CurlListPtr = FetchPtr<curl_slist, curl_slist_free_all>;
using CurlTextPtr = FetchPtr<char, curl_free>;
using CurlUrlPtr = FetchPtr<CURLU, curl_url_cleanup>;

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FETCH_HANDLES_H_
