// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The module in mode require, loaded by OpenSSL itself. This program knows nothing of Tattle: what
// it sees are handshakes, verify results, and lines in the log. The module's clock is the real one;
// what is asserted holds at any time (an old log list is judged leniently).

#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <openssl/conf.h>
#include <openssl/ct.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/loglist/encode.h"
#include "tests/adapters/openssl/handshake.h"
#include "tests/testlib/datagram_listener.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::testlib {
namespace {

std::string module_path;  // the first argument

// Loaded is the module in this process, once for all tests, and what it reads.
class Loaded {
 public:
  static Loaded& Get() {
    static Loaded loaded;
    return loaded;
  }

  const std::shared_ptr<World>& world() const { return world_; }

  std::vector<std::string> TakeLines() const {
    std::vector<std::string> lines;
    for (std::string line; !(line = syslog_.ReceiveText()).empty();) {
      lines.push_back(line);
    }
    return lines;
  }

 private:
  Loaded() {
    const std::string config = folder_.Write("tattle.conf", "mode = report\nsyslog =\n");
    const std::string list =
        folder_.Write("logs.json", EncodeLogListJson(LogList::Create(world_->list).value()));
    const std::string conf = folder_.Write(
        "openssl.cnf",
        "openssl_conf = init\n[init]\ntattle = section\n[section]\npath = " + module_path +
            "\nconfig = " + config + "\nsyslog = " + folder_.Path("log") + "\nlog_list = " + list +
            "\npublic_roots = " + world_->root_file +
            "\nmode = require\nobserve_socket =\noutbox =\n");
    EXPECT_EQ(CONF_modules_load_file(conf.c_str(), nullptr, 0), 1);
  }

  ScratchFolder folder_;
  DatagramListener syslog_{folder_.Path("log")};
  std::shared_ptr<World> world_ = std::make_shared<World>();
};

// What a verify callback of the program saw, and what it answers.
struct Seen {
  int answer = 0;
  int error = 0;  // the last one that was not 0
  int depth = -1;
  bool has_leaf = false;
  bool has_ssl = false;
};
Seen seen;

int OnVerify(int is_good, X509_STORE_CTX* store) {
  if (is_good == 1) {
    return 1;
  }
  seen.error = X509_STORE_CTX_get_error(store);
  seen.depth = X509_STORE_CTX_get_error_depth(store);
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  seen.has_ssl = ssl != nullptr;
  seen.has_leaf = X509_STORE_CTX_get_current_cert(store) == SSL_get0_peer_certificate(ssl);
  return seen.answer;
}

int starts = 0;
int done = 0;
void CountInfo(const SSL* /*ssl*/, int where, int /*value*/) {
  starts += where == SSL_CB_HANDSHAKE_START ? 1 : 0;
  done += where == SSL_CB_HANDSHAKE_DONE ? 1 : 0;
}

int status_calls = 0;
int CountStatus(SSL* /*ssl*/, void* /*arg*/) {
  ++status_calls;
  return 1;
}

int ct_calls = 0;
int CountCt(const CT_POLICY_EVAL_CTX* /*context*/, const STACK_OF(SCT) * /*scts*/, void* /*arg*/) {
  ++ct_calls;
  return 1;
}

class ModuleTest : public HandshakeTest {
 protected:
  ModuleTest() : HandshakeTest(Loaded::Get().world()) {
    Loaded::Get().TakeLines();
    seen = {};
    starts = done = status_calls = ct_calls = 0;
  }

  // SaysOnce: one line was written since the last look, with these words in it.
  static bool SaysOnce(const std::string& words) {
    const std::vector<std::string> lines = Loaded::Get().TakeLines();
    return lines.size() == 1 && lines[0].find(words) != std::string::npos;
  }
  static bool SaysNothing() { return Loaded::Get().TakeLines().empty(); }

  long VerifyResult() const { return SSL_get_verify_result(client_.get()); }

  void Verify(int mode, SSL_verify_cb callback = nullptr) {
    SSL_CTX_set_verify(context_.get(), mode, callback);
  }
};
TATTLE_FOR_BOTH_VERSIONS(ModuleTest);

class ModuleTls12Test : public ModuleTest {};
INSTANTIATE_TEST_SUITE_P(Tls, ModuleTls12Test, testing::Values(TLS1_2_VERSION), VersionName);
class ModuleTls13Test : public ModuleTest {};
INSTANTIATE_TEST_SUITE_P(Tls, ModuleTls13Test, testing::Values(TLS1_3_VERSION), VersionName);

TEST_P(ModuleTest, LetsACompliantServerPass) {
  Use(world_.embedded);
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(
      SaysOnce("]: tattle: example.test: compliant with chrome: embedded SCTs from 2 logs"));
  EXPECT_TRUE(Talk());
  EXPECT_EQ(VerifyResult(), X509_V_OK);
  EXPECT_EQ(SSL_ct_is_enabled(client_.get()), 0);
}

TEST_P(ModuleTest, SeesTheTlsExtension) {
  says_.lists = {world_.ListOver({&world_.alpha, &world_.beta})};
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant with chrome: SCTs in the TLS extension from 2 logs"));
}

TEST_P(ModuleTest, TakesNoListOfAnotherEntryForTheLeafs) {
  says_.lists = {{}, {0, 5, 0, 3, 1, 2, 3}};
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("not compliant"));
}

TEST_P(ModuleTest, RefusesWhereTheProgramVerifies) {
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("example.test: not compliant with chrome: no SCT was presented"));
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
  const std::vector<std::string> lines = Loaded::Get().TakeLines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].substr(0, 4), "<27>");  // daemon, error
}

TEST_P(ModuleTest, LeavesTheDecisionToAProgramThatDoesNotVerify) {
  Verify(SSL_VERIFY_NONE);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
  EXPECT_TRUE(errors_.empty());
  EXPECT_TRUE(Talk());
  EXPECT_TRUE(SaysOnce("not compliant"));
}

TEST_P(ModuleTest, AsksTheProgramsVerifyCallback) {
  for (const int mode : {SSL_VERIFY_PEER, SSL_VERIFY_NONE}) {
    for (const int answer : {0, 1}) {
      seen = {answer};
      Verify(mode, OnVerify);
      EXPECT_EQ(Connect(), mode == SSL_VERIFY_NONE || answer == 1);
      EXPECT_EQ(errors_.empty(), mode == SSL_VERIFY_NONE || answer == 1);
      EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
      EXPECT_EQ(seen.error, X509_V_ERR_NO_VALID_SCTS);
      EXPECT_EQ(seen.depth, 0);
      EXPECT_TRUE(seen.has_leaf);
      EXPECT_TRUE(seen.has_ssl);
    }
  }
}

TEST_P(ModuleTest, JudgesNoChainThatDoesNotValidate) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context_.get(), GetParam());
  ASSERT_TRUE(Connect());
  EXPECT_NE(VerifyResult(), X509_V_OK);
  EXPECT_NE(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
  EXPECT_TRUE(SaysNothing());
}

TEST_P(ModuleTest, JudgesAResumedSessionAgain) {
  Use(world_.embedded);
  const SslSession session = ConnectAndKeep();
  Loaded::Get().TakeLines();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_TRUE(SaysOnce("compliant with chrome"));
}

TEST_P(ModuleTest, ResumesNoSessionThatWasRefused) {
  Verify(SSL_VERIFY_NONE);
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
}

TEST_P(ModuleTest, ResumesNoSessionWithoutAJudgement) {
  Use(world_.embedded);
  const SslSession session = ConnectAndKeep();
  SSL_SESSION_set1_ticket_appdata(session.get(), nullptr, 0);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
}

TEST_P(ModuleTest, CallsTheInfoCallbackOfTheContext) {
  Use(world_.embedded);
  SSL_CTX_set_info_callback(context_.get(), CountInfo);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(SaysOnce("compliant"));
}

// Ours are replaced before the handshake starts, so that no SCTs are asked for; what stands in the
// certificate is judged.
TEST_P(ModuleTest, ComesBackWhereTheProgramSetsCallbacksOfItsOwn) {
  for (const bool is_good : {true, false}) {
    Use(is_good ? world_.embedded : world_.leaf);
    starts = done = 0;
    NewClient();
    SSL_set_info_callback(client_.get(), CountInfo);
    SetStatus(context_.get(), CountStatus);
    const bool is_up = Shake();
    EXPECT_EQ(starts, 1);
    EXPECT_EQ(status_calls, 0);
    EXPECT_EQ(done, is_good ? 1 : 0);
    EXPECT_EQ(VerifyResult(), is_good ? X509_V_OK : X509_V_ERR_NO_VALID_SCTS);
    EXPECT_EQ(is_up && Talk(), is_good);
    EXPECT_TRUE(SaysOnce(is_good ? ": compliant" : ": not compliant"));
  }
}

TEST_P(ModuleTest, JudgesASessionThatSuchAProgramResumes) {
  Use(world_.embedded);
  NewClient();
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(Shake() && Talk());
  const SslSession good(SSL_get1_session(client_.get()));
  NewClient(good.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(Shake());
  EXPECT_TRUE(IsResumed());
  EXPECT_TRUE(Talk());
  const SslSession bare = ConnectAndKeep();
  SSL_SESSION_set1_ticket_appdata(bare.get(), nullptr, 0);
  NewClient(bare.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  const bool is_up = Shake();
  EXPECT_FALSE(is_up && Talk());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
}

TEST_P(ModuleTest, CallsTheStatusCallbackOnlyOfAProgramThatAsksForAStaple) {
  Use(world_.embedded);
  SetStatus(context_.get(), CountStatus);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(status_calls, 0);
  SSL_CTX_set_tlsext_status_type(context_.get(), TLSEXT_STATUSTYPE_ocsp);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(status_calls, 1);
}

TEST_P(ModuleTest, FindsAStatusCallbackThatComesLater) {
  ASSERT_FALSE(Connect());
  SetStatus(context_.get(), CountStatus);
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("no SCT was presented"));
}

TEST_P(ModuleTest, LeavesTheProgramsOwnCtToIt) {
  Use(world_.embedded);
  NewClient();
  ASSERT_EQ(SSL_set_ct_validation_callback(client_.get(), CountCt, nullptr), 1);
  ASSERT_TRUE(Shake());
  EXPECT_EQ(ct_calls, 1);
  EXPECT_EQ(SSL_ct_is_enabled(client_.get()), 1);
  EXPECT_TRUE(SaysOnce("compliant"));
}

TEST_P(ModuleTls12Test, SeesWhatTheProgramsOwnExtensionBrings) {
  SSL_CTX_add_client_custom_ext(
      context_.get(), TLSEXT_TYPE_signed_certificate_timestamp, nullptr, nullptr, nullptr,
      [](SSL*, unsigned, const unsigned char*, std::size_t, int*, void*) { return 1; }, nullptr);
  says_.lists = {world_.ListOver({&world_.alpha, &world_.beta})};
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant with chrome: SCTs in the TLS extension"));
}

TEST_P(ModuleTest, LeavesServersAlone) {
  const SslCtx both(SSL_CTX_new(TLS_method()));
  SSL_CTX_use_certificate(both.get(), LoadX509(world_.embedded).get());
  SSL_CTX_use_PrivateKey(both.get(), world_.leaf_key.get());
  Say(both.get(), &says_);
  says_.staple = {'s', 't', 'a', 'p', 'l', 'e'};
  SSL_CTX_up_ref(both.get());
  server_context_.reset(both.get());
  // The same context as a client, so that our status callback stands in it.
  SslCtx client_context = std::move(context_);
  SSL_CTX_up_ref(both.get());
  context_.reset(both.get());
  SSL_CTX_set_max_proto_version(both.get(), GetParam());
  EXPECT_TRUE(Connect());
  context_ = std::move(client_context);
  Loaded::Get().TakeLines();
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant"));
  const unsigned char* staple = nullptr;
  EXPECT_EQ(SSL_get_tlsext_status_ocsp_resp(client_.get(), &staple), 6);
}

TEST_P(ModuleTest, SurvivesCopiesOfAConnection) {
  Use(world_.embedded);
  ASSERT_TRUE(Connect());
  const Ssl copy(SSL_dup(client_.get()));
  EXPECT_NE(copy, nullptr);
}

TEST_P(ModuleTls13Test, LetsApprovedSessionsSendEarlyData) {
  Use(world_.embedded);
  SSL_CTX_set_max_early_data(server_context_.get(), 100);
  const SslSession session = ConnectAndKeep();
  ASSERT_EQ(SSL_SESSION_get_max_early_data(session.get()), 100U);
  NewClient(session.get());
  server_.reset(SSL_new(server_context_.get()));
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  BIO_new_bio_pair(&client_end, 1 << 16, &server_end, 1 << 16);
  SSL_set_bio(client_.get(), client_end, client_end);
  SSL_set_bio(server_.get(), server_end, server_end);
  SSL_set_accept_state(server_.get());
  std::size_t written = 0;
  EXPECT_EQ(SSL_write_early_data(client_.get(), "early", 5, &written), 1);
  std::array<char, 8> early = {};
  std::size_t len = 0;
  EXPECT_EQ(SSL_read_early_data(server_.get(), early.data(), early.size(), &len),
            SSL_READ_EARLY_DATA_SUCCESS);
  EXPECT_EQ(std::string(early.data(), len), "early");
  while (SSL_read_early_data(server_.get(), early.data(), early.size(), &len) ==
             SSL_READ_EARLY_DATA_ERROR &&
         SSL_do_handshake(client_.get()) != 1) {
  }
  EXPECT_TRUE(Pump());
  EXPECT_TRUE(IsResumed());
}

TEST_P(ModuleTls12Test, JudgesARenegotiation) {
  Use(world_.embedded);
  SSL_CTX_set_options(server_context_.get(), SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  ASSERT_TRUE(Connect());
  Loaded::Get().TakeLines();
  ASSERT_EQ(SSL_renegotiate(client_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(client_.get()), -1);
  ASSERT_TRUE(Pass());
  EXPECT_TRUE(Talk());
  EXPECT_TRUE(SaysOnce("compliant"));
}

TEST_P(ModuleTest, StaysWhenTheProgramUnloadsItsModules) {
  CONF_modules_unload(1);
  Use(world_.embedded);
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant"));
  Use(world_.leaf);
  EXPECT_FALSE(Connect());
}

}  // namespace
}  // namespace tattle::testlib

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    return 2;
  }
  tattle::testlib::module_path = argv[1];
  return RUN_ALL_TESTS();
}
