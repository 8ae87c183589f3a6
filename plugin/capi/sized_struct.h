// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Structs that cross the boundary. Each begins with the size that the caller compiled; the rules
// are in plugin/README.md. The only place where bytes of a caller's struct are looked at.

#ifndef TATTLE_PLUGIN_CAPI_SIZED_STRUCT_H_
#define TATTLE_PLUGIN_CAPI_SIZED_STRUCT_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>

namespace tattle::capi {

// Beyond any struct that tattle.h will ever have: a larger size is memory that nobody initialised.
inline constexpr std::size_t kMaxStructSize = 4096;

// CheckStructSize says whether struct_size of `given` is one that a version of T can have: room for
// itself, whole words, and only zeros where this version of T has ended.
template <typename T>
[[nodiscard]] bool CheckStructSize(const T& given) {
  static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
  const std::size_t size = given.struct_size;
  if (size < sizeof(given.struct_size) || size % alignof(T) != 0 || size > kMaxStructSize) {
    return false;
  }
  const std::span bytes(static_cast<const std::byte*>(static_cast<const void*>(&given)), size);
  const std::span tail = bytes.subspan(std::min(size, sizeof(T)));
  return std::all_of(tail.begin(), tail.end(), [](std::byte b) { return b == std::byte{0}; });
}

// ReadStruct copies what the caller's version of T has; the rest is zero. Nothing if
// CheckStructSize says no.
template <typename T>
std::optional<T> ReadStruct(const T& given) {
  if (!CheckStructSize(given)) {
    return std::nullopt;
  }
  T value = {};
  const std::size_t known = std::min(given.struct_size, sizeof(T));
  const std::span from = std::as_bytes(std::span(&given, 1)).first(known);
  std::copy(from.begin(), from.end(), std::as_writable_bytes(std::span(&value, 1)).begin());
  return value;
}

// WriteStruct copies as much of `value` as the caller's version of T has room for, which
// CheckStructSize has approved. struct_size stays as it is.
template <typename T>
void WriteStruct(T& target, T value) {
  value.struct_size = target.struct_size;
  const std::size_t known = std::min(target.struct_size, sizeof(T));
  const std::span from = std::as_bytes(std::span(&value, 1)).first(known);
  std::copy(from.begin(), from.end(), std::as_writable_bytes(std::span(&target, 1)).begin());
}

}  // namespace tattle::capi

#endif  // TATTLE_PLUGIN_CAPI_SIZED_STRUCT_H_
