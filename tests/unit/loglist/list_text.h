// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Small log lists as text, for the tests of core/loglist. Keys are fixed; nobody kept their
// private halves.

#ifndef TATTLE_TESTS_UNIT_LOGLIST_LIST_TEXT_H_
#define TATTLE_TESTS_UNIT_LOGLIST_LIST_TEXT_H_

#include <string>
#include <string_view>
#include <utility>

#include "core/base/base64.h"
#include "core/base/bytes.h"
#include "core/crypto/sha256.h"

namespace tattle::loglist_test {

inline constexpr const char* kKey1 =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMZ9Y8MDWIfH1dAVPsRMH7Dnx9JxsoTShgIe8Fk5MfTyqIpvYuMFfNiyL"
    "mSyYPZD08itfI0wtG0ld71tVLsP2VA==";
inline constexpr const char* kKey2 =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/OeulO18t+648SbMo8lf33fKs2CzETR3S4/vKdVv1Un3IcmOhN5Nk/VA"
    "aGbHMXeVTjsNkZT/iuUoCzOX99AgDA==";
inline constexpr const char* kKey3 =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhpWg3J9LKwkT/P/tw7TlSpK59S5xNvX1V3AJS1vOpUG/cH1rt1PjpjvqC"
    "AjJvid/9BGgCW3C/e/a1z0hZ1WWQw==";
inline constexpr const char* kRsa2048Key =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAm5YmOOoq2Ydl7UZYkDeeMbWD1Hj407kSxxF6NSc0TAhRReHz"
    "hj95GUeBxpXZMkcT9ZZFZ+P5UzuW0ik6AOGBwo+N+9r8yGyG7lLjDkSsRjH3kvSmtiwAIB7WIbCZd9FQRV5hiIsy1NvV"
    "Yb3/cWOtNHiirz1bVmK5OkpaqBsjvDHnZxEOHwljxWENGGuQLdRabaT6hWpzWrC8ORYBpMs3dhK+nlrR3xozpRwfrIIo"
    "mnb3VUH68/lAEDgyWG8sG0E0kdTLouj7PHlzsREKpoSmdmYmWUIqqW+/MDqosFs04RzRJwScjw79yrFpxAkVw8NxE+8D"
    "uB9hCFNIQUi6umEXVwIDAQAB";
inline constexpr const char* kRsa1024Key =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCqfj1oni+qOW7MYBnoBsVgY0Jp5TC4hIH06Qi6oEjiFSZOk/I/NvbY"
    "+O8HJVTMtIgJI3ul7uNlMwq9ILqh5RI130H1yZY6+YjEaBj+o2ISxtinjFrCuKMpzdlyn0tyyIh5j1IKXUTviDOHERp4"
    "adN07o82ZEK9m1YJVglrrtnOfQIDAQAB";
inline constexpr const char* kEd25519Key =
    "MCowBQYDK2VwAyEA4dAO41ZEunKblemVqQphuqwnP1AhaqBum9ZNsSJHjT8=";
inline constexpr const char* kP384Key =
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEbaYKYd3aPRV4vM97qVR1ZCVClxYZm+0XCMcJyayP8luzvkLR6RNcvSNmXpDv"
    "dp0Rgm0uE5MKTQM1BFOQbyCIHZuheD6UEBV/HpRWNe/obYLfK+ebvp46SmbB87i/v6Z4";

// LogIdOf is the id that belongs to a key in base64; an all-zero one if that is no base64.
inline LogId LogIdOf(std::string_view key) {
  const Result<ByteVector> spki = DecodeBase64(key);
  return spki ? Sha256Of(*spki) : LogId{};
}

inline std::string LogIdText(std::string_view key) {
  return EncodeBase64(LogIdOf(key));
}

// LogJson is an entry with the right id; `more` is further members, such as R"("mmd": 60)".
inline std::string LogJson(std::string_view key, const std::string& more = "") {
  return "{\"key\": \"" + std::string(key) + "\", \"log_id\": \"" + LogIdText(key) + "\"" +
         (more.empty() ? "" : ", " + more) + "}";
}

// OperatorJson names an operator with RFC 6962 logs and static ones, each entries with commas.
inline std::string OperatorJson(const std::string& name, const std::string& logs,
                                const std::string& tiled_logs = "") {
  return R"({"name": ")" + name + R"(", "logs": [)" + logs + R"(], "tiled_logs": [)" + tiled_logs +
         "]}";
}

// ListJson is a list of these operators; `more` is further members.
inline std::string ListJson(const std::string& operators, const std::string& more = "") {
  return "{\"operators\": [" + operators + "]" + (more.empty() ? "" : ", " + more) + "}";
}

// DeniedJson is an entry of the deny list.
inline std::string DeniedJson(std::string_view key) {
  return LogJson(key, R"("reason": "its key is public")");
}

}  // namespace tattle::loglist_test

#endif  // TATTLE_TESTS_UNIT_LOGLIST_LIST_TEXT_H_
