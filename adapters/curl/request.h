// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What can be told of a request that libcurl is about to send.

#ifndef TATTLE_ADAPTERS_CURL_REQUEST_H_
#define TATTLE_ADAPTERS_CURL_REQUEST_H_

#include <string>

#include <curl/curl.h>
#include <openssl/ssl.h>

namespace tattle::curl {

// Target is where a request goes. A host that cannot be told is empty.
struct Target {
  std::string scheme;       // in lower case, such as "https"
  std::string host;         // in lower case, as DNS has it, without a dot at the end
  std::string pollination;  // the URL of the same server's endpoint for heads; "" if there is none
  bool is_address = false;  // the host is an IP address
  bool has_user = false;    // the URL names one
};

Target TargetOf(CURL* easy);

// IsConnectedTo says whether the connection that libcurl has just made goes to that IP address.
bool IsConnectedTo(CURL* easy, const std::string& address);

// SslOf is the TLS connection that the handle uses; of several within each other (an HTTPS proxy)
// the innermost. Null if there is none, and when no transfer is under way.
SSL* SslOf(CURL* easy);

// IsEncrypted says whether `ssl` is a connection with the target, and not only with a proxy.
bool IsEncrypted(const SSL* ssl, const Target& target);

// IsForTarget says whether the server's certificate is for the host, which libcurl does not ask
// where CURLOPT_SSL_VERIFYHOST is 0.
bool IsForTarget(const SSL* ssl, const Target& target);

// MayHaveCookies says whether curl's engine has a cookie that could go to the host. The safe side
// wins: neither paths nor dates are looked at.
bool MayHaveCookies(CURL* easy, const std::string& host);

// HasSecret says whether a header field of the program's may tell who is asking.
bool HasSecret(const curl_slist* headers);

// ReadAnswer joins the values of all fields of this name in the answer to a request, which is
// counted from 0 within the transfer, with commas; "" if there are none, or more than any server
// has a reason for.
std::string ReadAnswer(CURL* easy, const char* name, int request);

}  // namespace tattle::curl

#endif  // TATTLE_ADAPTERS_CURL_REQUEST_H_
