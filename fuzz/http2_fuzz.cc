// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: Http2Session
// Property: requests and answers are the same whatever way the input is cut into pieces, up to a
// client's GOAWAY; a request is given out once, with a legal path; no more of bodies than is
// allowed is ever held.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/require.h"
#include "plugin/net/http2_session.h"

namespace tattle::fuzz {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Outcome {
  std::vector<HttpExchange> exchanges;
  ByteVector output;
  HttpEnd end = HttpEnd::kOpen;
};

HttpServerOptions Options() {
  HttpServerOptions options;
  options.max_header_size = 512;
  options.max_target_size = 64;
  options.max_body_size = 100;
  options.max_concurrent_streams = 4;
  options.now_ms = [] { return std::uint64_t{1'795'000'000'000}; };
  return options;
}

HttpResponse Answer(const HttpRequest& request) {
  HttpResponse response;
  response.headers.emplace_back("x-query", request.query);
  response.body = request.body;
  if (request.path == "/cut") {
    response.cut_after = 3;
  }
  return response;
}

void AnswerAll(Http2Session& session, Outcome& outcome) {
  while (std::optional<HttpExchange> exchange = session.NextRequest({})) {
    const std::string& path = exchange->request.path;
    Require(path.starts_with('/') || path == "*");
    session.Respond(exchange->stream, Answer(exchange->request));
    outcome.exchanges.push_back(*std::move(exchange));
  }
  constexpr std::size_t kAll = 1U << 20U;
  session.TakeOutput(kAll, outcome.output);
}

// Run answers after each piece, as a server does, or only in the end: what a client takes back in
// time is not answered.
Outcome Run(const std::vector<Bytes>& pieces, bool answers_early) {
  const HttpServerOptions options = Options();
  Http2Session session(options);
  Outcome outcome;
  for (const Bytes piece : pieces) {
    if (session.wants_input()) {
      session.Receive(piece, {});
    }
    Require(session.num_held() <= options.max_body_size);
    if (answers_early) {
      AnswerAll(session, outcome);
    }
  }
  session.Expire(HttpTime::max());
  AnswerAll(session, outcome);
  session.Drain();
  AnswerAll(session, outcome);
  outcome.end = session.end();
  return outcome;
}

bool IsSame(const HttpExchange& a, const HttpExchange& b) {
  return a.stream == b.stream && a.request.method == b.request.method &&
         a.request.path == b.request.path && a.request.query == b.request.query &&
         a.request.headers == b.request.headers && a.request.body == b.request.body;
}

// Nghttp2 reads nothing that comes after a GOAWAY when it finds no stream open, but it looks only
// where a piece begins.
Bytes UntilGoaway(Bytes input) {
  constexpr std::size_t kHeaderSize = 9;
  constexpr std::uint8_t kGoaway = 7;
  std::size_t offset = 0;
  while (input.size() - offset >= kHeaderSize) {
    const Bytes header = input.subspan(offset, kHeaderSize);
    const std::size_t length =
        std::size_t{header[0]} << 16U | std::size_t{header[1]} << 8U | header[2];
    if (length > input.size() - offset - kHeaderSize) {
      break;
    }
    offset += kHeaderSize + length;
    if (header[3] == kGoaway) {
      return input.first(offset);
    }
  }
  return input;
}

void RequireOnce(const Outcome& outcome) {
  std::vector<std::uint32_t> streams;
  for (const HttpExchange& exchange : outcome.exchanges) {
    streams.push_back(exchange.stream);
  }
  std::sort(streams.begin(), streams.end());
  Require(std::adjacent_find(streams.begin(), streams.end()) == streams.end());
}

}  // namespace
}  // namespace tattle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tattle::Bytes;
  using tattle::fuzz::Outcome;
  using tattle::fuzz::Require;
  const Bytes input(data, size);
  const Bytes compared = tattle::fuzz::UntilGoaway(input);
  std::vector<Bytes> pieces = {tattle::AsBytes(tattle::fuzz::kPreface)};
  const Outcome whole = tattle::fuzz::Run({pieces.front(), compared}, false);
  for (std::size_t i = 0; i < compared.size(); ++i) {
    pieces.push_back(compared.subspan(i, 1));
  }
  const Outcome single = tattle::fuzz::Run(pieces, false);
  Require(whole.end == single.end && whole.output == single.output);
  Require(std::equal(whole.exchanges.begin(), whole.exchanges.end(), single.exchanges.begin(),
                     single.exchanges.end(), tattle::fuzz::IsSame));
  tattle::fuzz::RequireOnce(whole);
  pieces.push_back(input.subspan(compared.size()));
  tattle::fuzz::RequireOnce(tattle::fuzz::Run(pieces, true));
  return 0;
}
