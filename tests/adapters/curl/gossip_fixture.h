// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A place of tattled's, with its socket and its outbox, beside the sites.

#ifndef TATTLE_TESTS_ADAPTERS_CURL_GOSSIP_FIXTURE_H_
#define TATTLE_TESTS_ADAPTERS_CURL_GOSSIP_FIXTURE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/runtime/gossip_note.h"
#include "plugin/runtime/outbox.h"
#include "tests/adapters/curl/fixture.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::testlib {

inline constexpr char kEndpoint[] = "/.well-known/ct/v1/sth-pollination";
inline constexpr char kAnswer[] = R"({"sths":[]})";

inline OutboxHead HeadOf(std::uint8_t log) {
  OutboxHead head;
  head.log_id.fill(log);
  head.sth.head.tree_size = 1000U + log;
  head.sth.head.timestamp_ms = kNowMs - log;
  head.sth.head.sha256_root_hash.fill(0xee);
  head.sth.signature = ByteVector(75, log);
  head.sth.signature[0] = 4;  // SHA-256
  head.sth.signature[1] = 3;  // ECDSA
  head.sth.signature[2] = 0;  // 71 bytes follow
  head.sth.signature[3] = 71;
  return head;
}

class CurlGossipTest : public CurlTest {
 protected:
  CurlGossipTest() {
    for (Site* site : {&good_, &other_}) {
      site->set_handler([](const SiteRequest& request) {
        Site::Answer answer;
        if (request.head.find(kEndpoint) != std::string::npos) {
          answer.fields = "Content-Type: application/json\r\n";
          answer.body = kAnswer;
        } else if (request.head.find(" /cookie ") != std::string::npos) {
          answer.fields = "Set-Cookie: who=you; Path=/\r\n";
        }
        return answer;
      });
    }
    options_.offer_heads = 1;
  }

  static void Say(Site& site, const std::string& fields) {
    site.set_handler([fields](const SiteRequest&) {
      Site::Answer answer;
      answer.fields = fields;
      return answer;
    });
  }

  // Fill leaves an outbox with heads for example.test alone.
  void Fill(std::size_t num_heads = 2) {
    OutboxHost host = {"example.test", {}};
    for (std::size_t i = 0; i < num_heads; ++i) {
      host.heads.push_back(HeadOf(static_cast<std::uint8_t>(i + 1)));
    }
    const auto file = EncodeOutbox({kNowMs, kNowMs + 1000, {host}});
    ASSERT_TRUE(file.has_value());
    folder_.Write("outbox", AsText(*file));
  }

  // MakeClient is one of another process.
  Client MakeClient() const {
    return world().MakeClient(
        {{"observe_socket", folder_.Path("observe.sock")}, {"outbox", folder_.Path("outbox")}});
  }

  // Told is what tattled has heard, but for observations.
  std::vector<GossipNote> Told() {
    std::vector<GossipNote> notes;
    while (const std::optional<ByteVector> datagram = tattled_.Receive()) {
      if (Result<GossipNote> note = DecodeGossipNote(*datagram)) {
        notes.push_back(*std::move(note));
      }
    }
    return notes;
  }

  std::string LastField(const Site& site, const std::string& name) const {
    const std::vector<SiteRequest> requests = site.requests();
    return requests.empty() ? "no request" : requests.back().Field(name);
  }

  int Prepare(const Handle& handle) const {
    std::int32_t ready = -1;
    EXPECT_EQ(tattle_curl_gossip_prepare(handle.ct(), &ready, nullptr), TATTLE_OK);
    return ready;
  }

  ScratchFolder folder_;
  DatagramListener tattled_{folder_.Path("observe.sock")};
  Site other_{world(), CertificateFor("other.test", true)};
  std::string other_url_ = other_.UrlFor("other.test");
  Client client_ = MakeClient();
  tattle_curl_options options_ = TATTLE_CURL_OPTIONS_INIT;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_ADAPTERS_CURL_GOSSIP_FIXTURE_H_
