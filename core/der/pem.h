// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Certificates out of PEM text (RFC 7468).

#ifndef TATTLE_CORE_DER_PEM_H_
#define TATTLE_CORE_DER_PEM_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// PemCertificateReader walks forward over text that it borrows. Whatever stands between blocks is
// passed over, and so are blocks of other labels, such as private keys, unread.
class PemCertificateReader {
 public:
  explicit PemCertificateReader(std::string_view text) : rest_(text), size_(text.size()) {}

  // Read takes the next certificate as bytes, which need not be DER; nothing at the end of the
  // text. Fails with kTruncated where a block has no end, with kBadEncoding where one ends as
  // another label or is not base64; `offset` is that of the block.
  Result<std::optional<ByteVector>> Read();

 private:
  std::string_view TakeLine();

  std::string_view rest_;
  std::size_t size_;
};

}  // namespace tattle

#endif  // TATTLE_CORE_DER_PEM_H_
