// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/chain/certificate.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/files/output_file.h"
#include "adapters/cli/log/verbs.h"
#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/pem.h"
#include "core/crypto/sha256.h"

namespace tattle::cli {
namespace {

struct RootsOptions {
  LogOptions log;
  std::string output;
};

X509Ptr DecodeX509(Bytes der) {
  const unsigned char* position = der.data();
  X509Ptr x509(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  ERR_clear_error();
  return x509;
}

int FetchRoots(const RootsOptions& options) {
  const Outcome<OpenedLog> opened = OpenLog(options.log);
  if (!opened) {
    return Complain(opened.error());
  }
  const Answer<std::vector<ByteVector>> roots = opened->client->FetchRoots();
  if (!roots) {
    return ReportFailure(*opened->log, roots.error(), options.log.json);
  }
  std::string pem;
  std::vector<Fields> lines;
  std::size_t num_unreadable = 0;
  for (const ByteVector& root : *roots) {
    const X509Ptr x509 = DecodeX509(root);
    num_unreadable += x509 ? 0 : 1;
    pem += EncodePem("CERTIFICATE", root);
    lines.push_back(Fields()
                        .Text("sha256", Hex(Sha256Of(root)))
                        .Text("subject", x509 ? SubjectOf(x509.get()) : "(no certificate)"));
  }
  if (!options.output.empty()) {
    if (const auto done = WriteOutput(options.output, AsBytes(pem)); !done) {
      return Complain(done.error());
    }
  }
  if (num_unreadable > 0) {
    fmt::print(stderr, "tattle: warning: {} of the roots cannot be read as certificates\n",
               num_unreadable);
  }
  Print(Fields()
            .Text("log", opened->log->description)
            .Number("num_roots", roots->size())
            .List("roots", std::move(lines)),
        options.log.json);
  return kExitYes;
}

}  // namespace

void AddRootsVerb(Verb log, int& exit_status) {
  const auto options = std::make_shared<RootsOptions>();
  const Verb verb = log.AddVerb("roots", "list the roots that a log takes");
  AddLogOptions(verb, options->log);
  verb.AddOption("-o,--out", options->output, "write them to this PEM file").TypeName("FILE");
  verb.Footer(
      "A log takes chains that lead to one of its roots. Nothing but the server's certificate\n"
      "vouches for this list: a log does not sign it.\n\n"
      "Exit status: 0 listed, 2 could not tell.\n\n"
      "Example:\n"
      "  tattle log roots 'Argon2026h1' --out roots.pem");
  verb.OnCall([options, &exit_status] { exit_status = FetchRoots(*options); });
}

}  // namespace tattle::cli
