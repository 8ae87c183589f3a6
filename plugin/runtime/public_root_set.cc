// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/public_root_set.h"

#include <dirent.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/time.h"
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

void SortOnce(std::vector<Hash>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

bool IsAmong(const std::vector<Hash>& sorted, const Hash& hash) {
  return std::binary_search(sorted.begin(), sorted.end(), hash);
}

}  // namespace

// SystemRoots has no lock, which a child of fork might find taken: threads that meet here read the
// same.
class PublicRootSet::SystemRoots {
 public:
  explicit SystemRoots(std::string folder) : folder_(std::move(folder)) {}
  SystemRoots(const SystemRoots&) = delete;
  SystemRoots& operator=(const SystemRoots&) = delete;
  ~SystemRoots() { delete known_.load(std::memory_order_acquire); }

  bool Contains(const Hash& spki_hash) const { return IsAmong(Get(), spki_hash); }

 private:
  const std::vector<Hash>& Get() const {
    if (const auto* known = known_.load(std::memory_order_acquire); known != nullptr) {
      return *known;
    }
    auto read = std::make_unique<std::vector<Hash>>();
    const std::unique_ptr<DIR, CloseFolder> folder(opendir(folder_.c_str()));
    if (folder) {
      // What comes before a file that is broken counts.
      static_cast<void>(AddFolder(*read, folder.get(), folder_));
    }
    SortOnce(*read);
    const std::vector<Hash>* first = nullptr;
    return known_.compare_exchange_strong(first, read.get()) ? *read.release() : *first;
  }

  const std::string folder_;
  mutable std::atomic<const std::vector<Hash>*> known_ = nullptr;
};

Outcome<PublicRootSet> PublicRootSet::Load(const std::string& path, std::string system_folder) {
  PublicRootSet roots;
  roots.system_ = std::make_shared<const SystemRoots>(std::move(system_folder));
  const std::span<const Hash> built_in = PublicRootSpkiHashes();
  roots.spki_hashes_.assign(built_in.begin(), built_in.end());
  if (!path.empty()) {
    const std::unique_ptr<DIR, CloseFolder> folder(opendir(path.c_str()));
    const auto added = folder ? AddFolder(roots.spki_hashes_, folder.get(), path)
                              : AddFile(roots.spki_hashes_, path);
    if (!added) {
      return Sorry("public_roots: " + added.error());
    }
    SortOnce(roots.spki_hashes_);
  }
  return roots;
}

bool PublicRootSet::Contains(const Hash& spki_hash) const {
  return IsAmong(spki_hashes_, spki_hash) || (system_ && system_->Contains(spki_hash));
}

std::string WarningOfRoots(std::uint64_t now_ms) {
  if (!ArePublicRootsOldAt(now_ms)) {
    return {};
  }
  return "the built-in public roots are of " + EncodeRfc3339(PublicRootsDateMs()).substr(0, 10) +
         ", and chains of a CA that became public since are not judged; bring in a newer Tattle, "
         "or "
         "name a newer store with public_roots";
}

}  // namespace tattle
