// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which easy handles are attached. libcurl cannot be asked what is set on a handle, and of two on
// one handle the first to go would take back what the other has set.

#ifndef TATTLE_ADAPTERS_CURL_CLAIM_H_
#define TATTLE_ADAPTERS_CURL_CLAIM_H_

#include <curl/curl.h>

namespace tattle::curl {

// Claim is one's hold on a handle, which has no other. Thread-safe.
class Claim {
 public:
  explicit Claim(const CURL* easy);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  // is_held is false where another one has the handle.
  bool is_held() const { return is_held_; }

 private:
  const CURL* const easy_;
  bool is_held_ = false;
};

}  // namespace tattle::curl

#endif  // TATTLE_ADAPTERS_CURL_CLAIM_H_
