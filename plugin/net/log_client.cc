// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/log_client.h"

#include <utility>

#include "plugin/net/rfc6962_client.h"
#include "plugin/net/static_ct_client.h"

namespace tattle {

std::unique_ptr<LogClient> LogClient::Create(const Log& log, HttpClient& http,
                                             std::shared_ptr<FileCache> files) {
  if (log.kind == LogKind::kStaticCt) {
    return std::make_unique<StaticCtClient>(log, http, std::move(files));
  }
  return std::make_unique<Rfc6962Client>(log, http);
}

}  // namespace tattle
