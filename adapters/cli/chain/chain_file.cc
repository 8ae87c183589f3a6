// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/chain_file.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/x509_vfy.h>

#include "adapters/cli/chain/certificate.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/openssl_ptr.h"
#include "core/base/limits.h"
#include "core/der/ocsp.h"
#include "core/der/pem.h"
#include "core/der/reader.h"
#include "core/wire/sct.h"
#include "plugin/audit/bounds.h"
#include "plugin/net/bounds.h"

namespace tattle::cli {
namespace {

// Certificate is one of a file: its bytes as they stand there, and OpenSSL's view of them.
struct Certificate {
  ByteVector der;
  X509Ptr x509;
};
using Certificates = std::vector<Certificate>;

std::string Number(std::size_t index) {
  return "certificate " + std::to_string(index + 1);
}

std::string TooMany() {
  return "holds more than " + std::to_string(kMaxChainCertificates) +
         " certificates: keep the server's certificate and its chain";
}

// DecodeCertificateDer makes a certificate of one element.
std::optional<Certificate> DecodeCertificateDer(Bytes der) {
  const unsigned char* position = der.data();
  X509Ptr x509(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  if (!x509) {
    return std::nullopt;
  }
  return Certificate{ToVector(der), std::move(x509)};
}

// DecodeDerChain takes certificates that stand one behind another.
Outcome<Certificates> DecodeDerChain(Bytes content) {
  Certificates chain;
  DerReader reader(content);
  while (!reader.empty()) {
    DerElement element;
    std::optional<Certificate> certificate;
    if (reader.ReadTag(der_tag::kSequence, element)) {
      certificate = DecodeCertificateDer(element.whole);
    }
    if (!certificate && chain.empty()) {
      return Sorry("holds no certificate: it must be PEM (-----BEGIN CERTIFICATE-----) or DER");
    }
    if (!certificate) {
      return Sorry("holds bytes behind " + Number(chain.size() - 1) +
                   " that are no certificate: make the file again");
    }
    if (chain.size() == kMaxChainCertificates) {
      return Sorry(TooMany());
    }
    chain.push_back(*std::move(certificate));
  }
  return chain;
}

Outcome<Certificates> DecodePemChain(Bytes content) {
  Certificates chain;
  PemCertificateReader pem(AsText(content));
  while (true) {
    const Result<std::optional<ByteVector>> der = pem.Read();
    if (!der) {
      return Sorry("holds a broken PEM block where " + Number(chain.size()) +
                   " should be: make the file again");
    }
    if (!der->has_value()) {
      break;
    }
    std::optional<Certificate> certificate;
    if (DecodeDer(der_tag::kSequence, **der)) {
      certificate = DecodeCertificateDer(**der);
    }
    if (!certificate) {
      return Sorry("holds a PEM block that is no certificate where " + Number(chain.size()) +
                   " should be: make the file again");
    }
    if (chain.size() == kMaxChainCertificates) {
      return Sorry(TooMany());
    }
    chain.push_back(*std::move(certificate));
  }
  if (chain.empty()) {
    return Sorry("holds no certificate, only other PEM blocks: name the file with the certificate");
  }
  return chain;
}

Outcome<Certificates> DecodeChain(Bytes content) {
  const bool pem = AsText(content).find("-----BEGIN ") != std::string_view::npos;
  Outcome<Certificates> chain = pem ? DecodePemChain(content) : DecodeDerChain(content);
  ERR_clear_error();
  return chain;
}

// FindIssuer says where the issuer of the first certificate stands: at index 1, or nowhere
// (nullopt) for a lone certificate. A chain in another order is an error that says how to mend it,
// since a guess would hide that servers given this file will send it just so.
Outcome<std::optional<std::size_t>> FindIssuer(const Certificates& chain) {
  X509* leaf = chain.front().x509.get();
  if (chain.size() == 1) {
    return IsIssuedBy(leaf, leaf) ? std::optional<std::size_t>(0) : std::nullopt;
  }
  if (IsIssuedBy(leaf, chain[1].x509.get())) {
    return 1;
  }
  for (std::size_t i = 2; i < chain.size(); ++i) {
    if (IsIssuedBy(leaf, chain[i].x509.get())) {
      return Sorry("wrong order: certificate 1 was issued by " + Number(i) +
                   ", not by certificate 2: put each certificate before its issuer");
    }
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (IsIssuedBy(chain[i].x509.get(), leaf)) {
      return Sorry("wrong order: certificate 1 issued " + Number(i) +
                   ": put the server's certificate first, and each before its issuer");
    }
  }
  return Sorry("no issuer: no certificate behind the first signed it: put the certificate of \"" +
               IssuerOf(leaf) + "\" second");
}

std::string ValidateChain(const Certificates& chain, SSL_CTX* context) {
  const std::unique_ptr<STACK_OF(X509), OpenSslDeleter<FreeStack>> untrusted(sk_X509_new_null());
  const std::unique_ptr<X509_STORE_CTX, OpenSslDeleter<X509_STORE_CTX_free>> validation(
      X509_STORE_CTX_new());
  bool ok = untrusted && validation;
  for (std::size_t i = 1; ok && i < chain.size(); ++i) {
    ok = sk_X509_push(untrusted.get(), chain[i].x509.get()) > 0;
  }
  ok = ok &&
       X509_STORE_CTX_init(validation.get(), SSL_CTX_get_cert_store(context),
                           chain.front().x509.get(), untrusted.get()) == 1 &&
       X509_STORE_CTX_set_default(validation.get(), "ssl_server") == 1 &&
       X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(validation.get()),
                              SSL_CTX_get0_param(context)) == 1;
  if (!ok) {
    return "the validation could not be done";
  }
  const bool valid = X509_verify_cert(validation.get()) == 1;
  ERR_clear_error();
  return valid ? "" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(validation.get()));
}

Outcome<ByteVector> ReadPart(const std::string& path, std::string_view option, std::size_t max_size,
                             const Deadline& deadline) {
  if (path.empty()) {
    return ByteVector();
  }
  Outcome<ByteVector> content = ReadFilledFile(path, max_size, deadline);
  if (!content) {
    return Sorry("the file of " + std::string(option) + " " + content.error());
  }
  return content;
}

// DescribeDamage names the file that is not what its option says. A server may send what it likes,
// and that is a finding; a file that a person names should be what they think it is.
std::string DescribeDamage(Bytes tls_scts, Bytes ocsp_response) {
  if (!tls_scts.empty()) {
    if (const auto items = SplitSctList(tls_scts); !items) {
      return "the file of --tls-scts is no SCT list (" + Describe(items.error()) +
             "): it may be cut or damaged, save the bytes of TLS extension 18 again";
    }
  }
  if (!ocsp_response.empty()) {
    if (const auto singles = DecodeOcspResponse(ocsp_response); !singles) {
      return "the file of --ocsp is no OCSP response (" + Describe(singles.error()) +
             "): it may be cut or damaged, save the staple as DER again";
    }
  }
  return "";
}

Outcome<Certificates> ReadCertificates(const std::string& path, const Deadline& deadline) {
  const Outcome<ByteVector> content = ReadFilledFile(path, kMaxChainFileSize, deadline);
  if (!content) {
    return Sorry(content.error());
  }
  return DecodeChain(*content);
}

}  // namespace

Outcome<std::vector<ByteVector>> ReadChain(const std::string& path, const Deadline& deadline) {
  Outcome<Certificates> chain = ReadCertificates(path, deadline);
  if (!chain) {
    return Sorry(chain.error());
  }
  if (const Outcome<std::optional<std::size_t>> issuer = FindIssuer(*chain); !issuer) {
    return Sorry(issuer.error());
  }
  std::vector<ByteVector> out;
  for (Certificate& certificate : *chain) {
    out.push_back(std::move(certificate.der));
  }
  return out;
}

Outcome<Collected> CollectFromFiles(const EvidenceFiles& files, SSL_CTX* context,
                                    const Deadline& deadline) {
  Outcome<Certificates> chain = ReadCertificates(files.chain, deadline);
  if (!chain) {
    return Sorry(chain.error());
  }
  const Outcome<std::optional<std::size_t>> issuer = FindIssuer(*chain);
  if (!issuer) {
    return Sorry(issuer.error());
  }
  Outcome<ByteVector> tls_scts =
      ReadPart(files.tls_scts, "--tls-scts", kMaxSctListFileSize, deadline);
  if (!tls_scts) {
    return Sorry(tls_scts.error());
  }
  Outcome<ByteVector> ocsp = ReadPart(files.ocsp, "--ocsp", kMaxOcspResponseSize, deadline);
  if (!ocsp) {
    return Sorry(ocsp.error());
  }
  Collected collected;
  collected.damage = DescribeDamage(*tls_scts, *ocsp);
  collected.chain_error = ValidateChain(*chain, context);
  for (const Certificate& certificate : *chain) {
    collected.chain.push_back(DescribeCertificate(certificate.x509.get()));
  }
  if (issuer->has_value()) {
    collected.issuer = chain->at(**issuer).der;
  }
  collected.leaf = std::move(chain->front().der);
  collected.tls_scts = *std::move(tls_scts);
  collected.ocsp_response = *std::move(ocsp);
  return collected;
}

}  // namespace tattle::cli
