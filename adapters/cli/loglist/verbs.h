// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of `tattle loglist`. Private to it.

#ifndef TATTLE_ADAPTERS_CLI_LOGLIST_VERBS_H_
#define TATTLE_ADAPTERS_CLI_LOGLIST_VERBS_H_

#include <memory>
#include <string>
#include <string_view>

#include "adapters/cli/log/http_settings.h"
#include "core/base/bytes.h"
#include "core/crypto/public_key.h"
#include "core/loglist/log_list.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {

void AddShowVerb(Verb loglist, int& exit_status);
void AddVerifyVerb(Verb loglist, int& exit_status);
void AddConvertVerb(Verb loglist, int& exit_status);
void AddDiffVerb(Verb loglist, int& exit_status);
void AddSignVerb(Verb loglist, int& exit_status);
void AddUpdateVerb(Verb loglist, int& exit_status);

// SignedListFiles are the files that show a list to be authentic.
struct SignedListFiles {
  std::string list;
  std::string key;
  std::string signature;  // may be empty: LIST.sig, or LIST with .sig for its extension
};

// AddSignedListOptions adds FILE, --key and --signature to a verb.
void AddSignedListOptions(Verb verb, SignedListFiles& files);

// IsUrl says whether a list is named by a URL.
bool IsUrl(std::string_view name);

// SignedList is a list's exact bytes, and whether the key has signed them.
struct SignedList {
  ByteVector text;
  std::string signature_path;
  bool is_authentic = false;
};

// ReadSignedList reads the files and verifies the signature.
Outcome<SignedList> ReadSignedList(const SignedListFiles& files);

// FetchSignedList does the same with two URLs; by default that of the signature is one of
// SignatureUrls. What is fetched stays in memory.
Outcome<SignedList> FetchSignedList(const SignedListFiles& files, const HttpSettings& settings);

// ReadPublicKey reads a PEM file with a public key.
Outcome<std::shared_ptr<const PublicKey>> ReadPublicKey(const std::string& path);

// SignWithKeyFile signs with the private key of a PEM file. It asks for a passphrase on the
// terminal if the key has one.
Outcome<ByteVector> SignWithKeyFile(Bytes message, const std::string& key_path);

// PrintDifferences writes what changed, one line a change, and how many changes there are.
void PrintDifferences(const LogList& older, const LogList& newer);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_LOGLIST_VERBS_H_
