// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle.h, "Client: connections judged as configured".

#include "plugin/runtime/client.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <tattle/tattle.h>

#include "core/base/bytes.h"
#include "plugin/capi/enums.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/counters.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/log_list_file.h"
#include "plugin/runtime/trusted_list.h"

namespace {

using tattle::Client;
using tattle::ClientOptions;
using tattle::Counter;
using tattle::LogLevel;
using tattle::LogListFile;
using tattle::Mode;
using tattle::TrustedList;
using tattle::capi::Change;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::NameOf;
using tattle::capi::Number;
using tattle::capi::Outcome;
using tattle::capi::Refused;

using SharedClient = std::shared_ptr<Client>;

static_assert(Number(Mode::kOff) == TATTLE_MODE_OFF);
static_assert(Number(Mode::kReport) == TATTLE_MODE_REPORT);
static_assert(Number(Mode::kRequire) == TATTLE_MODE_REQUIRE);

static_assert(Number(LogLevel::kInfo) == TATTLE_LOG_INFO);
static_assert(Number(LogLevel::kWarning) == TATTLE_LOG_WARNING);
static_assert(Number(LogLevel::kError) == TATTLE_LOG_ERROR);

static_assert(Number(Counter::kJudged) == TATTLE_COUNT_JUDGED);
static_assert(Number(Counter::kCompliant) == TATTLE_COUNT_COMPLIANT);
static_assert(Number(Counter::kNotCompliant) == TATTLE_COUNT_NOT_COMPLIANT);
static_assert(Number(Counter::kUndecided) == TATTLE_COUNT_UNDECIDED);
static_assert(Number(Counter::kOutOfScope) == TATTLE_COUNT_OUT_OF_SCOPE);
static_assert(Number(Counter::kRefused) == TATTLE_COUNT_REFUSED);
static_assert(Number(Counter::kCacheHits) == TATTLE_COUNT_CACHE_HITS);
static_assert(Number(Counter::kResumed) == TATTLE_COUNT_RESUMED);
static_assert(Number(Counter::kNotResumed) == TATTLE_COUNT_NOT_RESUMED);
static_assert(Number(Counter::kObservationsSent) == TATTLE_COUNT_OBSERVATIONS_SENT);
static_assert(Number(Counter::kObservationsDropped) == TATTLE_COUNT_OBSERVATIONS_DROPPED);
static_assert(Number(Counter::kListLoads) == TATTLE_COUNT_LIST_LOADS);
static_assert(Number(Counter::kListProblems) == TATTLE_COUNT_LIST_PROBLEMS);
static_assert(Number(Counter::kLogLinesLost) == TATTLE_COUNT_LOG_LINES_LOST);
static_assert(Number(Counter::kLogLinesLost) == tattle::kNumCounters);

Outcome<void> Settle(tattle::Outcome<void> result) {
  if (!result) {
    return Refused(std::move(result.error()));
  }
  return {};
}

Outcome<void> SetKey(ClientOptions& options, const char* key, const char* value) {
  if (key == nullptr || value == nullptr) {
    return Misused(key == nullptr ? "key" : "value");
  }
  return Settle(tattle::SetConfig(options.config, key, value));
}

Outcome<void> ReadFile(ClientOptions& options, const char* path) {
  const std::string name = path == nullptr ? tattle::kDefaultConfigFile : path;
  const auto content = tattle::ReadRegularFile(name, tattle::kMaxConfigSize);
  if (!content) {
    // Nothing else is overlooked: a file that is there may ask for mode require.
    return path == nullptr && content.error().missing ? Outcome<void>()
                                                      : Refused(content.error().sentence);
  }
  return Settle(tattle::SetConfigText(options.config, tattle::AsText(content->bytes), name));
}

Outcome<void> SetLogList(ClientOptions& options, const tattle_log_list* list) {
  const auto* content = tattle_log_list::Open(list);
  if (content == nullptr) {
    return Misused("list", "is no log list");
  }
  options.list = *content;
  return {};
}

Outcome<SharedClient> NewClient(const tattle_client_builder* builder, std::uint64_t now_ms) {
  const auto* options = tattle_client_builder::Open(builder);
  if (options == nullptr) {
    return Misused("builder", "is no builder");
  }
  tl::expected<SharedClient, std::string> client = Client::Create(**options, now_ms);
  if (!client) {
    return Refused(std::move(client.error()));
  }
  return *std::move(client);
}

}  // namespace

const char* tattle_mode_name(tattle_mode mode) {
  return NameOf(mode, Mode::kOff, Mode::kRequire, tattle::ModeName);
}

tattle_status tattle_client_builder_new(tattle_client_builder** out, tattle_diag* diag) {
  return Make(out, diag, []() -> Outcome<std::unique_ptr<ClientOptions>> {
    return std::make_unique<ClientOptions>();
  });
}

void tattle_client_builder_free(tattle_client_builder* builder) {
  tattle::capi::Free(builder);
}

tattle_status tattle_client_builder_set(tattle_client_builder* builder, const char* key,
                                        const char* value, tattle_diag* diag) {
  return Change(builder, diag, [=](ClientOptions& options) { return SetKey(options, key, value); });
}

tattle_status tattle_client_builder_read_file(tattle_client_builder* builder, const char* path,
                                              tattle_diag* diag) {
  return Change(builder, diag, [=](ClientOptions& options) { return ReadFile(options, path); });
}

tattle_status tattle_client_builder_set_log_list(tattle_client_builder* builder,
                                                 const tattle_log_list* list, tattle_diag* diag) {
  return Change(builder, diag, [=](ClientOptions& options) { return SetLogList(options, list); });
}

tattle_status tattle_client_builder_set_log(tattle_client_builder* builder, tattle_log_line line,
                                            void* arg, tattle_diag* diag) {
  return Change(builder, diag, [=](ClientOptions& options) -> Outcome<void> {
    options.log = line;
    options.log_arg = arg;
    return {};
  });
}

tattle_status tattle_client_builder_set_problem(tattle_client_builder* builder, const char* problem,
                                                tattle_diag* diag) {
  return Change(builder, diag, [=](ClientOptions& options) -> Outcome<void> {
    options.problem = problem == nullptr ? "" : problem;
    return {};
  });
}

tattle_status tattle_client_new(const tattle_client_builder* builder, tattle_client** out,
                                uint64_t now_ms, tattle_diag* diag) {
  return Make(out, diag, [=] { return NewClient(builder, now_ms); });
}

tattle_status tattle_client_share(const tattle_client* client, tattle_client** out,
                                  tattle_diag* diag) {
  return Make(out, diag, [=]() -> Outcome<SharedClient> {
    const auto* content = tattle_client::Open(client);
    if (content == nullptr) {
      return Misused("client", "is no client");
    }
    return *content;
  });
}

void tattle_client_free(tattle_client* client) {
  tattle::capi::Free(client);
}

uint64_t tattle_client_id(const tattle_client* client) {
  return Get(client, uint64_t{0}, [](const SharedClient& shared) { return shared->id(); });
}

tattle_mode tattle_client_mode(const tattle_client* client) {
  return Get(client, tattle_mode{0},
             [](const SharedClient& shared) { return Number(shared->config().mode); });
}

tattle_status tattle_client_log_list(const tattle_client* client, tattle_log_list** out,
                                     uint64_t now_ms, tattle_diag* diag) {
  return Make(out, diag, [=]() -> Outcome<TrustedList> {
    const auto* content = tattle_client::Open(client);
    if (content == nullptr) {
      return Misused("client", "is no client");
    }
    const LogListFile::Snapshot lists = (*content)->CurrentList(now_ms);
    if (!lists.list) {
      return Refused(lists.problem ? *lists.problem : "there is no log list");
    }
    return *lists.list;
  });
}

uint64_t tattle_client_count(const tattle_client* client, tattle_counter counter) {
  return Get(client, uint64_t{0}, [counter](const SharedClient& shared) {
    return counter >= TATTLE_COUNT_JUDGED && counter <= TATTLE_COUNT_LOG_LINES_LOST
               ? shared->counters().Get(static_cast<Counter>(counter))
               : 0;
  });
}

const char* tattle_counter_name(tattle_counter counter) {
  return NameOf(counter, Counter::kJudged, Counter::kLogLinesLost, tattle::CounterName);
}
