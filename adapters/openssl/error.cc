// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/error.h"

#include <array>

#include <openssl/err.h>
#include <openssl/sslerr.h>

namespace tattle::openssl {
namespace {

constexpr unsigned long Pack(ErrorReason reason) {
  return ERR_PACK(0, 0, static_cast<int>(reason));
}

int LoadStrings() {
  const int library = ERR_get_next_error_library();
  // OpenSSL keeps the table, writes the library's number into it, and ends it at a zero: the name's
  // code must have the number from the start.
  static std::array<ERR_STRING_DATA, 4> strings = {
      {{ERR_PACK(library, 0, 0), "tattle"},
       {Pack(ErrorReason::kRefused), "refused by Certificate Transparency policy"},
       {Pack(ErrorReason::kNotJudged), "session was not judged by Certificate Transparency policy"},
       {0, nullptr}}};
  ERR_load_strings(library, strings.data());
  return library;
}

void Raise(int library, int reason, const char* host, const char* why) {
  const bool has_host = host != nullptr && *host != '\0';
  // Not ERR_raise_data, which would tell every user where this was built.
  ERR_new();
  ERR_set_error(library, reason, "%s%s%s", has_host ? host : "", has_host ? ": " : "", why);
}

// ErrorLibrary takes a number once a process.
int ErrorLibrary() {
  static const int library = LoadStrings();
  return library;
}

}  // namespace

void LoadErrorStrings() {
  static_cast<void>(ErrorLibrary());
}

void RaiseError(ErrorReason reason, const char* host, const char* why) {
  Raise(ErrorLibrary(), static_cast<int>(reason), host, why);
}

void RaiseVerifyError(const char* host, const char* why) {
  Raise(ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED, host, why);
}

}  // namespace tattle::openssl
