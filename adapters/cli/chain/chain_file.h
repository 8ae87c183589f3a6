// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Evidence from files.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_CHAIN_FILE_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_CHAIN_FILE_H_

#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "adapters/cli/chain/collected.h"
#include "adapters/cli/deadline.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

struct EvidenceFiles {
  std::string chain;     // certificates, PEM or DER, leaf first
  std::string tls_scts;  // bytes of TLS extension 18; may be empty: none
  std::string ocsp;      // DER OCSPResponse; may be empty: none
};

// ReadChain reads certificates (DER), leaf first, each before its issuer as far as they are there.
// Fails where the second is not the issuer of the first.
Outcome<std::vector<ByteVector>> ReadChain(const std::string& path, const Deadline& deadline);

// CollectFromFiles reads the evidence. The certificate behind the first must have issued it; a lone
// certificate is taken as it is, and its embedded SCTs cannot be checked then unless it issued
// itself. The chain is validated with the CAs of `context`, at its time, which informs only.
Outcome<Collected> CollectFromFiles(const EvidenceFiles& files, SSL_CTX* context,
                                    const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_CHAIN_FILE_H_
