// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which sites a certificate is for.

#ifndef TATTLE_CORE_GOSSIP_LEAF_NAMES_H_
#define TATTLE_CORE_GOSSIP_LEAF_NAMES_H_

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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

// HostFinder finds which of many hosts a certificate is for, in a time that does not grow with
// their number. A host may be *.NAME and then stands for all names of one label more. Borrows the
// hosts. Thread-safe.
class HostFinder {
 public:
  explicit HostFinder(std::span<const std::string> hosts);

  // Find is the first of the hosts that the certificate is for, or null: one of its dNSNames is
  // that of the host (IsNameOfHost), or the other way round. A certificate whose names can't be
  // read is for none.
  const std::string* Find(const CertificateView& certificate) const;

 private:
  struct HashInAnyCase {
    std::size_t operator()(std::string_view text) const;
  };
  struct EqualInAnyCase {
    bool operator()(std::string_view a, std::string_view b) const;
  };
  // Index has the first host with a key.
  using Index =
      std::unordered_map<std::string_view, const std::string*, HashInAnyCase, EqualInAnyCase>;

  const std::string* FindName(std::string_view dns_name) const;

  Index names_;      // by the whole of those without an asterisk
  Index wildcards_;  // of those with one by what stands behind it: .NAME
  Index parents_;    // of all by what stands behind their first label: .NAME
};

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_LEAF_NAMES_H_
