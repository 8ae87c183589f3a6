// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/list_signature.h"

#include <string_view>
#include <utility>

#include "plugin/runtime/outcome.h"

namespace tattle {

std::vector<std::string> SignatureUrls(const std::string& url) {
  constexpr std::string_view kEnd = ".json";
  std::vector<std::string> urls = {url + ".sig"};
  if (url.ends_with(kEnd)) {
    urls.push_back(url.substr(0, url.size() - kEnd.size()) + ".sig");
  }
  return urls;
}

Outcome<ListSignature> FetchListSignature(const std::string& list_url, const Fetch& fetch) {
  std::string faults;
  for (std::string& url : SignatureUrls(list_url)) {
    Outcome<ByteVector> bytes = fetch(url, kMaxListSignatureSize);
    if (bytes) {
      return ListSignature{std::move(url), *std::move(bytes)};
    }
    faults.append(faults.empty() ? "" : "; ").append(bytes.error());
  }
  return Sorry(std::move(faults));
}

}  // namespace tattle
