// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The CAs that count as public: the built-in ones and those of the configuration.

#ifndef TATTLE_PLUGIN_RUNTIME_PUBLIC_ROOT_SET_H_
#define TATTLE_PLUGIN_RUNTIME_PUBLIC_ROOT_SET_H_

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// PublicRootSet is immutable once made.
class PublicRootSet {
 public:
  // Load takes the built-in roots and, unless `path` is empty, the certificates of a PEM file or of
  // the regular files of a folder. Fails with a sentence that names the file: what cannot be read,
  // has no certificate, or has one that is none.
  static Outcome<PublicRootSet> Load(const std::string& path);

  bool Contains(const Hash& spki_hash) const;

  // sorted, for a digest over them
  const std::vector<Hash>& spki_hashes() const { return spki_hashes_; }

 private:
  std::vector<Hash> spki_hashes_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_PUBLIC_ROOT_SET_H_
