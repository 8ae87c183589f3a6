// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http2_session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include <nghttp2/nghttp2.h>

#include "plugin/net/bounds.h"
#include "plugin/net/http2_callbacks.h"
#include "plugin/net/http_message.h"
#include "plugin/net/http_status.h"

namespace tattle {
namespace {

// What a client may send ahead. Bodies are counted and bounded as they come.
constexpr std::uint32_t kStreamWindow = 256U << 10U;
constexpr std::int32_t kConnectionWindow = 1 << 20;

// What each header weighs beyond its text (RFC 9113, Section 6.5.2).
constexpr std::size_t kHeaderOverhead = 32;

nghttp2_nv MakeNv(std::string_view name, std::string_view value) {
  // nghttp2 copies both, and only its type says that it might change them.
  // NOLINTBEGIN(cppcoreguidelines-pro-type-const-cast)
  return {const_cast<std::uint8_t*>(AsBytes(name).data()),
          const_cast<std::uint8_t*>(AsBytes(value).data()), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NONE};
  // NOLINTEND(cppcoreguidelines-pro-type-const-cast)
}

// AnnouncedSize is content-length, which nghttp2 found well-formed.
std::size_t AnnouncedSize(const HttpRequest& request) {
  std::size_t size = 0;
  const std::string_view text = request.FindHeader("content-length").value_or("0");
  std::from_chars(text.data(), std::next(text.data(), std::ssize(text)), size);
  return size;
}

}  // namespace

Http2Session::Http2Session(const HttpServerOptions& options)
    : options_(options), session_(Http2Callbacks::Create(this)) {
  const std::array<nghttp2_settings_entry, 4> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.max_concurrent_streams},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(options.max_header_size)},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  if (session_ == nullptr ||
      nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) != 0 ||
      nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) !=
          0) {
    end_ = HttpEnd::kFinished;
  }
}

Http2Session::~Http2Session() {
  nghttp2_session_del(session_);
}

void Http2Session::Receive(Bytes bytes, HttpTime now) {
  now_ = now;
  if (nghttp2_session_mem_recv(session_, bytes.data(), bytes.size()) < 0) {
    end_ = HttpEnd::kFinished;
  }
}

std::optional<HttpExchange> Http2Session::NextRequest(HttpTime /*now*/) {
  while (!whole_.empty() && num_held_answers_ <= kMaxHeldAnswers && end_ == HttpEnd::kOpen) {
    const std::int32_t id = whole_.front();
    whole_.pop_front();
    Stream* stream = Find(id);
    if (stream != nullptr && !stream->is_answered && !stream->is_reset) {
      num_held_ -= stream->request.body.size();
      HttpExchange exchange{static_cast<std::uint32_t>(id), std::move(stream->request)};
      stream->request = {};
      stream->request.method = exchange.request.method;
      return exchange;
    }
  }
  return std::nullopt;
}

void Http2Session::Respond(std::uint32_t stream, HttpResponse response) {
  const auto id = static_cast<std::int32_t>(stream);
  Stream* found = Find(id);
  if (found != nullptr && !found->is_answered && end_ == HttpEnd::kOpen) {
    Submit(id, *found, std::move(response));
  }
}

void Http2Session::TakeOutput(std::size_t max_size, ByteVector& out) {
  const std::size_t limit = out.size() + max_size;
  while (out.size() < limit && end_ == HttpEnd::kOpen) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &data);
    if (size <= 0) {
      end_ = size < 0 ? HttpEnd::kFinished : end_;
      break;
    }
    Append(out, {data, static_cast<std::size_t>(size)});
  }
}

void Http2Session::Expire(HttpTime begun_before) {
  for (auto& [id, stream] : streams_) {
    if (stream.is_whole || stream.begun >= begun_before) {
      continue;
    }
    if (stream.is_answered || stream.is_reset) {
      Reset(id, stream, NGHTTP2_NO_ERROR);
      continue;
    }
    if (!stream.has_head) {
      // In the middle of a header block nothing else can be said.
      end_ = HttpEnd::kFinished;
      return;
    }
    Refuse(id, stream, kRequestTimeout);
  }
}

void Http2Session::Drain() {
  if (!is_draining_ && end_ == HttpEnd::kOpen) {
    is_draining_ = true;
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
  }
}

HttpEnd Http2Session::end() const {
  if (end_ != HttpEnd::kOpen || nghttp2_session_want_write(session_) != 0) {
    return end_;
  }
  const bool is_drained = is_draining_ && streams_.empty();
  return is_drained || nghttp2_session_want_read(session_) == 0 ? HttpEnd::kFinished
                                                                : HttpEnd::kOpen;
}

Http2Session::Stream* Http2Session::Find(std::int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

void Http2Session::AddHeader(Stream& stream, std::string_view name, std::string_view value) {
  stream.header_size += name.size() + value.size() + kHeaderOverhead;
  if (stream.header_size > options_.max_header_size) {
    return;  // FinishHead refuses it
  }
  HttpRequest& request = stream.request;
  if (name == ":method") {
    request.method = value;
  } else if (name == ":path") {
    // Whole until FinishHead, which knows the method.
    request.path = value;
  } else if (name == ":authority") {
    request.headers.emplace_back("host", value);
  } else if (!name.starts_with(':') && (name != "host" || !request.FindHeader("host"))) {
    request.headers.emplace_back(name, value);
  }
}

void Http2Session::FinishHead(std::int32_t id, Stream& stream) {
  stream.has_head = true;
  const std::string target = std::move(stream.request.path);
  if (stream.header_size > options_.max_header_size) {
    Refuse(id, stream, kHeaderTooLarge);
  } else if (target.size() > options_.max_target_size) {
    Refuse(id, stream, kUriTooLong);
  } else if (!SetTarget(target, stream.request)) {
    Refuse(id, stream, kBadRequest);
  } else if (AnnouncedSize(stream.request) > options_.max_body_size) {
    Refuse(id, stream, kContentTooLarge);
  } else if (!stream.is_whole && stream.request.FindHeader("expect") == "100-continue") {
    const nghttp2_nv status = MakeNv(":status", "100");
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, &status, 1, nullptr);
  }
}

void Http2Session::FinishRequest(std::int32_t id, Stream& stream) {
  if (!stream.is_answered) {
    whole_.push_back(id);
  }
}

void Http2Session::AddBody(std::int32_t id, Bytes bytes) {
  Stream* stream = Find(id);
  if (stream == nullptr) {
    return;
  }
  if (stream->is_answered || stream->is_reset) {
    // The client need not send the rest (RFC 9113, Section 8.1). But it shall have time to read the
    // answer: curl loses it when both come at once.
    stream->num_discarded += bytes.size();
    if (stream->num_discarded > kStreamWindow) {
      Reset(id, *stream, NGHTTP2_NO_ERROR);
    }
    return;
  }
  // The bound for all is met no later than that for one, whatever way the body is cut.
  const bool is_too_much = bytes.size() > options_.max_body_size - num_held_;
  if (is_too_much && num_held_ == stream->request.body.size()) {
    Refuse(id, *stream, kContentTooLarge);
  } else if (is_too_much) {
    // Together with the others it is too much: the client may try again (RFC 9113, Section 8.7).
    num_held_ -= stream->request.body.size();
    stream->request.body = {};
    Reset(id, *stream, NGHTTP2_REFUSED_STREAM);
  } else {
    Append(stream->request.body, bytes);
    num_held_ += bytes.size();
  }
}

void Http2Session::Reset(std::int32_t id, Stream& stream, std::uint32_t error) {
  if (!stream.is_reset) {
    stream.is_reset = true;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, error);
  }
}

void Http2Session::Refuse(std::int32_t id, Stream& stream, int status) {
  num_held_ -= stream.request.body.size();
  stream.request.body = {};
  HttpResponse response;
  response.status = status;
  Submit(id, stream, std::move(response));
  stream.is_refused = true;
}

void Http2Session::Submit(std::int32_t id, Stream& stream, HttpResponse response) {
  FinishResponse(options_, response);
  const std::string status = std::to_string(response.status);
  std::vector<nghttp2_nv> headers = {MakeNv(":status", status)};
  for (const auto& [name, value] : response.headers) {
    headers.push_back(MakeNv(name, value));
  }
  stream.is_answered = true;
  stream.cut_after = response.cut_after.value_or(response.body.size());
  stream.body = std::move(response.body);
  num_held_answers_ += stream.body.size();
  ++num_unsent_;
  nghttp2_data_provider provider = {};
  provider.read_callback = Http2Callbacks::Read;
  const bool has_data = !stream.body.empty() && stream.request.method != "HEAD";
  if (nghttp2_submit_response(session_, id, headers.data(), headers.size(),
                              has_data ? &provider : nullptr) != 0) {
    end_ = HttpEnd::kFinished;
  }
}

void Http2Session::Close(std::int32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) {
    return;
  }
  const Stream& stream = found->second;
  const bool is_done = stream.is_sent && !stream.is_refused;
  num_answered_ += is_done ? 1 : 0;
  num_wasted_ += is_done ? 0 : 1;
  num_held_ -= stream.request.body.size();
  num_held_answers_ -= stream.body.size();
  num_unsent_ -= stream.is_answered && !stream.is_sent ? 1 : 0;
  streams_.erase(found);
  if (num_wasted_ > kMaxWastedStreams + num_answered_) {
    CalmDown();
  }
}

std::size_t Http2Session::ReadBody(Stream& stream, std::span<std::uint8_t> out) {
  const Bytes rest = Bytes(stream.body).subspan(stream.num_sent);
  const std::size_t until_cut = stream.cut_after - std::min(stream.cut_after, stream.num_sent);
  const std::size_t size = std::min({out.size(), rest.size(), until_cut});
  if (size == 0) {
    end_ = HttpEnd::kCut;
    return 0;
  }
  std::copy_n(rest.begin(), size, out.begin());
  stream.num_sent += size;
  num_sent_ += size;
  return size;
}

void Http2Session::CountFrame(bool is_idle) {
  constexpr std::uint64_t kFramesPerAnswer = 10;
  constexpr std::uint64_t kBytesPerFrame = 1024;  // a WINDOW_UPDATE for each is more than usual
  num_idle_frames_ += is_idle ? 1 : 0;
  if (num_idle_frames_ >
      kMaxIdleFrames + kFramesPerAnswer * num_answered_ + num_sent_ / kBytesPerFrame) {
    CalmDown();
  }
}

void Http2Session::CalmDown() {
  nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
}

}  // namespace tattle
