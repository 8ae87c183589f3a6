// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http2_session.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "plugin/net/bounds.h"
#include "tests/unit/net/http2_frames.h"

namespace tattle::http2_session_test {
namespace {

using testlib::Field;
using testlib::Fields;
using testlib::Frame;
using testlib::Get;
using testlib::kContinuation;
using testlib::kData;
using testlib::kEndHeaders;
using testlib::kEndStream;
using testlib::kGoaway;
using testlib::kHeaders;
using testlib::kPing;
using testlib::kPreface;
using testlib::kRstStream;
using testlib::kSettings;
using testlib::kWindowUpdate;
using testlib::ReadFrame;
using testlib::SplitFrames;
using testlib::Uint32;

constexpr std::uint32_t kEnhanceYourCalm = 11;

HttpServerOptions Options() {
  HttpServerOptions options;
  options.max_header_size = 512;
  options.max_target_size = 64;
  options.max_body_size = 100;
  options.max_concurrent_streams = 4;
  options.now_ms = [] { return std::uint64_t{784'111'777'000}; };
  return options;
}

std::uint32_t Number(std::string_view text) {
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    value = value << 8U | static_cast<std::uint8_t>(c);
  }
  return value;
}

// Talk is a session and what came out of it.
class Talk {
 public:
  explicit Talk(std::uint32_t window = 65535) : session(options_) {
    nghttp2_hd_inflate_new(&inflater_);
    // SETTINGS_INITIAL_WINDOW_SIZE
    Send(std::string(kPreface) + Frame(kSettings, 0, 0, std::string("\0\4", 2) + Uint32(window)));
  }
  ~Talk() { nghttp2_hd_inflate_del(inflater_); }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  void Send(const std::string& bytes, HttpTime now = {}) {
    if (session.wants_input()) {
      session.Receive(AsBytes(bytes), now);
    }
    Read();
  }

  void Read() {
    ByteVector output;
    session.TakeOutput(16U << 20U, output);
    for (const ReadFrame& frame : SplitFrames(AsText(output))) {
      if (frame.type == kHeaders) {
        ReadHeaders(frame);
      } else if (frame.type == kData) {
        body[frame.stream] += frame.payload;
      } else if (frame.type == kRstStream) {
        resets[frame.stream] = Number(frame.payload);
      } else if (frame.type == kGoaway) {
        goaway = Number(std::string_view(frame.payload).substr(4));
      }
    }
  }

  HttpExchange Next() {
    std::optional<HttpExchange> exchange = session.NextRequest({});
    EXPECT_TRUE(exchange);
    return exchange ? *std::move(exchange) : HttpExchange{};
  }

  // Answers all requests with 200 and returns how many there were.
  std::size_t AnswerAll() {
    std::size_t num = 0;
    while (const auto exchange = session.NextRequest({})) {
      session.Respond(exchange->stream, {});
      ++num;
    }
    Read();
    return num;
  }

  std::map<std::uint32_t, std::vector<std::string>> statuses;
  std::map<std::uint32_t, HttpHeaders> headers;
  std::map<std::uint32_t, std::string> body;
  std::map<std::uint32_t, std::uint32_t> resets;
  std::optional<std::uint32_t> goaway;

 private:
  void ReadHeaders(const ReadFrame& frame) {
    const Bytes block = AsBytes(frame.payload);
    Bytes rest = block;
    while (true) {
      nghttp2_nv field = {};
      int flags = 0;
      const auto size =
          nghttp2_hd_inflate_hd2(inflater_, &field, &flags, rest.data(), rest.size(), 1);
      ASSERT_GE(size, 0);
      rest = rest.subspan(static_cast<std::size_t>(size));
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        const std::string name(AsText({field.name, field.namelen}));
        const std::string value(AsText({field.value, field.valuelen}));
        headers[frame.stream].emplace_back(name, value);
        if (name == ":status") {
          statuses[frame.stream].push_back(value);
        }
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
        nghttp2_hd_inflate_end_headers(inflater_);
        return;
      }
    }
  }

  const HttpServerOptions options_ = Options();
  nghttp2_hd_inflater* inflater_ = nullptr;

 public:
  Http2Session session;
};

using Statuses = std::vector<std::string>;

std::string Post(std::uint32_t stream, const std::string& more_fields = "") {
  return Frame(kHeaders, kEndHeaders, stream, Fields("POST", "/p") + more_fields);
}

TEST(Http2SessionTest, TakesARequestAndSendsItsAnswer) {
  Talk talk;
  talk.Send(Frame(kHeaders, kEndHeaders, 1, Fields("POST", "/a?b=c") + Field("x-y", "z")) +
            Frame(kData, 0, 1, "hel") + Frame(kData, kEndStream, 1, "lo"));
  const HttpExchange exchange = talk.Next();
  EXPECT_EQ(exchange.stream, 1U);
  EXPECT_EQ(exchange.request.method, "POST");
  EXPECT_EQ(exchange.request.path, "/a");
  EXPECT_EQ(exchange.request.query, "b=c");
  EXPECT_EQ(AsText(exchange.request.body), "hello");
  const HttpHeaders want = {{"host", "log.test"}, {"x-y", "z"}};
  EXPECT_EQ(exchange.request.headers, want);
  EXPECT_EQ(talk.session.num_held(), 0U) << "the request was given away";
  HttpResponse response;
  response.headers = {{"Content-Type", "text/plain"}, {"Connection", "close"}};
  response.body = ToVector(AsBytes("hello"));
  talk.session.Respond(1, response);
  talk.Read();
  const HttpHeaders want_answer = {{":status", "200"},
                                   {"content-type", "text/plain"},
                                   {"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                   {"content-length", "5"}};
  EXPECT_EQ(talk.headers[1], want_answer);
  EXPECT_EQ(talk.body[1], "hello");
  EXPECT_TRUE(talk.session.is_idle());
  talk.session.Respond(1, response);
  EXPECT_FALSE(talk.session.has_unsent()) << "the stream is no more";
}

TEST(Http2SessionTest, RefusesWhatIsTooLarge) {
  const struct {
    const char* name;
    std::string frames;
    const char* want;
  } cases[] = {
      {"target", Get(1, "/" + std::string(64, 'a')), "414"},
      {"headers",
       Frame(kHeaders, kEndHeaders | kEndStream, 1,
             Fields("GET", "/") + Field("x", std::string(120, 'a')) +
                 Field("y", std::string(120, 'a')) + Field("z", std::string(120, 'a'))),
       "431"},
      {"announced body", Post(1, Field("content-length", "101")), "413"},
      {"body",
       Post(1) + Frame(kData, 0, 1, std::string(60, 'a')) +
           Frame(kData, 0, 1, std::string(41, 'a')),
       "413"},
      {"no path",
       Frame(kHeaders, kEndHeaders, 1, Field(":method", "CONNECT") + Field(":authority", "a:443")),
       "400"},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    Talk talk;
    talk.Send(each.frames);
    EXPECT_FALSE(talk.session.NextRequest({}));
    EXPECT_EQ(talk.statuses[1], Statuses{each.want});
    EXPECT_EQ(talk.session.num_held(), 0U);
    EXPECT_FALSE(talk.session.has_unsent());
    EXPECT_EQ(talk.session.end(), HttpEnd::kOpen);
    talk.Send(Get(3));
    EXPECT_EQ(talk.AnswerAll(), 1U);
  }
}

TEST(Http2SessionTest, ListensToARefusedBodyForAWhile) {
  Talk talk;
  const HttpTime start = HttpTime() + std::chrono::seconds(100);
  talk.Send(Post(1) + Post(3) + Frame(kData, 0, 1, std::string(101, 'a')) +
                Frame(kData, 0, 3, std::string(101, 'a')),
            start);
  EXPECT_EQ(talk.statuses[1], Statuses{"413"});
  EXPECT_EQ(talk.statuses[3], Statuses{"413"});
  for (int i = 0; i < 20 && talk.resets.empty(); ++i) {
    talk.Send(Frame(kData, 0, 1, std::string(16384, 'a')));
  }
  const std::map<std::uint32_t, std::uint32_t> want = {{1, NGHTTP2_NO_ERROR}};
  EXPECT_EQ(talk.resets, want);
  talk.session.Expire(start + std::chrono::seconds(1));
  talk.Read();
  EXPECT_EQ(talk.resets.size(), 2U);
  EXPECT_TRUE(talk.session.is_idle());
}

TEST(Http2SessionTest, HoldsNoMoreThanOneLargestBodyForAllStreams) {
  Talk talk;
  talk.Send(Post(1) + Post(3) + Frame(kData, 0, 1, std::string(60, 'a')) +
            Frame(kData, 0, 3, std::string(41, 'b')));
  EXPECT_EQ(talk.session.num_held(), 60U);
  EXPECT_EQ(talk.resets[3], std::uint32_t{NGHTTP2_REFUSED_STREAM}) << "which may be tried again";
  talk.Send(Frame(kData, kEndStream, 1, std::string(40, 'a')));
  EXPECT_EQ(talk.Next().request.body.size(), 100U);
  EXPECT_EQ(talk.session.num_held(), 0U);
  talk.Send(Post(5) + Frame(kData, kEndStream, 5, std::string(100, 'c')));
  EXPECT_EQ(talk.Next().request.body.size(), 100U);
}

TEST(Http2SessionTest, RefusesStreamsBeyondTheAllowedNumber) {
  Talk talk;
  talk.Send(Frame(kSettings, testlib::kAck, 0));
  talk.Send(Post(1) + Post(3) + Post(5) + Post(7) + Post(9));
  EXPECT_TRUE(talk.resets.count(9) == 1 || talk.goaway);
  EXPECT_EQ(talk.resets.count(7), 0U);
}

// CVE-2023-44487
TEST(Http2SessionTest, HangsUpOnRapidResets) {
  Talk talk;
  std::size_t num_answered = 0;
  std::uint32_t stream = 1;
  for (; stream < 2000 && !talk.goaway; stream += 2) {
    talk.Send(Get(stream) + Frame(kRstStream, 0, stream, Uint32(8)));
    num_answered += talk.AnswerAll();
  }
  EXPECT_EQ(talk.goaway, kEnhanceYourCalm);
  EXPECT_EQ(stream / 2, kMaxWastedStreams + 1);
  EXPECT_EQ(num_answered, 0U) << "work for requests that were taken back";
  EXPECT_EQ(talk.session.end(), HttpEnd::kFinished);
}

TEST(Http2SessionTest, ForgivesResetsToWhoAlsoWaits) {
  Talk talk;
  std::uint32_t stream = 1;
  for (std::size_t i = 0; i < 2 * kMaxWastedStreams; ++i, stream += 4) {
    talk.Send(Get(stream));
    ASSERT_EQ(talk.AnswerAll(), 1U);
    talk.Send(Get(stream + 2) + Frame(kRstStream, 0, stream + 2, Uint32(8)));
  }
  EXPECT_FALSE(talk.goaway);
}

// The same by making us reset (CVE-2025-8671): WINDOW_UPDATE of 0 is an error of the stream.
TEST(Http2SessionTest, HangsUpOnResetsThatItIsMadeToSend) {
  Talk talk;
  for (std::uint32_t stream = 1; stream < 2000 && !talk.goaway; stream += 2) {
    talk.Send(Get(stream) + Frame(kWindowUpdate, 0, stream, Uint32(0)));
  }
  EXPECT_TRUE(talk.goaway);
}

TEST(Http2SessionTest, HangsUpOnFloods) {
  const struct {
    const char* name;
    std::string frame;
  } cases[] = {
      {"ping", Frame(kPing, 0, 0, "12345678")},
      {"settings", Frame(kSettings, 0, 0)},
      {"priority", Frame(static_cast<testlib::FrameType>(2), 0, 3, Uint32(0) + "a")},
      {"window", Frame(kWindowUpdate, 0, 0, Uint32(1))},
      {"empty data", Frame(kData, 0, 1)},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    Talk talk;
    talk.Send(Post(1));
    std::size_t num = 0;
    for (; num < 3 * kMaxIdleFrames && !talk.goaway; ++num) {
      talk.Send(each.frame);
    }
    EXPECT_EQ(talk.goaway, kEnhanceYourCalm);
    EXPECT_GE(num, kMaxIdleFrames - 10);
    EXPECT_EQ(talk.session.end(), HttpEnd::kFinished);
  }
}

TEST(Http2SessionTest, HangsUpOnPingsOfWhoDoesNotRead) {
  Talk talk;
  std::string pings;
  for (int i = 0; i < 200; ++i) {
    pings += Frame(kPing, 0, 0, "12345678");
  }
  talk.Send(pings);
  EXPECT_EQ(talk.session.end(), HttpEnd::kFinished);
}

TEST(Http2SessionTest, HangsUpOnHeadersThatDoNotEnd) {
  for (const std::size_t num : {4U, 5U}) {
    Talk talk;
    std::string frames = Frame(kHeaders, kEndStream, 1, Fields("GET", "/"));
    for (std::size_t i = 1; i < num; ++i) {
      frames += Frame(kContinuation, 0, 1, Field("x", "y"));
    }
    frames += Frame(kContinuation, kEndHeaders, 1, Field("x", "y"));
    for (const char byte : frames) {
      talk.Send(std::string(1, byte));
    }
    EXPECT_EQ(talk.session.end(), num == 4 ? HttpEnd::kOpen : HttpEnd::kFinished);
    EXPECT_EQ(talk.AnswerAll(), num == 4 ? 1U : 0U);
  }
}

TEST(Http2SessionTest, HangsUpOnWhatIsNotHttp2) {
  const HttpServerOptions options = Options();
  Http2Session session(options);
  session.Receive(AsBytes("GET / HTTP/1.1\r\nHost: log.test\r\n\r\n"), {});
  EXPECT_EQ(session.end(), HttpEnd::kFinished);
}

TEST(Http2SessionTest, SendsNoFasterThanTheClientAllows) {
  Talk talk(10);
  talk.Send(Get(1));
  HttpResponse response;
  response.body.resize(25, 'a');
  talk.session.Respond(talk.Next().stream, response);
  talk.Read();
  EXPECT_EQ(talk.body[1].size(), 10U);
  EXPECT_TRUE(talk.session.has_unsent());
  EXPECT_EQ(talk.session.num_sent(), 10U);
  talk.Send(Frame(kWindowUpdate, 0, 1, Uint32(15)));
  EXPECT_EQ(talk.body[1].size(), 25U);
  EXPECT_FALSE(talk.session.has_unsent());
}

TEST(Http2SessionTest, AnswersNoMoreThanItMayHoldForASlowReader) {
  Talk talk(0);
  talk.Send(Get(1) + Get(3) + Get(5));
  HttpResponse response;
  response.body.resize(kMaxHeldAnswers, 'a');
  talk.session.Respond(talk.Next().stream, response);
  talk.session.Respond(talk.Next().stream, response);
  EXPECT_FALSE(talk.session.NextRequest({}));
  talk.Send(Frame(kRstStream, 0, 1, Uint32(8)));
  EXPECT_EQ(talk.Next().stream, 5U);
}

TEST(Http2SessionTest, SendsNoBodyToHead) {
  Talk talk;
  talk.Send(Frame(kHeaders, kEndHeaders | kEndStream, 1, Fields("HEAD", "/")));
  HttpResponse response;
  response.body = {'a'};
  talk.session.Respond(talk.Next().stream, response);
  talk.Read();
  EXPECT_EQ(talk.headers[1].back().second, "1");
  EXPECT_EQ(talk.body.count(1), 0U);
  EXPECT_TRUE(talk.session.is_idle());
}

TEST(Http2SessionTest, AsksForTheBodyOfWhoWaits) {
  Talk talk;
  talk.Send(Post(1, Field("expect", "100-continue")));
  EXPECT_EQ(talk.statuses[1], Statuses{"100"});
  talk.Send(Frame(kData, kEndStream, 1, "a"));
  EXPECT_EQ(talk.AnswerAll(), 1U);
  EXPECT_EQ(talk.statuses[1], (Statuses{"100", "200"}));
}

TEST(Http2SessionTest, GivesUpARequestThatDoesNotEnd) {
  const HttpTime start = HttpTime() + std::chrono::seconds(100);
  Talk talk;
  talk.Send(Post(1), start);
  talk.Send(Post(3), start + std::chrono::seconds(10));
  talk.session.Expire(start + std::chrono::seconds(1));
  talk.Read();
  EXPECT_EQ(talk.statuses[1], Statuses{"408"});
  EXPECT_EQ(talk.statuses.count(3), 0U);
  talk.Send(Frame(kHeaders, kEndStream, 5, Fields("GET", "/")), start);
  talk.session.Expire(start + std::chrono::seconds(1));
  EXPECT_EQ(talk.session.end(), HttpEnd::kFinished) << "in the middle of its headers";
}

TEST(Http2SessionTest, CutsInsideTheBody) {
  Talk talk;
  talk.Send(Get(1));
  HttpResponse response;
  response.body = {'a', 'b', 'c'};
  response.cut_after = 2;
  talk.session.Respond(talk.Next().stream, response);
  talk.Read();
  EXPECT_EQ(talk.statuses[1], Statuses{"200"});
  EXPECT_EQ(talk.body[1], "ab");
  EXPECT_EQ(talk.session.end(), HttpEnd::kCut);
}

TEST(Http2SessionTest, FinishesWhatIsUnderWayWhenDrained) {
  Talk talk;
  talk.Send(Post(1));
  talk.session.Drain();
  talk.Read();
  EXPECT_EQ(talk.goaway, std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(talk.session.end(), HttpEnd::kOpen);
  talk.Send(Get(3) + Frame(kData, kEndStream, 1, "a"));
  EXPECT_EQ(talk.AnswerAll(), 1U) << "the new one is not taken";
  EXPECT_EQ(talk.statuses[1], Statuses{"200"});
  EXPECT_EQ(talk.session.end(), HttpEnd::kFinished);
}

}  // namespace
}  // namespace tattle::http2_session_test
