// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeCertificate, EncodePrecertTbs, EncodeSubmittedTbs, AreSameNames
// Property: the spliced TBS with the cut extension put back is the received TBS; it decodes to the
// same fields without a list, and so does that of a precertificate without its poison; where
// OpenSSL reads the certificate, serial, issuer and key agree. Who has the same name has it the
// other way round, and for OpenSSL too.

#include <cstddef>
#include <cstdint>

#include <openssl/x509.h>

#include "core/der/certificate.h"
#include "core/der/name.h"
#include "core/der/precertificate.h"
#include "core/der/reader.h"
#include "fuzz/require.h"

using tattle::Append;
using tattle::Bytes;
using tattle::ByteVector;
using tattle::Equal;
using tattle::fuzz::IsInside;
using tattle::fuzz::Require;

namespace {

ByteVector Element(std::uint8_t tag, const ByteVector& contents) {
  ByteVector out;
  tattle::AppendDerHeader(out, tag, contents.size());
  Append(out, contents);
  return out;
}

// Restore puts the extension that was cut out of `received` back into `spliced`.
ByteVector Restore(const tattle::CertificateView& spliced,
                   const tattle::CertificateView& received) {
  const std::size_t num_before = received.extensions_before_sct_list.size();
  const std::size_t num_after = received.extensions_after_sct_list.size();
  Require(spliced.extensions.size() == num_before + num_after);
  ByteVector extensions = tattle::ToVector(spliced.extensions.first(num_before));
  Append(extensions, received.extensions.subspan(
                         num_before, received.extensions.size() - num_before - num_after));
  Append(extensions, spliced.extensions.last(num_after));
  ByteVector fields = tattle::ToVector(spliced.tbs_before_extensions);
  Append(fields, Element(tattle::der_tag::ContextConstructed(3),
                         Element(tattle::der_tag::kSequence, extensions)));
  return Element(tattle::der_tag::kSequence, fields);
}

void CheckSplice(const tattle::CertificateView& view) {
  const tattle::Result<ByteVector> tbs = tattle::EncodePrecertTbs(view);
  Require(tbs.has_value() == view.sct_list_value.has_value());
  if (!tbs) {
    return;
  }
  ByteVector fields = *tbs;
  Append(fields, ByteVector{0x30, 0x00, 0x03, 0x01, 0x00});  // an empty algorithm and signature
  const ByteVector certificate = Element(tattle::der_tag::kSequence, fields);
  const tattle::Result<tattle::CertificateView> spliced = tattle::DecodeCertificate(certificate);
  Require(spliced && !spliced->sct_list_value && Equal(spliced->tbs, *tbs));
  Require(Restore(*spliced, view) == tattle::ToVector(view.tbs));
}

void CheckSubmitted(const tattle::CertificateView& view) {
  const tattle::Result<ByteVector> tbs = tattle::EncodeSubmittedTbs(view, nullptr);
  Require(tbs.has_value() == view.is_precertificate);
  Require(tattle::EncodeSubmittedTbs(view, &view).has_value() == view.is_precertificate);
  if (!tbs) {
    return;
  }
  ByteVector fields = *tbs;
  Append(fields, ByteVector{0x30, 0x00, 0x03, 0x01, 0x00});  // an empty algorithm and signature
  const ByteVector certificate = Element(tattle::der_tag::kSequence, fields);
  const tattle::Result<tattle::CertificateView> cut = tattle::DecodeCertificate(certificate);
  Require(cut && !cut->is_precertificate && Equal(cut->tbs, *tbs));
  Require(Equal(cut->tbs_before_extensions, view.tbs_before_extensions));
  Require(cut->extensions.size() < view.extensions.size());
}

// CheckAgainstOpenSsl compares what a host would judge by.
void CheckAgainstOpenSsl(const tattle::CertificateView& view) {
  const unsigned char* cursor = view.whole.data();
  X509* x509 = d2i_X509(nullptr, &cursor, static_cast<long>(view.whole.size()));
  if (x509 == nullptr) {
    return;  // it looks into names and keys, we do not
  }
  unsigned char* der = nullptr;
  const int serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &der);
  Require(serial_len > 0);
  const std::optional<tattle::DerElement> serial = tattle::DecodeDer(
      tattle::der_tag::kInteger, Bytes(der, static_cast<std::size_t>(serial_len)));
  Require(serial && Equal(serial->contents, view.serial_number));
  OPENSSL_free(der);
  const unsigned char* issuer = nullptr;
  std::size_t issuer_len = 0;
  if (X509_NAME_get0_der(X509_get_issuer_name(x509), &issuer, &issuer_len) == 1) {
    Require(Equal(Bytes(issuer, issuer_len), view.issuer));
  }
  if (tattle::AreSameNames(view.issuer, view.subject)) {
    Require(X509_NAME_cmp(X509_get_issuer_name(x509), X509_get_subject_name(x509)) == 0);
  }
  const ASN1_BIT_STRING* key = X509_get0_pubkey_bitstr(x509);
  Require(
      Equal(Bytes(ASN1_STRING_get0_data(key), static_cast<std::size_t>(ASN1_STRING_length(key))),
            view.public_key));
  X509_free(x509);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const tattle::Result<tattle::CertificateView> view = tattle::DecodeCertificate(input);
  if (!view) {
    Require(view.error().offset <= size);
    return 0;
  }
  Require(Equal(view->whole, input));
  for (const Bytes part :
       {view->tbs, view->serial_number, view->issuer, view->subject, view->spki, view->public_key,
        view->extensions, view->tbs_before_extensions, view->extensions_before_sct_list,
        view->extensions_after_sct_list, view->sct_list_value.value_or(Bytes())}) {
    Require(IsInside(part, input));
  }
  Require(tattle::AreSameNames(view->issuer, view->subject) ==
          tattle::AreSameNames(view->subject, view->issuer));
  CheckSplice(*view);
  CheckSubmitted(*view);
  tattle::IsPrecertificateSigner(*view);
  CheckAgainstOpenSsl(*view);
  return 0;
}
