/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Certificate Transparency for the client connections of a program that uses OpenSSL.
 *
 *   tattle_openssl_attach(ctx, client, NULL, &diag);    once for an SSL_CTX
 *   ... SSL_new, SSL_set_tlsext_host_name, SSL_connect, as ever ...
 *   tattle_openssl_get0_session(ssl)                    what became of it, and why
 *
 * Every connection of the context asks for SCTs by all three channels and is judged at the end of
 * its handshake, before a byte of the program's data is sent; in mode require one that is not
 * compliant fails then: the first entry in OpenSSL's queue is of the library "tattle" and says why
 * (OpenSSL adds one of its own behind), the verify result is X509_V_ERR_NO_VALID_SCTS. A session is
 * resumed only if it carries its judgement, and is judged again by policy and time; otherwise a
 * full handshake is made. Early data (0-RTT) is never sent with one: SSL_write_early_data fails,
 * and so does the connection. examples/openssl_client.c is a whole program.
 *
 * What belongs to whom. Attaching sets, on the SSL_CTX, custom extension 18, the OCSP status
 * request, its callback, and the info callback, and on sessions the ticket application data.
 * Callbacks that the program has set before are still called, with their own arguments: a no of its
 * status callback is a no, and its info callback hears of SSL_CB_HANDSHAKE_START before a session
 * is judged and of SSL_CB_HANDSHAKE_DONE after the connection was. A staple is asked for always, so
 * a status callback hears of connections whose server sends none. After attaching, do not set on
 * the context or its connections: the OCSP status callback, the info callback, SSL_CTX_enable_ct, a
 * client's ticket application data, or by SSL_set_SSL_CTX a context that is not attached: that one
 * is not judged. Everything else may be set at any time before a handshake. Where callbacks are
 * taken away all the same, mode require stays closed: without the info callback a session that is
 * offered fails the handshake; without the status callback SSL_connect of a refused connection
 * succeeds, but nothing can be read or written; without both no handshake begins. A connection that
 * went unjudged has no session: tattle_openssl_get0_session is NULL.
 *
 * Not judged, because no public CA vouches: chains that do not validate, which with SSL_VERIFY_NONE
 * is for the program to notice (OpenSSL compares names only if SSL_set1_host was called),
 * pre-shared keys, raw public keys, DANE, and chains that the program accepts by a verification of
 * its own without leaving OpenSSL a chain (SSL_CTX_set_cert_verify_callback). These pass in mode
 * require. An error that a verify callback tolerates makes a chain one that does not validate,
 * unless it says nothing of trust: with SSL_VERIFY_PEER, a chain of which a certificate is outside
 * its time, the name is another, or a CRL is missing or wrong, is judged; it is the last such error
 * that counts. A chain that ends below its root (X509_V_FLAG_PARTIAL_CHAIN) is judged, unless the
 * store has the rest and none of it is public.
 *
 * Written and tested with OpenSSL 3.0, by documented interfaces only; DTLS and QUIC were not tried.
 *
 * The rules of <tattle/tattle.h> hold here too. No exception leaves these functions, and no entry
 * of OpenSSL's error queue but the one that says why a handshake was refused.
 */

#ifndef TATTLE_OPENSSL_H_
#define TATTLE_OPENSSL_H_

/* NOLINTBEGIN(modernize-deprecated-headers,modernize-use-using): this is C too. */

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include <tattle/tattle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Connections that are judged ---- */

/* tattle_openssl_options is what is not by default. Since: 1.0 */
typedef struct tattle_openssl_options {
  size_t struct_size;
  uint64_t (*now_ms)(void* arg); /* milliseconds since 1970; NULL: the system's clock. May be called
                                    by every thread that makes a handshake, and must not throw */
  void* now_arg;
  tattle_mode mode;        /* of the context's connections; 0: the client's */
  int32_t as_verify_error; /* 1: in the queue of a refused handshake OpenSSL's own "certificate
                              verify failed" takes the place of the library "tattle", for hosts that
                              know errors of OpenSSL only (libcurl) */
} tattle_openssl_options;
#define TATTLE_OPENSSL_OPTIONS_INIT \
  { sizeof(tattle_openssl_options), NULL, NULL, 0, 0 }

/* tattle_openssl_attach makes the client connections of `ctx` judged by `client`, of which it keeps
 * a share; connections in which `ctx` is the server are not changed. Call it once for a context,
 * before the first SSL_new. `options` may be NULL. Fails with TATTLE_ERR_MISUSE if an argument is
 * NULL, there is no such mode, or OpenSSL refuses the extension (called twice, or OpenSSL's own CT
 * is enabled), with TATTLE_ERR_STRUCT_SIZE, TATTLE_ERR_MEMORY, and with TATTLE_ERR_INTERNAL if
 * OpenSSL has no room for what the context is to keep; then nothing is changed. Thread-safety: as
 * SSL_CTX, configure it from one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_openssl_attach(SSL_CTX* ctx, const tattle_client* client,
                                               const tattle_openssl_options* options,
                                               tattle_diag* diag);

/* tattle_openssl_set_host names the host that `ssl` is to reach, for exemptions, observations and
 * messages; NULL takes it back. Without it the host is the server name that is sent (SNI), else
 * the first name that OpenSSL was told to verify. Fails with TATTLE_ERR_MISUSE if the context of
 * `ssl` is not attached. Thread-safety: as SSL. Since: 1.0 */
TATTLE_API tattle_status tattle_openssl_set_host(SSL* ssl, const char* host);

/* tattle_openssl_set_mode sets the mode of one connection before its handshake; 0 is the context's.
 * Fails with TATTLE_ERR_MISUSE if there is no such mode or the context of `ssl` is not attached.
 * Thread-safety: as SSL. Since: 1.0 */
TATTLE_API tattle_status tattle_openssl_set_mode(SSL* ssl, tattle_mode mode);

/* tattle_openssl_get0_session is what became of the connection, borrowed until its next handshake
 * (SSL_clear, renegotiation) or SSL_free. Also there after a handshake that was refused. NULL if
 * nothing was judged yet, or the mode is off. Thread-safety: as SSL. Since: 1.0 */
TATTLE_API const tattle_session* tattle_openssl_get0_session(const SSL* ssl);

/* ---- Evidence, for programs that judge it themselves ---- */

/* tattle_openssl_collect makes the client connections of `ctx` ask for SCTs: by TLS extension 18,
 * of which the leaf's list is kept with the connection, and by a stapled OCSP response. Call it
 * once for a context, before the first SSL_new, and not together with SSL_CTX_enable_ct or
 * tattle_openssl_attach, which does it too. Server connections of the same context are not changed.
 * Fails with TATTLE_ERR_MISUSE if `ctx` is NULL or OpenSSL refuses the extension (called twice, or
 * OpenSSL's own CT is enabled), and with TATTLE_ERR_INTERNAL if OpenSSL has no room for the list in
 * its connections; then nothing is changed.
 * Since: 1.0. Thread-safety: as SSL_CTX, configure it from one thread. */
TATTLE_API tattle_status tattle_openssl_collect(SSL_CTX* ctx);

/* tattle_openssl_evidence is what one connection brought. Immutable after _new, and independent of
 * the SSL it was taken from. */
typedef struct tattle_openssl_evidence tattle_openssl_evidence;

/* tattle_openssl_evidence_new copies the evidence out of a connection whose handshake is done. A
 * resumed connection brings no SCT list. On failure `*out` is NULL. Fails with TATTLE_ERR_ARGUMENT
 * if there is no peer certificate, with TATTLE_ERR_MISUSE if an argument is NULL, with
 * TATTLE_ERR_INTERNAL if OpenSSL cannot encode the certificate, and with TATTLE_ERR_MEMORY.
 * Since: 1.0. Thread-safety: as SSL, one thread at a time for one connection. */
TATTLE_API tattle_status tattle_openssl_evidence_new(SSL* ssl, tattle_openssl_evidence** out);

/* tattle_openssl_evidence_free accepts NULL. Since: 1.0. Thread-safety: different handles. */
TATTLE_API void tattle_openssl_evidence_free(tattle_openssl_evidence* evidence);

/* tattle_openssl_evidence_get0 fills `out`, which the caller has made with TATTLE_EVIDENCE_INIT,
 * for tattle_verify. The bytes are borrowed from the handle until it is freed; what the connection
 * did not bring is NULL and 0. Fields of `out` behind those below are left as they are.
 *
 *   leaf           the peer's certificate, DER
 *   issuer         the certificate that signed it, DER: of the chain as validated, and where none
 *                  validated, the one among those presented whose name and key fit. NULL if none
 *                  does
 *   tls_scts       SignedCertificateTimestampList of TLS extension 18, as received
 *   ocsp_response  OCSPResponse of the staple, DER
 *
 * Fails with TATTLE_ERR_STRUCT_SIZE if out->struct_size has no room for these fields, as where
 * `out` was not initialised, and with TATTLE_ERR_MISUSE if an argument is NULL; `out` is then left
 * alone. Since: 1.0. Thread-safety: safe. */
TATTLE_API tattle_status tattle_openssl_evidence_get0(const tattle_openssl_evidence* evidence,
                                                      tattle_evidence* out);

/* tattle_openssl_evidence_verify_error is OpenSSL's verdict on the chain: 0 (X509_V_OK), or the
 * X509_V_ERR_* number that X509_verify_cert_error_string explains. It says nothing of host names
 * unless the caller made OpenSSL check them. For NULL it is 1 (X509_V_ERR_UNSPECIFIED).
 * Since: 1.0. Thread-safety: safe. */
TATTLE_API int32_t tattle_openssl_evidence_verify_error(const tattle_openssl_evidence* evidence);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers,modernize-use-using) */

#endif /* TATTLE_OPENSSL_H_ */
