// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/json.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace tattle::json::json_test {
namespace {

constexpr std::size_t kMaxSize = 4096;

Result<Document> Decode(std::string_view text) {
  return Document::Decode(AsBytes(text), kMaxSize);
}

TEST(JsonDocumentTest, ReadsEveryTypeOfValue) {
  const Result<Document> document =
      Decode(R"({"s":"t\u00e9xt","n":18446744073709551615,"t":true,"f":false,"z":null,"a":[1,2,3],)"
             R"("o":{"b":"AAE="}})");
  ASSERT_TRUE(document);
  const Value root = document->root();
  EXPECT_TRUE(root.IsObject());
  EXPECT_FALSE(root.IsArray());
  EXPECT_EQ(root.FindString("s"), "t\xc3\xa9xt");
  EXPECT_EQ(root.FindUint64("n"), 18446744073709551615U);
  EXPECT_EQ(root.Find("t")->AsBool(), true);
  EXPECT_EQ(root.Find("f")->AsBool(), false);
  EXPECT_TRUE(root.Find("z"));
  EXPECT_TRUE(root.Find("a")->IsArray());
  EXPECT_EQ(root.Find("o")->FindBytes("b"), (ByteVector{0, 1}));
  std::vector<std::string> keys;
  root.ForEachMember([&](std::string_view key, Value) {
    keys.emplace_back(key);
    return true;
  });
  EXPECT_EQ(keys, (std::vector<std::string>{"s", "n", "t", "f", "z", "a", "o"}));
  std::uint64_t sum = 0;
  root.Find("a")->ForEachElement([&](Value value) {
    sum = sum * 10 + value.AsUint64().value_or(9);
    return sum < 12;  // stops before the third
  });
  EXPECT_EQ(sum, 12U);
}

TEST(JsonDocumentTest, AnswersNothingForAnotherType) {
  const Result<Document> document =
      Decode(R"({"s":"text","i":-1,"d":1.0,"e":1e2,"t":true,"z":null,"a":[],"bad":"Zg"})");
  ASSERT_TRUE(document);
  const Value root = document->root();
  EXPECT_TRUE(root.Find("z")->IsNull());
  for (const char* key : {"s", "i", "d", "e", "t", "a", "bad"}) {
    EXPECT_FALSE(root.Find(key)->IsNull()) << key;
  }
  EXPECT_TRUE(Value().IsNull());
  for (const char* key : {"s", "i", "d", "e", "t", "z", "a", "absent"}) {
    EXPECT_FALSE(root.FindUint64(key)) << key;
  }
  for (const char* key : {"i", "d", "e", "t", "z", "a", "absent"}) {
    EXPECT_FALSE(root.FindString(key)) << key;
    EXPECT_FALSE(root.FindBytes(key)) << key;
  }
  EXPECT_FALSE(root.FindBytes("bad"));
  EXPECT_FALSE(root.Find("s")->AsBool());
  EXPECT_FALSE(root.Find("s")->Find("x"));
  EXPECT_FALSE(root.AsString());
  int visits = 0;
  root.ForEachElement([&](Value) { return ++visits > 0; });
  root.Find("s")->ForEachElement([&](Value) { return ++visits > 0; });
  root.Find("a")->ForEachMember([&](std::string_view, Value) { return ++visits > 0; });
  EXPECT_EQ(visits, 0);
}

TEST(JsonValueTest, IsNothingAtAllWhenDefaultMade) {
  const Value value;
  EXPECT_FALSE(value.IsObject());
  EXPECT_FALSE(value.IsArray());
  EXPECT_FALSE(value.Find("x"));
  EXPECT_FALSE(value.AsString());
  EXPECT_FALSE(value.AsUint64());
  EXPECT_FALSE(value.AsBool());
  value.ForEachElement([](Value) -> bool {
    ADD_FAILURE();
    return false;
  });
  value.ForEachMember([](std::string_view, Value) -> bool {
    ADD_FAILURE();
    return false;
  });
}

TEST(JsonDocumentTest, KeepsItsValuesGoodWhenMoved) {
  Result<Document> document = Decode(R"({"a":"a text that is longer than any small buffer"})");
  ASSERT_TRUE(document);
  const Value root = document->root();
  const Document moved = *std::move(document);
  EXPECT_EQ(root.FindString("a"), "a text that is longer than any small buffer");
  EXPECT_EQ(moved.root().FindString("a"), "a text that is longer than any small buffer");
}

TEST(JsonDocumentTest, RefusesWhatIsNotJson) {
  for (const std::string& text : std::vector<std::string>{"",
                                                          " ",
                                                          "tru",
                                                          "tru ",
                                                          "[tru]",
                                                          "truex",
                                                          "[truex]",
                                                          "nul",
                                                          "[nul]",
                                                          "nulll",
                                                          "fals",
                                                          "[fals]",
                                                          "falsee",
                                                          "{\"a\":tru}",
                                                          "{",
                                                          "[",
                                                          "{\"a\"}",
                                                          "{\"a\":}",
                                                          "{\"a\":1,}",
                                                          "[1,]",
                                                          "[,1]",
                                                          "{} {}",
                                                          "{}x",
                                                          "1 2",
                                                          "\"a",
                                                          "\"",
                                                          "01",
                                                          "-",
                                                          "+1",
                                                          "1.",
                                                          ".5",
                                                          "1e",
                                                          "0x10",
                                                          "NaN",
                                                          "Infinity",
                                                          "[1 2]",
                                                          "{a:1}",
                                                          "{'a':1}",
                                                          "[1]//",
                                                          "/**/1",
                                                          "\"\\x\"",
                                                          "\"\\u12\"",
                                                          "\"\n\"",
                                                          "18446744073709551616",
                                                          "1e400",
                                                          "\xef\xbb\xbf{}",
                                                          "\"\xff\"",
                                                          "\"\xc0\x80\"",
                                                          "\"\xed\xa0\x80\"",
                                                          std::string("{}\0", 3),
                                                          std::string("\"\0\"", 3)}) {
    const Result<Document> document = Decode(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().code, Errc::kBadEncoding) << text;
  }
}

TEST(JsonDocumentTest, TakesWholeNumbersOf64BitsAndNoOther) {
  struct Case {
    const char* text;
    bool is_json;
    std::optional<std::uint64_t> number;
  };
  const Case cases[] = {
      {"0", true, 0},
      {"-0", true, 0},
      {"9223372036854775808", true, 9223372036854775808U},
      {"18446744073709551615", true, 18446744073709551615U},
      {"18446744073709551616", false, {}},
      {"100000000000000000000000000000000000000000", false, {}},
      {"-1", true, {}},
      {"-9223372036854775808", true, {}},
      {"-9223372036854775809", false, {}},
      {"0.0", true, {}},
      {"1E2", true, {}},
      {"18446744073709551616.0", true, {}},
      {"-18446744073709551616e0", true, {}},
  };
  for (const Case& number : cases) {
    for (const std::string& text : {std::string(number.text), '[' + std::string(number.text) + ']',
                                    R"({"a":)" + std::string(number.text) + '}'}) {
      const Result<Document> document = Decode(text);
      ASSERT_EQ(document.has_value(), number.is_json) << text;
      if (document) {
        Value value = document->root();
        value.ForEachElement([&](Value element) {
          value = element;
          return false;
        });
        value = value.Find("a").value_or(value);
        EXPECT_EQ(value.AsUint64(), number.number) << text;
      } else {
        EXPECT_EQ(document.error().code, Errc::kBadEncoding) << text;
      }
    }
  }
}

TEST(JsonDocumentTest, KeepsEmptyTextsAndZeroBytesInStrings) {
  const Result<Document> document =
      Decode(R"({"":"","a\u0000b":"\u0000","c":[[],{},[{}],""],"d":{"":{}}})");
  ASSERT_TRUE(document);
  const Value root = document->root();
  EXPECT_EQ(root.FindString(""), "");
  EXPECT_EQ(root.FindString(std::string_view("a\0b", 3)), std::string_view("\0", 1));
  EXPECT_FALSE(root.Find("a"));
  std::size_t num_elements = 0;
  root.Find("c")->ForEachElement([&](Value) { return ++num_elements > 0; });
  EXPECT_EQ(num_elements, 4U);
  EXPECT_TRUE(root.Find("d")->Find("")->IsObject());
  EXPECT_FALSE(root.Find("d")->Find("c"));
}

TEST(JsonDocumentTest, RefusesEscapesOfHalfACharacter) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\udfff")", R"("\ud800x")",
                           R"("\ud800\u0041")", R"("\ud800\ud800")", R"({"\udc00":1})"}) {
    const Result<Document> document = Decode(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().code, Errc::kBadEncoding) << text;
  }
  const Result<Document> whole = Decode(R"("\ud83d\ude00")");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->root().AsString(), "\xf0\x9f\x98\x80");
}

TEST(JsonDocumentTest, TakesFourCharactersAsWhiteSpaceAndNoOther) {
  for (int c = 0; c < 256; ++c) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    const bool is_digit = c >= '0' && c <= '9';
    const std::string text = std::string("[1") + static_cast<char>(c) + "]";
    const std::string tail = std::string("{}") + static_cast<char>(c);
    EXPECT_EQ(Decode(text).has_value(), is_space || is_digit) << c;
    EXPECT_EQ(Decode(tail).has_value(), is_space) << c;
  }
}

TEST(JsonDocumentTest, RefusesEveryPrefix) {
  const std::string text =
      R"({"a":[true,false,null,-1.5e3,"\u00e9"],"b":{"c":18446744073709551615}})";
  ASSERT_TRUE(Decode(text));
  for (std::size_t len = 0; len < text.size(); ++len) {
    // A copy of its own, so that a sanitizer sees a read beyond it.
    const std::vector<char> prefix(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(len));
    const Result<Document> document = Decode({prefix.data(), prefix.size()});
    ASSERT_FALSE(document) << len;
    EXPECT_EQ(document.error().code, Errc::kBadEncoding) << len;
  }
}

TEST(JsonDocumentTest, RefusesAMemberThatStandsTwice) {
  for (const char* text :
       {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"([[{"x":{"a":1,"a":2}}]])",
        R"({"a":1,"\u0061":2})", R"({"":1,"":2})", R"({"a":{"b":1},"c":[{"d":1,"d":1}]})"}) {
    const Result<Document> document = Decode(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().code, Errc::kDuplicate) << text;
  }
  EXPECT_TRUE(Decode(R"({"a":{"a":{"a":1}},"b":{"a":1},"A":1})"));
}

TEST(JsonDocumentTest, FindsADuplicateAmongManyMembers) {
  std::string text = "{";
  for (int i = 0; i < 300; ++i) {
    text += '"' + std::to_string(i) + "\":0,";
  }
  EXPECT_TRUE(Decode(text + "\"300\":0}"));
  EXPECT_FALSE(Decode(text + "\"7\":0}"));
}

TEST(JsonDocumentTest, BoundsSize) {
  const std::string text = R"({"a":1})";
  EXPECT_TRUE(Document::Decode(AsBytes(text), text.size()));
  const Result<Document> document = Document::Decode(AsBytes(text), text.size() - 1);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, Errc::kTooLarge);
}

TEST(JsonDocumentTest, BoundsDepthWhateverTheSize) {
  const auto nest = [](std::size_t depth, std::size_t padding) {
    return std::string(depth, '[') + std::string(padding, ' ') + std::string(depth, ']');
  };
  for (const std::size_t padding : {0U, 1U, 100U, 3000U}) {
    EXPECT_TRUE(Decode(nest(kMaxJsonDepth, padding))) << padding;
    const Result<Document> document = Decode(nest(kMaxJsonDepth + 1, padding));
    ASSERT_FALSE(document) << padding;
    EXPECT_EQ(document.error().code, Errc::kTooLarge) << padding;
  }
}

TEST(JsonQuoteTest, EscapesWhatMustBeAndControlsOfTerminals) {
  const std::pair<std::string, std::string> cases[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"a\"b\\c/", R"("a\"b\\c/")"},
      {"\n\r\t\b\f", R"("\n\r\t\u0008\u000c")"},
      {std::string("\0\x1f", 2), R"("\u0000\u001f")"},
      {"\x1b[31m\x7f", R"("\u001b[31m\u007f")"},
      {"\xc2\x9b"
       "31m",
       R"("\u009b31m")"},
      {"\xc2\xa0", "\"\xc2\xa0\""},
      {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
  };
  for (const auto& [text, want] : cases) {
    EXPECT_EQ(Quote(text), want);
  }
}

TEST(JsonQuoteTest, ReplacesEachByteThatIsNotUtf8) {
  const std::string mark = "\xef\xbf\xbd";
  const std::pair<std::string, std::string> cases[] = {
      {"\xff", mark},
      {"\x80", mark},
      {"a\xc3", "a" + mark},
      {"\xc3"
       "a",
       mark + "a"},
      {"\xc0\x80", mark + mark},                        // overlong
      {"\xe0\x9f\xbf", mark + mark + mark},             // overlong
      {"\xf0\x8f\xbf\xbf", mark + mark + mark + mark},  // overlong
      {"\xed\xa0\x80", mark + mark + mark},             // a surrogate
      {"\xf4\x90\x80\x80", mark + mark + mark + mark},  // beyond U+10FFFF
      {"\xf8\x88\x80\x80\x80", mark + mark + mark + mark + mark},
      {"\xe2\x82", mark + mark},
      {"\xe2\x82\xac\xe2", "\xe2\x82\xac" + mark},
      {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
      {"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"},
  };
  for (const auto& [text, want] : cases) {
    EXPECT_EQ(Quote(text), '"' + want + '"') << Hex(AsBytes(text));
  }
}

TEST(JsonQuoteTest, GivesTextThatDecodesToItselfForEveryPairOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      const Result<Document> document = Decode(Quote(text));
      ASSERT_TRUE(document) << a << ' ' << b;
      const bool is_utf8 =
          (a < 0x80 && b < 0x80) || (a >= 0xc2 && a < 0xe0 && b >= 0x80 && b < 0xc0);
      EXPECT_EQ(document->root().AsString() == text, is_utf8) << a << ' ' << b;
    }
  }
}

}  // namespace
}  // namespace tattle::json::json_test
