// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/pem.h"

#include <cstddef>

#include <fmt/format.h>

#include "core/base/base64.h"

namespace tattle::cli {
namespace {

constexpr std::size_t kPemLine = 64;

}  // namespace

std::string EncodePem(std::string_view label, Bytes der) {
  const std::string base64 = EncodeBase64(der);
  std::string out = fmt::format("-----BEGIN {}-----\n", label);
  for (std::size_t i = 0; i < base64.size(); i += kPemLine) {
    out.append(base64, i, kPemLine).append("\n");
  }
  out += fmt::format("-----END {}-----\n", label);
  return out;
}

}  // namespace tattle::cli
