// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/log_answers.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/wire/sct.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::log_answers_test {
namespace {

constexpr const char* kZeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

std::string Repeat(std::size_t count, const std::string& element) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += (i == 0 ? "" : ",") + element;
  }
  return out;
}

std::string Quoted(const std::string& text) {
  return '"' + text + '"';
}

// ErrorOf is the error of any of the decoders, or Errc{} for none.
template <typename T>
Errc ErrorOf(const Result<T>& result) {
  return result ? Errc{} : result.error().code;
}

const std::string kSctAnswer =
    std::string(R"({"sct_version":0,"id":")") + kZeros +
    R"(","timestamp":1790000000000,"extensions":"","signature":"BAMAAA=="})";

// Decoder runs one of the decoders on text; the text that it takes is `good`.
struct Decoder {
  std::string name;
  std::string good;
  std::function<Errc(const std::string&)> decode;
};

std::vector<Decoder> Decoders() {
  return {
      {"get-sth-consistency", std::string(R"({"consistency":[")") + kZeros + "\"]}",
       [](const std::string& text) { return ErrorOf(DecodeGetSthConsistency(AsBytes(text))); }},
      {"get-proof-by-hash", std::string(R"({"leaf_index":7,"audit_path":[")") + kZeros + "\"]}",
       [](const std::string& text) { return ErrorOf(DecodeGetProofByHash(AsBytes(text))); }},
      {"get-entry-and-proof",
       std::string(R"({"leaf_input":"AA==","extra_data":"","audit_path":[")") + kZeros + "\"]}",
       [](const std::string& text) { return ErrorOf(DecodeGetEntryAndProof(AsBytes(text))); }},
      {"get-entries", R"({"entries":[{"leaf_input":"AA==","extra_data":""}]})",
       [](const std::string& text) { return ErrorOf(DecodeGetEntries(AsBytes(text), 2)); }},
      {"get-roots", R"({"certificates":["AA=="]})",
       [](const std::string& text) { return ErrorOf(DecodeGetRoots(AsBytes(text))); }},
      {"add-chain", kSctAnswer,
       [](const std::string& text) { return ErrorOf(DecodeAddChain(AsBytes(text))); }},
  };
}

TEST(LogAnswersTest, TakeWhatTheyShould) {
  for (const Decoder& decoder : Decoders()) {
    EXPECT_EQ(decoder.decode(decoder.good), Errc{}) << decoder.name;
    EXPECT_EQ(decoder.decode(" " + decoder.good + "\n"), Errc{}) << decoder.name;
    std::string more = decoder.good;
    more.insert(1, R"("unknown":[1,{"x":null}],)");
    EXPECT_EQ(decoder.decode(more), Errc{}) << decoder.name;
  }
}

TEST(LogAnswersTest, RefuseEveryPrefix) {
  for (const Decoder& decoder : Decoders()) {
    for (std::size_t len = 0; len < decoder.good.size(); ++len) {
      EXPECT_EQ(decoder.decode(decoder.good.substr(0, len)), Errc::kBadEncoding)
          << decoder.name << " " << len;
    }
  }
}

TEST(LogAnswersTest, RefuseWhatIsNoJsonOfOurs) {
  for (const Decoder& decoder : Decoders()) {
    EXPECT_EQ(decoder.decode(decoder.good + "x"), Errc::kBadEncoding) << decoder.name;
    EXPECT_EQ(decoder.decode(decoder.good + decoder.good), Errc::kBadEncoding) << decoder.name;
    EXPECT_EQ(decoder.decode("<html>no such page</html>"), Errc::kBadEncoding) << decoder.name;
    EXPECT_EQ(decoder.decode("{}"), Errc::kMissing) << decoder.name;
    EXPECT_EQ(decoder.decode("[]"), Errc::kMissing) << decoder.name;
    EXPECT_EQ(decoder.decode("null"), Errc::kMissing) << decoder.name;
    std::string utf8 = decoder.good;
    utf8.insert(1, "\"\xff\":0,");
    EXPECT_EQ(decoder.decode(utf8), Errc::kBadEncoding) << decoder.name;
    std::string twice = decoder.good;
    twice.insert(1, decoder.good.substr(1, decoder.good.size() - 2) + ",");
    EXPECT_EQ(decoder.decode(twice), Errc::kDuplicate) << decoder.name;
    EXPECT_EQ(decoder.decode(std::string(kMaxGetEntriesSize + 1, ' ')), Errc::kTooLarge)
        << decoder.name;
  }
}

TEST(LogAnswersTest, RefuseBase64ThatIsNotOurs) {
  for (const Decoder& decoder : Decoders()) {
    const std::size_t at = decoder.good.rfind("AA");
    ASSERT_NE(at, std::string::npos);
    for (const char* instead : {"A\\nAAA", "A A", "A_A", "=AA", "AAA"}) {
      std::string text = decoder.good;
      text.replace(at, 2, instead);
      EXPECT_EQ(decoder.decode(text), Errc::kBadEncoding) << decoder.name << " " << instead;
    }
  }
}

TEST(DecodeGetSthConsistencyTest, BoundsTheProofAndItsHashes) {
  const auto decode = [](const std::string& elements) {
    return ErrorOf(DecodeGetSthConsistency(AsBytes("{\"consistency\":[" + elements + "]}")));
  };
  EXPECT_EQ(decode(""), Errc{});
  EXPECT_EQ(decode(Repeat(kMaxProofNodes, Quoted(kZeros))), Errc{});
  EXPECT_EQ(decode(Repeat(kMaxProofNodes + 1, Quoted(kZeros))), Errc::kTooLarge);
  EXPECT_EQ(decode(Repeat(200'000, "0")), Errc::kBadEncoding);
  EXPECT_EQ(decode(Repeat(1'000'000, "0")), Errc::kTooLarge);
  EXPECT_EQ(decode("\"AAAA\""), Errc::kBadLength);
  EXPECT_EQ(decode("\"\""), Errc::kBadLength);
  EXPECT_EQ(decode("null"), Errc::kBadEncoding);
  EXPECT_EQ(ErrorOf(DecodeGetSthConsistency(AsBytes(R"({"consistency":null})"))),
            Errc::kBadEncoding);
}

TEST(DecodeGetProofByHashTest, BoundsTheIndex) {
  const auto decode = [](const std::string& index) {
    return ErrorOf(
        DecodeGetProofByHash(AsBytes("{\"audit_path\":[],\"leaf_index\":" + index + "}")));
  };
  EXPECT_EQ(decode("0"), Errc{});
  EXPECT_EQ(decode("9223372036854775808"), Errc{});
  EXPECT_EQ(decode("9223372036854775809"), Errc::kOutOfRange);
  for (const char* index : {"18446744073709551616", "-1", "1.0", "1e3", "\"1\"", "true", "null"}) {
    EXPECT_EQ(decode(index), Errc::kBadEncoding) << index;
  }
}

TEST(DecodeGetEntriesTest, TakesAsManyAsWereAskedForAndNoMore) {
  const std::string entry = R"({"leaf_input":"AAE=","extra_data":"Ag=="})";
  const auto decode = [](const std::string& entries) {
    return DecodeGetEntries(AsBytes("{\"entries\":[" + entries + "]}"), 3);
  };
  const auto entries = decode(Repeat(3, entry));
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->size(), 3U);
  EXPECT_EQ(entries->front().leaf_input, (ByteVector{0, 1}));
  EXPECT_EQ(entries->front().extra_data, ByteVector{2});
  EXPECT_EQ(ErrorOf(decode(Repeat(4, entry))), Errc::kTooLarge);
  EXPECT_EQ(ErrorOf(decode("")), Errc::kBadLength);
  EXPECT_EQ(ErrorOf(decode(R"({"leaf_input":"AAE="})")), Errc::kMissing);
  EXPECT_EQ(ErrorOf(decode(R"({"extra_data":"AAE="})")), Errc::kMissing);
}

TEST(DecodeGetRootsTest, BoundsTheirNumber) {
  const auto decode = [](std::size_t count) {
    return DecodeGetRoots(AsBytes("{\"certificates\":[" + Repeat(count, "\"AAE=\"") + "]}"));
  };
  EXPECT_EQ(decode(0).value().size(), 0U);
  EXPECT_EQ(decode(kMaxLogRoots).value().size(), kMaxLogRoots);
  EXPECT_EQ(ErrorOf(decode(kMaxLogRoots + 1)), Errc::kTooLarge);
}

TEST(DecodeAddChainTest, PutsTogetherTheSctOfTheLog) {
  const testlib::TestLog log("log", "operator");
  const ByteVector extensions = testlib::LeafIndexExtension(5);
  const ByteVector bytes = log.SignX509(AsBytes("certificate"), 1'790'000'000'000, extensions);
  const Sct sct = DecodeSct(bytes).value();
  const std::string json = "{\"sct_version\":0,\"id\":\"" + EncodeBase64(log.log_id()) +
                           "\",\"timestamp\":1790000000000,\"extensions\":\"" +
                           EncodeBase64(extensions) + "\",\"signature\":\"" +
                           EncodeBase64(EncodeDigitallySigned(sct.signature).value()) + "\"}";
  EXPECT_EQ(DecodeAddChain(AsBytes(json)).value(), bytes);
}

TEST(DecodeAddChainTest, TellsWhatIsWrong) {
  const auto decode = [](const std::string& from, const std::string& to) {
    std::string text = kSctAnswer;
    text.replace(text.find(from), from.size(), to);
    return ErrorOf(DecodeAddChain(AsBytes(text)));
  };
  EXPECT_EQ(decode(":0,", ":1,"), Errc::kUnsupportedVersion);
  EXPECT_EQ(decode(kZeros, "AAAA"), Errc::kBadLength);
  EXPECT_EQ(decode("BAMAAA==", "BAMAAQ=="), Errc::kTruncated);
  EXPECT_EQ(decode("BAMAAA==", "BAMAAAA="), Errc::kTrailingBytes);
  for (const char* name : {"sct_version", "id", "timestamp", "extensions", "signature"}) {
    EXPECT_EQ(decode(std::string("\"") + name, "\"x"), Errc::kMissing) << name;
  }
}

TEST(LogAnswersTest, AreReadAsTheyWereWritten) {
  for (std::size_t count = 0; count < 3; ++count) {
    const InclusionProof proof{count + 7, std::vector<Hash>(count, Hash{1})};
    const std::string text = EncodeGetProofByHash(proof);
    const InclusionProof again = DecodeGetProofByHash(AsBytes(text)).value();
    EXPECT_EQ(again.leaf_index, proof.leaf_index);
    EXPECT_EQ(again.path, proof.path);

    const std::vector<LogEntryAnswer> entries(count + 1, {ByteVector(count, 5), {}});
    const std::string entries_text = EncodeGetEntries(entries);
    const auto entries_again = DecodeGetEntries(AsBytes(entries_text), count + 1).value();
    ASSERT_EQ(entries_again.size(), entries.size());
    EXPECT_EQ(entries_again.back().leaf_input, entries.back().leaf_input);
    EXPECT_TRUE(entries_again.back().extra_data.empty());
  }
  const ByteVector sct = DecodeAddChain(AsBytes(kSctAnswer)).value();
  const std::string text = EncodeAddChainAnswer(DecodeSct(sct).value()).value();
  EXPECT_EQ(DecodeAddChain(AsBytes(text)).value(), sct);
}

TEST(EncodeAddChainTest, WritesTheChainInItsOrder) {
  EXPECT_EQ(EncodeAddChain(std::vector<ByteVector>{{0, 1}, {2}}), R"({"chain":["AAE=","Ag=="]})");
  EXPECT_EQ(EncodeAddChain({}), R"({"chain":[]})");
}

}  // namespace
}  // namespace tattle::log_answers_test
