// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <openssl/pem.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/openssl_ptr.h"
#include "adapters/cli/selftest/certificates.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/der/pem.h"
#include "core/loglist/encode.h"
#include "core/wire/digitally_signed.h"
#include "plugin/runtime/file.h"
#include "plugin/service/replace_file.h"

namespace tattle::testlog {
namespace {

namespace fs = std::filesystem;

constexpr int kCertificateDays = 365;

Outcome<void> Write(const std::string& path, std::string_view text) {
  return ReplaceFile(path, AsBytes(text));
}

// WritePrivate makes a file that only its owner can read from the first byte on.
Outcome<void> WritePrivate(const std::string& path, const std::string& text) {
  constexpr mode_t kPrivateFileMode = 0600;
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kPrivateFileMode);
  const bool written =
      fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (fd >= 0) {
    close(fd);
  }
  return written ? Outcome<void>() : Sorry(path + ": cannot be written: " + SystemMessage(error));
}

Outcome<std::string> EncodeKeyPem(EVP_PKEY* key) {
  const cli::BioPtr bio(BIO_new(BIO_s_mem()));
  char* data = nullptr;
  if (!bio ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Sorry("OpenSSL cannot write the server's key");
  }
  const long len = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(len));
}

// IsGoodUntil says whether the first certificate of a file is valid at a time.
bool IsGoodUntil(const std::string& path, std::uint64_t time_ms) {
  const Outcome<std::vector<ByteVector>> certificates = ReadCertificates(path);
  if (!certificates || certificates->empty()) {
    return false;
  }
  const Result<CertificateView> view = DecodeCertificate(certificates->front());
  return view && view->not_after_ms > time_ms;
}

std::string ListName(std::size_t face) {
  return face == 0 ? "log_list" : "log_list." + std::to_string(face);
}

// SignList gives a signature as VerifyLogListSignature wants it: in no envelope.
Outcome<ByteVector> SignList(const LogKey& key, std::string_view list) {
  Outcome<ByteVector> encoded = key.SignDigest(Sha256Of(AsBytes(list)));
  if (!encoded) {
    return encoded;
  }
  const Result<DigitallySigned> signature = DecodeDigitallySigned(*encoded);
  if (!signature) {
    return Sorry(Describe(signature.error()));
  }
  return ToVector(signature->signature);
}

}  // namespace

Outcome<Folder> Folder::Create(const std::string& path) {
  const Folder out(path);
  const std::string inner = out.PrivatePath("");
  std::error_code error;
  fs::create_directories(inner, error);
  if (!error) {
    fs::permissions(inner, fs::perms::owner_all, error);
  }
  if (error) {
    return Sorry(path + ": cannot be made: " + error.message());
  }
  return out;
}

Outcome<void> Folder::MakeCertificate(std::uint64_t now_ms) const {
  const std::string certificate = PrivatePath("server.pem");
  const std::uint64_t tomorrow_ms = now_ms + kMsPerDay;
  if (IsGoodUntil(Path("ca.pem"), tomorrow_ms) && IsGoodUntil(certificate, tomorrow_ms) &&
      fs::exists(PrivatePath("server.key"))) {
    return {};
  }
  const Outcome<cli::TestCertificates> made = cli::CreateTestCertificates(kCertificateDays);
  if (!made) {
    return Sorry(made.error());
  }
  const Outcome<std::string> key = EncodeKeyPem(made->server_key.get());
  if (!key) {
    return Sorry(key.error());
  }
  for (const Outcome<void>& written : {Write(Path("ca.pem"), cli::EncodePem(made->ca.get())),
                                       Write(certificate, cli::EncodePem(made->server.get())),
                                       WritePrivate(PrivatePath("server.key"), *key)}) {
    if (!written) {
      return written;
    }
  }
  return {};
}

Outcome<void> Folder::WriteKeys(const Service& service) const {
  for (const std::unique_ptr<Log>& log : service.logs()) {
    const Outcome<std::string> pem = log->key().EncodePublicPem();
    if (!pem) {
      return Sorry(pem.error());
    }
    if (Outcome<void> written = Write(Path(log->options().name + ".pem"), *pem); !written) {
      return written;
    }
  }
  return {};
}

Outcome<void> Folder::WriteLists(const Service& service, const std::vector<std::string>& base_urls,
                                 const std::optional<LogKey>& key, std::uint64_t now_ms) const {
  for (std::size_t face = 0; face < base_urls.size(); ++face) {
    const Outcome<LogList> list = service.ListFor(base_urls[face], now_ms);
    if (!list) {
      return Sorry(list.error());
    }
    const std::string json = EncodeLogListJson(*list);
    const std::string path = Path(ListName(face));
    if (key) {
      const Outcome<ByteVector> signature = SignList(*key, json);
      if (!signature) {
        return Sorry(signature.error());
      }
      if (Outcome<void> written = ReplaceFile(path + ".sig", *signature); !written) {
        return written;
      }
    }
    if (Outcome<void> written = Write(path + ".json", json); !written) {
      return written;
    }
  }
  if (!key) {
    return {};
  }
  const Outcome<std::string> pem = key->EncodePublicPem();
  return pem ? Write(Path("list_key.pem"), *pem) : Sorry(pem.error());
}

Outcome<std::string> ReadText(const std::string& path) {
  const auto file = ReadRegularFile(path, kMaxHostFileSize);
  if (!file) {
    return Sorry(file.error().sentence);
  }
  return std::string(AsText(file->bytes));
}

Outcome<std::vector<ByteVector>> ReadCertificates(const std::string& path) {
  const Outcome<std::string> text = ReadText(path);
  if (!text) {
    return Sorry(text.error());
  }
  std::vector<ByteVector> out;
  PemCertificateReader reader(*text);
  for (;;) {
    Result<std::optional<ByteVector>> certificate = reader.Read();
    if (!certificate) {
      return Sorry(path + ": " + Describe(certificate.error()));
    }
    if (!*certificate) {
      return out;
    }
    out.push_back(**std::move(certificate));
  }
}

Outcome<LogKey> OpenListKey(const std::string& path) {
  if (fs::exists(path)) {
    const Outcome<std::string> pem = ReadText(path);
    Outcome<LogKey> key = pem ? LogKey::DecodePem(*pem) : Sorry(pem.error());
    return key ? std::move(key) : Sorry(path + ": " + key.error());
  }
  Outcome<LogKey> key = LogKey::Generate(KeyType::kEcdsaP256);
  const Outcome<std::string> pem = key ? key->EncodePem() : Sorry(key.error());
  if (!pem) {
    return Sorry(pem.error());
  }
  const Outcome<void> written = WritePrivate(path, *pem);
  return written ? std::move(key) : Sorry(written.error());
}

}  // namespace tattle::testlog
