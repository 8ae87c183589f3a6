// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HttpClient over TLS: whom it trusts, and what it says of the rest.

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/net/http_client.h"
#include "tests/testlib/pki.h"
#include "tests/unit/net/http_client_testing.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/tls_names.h"

namespace tattle::http_client_tls_test {
namespace {

using testing::Always;
using ::testing::HasSubstr;
using testing::Kind;
using testing::ScriptedServer;
using testing::Text;

class HttpClientTlsTest : public ::testing::Test {
 protected:
  HttpOptions Options() {
    HttpOptions options;
    options.ca_file = names_.ca_file();
    options.first_backoff_ms = 1;
    return options;
  }

  testing::TlsNames names_;
};

TEST_F(HttpClientTlsTest, TakesACertificateOfItsCa) {
  ScriptedServer server(Always({.body = "x"}), names_.Issue("localhost"));
  HttpClient client(Options());
  EXPECT_EQ(Text(client.Get(server.url(), 10)), "x");
  EXPECT_EQ(Text(client.Get(server.url(), 10)), "x");
  EXPECT_EQ(server.num_connections(), 1U);
}

TEST_F(HttpClientTlsTest, SaysWhatIsWrongWithACertificate) {
  constexpr std::uint64_t kLongAgo = 1'500'000'000'000;
  constexpr std::uint64_t kFarAhead = 4'000'000'000'000;
  const testing::TlsIdentity expired =
      names_.IssueFor("localhost", kLongAgo, kLongAgo + 86'400'000);
  const testlib::TestCa other("Other CA");
  const testlib::TestKey key = testlib::TestKey::P256();
  const struct {
    testing::TlsIdentity identity;
    const char* want;
  } cases[] = {
      {expired, "expired"},
      {names_.IssueFor("localhost", kFarAhead - 1000, kFarAhead), "not yet valid"},
      {names_.Issue("elsewhere.test"), "localhost"},
      {{other.Issue(key, {}), key}, "unable to get local issuer"},
      {{other.certificate(), other.key()}, "self"},
  };
  for (const auto& [identity, want] : cases) {
    ScriptedServer server(Always({.body = "x"}), identity);
    HttpClient client(Options());
    const Answer<HttpAnswer> answer = client.Get(server.url(), 10);
    EXPECT_EQ(Kind(answer), FailureKind::kTls) << want;
    EXPECT_THAT(Text(answer), HasSubstr(want));
    EXPECT_EQ(server.num_connections(), 1U) << "what is wrong stays wrong";
    EXPECT_TRUE(server.requests().empty());
  }
}

TEST_F(HttpClientTlsTest, TrustsNobodyButTheFile) {
  HttpOptions options = Options();
  options.ca_file += ".none";
  ScriptedServer server(Always({.body = "x"}), names_.Issue("localhost"));
  HttpClient client(options);
  EXPECT_EQ(Kind(client.Get(server.url(), 10)), FailureKind::kRefused);
}

TEST_F(HttpClientTlsTest, GoesWhereItIsToldWithTheNameThatItWasGiven) {
  ScriptedServer server(Always({.body = "x"}), names_.Issue("www.example"));
  ScriptedServer other(Always({.body = "y"}), names_.Issue("a.example"));
  HttpOptions options = Options();
  options.connect_to = {server.Instead("a.example:8443"), other.Instead("a.example:443"),
                        server.Instead("www.example:443")};
  HttpClient client(options);
  EXPECT_EQ(Text(client.Get("https://www.example/", 10)), "x");
  EXPECT_EQ(server.requests().back().Header("host"), "www.example");
  EXPECT_EQ(Text(client.Get("https://a.example/", 10)), "y");
  // The certificate must be the name's, wherever it is reached.
  EXPECT_EQ(Kind(client.Get("https://a.example:8443/", 10)), FailureKind::kTls);
}

TEST_F(HttpClientTlsTest, KeepsTheChainOfAHandshakeWhereItIsAsked) {
  const testing::TlsIdentity identity = names_.Issue("localhost");
  ScriptedServer server(Always({.body = "x"}), identity);
  HttpOptions options = Options();
  EXPECT_EQ(HttpClient(options).Get(server.url(), 10)->chain.size(), 0U);
  options.keeps_chain = true;
  HttpClient client(options);
  EXPECT_EQ(client.Get(server.url(), 10)->chain, std::vector<ByteVector>{identity.certificate});
  // No handshake, no chain: nobody is to take an older one for what is shown now.
  EXPECT_EQ(client.Get(server.url(), 10)->chain.size(), 0U);
  EXPECT_EQ(server.num_connections(), 2U);
}

}  // namespace
}  // namespace tattle::http_client_tls_test
