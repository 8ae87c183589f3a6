// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_url.h"

#include <memory>

#include <curl/curl.h>

#include "core/base/lower_case.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlPtr = std::unique_ptr<CURLU, UrlDeleter>;

std::string Part(const UrlPtr& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) {
    return "";
  }
  std::string copy = text;
  curl_free(text);
  return copy;
}

}  // namespace

Outcome<HttpOrigin> ReadHttpOrigin(const std::string& url) {
  const UrlPtr parsed(curl_url());
  // A NUL would end the URL for libcurl, and not for whoever checked it before.
  if (!parsed || url.find('\0') != std::string::npos) {
    return tl::unexpected<std::string>("this is no URL");
  }
  const CURLUcode code =
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER);
  if (code == CURLUE_USER_NOT_ALLOWED) {
    return tl::unexpected<std::string>("a user name in the URL is not sent: remove it");
  }
  if (code != CURLUE_OK && code != CURLUE_UNSUPPORTED_SCHEME) {
    return tl::unexpected("this is no URL: " + std::string(curl_url_strerror(code)));
  }
  HttpOrigin origin{LowerCase(Part(parsed, CURLUPART_SCHEME)),
                    LowerCase(Part(parsed, CURLUPART_HOST)), Part(parsed, CURLUPART_PORT)};
  if (code == CURLUE_UNSUPPORTED_SCHEME || (origin.scheme != "https" && origin.scheme != "http")) {
    return tl::unexpected<std::string>("the URL must begin with https://");
  }
  return origin;
}

std::string JoinUrl(std::string_view prefix, std::string_view path) {
  while (prefix.ends_with('/')) {
    prefix.remove_suffix(1);
  }
  return std::string(prefix).append("/").append(path);
}

// Of RFC 3986, Section 2.3: unreserved characters stand for themselves.
std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                               c == '~';
    if (is_unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xfU];
  }
  return out;
}

}  // namespace tattle
