// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/public_root_set.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/crypto/sha256.h"
#include "core/data/public_roots.h"
#include "core/der/certificate.h"
#include "core/der/pem.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

std::string NoCertificate(const std::string& path) {
  return path + ": has no certificate in PEM (-----BEGIN CERTIFICATE-----)";
}

// AddCertificates returns how many there were.
Outcome<std::size_t> AddCertificates(std::vector<Hash>& out, Bytes content,
                                     const std::string& path) {
  PemCertificateReader pem(AsText(content));
  for (std::size_t count = 0;; ++count) {
    const std::string which = path + ": certificate " + std::to_string(count + 1);
    const Result<std::optional<ByteVector>> der = pem.Read();
    if (!der) {
      return Sorry(which + " is broken (" + Describe(der.error()) + ")");
    }
    if (!*der) {
      return count;
    }
    const Result<CertificateView> certificate = DecodeCertificate(**der);
    if (!certificate) {
      return Sorry(which + " is none (" + Describe(certificate.error()) + ")");
    }
    out.push_back(Sha256Of(certificate->spki));
  }
}

// ListFolder names the entries that are not hidden, in an order that does not depend on the disk.
Outcome<std::vector<std::string>> ListFolder(DIR* folder, const std::string& path) {
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread reads from this stream
    const dirent* entry = readdir(folder);
    if (entry == nullptr) {
      break;
    }
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name.substr(0, 1) == ".") {
      continue;
    }
    if (names.size() == kMaxPublicRootFiles) {
      return Sorry(path + ": has more than " + std::to_string(kMaxPublicRootFiles) + " files");
    }
    names.emplace_back(name);
  }
  if (errno != 0) {
    return Sorry(path + ": cannot be read (" + SystemMessage(errno) + ")");
  }
  std::sort(names.begin(), names.end());
  return names;
}

Outcome<void> AddFolder(std::vector<Hash>& out, DIR* folder, const std::string& path) {
  const Outcome<std::vector<std::string>> names = ListFolder(folder, path);
  if (!names) {
    return Sorry(names.error());
  }
  std::size_t count = 0;
  std::size_t budget = kMaxPublicRootsSize;
  for (const std::string& name : *names) {
    std::string file = path;
    file.append("/").append(name);
    const tl::expected<FileContent, FileError> content = ReadRegularFile(file, budget);
    if (!content && (content.error().missing || content.error().not_regular)) {
      continue;  // a folder in it, or a link to nowhere
    }
    if (!content) {
      return Sorry(content.error().sentence);
    }
    budget -= content->bytes.size();
    const auto added = AddCertificates(out, content->bytes, file);
    if (!added) {
      return Sorry(added.error());
    }
    count += *added;
  }
  if (count == 0) {
    return Sorry(NoCertificate(path));
  }
  return {};
}

Outcome<void> AddFile(std::vector<Hash>& out, const std::string& path) {
  const tl::expected<FileContent, FileError> content = ReadRegularFile(path, kMaxPublicRootsSize);
  if (!content) {
    return Sorry(content.error().sentence);
  }
  const auto added = AddCertificates(out, content->bytes, path);
  if (!added) {
    return Sorry(added.error());
  }
  if (*added == 0) {
    return Sorry(NoCertificate(path));
  }
  return {};
}

}  // namespace

Outcome<PublicRootSet> PublicRootSet::Load(const std::string& path) {
  PublicRootSet roots;
  const std::span<const Hash> built_in = PublicRootSpkiHashes();
  roots.spki_hashes_.assign(built_in.begin(), built_in.end());
  if (!path.empty()) {
    const std::unique_ptr<DIR, CloseFolder> folder(opendir(path.c_str()));
    const auto added = folder ? AddFolder(roots.spki_hashes_, folder.get(), path)
                              : AddFile(roots.spki_hashes_, path);
    if (!added) {
      return Sorry("public_roots: " + added.error());
    }
    std::sort(roots.spki_hashes_.begin(), roots.spki_hashes_.end());
    const auto repeated = std::unique(roots.spki_hashes_.begin(), roots.spki_hashes_.end());
    roots.spki_hashes_.erase(repeated, roots.spki_hashes_.end());
  }
  return roots;
}

bool PublicRootSet::Contains(const Hash& spki_hash) const {
  return std::binary_search(spki_hashes_.begin(), spki_hashes_.end(), spki_hash);
}

}  // namespace tattle
