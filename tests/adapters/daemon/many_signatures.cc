// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Signs, or verifies, more tree heads than one would wait for from the openssl command: the soak
// test's. A head is the 50 bytes of a TreeHeadSignature (RFC 6962, Section 3.5).
//
//   many_signatures sign KEY.pem      heads on stdin; for each, its size in two bytes and a
//                                     signature on stdout
//   many_signatures verify KEY.pem    heads on stdin, behind each its signature in the same form;
//                                     exit status 1, and the number of the first one, if one is bad

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>

namespace {

using Head = std::array<unsigned char, 50>;

bool Read(unsigned char* data, std::size_t size) {
  return std::fread(data, 1, size, stdin) == size;
}

int Sign(EVP_PKEY* key, EVP_MD_CTX* context) {
  Head head;
  std::array<unsigned char, 512> signature;
  while (Read(head.data(), head.size())) {
    std::size_t size = signature.size();
    if (EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context, signature.data(), &size, head.data(), head.size()) != 1) {
      return 2;
    }
    std::putchar(static_cast<int>(size >> 8U));
    std::putchar(static_cast<int>(size & 0xFFU));
    std::fwrite(signature.data(), 1, size, stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 2;
}

int Verify(EVP_PKEY* key, EVP_MD_CTX* context) {
  Head head;
  for (unsigned number = 0; Read(head.data(), head.size()); ++number) {
    std::array<unsigned char, 2> size = {};
    Read(size.data(), size.size());
    std::vector<unsigned char> signature(size[0] * 256U + size[1]);
    if (!Read(signature.data(), signature.size()) ||
        EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestVerify(context, signature.data(), signature.size(), head.data(), head.size()) !=
            1) {
      std::printf("%u\n", number);
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc == 3 ? argv[1] : "";
  std::FILE* const file = verb.empty() ? nullptr : std::fopen(argv[2], "r");
  if (file == nullptr) {
    std::fputs("usage: many_signatures sign|verify KEY.pem\n", stderr);
    return 2;
  }
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_PrivateKey(file, nullptr, nullptr, nullptr), &EVP_PKEY_free);
  std::fclose(file);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  if (!key || !context) {
    return 2;
  }
  return verb == "sign" ? Sign(key.get(), context.get()) : Verify(key.get(), context.get());
}
