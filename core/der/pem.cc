// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/pem.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/base/base64.h"

namespace tattle {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// FindLabel is the label of a line "-----BEGIN label-----", of which blanks at the end are no part.
std::optional<std::string_view> FindLabel(std::string_view line, std::string_view begin_or_end) {
  while (!line.empty() && IsBlank(line.back())) {
    line.remove_suffix(1);
  }
  if (line.size() < begin_or_end.size() + kDashes.size() ||
      line.substr(0, begin_or_end.size()) != begin_or_end ||
      line.substr(line.size() - kDashes.size()) != kDashes) {
    return std::nullopt;
  }
  line.remove_prefix(begin_or_end.size());
  line.remove_suffix(kDashes.size());
  return line;
}

// The second label is historic, and taken for the sake of old files (RFC 7468, Section 5.1), as
// OpenSSL does.
bool IsCertificate(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE";
}

}  // namespace

std::string_view PemReader::TakeLine() {
  const std::size_t len = std::min(rest_.find('\n'), rest_.size());
  const std::string_view line = rest_.substr(0, len);
  rest_.remove_prefix(std::min(len + 1, rest_.size()));
  return line;
}

Result<std::optional<PemBlock>> PemReader::Read() {
  std::optional<std::string_view> label;  // of the block that we are in
  std::size_t offset = 0;                 // of this block
  std::string base64;
  while (!rest_.empty()) {
    const std::size_t line_offset = size_ - rest_.size();
    const std::string_view line = TakeLine();
    if (!label) {
      label = FindLabel(line, kBegin);
      offset = line_offset;
      continue;
    }
    const std::optional<std::string_view> end = FindLabel(line, kEnd);
    if (!end) {
      if (wants_(*label)) {
        std::copy_if(line.begin(), line.end(), std::back_inserter(base64),
                     [](char c) { return !IsBlank(c); });
      }
      continue;
    }
    if (*end != *label) {
      return Fail(Errc::kBadEncoding, "pem", offset);
    }
    if (wants_(*label)) {
      Result<ByteVector> bytes = DecodeBase64(base64);
      if (!bytes) {
        return Fail(Errc::kBadEncoding, "pem", offset);
      }
      return PemBlock{std::string(*label), *std::move(bytes)};
    }
    label.reset();
  }
  if (label) {
    return Fail(Errc::kTruncated, "pem", offset);
  }
  return std::nullopt;
}

PemCertificateReader::PemCertificateReader(std::string_view text) : reader_(text, IsCertificate) {}

Result<std::optional<ByteVector>> PemCertificateReader::Read() {
  Result<std::optional<PemBlock>> block = reader_.Read();
  if (!block) {
    return tl::unexpected(block.error());
  }
  if (!block->has_value()) {
    return std::nullopt;
  }
  return std::move((*block)->bytes);
}

}  // namespace tattle
