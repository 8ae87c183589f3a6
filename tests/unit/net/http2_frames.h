// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Frames of HTTP/2 as bytes, written by hand so that they can be wrong (RFC 9113, Section 4.1).

#ifndef TATTLE_TESTS_UNIT_NET_HTTP2_FRAMES_H_
#define TATTLE_TESTS_UNIT_NET_HTTP2_FRAMES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tattle::testlib {

inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};

inline constexpr std::uint8_t kEndStream = 1;
inline constexpr std::uint8_t kAck = 1;
inline constexpr std::uint8_t kEndHeaders = 4;

inline std::string Uint32(std::uint32_t value) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    out += static_cast<char>(value >> shift & 0xFFU);
  }
  return out;
}

inline std::string Frame(FrameType type, std::uint8_t flags, std::uint32_t stream,
                         std::string_view payload = "") {
  std::string out = Uint32(static_cast<std::uint32_t>(payload.size())).substr(1);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  return out + Uint32(stream) + std::string(payload);
}

// Field is a literal header without indexing (RFC 7541, Section 6.2.2); up to 126 bytes each.
inline std::string Field(std::string_view name, std::string_view value) {
  std::string out(1, '\0');
  out += static_cast<char>(name.size());
  out += name;
  out += static_cast<char>(value.size());
  out += value;
  return out;
}

inline std::string Fields(std::string_view method, std::string_view path) {
  return Field(":method", method) + Field(":scheme", "https") + Field(":path", path) +
         Field(":authority", "log.test");
}

inline std::string Get(std::uint32_t stream, std::string_view path = "/") {
  return Frame(kHeaders, kEndHeaders | kEndStream, stream, Fields("GET", path));
}

struct ReadFrame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

// SplitFrames takes whole frames apart; what is left behind them is an unfinished one.
inline std::vector<ReadFrame> SplitFrames(std::string_view bytes) {
  constexpr std::size_t kHeaderSize = 9;
  const auto number = [](std::string_view text) {
    std::uint32_t value = 0;
    for (const char c : text) {
      value = value << 8U | static_cast<std::uint8_t>(c);
    }
    return value;
  };
  std::vector<ReadFrame> frames;
  while (bytes.size() >= kHeaderSize) {
    const std::size_t size = number(bytes.substr(0, 3));
    if (bytes.size() < kHeaderSize + size) {
      break;
    }
    frames.push_back({static_cast<std::uint8_t>(bytes[3]), static_cast<std::uint8_t>(bytes[4]),
                      number(bytes.substr(5, 4)), std::string(bytes.substr(kHeaderSize, size))});
    bytes.remove_prefix(kHeaderSize + size);
  }
  return frames;
}

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_UNIT_NET_HTTP2_FRAMES_H_
