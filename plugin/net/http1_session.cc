// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http1_session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "plugin/net/bounds.h"
#include "plugin/net/http_message.h"
#include "plugin/net/http_status.h"

namespace tattle {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

void EraseFront(ByteVector& bytes, std::size_t num) {
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(num));
}

}  // namespace

void Http1Session::Receive(Bytes bytes, HttpTime now) {
  if (input_.empty() && !parser_) {
    begun_ = now;
  }
  Append(input_, bytes);
}

// SkipEmptyLine: old clients send one CRLF too many behind a body (RFC 9112, Section 2.2).
void Http1Session::SkipEmptyLine() {
  constexpr std::string_view kCrLf = "\r\n";
  if (!skipped_empty_line_ && AsText(input_).starts_with(kCrLf)) {
    EraseFront(input_, kCrLf.size());
    skipped_empty_line_ = true;
  }
}

std::optional<HttpExchange> Http1Session::NextRequest(HttpTime now) {
  if (pending_ || end_ != HttpEnd::kOpen || output_.size() - num_taken_ > kMaxQueuedAnswers) {
    return std::nullopt;
  }
  if (!parser_) {
    SkipEmptyLine();
    // A CR alone may become an empty line.
    if (input_.empty() || (!skipped_empty_line_ && AsText(input_) == "\r")) {
      return std::nullopt;
    }
    parser_.emplace(options_);
    begun_ = now;
  }
  EraseFront(input_, parser_->Parse(input_));
  if (parser_->status() != 0) {
    Refuse(parser_->status());
    return std::nullopt;
  }
  if (parser_->has_head() && parser_->expects_continue() && !said_continue_) {
    Append(output_, AsBytes(kContinue));
    said_continue_ = true;
  }
  if (!parser_->is_whole()) {
    return std::nullopt;
  }
  pending_ = Pending{parser_->request().method == "HEAD", parser_->is_http_11(),
                     parser_->keep_alive() && !is_draining_};
  HttpExchange exchange{++num_requests_, parser_->TakeRequest()};
  parser_.reset();
  said_continue_ = false;
  skipped_empty_line_ = false;
  return exchange;
}

void Http1Session::Respond(std::uint32_t stream, HttpResponse response) {
  if (!pending_ || stream != num_requests_) {
    return;
  }
  FinishResponse(options_, response);
  const Pending pending = *std::exchange(pending_, std::nullopt);
  if (!pending.keep_alive) {
    end_ = HttpEnd::kFinished;
  }
  Write(response, pending);
}

void Http1Session::Refuse(int status) {
  HttpResponse response;
  response.status = status;
  FinishResponse(options_, response);
  end_ = HttpEnd::kFinished;
  parser_.reset();
  input_.clear();
  Write(response, Pending{});
}

void Http1Session::Write(const HttpResponse& response, const Pending& pending) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, ReasonPhrase(response.status));
  for (const auto& [name, value] : response.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (end_ != HttpEnd::kOpen) {
    head += "connection: close\r\n";
  } else if (!pending.is_http_11) {
    head += "connection: keep-alive\r\n";
  }
  head += "\r\n";
  Append(output_, AsBytes(head));
  if (pending.is_head) {
    return;
  }
  const std::size_t size =
      std::min(response.cut_after.value_or(response.body.size()), response.body.size());
  Append(output_, Bytes(response.body).first(size));
  if (size < response.body.size()) {
    end_ = HttpEnd::kCut;
  }
}

void Http1Session::TakeOutput(std::size_t max_size, ByteVector& out) {
  const std::size_t size = std::min(max_size, output_.size() - num_taken_);
  Append(out, Bytes(output_).subspan(num_taken_, size));
  num_taken_ += size;
  num_sent_ += size;
  if (num_taken_ == output_.size()) {
    output_.clear();
    num_taken_ = 0;
    if (output_.capacity() > kMaxQueuedAnswers) {
      output_.shrink_to_fit();
    }
  }
}

void Http1Session::Expire(HttpTime begun_before) {
  if (end_ == HttpEnd::kOpen && !pending_ && (parser_ || !input_.empty()) &&
      begun_ < begun_before) {
    Refuse(kRequestTimeout);
  }
}

void Http1Session::Drain() {
  is_draining_ = true;
  if (pending_) {
    pending_->keep_alive = false;
  } else if (!parser_ && input_.empty() && end_ == HttpEnd::kOpen) {
    end_ = HttpEnd::kFinished;
  }
}

bool Http1Session::wants_input() const {
  return end_ == HttpEnd::kOpen && !pending_ && input_.size() <= options_.max_header_size;
}

bool Http1Session::is_idle() const {
  return !pending_ && !parser_ && input_.empty() && !has_unsent();
}

HttpEnd Http1Session::end() const {
  return has_unsent() ? HttpEnd::kOpen : end_;
}

}  // namespace tattle
