// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on evidence, each with its reason (core/base/limits.h).

#ifndef TATTLE_PLUGIN_AUDIT_BOUNDS_H_
#define TATTLE_PLUGIN_AUDIT_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// A file with the SCT list of TLS extension 18: the extension's length field has 16 bits.
inline constexpr std::size_t kMaxSctListFileSize = 65'535;

// Heads, and SCTs, of one piece of evidence: no kind has a use for more.
inline constexpr std::size_t kMaxEvidenceObjects = 2;

// What a server answered, as evidence keeps it: a hash tile is 8 KB, a checkpoint less than 1 KB.
inline constexpr std::size_t kMaxEvidenceBody = 64U << 10U;

// Each text in evidence: a log's name or URL, a path, a remark. Real ones are below 200 bytes.
inline constexpr std::size_t kMaxEvidenceText = 2048;

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_BOUNDS_H_
