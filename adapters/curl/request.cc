// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/curl/request.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include <curl/urlapi.h>
#include <openssl/x509v3.h>

#include "adapters/curl/handles.h"

namespace tattle::curl {
namespace {

using TextPtr = std::unique_ptr<char, Deleter<curl_free>>;
using AddressPtr = std::unique_ptr<ASN1_OCTET_STRING, Deleter<ASN1_OCTET_STRING_free>>;

constexpr char kPollinationPath[] = "/.well-known/ct/v1/sth-pollination";

// What the values of one field may take together, as in core/gossip.
constexpr std::size_t kMaxAnswer = 8U << 10U;

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerCase);
  return lower;
}

// PartOf is "" for a part that the URL does not have.
std::string PartOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) {
    return {};
  }
  const TextPtr owned(text);
  return text;
}

// HostOf is without the brackets of an IPv6 address and a dot at the end.
std::string HostOf(CURLU* url) {
  std::string host = Lower(PartOf(url, CURLUPART_HOST, CURLU_PUNYCODE));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return host.substr(1, host.size() - 2);
  }
  if (!host.empty() && host.back() == '.') {
    host.pop_back();
  }
  return host;
}

// PollinationOf changes the URL.
std::string PollinationOf(CURLU* url) {
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                               CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    curl_url_set(url, part, nullptr, 0);
  }
  return curl_url_set(url, CURLUPART_PATH, kPollinationPath, 0) == CURLUE_OK
             ? PartOf(url, CURLUPART_URL)
             : std::string();
}

bool IsAddress(const std::string& host) {
  return AddressPtr(a2i_IPADDRESS(host.c_str())) != nullptr;
}

// DomainOf is the first column of a line of CURLINFO_COOKIELIST, in the format of Netscape's file.
std::string DomainOf(std::string_view line) {
  constexpr std::string_view kHttpOnly = "#HttpOnly_";
  if (line.substr(0, kHttpOnly.size()) == kHttpOnly) {
    line.remove_prefix(kHttpOnly.size());
  }
  line = line.substr(0, line.find('\t'));
  if (!line.empty() && line.front() == '.') {
    line.remove_prefix(1);
  }
  return Lower(line);
}

// IsWithin: "unknown" is what curl writes for a cookie that goes everywhere.
bool IsWithin(std::string_view host, const std::string& domain) {
  if (domain.empty() || domain == "unknown" || host == domain) {
    return true;
  }
  return host.size() > domain.size() && host.substr(host.size() - domain.size()) == domain &&
         host[host.size() - domain.size() - 1] == '.';
}

}  // namespace

Target TargetOf(CURL* easy) {
  Target target;
  const char* text = nullptr;
  curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &text);
  const UrlPtr url(curl_url());
  if (url == nullptr || text == nullptr) {
    return target;
  }
  if (curl_url_set(url.get(), CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
    target.scheme = Lower(PartOf(url.get(), CURLUPART_SCHEME));
  } else if (curl_url_set(url.get(), CURLUPART_URL, text, CURLU_GUESS_SCHEME) == CURLUE_OK) {
    // The program left it to curl.
    const char* scheme = nullptr;
    curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
    target.scheme = Lower(scheme == nullptr ? "" : scheme);
  } else {
    return target;
  }
  target.host = HostOf(url.get());
  target.is_address = IsAddress(target.host);
  target.has_user = !PartOf(url.get(), CURLUPART_USER).empty();
  if (target.scheme == "https" &&
      curl_url_set(url.get(), CURLUPART_SCHEME, "https", 0) == CURLUE_OK) {
    target.pollination = PollinationOf(url.get());
  }
  return target;
}

bool IsConnectedTo(CURL* easy, const std::string& address) {
  const char* peer = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &peer) != CURLE_OK || peer == nullptr) {
    return false;
  }
  const AddressPtr is(a2i_IPADDRESS(peer));
  const AddressPtr wanted(a2i_IPADDRESS(address.c_str()));
  return is != nullptr && wanted != nullptr && ASN1_OCTET_STRING_cmp(is.get(), wanted.get()) == 0;
}

SSL* SslOf(CURL* easy) {
  curl_tlssessioninfo* info = nullptr;
  return curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) == CURLE_OK && info != nullptr &&
                 info->backend == CURLSSLBACKEND_OPENSSL
             ? static_cast<SSL*>(info->internals)
             : nullptr;
}

bool IsEncrypted(const SSL* ssl, const Target& target) {
  constexpr std::array<std::string_view, 9> kAlways = {
      "https", "wss", "ftps", "imaps", "pop3s", "smtps", "ldaps", "gophers", "mqtts"};
  if (ssl == nullptr || target.scheme.empty()) {
    return false;
  }
  if (std::find(kAlways.begin(), kAlways.end(), target.scheme) != kAlways.end()) {
    return true;
  }
  if (target.scheme == "http" || target.scheme == "ws") {
    return false;  // what there is belongs to a proxy
  }
  // STARTTLS, or a proxy again.
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? target.is_address : Lower(name) == target.host;
}

bool IsForTarget(const SSL* ssl, const Target& target) {
  X509* const leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr || target.host.empty()) {
    return false;
  }
  return target.is_address ? X509_check_ip_asc(leaf, target.host.c_str(), 0) == 1
                           : X509_check_host(leaf, target.host.data(), target.host.size(),
                                             X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

bool MayHaveCookies(CURL* easy, const std::string& host) {
  curl_slist* cookies = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &cookies) != CURLE_OK) {
    return true;
  }
  const ListPtr owned(cookies);
  for (const curl_slist* cookie = cookies; cookie != nullptr; cookie = cookie->next) {
    if (IsWithin(host, DomainOf(cookie->data))) {
      return true;
    }
  }
  return false;
}

bool HasSecret(const curl_slist* headers) {
  constexpr std::array<std::string_view, 9> kWords = {"auth",  "cookie",  "token", "key", "secret",
                                                      "passw", "session", "sign",  "user"};
  for (const curl_slist* line = headers; line != nullptr; line = line->next) {
    const std::string_view field = line->data;
    const std::string name = Lower(field.substr(0, field.find_first_of(":;")));
    // A user agent names a program.
    if (name != "user-agent" &&
        std::any_of(kWords.begin(), kWords.end(),
                    [&](std::string_view word) { return name.find(word) != std::string::npos; })) {
      return true;
    }
  }
  return false;
}

std::string ReadAnswer(CURL* easy, const char* name, int request) {
  std::string values;
  curl_header* header = nullptr;
  for (std::size_t i = 0;
       curl_easy_header(easy, name, i, CURLH_HEADER, request, &header) == CURLHE_OK; ++i) {
    values.append(i == 0 ? "" : ", ").append(header->value);
    if (values.size() > kMaxAnswer) {
      return {};
    }
  }
  return values;
}

}  // namespace tattle::curl
