// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Fills a folder with what the ABI tests feed to libtattle: a certificate with SCTs of logs Alpha
// and Beta in it and one of Gamma for TLS, its issuer, chain and issuer as PEM too, a signed
// log list, and messages of gossip: two heads of Alpha, the second with a signature that is none;
// the certificate with the SCT of Gamma, and with one that is none.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/base64.h"
#include "core/base/bytes.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback.h"
#include "core/gossip/heads.h"
#include "core/wire/tree_head.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"

namespace tattle::testlib {
namespace {

constexpr std::uint64_t kStampMs = 1'791'000'000'000;

std::string EntryJson(const TestLog& log, std::string_view description, std::string_view urls) {
  return R"({"description": ")" + std::string(description) + R"(", "log_id": ")" +
         EncodeBase64(log.log_id()) + R"(", "key": ")" + EncodeBase64(log.key().Spki()) + R"(", )" +
         std::string(urls) +
         R"("mmd": 86400, "state": {"usable": {"timestamp": "2020-01-01T00:00:00Z"}}})";
}

std::string OperatorJson(std::string_view name, std::string_view logs, std::string_view tiled) {
  return R"({"name": ")" + std::string(name) + R"(", "email": [], "logs": [)" + std::string(logs) +
         R"(], "tiled_logs": [)" + std::string(tiled) + "]}";
}

// HeadsJson is a good head and a bad one.
std::string HeadsJson(const TestLog& log) {
  TreeHead head;
  head.tree_size = 77;
  head.timestamp_ms = kStampMs;
  const ByteVector signature = log.key().Sign(EncodeTreeHeadSignedData(head).value());
  const SignedTreeHead sth = {head, Join({{4, 3}, Uint(signature.size(), 2), signature})};
  SignedTreeHead bad = sth;
  bad.head.tree_size = 78;
  const std::vector<GossipHead> heads = {{log.log_id(), sth}, {log.log_id(), bad}};
  return EncodeHeads(HeadDialect::kSths, heads).value();
}

std::string FeedbackJson(const ByteVector& leaf, const ByteVector& sct) {
  ByteVector bad = sct;
  bad[40] ^= 1U;  // its time
  const std::vector<FeedbackEntry> entries = {{{leaf}, {sct, bad}}};
  return EncodeFeedback(FeedbackDialect::kSctFeedback, entries, kMaxFeedbackSize).value();
}

bool Fill(const std::filesystem::path& folder) {
  const TestLog alpha("Alpha", "Operator A");
  const TestLog beta("Beta", "Operator B");
  const TestLog gamma("Gamma", "Operator C");
  const TestCa ca("Tattle ABI test CA");
  const ByteVector ca_spki = ca.key().Spki();
  const ByteVector leaf = ca.Issue(TestKey::P256(), TestCertificateSpec{}, [&](Bytes tbs) {
    return SctList({alpha.SignPrecert(tbs, ca_spki, kStampMs),
                    beta.SignPrecert(tbs, ca_spki, kStampMs + 1, LeafIndexExtension(77))});
  });
  const std::string json =
      R"({"version": "1.0", "log_list_timestamp": "2026-10-03T00:00:00Z", "operators": [)" +
      OperatorJson("Operator A", EntryJson(alpha, "Alpha", R"("url": "https://alpha.test/", )"),
                   "") +
      ", " +
      OperatorJson("Operator B", "",
                   EntryJson(beta, "Beta",
                             R"("submission_url": "https://beta.test/", )"
                             R"("monitoring_url": "https://mon.beta.test/", )")) +
      ", " +
      OperatorJson("Operator C", EntryJson(gamma, "Gamma", R"("url": "https://gamma.test/", )"),
                   "") +
      "]}\n";
  const TestKey list_key = TestKey::P256();

  const auto write = [&](const char* name, Bytes bytes) {
    std::ofstream file(folder / name, std::ios::binary);
    file << AsText(bytes) << std::flush;
    return file.good();
  };
  return write("leaf.der", leaf) && write("issuer.der", ca.certificate()) &&
         write("chain.pem", AsBytes(PemText(leaf) + PemText(ca.certificate()))) &&
         write("issuer.pem", AsBytes(PemText(ca.certificate()))) &&
         write("tls_scts.bin", SctList({gamma.SignX509(leaf, kStampMs + 2)})) &&
         write("heads.json", AsBytes(HeadsJson(alpha))) &&
         write("feedback.json", AsBytes(FeedbackJson(leaf, gamma.SignX509(leaf, kStampMs + 2)))) &&
         write("log_list.json", AsBytes(json)) &&
         write("log_list.sig", list_key.Sign(AsBytes(json))) &&
         write("list_key.der", list_key.Spki());
}

}  // namespace
}  // namespace tattle::testlib

int main(int argc, char** argv) {
  const std::span args(argv, static_cast<std::size_t>(argc));
  if (args.size() != 2 || !tattle::testlib::Fill(args[1])) {
    std::fprintf(stderr, "usage: make_input FOLDER\n");
    return 1;
  }
  return 0;
}
