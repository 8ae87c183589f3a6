// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the opaque pointers of a server's half of gossip.h point to.

#ifndef TATTLE_PLUGIN_CAPI_GOSSIP_HANDLE_H_
#define TATTLE_PLUGIN_CAPI_GOSSIP_HANDLE_H_

#include <string>

#include <tattle/gossip.h>

#include "plugin/capi/handle.h"
#include "plugin/runtime/gossip_findings.h"
#include "plugin/runtime/gossip_message.h"
#include "plugin/runtime/head_shelf.h"

struct tattle_gossip_message final
    : tattle::capi::Handle<tattle::GossipMessage, 0x74676D73 /* "tgms" */> {
  using Handle::Handle;
};

struct tattle_gossip_findings final
    : tattle::capi::Handle<tattle::GossipFindings, 0x74676669 /* "tgfi" */> {
  using Handle::Handle;
};

struct tattle_gossip_text final : tattle::capi::Handle<std::string, 0x74677478 /* "tgtx" */> {
  using Handle::Handle;
};

struct tattle_head_shelf final : tattle::capi::Handle<tattle::HeadShelf, 0x74687368 /* "thsh" */> {
  using Handle::Handle;
};

#endif  // TATTLE_PLUGIN_CAPI_GOSSIP_HANDLE_H_
