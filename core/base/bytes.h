// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bytes and text: the vocabulary in which every layer hands data on.
// A Bytes never owns; whoever returns one says in its comment whose buffer it borrows from.

#ifndef TATTLE_CORE_BASE_BYTES_H_
#define TATTLE_CORE_BASE_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tattle {

using Bytes = std::span<const std::uint8_t>;
using ByteVector = std::vector<std::uint8_t>;

// Hash is a SHA-256 value: a Merkle tree hash, an issuer_key_hash, a LogID.
using Hash = std::array<std::uint8_t, 32>;

// LogId is the SHA-256 hash of a log's key as DER SubjectPublicKeyInfo (RFC 6962, Section 3.2).
using LogId = Hash;

// AsBytes views text as bytes; the result borrows from `text`.
Bytes AsBytes(std::string_view text);

// AsText views bytes as text without any check of encoding; the result borrows from `bytes`.
std::string_view AsText(Bytes bytes);

// Equal compares two byte ranges; not in constant time (nothing here is secret).
bool Equal(Bytes a, Bytes b);

// ToVector copies.
ByteVector ToVector(Bytes bytes);

// Append adds a copy of `bytes` to the end of `out`.
void Append(ByteVector& out, Bytes bytes);

// Hex writes lower-case hexadecimal digits, two a byte.
std::string Hex(Bytes bytes);

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_BYTES_H_
