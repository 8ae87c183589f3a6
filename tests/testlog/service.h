// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Service: several logs, each below a path of its own.

#ifndef TATTLE_TESTS_TESTLOG_SERVICE_H_
#define TATTLE_TESTS_TESTLOG_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/net/http_server.h"
#include "tests/testlog/log.h"

namespace tattle::testlog {

// Service owns its logs. As safe to use from several threads as they are.
class Service {
 public:
  // Create fails for logs without or with equal names, and for a name that is not of letters,
  // digits and "-_.".
  static Outcome<std::unique_ptr<Service>> Create(std::vector<std::unique_ptr<Log>> logs);

  // Answer is what the log says whose "/NAME/" the path begins with; 404 if there is none.
  HttpResponse Answer(std::size_t face, const HttpRequest& request, std::uint64_t now_ms) const;

  // Command obeys "LOG[@FACE] LIE[=VALUE]" and "LOG[@FACE] honest". Fails with a sentence.
  Outcome<void> Command(std::string_view line, std::uint64_t now_ms) const;

  // Sequence lets every log sequence. The first failure comes back; the others still sequence.
  Outcome<void> Sequence(std::uint64_t now_ms) const;

  // SetBaseUrl says below which URL a face is served, such as "https://127.0.0.1:8443".
  void SetBaseUrl(std::size_t face, std::string_view url) const;

  // ListFor is the log list for the clients of a face. Of logs with one key, which no list may
  // have, only the first is in it.
  Outcome<LogList> ListFor(std::string_view base_url, std::uint64_t now_ms) const;

  const std::vector<std::unique_ptr<Log>>& logs() const { return logs_; }
  Log* Find(std::string_view name) const;  // null if there is none

 private:
  explicit Service(std::vector<std::unique_ptr<Log>> logs) : logs_(std::move(logs)) {}

  std::vector<std::unique_ptr<Log>> logs_;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_SERVICE_H_
