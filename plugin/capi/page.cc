// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// page.h.

#include "plugin/page/page.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tattle/page.h>

#include "plugin/capi/enums.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"

namespace tattle::capi {

struct PageContent {
  std::string html;
  std::string security_policy;
};

}  // namespace tattle::capi

struct tattle_page final
    : tattle::capi::Handle<tattle::capi::PageContent, 0x74706167 /* "tpag" */> {
  using Handle::Handle;
};

namespace {

using tattle::Bytes;
using tattle::Result;
using tattle::StatusFormat;
using tattle::capi::BytesFrom;
using tattle::capi::Failed;
using tattle::capi::Get;
using tattle::capi::Guard;
using tattle::capi::Make;
using tattle::capi::Number;
using tattle::capi::Outcome;
using tattle::capi::PageContent;

static_assert(Number(StatusFormat::kJson) == TATTLE_PAGE_JSON);
static_assert(Number(StatusFormat::kPrometheus) == TATTLE_PAGE_PROMETHEUS);
static_assert(Number(StatusFormat::kHtml) == TATTLE_PAGE_HTML);

Outcome<PageContent> Render(Bytes document) {
  Result<std::string> html = tattle::RenderStatusPage(document);
  if (!html) {
    return Failed(html.error());
  }
  return PageContent{*std::move(html), tattle::StatusPagePolicy()};
}

}  // namespace

tattle_page_format tattle_page_format_find(const char* accept, size_t accept_len) {
  constexpr tattle_page_format kDefault = TATTLE_PAGE_JSON;
  return Guard(kDefault, kDefault, [=] {
    return Number(tattle::FindStatusFormat(
        accept == nullptr ? std::string_view() : std::string_view(accept, accept_len)));
  });
}

tattle_status tattle_page_new(tattle_page** out, const uint8_t* document, size_t document_len,
                              tattle_diag* diag) {
  return Make(out, diag,
              [=] { return BytesFrom(document, document_len, "document").and_then(Render); });
}

void tattle_page_free(tattle_page* page) {
  tattle::capi::Free(page);
}

const char* tattle_page_get0_html(const tattle_page* page, size_t* len) {
  if (len != nullptr) {
    *len = 0;
  }
  return Get(page, "", [len](const PageContent& content) {
    if (len != nullptr) {
      *len = content.html.size();
    }
    return content.html.c_str();
  });
}

const char* tattle_page_get0_security_policy(const tattle_page* page) {
  return Get(page, "", [](const PageContent& content) { return content.security_policy.c_str(); });
}
