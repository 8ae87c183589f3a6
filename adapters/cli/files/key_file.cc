// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/files/key_file.h"

#include <fmt/format.h>

#include "adapters/cli/files/file.h"
#include "plugin/service/public_key_pem.h"

namespace tattle::cli {

Outcome<ByteVector> ReadSpki(const std::string& path) {
  const Outcome<ByteVector> file = ReadFile(path, kMaxKeyFileSize);
  if (!file) {
    return Sorry(fmt::format("key {}: {}", path, file.error()));
  }
  return DecodeSpkiPem(AsText(*file), path);
}

}  // namespace tattle::cli
