// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HTTP/2: many requests at once on one connection.

#include <memory>
#include <string>
#include <vector>

#include "core/gossip/heads.h"
#include "plugin/runtime/outbox.h"
#include "tests/adapters/curl/fixture.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/unit/net/server_thread.h"

namespace tattle::testlib::curl_http2_test {
namespace {

// KeyText is the world's leaf key in PEM.
std::string KeyText(const World& world) {
  const std::unique_ptr<BIO, Deleter<BIO_free>> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), world.leaf_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::string text(static_cast<std::size_t>(BIO_pending(bio.get())), '\0');
  BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

class CurlHttp2Test : public CurlTest {
 protected:
  HttpServerOptions OptionsWith(const std::string& name, const ByteVector& certificate) const {
    HttpServerOptions options;
    options.certificate_file = folder_.Write(name, PemText(certificate));
    options.key_file = folder_.Write("key.pem", KeyText(world()));
    return options;
  }

  HttpServer::Handler Keeping() {
    return [this](const HttpRequest& request) {
      requests_.push_back(request);
      HttpResponse response;
      response.headers = {{"transgossipenabled", "Yes"}};
      response.body = ToVector(AsBytes("hello"));
      return response;
    };
  }

  static std::string UrlOf(const ServerThread& server) {
    return "https://example.test:" + std::to_string(server.port()) + "/";
  }

  static long HttpVersion(const Handle& handle) {
    long version = 0;
    curl_easy_getinfo(handle.easy(), CURLINFO_HTTP_VERSION, &version);
    return version;
  }

  ScratchFolder folder_;
  std::vector<HttpRequest> requests_;  // of the server's thread
  ServerThread good_h2_{OptionsWith("good.pem", world().embedded), Keeping()};
  ServerThread bad_h2_{OptionsWith("bad.pem", world().leaf), Keeping()};
};
TATTLE_FOR_BOTH_CURL_VERSIONS(CurlHttp2Test);

TEST_P(CurlHttp2Test, IsJudged) {
  const auto handle = NewAttached(require_);
  ASSERT_EQ(handle->Get(UrlOf(good_h2_)), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(HttpVersion(*handle), CURL_HTTP_VERSION_2_0);
  EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(handle->Get(UrlOf(bad_h2_)), CURLE_PEER_FAILED_VERIFICATION);
  bad_h2_.Do([this](HttpServer&) { EXPECT_EQ(requests_.size(), 1U); });
}

TEST_P(CurlHttp2Test, RequestsOfOneClientShareAConnection) {
  const Multi multi(curl_multi_init());
  std::vector<std::unique_ptr<Handle>> handles;
  for (int i = 0; i < 4; ++i) {
    handles.push_back(i == 3 ? NewHandle() : NewAttached(require_));
    handles.back()->Set(CURLOPT_PIPEWAIT, 1L);
  }
  const std::string good_url = UrlOf(good_h2_);
  for (const auto& handle : handles) {
    handle->Set(CURLOPT_URL, good_url.c_str());
    curl_multi_add_handle(multi.get(), handle->easy());
  }
  int running = 1;
  while (running != 0) {
    curl_multi_perform(multi.get(), &running);
    curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
  }
  EXPECT_EQ(good_h2_.num_connections(), 2U) << "the unattached handle has its own";
  for (const auto& handle : handles) {
    curl_multi_remove_handle(multi.get(), handle->easy());
    tattle_curl_finish(handle->ct());
    EXPECT_EQ(handle->body(), "hello");
    EXPECT_EQ(handle->compliance() == TATTLE_COMPLIANT, handle->ct() != nullptr);
  }
}

TEST_P(CurlHttp2Test, HeadsGoOnTheConnectionThatIsOpen) {
  OutboxHead head;
  head.sth.head.tree_size = 7;
  head.sth.signature = {4, 3, 0, 2, 0xaa, 1};
  const auto file = EncodeOutbox({kNowMs, kNowMs + 1, {{"example.test", {head}}}});
  ASSERT_TRUE(file.has_value());
  folder_.Write("outbox", AsText(*file));
  const Client client = world().MakeClient({{"outbox", folder_.Path("outbox")}});
  const auto handle = NewAttached(client);
  ASSERT_EQ(handle->Get(UrlOf(good_h2_)), CURLE_OK);
  std::int32_t ready = 0;
  ASSERT_EQ(tattle_curl_gossip_prepare(handle->ct(), &ready, nullptr), TATTLE_OK);
  ASSERT_EQ(ready, 1);
  ASSERT_EQ(curl_easy_perform(handle->easy()), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(HttpVersion(*handle), CURL_HTTP_VERSION_2_0);
  EXPECT_EQ(handle->num_connects(), 0);
  EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 1);
  good_h2_.Do([this](HttpServer&) {
    ASSERT_EQ(requests_.size(), 2U);
    EXPECT_EQ(requests_[1].method, "POST");
    EXPECT_EQ(requests_[1].path, "/.well-known/ct/v1/sth-pollination");
    const auto message = DecodeHeads(requests_[1].body);
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->heads.size(), 1U);
  });
}

}  // namespace
}  // namespace tattle::testlib::curl_http2_test
