// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The library "tattle" of OpenSSL's error queue.

#ifndef TATTLE_ADAPTERS_OPENSSL_ERROR_H_
#define TATTLE_ADAPTERS_OPENSSL_ERROR_H_

namespace tattle::openssl {

enum class ErrorReason : int {
  kRefused = 1,    // the policy, or nobody could judge
  kNotJudged = 2,  // a session that carries no judgement was about to be resumed
};

// LoadErrorStrings takes a number for the library, once a process; RaiseError does so too.
void LoadErrorStrings();

// RaiseError puts an entry into the queue of this thread, such as
// "error:40000001:tattle::refused by Certificate Transparency policy:example.com: no SCTs".
// `host` may be null.
void RaiseError(ErrorReason reason, const char* host, const char* why);

// RaiseVerifyError is an entry "certificate verify failed" of OpenSSL's, with the same data.
void RaiseVerifyError(const char* host, const char* why);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_ERROR_H_
