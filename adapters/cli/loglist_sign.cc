// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/file.h"
#include "adapters/cli/log_list_source.h"
#include "adapters/cli/loglist_verbs.h"
#include "core/base/limits.h"
#include "core/loglist/authenticate.h"
#include "core/loglist/decode.h"

namespace tattle::cli {
namespace {

// The largest signature is RSA 8192's; somebody's other file would be larger.
constexpr std::size_t kMaxSignatureSize = 4096;

struct VerifyOptions {
  std::string file;
  std::string key;
  std::string signature;
};

struct SignOptions {
  std::string file;
  std::string key;
  std::string output;
};

int VerifyList(const VerifyOptions& options) {
  const auto key = ReadPublicKey(options.key);
  if (!key) {
    return Complain(key.error());
  }
  const auto input = ReadSignedList(options.file, options.signature);
  if (!input) {
    return Complain(input.error());
  }
  const Result<void> good = VerifyLogListSignature(input->text, input->signature, **key);
  if (!good && good.error().code != Errc::kNotAuthentic) {
    return Complain(fmt::format("{}: {}", options.file, Describe(good.error())));
  }
  if (!good) {
    fmt::print("{}: NOT signed by {}: the signature in {} does not fit\n", options.file,
               options.key, input->signature_path);
    return kExitNo;
  }
  const Result<LogList> list = DecodeLogList(input->text);
  if (!list) {
    return Complain("the signature is good, but " +
                    DescribeLogListError(options.file, list.error()));
  }
  fmt::print("{}: signed by {}\n", DescribeLogList(*list, options.file), options.key);
  WarnAboutLogList(*list, options.file, NowMs());
  return kExitYes;
}

int SignList(const SignOptions& options) {
  const tl::expected<ByteVector, std::string> text = ReadFile(options.file, kMaxLogListSize);
  if (!text) {
    return Complain("log list: " + text.error());
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
  const tl::expected<ByteVector, std::string> signature = SignWithKeyFile(*text, options.key);
  if (!signature) {
    return Complain(signature.error());
  }
  const std::string output = options.output.empty() ? options.file + ".sig" : options.output;
  if (const auto done = ReplaceFile(output, *signature); !done) {
    return Complain(done.error());
  }
  fmt::print("{}: signature written to {}\n", DescribeLogList(*list, options.file), output);
  return kExitYes;
}

}  // namespace

tl::expected<SignedList, std::string> ReadSignedList(const std::string& path,
                                                     const std::string& signature_path) {
  SignedList out;
  tl::expected<ByteVector, std::string> text = ReadFile(path, kMaxLogListSize);
  if (!text) {
    return tl::unexpected("log list: " + text.error());
  }
  out.text = *std::move(text);
  bool missing = false;
  out.signature_path = signature_path.empty() ? path + ".sig" : signature_path;
  tl::expected<ByteVector, std::string> signature =
      ReadFile(out.signature_path, kMaxSignatureSize, &missing);
  if (!signature && missing && signature_path.empty()) {
    out.signature_path = std::filesystem::path(path).replace_extension(".sig").string();
    signature = ReadFile(out.signature_path, kMaxSignatureSize, &missing);
    if (!signature && missing) {
      return tl::unexpected(
          fmt::format("{}: no signature: neither {}.sig nor {} is there; name it with --signature",
                      path, path, out.signature_path));
    }
  }
  if (!signature) {
    return tl::unexpected("signature: " + signature.error());
  }
  out.signature = *std::move(signature);
  return out;
}

void AddVerifyVerb(CLI::App& loglist, int& exit_status) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* verb = loglist.add_subcommand("verify", "check the signature of a list");
  verb->add_option("FILE", options->file, "the list")->required();
  verb->add_option("--key", options->key, "PEM file with the public key of the list's maker")
      ->required();
  verb->add_option("--signature", options->signature,
                   "the signature; by default FILE.sig, or FILE with .sig for its extension");
  verb->footer(
      "The signature is over the exact bytes of the file: RSA (2048 bits or more, PKCS #1 v1.5) "
      "or\n"
      "ECDSA P-256 with SHA-256, or Ed25519, as raw bytes. Google's published lists are signed "
      "so.\n\n"
      "Exit status: 0 signed by this key, 1 not, 2 something could not be read.\n\n"
      "Example:\n"
      "  tattle loglist verify log_list.json --key log_list_pubkey.pem");
  verb->callback([options, &exit_status] { exit_status = VerifyList(*options); });
}

void AddSignVerb(CLI::App& loglist, int& exit_status) {
  const auto options = std::make_shared<SignOptions>();
  CLI::App* verb = loglist.add_subcommand("sign", "sign a list of your own");
  verb->add_option("FILE", options->file, "the list; one that does not load is not signed")
      ->required();
  verb->add_option("--private-key", options->key,
                   "PEM file with an ECDSA P-256, RSA or Ed25519 key; a passphrase is asked for")
      ->required();
  verb->add_option("-o,--output", options->output, "the signature's file; by default FILE.sig");
  verb->footer(
      "Example:\n"
      "  openssl ecparam -name prime256v1 -genkey -noout -out list.key\n"
      "  openssl pkey -in list.key -pubout -out list.pem\n"
      "  tattle loglist sign log_list.json --private-key list.key\n"
      "  tattle loglist verify log_list.json --key list.pem");
  verb->callback([options, &exit_status] { exit_status = SignList(*options); });
}

}  // namespace tattle::cli
