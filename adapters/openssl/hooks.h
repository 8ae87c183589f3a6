// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the module gets into the connections of a program that does not know of it.

#ifndef TATTLE_ADAPTERS_OPENSSL_HOOKS_H_
#define TATTLE_ADAPTERS_OPENSSL_HOOKS_H_

namespace tattle::openssl {

// InstallHooks makes OpenSSL tell us of each SSL and SSL_CTX that is made from now on. Once a
// process; calls that follow change nothing.
void InstallHooks();

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_HOOKS_H_
