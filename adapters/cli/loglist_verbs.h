// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of `tattle loglist`. Private to it.

#ifndef TATTLE_ADAPTERS_CLI_LOGLIST_VERBS_H_
#define TATTLE_ADAPTERS_CLI_LOGLIST_VERBS_H_

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "core/base/bytes.h"
#include "core/crypto/public_key.h"
#include "core/loglist/log_list.h"

namespace tattle::cli {

void AddShowVerb(CLI::App& loglist, int& exit_status);
void AddVerifyVerb(CLI::App& loglist, int& exit_status);
void AddConvertVerb(CLI::App& loglist, int& exit_status);
void AddDiffVerb(CLI::App& loglist, int& exit_status);
void AddSignVerb(CLI::App& loglist, int& exit_status);
void AddUpdateVerb(CLI::App& loglist, int& exit_status);

// Complain tells stderr why a verb could not do its work; the exit status for it is its answer.
int Complain(const std::string& message);

// SignedList is a list's exact bytes with the signature that was found for them and is not yet
// checked.
struct SignedList {
  ByteVector text;
  ByteVector signature;
  std::string signature_path;
};

// ReadSignedList reads a list and its signature: `signature_path`, or if that is empty PATH.sig, or
// PATH with .sig in the place of its last extension.
tl::expected<SignedList, std::string> ReadSignedList(const std::string& path,
                                                     const std::string& signature_path);

// ReadPublicKey reads a PEM file with a public key.
tl::expected<std::shared_ptr<const PublicKey>, std::string> ReadPublicKey(const std::string& path);

// SignWithKeyFile signs with the private key of a PEM file. It asks for a passphrase on the
// terminal if the key has one.
tl::expected<ByteVector, std::string> SignWithKeyFile(Bytes message, const std::string& key_path);

// PrintDifferences writes what changed, one line a change, and how many changes there are.
void PrintDifferences(const LogList& older, const LogList& newer);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_LOGLIST_VERBS_H_
