// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/session.h"

namespace tattle {

std::string_view DecisionName(Decision decision) {
  switch (decision) {
    case Decision::kNone:
      return "none";
    case Decision::kProceed:
      return "proceed";
    case Decision::kRefuse:
      return "refuse";
  }
  return "";
}

std::string_view OriginName(Origin origin) {
  switch (origin) {
    case Origin::kNone:
      return "none";
    case Origin::kVerified:
      return "verified";
    case Origin::kCached:
      return "cached";
    case Origin::kResumed:
      return "resumed";
  }
  return "";
}

}  // namespace tattle
