// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/fetch/client.h"

#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tattle::cli {
namespace {

void Tell(const ClientLines& lines, tattle_log_level level, std::string_view line) {
  if (level == TATTLE_LOG_INFO) {
    if (lines.is_verbose) {
      lines.screen.Say("* " + std::string(line));
    }
  } else if (level == TATTLE_LOG_WARNING) {
    lines.screen.Say("tattle: warning: " + std::string(line));
  } else if (!lines.is_transfer) {
    lines.screen.Say("tattle: " + std::string(line));
  }
}

void OnClientLine(void* arg, tattle_log_level level, const char* line) {
  try {
    Tell(*static_cast<const ClientLines*>(arg), level, line);
  } catch (const std::exception&) {
    // A line is lost, not the transfer.
  }
}

// FromThisFolder: a client keeps paths for later, when the program may be in another folder.
std::string FromThisFolder(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.string();
}

}  // namespace

Outcome<CtClientPtr> MakeFetchClient(const FetchOptions& options, std::uint64_t now_ms,
                                     ClientLines& lines) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_client_builder* made = nullptr;
  tattle_status status = tattle_client_builder_new(&made, &diag);
  const CtBuilderPtr builder(made);
  if (status == TATTLE_OK) {
    const std::string& file = options.config;
    status = tattle_client_builder_read_file(builder.get(), file.empty() ? nullptr : file.c_str(),
                                             &diag);
  }
  const auto set = [&](const char* key, const std::string& value) {
    if (status == TATTLE_OK && !value.empty()) {
      status = tattle_client_builder_set(builder.get(), key, value.c_str(), &diag);
    }
  };
  set("mode", options.require_ct ? "require" : "");
  set("policy", options.policy);
  for (const auto& [key, path] : {std::pair("log_list", &options.log_list),
                                  {"public_roots", &options.public_roots},
                                  {"observe_socket", &options.observe_socket},
                                  {"outbox", &options.outbox}}) {
    set(key, path->empty() ? "" : FromThisFolder(*path));
  }
  if (status == TATTLE_OK) {
    status = tattle_client_builder_set_log(builder.get(), &OnClientLine, &lines, &diag);
  }
  tattle_client* client = nullptr;
  if (status == TATTLE_OK) {
    status = tattle_client_new(builder.get(), &client, now_ms, &diag);
  }
  CtClientPtr owned(client);
  if (status != TATTLE_OK) {
    return Sorry(std::begin(diag.text));
  }
  // A program goes on with a list that cannot be read, and looks again. Whoever names one here
  // wants to know.
  if (!options.log_list.empty() && tattle_client_count(client, TATTLE_COUNT_LIST_PROBLEMS) != 0) {
    return Sorry("--log-list " + options.log_list + " cannot be used: nothing was asked for");
  }
  return owned;
}

}  // namespace tattle::cli
