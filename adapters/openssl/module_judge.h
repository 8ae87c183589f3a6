// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The one client of a process that has loaded the module, made of the module's section of
// openssl.cnf when the first context for client connections is made: most programs that load
// libcrypto never make one.

#ifndef TATTLE_ADAPTERS_OPENSSL_MODULE_JUDGE_H_
#define TATTLE_ADAPTERS_OPENSSL_MODULE_JUDGE_H_

#include <string>
#include <utility>
#include <vector>

#include "adapters/openssl/connection.h"

namespace tattle::openssl {

// Settings are the keys and values of the section, in their order.
using Settings = std::vector<std::pair<std::string, std::string>>;

// KeepSettings is called once, before GetJudge. `section` is what messages call them.
void KeepSettings(Settings settings, std::string section);

// GetJudge is the same for all threads, and never goes away. Null for want of memory only, which is
// to be taken for a refusal: what is wrong with the settings is said in the log, and by the judge
// itself. Where they ask for mode require, or nobody can tell whether they do, nothing passes that
// would have been judged.
const Judge* GetJudge();

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_MODULE_JUDGE_H_
