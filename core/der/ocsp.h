// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The SCT lists in an OCSP response (RFC 6960). Nothing else of the response is judged: its
// signature does not matter here, since every SCT carries its own.

#ifndef TATTLE_CORE_DER_OCSP_H_
#define TATTLE_CORE_DER_OCSP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

enum class OcspHash : std::uint8_t { kUnknown = 0, kSha1, kSha256 };

// OcspSingleResponse says for which certificate a response is and what SCTs came with it. Spans
// borrow from the bytes given to DecodeOcspResponse.
struct OcspSingleResponse {
  OcspHash hash = OcspHash::kUnknown;  // of the next two
  Bytes issuer_name_hash;              // over the issuer's Name
  Bytes issuer_key_hash;               // over the contents of the issuer's BIT STRING of key
  Bytes serial_number;                 // contents of the INTEGER
  // extnValue contents of extension 1.3.6.1.4.1.11129.2.4.5.
  std::optional<Bytes> sct_list_value;
};

// OcspSingles are the SingleResponses of one response.
struct OcspSingles {
  std::vector<OcspSingleResponse> all;
  // The first that was passed over, and why: kBadEncoding, kDuplicate if it has two SCT list
  // extensions, kTooLarge if it is the first beyond kMaxOcspSingleResponses.
  std::optional<Error> passed_over;
};

// DecodeOcspResponse reads one response and nothing behind it. A response that is an error (not
// "successful") has no SingleResponses. One that is broken hides none of the others before it, and
// of those behind it none as long as its length is good: each may carry SCTs for another
// certificate. Fails with kBadEncoding, with kUnsupportedFormat for a response type other than
// basic, with kTooLarge beyond kMaxOcspResponseSize.
Result<OcspSingles> DecodeOcspResponse(Bytes response);

}  // namespace tattle

#endif  // TATTLE_CORE_DER_OCSP_H_
