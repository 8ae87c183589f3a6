// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include <tattle/tattle.h>

#include "plugin/capi/handle.h"
#include "tests/unit/runtime/client_fixture.h"

namespace tattle::capi::session_test {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using SessionPtr = std::unique_ptr<tattle_session, Deleter<tattle_session_free>>;

class SessionTest : public testlib::ClientFixture {
 protected:
  SessionPtr Judge(const tattle_client& client) const {
    const Bytes leaf = world().good;
    const Bytes ca = world().ca.certificate();
    tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
    evidence.leaf = leaf.data();
    evidence.leaf_len = leaf.size();
    evidence.issuer = ca.data();
    evidence.issuer_len = ca.size();
    const tattle_bytes cas = {ca.data(), ca.size()};
    tattle_connection connection = TATTLE_CONNECTION_INIT;
    connection.host = "example.test";
    connection.evidence = &evidence;
    connection.cas = &cas;
    connection.num_cas = 1;
    connection.chain = TATTLE_CHAIN_VALIDATED;
    tattle_session* session = nullptr;
    EXPECT_EQ(tattle_session_new(&client, &session, &connection, kNowMs, nullptr), TATTLE_OK);
    return SessionPtr(session);
  }

  static SessionPtr Resume(const tattle_client& client, const tattle_session* before) {
    tattle_connection connection = TATTLE_CONNECTION_INIT;
    std::size_t len = 0;
    const std::uint8_t* saved = tattle_session_get0_saved(before, &len);
    tattle_session* session = nullptr;
    EXPECT_EQ(tattle_session_resume(&client, &session, &connection, saved, len, kNowMs, nullptr),
              TATTLE_OK);
    return SessionPtr(session);
  }
};

// A connection may be up for months, while the log list is replaced each day.
TEST_F(SessionTest, HoldsNoLogList) {
  auto client = std::make_unique<tattle_client>(Make());
  const std::weak_ptr<const LogList> list = std::exchange(options_.list, std::nullopt)->logs;
  const SessionPtr verified = Judge(*client);
  const SessionPtr cached = Judge(*client);
  const SessionPtr resumed = Resume(*client, verified.get());
  EXPECT_EQ(tattle_session_origin(cached.get()), TATTLE_ORIGIN_CACHED);
  EXPECT_FALSE(list.expired());
  client.reset();
  EXPECT_TRUE(list.expired());
  for (const SessionPtr* session : {&verified, &cached, &resumed}) {
    const tattle_report* report = tattle_session_get0_report(session->get());
    ASSERT_EQ(tattle_report_num_scts(report), 2U);
    EXPECT_STREQ(tattle_report_get0_sct_log(report, 0), "Alpha");
    EXPECT_STREQ(tattle_report_get0_sct_operator(report, 1), "Operator B");
  }
}

}  // namespace
}  // namespace tattle::capi::session_test
