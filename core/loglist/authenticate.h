// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Who made a list.

#ifndef TATTLE_CORE_LOGLIST_AUTHENTICATE_H_
#define TATTLE_CORE_LOGLIST_AUTHENTICATE_H_

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/crypto/public_key.h"

namespace tattle {

// VerifyLogListSignature succeeds if `signature` is the key's over exactly the bytes of `list`: the
// signature as it is, in no envelope and no text encoding. RSA with PKCS #1 v1.5 and SHA-256, as
// Google signs its lists, ECDSA P-256 with SHA-256 (DER), or Ed25519. Fails with kNotAuthentic, or
// with kCryptoFailed when libcrypto could not do its work. Call it before anything is decoded.
Result<void> VerifyLogListSignature(Bytes list, Bytes signature, const PublicKey& key);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_AUTHENTICATE_H_
