// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/check/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <system_error>
#include <utility>

#include "adapters/daemon/bounds.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/host_name.h"

namespace tattle::daemon {
namespace {

// A process id, or a session's name in Prosody.
constexpr std::size_t kMaxId = 64;

// Words takes words off the front of a line.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line), size_(line.size()) {}

  bool empty() const { return is_empty_; }
  std::size_t offset() const { return size_ - rest_.size(); }

  // Take is the next word. Two blanks have an empty one between them.
  std::string_view Take() {
    const std::size_t blank = rest_.find(' ');
    const std::string_view word = rest_.substr(0, blank);
    is_empty_ = blank == std::string_view::npos;
    rest_.remove_prefix(is_empty_ ? rest_.size() : blank + 1);
    return word;
  }

 private:
  std::string_view rest_;
  std::size_t size_;
  bool is_empty_ = false;
};

Result<void> SetHost(CheckRequest& request, std::string_view value) {
  request.host = CanonicalHost(value);
  return IsCanonicalHost(request.host) ? Result<void>() : Fail(Errc::kBadEncoding, "check.host");
}

Result<void> SetId(CheckRequest& request, std::string_view value) {
  if (value.size() > kMaxId) {
    return Fail(Errc::kTooLarge, "check.id");
  }
  if (value.empty() ||
      !std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return Fail(Errc::kBadEncoding, "check.id");
  }
  request.id = value;
  return {};
}

Result<void> SetDepth(CheckRequest& request, std::string_view value) {
  const char* const end = std::to_address(value.end());
  const auto read = std::from_chars(std::to_address(value.begin()), end, request.depth);
  const bool has_zeros = value.size() > 1 && value.front() == '0';
  if (read.ec != std::errc() || read.ptr != end || has_zeros) {
    return Fail(Errc::kBadEncoding, "check.depth");
  }
  return request.depth <= kMaxChainCas ? Result<void>() : Fail(Errc::kTooLarge, "check.depth");
}

Result<void> SetDirection(CheckRequest& request, std::string_view value) {
  request.is_incoming = value == "in";
  return request.is_incoming || value == "out" ? Result<void>()
                                               : Fail(Errc::kOutOfRange, "check.direction");
}

struct Pair {
  std::string_view name;
  Result<void> (*set)(CheckRequest& request, std::string_view value);
  const char* field;
};

constexpr std::array<Pair, 4> kPairs = {{
    {"depth", SetDepth, "check.depth"},
    {"id", SetId, "check.id"},
    {"direction", SetDirection, "check.direction"},
    {"host", SetHost, "check.host"},
}};
constexpr std::size_t kDepth = 0;  // in kPairs
constexpr std::size_t kId = 1;

using Seen = std::array<bool, kPairs.size()>;

// ReadPairs takes everything before the certificates.
Result<Seen> ReadPairs(Words& words, CheckRequest& request) {
  Seen seen = {};
  while (!words.empty()) {
    const std::size_t offset = words.offset();
    const std::string_view name = words.Take();
    if (name == "der") {
      return seen;
    }
    const auto* const pair = std::find_if(kPairs.begin(), kPairs.end(),
                                          [name](const Pair& one) { return one.name == name; });
    if (pair == kPairs.end()) {
      return Fail(Errc::kBadEncoding, "check.word", offset);
    }
    if (std::exchange(seen.at(static_cast<std::size_t>(pair - kPairs.begin())), true)) {
      return Fail(Errc::kDuplicate, pair->field, offset);
    }
    const std::size_t value_offset = words.offset();
    if (const Result<void> set = pair->set(request, words.empty() ? "" : words.Take()); !set) {
      return Fail(set.error().code, pair->field, value_offset);
    }
  }
  return Fail(Errc::kMissing, "check.der", words.offset());
}

Result<void> ReadCertificates(Words& words, CheckRequest& request) {
  while (!words.empty()) {
    const std::size_t offset = words.offset();
    if (request.certificates.size() == kMaxChainCertificates) {
      return Fail(Errc::kTooLarge, "check.der", offset);
    }
    Result<ByteVector> certificate = DecodeBase64(words.Take());
    if (!certificate || certificate->empty()) {
      return Fail(Errc::kBadEncoding, "check.der", offset);
    }
    request.certificates.push_back(*std::move(certificate));
  }
  return request.certificates.empty() ? Fail(Errc::kMissing, "check.der", words.offset())
                                      : Result<void>();
}

// CheckVerbFits says whether the pairs are those of the verb.
Result<void> CheckVerbFits(const CheckRequest& request, const Seen& seen) {
  const bool is_single = request.verb == CheckVerb::kCertificate;
  for (const std::size_t i : {kDepth, kId}) {
    if (seen.at(i) != is_single) {
      return Fail(is_single ? Errc::kMissing : Errc::kOutOfRange, kPairs.at(i).field);
    }
  }
  return is_single && request.certificates.size() > 1 ? Fail(Errc::kTooLarge, "check.der")
                                                      : Result<void>();
}

}  // namespace

Result<CheckRequest> DecodeCheckRequest(std::string_view line) {
  if (line.size() > kMaxCheckRequestSize) {
    return Fail(Errc::kTooLarge, "check");
  }
  Words words(line);
  const std::string_view verb = words.Take();
  CheckRequest request;
  request.verb = verb == "certificate" ? CheckVerb::kCertificate : CheckVerb::kChain;
  if (request.verb == CheckVerb::kChain && verb != "chain") {
    return Fail(Errc::kBadEncoding, "check.verb");
  }
  const Result<Seen> seen = ReadPairs(words, request);
  if (!seen) {
    return tl::unexpected(seen.error());
  }
  if (const Result<void> read = ReadCertificates(words, request); !read) {
    return tl::unexpected(read.error());
  }
  if (const Result<void> fits = CheckVerbFits(request, *seen); !fits) {
    return tl::unexpected(fits.error());
  }
  return request;
}

std::string EncodeCheckRequest(const CheckRequest& request) {
  std::string out = "chain";
  if (request.verb == CheckVerb::kCertificate) {
    out = "certificate depth " + std::to_string(request.depth) + " id " + request.id;
  }
  out += request.is_incoming ? " direction in" : " direction out";
  if (!request.host.empty()) {
    out += " host " + request.host;
  }
  out += " der";
  for (const ByteVector& certificate : request.certificates) {
    out.append(" ").append(EncodeBase64(certificate));
  }
  return out;
}

}  // namespace tattle::daemon
