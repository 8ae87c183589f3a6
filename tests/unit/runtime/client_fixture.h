// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Clients for the tests of plugin/runtime/client.h, and certificates for them to judge.

#ifndef TATTLE_TESTS_UNIT_RUNTIME_CLIENT_FIXTURE_H_
#define TATTLE_TESTS_UNIT_RUNTIME_CLIENT_FIXTURE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"
#include "plugin/runtime/client.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::testlib {

// ClientWorld is slow to make and the same for all tests.
struct ClientWorld {
  static constexpr std::uint64_t kStampMs = 1'790'000'100'000;

  TestCa ca{"Public CA"};
  TestKey leaf_key = TestKey::P256();
  TestLog alpha{"Alpha", "Operator A"};
  TestLog beta{"Beta", "Operator B"};
  ByteVector good = Leaf({&alpha, &beta}, kStampMs);
  ByteVector poor = Leaf({&alpha}, kStampMs);

  ByteVector Leaf(const std::vector<const TestLog*>& logs, std::uint64_t stamp_ms) const {
    return ca.Issue(leaf_key, {}, [&](Bytes tbs) {
      std::vector<ByteVector> scts;
      scts.reserve(logs.size());
      for (const TestLog* log : logs) {
        scts.push_back(log->SignPrecert(tbs, ca.key().Spki(), stamp_ms));
      }
      return SctList(scts);
    });
  }
};

// ClientFixture makes clients that require CT, with a list of two logs, and keeps their lines.
class ClientFixture : public ::testing::Test {
 protected:
  ClientFixture() {
    Write("roots.pem", PemText(world().ca.certificate()));
    options_.config.public_roots = Path("roots.pem");
    options_.config.mode = Mode::kRequire;
    options_.config.observe_socket.clear();
    options_.config.outbox.clear();
    options_.list = ListMadeAt(kListMs);
    options_.log = [](void* arg, std::int32_t level, const char* line) {
      static_cast<std::vector<std::string>*>(arg)->push_back(std::to_string(level) + " " + line);
    };
    options_.log_arg = &lines_;
  }

  static const ClientWorld& world() {
    static const ClientWorld* const world = new ClientWorld;
    return *world;
  }

  static constexpr std::uint64_t kStampMs = ClientWorld::kStampMs;
  static constexpr std::uint64_t kNowMs = 1'792'000'000'000;
  static constexpr std::uint64_t kHourMs = 3'600'000;
  static constexpr std::uint64_t kListMs = kNowMs - 24 * kHourMs;

  std::string Path(const std::string& name) const { return folder_.Path(name); }
  void Write(const std::string& name, const std::string& text) const {
    static_cast<void>(folder_.Write(name, text));
  }

  static LogList::Content ListContent(std::uint64_t made_ms) {
    LogList::Content content;
    content.timestamp_ms = made_ms;
    content.operators = {"Operator A", "Operator B"};
    content.logs = {world().alpha.Entry(), world().beta.Entry()};
    return content;
  }

  static TrustedList ListMadeAt(std::uint64_t made_ms, std::uint8_t version = 1) {
    Result<LogList> list = LogList::Create(ListContent(made_ms));
    return {std::make_shared<const LogList>(*std::move(list)), Sha256Of(ByteVector{version})};
  }

  std::shared_ptr<Client> Make() {
    auto client = Client::Create(options_, kNowMs);
    EXPECT_TRUE(client.has_value()) << (client ? "" : client.error());
    return client.value_or(nullptr);
  }

  // ConnectionWith is a validated connection to example.test. Borrows the leaf.
  Connection ConnectionWith(Bytes leaf) const {
    Connection connection;
    connection.host = "example.test";
    connection.chain = ChainStatus::kValidated;
    connection.evidence.leaf = leaf;
    connection.evidence.issuer = world().ca.certificate();
    connection.cas = cas_;
    return connection;
  }

  ScratchFolder folder_;
  std::array<Bytes, 1> cas_ = {world().ca.certificate()};
  ClientOptions options_;
  std::vector<std::string> lines_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_UNIT_RUNTIME_CLIENT_FIXTURE_H_
