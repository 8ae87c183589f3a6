// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle/curl.h: the boundary. Nothing thrown crosses.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <tattle/curl.h>

#include "adapters/curl/pool_key.h"
#include "adapters/curl/transfer.h"

namespace {

using tattle::curl::ClientPtr;
using tattle::curl::Settings;

// Clear leaves nothing of an earlier diagnosis.
void Clear(tattle_diag* diag) {
  if (diag != nullptr && diag->struct_size >= sizeof(tattle_diag)) {
    diag->code = 0;
    diag->offset = 0;
    std::fill(std::begin(diag->text), std::end(diag->text), '\0');
  }
}

// Fail completes a diagnosis that libtattle has approved.
tattle_status Fail(tattle_status status, tattle_diag* diag, std::string_view text) {
  Clear(diag);
  if (diag != nullptr && diag->struct_size >= sizeof(tattle_diag)) {
    diag->code = 1;  // any but that of success
    std::copy_n(text.begin(), std::min(text.size(), sizeof(diag->text) - 1),
                std::begin(diag->text));
  }
  return status;
}

// ReadStruct takes what an older program leaves out as zero, and is nothing for a size that none
// has, or where a newer one sets what we do not know.
std::optional<tattle_curl_options> ReadStruct(const tattle_curl_options* options) {
  constexpr std::size_t kMaxSize = 4096;
  tattle_curl_options known = TATTLE_CURL_OPTIONS_INIT;
  if (options == nullptr) {
    return known;
  }
  const std::size_t size = options->struct_size;
  if (size < sizeof(options->struct_size) || size % alignof(tattle_curl_options) != 0 ||
      size > kMaxSize) {
    return std::nullopt;
  }
  const std::span bytes(static_cast<const std::byte*>(static_cast<const void*>(options)), size);
  const std::span tail = bytes.subspan(std::min(size, sizeof(known)));
  if (std::any_of(tail.begin(), tail.end(), [](std::byte b) { return b != std::byte{0}; })) {
    return std::nullopt;
  }
  const std::span<std::byte> out = std::as_writable_bytes(std::span(&known, 1));
  std::copy_n(bytes.begin(), std::min(size, sizeof(known)), out.begin());
  return known;
}

Settings MakeSettings(const tattle_curl_options& options, const tattle_client* client,
                      const std::string& usual_ciphers) {
  Settings settings;
  settings.now_ms = options.now_ms;
  settings.now_arg = options.now_arg;
  settings.mode = options.mode != 0 ? options.mode : tattle_client_mode(client);
  settings.allow_cleartext = options.allow_cleartext != 0;
  settings.offer_heads = options.offer_heads != 0;
  settings.has_tls13_ciphers = options.tls13_ciphers != nullptr;
  settings.has_proxy_tls13_ciphers = options.proxy_tls13_ciphers != nullptr;
  settings.tls13_ciphers = settings.has_tls13_ciphers ? options.tls13_ciphers : usual_ciphers;
  settings.proxy_tls13_ciphers =
      settings.has_proxy_tls13_ciphers ? options.proxy_tls13_ciphers : usual_ciphers;
  settings.ssl_ctx = options.ssl_ctx;
  settings.ssl_ctx_arg = options.ssl_ctx_arg;
  settings.prereq = options.prereq;
  settings.prereq_arg = options.prereq_arg;
  return settings;
}

// WhatIsMissing is a sentence for a libcurl that will not do; null where it will.
const char* WhatIsMissing(CURL* easy) {
  constexpr unsigned kFirstWithPunycode = 0x075800;
  constexpr std::string_view kOpenSsl = "OpenSSL/";
  const curl_version_info_data* version = curl_version_info(CURLVERSION_NOW);
  if (version->version_num < kFirstWithPunycode) {
    return "easy: libcurl is older than 7.88";
  }
  // The libraries that are not in use stand in parentheses, and others pass themselves off as it.
  const std::string_view library = version->ssl_version == nullptr ? "" : version->ssl_version;
  curl_tlssessioninfo* info = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == nullptr ||
      info->backend != CURLSSLBACKEND_OPENSSL || library.find(kOpenSsl) == std::string_view::npos) {
    return "easy: libcurl does not use OpenSSL";
  }
  return nullptr;
}

tattle_status Attach(CURL* easy, ClientPtr client, const tattle_curl_options& options,
                     std::unique_ptr<tattle_curl>& out, tattle_diag* diag) {
  if (options.mode < 0 || options.mode > TATTLE_MODE_REQUIRE || options.reserved != 0) {
    return Fail(TATTLE_ERR_MISUSE, diag, "options: a mode that there is not, or reserved is set");
  }
  if (const char* missing = WhatIsMissing(easy); missing != nullptr) {
    return Fail(TATTLE_ERR_UNSUPPORTED, diag, missing);
  }
  const std::optional<std::string> usual_ciphers = tattle::curl::DefaultCiphers();
  if (!usual_ciphers) {
    return Fail(TATTLE_ERR_MEMORY, diag,
                "easy: OpenSSL makes no context: out of memory, or without its algorithms");
  }
  Settings settings = MakeSettings(options, client.get(), *usual_ciphers);
  if (settings.tls13_ciphers.empty() || settings.proxy_tls13_ciphers.empty()) {
    return Fail(TATTLE_ERR_UNSUPPORTED, diag,
                "easy: OpenSSL is configured without TLS 1.3 ciphers");
  }
  out = std::make_unique<tattle_curl>(easy, std::move(client), std::move(settings));
  if (!out->is_alone()) {
    out.reset();
    return Fail(TATTLE_ERR_MISUSE, diag, "easy: is attached already");
  }
  if (!out->Install()) {
    out->Uninstall();
    out.reset();
    return Fail(TATTLE_ERR_INTERNAL, diag, "easy: libcurl refuses an option");
  }
  return TATTLE_OK;
}

}  // namespace

// The arguments of tattle_openssl_attach, and the handle.
// NOLINTNEXTLINE(readability-function-size)
tattle_status tattle_curl_attach(CURL* easy, tattle_curl** out, const tattle_client* client,
                                 const tattle_curl_options* options, tattle_diag* diag) {
  if (out != nullptr) {
    *out = nullptr;
  }
  tattle_client* share = nullptr;
  const tattle_status shared = tattle_client_share(client, &share, diag);
  ClientPtr owned(share);
  if (shared != TATTLE_OK) {
    return shared;
  }
  if (easy == nullptr || out == nullptr) {
    return Fail(TATTLE_ERR_MISUSE, diag, "easy, out: must not be NULL");
  }
  const std::optional<tattle_curl_options> known = ReadStruct(options);
  if (!known) {
    return Fail(TATTLE_ERR_STRUCT_SIZE, diag, "options.struct_size: is not one that can be");
  }
  try {
    std::unique_ptr<tattle_curl> made;
    const tattle_status status = Attach(easy, std::move(owned), *known, made, diag);
    *out = made.release();
    return status;
  } catch (const std::bad_alloc&) {
    return Fail(TATTLE_ERR_MEMORY, diag, "out of memory");
  }
}

void tattle_curl_detach(tattle_curl* ct) {
  if (ct != nullptr) {
    ct->Uninstall();
    delete ct;
  }
}

void tattle_curl_finish(tattle_curl* ct) {
  if (ct != nullptr) {
    ct->Finish();
  }
}

const tattle_session* tattle_curl_get0_session(const tattle_curl* ct) {
  return ct == nullptr ? nullptr : ct->session();
}

const char* tattle_curl_get0_error(const tattle_curl* ct) {
  return ct == nullptr ? "" : ct->error();
}

tattle_status tattle_curl_set_headers(tattle_curl* ct, struct curl_slist* headers) {
  if (ct == nullptr) {
    return TATTLE_ERR_MISUSE;
  }
  return ct->SetHeaders(headers) ? TATTLE_OK : TATTLE_ERR_INTERNAL;
}

tattle_status tattle_curl_gossip_prepare(tattle_curl* ct, int32_t* ready, tattle_diag* diag) {
  Clear(diag);
  if (ready != nullptr) {
    *ready = 0;
  }
  if (ct == nullptr || ready == nullptr) {
    return Fail(TATTLE_ERR_MISUSE, diag, "ct, ready: must not be NULL");
  }
  tattle_status status = TATTLE_OK;
  try {
    *ready = ct->PrepareGossip(status) ? 1 : 0;
  } catch (const std::bad_alloc&) {
    status = TATTLE_ERR_MEMORY;
  }
  return status == TATTLE_OK ? status : Fail(status, diag, "the handle cannot be prepared");
}

int32_t tattle_curl_gossip_finish(tattle_curl* ct) {
  return ct != nullptr && ct->FinishGossip() ? 1 : 0;
}
