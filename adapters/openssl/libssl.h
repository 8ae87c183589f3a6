// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// libssl as the module sees it. The module is loaded wherever libcrypto is, also where there is no
// libssl (or not yet, or a copy within the program, as in node), and so must not be linked with it.
// libssl.cc defines the functions of <openssl/ssl.h> that this adapter calls, for the module alone,
// each of which calls the one that the program has.

#ifndef TATTLE_ADAPTERS_OPENSSL_LIBSSL_H_
#define TATTLE_ADAPTERS_OPENSSL_LIBSSL_H_

namespace tattle::openssl {

// IsLibsslThere says whether all of those functions were found; where not, none may be called. Ask
// when libssl has called us. Thread-safe.
bool IsLibsslThere();

// PutsInfoCallback says whether the program is node or ruby, or has one of them built in: both give
// each SSL an info callback of their own as soon as it is made.
bool PutsInfoCallback();

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_LIBSSL_H_
