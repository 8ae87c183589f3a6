// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Whether two names are one.

#ifndef TATTLE_CORE_DER_NAME_H_
#define TATTLE_CORE_DER_NAME_H_

#include "core/base/bytes.h"

namespace tattle {

// AreSameNames compares two Names (DER, with their headers) as RFC 5280, Section 7.1 has it, for
// ASCII: the kind of string, the case of letters and the number of spaces do not count. Bytes that
// are no Name are the same as nothing but their equals.
bool AreSameNames(Bytes a, Bytes b);

}  // namespace tattle

#endif  // TATTLE_CORE_DER_NAME_H_
