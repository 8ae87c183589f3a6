// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What an opaque pointer of serve.h points to.

#ifndef TATTLE_PLUGIN_CAPI_SERVE_HANDLE_H_
#define TATTLE_PLUGIN_CAPI_SERVE_HANDLE_H_

#include <memory>
#include <vector>

#include <tattle/serve.h>

#include "core/serve/choose.h"
#include "core/serve/sct_matcher.h"
#include "plugin/capi/handle.h"

// Like a builder's.
struct tattle_scts final
    : tattle::capi::Handle<std::unique_ptr<tattle::SctMatcher>, 0x74736373 /* "tscs" */> {
  using Handle::Handle;
};

struct tattle_sct_notes final
    : tattle::capi::Handle<std::vector<tattle::SctNote>, 0x746E6F74 /* "tnot" */> {
  using Handle::Handle;
};

namespace tattle::capi {

// SctChoiceContent lends its notes.
struct SctChoiceContent {
  SctChoice choice;
  std::unique_ptr<const tattle_sct_notes> notes;
};

}  // namespace tattle::capi

struct tattle_sct_choice final
    : tattle::capi::Handle<tattle::capi::SctChoiceContent, 0x74636863 /* "tchc" */> {
  using Handle::Handle;
};

#endif  // TATTLE_PLUGIN_CAPI_SERVE_HANDLE_H_
