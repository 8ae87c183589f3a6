// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Public keys in PEM files.

#ifndef TATTLE_ADAPTERS_CLI_FILES_KEY_FILE_H_
#define TATTLE_ADAPTERS_CLI_FILES_KEY_FILE_H_

#include <cstddef>
#include <string>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

inline constexpr std::size_t kMaxKeyFileSize = 65536;

// ReadSpki reads a PEM file with a public key, whatever its kind, as DER SubjectPublicKeyInfo.
Outcome<ByteVector> ReadSpki(const std::string& path);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILES_KEY_FILE_H_
