// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/transfer.h"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <utility>

#include "core/base/lower_case.h"
#include "core/base/time.h"
#include "core/der/pem.h"
#include "plugin/net/bounds.h"
#include "plugin/runtime/config_value.h"

namespace tattle {
namespace {

constexpr long kSlowForSeconds = 20;
constexpr std::string_view kCertLine = "Cert:";
constexpr int kPollMs = 1000;  // an upper bound; what happens, and a stop, end a poll before

// Received is what comes in, and why no more of it was taken.
struct Received {
  HttpAnswer answer;
  std::size_t max_size = 0;
  std::size_t headers_size = 0;
  bool body_too_large = false;
  bool headers_too_large = false;
};

// TakeBody is libcurl's write callback: fewer bytes taken than offered end the transfer. What comes
// is unpacked already, so that this bounds what a packed answer grows to.
std::size_t TakeBody(const char* data, std::size_t /* 1 */, std::size_t len, void* user) noexcept {
  auto& received = *static_cast<Received*>(user);
  if (len > received.max_size - received.answer.body.size()) {
    received.body_too_large = true;
    return 0;
  }
  Append(received.answer.body, AsBytes({data, len}));
  return len;
}

// TakeHeader is the same for a line of the head. A status line begins anew: an answer with a number
// below 200, or a proxy's, may have come before.
std::size_t TakeHeader(const char* data, std::size_t /* 1 */, std::size_t len,
                       void* user) noexcept {
  auto& received = *static_cast<Received*>(user);
  received.headers_size += len;
  if (received.headers_size > kMaxHttpHeadersSize) {
    received.headers_too_large = true;
    return 0;
  }
  const std::string_view line(data, len);
  auto& headers = received.answer.headers;
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers.clear();
  } else if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (value.ends_with('\n') || value.ends_with('\r')) {
      value.remove_suffix(1);
    }
    headers.emplace_back(LowerCase(line.substr(0, colon)), std::string(Trim(value)));
  }
  return len;
}

// StartLibcurl does once for the process what libcurl wants done before all else.
bool StartLibcurl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

FailureKind KindOf(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_NOTFOUND:
      return FailureKind::kRefused;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return FailureKind::kTls;
    case CURLE_FILESIZE_EXCEEDED:
      return FailureKind::kTooLarge;
    case CURLE_UNSUPPORTED_PROTOCOL:  // of a URL that was checked before: an answer in HTTP/0.9
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_TOO_MANY_REDIRECTS:
      return FailureKind::kMalformed;
    default:
      return FailureKind::kNetwork;
  }
}

// Explain says what to do about a failure, where something can be done.
std::string Explain(FailureKind kind, CURLcode code, const std::string& ca_file_name) {
  if (kind == FailureKind::kTls) {
    return "; if this server is meant, check the clock, and name the CA that it has with " +
           ca_file_name;
  }
  if (code == CURLE_SSL_CACERT_BADFILE) {
    return "; name a PEM file with CAs with " + ca_file_name;
  }
  return kind == FailureKind::kRefused ? "; check the settings" : "";
}

Failure DescribeFailure(CURL* easy, CURLcode code, std::string_view detail,
                        const TransferRequest& request, const std::string& ca_file_name) {
  FailureKind kind = KindOf(code);
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  if (code == CURLE_SSL_CONNECT_ERROR && os_error != 0) {
    kind = FailureKind::kNetwork;  // the connection broke during the handshake
  }
  std::string what(detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail);
  return MakeFailure(kind, request.url, what.append(Explain(kind, code, ca_file_name)));
}

// TakeChain reads the certificates of the connection's handshake; of one that was there already
// libcurl has none. What is no certificate ends the chain.
std::vector<ByteVector> TakeChain(CURL* easy) {
  std::vector<ByteVector> chain;
  curl_certinfo* info = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == nullptr) {
    return chain;
  }
  for (int i = 0; i < info->num_of_certs; ++i) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): libcurl has no other form
    for (const curl_slist* line = info->certinfo[i]; line != nullptr; line = line->next) {
      const std::string_view text(line->data);
      if (!text.starts_with(kCertLine)) {
        continue;
      }
      Result<std::optional<ByteVector>> der =
          PemCertificateReader(text.substr(kCertLine.size())).Read();
      if (!der || !*der) {
        return chain;
      }
      chain.push_back(**std::move(der));
    }
  }
  return chain;
}

// SetRequest sets what is this request's alone. The list is borrowed by the handle.
CurlList SetRequest(CURL* easy, const TransferRequest& request) {
  CurlList headers;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.max_size));
  if (request.content_type) {
    headers.reset(curl_slist_append(nullptr, ("content-type: " + *request.content_type).c_str()));
    // No "expect: 100-continue": logs do not know it, and it costs a second.
    curl_slist_append(headers.get(), "expect:");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    // Without a pointer libcurl would read the body from stdin.
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                     request.body.empty() ? "" : AsText(request.body).data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  return headers;
}

Transfer TakeTransfer(CURL* easy, HttpAnswer answer) {
  Transfer transfer;
  transfer.answer = std::move(answer);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  char* text = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text != nullptr) {
    transfer.answer.content_type = text;
  }
  text = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &text) == CURLE_OK && text != nullptr) {
    transfer.redirect_url = text;
  }
  curl_off_t retry_after_s = 0;
  if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_s) == CURLE_OK &&
      retry_after_s > 0) {
    // Compared in seconds: what a server writes may not fit in milliseconds.
    transfer.retry_after_ms =
        std::min(static_cast<std::uint64_t>(retry_after_s), kMaxRetryAfterMs / kMsPerSecond) *
        kMsPerSecond;
  }
  return transfer;
}

}  // namespace

Transferrer::Transferrer(const HttpOptions& options) : options_(options) {
  if (!StartLibcurl()) {
    throw std::bad_alloc();  // nothing else fails there
  }
  for (const std::string& place : options_.connect_to) {
    curl_slist* const longer = curl_slist_append(connect_to_.get(), place.c_str());
    if (longer == nullptr) {
      throw std::bad_alloc();
    }
    static_cast<void>(connect_to_.release());  // it begins the longer one
    connect_to_.reset(longer);
  }
  multi_.reset(curl_multi_init());
  easy_.reset(curl_easy_init());
  if (!multi_ || !easy_) {
    throw std::bad_alloc();
  }
}

// Configure sets what holds for all requests. Where libcurl would ask the environment, or a file in
// somebody's home, it is told.
void Transferrer::Configure() const {
  CURL* const easy = easy_.get();
  curl_easy_reset(easy);  // connections stay
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, options_.allow_http ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_PROXY, options_.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, options_.proxy.empty() ? "*" : "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_USERAGENT,
                   options_.names_itself ? options_.user_agent.c_str() : nullptr);
  curl_easy_setopt(easy, CURLOPT_CERTINFO, options_.keeps_chain ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout_ms));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout_ms));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options_.min_bytes_per_s));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kSlowForSeconds);
  if (!options_.ca_file.empty()) {
    // This file and nothing else: not the system's folder beside it.
    curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
  }
}

std::optional<CURLcode> Transferrer::Perform() const {
  CURLM* const multi = multi_.get();
  const std::stop_callback wake(options_.stop, [multi] { curl_multi_wakeup(multi); });
  if (curl_multi_add_handle(multi, easy_.get()) != CURLM_OK) {
    return CURLE_FAILED_INIT;
  }
  int running = 1;
  CURLMcode code = CURLM_OK;
  while (code == CURLM_OK && !options_.stop.stop_requested()) {
    code = curl_multi_perform(multi, &running);
    if (code != CURLM_OK || running == 0) {
      break;
    }
    code = curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr);
  }
  std::optional<CURLcode> result;
  int rest = 0;
  if (code != CURLM_OK) {
    result = CURLE_FAILED_INIT;
  } else if (const CURLMsg* message = curl_multi_info_read(multi, &rest); message != nullptr) {
    result = message->data.result;
  }
  curl_multi_remove_handle(multi, easy_.get());
  return result;
}

Answer<Transfer> Transferrer::Run(const TransferRequest& request) {
  CURL* const easy = easy_.get();
  Received received;
  received.max_size = request.max_size;
  std::array<char, CURL_ERROR_SIZE> detail = {};
  Configure();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &TakeHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &received);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail.data());
  const CurlList headers = SetRequest(easy, request);
  const std::optional<CURLcode> code = Perform();
  if (!code) {
    return FailWith(FailureKind::kCancelled, request.url, "stopped before the answer was there");
  }
  if (received.body_too_large || *code == CURLE_FILESIZE_EXCEEDED) {
    return FailWith(FailureKind::kTooLarge, request.url,
                    "the answer is larger than " + std::to_string(request.max_size) +
                        " bytes, the limit for this question");
  }
  if (received.headers_too_large) {
    return FailWith(FailureKind::kTooLarge, request.url, "the head of the answer is too large");
  }
  if (*code != CURLE_OK) {
    return tl::unexpected(
        DescribeFailure(easy, *code, detail.data(), request, options_.ca_file_name));
  }
  Transfer transfer = TakeTransfer(easy, std::move(received.answer));
  if (options_.keeps_chain) {
    transfer.answer.chain = TakeChain(easy);
  }
  return transfer;
}

}  // namespace tattle
