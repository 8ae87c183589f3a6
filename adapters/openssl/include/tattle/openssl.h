/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Evidence of Certificate Transparency out of OpenSSL connections.
 *
 * A client context is told once to ask for SCTs; after the handshake the evidence of a connection
 * is taken out as bytes, undecoded, ready to be judged. OpenSSL's own SCT parser is not used: it
 * loses whole lists over one unknown SCT and, in TLS 1.3, takes the list of the wrong certificate.
 *
 * The rules of <tattle/tattle.h> hold here too. No exception and no entry in OpenSSL's error queue
 * leaves these functions.
 *
 * In short, with errors left out:
 *
 *   tattle_openssl_collect(ctx);
 *   ... SSL_new, SSL_connect ...
 *   tattle_openssl_evidence *collected;
 *   tattle_openssl_evidence_new(ssl, &collected);
 *   tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
 *   tattle_openssl_evidence_get0(collected, &evidence);
 *   tattle_verify(list, &report, &evidence, now_ms, NULL);
 *   tattle_openssl_evidence_free(collected);
 */

#ifndef TATTLE_OPENSSL_H_
#define TATTLE_OPENSSL_H_

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include <tattle/tattle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* tattle_openssl_collect makes the client connections of `ctx` ask for SCTs: by TLS extension 18,
 * of which the leaf's list is kept with the connection, and by a stapled OCSP response. Call it
 * once for a context, before the first SSL_new, and not together with SSL_CTX_enable_ct. Server
 * connections of the same context are not changed. Fails with TATTLE_ERR_MISUSE if `ctx` is NULL or
 * OpenSSL refuses the extension (called twice, or OpenSSL's own CT is enabled), and with
 * TATTLE_ERR_INTERNAL if OpenSSL has no room for the list in its connections; then nothing is
 * changed.
 * Since: 1.0. Thread-safety: as SSL_CTX, configure it from one thread. */
tattle_status tattle_openssl_collect(SSL_CTX* ctx);

/* tattle_openssl_evidence is what one connection brought. Immutable after _new, and independent of
 * the SSL it was taken from. */
typedef struct tattle_openssl_evidence tattle_openssl_evidence;

/* tattle_openssl_evidence_new copies the evidence out of a connection whose handshake is done. A
 * resumed connection brings no SCT list. On failure `*out` is NULL. Fails with TATTLE_ERR_ARGUMENT
 * if there is no peer certificate, with TATTLE_ERR_MISUSE if an argument is NULL, with
 * TATTLE_ERR_INTERNAL if OpenSSL cannot encode the certificate, and with TATTLE_ERR_MEMORY.
 * Since: 1.0. Thread-safety: as SSL, one thread at a time for one connection. */
tattle_status tattle_openssl_evidence_new(SSL* ssl, tattle_openssl_evidence** out);

/* tattle_openssl_evidence_free accepts NULL.
 * Since: 1.0. Thread-safety: safe for different handles. */
void tattle_openssl_evidence_free(tattle_openssl_evidence* evidence);

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
tattle_status tattle_openssl_evidence_get0(const tattle_openssl_evidence* evidence,
                                           tattle_evidence* out);

/* tattle_openssl_evidence_verify_error is OpenSSL's verdict on the chain: 0 (X509_V_OK), or the
 * X509_V_ERR_* number that X509_verify_cert_error_string explains. It says nothing of host names
 * unless the caller made OpenSSL check them. For NULL it is 1 (X509_V_ERR_UNSPECIFIED).
 * Since: 1.0. Thread-safety: safe. */
int32_t tattle_openssl_evidence_verify_error(const tattle_openssl_evidence* evidence);

#ifdef __cplusplus
}
#endif

#endif /* TATTLE_OPENSSL_H_ */
