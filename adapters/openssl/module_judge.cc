// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/module_judge.h"

#include <atomic>
#include <memory>
#include <new>

#include "adapters/openssl/handles.h"

namespace tattle::openssl {
namespace {

using BuilderPtr = std::unique_ptr<tattle_client_builder, Deleter<tattle_client_builder_free>>;

struct Section {
  Settings settings;
  std::string name;
};

// Neither is ever freed: other threads may be in the middle of a handshake when the program ends.
std::atomic<const Section*> g_section = nullptr;
std::atomic<const Judge*> g_judge = nullptr;

// Keys that are not the client's.
constexpr const char* kPath = "path";      // of the module, for OpenSSL
constexpr const char* kConfig = "config";  // the file to read first, in the place of tattle.conf

const std::string* FindLast(const Settings& settings, const std::string& key) {
  const std::string* found = nullptr;
  for (const auto& [name, value] : settings) {
    found = name == key ? &value : found;
  }
  return found;
}

// Making is a client on its way: the builder, and the first thing that is wrong.
class Making {
 public:
  explicit Making(const Section& section) : section_(section) {
    tattle_client_builder* builder = nullptr;
    static_cast<void>(tattle_client_builder_new(&builder, nullptr));
    builder_.reset(builder);
    Set("syslog", "/dev/log");
    ReadFile();
    for (const auto& [key, value] : section.settings) {
      if (key != kPath && key != kConfig) {
        Set(key.c_str(), value.c_str());
      }
    }
  }

  // Finish is null for want of memory only.
  ClientPtr Finish(std::uint64_t now_ms) {
    if (!problem_.empty()) {
      return FinishBroken(now_ms);
    }
    ClientPtr client = New(now_ms);
    if (client != nullptr) {
      return client;
    }
    // The public roots cannot be read.
    NoteProblem();
    Set("public_roots", "");
    return FinishBroken(now_ms);
  }

 private:
  void Set(const char* key, const char* value) {
    if (tattle_client_builder_set(builder_.get(), key, value, &diag_) != TATTLE_OK) {
      NoteProblem();
      is_mode_known_ = is_mode_known_ && std::string(key) != "mode";
    }
  }

  void ReadFile() {
    const std::string* path = FindLast(section_.settings, kConfig);
    if (tattle_client_builder_read_file(builder_.get(), path == nullptr ? nullptr : path->c_str(),
                                        &diag_) != TATTLE_OK) {
      NoteProblem();
      // What the file asks for nobody knows; the section may say.
      is_mode_known_ = FindLast(section_.settings, "mode") != nullptr;
    }
  }

  void NoteProblem() {
    if (problem_.empty()) {
      problem_ = "openssl.cnf [" + section_.name + "]: " + std::string(std::data(diag_.text));
    }
  }

  ClientPtr New(std::uint64_t now_ms) {
    tattle_client* client = nullptr;
    static_cast<void>(tattle_client_new(builder_.get(), &client, now_ms, &diag_));
    return ClientPtr(client);
  }

  ClientPtr FinishBroken(std::uint64_t now_ms) {
    if (!is_mode_known_) {
      Set("mode", "require");
    }
    static_cast<void>(tattle_client_builder_set_problem(builder_.get(), problem_.c_str(), nullptr));
    return New(now_ms);
  }

  const Section& section_;
  BuilderPtr builder_;
  tattle_diag diag_ = TATTLE_DIAG_INIT;
  std::string problem_;
  bool is_mode_known_ = true;
};

std::unique_ptr<Judge> MakeJudge(const Section& section) {
  auto judge = std::make_unique<Judge>();
  judge->is_guest = true;
  judge->client = Making(section).Finish(judge->NowMs());
  return judge->client == nullptr ? nullptr : std::move(judge);
}

}  // namespace

void KeepSettings(Settings settings, std::string section) {
  const auto* kept = new Section{std::move(settings), std::move(section)};
  const Section* none = nullptr;
  if (!g_section.compare_exchange_strong(none, kept)) {
    delete kept;
  }
}

const Judge* GetJudge() {
  if (const Judge* judge = g_judge.load(std::memory_order_acquire); judge != nullptr) {
    return judge;
  }
  const Section* section = g_section.load(std::memory_order_acquire);
  if (section == nullptr) {
    return nullptr;
  }
  const ErrorMark mark;
  try {
    // No lock: a child of fork might find it taken. Threads that meet here make one too many.
    std::unique_ptr<const Judge> made = MakeJudge(*section);
    const Judge* first = nullptr;
    if (made == nullptr || !g_judge.compare_exchange_strong(first, made.get())) {
      return first;
    }
    return made.release();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace tattle::openssl
