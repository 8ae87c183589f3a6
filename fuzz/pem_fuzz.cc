// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: PemCertificateReader
// Property: certificates that were read are read again from blocks written of them; the offset of
// an error lies in the text; reading comes to an end.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/base64.h"
#include "core/der/pem.h"
#include "fuzz/require.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tattle::PemCertificateReader reader(tattle::AsText(tattle::Bytes(data, size)));
  std::vector<tattle::ByteVector> certificates;
  std::string again;
  while (true) {
    const auto read = reader.Read();
    if (!read) {
      Require(read.error().offset < size);
      break;
    }
    if (!read->has_value()) {
      break;
    }
    certificates.push_back(**read);
    again += "-----BEGIN CERTIFICATE-----\n" + tattle::EncodeBase64(**read) +
             "\n-----END CERTIFICATE-----\n";
  }
  tattle::PemCertificateReader second(again);
  for (const tattle::ByteVector& certificate : certificates) {
    const auto read = second.Read();
    Require(read.has_value() && *read == certificate);
  }
  const auto end = second.Read();
  Require(end.has_value() && !end->has_value());
  return 0;
}
