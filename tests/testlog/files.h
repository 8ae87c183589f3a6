// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The files of tattle-testlog's folder.

#ifndef TATTLE_TESTS_TESTLOG_FILES_H_
#define TATTLE_TESTS_TESTLOG_FILES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/testlog/log_key.h"
#include "tests/testlog/service.h"

namespace tattle::testlog {

// Folder is DIR, with DIR/private in it, which is for its owner only.
class Folder {
 public:
  // Create makes both where they are not there.
  static Outcome<Folder> Create(const std::string& path);

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string PrivatePath(const std::string& name) const { return path_ + "/private/" + name; }

  // MakeCertificate writes ca.pem, private/server.pem and private/server.key, unless those that
  // are there are good for another day.
  Outcome<void> MakeCertificate(std::uint64_t now_ms) const;

  // WriteKeys writes NAME.pem for each log.
  Outcome<void> WriteKeys(const Service& service) const;

  // WriteLists writes log_list.json for face 0, log_list.1.json for face 1, and so on, each with
  // its .sig if there is a key.
  Outcome<void> WriteLists(const Service& service, const std::vector<std::string>& base_urls,
                           const std::optional<LogKey>& key, std::uint64_t now_ms) const;

 private:
  explicit Folder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

// ReadText reads a whole file of at most a megabyte. ReadCertificates are those of a PEM file.
Outcome<std::string> ReadText(const std::string& path);
Outcome<std::vector<ByteVector>> ReadCertificates(const std::string& path);

// OpenListKey reads a private key, or makes one where there is none; for its owner only.
Outcome<LogKey> OpenListKey(const std::string& path);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_FILES_H_
