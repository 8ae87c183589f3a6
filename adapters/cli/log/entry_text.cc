// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/log/entry_text.h"

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "adapters/cli/chain/certificate.h"
#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/der/reader.h"
#include "core/merkle/hash.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kMaxNamesOfALine = 4;

bool IsPrecert(const LogEntryView& entry) {
  return entry.entry.entry.type == EntryType::kPrecert;
}

// AsCertificate gives a TBS what it lacks to be looked at: an algorithm (ecdsa-with-SHA256), and a
// signature of no bytes.
ByteVector AsCertificate(Bytes tbs) {
  ByteVector contents = ToVector(tbs);
  Append(contents, ByteVector{0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03,
                              0x02, 0x03, 0x01, 0x00});
  ByteVector out;
  AppendDerHeader(out, der_tag::kSequence, contents.size());
  Append(out, contents);
  return out;
}

X509Ptr DecodeEntry(const LogEntryView& entry) {
  const Bytes certificate = entry.entry.entry.certificate;
  const ByteVector der = IsPrecert(entry) ? AsCertificate(certificate) : ToVector(certificate);
  const unsigned char* position = der.data();
  X509Ptr x509(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  ERR_clear_error();
  return x509;
}

}  // namespace

std::string RenderEntry(const LogEntryView& entry) {
  const X509Ptr x509 = DecodeEntry(entry);
  std::string names = "(no certificate)";
  if (x509) {
    const std::vector<std::string> all = NamesOf(x509.get());
    names = all.empty() ? SubjectOf(x509.get()) : "";
    for (std::size_t i = 0; i < all.size() && i < kMaxNamesOfALine; ++i) {
      names += (i == 0 ? "" : ", ") + Sanitize(all[i]);
    }
    if (all.size() > kMaxNamesOfALine) {
      names += fmt::format(", and {} more", all.size() - kMaxNamesOfALine);
    }
  }
  return fmt::format("{:>10}  {:<7}  {}  {}", entry.leaf_index,
                     IsPrecert(entry) ? "precert" : "x509", EncodeRfc3339(entry.entry.timestamp_ms),
                     names);
}

std::string RenderEntryJson(const LogEntryView& entry) {
  const X509Ptr x509 = DecodeEntry(entry);
  std::string names;
  for (const std::string& name : x509 ? NamesOf(x509.get()) : std::vector<std::string>()) {
    names += (names.empty() ? "" : ",") + json::Quote(name);
  }
  return fmt::format(R"({{"leaf_index":{},"type":"{}","time":"{}","timestamp":{},"leaf_hash":"{}",)"
                     R"("subject":{},"names":[{}]}})",
                     entry.leaf_index, IsPrecert(entry) ? "precert_entry" : "x509_entry",
                     EncodeRfc3339(entry.entry.timestamp_ms), entry.entry.timestamp_ms,
                     EncodeBase64(HashLeaf(entry.leaf_input)),
                     x509 ? json::Quote(SubjectOf(x509.get())) : "null", names);
}

}  // namespace tattle::cli
