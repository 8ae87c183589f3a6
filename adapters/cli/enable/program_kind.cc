// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/enable/program_kind.h"

#include <array>

namespace tattle::cli {
namespace {

constexpr std::array<const ProgramKind*, 5> kKinds = {&kUnitKind, &kPostfixKind, &kEnvKind,
                                                      &kNodeKind, &kSystemWideKind};

}  // namespace

std::span<const ProgramKind* const> AllProgramKinds() {
  return kKinds;
}

const ProgramKind& FindProgramKind(const std::string& program) {
  for (const ProgramKind* kind : kKinds) {
    if (kind->name == program) {
      return *kind;
    }
  }
  return kUnitKind;
}

}  // namespace tattle::cli
