// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/config_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <numeric>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "core/base/base64.h"
#include "core/base/lower_case.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/host_name.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

// What an error repeats of a value: errors are cut at 160 characters by the C ABI, and what would
// be right comes behind it.
constexpr std::size_t kMaxLabel = 63;  // RFC 1035, Section 2.3.4

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

bool IsControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// The underscore is in no host name by RFC 1123, and in many.
bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-' || c == '_';
}

std::string Quote(std::string_view value) {
  return "\"" + Excerpt(value) + "\"";
}

// Labels of letters, digits, hyphens and underscores. The last one is no number: such a name would
// look like a cut IPv4 address, and is none in the DNS.
bool IsName(std::string_view name) {
  if (name.size() > kMaxHostName) {
    return false;
  }
  while (true) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > kMaxLabel ||
        !std::all_of(label.begin(), label.end(), IsNameCharacter)) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return !std::all_of(label.begin(), label.end(), IsDigit);
    }
    name.remove_prefix(dot + 1);
  }
}

// CanonicalAddress is an IP address as inet_ntop writes it; nothing if `text` is none.
std::optional<std::string> CanonicalAddress(const std::string& text) {
  std::array<char, INET6_ADDRSTRLEN> out = {};
  std::array<std::uint8_t, sizeof(in6_addr)> address = {};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, text.c_str(), address.data()) == 1 &&
        inet_ntop(family, address.data(), out.data(), INET6_ADDRSTRLEN) != nullptr) {
      return out.data();
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && IsBlank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string Excerpt(std::string_view text, std::size_t max_len) {
  std::string out(text.substr(0, max_len));
  for (char& c : out) {
    if (c < ' ' || c > '~') {  // what is beyond ASCII is not taken apart, and may be cut
      c = '?';
    }
  }
  return text.size() > max_len ? out + "..." : out;
}

std::string JoinWords(std::span<const std::string_view> words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) {
      out += i + 1 < words.size() ? ", " : " " + std::string(last) + " ";
    }
    out += words[i];
  }
  return out;
}

// Levenshtein's distance, a row of the matrix at a time.
bool IsNearMiss(std::string_view word, std::string_view right) {
  constexpr std::size_t kMaxDistance = 2;
  if (word.size() > right.size() + kMaxDistance) {
    return false;
  }
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (const char c : word) {
    std::size_t diagonal = row.front()++;
    for (std::size_t i = 0; i < right.size(); ++i) {
      const std::size_t replaced = diagonal + (LowerCase(c) == right[i] ? 0 : 1);
      diagonal = row[i + 1];
      row[i + 1] = std::min({replaced, row[i] + 1, row[i + 1] + 1});
    }
  }
  return row.back() <= kMaxDistance;
}

std::optional<std::string> FindControlCharacter(std::string_view text) {
  const auto found = std::find_if(text.begin(), text.end(), IsControl);
  if (found == text.end()) {
    return std::nullopt;
  }
  const std::array<std::uint8_t, 1> byte = {static_cast<std::uint8_t>(*found)};
  return "has the control character 0x" + Hex(byte) + "; remove it";
}

std::optional<std::string> FindFault(std::string_view value) {
  if (std::optional<std::string> fault = FindControlCharacter(value)) {
    return fault;
  }
  if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
    return "begins with a quotation mark; values are written without";
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '#' && (i == 0 || IsBlank(value[i - 1]))) {
      return "has a # in it; a comment needs a line of its own";
    }
  }
  return std::nullopt;
}

std::string DescribeNoChoice(std::string_view value, std::string_view what,
                             std::span<const std::string_view> names) {
  const std::string choose = "choose " + JoinWords(names, "or");
  return value.empty() ? "has no value; " + choose
                       : "there is no " + std::string(what) + " " + Quote(value) + "; " + choose;
}

Outcome<bool> ReadYesOrNo(std::string_view value) {
  constexpr Choice<bool> kChoices[] = {{"yes", true}, {"no", false}};
  return Choose<bool>(value, "such choice", kChoices);
}

Outcome<std::size_t> ReadNumber(std::string_view value, std::size_t max) {
  std::size_t number = 0;
  const char* const end = std::to_address(value.end());
  const std::from_chars_result read = std::from_chars(std::to_address(value.begin()), end, number);
  if (read.ec != std::errc() || read.ptr != end || number > max) {
    const std::string was = value.empty() ? "has no value" : Quote(value) + " is none";
    return Sorry(was + "; give a number from 0 to " + std::to_string(max));
  }
  return number;
}

Outcome<std::string> ReadPath(std::string_view value) {
  if (value.find('\t') != std::string_view::npos) {
    return Sorry("has a tab in it; remove it");
  }
  if (!value.empty() && value.front() != '/') {
    return Sorry(Quote(value) +
                 " is no absolute path; begin it with /, since programs change their folder");
  }
  return std::string(value);
}

Outcome<std::string> ReadSocketPath(std::string_view value) {
  constexpr std::size_t kMax = sizeof(sockaddr_un::sun_path) - 1;
  if (value.size() > kMax) {
    return Sorry("is longer than " + std::to_string(kMax) + " bytes, the limit for sockets");
  }
  return ReadPath(value);
}

Outcome<std::string> ReadHostPattern(std::string_view item) {
  if (item.empty()) {
    return Sorry("a host is missing between two commas; remove one");
  }
  std::string host = CanonicalHost(item);
  if (std::optional<std::string> address = CanonicalAddress(host)) {
    return *std::move(address);
  }
  const bool is_pattern = host.substr(0, 2) == "*.";
  if (!IsName(is_pattern ? std::string_view(host).substr(2) : host)) {
    return Sorry(Quote(item) +
                 " is no host; give an ASCII name (xn--...), *. and a name, or an IP address");
  }
  return host;
}

Outcome<Hash> ReadHash(std::string_view item) {
  constexpr std::string_view kPrefix = "sha256/";
  std::string_view text = item;
  if (text.substr(0, kPrefix.size()) == kPrefix) {
    text.remove_prefix(kPrefix.size());
    // After curl's second slash come 44 digits, the first of which may be a slash as well.
    if (text.size() == 45 && text.front() == '/') {
      text.remove_prefix(1);
    }
  }
  Hash hash;
  const Result<ByteVector> bytes =
      text.size() == 2 * hash.size() ? DecodeHex(text) : DecodeBase64(text);
  if (!bytes || bytes->size() != hash.size()) {
    return Sorry(Quote(item) +
                 " is no hash; give the SHA-256 of a public key: 64 hex digits or base64");
  }
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace tattle
