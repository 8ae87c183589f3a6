// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The roots that are public: the CAs whose certificates have to be logged.
//
// core/data/public_roots.txt holds the SHA-256 of each root's SubjectPublicKeyInfo, made from
// several versions of Debian's ca-certificates by make_public_roots.py: a root that was public
// stays public, as there are programs that still trust it. Keys and not certificates, since a root
// that is signed anew keeps its key. Read-only data, safe to use from any thread.

#ifndef TATTLE_CORE_DATA_PUBLIC_ROOTS_H_
#define TATTLE_CORE_DATA_PUBLIC_ROOTS_H_

#include <cstdint>
#include <span>

#include "core/base/bytes.h"

namespace tattle {

// PublicRootSpkiHashes is sorted and never empty. It lives as long as the program.
std::span<const Hash> PublicRootSpkiHashes();

// PublicRootsDateMs is the day of the newest package that they were made from.
std::uint64_t PublicRootsDateMs();

// ArePublicRootsOldAt says whether they are older than 18 months, in which about 20 roots become
// public. A chain of a root that is not among them is taken for a private one.
bool ArePublicRootsOldAt(std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_CORE_DATA_PUBLIC_ROOTS_H_
