// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which sites a certificate is for.

#ifndef TATTLE_CORE_GOSSIP_LEAF_NAMES_H_
#define TATTLE_CORE_GOSSIP_LEAF_NAMES_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/der/certificate.h"

namespace tattle {

// DecodeDnsNames reads the dNSNames of the certificate's subjectAltName, which they borrow from;
// none where it has no such extension. Common names are no names of sites (RFC 9525, Section 2).
// Fails with kBadEncoding for an extension that is no GeneralNames, with kDuplicate where it stands
// twice, with kTooLarge beyond kMaxLeafNames.
[[nodiscard]] Result<std::vector<std::string_view>> DecodeDnsNames(
    const CertificateView& certificate);

// IsNameOfHost says whether a dNSName is that of a host: the same but for the case of ASCII
// letters, or with an asterisk for the whole of its first label (RFC 9525, Section 6.3).
bool IsNameOfHost(std::string_view dns_name, std::string_view host);

// FindHostOf is the first of `hosts` that the certificate is for, or null; it borrows from them. A
// host may be *.NAME and then stands for all names of one label more. A certificate whose names
// can't be read is for none.
const std::string* FindHostOf(const CertificateView& certificate,
                              std::span<const std::string> hosts);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_LEAF_NAMES_H_
