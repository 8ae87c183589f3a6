// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the transfers of a handle are judged.

#include "adapters/curl/transfer.h"

#include <new>
#include <utility>

#include "adapters/curl/pool_key.h"

namespace tattle::curl {
namespace {

// What libcurl calls. Nothing thrown may reach it.

CURLcode OnSslCtx(CURL* easy, void* context, void* arg) {
  return static_cast<Transfer*>(arg)->OnContext(easy, static_cast<SSL_CTX*>(context));
}

// libcurl's signature.
// NOLINTNEXTLINE(readability-function-size)
int OnPrereq(void* arg, char* remote_ip, char* local_ip, int remote_port, int local_port) {
  return static_cast<Transfer*>(arg)->OnRequest({remote_ip, local_ip, remote_port, local_port});
}

const char* OrNull(const std::string& text, bool is_there) {
  return is_there ? text.c_str() : nullptr;
}

// IsTrustworthy: somebody vouches for the server's key.
bool IsTrustworthy(const tattle_session* session) {
  switch (tattle_session_scope(session)) {
    case TATTLE_SCOPE_PUBLIC:
    case TATTLE_SCOPE_PRIVATE:
    case TATTLE_SCOPE_EXEMPT_HOST:
    case TATTLE_SCOPE_EXEMPT_SPKI:
    case TATTLE_SCOPE_DANE:
      return tattle_session_decision(session) == TATTLE_PROCEED;
    default:
      return false;
  }
}

}  // namespace

Transfer::Transfer(CURL* easy, ClientPtr client, Settings settings)
    : easy_(easy),
      claim_(easy),
      client_(std::move(client)),
      settings_(std::move(settings)),
      ciphers_(CiphersFor(settings_.tls13_ciphers, Judge())),
      proxy_ciphers_(CiphersFor(settings_.proxy_tls13_ciphers, Judge())) {}

std::uint64_t Transfer::NowMs() const {
  return settings_.now_ms != nullptr ? settings_.now_ms(settings_.now_arg) : SystemTimeMs();
}

bool Transfer::Install() {
  if (settings_.mode == TATTLE_MODE_OFF) {
    return SetNamed();
  }
  return curl_easy_setopt(easy_, CURLOPT_SSL_CTX_FUNCTION, &OnSslCtx) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_SSL_CTX_DATA, this) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_TLS13_CIPHERS, ciphers_.c_str()) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_PROXY_TLS13_CIPHERS, proxy_ciphers_.c_str()) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &OnPrereq) == CURLE_OK &&
         curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this) == CURLE_OK &&
         // What is for a server is not for a proxy on the way.
         (!settings_.offer_heads ||
          curl_easy_setopt(easy_, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)) ==
              CURLE_OK);
}

// SetNamed sets what the options name, and nothing else.
bool Transfer::SetNamed() {
  CURLcode code = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    code = code == CURLE_OK ? curl_easy_setopt(easy_, option, value) : code;
  };
  if (settings_.ssl_ctx != nullptr) {
    set(CURLOPT_SSL_CTX_FUNCTION, settings_.ssl_ctx);
    set(CURLOPT_SSL_CTX_DATA, settings_.ssl_ctx_arg);
  }
  if (settings_.has_tls13_ciphers) {
    set(CURLOPT_TLS13_CIPHERS, settings_.tls13_ciphers.c_str());
  }
  if (settings_.has_proxy_tls13_ciphers) {
    set(CURLOPT_PROXY_TLS13_CIPHERS, settings_.proxy_tls13_ciphers.c_str());
  }
  if (settings_.prereq != nullptr) {
    set(CURLOPT_PREREQFUNCTION, settings_.prereq);
    set(CURLOPT_PREREQDATA, settings_.prereq_arg);
  }
  return code == CURLE_OK;
}

void Transfer::Uninstall() {
  if (is_gossip_) {
    FinishGossip();
  }
  if (settings_.mode == TATTLE_MODE_OFF) {
    static_cast<void>(SetNamed());  // it may have been reset
    return;
  }
  curl_easy_setopt(easy_, CURLOPT_SSL_CTX_FUNCTION, settings_.ssl_ctx);
  curl_easy_setopt(easy_, CURLOPT_SSL_CTX_DATA, settings_.ssl_ctx_arg);
  curl_easy_setopt(easy_, CURLOPT_TLS13_CIPHERS,
                   OrNull(settings_.tls13_ciphers, settings_.has_tls13_ciphers));
  curl_easy_setopt(easy_, CURLOPT_PROXY_TLS13_CIPHERS,
                   OrNull(settings_.proxy_tls13_ciphers, settings_.has_proxy_tls13_ciphers));
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, settings_.prereq);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, settings_.prereq_arg);
  if (settings_.offer_heads) {
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  }
}

CURLcode Transfer::OnContext(CURL* easy, SSL_CTX* context) {
  if (settings_.ssl_ctx != nullptr) {
    if (const CURLcode code = settings_.ssl_ctx(easy, context, settings_.ssl_ctx_arg);
        code != CURLE_OK) {
      return code;
    }
  }
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_status status = TATTLE_ERR_MEMORY;
  try {
    ContextSettings made;
    made.client = client_.get();
    made.judge = Judge();
    made.options.now_ms = settings_.now_ms;
    made.options.now_arg = settings_.now_arg;
    made.options.mode = settings_.mode;
    made.options.as_verify_error = 1;
    const Target target = TargetOf(easy);
    made.address = target.is_address ? target.host : "";
    made.is_there = target.is_address && IsConnectedTo(easy, target.host);
    made.refusal = refusal_;
    status = AttachContext(context, std::move(made), &diag);
    if (status != TATTLE_OK && IsRequired()) {
      refusal_->error = diag.text;
    }
  } catch (const std::bad_alloc&) {
    status = TATTLE_ERR_MEMORY;
  }
  if (status == TATTLE_OK || !IsRequired()) {
    return CURLE_OK;  // in report, a connection that cannot be judged goes on
  }
  return status == TATTLE_ERR_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_SSL_CONNECT_ERROR;
}

// Abort makes the transfer fail, and is false for its callers to return.
bool Transfer::Abort(std::string_view why) {
  error_ = request_.target.host;
  error_.append(error_.empty() ? "" : ": ").append(why);
  return false;
}

// Inspect says whether the request may go out on this connection, which another handle may have
// opened.
bool Transfer::Inspect(SSL* ssl) {
  if (!IsEncrypted(ssl, request_.target)) {
    return !IsRequired() || settings_.allow_cleartext ||
           Abort("CT is required, and the transfer is not encrypted");
  }
  const tattle_session* session = tattle_openssl_get0_session(ssl);
  const bool is_ours = FindJudge(ssl) == Judge();
  if (IsRequired() && (!is_ours || tattle_session_decision(session) != TATTLE_PROCEED)) {
    return Abort("CT is required, and the connection was not judged");
  }
  if (!is_ours || session == nullptr) {
    return true;
  }
  session_ = ShareSession(session);
  if (IsRequired() && session_ == nullptr) {
    return Abort("out of memory");
  }
  request_.ssl = ssl;
  request_.has_certificate = SSL_get_certificate(ssl) != nullptr;
  request_.is_trustworthy = request_.target.scheme == "https" && IsTrustworthy(session_.get()) &&
                            IsForTarget(ssl, request_.target);
  return true;
}

int Transfer::CallProgram(const Endpoints& endpoints) const {
  return settings_.prereq == nullptr
             ? CURL_PREREQFUNC_OK
             : settings_.prereq(settings_.prereq_arg, endpoints.remote_ip, endpoints.local_ip,
                                endpoints.remote_port, endpoints.local_port);
}

int Transfer::OnRequest(const Endpoints& endpoints) {
  try {
    SSL* const ssl = SslOf(easy_);
    if (is_gossip_) {
      is_gossip_sent_ = ssl != nullptr && ssl == request_.ssl && FindJudge(ssl) == Judge();
      return is_gossip_sent_ ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
    }
    Learn();  // from the answer that redirects here
    ++num_requests_;
    request_ = {};
    session_.reset();
    error_.clear();
    *refusal_ = {};
    request_.target = TargetOf(easy_);
    const bool may_go_on = Inspect(ssl);
    OfferHeads();
    if (!may_go_on) {
      return CURL_PREREQFUNC_ABORT;
    }
  } catch (const std::bad_alloc&) {
    return CURL_PREREQFUNC_ABORT;
  }
  return CallProgram(endpoints);
}

void Transfer::Finish() {
  if (is_gossip_) {
    return;
  }
  try {
    Learn();
    last_session_ = std::move(session_);
    last_error_ = std::move(error_);
    if (!refusal_->error.empty() || refusal_->session != nullptr) {
      last_session_ = std::move(refusal_->session);
      last_error_ = std::move(refusal_->error);
      request_ = {};  // no request was sent there
    }
    *refusal_ = {};
    session_.reset();
    error_.clear();
    num_requests_ = 0;
  } catch (const std::bad_alloc&) {
    // What is left is older, or not there.
  }
  if (settings_.offer_heads) {
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  }
}

}  // namespace tattle::curl
