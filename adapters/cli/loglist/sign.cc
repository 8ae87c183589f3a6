// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/files/file.h"
#include "adapters/cli/files/output_file.h"
#include "adapters/cli/loglist/log_list_source.h"
#include "adapters/cli/loglist/verbs.h"
#include "adapters/cli/output/complain.h"
#include "adapters/cli/output/moment.h"
#include "core/base/limits.h"
#include "core/loglist/authenticate.h"
#include "core/loglist/decode.h"
#include "plugin/net/http_client.h"
#include "plugin/service/list_signature.h"
#include "plugin/service/log_list_update.h"

namespace tattle::cli {
namespace {

constexpr int kHttpOk = 200;

struct SignOptions {
  std::string file;
  std::string key;
  std::string output;
};

int VerifyList(const SignedListFiles& files) {
  const Outcome<SignedList> input = ReadSignedList(files);
  if (!input) {
    return Complain(input.error());
  }
  if (!input->is_authentic) {
    fmt::print("{}: NOT signed by {}: the signature in {} does not fit\n", files.list, files.key,
               input->signature_path);
    return kExitNo;
  }
  const Result<LogList> list = DecodeLogList(input->text);
  if (!list) {
    return Complain("the signature is good, but " + DescribeLogListError(files.list, list.error()));
  }
  fmt::print("{}: signed by {}\n", DescribeLogList(*list, files.list), files.key);
  WarnAboutLogList(*list, files.list, NowMs());
  return kExitYes;
}

int SignList(const SignOptions& options) {
  const Outcome<ByteVector> text = ReadListFile(options.file);
  if (!text) {
    return Complain(text.error());
  }
  const Result<LogList> list = DecodeLogList(*text);
  if (!list) {
    return Complain("nothing is signed: " + DescribeLogListError(options.file, list.error()));
  }
  WarnAboutLogList(*list, options.file, NowMs());
  if (!list->content().timestamp_ms) {
    fmt::print(stderr,
               "tattle: warning: {} has no log_list_timestamp, so `tattle loglist update` will not "
               "take it\n",
               options.file);
  }
  const Outcome<ByteVector> signature = SignWithKeyFile(*text, options.key);
  if (!signature) {
    return Complain(signature.error());
  }
  const std::string output = options.output.empty() ? options.file + ".sig" : options.output;
  if (const auto done = WriteOutput(output, *signature); !done) {
    return Complain(done.error());
  }
  fmt::print("{}: signature written to {}\n", DescribeLogList(*list, options.file), output);
  return kExitYes;
}

// FindSignature is the signature's file: as named, or one of two beside the list.
Outcome<std::string> FindSignature(const SignedListFiles& files) {
  if (!files.signature.empty()) {
    return files.signature;
  }
  const std::string appended = files.list + ".sig";
  const std::string replaced = std::filesystem::path(files.list).replace_extension(".sig").string();
  for (const std::string& path : {appended, replaced}) {
    if (Exists(path)) {
      return path;
    }
  }
  return Sorry(fmt::format("{}: no signature: neither {} nor {} is there; name it with --signature",
                           files.list, appended, replaced));
}

// VerifySignedList says of bytes that came from somewhere whether the key signed them.
Outcome<SignedList> VerifySignedList(const SignedListFiles& files, ByteVector text,
                                     const std::string& signature_path, Bytes signature,
                                     const PublicKey& key) {
  const Result<void> good = VerifyLogListSignature(text, signature, key);
  if (!good && good.error().code != Errc::kNotAuthentic) {
    return Sorry(fmt::format("{}: {}", files.list, Describe(good.error())));
  }
  return SignedList{std::move(text), signature_path, good.has_value()};
}

Outcome<ByteVector> FetchFile(HttpClient& http, const std::string& url, std::size_t max_size) {
  Answer<HttpAnswer> answer = http.Get(url, max_size);
  if (!answer) {
    return Sorry(answer.error().sentence);
  }
  if (answer->status != kHttpOk) {
    return Sorry(fmt::format("{}: HTTP status {}", url, answer->status));
  }
  return std::move(answer->body);
}

Outcome<ListSignature> FetchSignature(HttpClient& http, const SignedListFiles& files) {
  const Fetch fetch = [&http](const std::string& url, std::size_t max_size) {
    return FetchFile(http, url, max_size);
  };
  if (files.signature.empty()) {
    return FetchListSignature(files.list, fetch);
  }
  return fetch(files.signature, kMaxListSignatureSize).map([&files](ByteVector bytes) {
    return ListSignature{files.signature, std::move(bytes)};
  });
}

}  // namespace

bool IsUrl(std::string_view name) {
  return name.starts_with("http://") || name.starts_with("https://");
}

Outcome<SignedList> FetchSignedList(const SignedListFiles& files, const HttpSettings& settings) {
  const auto key = ReadPublicKey(files.key);
  if (!key) {
    return Sorry(key.error());
  }
  if (!files.signature.empty() && !IsUrl(files.signature)) {
    return Sorry(fmt::format("{}: the signature of a list that is fetched must be a URL too",
                             files.signature));
  }
  HttpClient http(MakeHttpOptions(settings));
  // The list first: one that is replaced between the two would be newer than its signature either
  // way, and is refused then.
  Outcome<ByteVector> text = FetchFile(http, files.list, kMaxLogListSize);
  if (!text) {
    return Sorry(text.error());
  }
  const Outcome<ListSignature> signature = FetchSignature(http, files);
  if (!signature) {
    return Sorry(signature.error());
  }
  return VerifySignedList(files, *std::move(text), signature->url, signature->bytes, **key);
}

Outcome<SignedList> ReadSignedList(const SignedListFiles& files) {
  const auto key = ReadPublicKey(files.key);
  if (!key) {
    return Sorry(key.error());
  }
  Outcome<ByteVector> text = ReadListFile(files.list);
  if (!text) {
    return Sorry(text.error());
  }
  const Outcome<std::string> path = FindSignature(files);
  if (!path) {
    return Sorry(path.error());
  }
  const Outcome<ByteVector> signature = ReadFile(*path, kMaxListSignatureSize);
  if (!signature) {
    return Sorry(fmt::format("signature {}: {}", *path, signature.error()));
  }
  return VerifySignedList(files, *std::move(text), *path, *signature, **key);
}

void AddSignedListOptions(Verb verb, SignedListFiles& files) {
  verb.AddOption("FILE", files.list, "the list").Required();
  verb.AddOption("--key", files.key, "PEM file with the public key of the list's maker")
      .Required()
      .TypeName("FILE");
  verb.AddOption("--signature", files.signature,
                 "the signature; by default FILE.sig, or FILE with .sig for its extension")
      .TypeName("FILE");
}

void AddVerifyVerb(Verb loglist, int& exit_status) {
  const auto files = std::make_shared<SignedListFiles>();
  const Verb verb = loglist.AddVerb("verify", "check the signature of a list");
  AddSignedListOptions(verb, *files);
  verb.Footer(
      "The signature is over the exact bytes of the file: RSA (2048 bits or more, PKCS #1 v1.5) "
      "or\n"
      "ECDSA P-256 with SHA-256, or Ed25519, as raw bytes. Google's published lists are signed "
      "so.\n\n"
      "Exit status: 0 signed by this key, 1 not, 2 something could not be read.\n\n"
      "Example:\n"
      "  tattle loglist verify log_list.json --key log_list_pubkey.pem");
  verb.OnCall([files, &exit_status] { exit_status = VerifyList(*files); });
}

void AddSignVerb(Verb loglist, int& exit_status) {
  const auto options = std::make_shared<SignOptions>();
  const Verb verb = loglist.AddVerb("sign", "sign a list of your own");
  verb.AddOption("FILE", options->file, "the list; one that does not load is not signed")
      .Required();
  verb.AddOption("--private-key", options->key,
                 "PEM file with an ECDSA P-256, RSA or Ed25519 key; a passphrase is asked for")
      .Required()
      .TypeName("KEYFILE");
  verb.AddOption("-o,--output", options->output, "the signature's file; by default FILE.sig")
      .TypeName("FILE");
  verb.Footer(
      "Example:\n"
      "  openssl ecparam -name prime256v1 -genkey -noout -out list.key\n"
      "  openssl pkey -in list.key -pubout -out list.pem\n"
      "  tattle loglist sign log_list.json --private-key list.key\n"
      "  tattle loglist verify log_list.json --key list.pem");
  verb.OnCall([options, &exit_status] { exit_status = SignList(*options); });
}

}  // namespace tattle::cli
