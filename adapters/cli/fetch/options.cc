// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/options.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/fetch/handles.h"
#include "adapters/cli/output/moment.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

// Without a scheme it is https, and not what libcurl would guess.
constexpr unsigned kAnyUrl = CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME;

constexpr const char* kTransferGroup = "Transfer";
constexpr const char* kCtGroup = "Certificate Transparency";
constexpr const char* kGossipGroup = "Gossip";

void AddTransferOptions(const Verb& fetch, FetchOptions& options) {
  fetch
      .AddOption("-o,--output", options.output,
                 "write to FILE, which is replaced when all has come; - is stdout, also if it is a "
                 "terminal and the answer does not look like text")
      .TypeName("FILE")
      .Group(kTransferGroup);
  fetch.AddFlag("-I,--head", options.head, "ask for the header fields only, and print them")
      .Group(kTransferGroup);
  fetch
      .AddFlag("-L,--location", options.location,
               "follow redirects, at most 10, each server judged on its own")
      .Group(kTransferGroup);
  fetch
      .AddFlag("-f,--fail", options.fail, "an HTTP status from 400 on is a failure (exit status 1)")
      .Group(kTransferGroup);
  fetch.AddFlag("--http1.1", options.http1, "do not use HTTP/2").Group(kTransferGroup);
  fetch
      .AddFlag("--allow-cleartext", options.allow_cleartext,
               "allow http://, also where a redirect leads to it; there is no CT there")
      .Group(kTransferGroup);
  fetch
      .AddOption("--max-time", options.max_time_s,
                 "give up after so many seconds; without it when nothing has come for a minute")
      .TypeName("SECONDS")
      .Group(kTransferGroup);
  fetch.AddOption("--max-size", options.max_size, "give up beyond so many bytes")
      .TypeName("BYTES")
      .Group(kTransferGroup);
  fetch
      .AddOption("--cafile,--ca-file", options.cafile,
                 "CA certificates (PEM) to trust, in place of the system's")
      .TypeName("FILE")
      .Group(kTransferGroup);
  fetch
      .AddOption("--proxy", options.proxy,
                 "URL of a proxy, in place of what https_proxy and no_proxy say")
      .TypeName("URL")
      .Group(kTransferGroup);
}

void AddCtOptions(const Verb& fetch, FetchOptions& options) {
  fetch
      .AddFlag("--require-ct", options.require_ct,
               "refuse a server whose certificate is not compliant, before anything is sent to it")
      .Group(kCtGroup);
  fetch
      .AddOption(
          "--policy", options.policy,
          "chrome, apple, mozilla, android, rfc6962 or strict; by default as tattle.conf says")
      .TypeName("NAME")
      .Group(kCtGroup);
  fetch.AddOption("--log-list", options.log_list, "log list to use")
      .TypeName("FILE")
      .Group(kCtGroup);
  fetch
      .AddOption("--public-roots", options.public_roots,
                 "CAs that count as public beside the built-in ones (PEM)")
      .TypeName("FILE|DIR")
      .Group(kCtGroup);
  fetch
      .AddOption("--config", options.config,
                 "settings, in place of /etc/tattle/tattle.conf; the options here overrule them")
      .TypeName("FILE")
      .Group(kCtGroup);
  fetch
      .AddOption("--time", options.time,
                 "judge as at this time (2026-04-15T00:00:00Z, or seconds since 1970), not now")
      .TypeName("T")
      .Group(kCtGroup);
}

void AddGossipOptions(const Verb& fetch, FetchOptions& options) {
  fetch
      .AddFlag("--gossip", options.gossip,
               "offer the server the tree heads that tattled has for it, if it is willing")
      .Group(kGossipGroup);
  fetch.AddOption("--outbox", options.outbox, "where tattled leaves them (/run/tattle/outbox)")
      .TypeName("FILE")
      .Group(kGossipGroup);
  fetch
      .AddOption("--observe-socket", options.observe_socket,
                 "where tattled takes what was seen (/run/tattle/observe.sock)")
      .TypeName("SOCKET")
      .Group(kGossipGroup);
}

std::string UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) {
    return {};
  }
  const CurlTextPtr owned(text);
  return text;
}

Outcome<void> DecodeUrl(const FetchOptions& options, FetchPlan& plan) {
  const CurlUrlPtr url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, options.url.c_str(), kAnyUrl) != CURLUE_OK) {
    return Sorry(Sanitize(options.url) + " is no URL: write https://HOST/PATH");
  }
  plan.url = UrlPart(url.get(), CURLUPART_URL);
  plan.has_user = !UrlPart(url.get(), CURLUPART_USER).empty();
  const std::string scheme = UrlPart(url.get(), CURLUPART_SCHEME);
  plan.shown_url = WithoutPassword(options.url);
  if (scheme == "http" && !options.allow_cleartext) {
    return Sorry(Sanitize(plan.shown_url) +
                 " is in clear text: use https://, or say --allow-cleartext");
  }
  if (scheme != "https" && scheme != "http") {
    return Sorry(Sanitize(plan.shown_url) + " is neither https:// nor http://");
  }
  return {};
}

bool IsField(const std::string& field) {
  const auto is_control = [](char c) { return c >= 0 && c < ' ' && c != '\t'; };
  return field.find_first_of(":;") != std::string::npos && field.front() != ':' &&
         std::none_of(field.begin(), field.end(), is_control);
}

}  // namespace

void AddFetchOptions(const Verb& fetch, FetchOptions& options) {
  fetch.AddOption("URL", options.url, "https://HOST/PATH; without a scheme it is https")
      .Required()
      .TypeName("");
  fetch.AddOption("-H,--header", options.fields, "send this header field (\"Accept: text/html\")")
      .OneValueEach()
      .TypeName("FIELD")
      .Group(kTransferGroup);
  // As of most commands, so that an alias can be overruled; flags do so anyway.
  fetch.LastCounts();
  AddTransferOptions(fetch, options);
  AddCtOptions(fetch, options);
  AddGossipOptions(fetch, options);
  fetch.AddFlag("-v,--verbose", options.verbose,
                "say on stderr which header fields went and came, every SCT, the verdict with its "
                "reasons, and what was gossiped");
  fetch.AddFlag("-s,--silent", options.silent, "show no progress");
  fetch.AddFlag("--json", options.json,
                "print one JSON object in place of the answer, which is kept only with -o FILE");
}

Outcome<FetchPlan> DecodeFetchOptions(const FetchOptions& options) {
  FetchPlan plan;
  if (Outcome<void> url = DecodeUrl(options, plan); !url) {
    return Sorry(url.error());
  }
  for (const std::string& field : options.fields) {
    if (!IsField(field)) {
      return Sorry("-H: " + Sanitize(field) + " is no header field: write \"NAME: VALUE\"");
    }
  }
  if (options.max_time_s < 0 || !(options.max_time_s <= kMaxTimeoutS)) {
    return Sorry(fmt::format("--max-time takes seconds, at most {}", kMaxTimeoutS));
  }
  if (options.max_size > std::numeric_limits<std::int64_t>::max()) {
    return Sorry("--max-size is more than any answer can have");
  }
  plan.max_time = std::chrono::milliseconds(std::lround(std::ceil(options.max_time_s * 1000)));
  if (!options.time.empty()) {
    const Outcome<std::uint64_t> now_ms = DecodeMoment(options.time);
    if (!now_ms) {
      return Sorry("--time: " + now_ms.error());
    }
    plan.fixed_ms = *now_ms;
  }
  if (options.json && options.output == "-") {
    return Sorry("--json and -o - both want stdout: name a file");
  }
  return plan;
}

std::string WithoutPassword(const std::string& url) {
  const CurlUrlPtr parts(curl_url());
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), kAnyUrl) != CURLUE_OK ||
      UrlPart(parts.get(), CURLUPART_PASSWORD).empty()) {
    return url;
  }
  curl_url_set(parts.get(), CURLUPART_PASSWORD, nullptr, 0);
  return UrlPart(parts.get(), CURLUPART_URL);
}

}  // namespace tattle::cli
