// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What nghttp2 calls in an Http2Session.

#ifndef TATTLE_PLUGIN_NET_HTTP2_CALLBACKS_H_
#define TATTLE_PLUGIN_NET_HTTP2_CALLBACKS_H_

#include <cstddef>
#include <cstdint>

#include <nghttp2/nghttp2.h>

namespace tattle {

class Http2Session;

// Http2Callbacks have nghttp2's types; `arg` is the session.
struct Http2Callbacks {
  // Create makes nghttp2's half of a session, with its limits.
  static nghttp2_session* Create(Http2Session* self);

  // Read is for nghttp2_data_provider: the body of an answer.
  static ssize_t Read(nghttp2_session* session, std::int32_t id, std::uint8_t* out,
                      std::size_t size, std::uint32_t* flags, nghttp2_data_source* source,
                      void* arg);

 private:
  static Http2Session& Of(void* arg);
  static int OnBeginFrame(nghttp2_session* session, const nghttp2_frame_hd* header, void* arg);
  static int OnBeginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* arg);
  // NOLINTNEXTLINE(readability-function-size): nghttp2 gives the type
  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t flags, void* arg);
  static int OnFrame(nghttp2_session* session, const nghttp2_frame* frame, void* arg);
  static int OnData(nghttp2_session* session, std::uint8_t flags, std::int32_t id,
                    const std::uint8_t* data, std::size_t size, void* arg);
  static int OnFrameSent(nghttp2_session* session, const nghttp2_frame* frame, void* arg);
  static int OnClose(nghttp2_session* session, std::int32_t id, std::uint32_t error, void* arg);
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP2_CALLBACKS_H_
