// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What keeps connections apart that were judged differently.
//
// libcurl takes a connection from its pool, and a TLS session from its cache, for any handle with
// the same TLS settings; an SSL_CTX function is none of those that it compares. The list of cipher
// suites for TLS 1.3 is, as text, and OpenSSL passes over blanks around its items. So each client
// and mode get the list that is in force anyway, with blanks of their own behind it.

#ifndef TATTLE_ADAPTERS_CURL_POOL_KEY_H_
#define TATTLE_ADAPTERS_CURL_POOL_KEY_H_

#include <optional>
#include <string>
#include <string_view>

#include "adapters/curl/context.h"

namespace tattle::curl {

// CiphersFor is the list for connections that are judged by this judge.
std::string CiphersFor(std::string_view ciphers, const JudgedBy& judge);

// DefaultCiphers are the suites for TLS 1.3 that OpenSSL takes where nobody says which, as its
// configuration has them; empty if there are none, nothing where OpenSSL makes no context to ask.
std::optional<std::string> DefaultCiphers();

}  // namespace tattle::curl

#endif  // TATTLE_ADAPTERS_CURL_POOL_KEY_H_
