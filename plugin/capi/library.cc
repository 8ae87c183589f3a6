// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle.h, "Version" and "Status and diagnosis".

#include <string_view>

#include <tattle/tattle.h>

// The header is written by hand; the build knows the project's version.
static_assert(std::string_view(TATTLE_VERSION) == TATTLE_PROJECT_VERSION);

const char* tattle_version() {
  return TATTLE_VERSION;
}

const char* tattle_status_name(tattle_status status) {
  switch (status) {
    case TATTLE_OK:
      return "ok";
    case TATTLE_ERR_MALFORMED:
      return "malformed";
    case TATTLE_ERR_UNSUPPORTED:
      return "unsupported";
    case TATTLE_ERR_ARGUMENT:
      return "argument";
    case TATTLE_ERR_INTERNAL:
      return "internal";
    case TATTLE_ERR_MISUSE:
      return "misuse";
    case TATTLE_ERR_STRUCT_SIZE:
      return "struct_size";
    case TATTLE_ERR_MEMORY:
      return "memory";
    default:
      return "unknown";
  }
}
