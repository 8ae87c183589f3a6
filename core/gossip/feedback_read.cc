// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/der/pem.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback.h"
#include "core/gossip/feedback_json.h"
#include "core/wire/digitally_signed.h"
#include "core/wire/sct.h"

namespace tattle {
namespace {

constexpr const char* kSctField = "feedback.sct_data";
constexpr const char* kChainField = "feedback.x509_chain";

// EntryReader reads one element into an entry.
class EntryReader {
 public:
  explicit EntryReader(FeedbackMessage& message) : message_(message) {}

  // Read takes an element; one that has nothing to keep is counted.
  void Read(json::Value value) {
    if (!value.IsObject()) {
      Skip(Errc::kBadEncoding, "feedback");
      return;
    }
    ReadScts(value);
    if (entry_.scts.empty()) {
      if (num_skipped_ == 0) {
        Skip(Errc::kMissing, kSctField);
      }
      return;
    }
    if (const Result<void> read = ReadChain(value); !read) {
      message_.skips.Add(read.error());
      return;
    }
    message_.entries.push_back(std::move(entry_));
  }

 private:
  void Skip(Errc code, const char* field) { Skip(Error{code, 0, field}); }
  void Skip(const Error& error) {
    message_.skips.Add(error);
    ++num_skipped_;
  }

  void Raise(FeedbackDialect dialect) { message_.dialect = std::max(message_.dialect, dialect); }

  // ReadScts reads what every dialect calls them.
  void ReadScts(json::Value value) {
    constexpr std::array<std::string_view, 3> kMembers = {"sct", "sct_data", "sct_data_v1"};
    for (const std::string_view name : kMembers) {
      const std::optional<json::Value> member = value.Find(name);
      if (!member) {
        continue;
      }
      if (name == kMembers.back()) {
        Raise(FeedbackDialect::kArrayVersioned);
      }
      if (member->IsArray()) {
        member->ForEachElement([this](json::Value element) {
          ReadSct(element);
          return true;
        });
      } else {
        ReadSct(*member);
      }
    }
    if (const std::optional<json::Value> v2 = value.Find("sct_data_v2")) {
      Raise(FeedbackDialect::kArrayVersioned);
      v2->ForEachElement([this](json::Value) {
        Skip(Errc::kUnsupportedVersion, kSctField);
        return true;
      });
    }
  }

  void ReadSct(json::Value value) {
    if (value.IsObject()) {
      const Result<ByteVector> sct = ReadSctObject(value);
      if (sct) {
        if (message_.dialect == FeedbackDialect::kSctFeedback) {
          message_.dialect = FeedbackDialect::kSctObjects;
        }
        Keep(*sct);
      } else {
        Skip(sct.error());
      }
      return;
    }
    const std::optional<std::string_view> text = value.AsString();
    const Result<ByteVector> data = DecodeBase64(text.value_or("?"));
    if (!data) {
      Skip(Errc::kBadEncoding, kSctField);
      return;
    }
    const Result<std::vector<Bytes>> items = SplitSctData(*data);
    if (!items) {
      Skip(items.error());
      return;
    }
    for (const Bytes item : *items) {
      Keep(item);
    }
  }

  void Keep(Bytes item) {
    if (const Result<Sct> sct = DecodeSct(item); !sct) {
      Skip(sct.error());
    } else if (entry_.scts.size() == kMaxFeedbackScts) {
      Skip(Errc::kTooLarge, kSctField);
    } else {
      entry_.scts.push_back(ToVector(item));
    }
  }

  // ReadSctObject reads an SCT by its members, as CT1 had it.
  static Result<ByteVector> ReadSctObject(json::Value value) {
    const std::optional<std::uint64_t> version = value.FindUint64("sct_version");
    const std::optional<ByteVector> log_id = value.FindBytes("log_id");
    const std::optional<std::uint64_t> timestamp_ms = value.FindUint64("timestamp");
    const std::optional<ByteVector> extensions = value.FindBytes("extensions");
    const std::optional<ByteVector> signature = value.FindBytes("signature");
    if (version && *version != kVersionV1) {
      return Fail(Errc::kUnsupportedVersion, kSctField);
    }
    if (!version || !log_id || !timestamp_ms || !signature) {
      return Fail(Errc::kBadEncoding, kSctField);
    }
    Sct sct;
    if (log_id->size() != sct.log_id.size()) {
      return Fail(Errc::kBadLength, kSctField);
    }
    const Result<DigitallySigned> decoded = DecodeDigitallySigned(*signature);
    if (!decoded) {
      return tl::unexpected(decoded.error());
    }
    std::copy(log_id->begin(), log_id->end(), sct.log_id.begin());
    sct.timestamp_ms = *timestamp_ms;
    if (extensions) {
      sct.extensions = *extensions;
    }
    sct.signature = *decoded;
    return EncodeSct(sct);
  }

  Result<void> ReadChain(json::Value value) {
    const std::optional<json::Value> chain = value.Find("x509_chain");
    if (!chain && message_.dialect == FeedbackDialect::kEntry) {
      return {};
    }
    if (!chain || !chain->IsArray()) {
      return Fail(chain ? Errc::kBadEncoding : Errc::kMissing, kChainField);
    }
    Result<void> result;
    chain->ForEachElement([&](json::Value element) {
      result = ReadCertificate(element.AsString().value_or("?"));
      return result.has_value();
    });
    if (result && entry_.x509_chain.empty() && message_.dialect != FeedbackDialect::kEntry) {
      return Fail(Errc::kBadLength, kChainField);
    }
    return result;
  }

  Result<void> ReadCertificate(std::string_view text) {
    if (text.find("-----BEGIN ") != std::string_view::npos) {
      return ReadPem(text);
    }
    Result<ByteVector> certificate = DecodeBase64(text);
    if (!certificate) {
      return Fail(Errc::kBadEncoding, kChainField);
    }
    return AddCertificate(*std::move(certificate));
  }

  // ReadPem takes one certificate or more of one string.
  Result<void> ReadPem(std::string_view text) {
    PemCertificateReader reader(text);
    const std::size_t num_before = entry_.x509_chain.size();
    while (true) {
      Result<std::optional<ByteVector>> certificate = reader.Read();
      if (!certificate) {
        return tl::unexpected(certificate.error());
      }
      if (!*certificate) {
        break;
      }
      if (const Result<void> added = AddCertificate(*std::move(*certificate)); !added) {
        return added;
      }
    }
    if (entry_.x509_chain.size() == num_before) {
      return Fail(Errc::kMissing, kChainField);
    }
    if (message_.dialect == FeedbackDialect::kArray) {
      message_.dialect = FeedbackDialect::kArrayPem;
    }
    return {};
  }

  Result<void> AddCertificate(ByteVector certificate) {
    if (certificate.empty()) {
      return Fail(Errc::kBadLength, kChainField);
    }
    if (certificate.size() > kMaxCertificateSize ||
        entry_.x509_chain.size() == kMaxChainCertificates) {
      return Fail(Errc::kTooLarge, kChainField);
    }
    entry_.x509_chain.push_back(std::move(certificate));
    return {};
  }

  FeedbackMessage& message_;
  FeedbackEntry entry_;
  std::size_t num_skipped_ = 0;
};

void ReadEntries(json::Value array, FeedbackMessage& out) {
  std::size_t num_read = 0;
  array.ForEachElement([&](json::Value value) {
    if (num_read == kMaxFeedbackEntries) {
      out.skips.Add(Errc::kTooLarge, "feedback");
      return true;
    }
    ++num_read;
    EntryReader(out).Read(value);
    return true;
  });
}

}  // namespace

// opaque SerializedSCT<1..2^16-1>;
//
// struct {
//   SerializedSCT sct_list <1..2^16-1>;
// } SignedCertificateTimestampList;
Result<std::vector<Bytes>> SplitSctData(Bytes data) {
  const Result<Sct> single = DecodeSct(data);
  Result<std::vector<Bytes>> list = SplitSctList(data);
  const bool is_list = list && (!single || std::all_of(list->begin(), list->end(), [](Bytes item) {
                         return DecodeSct(item).has_value();
                       }));
  if (is_list) {
    return list;
  }
  if (!single) {
    return tl::unexpected(single.error());
  }
  return std::vector<Bytes>{data};
}

bool ReadFeedbackValue(json::Value value, FeedbackMessage& out) {
  const auto is_list = [](const std::optional<json::Value>& member) {
    return member && (member->IsArray() || member->IsNull());
  };
  if (value.IsArray()) {
    out.dialect = FeedbackDialect::kArray;
    ReadEntries(value, out);
    return true;
  }
  if (const std::optional<json::Value> entries = value.Find("sct_feedback"); is_list(entries)) {
    out.dialect = FeedbackDialect::kSctFeedback;
    ReadEntries(*entries, out);
    return true;
  }
  if (const std::optional<json::Value> entries = value.Find("entry"); is_list(entries)) {
    out.dialect = FeedbackDialect::kEntry;
    ReadEntries(*entries, out);
    return true;
  }
  return false;
}

Result<FeedbackMessage> DecodeFeedback(Bytes body, std::size_t max_size) {
  const Result<json::Document> document = json::Document::Decode(body, max_size);
  if (!document) {
    return tl::unexpected(document.error());
  }
  FeedbackMessage message;
  if (!ReadFeedbackValue(document->root(), message)) {
    return Fail(document->root().IsObject() ? Errc::kMissing : Errc::kBadEncoding, "sct_feedback");
  }
  return message;
}

}  // namespace tattle
