// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The server over real connections.

#include <memory>
#include <string>

#include <curl/curl.h>

#include "core/note/checkpoint.h"
#include "core/wire/tree_head.h"
#include "tests/testlib/scratch_folder.h"
#include "tests/testlog/background_server.h"
#include "tests/testlog/control.h"
#include "tests/unit/testlog/fixture.h"
#include "tests/unit/testlog/requests.h"

namespace tattle::testlog::server_test {
namespace {

struct Fetched {
  CURLcode code = CURLE_OK;
  long status = 0;
  std::string body;
};

std::size_t Append(char* data, std::size_t /*one*/, std::size_t len, void* body) {
  static_cast<std::string*>(body)->append(data, len);
  return len;
}

Fetched Fetch(const std::string& url, const std::string& post = "") {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 curl_easy_cleanup);
  Fetched out;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &out.body);
  if (!post.empty()) {
    curl_easy_setopt(easy.get(), CURLOPT_COPYPOSTFIELDS, post.c_str());
  }
  out.code = curl_easy_perform(easy.get());
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &out.status);
  return out;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    for (const LogKind kind : {LogKind::kRfc6962, LogKind::kStaticCt}) {
      LogOptions options = OptionsOf(kind);
      options.num_faces = 2;
      options.name = kind == LogKind::kRfc6962 ? "amber" : "birch";
      logs_.push_back(MakeLog(options));
    }
    service_ = Service::Create(std::move(logs_)).value();
    ServerOptions options;
    options.listeners = {{}, {}};
    options.control_socket = folder_.Path("control.sock");
    options.now_ms = [] { return kNowMs + 10; };
    options.sequence_interval_ms = 0;
    Outcome<std::unique_ptr<BackgroundServer>> server =
        BackgroundServer::Create(*service_, options);
    EXPECT_TRUE(server) << server.error();
    server_ = *std::move(server);
  }

  std::string Told(const std::string& command) const {
    const Outcome<void> done = SendCommand(folder_.Path("control.sock"), command);
    return done ? "ok" : done.error();
  }

  testlib::ScratchFolder folder_;
  std::vector<std::unique_ptr<Log>> logs_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<BackgroundServer> server_;
};

TEST_F(ServerTest, TakesAChainAndShowsIt) {
  const ByteVector leaf = Pki().Leaf(1);
  const Fetched added = Fetch(server_->Url("amber") + "ct/v1/add-chain", ChainJson({leaf}));
  EXPECT_EQ(added.status, 200);
  HttpResponse response;
  response.body = ToVector(AsBytes(added.body));
  const ByteVector sct = SctIn(response);
  EXPECT_TRUE(SctVerifies(*service_->Find("amber"), sct, {EntryType::kX509, leaf, {}}));
  EXPECT_EQ(DecodeSct(sct)->timestamp_ms, kNowMs + 10);
  ASSERT_TRUE(service_->Sequence(kNowMs + 20));
  const auto sth = DecodeGetSth(AsBytes(Fetch(server_->Url("amber", 1) + "ct/v1/get-sth").body));
  ASSERT_TRUE(sth);
  EXPECT_EQ(sth->head.tree_size, 1U);
  EXPECT_EQ(sth->head.timestamp_ms, kNowMs + 20);
}

TEST_F(ServerTest, SignsCheckpointsOfTheUrlThatItIsAskedBy) {
  for (const std::size_t face : {0U, 1U}) {
    const std::string url = server_->Url("birch", face);
    const Log& log = *service_->Find("birch");
    const auto head =
        VerifyCheckpoint(AsBytes(Fetch(url + "checkpoint").body), *CheckpointOrigin(url),
                         log.key().log_id(), *log.key().public_key());
    EXPECT_TRUE(head) << Describe(head.error());
  }
}

TEST_F(ServerTest, ListsItsLogs) {
  const Outcome<LogList> list = service_->ListFor(server_->base_urls()[1], kNowMs);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->content().logs.size(), 2U);
  EXPECT_EQ(list->content().logs[0].url, server_->Url("amber", 1));
  EXPECT_EQ(list->content().logs[1].monitoring_url, server_->Url("birch", 1));
  EXPECT_EQ(list->content().logs[1].kind, LogKind::kStaticCt);
}

TEST_F(ServerTest, LiesByCommand) {
  const std::string head = "ct/v1/get-sth";
  EXPECT_EQ(Told("amber@1 unavailable=9"), "ok");
  EXPECT_EQ(Fetch(server_->Url("amber", 0) + head).status, 200);
  EXPECT_EQ(Fetch(server_->Url("amber", 1) + head).status, 503);
  EXPECT_EQ(Fetch(server_->Url("birch", 1) + "checkpoint").status, 200);
  EXPECT_EQ(Told("amber honest"), "ok");
  EXPECT_EQ(Fetch(server_->Url("amber", 1) + head).status, 200);
  EXPECT_EQ(Told("birch truncated"), "ok");
  EXPECT_EQ(Fetch(server_->Url("birch", 0) + "checkpoint").code, CURLE_PARTIAL_FILE);
}

TEST_F(ServerTest, SaysWhatIsWrongWithACommand) {
  EXPECT_EQ(Told("amber"), "a command is LOG[@FACE] LIE[=VALUE], or LOG[@FACE] honest");
  EXPECT_EQ(Told("cedar slow"), "there is no log \"cedar\"");
  EXPECT_EQ(Told("amber@x slow"), "\"x\" is no face: they are numbered from 0");
  EXPECT_EQ(Told("amber@2 slow"), "amber has no face 2");
  EXPECT_EQ(Told("amber twin-index"), "twin-index is for logs of the kind static-ct");
  EXPECT_EQ(Told("amber a\nb"), "a command is one line of less than 1024 bytes");
}

TEST_F(ServerTest, KnowsNothingElse) {
  const std::string base = server_->base_urls()[0];
  for (const char* path :
       {"/", "/cedar/ct/v1/get-sth", "/amber", "/amber/", "/amberct/v1/get-sth"}) {
    EXPECT_EQ(Fetch(base + path).status, 404) << path;
  }
  EXPECT_EQ(Fetch(base + "/amber/ct/v1/get-sth", "{}").status, 405);
}

TEST(ServiceTest, RefusesNamesThatAreNone) {
  const auto complaint = [](const std::vector<std::string>& names) {
    std::vector<std::unique_ptr<Log>> logs;
    for (const std::string& name : names) {
      LogOptions options = OptionsOf(LogKind::kRfc6962);
      options.name = name;
      logs.push_back(MakeLog(options));
    }
    const auto service = Service::Create(std::move(logs));
    return service ? "taken" : service.error();
  };
  EXPECT_EQ(complaint({"amber", "birch"}), "taken");
  EXPECT_EQ(complaint({"amber", "amber"}), "two logs have the name amber");
  EXPECT_EQ(complaint({"a/b"}), "\"a/b\" is no name for a log: letters, digits and -_.");
  EXPECT_EQ(complaint({""}), "\"\" is no name for a log: letters, digits and -_.");
}

}  // namespace
}  // namespace tattle::testlog::server_test
