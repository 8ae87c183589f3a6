/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Evidence of Certificate Transparency out of OpenSSL connections.
 *
 * A client context is told once to ask for SCTs; after the handshake the evidence of a connection
 * is taken out as bytes, undecoded, ready to be judged. OpenSSL's own SCT parser is not used: it
 * loses whole lists over one unknown SCT and, in TLS 1.3, takes the list of the wrong certificate.
 *
 * Functions that can fail return 0, or a negative number when they could not do their work. No
 * exception and no entry in OpenSSL's error queue leaves them.
 */

#ifndef TATTLE_OPENSSL_H_
#define TATTLE_OPENSSL_H_

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* tattle_openssl_collect makes the client connections of `ctx` ask for SCTs: by TLS extension 18,
 * of which the leaf's list is kept with the connection, and by a stapled OCSP response. Call it
 * once for a context, before the first SSL_new, and not together with SSL_CTX_enable_ct. Server
 * connections of the same context are not changed. Fails when OpenSSL refuses the extension
 * (called twice, or OpenSSL's own CT is enabled), and then changes nothing.
 * Since: 1.0. Thread-safety: as SSL_CTX, configure it from one thread. */
int tattle_openssl_collect(SSL_CTX* ctx);

/* tattle_openssl_evidence is what one connection brought. Immutable after _new, and independent of
 * the SSL it was taken from. */
typedef struct tattle_openssl_evidence tattle_openssl_evidence;

/* tattle_openssl_evidence_new copies the evidence out of a connection whose handshake is done. On
 * failure `*out` is NULL: there is no peer certificate, or memory ran out. A resumed connection
 * brings no SCT list.
 * Since: 1.0. Thread-safety: as SSL, one thread at a time for one connection. */
int tattle_openssl_evidence_new(SSL* ssl, tattle_openssl_evidence** out);

/* tattle_openssl_evidence_free accepts NULL.
 * Since: 1.0. Thread-safety: safe for different handles. */
void tattle_openssl_evidence_free(tattle_openssl_evidence* evidence);

/* The getters below lend bytes until the handle is freed; absent evidence is NULL and 0.
 * Since: 1.0. Thread-safety: safe.
 *
 * leaf           the peer's certificate, DER
 * issuer         the certificate that signed it, DER: of the chain as validated, and where none
 *                validated, the one among those presented whose name and key fit. Absent if none
 *                does
 * tls_scts       SignedCertificateTimestampList of TLS extension 18, as received
 * ocsp_response  OCSPResponse of the staple, DER */
void tattle_openssl_evidence_get0_leaf(const tattle_openssl_evidence* evidence, const uint8_t** out,
                                       size_t* out_len);
void tattle_openssl_evidence_get0_issuer(const tattle_openssl_evidence* evidence,
                                         const uint8_t** out, size_t* out_len);
void tattle_openssl_evidence_get0_tls_scts(const tattle_openssl_evidence* evidence,
                                           const uint8_t** out, size_t* out_len);
void tattle_openssl_evidence_get0_ocsp_response(const tattle_openssl_evidence* evidence,
                                                const uint8_t** out, size_t* out_len);

/* tattle_openssl_evidence_verify_error is OpenSSL's verdict on the chain: 0 (X509_V_OK), or the
 * X509_V_ERR_* number that X509_verify_cert_error_string explains. It says nothing of host names
 * unless the caller made OpenSSL check them.
 * Since: 1.0. Thread-safety: safe. */
int32_t tattle_openssl_evidence_verify_error(const tattle_openssl_evidence* evidence);

#ifdef __cplusplus
}
#endif

#endif /* TATTLE_OPENSSL_H_ */
