// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files in which servers keep the SCTs that they send, told apart by what is in them.

#ifndef TATTLE_CORE_SERVE_SCT_FILE_H_
#define TATTLE_CORE_SERVE_SCT_FILE_H_

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

enum class SctFileKind : std::uint8_t {
  kSct = 1,     // one SerializedSCT: .sct of ct-submit and the old nginx module
  kSctList,     // a SignedCertificateTimestampList: .sctlist, HAProxy's .sctl
  kServerInfo,  // PEM of OpenSSL's SSL_CTX_use_serverinfo_file, version 1 or 2
};

// SctFile holds SerializedSCTs in the order of the file, each to be decoded on its own.
struct SctFile {
  SctFileKind kind = SctFileKind::kSct;
  std::vector<ByteVector> scts;
};

// DecodeSctFile reads a whole file. Of ServerInfo it takes the extension 18 and passes over other
// extensions and other blocks. Fails with kUnsupportedFormat for what is none of the three kinds,
// with kMissing for ServerInfo without an extension 18, with kTooLarge beyond kMaxSctFileSize or
// kMaxSctsPerSource, and as DecodeSct, SplitSctList and PemReader do; `offset` is that in the
// file, or in the block of ServerInfo.
Result<SctFile> DecodeSctFile(Bytes file);

}  // namespace tattle

#endif  // TATTLE_CORE_SERVE_SCT_FILE_H_
