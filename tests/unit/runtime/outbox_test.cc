// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/outbox.h"

#include <cstdio>
#include <tuple>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "plugin/runtime/bounds.h"
#include "tests/testlib/ct_log.h"

namespace tattle::outbox_test {
namespace {

using testlib::Join;
using testlib::Uint;

constexpr std::uint64_t kMadeMs = 1'795'000'000'000;

OutboxHead HeadOf(std::uint8_t log) {
  OutboxHead head;
  head.log_id.fill(log);
  head.sth.head.tree_size = 1000U + log;
  head.sth.head.timestamp_ms = kMadeMs - log;
  head.sth.head.sha256_root_hash.fill(0xee);
  head.sth.signature = {4, 3, 0, 2, 0xaa, log};
  return head;
}

Outbox FullOutbox() {
  return {kMadeMs,
          kMadeMs + 1,
          {{"a.test", {HeadOf(1), HeadOf(2)}}, {"b.test", {}}, {"c.test", {HeadOf(3)}}}};
}

ByteVector Vector24(const ByteVector& bytes) {
  return Join({Uint(bytes.size(), 3), bytes});
}

ByteVector EncodedHead(const ByteVector& signature, std::uint64_t tree_size = 7) {
  return Join({ByteVector(32, 1), Uint(tree_size, 8), Uint(kMadeMs, 8), ByteVector(32, 0xee),
               Uint(signature.size(), 2), signature});
}

ByteVector EncodedHost(std::string_view host, const ByteVector& heads) {
  return Join({Uint(host.size(), 1), ToVector(AsBytes(host)), Vector24(heads)});
}

// FileOf is an outbox of these hosts, put together by hand.
ByteVector FileOf(const std::vector<ByteVector>& hosts) {
  return Join(
      {{'T', 'T', 'L', 'B', 1}, Uint(kMadeMs, 8), Uint(kMadeMs + 1, 8), Vector24(Join(hosts))});
}

Errc CodeOf(Bytes file) {
  const Result<Outbox> outbox = DecodeOutbox(file);
  EXPECT_FALSE(outbox);
  return outbox ? Errc::kInternal : outbox.error().code;
}

Errc CodeOfEncoding(const Outbox& outbox) {
  const Result<ByteVector> file = EncodeOutbox(outbox);
  EXPECT_FALSE(file);
  return file ? Errc::kInternal : file.error().code;
}

TEST(EncodeOutboxTest, WritesWhatItsDescriptionSays) {
  Outbox outbox = FullOutbox();
  outbox.hosts = {{"a.test", {HeadOf(1)}}};
  outbox.hosts.front().heads.front().sth.head = {7, kMadeMs, HeadOf(1).sth.head.sha256_root_hash};
  EXPECT_EQ(EncodeOutbox(outbox),
            FileOf({EncodedHost("a.test", EncodedHead({4, 3, 0, 2, 0xaa, 1}))}));
}

TEST(EncodeOutboxTest, RefusesWhatDecodeOutboxWould) {
  const auto code_with = [](auto change) {
    Outbox outbox = FullOutbox();
    change(outbox.hosts);
    return CodeOfEncoding(outbox);
  };
  using Hosts = std::vector<OutboxHost>;
  EXPECT_EQ(code_with([](Hosts& hosts) { std::swap(hosts.at(0), hosts.at(1)); }),
            Errc::kInvalidArgument);
  EXPECT_EQ(code_with([](Hosts& hosts) { hosts.at(1).host = "a.test"; }), Errc::kInvalidArgument);
  for (const char* const host : {"A.test", "a.test.", "", "a b", "\xc3\xa4"}) {
    EXPECT_EQ(code_with([host](Hosts& hosts) { hosts = {{host, {}}}; }), Errc::kInvalidArgument);
  }
  EXPECT_EQ(code_with([](Hosts& hosts) { hosts.at(0).host = std::string(256, 'a'); }),
            Errc::kInvalidArgument);
  EXPECT_EQ(code_with([](Hosts& hosts) {
              hosts.at(0).heads.at(0).sth.signature = {4, 3, 0, 2, 0};
            }),
            Errc::kInvalidArgument);
  EXPECT_EQ(code_with([](Hosts& hosts) {
              hosts.at(0).heads.at(0).sth.head.tree_size = kMaxTreeSize + 1;
            }),
            Errc::kInvalidArgument);
  EXPECT_EQ(code_with([](Hosts& hosts) { hosts.at(0).heads.resize(65, HeadOf(1)); }),
            Errc::kTooLarge);
}

TEST(EncodeOutboxTest, WritesAsMuchAsItMay) {
  Outbox outbox = FullOutbox();
  outbox.hosts.at(0).heads.resize(kMaxOutboxHeads, HeadOf(1));
  outbox.hosts.at(0).heads.at(0).sth.head.tree_size = kMaxTreeSize;
  outbox.hosts.at(1).host = std::string(kMaxHostName, 'b');
  const Result<ByteVector> file = EncodeOutbox(outbox);
  ASSERT_TRUE(file);
  EXPECT_TRUE(DecodeOutbox(*file));

  outbox.hosts.clear();
  for (std::size_t i = 0; i < kMaxOutboxHosts; ++i) {
    char name[8];
    std::snprintf(name, sizeof(name), "%05zu", i);
    outbox.hosts.push_back({name, {}});
  }
  const Result<ByteVector> many_hosts = EncodeOutbox(outbox);
  ASSERT_TRUE(many_hosts);
  EXPECT_TRUE(DecodeOutbox(*many_hosts));
  outbox.hosts.push_back({"99999", {}});
  EXPECT_EQ(CodeOfEncoding(outbox), Errc::kTooLarge);
}

TEST(EncodeOutboxTest, FillsAFileToTheLastByte) {
  Outbox outbox = FullOutbox();
  OutboxHead head = HeadOf(3);
  const auto sign = [&head](std::size_t len) {
    head.sth.signature = Join({{4, 3}, Uint(len, 2), ByteVector(len, 7)});
  };
  sign(60'000);
  outbox.hosts.at(2).heads.clear();
  std::size_t size = EncodeOutbox(outbox)->size();
  while (size + 60'086 < kMaxOutboxSize) {
    outbox.hosts.at(2).heads.push_back(head);
    size += 60'086;
  }
  sign(kMaxOutboxSize - size - 86);
  outbox.hosts.at(2).heads.push_back(head);
  const Result<ByteVector> file = EncodeOutbox(outbox);
  ASSERT_TRUE(file) << Describe(file.error());
  EXPECT_EQ(file->size(), kMaxOutboxSize);
  EXPECT_TRUE(DecodeOutbox(*file));
  sign(kMaxOutboxSize - size - 85);
  outbox.hosts.at(2).heads.back() = head;
  EXPECT_EQ(CodeOfEncoding(outbox), Errc::kTooLarge);
}

TEST(DecodeOutboxTest, BringsBackEveryField) {
  const ByteVector file = EncodeOutbox(FullOutbox()).value();
  const Result<Outbox> after = DecodeOutbox(file);
  ASSERT_TRUE(after) << Describe(after.error());
  EXPECT_EQ(after->made_ms, kMadeMs);
  EXPECT_EQ(after->expires_ms, kMadeMs + 1);
  ASSERT_EQ(after->hosts.size(), 3U);
  EXPECT_EQ(after->hosts.at(0).host, "a.test");
  ASSERT_EQ(after->hosts.at(0).heads.size(), 2U);
  const OutboxHead& head = after->hosts.at(0).heads.at(1);
  EXPECT_EQ(head.log_id, HeadOf(2).log_id);
  EXPECT_EQ(head.sth.head, HeadOf(2).sth.head);
  EXPECT_EQ(head.sth.signature, HeadOf(2).sth.signature);
  EXPECT_EQ(after->hosts.at(1).host, "b.test");
  EXPECT_TRUE(after->hosts.at(1).heads.empty());
  EXPECT_EQ(EncodeOutbox(*after), file);
  EXPECT_TRUE(DecodeOutbox(FileOf({})));
}

TEST(DecodeOutboxTest, RefusesEveryPrefix) {
  const ByteVector file = EncodeOutbox(FullOutbox()).value();
  for (std::size_t len = 0; len < file.size(); ++len) {
    EXPECT_EQ(CodeOf(Bytes(file).first(len)), Errc::kTruncated) << len;
  }
}

TEST(DecodeOutboxTest, RefusesEveryPrefixOfItsHosts) {
  const ByteVector host = EncodedHost("a.test", EncodedHead({4, 3, 0, 0}));
  ASSERT_TRUE(DecodeOutbox(FileOf({host})));
  for (std::size_t len = 1; len < host.size(); ++len) {
    EXPECT_EQ(CodeOf(FileOf({ToVector(Bytes(host).first(len))})), Errc::kTruncated) << len;
  }
  const ByteVector head = EncodedHead({4, 3, 0, 0});
  for (std::size_t len = 1; len < head.size(); ++len) {
    EXPECT_EQ(CodeOf(FileOf({EncodedHost("a.test", ToVector(Bytes(head).first(len)))})),
              Errc::kTruncated)
        << len;
  }
}

TEST(DecodeOutboxTest, RefusesEveryTrailingByte) {
  ByteVector file = EncodeOutbox(FullOutbox()).value();
  file.push_back(0);
  for (unsigned byte = 0; byte < 256; ++byte) {
    file.back() = static_cast<std::uint8_t>(byte);
    EXPECT_EQ(CodeOf(file), Errc::kTrailingBytes) << byte;
  }
}

TEST(DecodeOutboxTest, RefusesWhatIsNoOutbox) {
  const ByteVector head = EncodedHead({4, 3, 0, 0});
  ByteVector magic = FileOf({});
  magic.at(0) = 't';
  ByteVector version = FileOf({});
  version.at(4) = 2;
  const std::tuple<const char*, ByteVector, Errc> cases[] = {
      {"magic", magic, Errc::kBadEncoding},
      {"version", version, Errc::kUnsupportedVersion},
      {"empty_host", FileOf({EncodedHost("", head)}), Errc::kBadEncoding},
      {"upper_case", FileOf({EncodedHost("A.test", head)}), Errc::kBadEncoding},
      {"dot_at_the_end", FileOf({EncodedHost("a.test.", head)}), Errc::kBadEncoding},
      {"not_sorted", FileOf({EncodedHost("b", head), EncodedHost("a", head)}), Errc::kBadEncoding},
      {"twice", FileOf({EncodedHost("a", head), EncodedHost("a", head)}), Errc::kDuplicate},
      {"65_heads", FileOf({EncodedHost("a", Join(std::vector<ByteVector>(65, head)))}),
       Errc::kTooLarge},
      {"tree_size", FileOf({EncodedHost("a", EncodedHead({4, 3, 0, 0}, kMaxTreeSize + 1))}),
       Errc::kOutOfRange},
      {"no_signature", FileOf({EncodedHost("a", EncodedHead({}))}), Errc::kTruncated},
      {"signature_cut", FileOf({EncodedHost("a", EncodedHead({4, 3, 0, 1}))}), Errc::kTruncated},
      {"signature_trailing", FileOf({EncodedHost("a", EncodedHead({4, 3, 0, 0, 9}))}),
       Errc::kTrailingBytes},
      {"too_large", ByteVector(kMaxOutboxSize + 1, 'T'), Errc::kTooLarge},
  };
  for (const auto& [name, file, want] : cases) {
    EXPECT_EQ(CodeOf(file), want) << name;
  }
}

TEST(DecodeOutboxTest, RefusesMoreHostsThanItMayHold) {
  std::vector<ByteVector> hosts;
  for (std::size_t i = 0; i <= kMaxOutboxHosts; ++i) {
    char name[8];
    std::snprintf(name, sizeof(name), "%05zu", i);
    hosts.push_back(EncodedHost(name, {}));
  }
  EXPECT_EQ(CodeOf(FileOf(hosts)), Errc::kTooLarge);
  hosts.pop_back();
  EXPECT_TRUE(DecodeOutbox(FileOf(hosts)));
}

}  // namespace
}  // namespace tattle::outbox_test
