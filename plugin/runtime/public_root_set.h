// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The CAs that count as public: the built-in ones, those of the configuration, and those of
// Debian's ca-certificates, where a system has a newer one than ours.

#ifndef TATTLE_PLUGIN_RUNTIME_PUBLIC_ROOT_SET_H_
#define TATTLE_PLUGIN_RUNTIME_PUBLIC_ROOT_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// kSystemRootsFolder has Mozilla's store as the system has it; CAs of the machine's own are
// elsewhere.
inline constexpr const char* kSystemRootsFolder = "/usr/share/ca-certificates/mozilla";

// PublicRootSet is immutable once made, and thread-safe. Copies share what was read of the system.
class PublicRootSet {
 public:
  // Load takes the built-in roots and, unless `path` is empty, the certificates of a PEM file or of
  // the regular files of a folder. Fails with a sentence that names the key and the file: what
  // cannot be read, has no certificate, or has one that is none.
  static Outcome<PublicRootSet> Load(const std::string& path,
                                     std::string system_folder = kSystemRootsFolder);

  // Contains looks into the system's folder, once, for the first key that is nowhere else: who only
  // meets public CAs that we know pays nothing. A folder that is not there, or cannot be read
  // (after a chroot), adds nothing.
  bool Contains(const Hash& spki_hash) const;

  // those of Load, sorted, for a digest over them
  const std::vector<Hash>& spki_hashes() const { return spki_hashes_; }

 private:
  class SystemRoots;

  std::vector<Hash> spki_hashes_;
  std::shared_ptr<const SystemRoots> system_;  // null in an empty set
};

// WarningOfRoots is what follows from built-in roots that are old; empty if they are not.
std::string WarningOfRoots(std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_PUBLIC_ROOT_SET_H_
