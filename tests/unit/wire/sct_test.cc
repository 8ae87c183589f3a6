// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/sct.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/real_data.h"

namespace tattle::sct_test {
namespace {

using testlib::Join;
using testlib::Uint;

// SctWith is an SCT with these extensions and a signature of three bytes.
ByteVector SctWith(const ByteVector& extensions) {
  return Join({{0},
               ByteVector(32, 0xab),
               Uint(1'776'211'200'000, 8),
               Uint(extensions.size(), 2),
               extensions,
               {4, 3, 0, 3, 7, 8, 9}});
}

TEST(SplitSctListTest, GivesTheItemsAsTheyAre) {
  const ByteVector list = testlib::SctList({{1}, {2, 3}, {4, 5, 6}});
  const Result<std::vector<Bytes>> items = SplitSctList(list);
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 3U);
  EXPECT_EQ(Hex((*items)[0]), "01");
  EXPECT_EQ(Hex((*items)[1]), "0203");
  EXPECT_EQ(Hex((*items)[2]), "040506");
  EXPECT_EQ((*items)[0].data(), list.data() + 4);
}

TEST(SplitSctListTest, RefusesBrokenFrames) {
  const std::tuple<const char*, ByteVector, Errc, std::size_t> cases[] = {
      {"nothing", {}, Errc::kTruncated, 0},
      {"half_a_length", {0}, Errc::kTruncated, 1},
      {"empty_list", {0, 0}, Errc::kBadLength, 0},
      {"longer_than_it_is", {0, 4, 0, 1, 9}, Errc::kTruncated, 5},
      {"shorter_than_it_is", {0, 3, 0, 1, 9, 9}, Errc::kTrailingBytes, 5},
      {"item_longer_than_it_is", {0, 3, 0, 2, 9}, Errc::kTruncated, 2},
      {"half_a_length_of_an_item", {0, 4, 0, 1, 9, 0}, Errc::kTruncated, 5},
  };
  for (const auto& [name, list, code, offset] : cases) {
    const Result<std::vector<Bytes>> items = SplitSctList(list);
    ASSERT_FALSE(items) << name;
    EXPECT_EQ(items.error().code, code) << name;
    EXPECT_EQ(items.error().offset, offset) << name;
  }
}

TEST(SplitSctListTest, LeavesAnEmptyItemForDecodeSctToRefuse) {
  const ByteVector list = {0, 5, 0, 1, 9, 0, 0};
  const Result<std::vector<Bytes>> items = SplitSctList(list);
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 2U);
  EXPECT_TRUE(items->back().empty());
  EXPECT_EQ(DecodeSct(items->back()).error().code, Errc::kBadLength);
}

TEST(SplitSctListTest, RefusesEveryPrefix) {
  const ByteVector list = testlib::SctList({SctWith({}), SctWith({})});
  for (std::size_t len = 0; len < list.size(); ++len) {
    EXPECT_EQ(SplitSctList(Bytes(list).first(len)).error().code, Errc::kTruncated) << len;
  }
}

TEST(SplitSctListTest, TakesAsManyAsTheLimit) {
  std::vector<ByteVector> items(kMaxSctsPerSource, ByteVector{1});
  EXPECT_EQ(SplitSctList(testlib::SctList(items))->size(), kMaxSctsPerSource);
  items.push_back({1});
  EXPECT_EQ(SplitSctList(testlib::SctList(items)).error().code, Errc::kTooLarge);
}

TEST(DecodeSctTest, ReadsEveryField) {
  const ByteVector item = SctWith(testlib::LeafIndexExtension(0x0102030405));
  const Result<Sct> sct = DecodeSct(item);
  ASSERT_TRUE(sct);
  EXPECT_EQ(Hex(sct->log_id), Hex(ByteVector(32, 0xab)));
  EXPECT_EQ(sct->timestamp_ms, 1'776'211'200'000U);
  EXPECT_EQ(Hex(sct->extensions), "0000050102030405");
  EXPECT_EQ(sct->leaf_index, 0x0102030405U);
  EXPECT_EQ(sct->signature.hash_algorithm, 4);
  EXPECT_EQ(sct->signature.signature_algorithm, 3);
  EXPECT_EQ(Hex(sct->signature.signature), "070809");
  EXPECT_EQ(*EncodeSct(*sct), item);
}

TEST(DecodeSctTest, RefusesEveryPrefixAndEveryTrailingByte) {
  ByteVector item = SctWith(testlib::LeafIndexExtension(7));
  for (std::size_t len = 1; len < item.size(); ++len) {
    const ByteVector prefix = ToVector(Bytes(item).first(len));
    const Result<Sct> sct = DecodeSct(prefix);
    ASSERT_FALSE(sct) << len;
    EXPECT_EQ(sct.error().code, Errc::kTruncated) << len;
    EXPECT_LE(sct.error().offset, len);
  }
  const std::size_t len = item.size();
  item.push_back(0);
  const Error error = DecodeSct(item).error();
  EXPECT_EQ(error.code, Errc::kTrailingBytes);
  EXPECT_EQ(error.offset, len);
}

TEST(DecodeSctTest, ReadsNothingElseOfAnotherVersion) {
  for (unsigned version = 1; version < 256; ++version) {
    for (const std::size_t len : {1U, 2U, 100U}) {
      ByteVector item(len, 0xff);
      item[0] = static_cast<std::uint8_t>(version);
      EXPECT_EQ(DecodeSct(item).error().code, Errc::kUnsupportedVersion) << version;
    }
  }
}

TEST(DecodeSctTest, TakesTheExtremesOfItsFields) {
  ByteVector item =
      Join({{0}, ByteVector(32), Uint(~std::uint64_t{0}, 8), Uint(0, 2), {255, 255, 0, 0}});
  const Result<Sct> sct = DecodeSct(item);
  ASSERT_TRUE(sct);
  EXPECT_EQ(sct->timestamp_ms, ~std::uint64_t{0});
  EXPECT_TRUE(sct->signature.signature.empty());
  EXPECT_FALSE(sct->leaf_index);
}

TEST(DecodeSctTest, SaysAtWhichByteOfTheSctAnExtensionIsBroken) {
  const ByteVector unknown = {9, 0, 1, 0xff};
  const ByteVector index = testlib::LeafIndexExtension(1);
  const Error error = DecodeSct(SctWith(Join({unknown, index, index}))).error();
  EXPECT_EQ(error.code, Errc::kDuplicate);
  EXPECT_EQ(error.offset, 1U + 32 + 8 + 2 + unknown.size() + index.size());
}

TEST(EncodeSctTest, FailsForAFieldThatIsTooLong) {
  const ByteVector huge(65536);
  Sct sct;
  sct.extensions = huge;
  EXPECT_EQ(EncodeSct(sct).error().code, Errc::kBadLength);
  sct.extensions = {};
  sct.signature.signature = huge;
  EXPECT_EQ(EncodeSct(sct).error().code, Errc::kBadLength);
}

TEST(DecodeCtExtensionsTest, ReadsLeafIndex) {
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{1} << 32U, (std::uint64_t{1} << 40U) - 1}) {
    const ByteVector extensions = testlib::LeafIndexExtension(index);
    const Result<CtExtensions> decoded = DecodeCtExtensions(extensions);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->leaf_index, index);
    EXPECT_EQ(*EncodeCtExtensions(*decoded), extensions);
  }
  EXPECT_EQ(EncodeCtExtensions({std::uint64_t{1} << 40U}).error().code, Errc::kBadLength);
  EXPECT_TRUE(EncodeCtExtensions({})->empty());
}

TEST(DecodeCtExtensionsTest, SkipsWhatItDoesNotKnow) {
  const ByteVector extensions =
      Join({{1, 0, 0}, {255, 0, 2, 1, 1}, testlib::LeafIndexExtension(5), {7, 0, 1, 0}});
  EXPECT_EQ(DecodeCtExtensions(extensions)->leaf_index, 5U);
  EXPECT_FALSE(DecodeCtExtensions(ByteVector{1, 0, 0})->leaf_index);
  EXPECT_FALSE(DecodeCtExtensions({})->leaf_index);
}

TEST(DecodeCtExtensionsTest, RefusesDuplicatesAndWrongLengths) {
  const ByteVector index = testlib::LeafIndexExtension(5);
  const std::tuple<const char*, ByteVector, Errc> cases[] = {
      {"two_indexes", Join({index, index}), Errc::kDuplicate},
      {"two_unknown_ones", {9, 0, 0, 9, 0, 0}, Errc::kDuplicate},
      {"index_of_no_byte", {0, 0, 0}, Errc::kBadLength},
      {"index_of_four_bytes", {0, 0, 4, 1, 2, 3, 4}, Errc::kBadLength},
      {"index_of_six_bytes", {0, 0, 6, 1, 2, 3, 4, 5, 6}, Errc::kBadLength},
      {"index_of_eight_bytes", {0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1}, Errc::kBadLength},
      {"one_byte", {0}, Errc::kTruncated},
      {"longer_than_it_is", {9, 0, 2, 1}, Errc::kTruncated},
      {"garbage_behind", Join({index, {1}}), Errc::kTruncated},
  };
  for (const auto& [name, extensions, code] : cases) {
    const Result<CtExtensions> decoded = DecodeCtExtensions(extensions);
    ASSERT_FALSE(decoded) << name;
    EXPECT_EQ(decoded.error().code, code) << name;
  }
}

// Of the items of a list, some decode and are then encoded to themselves.
std::size_t CountReencoded(Bytes list) {
  std::size_t count = 0;
  const Result<std::vector<Bytes>> items = SplitSctList(list);
  if (!items) {
    return 0;
  }
  for (const Bytes item : *items) {
    const Result<Sct> sct = DecodeSct(item);
    if (sct) {
      EXPECT_EQ(*EncodeSct(*sct), ToVector(item));
      ++count;
    }
  }
  return count;
}

TEST(RealSctListsTest, OfFuzzersDoNoHarm) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "fuzz");
  std::size_t num_files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) {
      const ByteVector input = testlib::ReadFile(file.path());
      CountReencoded(input);
      for (std::size_t len = 0; len < input.size(); ++len) {
        CountReencoded(ToVector(Bytes(input).first(len)));
      }
      if (const Result<Sct> sct = DecodeSct(input)) {
        EXPECT_EQ(*EncodeSct(*sct), input);
      }
      ++num_files;
    }
  }
  EXPECT_GT(num_files, 0U);
}

TEST(RealSctListsTest, OfTlsServersDecode) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "tls");
  std::size_t num_lists = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() == ".sctlist") {
      const ByteVector list = testlib::ReadFile(file.path());
      const Result<std::vector<Bytes>> items = SplitSctList(list);
      ASSERT_TRUE(items) << file.path();
      EXPECT_EQ(CountReencoded(list), items->size()) << file.path();
      ++num_lists;
    }
  }
  EXPECT_GT(num_lists, 0U);
}

}  // namespace
}  // namespace tattle::sct_test
