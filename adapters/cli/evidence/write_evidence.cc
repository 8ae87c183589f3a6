// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/evidence/write_evidence.h"

#include <filesystem>
#include <system_error>

#include "plugin/service/replace_file.h"

namespace tattle::cli {

Outcome<std::string> WriteEvidence(const Claim& claim, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path = (std::filesystem::path(folder) / (ClaimId(claim) + ".json")).string();
  const std::string text = EncodeClaim(claim);
  if (const Outcome<void> written = ReplaceFile(path, AsBytes(text)); !written) {
    return Sorry("evidence is lost: " + written.error());
  }
  return path;
}

}  // namespace tattle::cli
