// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_TESTS_TESTLIB_PEM_TEXT_H_
#define TATTLE_TESTS_TESTLIB_PEM_TEXT_H_

#include <cstddef>
#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "core/base/bytes.h"

namespace tattle::testlib {

// PemText is a block as OpenSSL writes it.
inline std::string PemText(Bytes bytes, const char* label = "CERTIFICATE") {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio(bio.get(), label, "", bytes.data(), static_cast<long>(bytes.size()));
  std::string text(static_cast<std::size_t>(BIO_pending(bio.get())), '\0');
  BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_PEM_TEXT_H_
