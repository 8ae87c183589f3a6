// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: RenderStatusPage
// Property: the page is well formed, links to nothing but itself, is bounded, and has the same tags
// where every "<" of the document is another character: none of them came through.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "fuzz/require.h"
#include "plugin/page/page.h"
#include "tests/testlib/html_tags.h"

using tattle::fuzz::Require;
using tattle::testlib::HtmlTags;

namespace {

// Replace is the text with `to` for each `from`; no name that is known has a tilde in it.
std::string Replace(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

void CheckTags(const HtmlTags& tags) {
  Require(tags.fault.empty());
  for (const std::string& link : tags.links) {
    Require(link.starts_with('?') || link.starts_with('#'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kFrame = 32U << 10U;
  // What is written for the shortest row, a log's, is about 400 bytes.
  constexpr std::size_t kGrowth = 400;
  const tattle::Bytes document(data, size);
  const tattle::Result<std::string> page = tattle::RenderStatusPage(document);
  static_cast<void>(tattle::FindStatusFormat(tattle::AsText(document)));
  if (!page) {
    return 0;
  }
  Require(page->size() <= kFrame + kGrowth * size);
  const HtmlTags tags = tattle::testlib::ReadTags(*page);
  CheckTags(tags);
  std::string tame(tattle::AsText(document));
  for (const std::string_view bracket : {"<", "\\u003c", "\\u003C"}) {
    tame = Replace(std::move(tame), bracket, "~");
  }
  if (const auto tamed = tattle::RenderStatusPage(tattle::AsBytes(tame))) {
    Require(tattle::testlib::ReadTags(*tamed).tags == tags.tags);
  }
  return 0;
}
