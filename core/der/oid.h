// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The object identifiers that we know, as the contents octets of their DER.

#ifndef TATTLE_CORE_DER_OID_H_
#define TATTLE_CORE_DER_OID_H_

#include <array>
#include <cstdint>

namespace tattle::oid {

// 1.3.6.1.4.1.11129.2.4.{2,3,5}: RFC 6962, Sections 3.3 and 3.1.
inline constexpr std::array<std::uint8_t, 10> kSctList = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                                          0xd6, 0x79, 0x02, 0x04, 0x02};
inline constexpr std::array<std::uint8_t, 10> kPrecertPoison = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                                                0xd6, 0x79, 0x02, 0x04, 0x03};
inline constexpr std::array<std::uint8_t, 10> kOcspSctList = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                                              0xd6, 0x79, 0x02, 0x04, 0x05};
// 1.3.6.1.4.1.11129.2.4.4: of a Precertificate Signing Certificate, RFC 6962, Section 3.1.
inline constexpr std::array<std::uint8_t, 10> kPrecertSigning = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                                                 0xd6, 0x79, 0x02, 0x04, 0x04};
// 2.5.29.35 and 2.5.29.37: RFC 5280, Section 4.2.1.
inline constexpr std::array<std::uint8_t, 3> kAuthorityKeyIdentifier = {0x55, 0x1d, 0x23};
inline constexpr std::array<std::uint8_t, 3> kExtendedKeyUsage = {0x55, 0x1d, 0x25};

// 1.3.101.75: RFC 9162, Section 7.1.
inline constexpr std::array<std::uint8_t, 3> kTransparencyInformation = {0x2b, 0x65, 0x4b};

// 1.3.6.1.5.5.7.48.1.1: id-pkix-ocsp-basic, RFC 6960, Section 4.2.1.
inline constexpr std::array<std::uint8_t, 9> kOcspBasic = {0x2b, 0x06, 0x01, 0x05, 0x05,
                                                           0x07, 0x30, 0x01, 0x01};

inline constexpr std::array<std::uint8_t, 5> kSha1 = {0x2b, 0x0e, 0x03, 0x02, 0x1a};
inline constexpr std::array<std::uint8_t, 9> kSha256 = {0x60, 0x86, 0x48, 0x01, 0x65,
                                                        0x03, 0x04, 0x02, 0x01};

}  // namespace tattle::oid

#endif  // TATTLE_CORE_DER_OID_H_
