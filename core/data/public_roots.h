// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The roots that are public: the CAs whose certificates have to be logged.
//
// core/data/public_roots.txt holds the SHA-256 of each root's SubjectPublicKeyInfo, made from
// Debian's ca-certificates by make_public_roots.py. Keys and not certificates, since a root that is
// signed anew keeps its key. Read-only data, safe to use from any thread.

#ifndef TATTLE_CORE_DATA_PUBLIC_ROOTS_H_
#define TATTLE_CORE_DATA_PUBLIC_ROOTS_H_

#include <span>

#include "core/base/bytes.h"

namespace tattle {

// PublicRootSpkiHashes is sorted and never empty. It lives as long as the program.
std::span<const Hash> PublicRootSpkiHashes();

}  // namespace tattle

#endif  // TATTLE_CORE_DATA_PUBLIC_ROOTS_H_
