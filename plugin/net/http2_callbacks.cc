// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http2_callbacks.h"

#include "plugin/net/http2_session.h"

namespace tattle {
namespace {

// Acknowledgements that wait for a client that does not read. nghttp2 hangs up at more.
constexpr std::size_t kMaxOutboundAcks = 100;
constexpr std::size_t kMaxSettings = 32;

// Header blocks go on in CONTINUATION frames of 16 KB, of which two are enough for ours. nghttp2's
// own count also has each piece in which the nine bytes before a frame come in.
constexpr std::size_t kMaxContinuations = 4;
constexpr std::size_t kMaxContinuationPieces = 9 * (kMaxContinuations + 2);

// HasEnd says whether this is the last frame of a request or an answer.
bool HasEnd(const nghttp2_frame& frame) {
  return (frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA) &&
         (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

bool IsRequestHead(const nghttp2_frame& frame) {
  return frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
}

// IsIdleFrame: frames that make us work and bring no request nearer.
bool IsIdleFrame(const nghttp2_frame_hd& header) {
  if (header.type == NGHTTP2_DATA) {
    return header.length == 0 && (header.flags & NGHTTP2_FLAG_END_STREAM) == 0;
  }
  return header.type != NGHTTP2_HEADERS;
}

}  // namespace

Http2Session& Http2Callbacks::Of(void* arg) {
  return *static_cast<Http2Session*>(arg);
}

int Http2Callbacks::OnBeginFrame(nghttp2_session* /*session*/, const nghttp2_frame_hd* header,
                                 void* arg) {
  Of(arg).CountFrame(IsIdleFrame(*header));
  std::size_t& num = Of(arg).num_continuations_;
  num = header->type == NGHTTP2_CONTINUATION ? num + 1 : 0;
  return num > kMaxContinuations ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

int Http2Callbacks::OnBeginHeaders(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                                   void* arg) {
  Http2Session& self = Of(arg);
  if (IsRequestHead(*frame)) {
    self.streams_[frame->hd.stream_id].begun = self.now_;
  }
  return 0;
}

// nghttp2 gives the type.
// NOLINTNEXTLINE(readability-function-size)
int Http2Callbacks::OnHeader(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                             const std::uint8_t* name, std::size_t name_size,
                             const std::uint8_t* value, std::size_t value_size,
                             std::uint8_t /*flags*/, void* arg) {
  Http2Session::Stream* stream = Of(arg).Find(frame->hd.stream_id);
  // Trailers are left out: what they mean may depend on their place (RFC 9110, Section 6.5.1).
  if (stream != nullptr && IsRequestHead(*frame)) {
    Of(arg).AddHeader(*stream, AsText({name, name_size}), AsText({value, value_size}));
  }
  return 0;
}

int Http2Callbacks::OnFrame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* arg) {
  Http2Session& self = Of(arg);
  Http2Session::Stream* stream = self.Find(frame->hd.stream_id);
  if (stream == nullptr) {
    return 0;
  }
  stream->is_whole = stream->is_whole || HasEnd(*frame);
  if (IsRequestHead(*frame)) {
    self.FinishHead(frame->hd.stream_id, *stream);
  }
  if (HasEnd(*frame)) {
    self.FinishRequest(frame->hd.stream_id, *stream);
  }
  return 0;
}

int Http2Callbacks::OnData(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id,
                           const std::uint8_t* data, std::size_t size, void* arg) {
  Of(arg).AddBody(id, {data, size});
  return 0;
}

int Http2Callbacks::OnFrameSent(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                                void* arg) {
  Http2Session& self = Of(arg);
  self.CountFrame(frame->hd.type == NGHTTP2_RST_STREAM);
  Http2Session::Stream* stream = self.Find(frame->hd.stream_id);
  if (stream != nullptr && HasEnd(*frame)) {
    stream->is_sent = true;
    --self.num_unsent_;
  }
  return 0;
}

int Http2Callbacks::OnClose(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t /*error*/,
                            void* arg) {
  Of(arg).Close(id);
  return 0;
}

// nghttp2 gives the type.
// NOLINTNEXTLINE(readability-function-size)
ssize_t Http2Callbacks::Read(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* out,
                             std::size_t size, std::uint32_t* flags,
                             nghttp2_data_source* /*source*/, void* arg) {
  Http2Session& self = Of(arg);
  Http2Session::Stream* stream = self.Find(id);
  if (stream == nullptr) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  const std::size_t num_read = self.ReadBody(*stream, {out, size});
  if (num_read == 0) {
    return NGHTTP2_ERR_DEFERRED;  // cut
  }
  if (stream->num_sent == stream->body.size()) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  }
  return static_cast<ssize_t>(num_read);
}

nghttp2_session* Http2Callbacks::Create(Http2Session* self) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* options = nullptr;
  nghttp2_session* session = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&options) == 0) {
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, OnBeginFrame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnFrameSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_option_set_max_outbound_ack(options, kMaxOutboundAcks);
    nghttp2_option_set_max_settings(options, kMaxSettings);
    nghttp2_option_set_max_continuations(options, kMaxContinuationPieces);
    nghttp2_option_set_no_closed_streams(options, 1);
    nghttp2_session_server_new2(&session, callbacks, self, options);
  }
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_option_del(options);
  return session;
}

}  // namespace tattle
