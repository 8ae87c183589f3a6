// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What every test of core/verify starts from: a CA, two logs, a leaf.

#ifndef TATTLE_TESTS_UNIT_VERIFY_FIXTURE_H_
#define TATTLE_TESTS_UNIT_VERIFY_FIXTURE_H_

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/der/certificate.h"
#include "core/verify/verify.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle {

inline constexpr std::uint64_t kNowMs = 1'792'000'000'000;
inline constexpr std::uint64_t kStampedMs = 1'790'000'100'000;

// World holds what is slow to make and the same for all tests.
struct World {
  testlib::TestCa ca{"Test CA"};
  testlib::TestKey leaf_key = testlib::TestKey::P256();
  testlib::TestLog alpha{"Alpha", "Operator A"};
  testlib::TestLog beta{"Beta", "Operator B", testlib::TestKey::Rsa(2048)};
  LogList logs = testlib::ListOf({alpha.Entry(), beta.Entry()});
  ByteVector issuer_spki = DecodeCertificate(ca.certificate()).has_value()
                               ? ToVector(DecodeCertificate(ca.certificate())->spki)
                               : ByteVector{};
  ByteVector plain_leaf = ca.Issue(leaf_key, {});  // without embedded SCTs

  // Embed makes a leaf whose embedded list is SctList of what `sign` yields for the TBS.
  ByteVector Embed(const std::function<std::vector<ByteVector>(Bytes tbs)>& sign) const {
    return ca.Issue(leaf_key, {}, [&](Bytes tbs) { return testlib::SctList(sign(tbs)); });
  }

  // GoodLeaf has one SCT of each log.
  ByteVector GoodLeaf() const {
    return Embed([this](Bytes tbs) {
      return std::vector<ByteVector>{alpha.SignPrecert(tbs, issuer_spki, kStampedMs),
                                     beta.SignPrecert(tbs, issuer_spki, kStampedMs)};
    });
  }
};

class VerifyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (the_world == nullptr) {
      the_world = new World;  // for the life of the program: several suites share it
    }
  }
  static const World& world() { return *the_world; }

  // Statuses runs Verify with the world's issuer and yields "source:status" for each SCT.
  static std::vector<std::string> Statuses(Evidence evidence, const LogList& logs,
                                           std::uint64_t now_ms = kNowMs) {
    if (evidence.issuer.empty()) {
      evidence.issuer = world().ca.certificate();
    }
    const Result<Report> report = Verify(evidence, logs, now_ms);
    if (!report) {
      return {"error: " + Describe(report.error())};
    }
    std::vector<std::string> out;
    for (const SctFacts& sct : report->scts) {
      out.push_back(std::string(SctSourceName(sct.source)) + ":" +
                    std::string(SctStatusName(sct.status)));
    }
    return out;
  }

  static std::vector<std::string> Statuses(const Evidence& evidence) {
    return Statuses(evidence, world().logs);
  }

 private:
  inline static World* the_world = nullptr;
};

using StatusList = std::vector<std::string>;

}  // namespace tattle

#endif  // TATTLE_TESTS_UNIT_VERIFY_FIXTURE_H_
