// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_ADAPTERS_CURL_SETTINGS_H_
#define TATTLE_ADAPTERS_CURL_SETTINGS_H_

#include <cstdint>
#include <string>

#include <curl/curl.h>

#include <tattle/tattle.h>

namespace tattle::curl {

// Settings are tattle_curl_options, owned.
struct Settings {
  std::uint64_t (*now_ms)(void* arg) = nullptr;  // null: the system's clock
  void* now_arg = nullptr;
  tattle_mode mode = 0;  // never 0 once made
  bool allow_cleartext = false;
  bool offer_heads = false;
  std::string tls13_ciphers;
  std::string proxy_tls13_ciphers;
  bool has_tls13_ciphers = false;  // the program named some
  bool has_proxy_tls13_ciphers = false;
  curl_ssl_ctx_callback ssl_ctx = nullptr;
  void* ssl_ctx_arg = nullptr;
  curl_prereq_callback prereq = nullptr;
  void* prereq_arg = nullptr;
};

}  // namespace tattle::curl

#endif  // TATTLE_ADAPTERS_CURL_SETTINGS_H_
