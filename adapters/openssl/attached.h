// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the module leaves alone, since it is judged already.

#ifndef TATTLE_ADAPTERS_OPENSSL_ATTACHED_H_
#define TATTLE_ADAPTERS_OPENSSL_ATTACHED_H_

#include <openssl/ssl.h>

namespace tattle::openssl {

// IsAttached says whether the program has attached the context by tattle_openssl_attach of a shared
// libtattle-openssl. Its connections would be judged twice otherwise, and mode require would not
// let a handshake begin whose callbacks somebody has replaced. Thread-safe as SSL_CTX.
bool IsAttached(const SSL_CTX* context);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_ATTACHED_H_
