// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the daemon's tests start from: a CA, two logs, certificates, and the files that name them.

#ifndef TATTLE_TESTS_ADAPTERS_DAEMON_WORLD_H_
#define TATTLE_TESTS_ADAPTERS_DAEMON_WORLD_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/loglist/encode.h"
#include "core/loglist/log_list.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/observation.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::daemon {

inline constexpr std::uint64_t kNowMs = 1'792'000'000'000;
inline constexpr std::uint64_t kStampMs = 1'790'000'100'000;

// World is slow to make and the same for all tests.
struct World {
  testlib::TestCa ca{"Public CA"};
  testlib::TestKey leaf_key = testlib::TestKey::P256();
  testlib::TestLog alpha{"Alpha", "Operator A"};
  testlib::TestLog beta{"Beta", "Operator B"};
  ByteVector good = Leaf(1);                 // two good SCTs
  ByteVector bare = ca.Issue(leaf_key, {});  // none

  // Leaf has two good SCTs, and a number of its own.
  ByteVector Leaf(std::uint64_t serial) const {
    testlib::TestCertificateSpec spec;
    spec.serial = serial;
    return ca.Issue(leaf_key, spec, [this](Bytes tbs) {
      return testlib::SctList({alpha.SignPrecert(tbs, ca.key().Spki(), kStampMs),
                               beta.SignPrecert(tbs, ca.key().Spki(), kStampMs)});
    });
  }

  LogList List() const {
    LogList::Content content;
    content.timestamp_ms = kNowMs - 86'400'000;
    content.operators = {"Operator A", "Operator B"};
    content.logs = {alpha.Entry(), beta.Entry()};
    for (Log& log : content.logs) {
      log.mmd_s = 86'400;
      log.url = "https://log.test/";
    }
    return LogList::Create(std::move(content)).value();
  }

  Observation Seen(const ByteVector& leaf) const {
    Observation observation;
    observation.seen_ms = kNowMs;
    observation.host = "mx.example";
    observation.chain = {leaf, ca.certificate()};
    return observation;
  }
};

inline const World& TheWorld() {
  static const World* const world = new World;
  return *world;
}

// WriteWorld leaves logs.json and ca.pem in a folder; returns a configuration that names them.
inline Config WriteWorld(const testlib::ScratchFolder& folder, Mode mode) {
  Config config;
  config.mode = mode;
  config.log_list = folder.Write("logs.json", EncodeLogListJson(TheWorld().List()));
  config.public_roots = folder.Write("ca.pem", testlib::PemText(TheWorld().ca.certificate()));
  return config;
}

}  // namespace tattle::daemon

#endif  // TATTLE_TESTS_ADAPTERS_DAEMON_WORLD_H_
