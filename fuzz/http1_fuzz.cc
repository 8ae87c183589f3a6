// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: Http1Session, Http1Parser, SetTarget, FinishResponse
// Property: requests and answers are the same whatever way the input is cut into pieces; a request
// has a legal path and no more body than is allowed, and parses to itself when it is written anew.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/require.h"
#include "plugin/net/http1_session.h"

namespace tattle::fuzz {
namespace {

struct Outcome {
  std::vector<HttpRequest> requests;
  ByteVector output;
  HttpEnd end = HttpEnd::kOpen;
};

HttpServerOptions Options(std::size_t max_size) {
  HttpServerOptions options;
  options.max_header_size = max_size;
  options.max_target_size = max_size / 4;
  options.max_body_size = max_size / 2;
  options.now_ms = [] { return std::uint64_t{1'795'000'000'000}; };
  return options;
}

// Answer repeats what the client said, so that it could end a header early, and is cut sometimes.
HttpResponse Answer(const HttpRequest& request) {
  HttpResponse response;
  response.headers.emplace_back("X-Query", request.query);
  response.body = request.body;
  if (request.path == "/cut") {
    response.cut_after = 3;
  }
  return response;
}

void Take(Http1Session& session, Outcome& outcome) {
  constexpr std::size_t kAtOnce = 100;
  while (session.has_unsent()) {
    session.TakeOutput(kAtOnce, outcome.output);
  }
}

Outcome Run(const std::vector<Bytes>& pieces, const HttpServerOptions& options) {
  Http1Session session(options);
  Outcome outcome;
  for (const Bytes piece : pieces) {
    if (!session.wants_input()) {
      break;
    }
    session.Receive(piece, {});
    while (std::optional<HttpExchange> exchange = session.NextRequest({})) {
      Require(exchange->request.body.size() <= options.max_body_size);
      Take(session, outcome);
      session.Respond(exchange->stream, Answer(exchange->request));
      outcome.requests.push_back(std::move(exchange->request));
    }
    Take(session, outcome);
  }
  outcome.end = session.end();
  return outcome;
}

bool IsSame(const HttpRequest& a, const HttpRequest& b) {
  return a.method == b.method && a.path == b.path && a.query == b.query && a.headers == b.headers &&
         a.body == b.body;
}

void RequireSame(const Outcome& a, const Outcome& b) {
  Require(a.end == b.end && a.output == b.output);
  Require(std::equal(a.requests.begin(), a.requests.end(), b.requests.begin(), b.requests.end(),
                     IsSame));
}

// DropFraming leaves what does not depend on how a body is sent.
HttpRequest DropFraming(HttpRequest request) {
  std::erase_if(request.headers, [](const auto& header) {
    return header.first == "content-length" || header.first == "transfer-encoding" ||
           header.first == "expect" || header.first == "connection";
  });
  return request;
}

void RequireParsesToItself(const HttpRequest& request) {
  Require(request.path.starts_with('/') || request.path == "*");
  const HttpRequest plain = DropFraming(request);
  std::string text = plain.method + " " + plain.path +
                     (plain.query.empty() ? "" : "?" + plain.query) +
                     (plain.FindHeader("host") ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const auto& [name, value] : plain.headers) {
    text += name + ": " + value + "\r\n";
  }
  text += "content-length: " + std::to_string(plain.body.size()) + "\r\n\r\n";
  text += AsText(plain.body);
  constexpr std::size_t kLarge = 1U << 16U;
  const Outcome again = Run({AsBytes(text)}, Options(kLarge));
  Require(again.requests.size() == 1 && IsSame(DropFraming(again.requests.front()), plain));
}

}  // namespace
}  // namespace tattle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tattle::Bytes;
  const Bytes input(data, size);
  constexpr std::size_t kMaxSize = 256;
  const tattle::HttpServerOptions options = tattle::fuzz::Options(kMaxSize);
  const tattle::fuzz::Outcome whole = tattle::fuzz::Run({input}, options);
  std::vector<Bytes> single;
  std::vector<Bytes> growing;
  for (std::size_t i = 0; i < size; ++i) {
    single.push_back(input.subspan(i, 1));
  }
  for (std::size_t i = 0; i < size; i += growing.size()) {
    growing.push_back(input.subspan(i, std::min(growing.size() + 1, size - i)));
  }
  tattle::fuzz::RequireSame(whole, tattle::fuzz::Run(single, options));
  tattle::fuzz::RequireSame(whole, tattle::fuzz::Run(growing, options));
  for (const tattle::HttpRequest& request : whole.requests) {
    tattle::fuzz::RequireParsesToItself(request);
  }
  return 0;
}
