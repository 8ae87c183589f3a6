// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the tests of core/serve start from: a CA, six logs of three operators, certificates.

#ifndef TATTLE_TESTS_UNIT_SERVE_FIXTURE_H_
#define TATTLE_TESTS_UNIT_SERVE_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/loglist/log_list.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle {

inline constexpr std::uint64_t kNowMs = 1'792'000'000'000;
inline constexpr std::uint64_t kStampedMs = 1'790'000'100'000;
inline constexpr std::uint64_t kLaterMs = kNowMs + std::uint64_t{86'400'000};

// ServeWorld holds what is slow to make and the same for all tests.
struct ServeWorld {
  testlib::TestCa ca{"Test CA"};
  testlib::TestKey leaf_key = testlib::TestKey::P256();
  testlib::TestLog a1{"A1", "A"};
  testlib::TestLog a2{"A2", "A"};
  testlib::TestLog b1{"B1", "B"};
  testlib::TestLog b2{"B2", "B"};
  testlib::TestLog c1{"C1", "C"};
  testlib::TestLog stranger{"Stranger", "S"};  // in no list
  ByteVector leaf = Issue(1);
  ByteVector other_leaf = Issue(2);
  ByteVector embedded_leaf = ca.Issue(leaf_key, {.serial = 3}, [this](Bytes tbs) {
    const ByteVector spki = ca.key().Spki();
    return testlib::SctList(
        {a1.SignPrecert(tbs, spki, kStampedMs), b1.SignPrecert(tbs, spki, kStampedMs)});
  });
  ByteVector half_embedded_leaf = ca.Issue(leaf_key, {.serial = 4}, [this](Bytes tbs) {
    return testlib::SctList({a1.SignPrecert(tbs, ca.key().Spki(), kStampedMs)});
  });

  ByteVector Issue(std::uint64_t serial) const { return ca.Issue(leaf_key, {.serial = serial}); }

  // List has all logs but the stranger; `change` may alter them.
  LogList List(const std::function<void(Log& log)>& change = [](Log&) {}) const {
    std::vector<Log> logs;
    for (const testlib::TestLog* log : {&a1, &a2, &b1, &b2, &c1}) {
      logs.push_back(log->Entry());
      change(logs.back());
    }
    return testlib::ListOf(std::move(logs));
  }
};

class ServeTest : public testing::Test {
 protected:
  static const ServeWorld& world() {
    static const ServeWorld the_world;
    return the_world;
  }
};

}  // namespace tattle

#endif  // TATTLE_TESTS_UNIT_SERVE_FIXTURE_H_
