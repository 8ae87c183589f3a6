// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeOcspResponse, DecodeSctListExtension
// Property: what is returned lies in the input and within the limits; where OpenSSL reads the
// response too and none was passed over, the number of SingleResponses and their serial numbers
// agree.

#include <cstddef>
#include <cstdint>

#include <openssl/ocsp.h>

#include "core/base/limits.h"
#include "core/der/extension.h"
#include "core/der/ocsp.h"
#include "core/der/reader.h"
#include "fuzz/require.h"

using tattle::Bytes;
using tattle::fuzz::IsInside;
using tattle::fuzz::Require;

namespace {

Bytes ContentsOf(const ASN1_INTEGER* integer, unsigned char** der) {
  const int len = i2d_ASN1_INTEGER(integer, der);
  Require(len > 0);
  const std::optional<tattle::DerElement> element =
      tattle::DecodeDer(tattle::der_tag::kInteger, Bytes(*der, static_cast<std::size_t>(len)));
  Require(element.has_value());
  return element->contents;
}

void CheckAgainstOpenSsl(Bytes input, const std::vector<tattle::OcspSingleResponse>& singles) {
  const unsigned char* cursor = input.data();
  OCSP_RESPONSE* response = d2i_OCSP_RESPONSE(nullptr, &cursor, static_cast<long>(input.size()));
  if (response == nullptr) {
    return;  // it looks into signatures and certificates, we do not
  }
  OCSP_BASICRESP* basic = nullptr;
  if (OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    basic = OCSP_response_get1_basic(response);
  }
  if (basic != nullptr) {
    Require(OCSP_resp_count(basic) == static_cast<int>(singles.size()));
    int i = 0;
    for (const tattle::OcspSingleResponse& single : singles) {
      const OCSP_CERTID* id = OCSP_SINGLERESP_get0_id(OCSP_resp_get0(basic, i++));
      ASN1_INTEGER* serial = nullptr;
      // Its parameter is not const, but it only reads.
      OCSP_CERTID* copy = OCSP_CERTID_dup(id);
      Require(OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, copy) == 1);
      unsigned char* der = nullptr;
      Require(tattle::Equal(ContentsOf(serial, &der), single.serial_number));
      OPENSSL_free(der);
      OCSP_CERTID_free(copy);
    }
  }
  OCSP_BASICRESP_free(basic);
  OCSP_RESPONSE_free(response);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const tattle::Result<tattle::OcspSingles> singles = tattle::DecodeOcspResponse(input);
  if (!singles) {
    Require(singles.error().offset <= size);
    return 0;
  }
  Require(singles->all.size() <= tattle::kMaxOcspSingleResponses);
  for (const tattle::OcspSingleResponse& single : singles->all) {
    Require(!single.serial_number.empty());
    Require(IsInside(single.serial_number, input) && IsInside(single.issuer_name_hash, input) &&
            IsInside(single.issuer_key_hash, input));
    if (single.sct_list_value) {
      const tattle::Result<Bytes> list = tattle::DecodeSctListExtension(*single.sct_list_value);
      Require(IsInside(*single.sct_list_value, input) && (!list || IsInside(*list, input)));
    }
  }
  if (singles->passed_over) {
    Require(singles->passed_over->offset <= size);
  } else {
    CheckAgainstOpenSsl(input, singles->all);
  }
  return 0;
}
