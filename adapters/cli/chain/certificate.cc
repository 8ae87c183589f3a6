// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/certificate.h"

#include <array>
#include <memory>
#include <string_view>

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

std::string NameText(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  // RFC 2253 with UTF-8 left readable; what could hurt a terminal is taken out below.
  constexpr unsigned long kFlags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, kFlags) < 0) {
    return "?";
  }
  char* text = nullptr;
  const long len = BIO_get_mem_data(bio.get(), &text);
  if (text == nullptr || len <= 0) {
    return "(no name)";
  }
  return Sanitize(std::string_view(text, static_cast<std::size_t>(len)));
}

std::string DateText(const ASN1_TIME* time) {
  tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return "?";
  }
  const Result<std::uint64_t> ms =
      ToMs({parts.tm_year + 1900, static_cast<unsigned>(parts.tm_mon + 1),
            static_cast<unsigned>(parts.tm_mday), static_cast<unsigned>(parts.tm_hour),
            static_cast<unsigned>(parts.tm_min), static_cast<unsigned>(parts.tm_sec)});
  return ms ? EncodeRfc3339(*ms) : "?";
}

// IpText writes an address; what is none, as digits.
std::string IpText(Bytes bytes) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if ((bytes.size() != 4 && bytes.size() != 16) ||
      inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) {
    return Hex(bytes);
  }
  return text.data();
}

}  // namespace

std::string SubjectOf(const X509* certificate) {
  return NameText(X509_get_subject_name(certificate));
}

std::string IssuerOf(const X509* certificate) {
  return NameText(X509_get_issuer_name(certificate));
}

std::string DescribeCertificate(const X509* certificate) {
  return SubjectOf(certificate) + ", issued by " + IssuerOf(certificate) + ", until " +
         DateText(X509_get0_notAfter(certificate));
}

std::vector<std::string> NamesOf(const X509* certificate) {
  ERR_set_mark();
  const std::unique_ptr<GENERAL_NAMES, OpenSslDeleter<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  ERR_pop_to_mark();
  std::vector<std::string> out;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
    if (type != GEN_DNS && type != GEN_IPADD) {
      continue;
    }
    const Bytes bytes(ASN1_STRING_get0_data(value),
                      static_cast<std::size_t>(ASN1_STRING_length(value)));
    out.push_back(type == GEN_DNS ? std::string(AsText(bytes)) : IpText(bytes));
  }
  return out;
}

bool IsIssuedBy(X509* certificate, X509* issuer) {
  ERR_set_mark();
  const bool answer =
      X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0 &&
      X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
  ERR_pop_to_mark();
  return answer;
}

}  // namespace tattle::cli
