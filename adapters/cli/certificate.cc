// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/certificate.h"

#include <string_view>

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/terminal_text.h"
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

bool IsIssuedBy(X509* certificate, X509* issuer) {
  ERR_set_mark();
  const bool answer =
      X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0 &&
      X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
  ERR_pop_to_mark();
  return answer;
}

}  // namespace tattle::cli
