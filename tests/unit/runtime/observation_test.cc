// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/observation.h"

#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "plugin/runtime/bounds.h"
#include "tests/testlib/ct_log.h"

namespace tattle::observation_test {
namespace {

using testlib::Join;
using testlib::Uint;

constexpr std::uint64_t kSeenMs = 1'795'000'000'000;

Observation FullObservation() {
  return {kSeenMs, "www.example.test", Mode::kRequire, Policy::kStrict,
          true,    {{1, 2}, {3}},      {4, 5},         {6}};
}

// Head is what stands before the chain, put together by hand.
ByteVector Head(std::uint8_t mode, std::uint8_t policy, std::uint8_t compliant,
                const ByteVector& host) {
  return Join({{'T', 'T', 'L', 'O', 1},
               Uint(kSeenMs, 8),
               {mode, policy, compliant, static_cast<std::uint8_t>(host.size())},
               host});
}

ByteVector Vector24(const ByteVector& bytes) {
  return Join({Uint(bytes.size(), 3), bytes});
}

const ByteVector kRest = Join({Vector24(Vector24({1})), Vector24({}), Vector24({})});

Errc CodeOf(Bytes datagram) {
  const Result<Observation> observation = DecodeObservation(datagram);
  EXPECT_FALSE(observation);
  return observation ? Errc::kInternal : observation.error().code;
}

TEST(EncodeObservationTest, WritesWhatItsDescriptionSays) {
  EXPECT_EQ(EncodeObservation(FullObservation()),
            Join({{'T', 'T', 'L', 'O', 1},
                  Uint(kSeenMs, 8),
                  {3, 6, 1, 16},
                  ToVector(AsBytes("www.example.test")),
                  Vector24(Join({Vector24({1, 2}), Vector24({3})})),
                  Vector24({4, 5}),
                  Vector24({6})}));
}

TEST(EncodeObservationTest, WritesHostsInOneForm) {
  Observation observation = FullObservation();
  observation.host = "WWW.Example.Test.";
  EXPECT_EQ(EncodeObservation(observation), EncodeObservation(FullObservation()));
}

TEST(EncodeObservationTest, RefusesWhatCannotBeSent) {
  const auto with = [](auto change) {
    Observation observation = FullObservation();
    change(observation);
    return EncodeObservation(observation);
  };
  EXPECT_FALSE(with([](Observation& o) { o.host = "a b"; }));
  EXPECT_FALSE(with([](Observation& o) { o.host = "a.."; }));
  EXPECT_FALSE(with([](Observation& o) { o.host = std::string(256, 'a'); }));
  EXPECT_TRUE(with([](Observation& o) { o.host = std::string(255, 'a'); }));
  EXPECT_TRUE(with([](Observation& o) { o.host.clear(); }));
  EXPECT_FALSE(with([](Observation& o) { o.chain.clear(); }));
  EXPECT_FALSE(with([](Observation& o) { o.chain.emplace_back(); }));
  EXPECT_TRUE(with([](Observation& o) { o.chain.resize(kMaxChainCertificates, {1}); }));
  EXPECT_FALSE(with([](Observation& o) { o.chain.resize(kMaxChainCertificates + 1, {1}); }));
  EXPECT_FALSE(with([](Observation& o) { o.chain.front().resize(kMaxObservationSize); }));
  EXPECT_FALSE(with([](Observation& o) { o.chain.front().resize(kMaxObservationSize + 1); }));
}

TEST(EncodeObservationTest, FillsADatagramToTheLastByte) {
  Observation observation = FullObservation();
  const std::size_t rest = kMaxObservationSize - EncodeObservation(observation)->size();
  observation.ocsp_response.resize(observation.ocsp_response.size() + rest);
  const std::optional<ByteVector> datagram = EncodeObservation(observation);
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->size(), kMaxObservationSize);
  EXPECT_TRUE(DecodeObservation(*datagram));
  observation.ocsp_response.push_back(0);
  EXPECT_FALSE(EncodeObservation(observation));
}

TEST(DecodeObservationTest, BringsBackEveryField) {
  const ByteVector datagram = EncodeObservation(FullObservation()).value();
  const Result<Observation> after = DecodeObservation(datagram);
  ASSERT_TRUE(after) << Describe(after.error());
  EXPECT_EQ(after->seen_ms, kSeenMs);
  EXPECT_EQ(after->host, "www.example.test");
  EXPECT_EQ(after->mode, Mode::kRequire);
  EXPECT_EQ(after->policy, Policy::kStrict);
  EXPECT_TRUE(after->compliant);
  EXPECT_EQ(after->chain, FullObservation().chain);
  EXPECT_EQ(after->tls_scts, FullObservation().tls_scts);
  EXPECT_EQ(after->ocsp_response, FullObservation().ocsp_response);
  EXPECT_EQ(EncodeObservation(*after), datagram);
}

TEST(DecodeObservationTest, RefusesEveryPrefix) {
  const ByteVector datagram = EncodeObservation(FullObservation()).value();
  for (std::size_t len = 0; len < datagram.size(); ++len) {
    EXPECT_EQ(CodeOf(Bytes(datagram).first(len)), Errc::kTruncated) << len;
  }
}

TEST(DecodeObservationTest, RefusesEveryTrailingByte) {
  ByteVector datagram = EncodeObservation(FullObservation()).value();
  datagram.push_back(0);
  for (unsigned byte = 0; byte < 256; ++byte) {
    datagram.back() = static_cast<std::uint8_t>(byte);
    EXPECT_EQ(CodeOf(datagram), Errc::kTrailingBytes) << byte;
  }
}

TEST(DecodeObservationTest, RefusesWhatIsNoObservation) {
  const ByteVector head = Head(1, 1, 0, {'a'});
  ASSERT_TRUE(DecodeObservation(Join({head, kRest})));
  ByteVector magic = Join({head, kRest});
  magic.at(3) = 'o';
  ByteVector version = Join({head, kRest});
  version.at(4) = 2;
  const ByteVector empty_vector = Vector24({});
  const std::tuple<const char*, ByteVector, Errc> cases[] = {
      {"magic", magic, Errc::kBadEncoding},
      {"version", version, Errc::kUnsupportedVersion},
      {"mode_0", Join({Head(0, 1, 0, {'a'}), kRest}), Errc::kOutOfRange},
      {"mode_4", Join({Head(4, 1, 0, {'a'}), kRest}), Errc::kOutOfRange},
      {"policy_0", Join({Head(1, 0, 0, {'a'}), kRest}), Errc::kOutOfRange},
      {"policy_7", Join({Head(1, 7, 0, {'a'}), kRest}), Errc::kOutOfRange},
      {"compliant_2", Join({Head(1, 1, 2, {'a'}), kRest}), Errc::kOutOfRange},
      {"no_chain", Join({head, Vector24({}), empty_vector, empty_vector}), Errc::kBadLength},
      {"empty_certificate", Join({head, Vector24(Vector24({})), empty_vector, empty_vector}),
       Errc::kBadLength},
      {"certificate_longer_than_chain",
       Join({head, Vector24({0, 0, 2, 1}), empty_vector, empty_vector}), Errc::kTruncated},
      {"33_certificates",
       Join({head, Vector24(Join(std::vector<ByteVector>(33, {0, 0, 1, 7}))), empty_vector,
             empty_vector}),
       Errc::kTooLarge},
      {"too_large", ByteVector(kMaxObservationSize + 1, 'T'), Errc::kTooLarge},
  };
  for (const auto& [name, datagram, want] : cases) {
    EXPECT_EQ(CodeOf(datagram), want) << name;
  }
}

TEST(DecodeObservationTest, TakesInAHostOnlyPrintableAsciiInLowerCase) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<std::uint8_t>(byte);
    const bool is_good = c > ' ' && c <= '~' && (c < 'A' || c > 'Z');
    const ByteVector datagram = Join({Head(1, 1, 0, {'a', c, 'b'}), kRest});
    EXPECT_EQ(DecodeObservation(datagram).has_value(), is_good) << byte;
    if (!is_good) {
      EXPECT_EQ(CodeOf(datagram), Errc::kBadEncoding) << byte;
    }
  }
  EXPECT_EQ(CodeOf(Join({Head(1, 1, 0, {'a', '.'}), kRest})), Errc::kBadEncoding);
  EXPECT_TRUE(DecodeObservation(Join({Head(1, 1, 0, {}), kRest})));
}

}  // namespace
}  // namespace tattle::observation_test
