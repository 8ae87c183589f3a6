// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Early data (0-RTT) never leaves the program, neither encrypted nor in clear.

#include <string>
#include <vector>

#include "tests/adapters/openssl/handshake.h"

namespace tattle::testlib::early_data_test {
namespace {

constexpr char kSecret[] = "a secret of the program";
constexpr std::size_t kSecretLen = sizeof(kSecret) - 1;

class EarlyDataTest : public HandshakeTest {
 protected:
  EarlyDataTest() {
    Use(world_.embedded);
    SSL_CTX_set_max_early_data(server_context_.get(), 1000);
    Attach();
  }

  // WriteEarly tries to send kSecret; all that went over the wire is in sent_.
  bool WriteEarly(SSL_SESSION* session) {
    NewClient(session);
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(client_.get(), BIO_new(BIO_s_mem()), out);
    std::size_t written = 0;
    const bool ok = SSL_write_early_data(client_.get(), kSecret, kSecretLen, &written) == 1;
    char* bytes = nullptr;
    const long len = BIO_get_mem_data(out, &bytes);
    sent_.assign(bytes, static_cast<std::size_t>(len));
    ERR_clear_error();
    return ok;
  }

  // TypesSent are the types of the records in sent_.
  std::vector<int> TypesSent() const {
    std::vector<int> types;
    const auto byte = [this](std::size_t at) { return static_cast<std::uint8_t>(sent_.at(at)); };
    for (std::size_t at = 0; at + 5 <= sent_.size();) {
      types.push_back(byte(at));
      at += 5 + std::size_t{byte(at + 3)} * 256 + byte(at + 4);
    }
    return types;
  }

  std::string sent_;
};
INSTANTIATE_TEST_SUITE_P(Tls, EarlyDataTest, testing::Values(TLS1_3_VERSION), VersionName);

TEST_P(EarlyDataTest, IsSentWhereTheModeIsOff) {
  // The test must be able to fail.
  const SslSession session = ConnectAndKeep();
  ASSERT_GT(SSL_SESSION_get_max_early_data(session.get()), 0U);
  context_ = NewContext();
  Attach({{"mode", "off"}});
  ASSERT_TRUE(WriteEarly(session.get()));
  const std::vector<int> types = TypesSent();
  ASSERT_FALSE(types.empty());
  EXPECT_EQ(types.back(), SSL3_RT_APPLICATION_DATA);
}

TEST_P(EarlyDataTest, IsNeverSentWhereConnectionsAreJudged) {
  const SslSession session = ConnectAndKeep();
  for (const char* mode : {"report", "require"}) {
    context_ = NewContext();
    Attach({{"mode", mode}});
    EXPECT_FALSE(WriteEarly(session.get()));
    EXPECT_EQ(sent_.find(kSecret), std::string::npos);
    for (const int type : TypesSent()) {
      EXPECT_NE(type, SSL3_RT_APPLICATION_DATA);
    }
    // Nor is it the next time that one asks.
    std::size_t written = 0;
    EXPECT_EQ(SSL_write_early_data(client_.get(), kSecret, kSecretLen, &written), 0);
    EXPECT_LE(SSL_write(client_.get(), kSecret, kSecretLen), 0);
    ERR_clear_error();
  }
  EXPECT_GT(SSL_SESSION_get_max_early_data(session.get()), 0U) << "the program's was changed";
}

TEST_P(EarlyDataTest, IsNeverSentWithASessionThatIsTakenAway) {
  context_ = NewContext();
  const SslSession session = ConnectAndKeep();
  ASSERT_GT(SSL_SESSION_get_max_early_data(session.get()), 0U);
  context_ = NewContext();
  Attach({{"mode", "report"}});
  EXPECT_FALSE(WriteEarly(session.get()));
  EXPECT_EQ(sent_.find(kSecret), std::string::npos);
  for (const int type : TypesSent()) {
    EXPECT_NE(type, SSL3_RT_APPLICATION_DATA);
  }
}

TEST_P(EarlyDataTest, ASessionThatAllowsItIsResumedWithoutIt) {
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_RESUMED);
  EXPECT_EQ(SSL_get_early_data_status(client_.get()), SSL_EARLY_DATA_NOT_SENT);
  EXPECT_TRUE(Talk());
}

}  // namespace
}  // namespace tattle::testlib::early_data_test
