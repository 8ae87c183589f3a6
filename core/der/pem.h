// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Blocks, above all certificates, out of PEM text (RFC 7468).

#ifndef TATTLE_CORE_DER_PEM_H_
#define TATTLE_CORE_DER_PEM_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

struct PemBlock {
  std::string label;  // of "-----BEGIN label-----"
  ByteVector bytes;
};

// PemReader walks forward over text that it borrows. Whatever stands between blocks is passed over,
// and so are blocks whose label `wants` does not want, such as private keys, unread.
class PemReader {
 public:
  PemReader(std::string_view text, bool (*wants)(std::string_view label))
      : rest_(text), size_(text.size()), wants_(wants) {}

  // Read takes the next wanted block; nothing at the end of the text. Fails with kTruncated where a
  // block has no end, with kBadEncoding where one ends as another label or is not base64; `offset`
  // is that of the block.
  Result<std::optional<PemBlock>> Read();

 private:
  std::string_view TakeLine();

  std::string_view rest_;
  std::size_t size_;
  bool (*wants_)(std::string_view label);
};

// PemCertificateReader is a PemReader of certificates.
class PemCertificateReader {
 public:
  explicit PemCertificateReader(std::string_view text);

  // Read takes the next certificate as bytes, which need not be DER; nothing at the end of the
  // text. Fails as PemReader does.
  Result<std::optional<ByteVector>> Read();

 private:
  PemReader reader_;
};

}  // namespace tattle

#endif  // TATTLE_CORE_DER_PEM_H_
