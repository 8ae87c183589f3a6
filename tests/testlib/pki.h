// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A PKI made on the spot, through OpenSSL and not through our own encoders: a mistake in those
// must not be copied into their test.

#ifndef TATTLE_TESTS_TESTLIB_PKI_H_
#define TATTLE_TESTS_TESTLIB_PKI_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openssl/types.h>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle::testlib {

// TestKey is a private key; every failure of OpenSSL aborts the test program.
class TestKey {
 public:
  static TestKey P256();
  static TestKey P384();
  static TestKey Rsa(unsigned bits);
  static TestKey Ed25519();

  ByteVector Spki() const;               // DER SubjectPublicKeyInfo
  ByteVector Sign(Bytes message) const;  // with SHA-256 (Ed25519: pure)
  EVP_PKEY* get() const { return key_.get(); }

 private:
  explicit TestKey(EVP_PKEY* key);
  std::shared_ptr<EVP_PKEY> key_;
};

// TestExtension is an extension as it goes into a certificate: `value` is what extnValue holds.
struct TestExtension {
  std::string oid;  // dotted
  ByteVector value;
  bool critical = false;
};

// TestCertificateSpec describes a certificate; defaults make a 90-day server certificate.
struct TestCertificateSpec {
  std::string common_name = "example.test";
  std::uint64_t serial = 4711;
  std::uint64_t not_before_ms = 1'790'000'000'000;  // 2026-09-21
  std::uint64_t not_after_ms = 1'797'776'000'000;   // 90 days later
  bool is_ca = false;
  std::string subject_alt_name = {};  // "IP:192.0.2.7"; empty: the common name
  std::vector<TestExtension> extensions = {};
};

// MakeSctList is given the TBS that logs are to sign and yields a SignedCertificateTimestampList.
using MakeSctList = std::function<ByteVector(Bytes tbs)>;

// TestCa signs certificates. Its own certificate is self-signed.
class TestCa {
 public:
  explicit TestCa(const std::string& common_name, TestKey key = TestKey::P256());

  // Issue makes a certificate (DER) for `key`. With `make_sct_list`, the list goes into it as an
  // embedded one, made over the TBS that has everything but the list.
  ByteVector Issue(const TestKey& key, const TestCertificateSpec& spec,
                   const MakeSctList& make_sct_list = nullptr) const;

  const ByteVector& certificate() const { return certificate_; }
  const TestKey& key() const { return key_; }

 private:
  std::string common_name_;
  TestKey key_;
  ByteVector certificate_;
};

// DerOctetString wraps bytes in an OCTET STRING.
ByteVector DerOctetString(Bytes contents);

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_PKI_H_
