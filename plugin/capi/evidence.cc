// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/capi/evidence.h"

#include <optional>

#include "core/base/bytes.h"
#include "plugin/capi/sized_struct.h"

namespace tattle::capi {

Outcome<Evidence> ReadEvidence(const tattle_evidence* given) {
  if (given == nullptr) {
    return Misused("evidence");
  }
  const std::optional<tattle_evidence> known = ReadStruct(*given);
  if (!known) {
    return tl::unexpected(BadStructSize("evidence.struct_size"));
  }
  const Outcome<Bytes> leaf = BytesFrom(known->leaf, known->leaf_len, "evidence.leaf");
  const Outcome<Bytes> issuer = BytesFrom(known->issuer, known->issuer_len, "evidence.issuer");
  const Outcome<Bytes> tls = BytesFrom(known->tls_scts, known->tls_scts_len, "evidence.tls_scts");
  const Outcome<Bytes> ocsp =
      BytesFrom(known->ocsp_response, known->ocsp_response_len, "evidence.ocsp_response");
  for (const Outcome<Bytes>* bytes : {&leaf, &issuer, &tls, &ocsp}) {
    if (!*bytes) {
      return tl::unexpected(bytes->error());
    }
  }
  if (leaf->empty()) {
    return Misused("evidence.leaf", "is required");
  }
  return Evidence{*leaf, *issuer, *tls, *ocsp};
}

}  // namespace tattle::capi
