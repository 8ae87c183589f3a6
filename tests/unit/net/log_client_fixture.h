// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A MiniLog behind a server, a client for it, and what its entries looked like.

#ifndef TATTLE_TESTS_UNIT_NET_LOG_CLIENT_FIXTURE_H_
#define TATTLE_TESTS_UNIT_NET_LOG_CLIENT_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/net/http_client.h"
#include "plugin/net/log_client.h"
#include "tests/unit/net/mini_log.h"
#include "tests/unit/net/scripted_server.h"

namespace tattle::testing {

class LogClientFixture : public ::testing::Test {
 protected:
  // ShownEntry is a copy of a LogEntryView.
  struct ShownEntry {
    std::uint64_t leaf_index = 0;
    ByteVector leaf_input;
    ByteVector pre_certificate;
    std::size_t chain_len = 0;
  };

  void Start(LogKind kind, std::size_t size) {
    log_ = std::make_unique<MiniLog>(kind, size);
    server_ = std::make_unique<ScriptedServer>(
        [this](const ScriptedRequest& request) { return log_->Answer(request); });
    entry_ = log_->Entry(server_->url());
    if (kind == LogKind::kStaticCt) {
      // Submissions come here too; the origin is then that of this server.
      log_->origin = server_->url().substr(std::string("http://").size()) + "/log";
      entry_.url = entry_.monitoring_url;
    }
    HttpOptions options;
    options.allow_http = true;
    options.retries = 0;
    http_ = std::make_unique<HttpClient>(options);
    client_ = LogClient::Create(entry_, *http_);
  }

  Answer<void> FetchAll(std::uint64_t first, std::uint64_t last, const TreeHead& head) {
    shown_.clear();
    return client_->FetchEntries(first, last, head, [this](const LogEntryView& entry) {
      shown_.push_back({entry.leaf_index, ToVector(entry.leaf_input),
                        ToVector(entry.pre_certificate), entry.chain.size()});
      return true;
    });
  }

  MiniLog& log() { return *log_; }
  ScriptedServer& server() { return *server_; }
  LogClient& client() { return *client_; }
  const Log& entry() const { return entry_; }
  const std::vector<ShownEntry>& shown() const { return shown_; }

 private:
  std::unique_ptr<MiniLog> log_;
  std::unique_ptr<ScriptedServer> server_;
  Log entry_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<LogClient> client_;
  std::vector<ShownEntry> shown_;
};

}  // namespace tattle::testing

#endif  // TATTLE_TESTS_UNIT_NET_LOG_CLIENT_FIXTURE_H_
