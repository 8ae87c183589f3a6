// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The signature of a log list that is fetched.

#ifndef TATTLE_PLUGIN_SERVICE_LIST_SIGNATURE_H_
#define TATTLE_PLUGIN_SERVICE_LIST_SIGNATURE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// The largest signature is RSA 8192's, of 1024 bytes; somebody's other file would be larger.
inline constexpr std::size_t kMaxListSignatureSize = 4096;

// Fetch reads what is at a URL, or says in a sentence why it cannot.
using Fetch = std::function<Outcome<ByteVector>(const std::string& url, std::size_t max_size)>;

// SignatureUrls are where the signature of a list may be: ".sig" behind its URL, as `tattle loglist
// sign` writes it, or in the place of ".json", as Google has it.
std::vector<std::string> SignatureUrls(const std::string& url);

struct ListSignature {
  std::string url;
  ByteVector bytes;
};

// FetchListSignature takes the first of SignatureUrls that is there. Fails with a sentence that
// says what is wrong with each.
Outcome<ListSignature> FetchListSignature(const std::string& list_url, const Fetch& fetch);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_SERVICE_LIST_SIGNATURE_H_
