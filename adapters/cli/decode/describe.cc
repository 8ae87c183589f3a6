// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/decode/describe.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/base64.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/merkle/hash.h"
#include "core/note/checkpoint.h"
#include "core/note/note.h"
#include "core/wire/digitally_signed.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "core/wire/tree_head.h"

namespace tattle::cli {
namespace {

// HashAlgorithmName and SignatureAlgorithmName follow RFC 5246, Section 7.4.1.4.1.
std::string HashAlgorithmName(std::uint8_t number) {
  constexpr std::array<std::string_view, 7> kNames = {"none",   "md5",    "sha1",  "sha224",
                                                      "sha256", "sha384", "sha512"};
  return number < kNames.size() ? std::string(kNames.at(number)) : std::to_string(number);
}

std::string SignatureAlgorithmName(std::uint8_t number) {
  constexpr std::array<std::string_view, 4> kNames = {"anonymous", "rsa", "dsa", "ecdsa"};
  return number < kNames.size() ? std::string(kNames.at(number)) : std::to_string(number);
}

Fields DescribeSignature(const DigitallySigned& value) {
  Fields out;
  out.Text("hash_algorithm", HashAlgorithmName(value.hash_algorithm));
  out.Text("signature_algorithm", SignatureAlgorithmName(value.signature_algorithm));
  out.Text("signature", Hex(value.signature));
  return out;
}

void DescribeLog(const LogId& log_id, const LogList& logs, Fields& out) {
  out.Text("log_id", EncodeBase64(log_id));
  const Log* log = logs.Find(log_id);
  const DeniedLog* denied = logs.FindDenied(log_id);
  if (denied != nullptr) {
    out.Text("log", "denied: " + denied->reason);
  } else if (log == nullptr) {
    out.Text("log", "not in the log list");
  } else {
    out.Text("log", log->description);
    out.Text("operator", log->operator_name);
    out.Text("log_state", LogStateName(log->state));
  }
}

void DescribeTimestamp(std::uint64_t timestamp_ms, Fields& out) {
  out.Number("timestamp_ms", timestamp_ms);
  out.Text("timestamp", EncodeRfc3339(timestamp_ms));
}

void DescribeExtensions(Bytes extensions, Fields& out) {
  if (extensions.empty()) {
    return;
  }
  out.Text("extensions", Hex(extensions));
  const Result<CtExtensions> decoded = DecodeCtExtensions(extensions);
  if (decoded && decoded->leaf_index) {
    out.Number("leaf_index", *decoded->leaf_index);
  }
}

Result<Fields> DecodeSctFields(Bytes input, const LogList& logs) {
  const Result<Sct> sct = DecodeSct(input);
  if (!sct) {
    return tl::unexpected(sct.error());
  }
  Fields out;
  out.Text("version", "v1");
  DescribeLog(sct->log_id, logs, out);
  DescribeTimestamp(sct->timestamp_ms, out);
  DescribeExtensions(sct->extensions, out);
  out.Struct("signature", DescribeSignature(sct->signature));
  return out;
}

// One bad SCT does not hide the others here either.
Result<Fields> DecodeSctListFields(Bytes input, const LogList& logs) {
  const Result<std::vector<Bytes>> items = SplitSctList(input);
  if (!items) {
    return tl::unexpected(items.error());
  }
  std::vector<Fields> scts;
  for (const Bytes item : *items) {
    Result<Fields> sct = DecodeSctFields(item, logs);
    if (!sct) {
      sct = Fields().Text("error", Describe(sct.error())).Text("bytes", Hex(item));
    }
    scts.push_back(*std::move(sct));
  }
  return Fields().List("sct", std::move(scts));
}

Result<Fields> DecodeSthFields(Bytes input, const LogList& /*logs*/) {
  const Result<SignedTreeHead> sth = DecodeGetSth(input);
  if (!sth) {
    return tl::unexpected(sth.error());
  }
  const Result<DigitallySigned> signature = DecodeDigitallySigned(sth->signature);
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  Fields out;
  out.Number("tree_size", sth->head.tree_size);
  DescribeTimestamp(sth->head.timestamp_ms, out);
  out.Text("sha256_root_hash", EncodeBase64(sth->head.sha256_root_hash));
  out.Struct("tree_head_signature", DescribeSignature(*signature));
  return out;
}

Result<Fields> DecodeCheckpointFields(Bytes input, const LogList& /*logs*/) {
  const Result<Note> note = DecodeNote(input);
  if (!note) {
    return tl::unexpected(note.error());
  }
  const Result<Checkpoint> checkpoint = DecodeCheckpoint(note->text);
  if (!checkpoint) {
    return tl::unexpected(checkpoint.error());
  }
  Fields out;
  out.Text("origin", checkpoint->origin);
  out.Number("tree_size", checkpoint->tree_size);
  out.Text("root_hash", EncodeBase64(checkpoint->root_hash));
  if (!checkpoint->extensions.empty()) {
    out.Text("extensions", checkpoint->extensions);
  }
  std::vector<Fields> signatures;
  for (const NoteSignature& signature : note->signatures) {
    Fields line;
    line.Text("key_name", signature.key_name).Text("key_id", Hex(signature.key_id));
    // A log's own has the time of the head, which the text has not.
    const Result<SignedTreeHead> sth =
        DecodeTreeHeadNoteSignature(signature.signature, *checkpoint);
    if (sth && signature.key_name == checkpoint->origin) {
      DescribeTimestamp(sth->head.timestamp_ms, line);
    }
    signatures.push_back(std::move(line.Text("bytes", Hex(signature.signature))));
  }
  out.List("signature", std::move(signatures));
  return out;
}

void DescribeCertificate(Bytes der, Fields& out) {
  const Result<CertificateView> certificate = DecodeCertificate(der);
  if (!certificate) {
    out.Text("certificate_error", Describe(certificate.error()));
    return;
  }
  out.Text("certificate_sha256", Hex(Sha256Of(der)));
  out.Text("serial_number", Hex(certificate->serial_number));
  out.Text("not_before", EncodeRfc3339(certificate->not_before_ms));
  out.Text("not_after", EncodeRfc3339(certificate->not_after_ms));
}

Result<Fields> DecodeLeafFields(Bytes input, const LogList& /*logs*/) {
  const Result<TimestampedEntry> leaf = DecodeMerkleTreeLeaf(input);
  if (!leaf) {
    return tl::unexpected(leaf.error());
  }
  Fields out;
  out.Text("version", "v1");
  out.Text("leaf_type", "timestamped_entry");
  DescribeTimestamp(leaf->timestamp_ms, out);
  if (leaf->entry.type == EntryType::kX509) {
    out.Text("entry_type", "x509_entry");
    out.Number("certificate_size", leaf->entry.certificate.size());
    DescribeCertificate(leaf->entry.certificate, out);
  } else {
    out.Text("entry_type", "precert_entry");
    out.Text("issuer_key_hash", Hex(leaf->entry.issuer_key_hash));
    out.Number("tbs_certificate_size", leaf->entry.certificate.size());
  }
  DescribeExtensions(leaf->extensions, out);
  out.Text("leaf_hash", EncodeBase64(HashLeaf(input)));
  return out;
}

constexpr std::array<Structure, 5> kStructures = {{
    {"sth", "signed tree head (get-sth)", DecodeSthFields},
    {"checkpoint", "checkpoint (signed note)", DecodeCheckpointFields},
    {"sct-list", "SCT list", DecodeSctListFields},
    {"sct", "SCT", DecodeSctFields},
    {"merkle-leaf", "Merkle tree leaf", DecodeLeafFields},
}};

}  // namespace

std::span<const Structure> Structures() {
  return kStructures;
}

}  // namespace tattle::cli
