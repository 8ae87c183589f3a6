// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/writer.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback.h"
#include "core/gossip/feedback_json.h"
#include "core/wire/digitally_signed.h"
#include "core/wire/sct.h"

namespace tattle {
namespace {

bool HasPem(FeedbackDialect dialect) {
  return dialect == FeedbackDialect::kArrayPem || dialect == FeedbackDialect::kArrayVersioned;
}

// Pem writes one certificate (RFC 7468, Section 5).
std::string Pem(Bytes certificate) {
  constexpr std::size_t kLineLen = 64;
  const std::string base64 = EncodeBase64(certificate);
  std::string out = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t i = 0; i < base64.size(); i += kLineLen) {
    out.append(base64, i, kLineLen).append("\n");
  }
  out.append("-----END CERTIFICATE-----\n");
  return out;
}

// Separate puts a comma before every element but the first.
void Separate(std::string& json) {
  if (json.back() != '[') {
    json += ',';
  }
}

void AppendQuoted(std::string& json, Bytes bytes) {
  json.append("\"").append(EncodeBase64(bytes)).append("\"");
}

void AppendChain(std::string& json, FeedbackDialect dialect, const FeedbackEntry& entry) {
  json.append("\"x509_chain\":[");
  for (const ByteVector& certificate : entry.x509_chain) {
    Separate(json);
    if (HasPem(dialect)) {
      json.append(json::Quote(Pem(certificate)));
    } else {
      AppendQuoted(json, certificate);
    }
  }
  json += ']';
}

// AppendSctObject writes an SCT by its members, as CT1 has it.
Result<void> AppendSctObject(std::string& json, Bytes item) {
  const Result<Sct> sct = DecodeSct(item);
  if (!sct) {
    return tl::unexpected(sct.error());
  }
  const Result<ByteVector> signature = EncodeDigitallySigned(sct->signature);
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  json.append("{\"sct_version\":0,\"log_id\":");
  AppendQuoted(json, sct->log_id);
  json.append(",\"timestamp\":").append(std::to_string(sct->timestamp_ms));
  json.append(",\"extensions\":");
  AppendQuoted(json, sct->extensions);
  json.append(",\"signature\":");
  AppendQuoted(json, *signature);
  json += '}';
  return {};
}

// AppendSctList writes a list of one: of several the lengths might not fit.
Result<void> AppendSctList(std::string& json, Bytes item) {
  ByteWriter sct;
  sct.WriteVector16(item);
  const Result<ByteVector> items = sct.Finish();
  if (!items) {
    return tl::unexpected(items.error());
  }
  ByteWriter writer;
  writer.WriteVector16(*items);
  const Result<ByteVector> list = writer.Finish();
  if (!list) {
    return tl::unexpected(list.error());
  }
  AppendQuoted(json, *list);
  return {};
}

Result<void> AppendSct(std::string& json, FeedbackDialect dialect, Bytes item) {
  Separate(json);
  if (dialect == FeedbackDialect::kSctObjects) {
    return AppendSctObject(json, item);
  }
  if (dialect == FeedbackDialect::kArrayVersioned) {
    return AppendSctList(json, item);
  }
  AppendQuoted(json, item);
  return {};
}

// CheckFits refuses what a reader would leave out.
Result<void> CheckFits(FeedbackDialect dialect, const FeedbackEntry& entry) {
  const bool is_readable =
      !entry.scts.empty() && (dialect == FeedbackDialect::kEntry || !entry.x509_chain.empty()) &&
      std::none_of(entry.x509_chain.begin(), entry.x509_chain.end(),
                   [](const ByteVector& certificate) { return certificate.empty(); }) &&
      std::all_of(entry.scts.begin(), entry.scts.end(), [](const ByteVector& item) {
        // As a whole, and not as a list, which is what a reader must take it for.
        const Result<std::vector<Bytes>> items = SplitSctData(item);
        return items && items->size() == 1 && items->front().size() == item.size();
      });
  if (!is_readable) {
    return Fail(Errc::kInvalidArgument, "feedback");
  }
  const bool is_small =
      entry.scts.size() <= kMaxFeedbackScts && entry.x509_chain.size() <= kMaxChainCertificates &&
      std::all_of(
          entry.x509_chain.begin(), entry.x509_chain.end(),
          [](const ByteVector& certificate) { return certificate.size() <= kMaxCertificateSize; });
  if (!is_small) {
    return Fail(Errc::kTooLarge, "feedback");
  }
  return {};
}

// AppendEntry writes an element with all SCTs.
Result<void> AppendEntry(std::string& json, FeedbackDialect dialect, const FeedbackEntry& entry) {
  Separate(json);
  json += '{';
  AppendChain(json, dialect, entry);
  json.append(dialect == FeedbackDialect::kArrayVersioned ? ",\"sct_data_v1\":["
                                                          : ",\"sct_data\":[");
  for (const ByteVector& item : entry.scts) {
    if (const Result<void> appended = AppendSct(json, dialect, item); !appended) {
      return appended;
    }
  }
  json.append("]}");
  return {};
}

// AppendCt0Entries writes an element for each SCT.
void AppendCt0Entries(std::string& json, const FeedbackEntry& entry) {
  for (const ByteVector& item : entry.scts) {
    Separate(json);
    json.append("{\"sct\":");
    AppendQuoted(json, item);
    json += ',';
    AppendChain(json, FeedbackDialect::kEntry, entry);
    json += '}';
  }
}

}  // namespace

Result<std::string> EncodeFeedbackArray(FeedbackDialect dialect,
                                        std::span<const FeedbackEntry> entries) {
  std::string json = "[";
  std::size_t num_written = 0;
  for (const FeedbackEntry& entry : entries) {
    if (const Result<void> fits = CheckFits(dialect, entry); !fits) {
      return tl::unexpected(fits.error());
    }
    num_written += dialect == FeedbackDialect::kEntry ? entry.scts.size() : 1;
    if (num_written > kMaxFeedbackEntries) {
      return Fail(Errc::kTooLarge, "feedback");
    }
    if (dialect == FeedbackDialect::kEntry) {
      AppendCt0Entries(json, entry);
    } else if (const Result<void> appended = AppendEntry(json, dialect, entry); !appended) {
      return tl::unexpected(appended.error());
    }
  }
  json += ']';
  return json;
}

Result<std::string> EncodeFeedback(FeedbackDialect dialect, std::span<const FeedbackEntry> entries,
                                   std::size_t max_size) {
  const Result<std::string> array = EncodeFeedbackArray(dialect, entries);
  if (!array) {
    return tl::unexpected(array.error());
  }
  std::string json;
  switch (dialect) {
    case FeedbackDialect::kEntry:
      json.append("{\"entry\":").append(*array).append("}");
      break;
    case FeedbackDialect::kSctObjects:
    case FeedbackDialect::kSctFeedback:
      json.append("{\"sct_feedback\":").append(*array).append("}");
      break;
    case FeedbackDialect::kArray:
    case FeedbackDialect::kArrayPem:
    case FeedbackDialect::kArrayVersioned:
      json = *array;
  }
  if (json.size() > max_size) {
    return Fail(Errc::kTooLarge, "feedback");
  }
  return json;
}

}  // namespace tattle
