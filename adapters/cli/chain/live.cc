// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/live.h"

#include <poll.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>

#include <tattle/openssl.h>

#include "adapters/cli/chain/certificate.h"
#include "adapters/cli/chain/socket.h"
#include "adapters/cli/chain/starttls.h"
#include "adapters/cli/openssl_ptr.h"

namespace tattle::cli {
namespace {

using EvidencePtr =
    std::unique_ptr<tattle_openssl_evidence, OpenSslDeleter<tattle_openssl_evidence_free>>;

// DescribeReason turns the reason of OpenSSL's last error into what a person can do about it.
std::string DescribeReason(unsigned long error, StartTls starttls) {
  switch (ERR_GET_REASON(error)) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return "the server closed the connection during the TLS handshake: it may refuse this "
             "client, or want no TLS on this port";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_WRONG_SSL_VERSION:
      return "the server speaks no TLS 1.2 or later: let its operator enable TLS 1.2 or 1.3";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_UNEXPECTED_MESSAGE:
      return starttls == StartTls::kNone
                 ? "the server does not speak TLS here: check the port; if its protocol begins in "
                   "clear text, name it with --starttls"
                 : "the server agreed to TLS and does not speak it: tell its operator";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "the server refuses the TLS handshake: it may want an older version or other "
             "algorithms, a client certificate, or another host name";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
      return "the server does not know this host name: check the name";
    default:
      break;
  }
  const char* reason = ERR_reason_error_string(error);
  return std::string("the TLS handshake failed (") + (reason == nullptr ? "no reason" : reason) +
         "): ask the server's operator";
}

// ShakeHands returns the sentence that says why there is no TLS connection.
std::optional<std::string> ShakeHands(SSL* ssl, int fd, StartTls starttls,
                                      const Deadline& deadline) {
  while (true) {
    ERR_clear_error();
    errno = 0;
    const int answer = SSL_connect(ssl);
    if (answer == 1) {
      return std::nullopt;
    }
    const int error_number = errno;
    switch (SSL_get_error(ssl, answer)) {
      case SSL_ERROR_WANT_READ:
        if (!WaitFor(fd, POLLIN, deadline)) {
          return TimedOut("the TLS handshake, in which the server fell silent");
        }
        break;
      case SSL_ERROR_WANT_WRITE:
        if (!WaitFor(fd, POLLOUT, deadline)) {
          return TimedOut("the TLS handshake, in which the server stopped reading");
        }
        break;
      case SSL_ERROR_SYSCALL:
        return "the connection broke during the TLS handshake (" +
               (error_number == 0 ? "closed by the server" : SystemMessage(error_number)) +
               "): the server may refuse this client, or want no TLS on this port";
      default:
        return DescribeReason(ERR_peek_error(), starttls);
    }
    // A server that sends byte after byte never makes a wait long.
    if (deadline.HasPassed()) {
      return TimedOut("the TLS handshake");
    }
  }
}

Outcome<SslPtr> CreateSsl(const ServerTarget& server, SSL_CTX* context, int fd) {
  SslPtr ssl(SSL_new(context));
  // RFC 6066, Section 3: literal addresses are not permitted as server names. What is called here
  // is SSL_set_tlsext_host_name, a macro that casts constness away.
  std::string name = server.host;
  if (!ssl || SSL_set_fd(ssl.get(), fd) != 1 ||
      (!server.is_address && SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                      TLSEXT_NAMETYPE_host_name, name.data()) != 1)) {
    return Sorry("OpenSSL could not be set up");
  }
  return ssl;
}

// NameError is not left to OpenSSL's validation, which would stop at a wrong name and say nothing
// of the chain.
std::string NameError(X509* leaf, const ServerTarget& server) {
  const bool fits = server.is_address ? X509_check_ip_asc(leaf, server.host.c_str(), 0) == 1
                                      : X509_check_host(leaf, server.host.data(),
                                                        server.host.size(), 0, nullptr) == 1;
  return fits ? "" : "the certificate is not for " + server.host;
}

std::string ChainError(const tattle_openssl_evidence* evidence, X509* leaf,
                       const ServerTarget& server) {
  const std::int32_t error = tattle_openssl_evidence_verify_error(evidence);
  std::string text = error == X509_V_OK ? "" : X509_verify_cert_error_string(error);
  const std::string name_error = NameError(leaf, server);
  if (!text.empty() && !name_error.empty()) {
    text += "; ";
  }
  return text + name_error;
}

Outcome<Collected> TakeEvidence(SSL* ssl, const ServerTarget& server) {
  tattle_openssl_evidence* raw = nullptr;
  if (tattle_openssl_evidence_new(ssl, &raw) != TATTLE_OK) {
    return Sorry("the server showed no certificate: nothing is there to be judged");
  }
  const EvidencePtr evidence(raw);
  tattle_evidence found = TATTLE_EVIDENCE_INIT;
  if (tattle_openssl_evidence_get0(raw, &found) != TATTLE_OK) {
    return Sorry("internal error: the evidence cannot be read");
  }
  Collected collected;
  collected.leaf = ToVector(Bytes(found.leaf, found.leaf_len));
  collected.issuer = ToVector(Bytes(found.issuer, found.issuer_len));
  collected.tls_scts = ToVector(Bytes(found.tls_scts, found.tls_scts_len));
  collected.ocsp_response = ToVector(Bytes(found.ocsp_response, found.ocsp_response_len));
  collected.chain_error = ChainError(raw, SSL_get0_peer_certificate(ssl), server);
  const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(presented); ++i) {
    collected.chain.push_back(DescribeCertificate(sk_X509_value(presented, i)));
  }
  collected.connection = SSL_get_version(ssl);
  const tattle_session* session = tattle_openssl_get0_session(ssl);
  // A program would make OpenSSL compare the name as well.
  collected.scope = tattle_scope_name(collected.chain_error.empty() ? tattle_session_scope(session)
                                                                    : TATTLE_SCOPE_CHAIN_NOT_VALID);
  if (tattle_session_scope(session) != TATTLE_SCOPE_PUBLIC) {
    collected.scope_reason = tattle_session_get0_reason(session);
  }
  return collected;
}

}  // namespace

Outcome<Collected> CollectFromServer(const ServerTarget& server, StartTls starttls,
                                     SSL_CTX* context, const Deadline& deadline) {
  const Outcome<Descriptor> socket = ConnectTo(server.host, server.port, deadline);
  if (!socket) {
    return Sorry(socket.error());
  }
  if (std::optional<std::string> trouble = BeginTls(starttls, *socket, server.host, deadline)) {
    return Sorry(*std::move(trouble));
  }
  const Outcome<SslPtr> ssl = CreateSsl(server, context, socket->fd());
  if (!ssl) {
    return Sorry(ssl.error());
  }
  if (std::optional<std::string> trouble =
          ShakeHands(ssl->get(), socket->fd(), starttls, deadline)) {
    return Sorry(*std::move(trouble));
  }
  Outcome<Collected> collected = TakeEvidence(ssl->get(), server);
  // A goodbye, so that the server does not log an error; nobody waits for the answer.
  SSL_shutdown(ssl->get());
  ERR_clear_error();
  return collected;
}

}  // namespace tattle::cli
