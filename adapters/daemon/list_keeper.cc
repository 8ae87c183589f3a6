// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/list_keeper.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/loglist/authenticate.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/list_signature.h"
#include "plugin/service/public_key_pem.h"
#include "plugin/service/replace_file.h"

namespace tattle::daemon {
namespace {

constexpr std::size_t kMaxKeyFileSize = 65'536;

constexpr std::chrono::minutes kUsual{360};
constexpr std::chrono::minutes kFirstRetry{15};

}  // namespace

Outcome<std::shared_ptr<const PublicKey>> ReadListKey(const std::string& path) {
  const tl::expected<FileContent, FileError> file = ReadRegularFile(path, kMaxKeyFileSize);
  if (!file) {
    return Sorry(file.error().sentence);
  }
  const auto spki = DecodeSpkiPem(AsText(file->bytes), path);
  return spki ? DecodeListKey(*spki, path) : Sorry(spki.error());
}

std::chrono::minutes NextFetch(unsigned failures) {
  if (failures == 0) {
    return kUsual;
  }
  return std::min(kUsual, kFirstRetry * (1U << std::min(failures - 1, 10U)));
}

Outcome<LogListUpdate> FetchLogList(const ListKeeperOptions& options, const Fetch& fetch,
                                    std::uint64_t now_ms) {
  const auto key = ReadListKey(options.key_file);
  if (!key) {
    return Sorry("log_list_key: " + key.error());
  }
  const auto text = fetch(options.url, kMaxLogListSize);
  if (!text) {
    return Sorry(text.error());
  }
  const auto signature = FetchListSignature(options.url, fetch);
  if (!signature) {
    return Sorry(signature.error());
  }
  if (!VerifyLogListSignature(*text, signature->bytes, **key)) {
    return Sorry(options.url + ": not signed by " + options.key_file +
                 "; list and signature may be of different times");
  }
  const auto lock =
      FolderLock::Create(options.destination, [](const std::string& /*folder*/) { return false; });
  if (!lock) {
    return Sorry(lock.error());
  }
  return UpdateLogList(options.destination, {*text, options.url}, now_ms, false);
}

}  // namespace tattle::daemon
