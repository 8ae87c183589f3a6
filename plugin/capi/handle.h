// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What an opaque pointer of tattle.h points to.

#ifndef TATTLE_PLUGIN_CAPI_HANDLE_H_
#define TATTLE_PLUGIN_CAPI_HANDLE_H_

#include <cstdint>
#include <memory>
#include <utility>

#include <tattle/gossip.h>
#include <tattle/tattle.h>

#include "core/policy/policy.h"
#include "plugin/runtime/client.h"
#include "plugin/runtime/facts.h"
#include "plugin/runtime/offer.h"
#include "plugin/runtime/session.h"
#include "plugin/runtime/trusted_list.h"

namespace tattle::capi {

// Handle is a content that never changes behind a number that says of what type it is. The number
// is looked at before the content is: a pointer to another kind of handle is found out, and with
// luck one that was freed (hence volatile: the destructor's store must not be optimised away).
template <typename ContentType, std::uint32_t kMagic>
class Handle {
 public:
  using Content = ContentType;

  explicit Handle(Content content) : content_(std::move(content)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { magic_ = 0; }

  // Open is the content; null for null and for what is no such handle.
  static const Content* Open(const Handle* handle) {
    return handle != nullptr && handle->magic_ == kMagic ? &handle->content_ : nullptr;
  }

 private:
  volatile std::uint32_t magic_ = kMagic;
  const Content content_;
};

struct VerdictContent {
  std::shared_ptr<const Verdict> verdict;
  bool list_stale = false;
};

}  // namespace tattle::capi

struct tattle_log_list final : tattle::capi::Handle<tattle::TrustedList, 0x746C6F67 /* "tlog" */> {
  using Handle::Handle;
};

struct tattle_report final
    : tattle::capi::Handle<std::shared_ptr<const tattle::Facts>, 0x74726570 /* "trep" */> {
  using Handle::Handle;
};

struct tattle_verdict final
    : tattle::capi::Handle<tattle::capi::VerdictContent, 0x74766572 /* "tver" */> {
  using Handle::Handle;
};

// A builder's content is what the pointer points to, which may change.
struct tattle_client_builder final
    : tattle::capi::Handle<std::unique_ptr<tattle::ClientOptions>, 0x7462756C /* "tbul" */> {
  using Handle::Handle;
};

struct tattle_client final
    : tattle::capi::Handle<std::shared_ptr<tattle::Client>, 0x74636C69 /* "tcli" */> {
  using Handle::Handle;
};

namespace tattle::capi {

// SessionContent lends its report and its verdict, which are null where the session has none.
struct SessionContent {
  Session session;
  std::unique_ptr<const tattle_report> report;
  std::unique_ptr<const tattle_verdict> verdict;
};

}  // namespace tattle::capi

struct tattle_heads final : tattle::capi::Handle<tattle::Offer, 0x74686473 /* "thds" */> {
  using Handle::Handle;
};

struct tattle_session final
    : tattle::capi::Handle<tattle::capi::SessionContent, 0x74736573 /* "tses" */> {
  using Handle::Handle;
};

#endif  // TATTLE_PLUGIN_CAPI_HANDLE_H_
