// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http1_parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>

#include "core/base/lower_case.h"
#include "plugin/net/http_message.h"
#include "plugin/net/http_status.h"

namespace tattle {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr int kVersion11 = 11;  // as Beast writes it

// "0" CRLF CRLF: no chunked body ends with fewer bytes, so that waiting for as many costs nothing.
// Beast counts on them once it has seen the last chunk's first line.
constexpr std::size_t kLastChunkSize = 5;

// HeadScanner finds the end of the headers. It is stricter than Beast in what parsers disagree on,
// and a request could be smuggled by: line ends other than CRLF, lines that go on in the next one
// (RFC 9112, Section 5.2), control characters.
class HeadScanner {
 public:
  // Scan looks at the next byte. Returns false where it is not to be there.
  [[nodiscard]] bool Scan(char c) {
    const bool is_legal = previous_ == '\r' ? c == '\n' : IsLegal(c);
    line_size_ = c == '\n' ? 0 : line_size_ + (c == '\r' ? 0 : 1);
    is_done_ = c == '\n' && was_empty_line_;
    was_empty_line_ = c == '\n' || (c == '\r' && was_empty_line_);
    num_lines_ += c == '\n' ? 1 : 0;
    previous_ = c;
    return is_legal;
  }
  bool is_done() const { return is_done_; }
  std::size_t num_lines() const { return num_lines_; }

 private:
  bool IsLegal(char c) const {
    constexpr unsigned char kDelete = 0x7F;
    if (c == '\r') {
      return true;
    }
    if (c == ' ' || c == '\t') {
      return line_size_ > 0;
    }
    const auto byte = static_cast<unsigned char>(c);
    return byte > ' ' && byte != kDelete;
  }

  char previous_ = 0;
  bool was_empty_line_ = false;
  bool is_done_ = false;
  std::size_t line_size_ = 0;
  std::size_t num_lines_ = 0;
};

// RequestParser collects what Beast finds.
class RequestParser final : public http::basic_parser<true> {
 public:
  HttpRequest request;
  std::string target;
  bool is_http_11 = true;
  std::uint64_t chunk_left = 0;  // bytes of the chunk that is coming in

 private:
  void on_request_impl(http::verb /*method*/, beast::string_view method_text,
                       beast::string_view target_text, int version,
                       beast::error_code& /*error*/) override {
    is_http_11 = version == kVersion11;
    request.method.assign(method_text.data(), method_text.size());
    target.assign(target_text.data(), target_text.size());
  }
  void on_field_impl(http::field /*name*/, beast::string_view name, beast::string_view value,
                     beast::error_code& /*error*/) override {
    // Those behind the last chunk are left out: what they mean may depend on their place (RFC 9110,
    // Section 6.5.1).
    if (!is_header_done()) {
      request.headers.emplace_back(LowerCase({name.data(), name.size()}),
                                   std::string(value.data(), value.size()));
    }
  }
  std::size_t on_body_impl(beast::string_view bytes, beast::error_code& /*error*/) override {
    Append(request.body, AsBytes({bytes.data(), bytes.size()}));
    return bytes.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t rest, beast::string_view bytes,
                                 beast::error_code& error) override {
    chunk_left = rest - bytes.size();
    return on_body_impl(bytes, error);
  }
  void on_response_impl(int /*code*/, beast::string_view /*reason*/, int /*version*/,
                        beast::error_code& /*error*/) override {}
  void on_header_impl(beast::error_code& /*error*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*content_length*/,
                         beast::error_code& /*error*/) override {}
  void on_chunk_header_impl(std::uint64_t size, beast::string_view /*extensions*/,
                            beast::error_code& /*error*/) override {
    chunk_left = size;
  }
  void on_finish_impl(beast::error_code& /*error*/) override {}
};

std::size_t CountHeaders(const HttpRequest& request, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [name](const auto& header) { return header.first == name; }));
}

bool IsDecimal(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// CheckHead is what Beast leaves to us. Returns a status, or 0.
int CheckHead(const HttpRequest& request, bool is_http_11) {
  const auto coding = request.FindHeader("transfer-encoding");
  const auto length = request.FindHeader("content-length");
  if (coding && (length || !is_http_11)) {
    return kBadRequest;  // RFC 9112, Section 6.1
  }
  if (coding &&
      (CountHeaders(request, "transfer-encoding") != 1 || LowerCase(*coding) != "chunked")) {
    return kNotImplemented;
  }
  if (length && (CountHeaders(request, "content-length") != 1 || !IsDecimal(*length))) {
    return kBadRequest;
  }
  // "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message
  // that lacks a Host header field and to any request message that contains more than one Host
  // header field line" (RFC 9112, Section 3.2).
  const std::size_t num_hosts = CountHeaders(request, "host");
  if (num_hosts > 1 || (num_hosts == 0 && is_http_11)) {
    return kBadRequest;
  }
  const auto expect = request.FindHeader("expect");
  return expect && is_http_11 && LowerCase(*expect) != "100-continue" ? kExpectationFailed : 0;
}

}  // namespace

struct Http1Parser::State {
  explicit State(const HttpServerOptions& limits) : options(limits) {
    beast.header_limit(static_cast<std::uint32_t>(limits.max_header_size + 1));
    beast.body_limit(limits.max_body_size);
  }

  const HttpServerOptions& options;
  RequestParser beast;
  HeadScanner scanner;
  std::size_t num_scanned = 0;
  int status = 0;

  // ParseHead gives Beast the headers only once they are all there: it counts its limit anew for
  // each piece, and so would depend on how the input is cut.
  std::size_t ParseHead(Bytes input) {
    for (; num_scanned < input.size() && !scanner.is_done(); ++num_scanned) {
      if (num_scanned == options.max_header_size) {
        status = scanner.num_lines() == 0 ? kUriTooLong : kHeaderTooLarge;
        return 0;
      }
      if (!scanner.Scan(static_cast<char>(input[num_scanned]))) {
        status = kBadRequest;
        return 0;
      }
    }
    if (!scanner.is_done()) {
      return 0;
    }
    const std::size_t size = Put(input.first(num_scanned));
    if (status == 0 && !beast.is_header_done()) {
      status = kBadRequest;
    }
    FinishHead();
    return size;
  }

  void FinishHead() {
    if (beast.target.size() > options.max_target_size) {
      status = kUriTooLong;
    } else if (status == 0) {
      status = CheckHead(beast.request, beast.is_http_11);
    }
    if (status == 0 && !SetTarget(beast.target, beast.request)) {
      status = kBadRequest;
    }
  }

  // ParseBody gives Beast no more at a time than a chunk's first line, or the trailer, may have.
  // Beast takes one chunk's line, or bytes of one chunk, of it.
  std::size_t ParseBody(Bytes input) {
    std::size_t num_taken = 0;
    while (status == 0 && !beast.is_done()) {
      const Bytes rest = input.subspan(num_taken);
      const Bytes window = rest.first(std::min(rest.size(), options.max_header_size));
      if (window.empty() ||
          (beast.chunked() && beast.chunk_left == 0 && window.size() < kLastChunkSize)) {
        break;
      }
      const std::size_t size = Put(window);
      num_taken += size;
      if (size == 0 && window.size() == options.max_header_size && status == 0) {
        status = kHeaderTooLarge;
      } else if (size == 0) {
        break;
      }
    }
    return num_taken;
  }

  std::size_t Put(Bytes bytes) {
    beast::error_code error;
    const std::size_t size =
        beast.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error == http::error::body_limit) {
      status = kContentTooLarge;
    } else if (error && error != http::error::need_more) {
      status = kBadRequest;
    }
    return size;
  }
};

Http1Parser::Http1Parser(const HttpServerOptions& options)
    : state_(std::make_unique<State>(options)) {}

Http1Parser::~Http1Parser() = default;

std::size_t Http1Parser::Parse(Bytes input) {
  std::size_t num_taken = 0;
  if (!has_head()) {
    num_taken = state_->ParseHead(input);
  }
  if (has_head() && state_->status == 0) {
    num_taken += state_->ParseBody(input.subspan(num_taken));
  }
  return num_taken;
}

bool Http1Parser::has_head() const {
  return state_->beast.is_header_done();
}

bool Http1Parser::is_whole() const {
  return state_->status == 0 && state_->beast.is_done();
}

int Http1Parser::status() const {
  return state_->status;
}

bool Http1Parser::is_http_11() const {
  return state_->beast.is_http_11;
}

bool Http1Parser::keep_alive() const {
  return state_->beast.keep_alive();
}

bool Http1Parser::expects_continue() const {
  return is_http_11() && state_->beast.request.FindHeader("expect") &&
         (state_->beast.chunked() || state_->beast.content_length().value_or(0) > 0);
}

const HttpRequest& Http1Parser::request() const {
  return state_->beast.request;
}

HttpRequest Http1Parser::TakeRequest() {
  return std::move(state_->beast.request);
}

std::string_view ReasonPhrase(int status) {
  const beast::string_view phrase = http::obsolete_reason(static_cast<http::status>(status));
  return {phrase.data(), phrase.size()};
}

}  // namespace tattle
