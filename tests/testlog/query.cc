// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/query.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/base64.h"
#include "core/base/limits.h"

namespace tattle::testlog {
namespace {

tl::unexpected<std::string> Bad(std::string_view name, std::string_view what) {
  return Sorry("parameter \"" + std::string(name) + "\" " + std::string(what));
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const Result<ByteVector> byte = DecodeHex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) {
      return std::nullopt;
    }
    out += static_cast<char>(byte->front());
    i += 2;
  }
  return out;
}

}  // namespace

Outcome<std::string> FindText(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    const std::size_t equals = std::min(part.find('='), part.size());
    if (part.substr(0, equals) != name) {
      continue;
    }
    if (found) {
      return Bad(name, "stands twice");
    }
    found = Unescape(part.substr(std::min(part.size(), equals + 1)));
    if (!found) {
      return Bad(name, "has a broken escape");
    }
  }
  if (!found) {
    return Bad(name, "is missing");
  }
  return *found;
}

Outcome<std::uint64_t> FindNumber(std::string_view query, std::string_view name) {
  const Outcome<std::string> text = FindText(query, name);
  if (!text) {
    return Sorry(text.error());
  }
  std::uint64_t number = 0;
  const std::string_view digits = *text;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  if (error != std::errc() || end != digits.end() || number > kMaxTreeSize) {
    return Bad(name, "is no number");
  }
  return number;
}

Outcome<Hash> FindHash(std::string_view query, std::string_view name) {
  const Outcome<std::string> text = FindText(query, name);
  if (!text) {
    return Sorry(text.error());
  }
  const Result<ByteVector> bytes = DecodeBase64(*text);
  Hash hash = {};
  if (!bytes || bytes->size() != hash.size()) {
    return Bad(name, "is no hash in base64");
  }
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace tattle::testlog
