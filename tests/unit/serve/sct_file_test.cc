// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/sct_file.h"

#include "core/base/limits.h"
#include "core/base/writer.h"
#include "tests/testlib/pem_text.h"
#include "tests/unit/serve/fixture.h"

namespace tattle {
namespace {

using testlib::Join;
using testlib::PemText;
using testlib::SctList;
using testlib::Uint;

constexpr std::uint32_t kContext = 0x11c0;  // as tattle submit writes it

class DecodeSctFileTest : public ServeTest {
 protected:
  const ByteVector first_ = world().a1.SignX509(world().leaf, kStampedMs);
  const ByteVector second_ = world().b1.SignX509(world().leaf, kStampedMs);
  const ByteVector list_ = SctList({first_, second_});

  static std::string V1(Bytes data, std::uint64_t type = 18) {
    return PemText(Join({Uint(type, 2), Uint(data.size(), 2), ToVector(data)}),
                   "SERVERINFO FOR CT");
  }
  static std::string V2(Bytes data, std::uint64_t type = 18) {
    return PemText(Join({Uint(kContext, 4), Uint(type, 2), Uint(data.size(), 2), ToVector(data)}),
                   "SERVERINFOV2 FOR CT");
  }
  static Errc CodeOf(Bytes file) {
    const Result<SctFile> decoded = DecodeSctFile(file);
    return decoded ? Errc::kInternal : decoded.error().code;
  }
  static Errc CodeOf(const std::string& file) { return CodeOf(AsBytes(file)); }
};

TEST_F(DecodeSctFileTest, TellsTheKindsApartByTheirContent) {
  const Result<SctFile> sct = DecodeSctFile(first_);
  ASSERT_TRUE(sct);
  EXPECT_EQ(sct->kind, SctFileKind::kSct);
  EXPECT_EQ(sct->scts, std::vector<ByteVector>({first_}));

  const Result<SctFile> list = DecodeSctFile(list_);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->kind, SctFileKind::kSctList);
  EXPECT_EQ(list->scts, (std::vector{first_, second_}));

  for (const std::string& text : {V1(list_), V2(list_)}) {
    const Result<SctFile> info = DecodeSctFile(AsBytes(text));
    ASSERT_TRUE(info) << text;
    EXPECT_EQ(info->kind, SctFileKind::kServerInfo);
    EXPECT_EQ(info->scts, (std::vector{first_, second_}));
  }
}

TEST_F(DecodeSctFileTest, TakesTheSctExtensionOfAllBlocksAndPassesOverOthers) {
  const std::string text = "a comment\n" + PemText(ByteVector{1, 2}, "PRIVATE KEY") +
                           V2(ByteVector{9}, 1234) + V1(SctList({first_})) + V2(SctList({second_}));
  const Result<SctFile> info = DecodeSctFile(AsBytes(text));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->scts, (std::vector{first_, second_}));
}

TEST_F(DecodeSctFileTest, KeepsBadSctsOfAListToBeDecodedAlone) {
  const ByteVector bad = {0, 1, 2};
  const Result<SctFile> list = DecodeSctFile(SctList({bad, first_}));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->scts, (std::vector{bad, first_}));
}

TEST_F(DecodeSctFileTest, RefusesEveryPrefix) {
  for (const ByteVector& file : {first_, list_}) {
    for (std::size_t len = 0; len < file.size(); ++len) {
      EXPECT_FALSE(DecodeSctFile(Bytes(file).first(len))) << len;
    }
  }
}

TEST_F(DecodeSctFileTest, SaysWhatIsWrong) {
  ByteVector trailing = first_;
  trailing.push_back(0);
  ByteVector list_trailing = list_;
  list_trailing.push_back(0);
  EXPECT_EQ(CodeOf(Bytes()), Errc::kTruncated);
  EXPECT_EQ(CodeOf(trailing), Errc::kTrailingBytes);
  EXPECT_EQ(CodeOf(list_trailing), Errc::kTrailingBytes);
  EXPECT_EQ(CodeOf(Bytes(list_).first(list_.size() - 1)), Errc::kTruncated);
  EXPECT_EQ(CodeOf(std::string("hello\n")), Errc::kUnsupportedFormat);
  EXPECT_EQ(CodeOf(PemText(world().leaf)), Errc::kUnsupportedFormat);
  EXPECT_EQ(CodeOf(V2(ByteVector{1}, 5)), Errc::kMissing);
  EXPECT_EQ(CodeOf(V2(ByteVector{0, 9})), Errc::kTruncated);
  EXPECT_EQ(CodeOf(PemText(ByteVector{0, 18, 0}, "SERVERINFO FOR CT")), Errc::kTruncated);
  EXPECT_EQ(CodeOf(PemText(ByteVector{0, 18, 0, 0, 0}, "SERVERINFO FOR CT")), Errc::kTrailingBytes);
  EXPECT_EQ(CodeOf(V2(list_).substr(0, 100)), Errc::kTruncated);
  EXPECT_EQ(CodeOf(ByteVector(kMaxSctFileSize + 1)), Errc::kTooLarge);
}

TEST_F(DecodeSctFileTest, BoundsTheSctsOfAFile) {
  const std::vector<ByteVector> many(kMaxSctsPerSource, ByteVector{0});
  EXPECT_TRUE(DecodeSctFile(AsBytes(V2(SctList(many)))));
  EXPECT_EQ(CodeOf(V2(SctList(many)) + V2(SctList({first_}))), Errc::kTooLarge);
}

}  // namespace
}  // namespace tattle
