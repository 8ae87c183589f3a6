// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The one form in which host names are stored and sent.

#ifndef TATTLE_PLUGIN_RUNTIME_HOST_NAME_H_
#define TATTLE_PLUGIN_RUNTIME_HOST_NAME_H_

#include <string>
#include <string_view>

namespace tattle {

// CanonicalHost writes a name as DNS compares it: ASCII letters in lower case, without a dot at the
// end.
std::string CanonicalHost(std::string_view host);

// IsCanonicalHost says whether `host` is a name in that form: at most kMaxHostName printable ASCII
// characters, none of them a space. An empty name is one.
bool IsCanonicalHost(std::string_view host);

// IsDnsName says whether a name in that form is one that a certificate of the public web may be
// for: labels of letters, digits and hyphens, the last of which begins with a letter. So it has no
// port, and is no address in any of the forms that a URL may have ("127.1", "0x7f000001").
bool IsDnsName(std::string_view host);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_HOST_NAME_H_
