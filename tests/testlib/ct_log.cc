// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlib/ct_log.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/crypto/sha256.h"

namespace tattle::testlib {
namespace {

constexpr std::uint64_t kYear2020Ms = 1'577'836'800'000;

// RFC 5246, Section 7.4.1.4.1: sha256 is 4, rsa 1, ecdsa 3.
ByteVector AlgorithmOf(const PublicKey& key) {
  return {4, static_cast<std::uint8_t>(key.type() == KeyType::kRsa ? 1 : 3)};
}

std::shared_ptr<const PublicKey> DecodeOrDie(Bytes spki) {
  Result<std::shared_ptr<const PublicKey>> key = DecodePublicKey(spki);
  if (!key) {
    std::fprintf(stderr, "test log: %s\n", Describe(key.error()).c_str());
    std::abort();
  }
  return *key;
}

}  // namespace

ByteVector Uint(std::uint64_t value, unsigned num_bytes) {
  ByteVector out;
  for (unsigned i = num_bytes; i > 0; --i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
  }
  return out;
}

ByteVector Join(const std::vector<ByteVector>& parts) {
  ByteVector out;
  for (const ByteVector& part : parts) {
    Append(out, part);
  }
  return out;
}

TestLog::TestLog(std::string description, std::string operator_name, TestKey key)
    : description_(std::move(description)),
      operator_name_(std::move(operator_name)),
      key_(std::move(key)),
      log_id_(Sha256Of(key_.Spki())) {}

Log TestLog::Entry() const {
  Log log;
  log.log_id = log_id_;
  log.description = description_;
  log.operator_name = operator_name_;
  log.key_spki = key_.Spki();
  log.key = DecodeOrDie(log.key_spki);
  log.state = LogState::kUsable;
  log.state_since_ms = kYear2020Ms;
  return log;
}

ByteVector TestLog::SignX509(Bytes certificate, std::uint64_t timestamp_ms,
                             Bytes extensions) const {
  return Sign(
      Join({Uint(0 /* x509_entry */, 2), Uint(certificate.size(), 3), ToVector(certificate)}),
      timestamp_ms, extensions);
}

ByteVector TestLog::SignPrecert(Bytes tbs, Bytes issuer_spki, std::uint64_t timestamp_ms,
                                Bytes extensions) const {
  return Sign(Join({Uint(1 /* precert_entry */, 2), ToVector(Sha256Of(issuer_spki)),
                    Uint(tbs.size(), 3), ToVector(tbs)}),
              timestamp_ms, extensions);
}

ByteVector TestLog::Sign(ByteVector entry, std::uint64_t timestamp_ms, Bytes extensions) const {
  const ByteVector extensions_field = Join({Uint(extensions.size(), 2), ToVector(extensions)});
  const ByteVector message = Join({Uint(0 /* v1 */, 1), Uint(0 /* certificate_timestamp */, 1),
                                   Uint(timestamp_ms, 8), std::move(entry), extensions_field});
  const ByteVector signature = key_.Sign(message);
  return Join({Uint(0 /* v1 */, 1), ToVector(log_id_), Uint(timestamp_ms, 8), extensions_field,
               AlgorithmOf(*DecodeOrDie(key_.Spki())), Uint(signature.size(), 2), signature});
}

ByteVector SctList(const std::vector<ByteVector>& scts) {
  ByteVector items;
  for (const ByteVector& sct : scts) {
    Append(items, Uint(sct.size(), 2));
    Append(items, sct);
  }
  return Join({Uint(items.size(), 2), items});
}

ByteVector LeafIndexExtension(std::uint64_t leaf_index) {
  return Join({Uint(0 /* leaf_index */, 1), Uint(5, 2), Uint(leaf_index, 5)});
}

LogList ListOf(std::vector<Log> logs, std::vector<DeniedLog> denied) {
  LogList::Content content;
  content.logs = std::move(logs);
  content.denied = std::move(denied);
  Result<LogList> list = LogList::Create(std::move(content));
  if (!list) {
    std::abort();
  }
  return *std::move(list);
}

}  // namespace tattle::testlib
