// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Public keys out of PEM files, for operators who name one.

#ifndef TATTLE_PLUGIN_SERVICE_PUBLIC_KEY_PEM_H_
#define TATTLE_PLUGIN_SERVICE_PUBLIC_KEY_PEM_H_

#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/crypto/public_key.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// DecodeSpkiPem reads the text of a file with a public key, whatever its kind, as DER
// SubjectPublicKeyInfo. Fails with a sentence; `name` is what it calls the file.
Outcome<ByteVector> DecodeSpkiPem(std::string_view text, const std::string& name);

// DecodeListKey takes a key of a kind that signs lists. Fails as DecodeSpkiPem.
Outcome<std::shared_ptr<const PublicKey>> DecodeListKey(Bytes spki, const std::string& name);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_SERVICE_PUBLIC_KEY_PEM_H_
