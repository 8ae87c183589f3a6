// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What was found at one target, before anything is judged.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_COLLECTED_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_COLLECTED_H_

#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace tattle::cli {

// Collected owns the evidence, and what is said beside the verdict. Its text is sanitised.
struct Collected {
  std::string damage;  // what of the evidence cannot be read at all, and what to do; or empty
  ByteVector leaf;     // DER certificates
  ByteVector issuer;
  ByteVector tls_scts;
  ByteVector ocsp_response;

  std::string chain_error;         // why the chain does not validate; empty if it does
  std::vector<std::string> chain;  // the certificates as presented, a line each
  std::string connection;          // such as "TLSv1.3"; empty for a file
  std::string scope;               // tattle_scope_name, what a program with Tattle would say of the
                                   // connection; empty for a file
  std::string scope_reason;        // why it would not be judged; empty if it would
};

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_COLLECTED_H_
