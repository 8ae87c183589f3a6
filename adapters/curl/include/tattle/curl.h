/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Certificate Transparency for the transfers of a program that uses libcurl with OpenSSL.
 *
 *   tattle_curl_attach(curl, &ct, client, NULL, &diag);    once for an easy handle
 *   ... curl_easy_setopt, curl_easy_perform or the multi interface, as ever ...
 *   tattle_curl_finish(ct);                                after each transfer
 *   tattle_curl_get0_session(ct), tattle_curl_get0_error(ct)
 *   tattle_curl_detach(ct);                                before curl_easy_cleanup
 *
 * Each TLS connection that the handle opens asks for SCTs by all three channels and is judged at
 * the end of its handshake, before any of the request is sent. In mode require one that is not
 * compliant fails with CURLE_PEER_FAILED_VERIFICATION, and curl's error buffer says "SSL
 * certificate problem: Certificate Transparency required, but no valid SCTs found";
 * tattle_curl_get0_error says why. Where the refused server is behind an HTTPS proxy curl's code is
 * CURLE_SSL_CONNECT_ERROR, and where it was to answer for DNS over HTTPS it is
 * CURLE_COULDNT_RESOLVE_HOST. examples/curl_client.c is a whole program.
 *
 * Connections and TLS sessions are reused, also among handles (a multi handle, CURLSH), where the
 * same client judged them in the same mode. What an unattached handle opened, or one in another
 * mode or of another client, is not taken. Before each request, a redirected one too, the
 * connection is looked at once more: in mode require one that was not judged, or is not encrypted,
 * fails with CURLE_ABORTED_BY_CALLBACK before anything is sent. So does file://, which has nothing
 * to encrypt and goes no farther than this machine; allow_cleartext lets it pass. To mail and file
 * servers curl has logged in by then: use smtps:// and the like, or a pool for the handle alone,
 * since of connections that begin in clear text curl does not compare the TLS settings.
 *
 * What belongs to whom. Attaching sets on the easy handle CURLOPT_SSL_CTX_FUNCTION and _DATA,
 * CURLOPT_PREREQFUNCTION and _DATA, CURLOPT_TLS13_CIPHERS and CURLOPT_PROXY_TLS13_CIPHERS (to what
 * they are by default, in a form that keeps connections apart), and if heads are offered
 * CURLOPT_HTTPHEADER and CURLOPT_HEADEROPT. curl cannot be asked for what the program has set
 * there: name it in the options, and do not set it afterwards. In mode off what the options name is
 * set, and nothing else. After curl_easy_reset the handle is not attached any more: detach and
 * attach. A duplicate (curl_easy_duphandle) has to be attached itself before it is used. In its own
 * SSL_CTX function the program may set anything that tattle/openssl.h leaves to it. Do not set
 * CURLSSLOPT_EARLYDATA (curl 8.11): nothing is sent early.
 *
 * Not judged, as in tattle/openssl.h: chains that do not validate, as with CURLOPT_SSL_VERIFYPEER
 * at 0, private CAs, exempt hosts; these pass in mode require. An HTTPS proxy is judged as a server
 * is. A host that is exempt by its address is known by the address that curl is connected to or,
 * behind a proxy, by its certificate. Connections that curl makes to ask DNS over HTTPS are judged
 * when they are opened, not when they are reused. HTTP/3 was not tried.
 *
 * Needs libcurl 7.88 or later with OpenSSL 3. The rules of <tattle/tattle.h> hold here too.
 */

#ifndef TATTLE_CURL_H_
#define TATTLE_CURL_H_

/* NOLINTBEGIN(modernize-deprecated-headers,modernize-use-using): this is C too. */

#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include <tattle/tattle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* tattle_curl is what Tattle keeps of an easy handle. It is used where the handle is: by one thread
 * at a time. */
typedef struct tattle_curl tattle_curl;

/* tattle_curl_options is what is not by default. Texts are copied; functions are called where curl
 * would call them. Since: 1.0 */
typedef struct tattle_curl_options {
  size_t struct_size;
  uint64_t (*now_ms)(void* arg); /* as in tattle_openssl_options, but by the handle's thread alone,
                                    and never after detaching: a server that renegotiates is judged
                                    by the system's clock, since another handle may have the
                                    connection then */
  void* now_arg;
  tattle_mode mode;          /* 0: the client's */
  int32_t allow_cleartext;   /* 1: in mode require, transfers that are not encrypted pass */
  int32_t offer_heads;       /* 1: a promise that the requests of this handle have no cookies and no
                                credentials by options which nobody can ask for (CURLOPT_COOKIE, _USERPWD,
                                _XOAUTH2_BEARER, _NETRC and the like), so that tree heads may go with
                                them to hosts that are willing. A request with cookies of curl's own
                                engine, a user in its URL, a header field that looks like a secret, or
                                on a connection with a client certificate, carries none even so */
  int32_t reserved;          /* zero */
  const char* tls13_ciphers; /* CURLOPT_TLS13_CIPHERS */
  const char* proxy_tls13_ciphers; /* CURLOPT_PROXY_TLS13_CIPHERS */
  curl_ssl_ctx_callback
      ssl_ctx; /* CURLOPT_SSL_CTX_FUNCTION, called before the context is attached */
  void* ssl_ctx_arg;
  curl_prereq_callback prereq; /* CURLOPT_PREREQFUNCTION, called where the request may go on */
  void* prereq_arg;
} tattle_curl_options;
#define TATTLE_CURL_OPTIONS_INIT \
  { sizeof(tattle_curl_options), NULL, NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL }

/* tattle_curl_attach makes the transfers of `easy` judged by `client`, of which it keeps a share.
 * `options` may be NULL. A handle is attached once: detach it before it is attached anew, also
 * where curl_easy_reset was called. Fails with TATTLE_ERR_MISUSE if it is attached already, an
 * argument is NULL, or an option is none, with TATTLE_ERR_UNSUPPORTED if this libcurl is too old or
 * does not use OpenSSL 3, with TATTLE_ERR_STRUCT_SIZE, TATTLE_ERR_MEMORY, and with
 * TATTLE_ERR_INTERNAL if libcurl refuses an option; then nothing was attached.
 * Thread-safety: as the handle. Since: 1.0 */
TATTLE_API tattle_status tattle_curl_attach(CURL* easy, tattle_curl** out,
                                            const tattle_client* client,
                                            const tattle_curl_options* options, tattle_diag* diag);

/* tattle_curl_detach takes back what attaching has set, and leaves what the options named. Call it
 * while no transfer is under way, and before curl_easy_cleanup, since the next handle may have the
 * same address. Accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_curl_detach(tattle_curl* ct);

/* tattle_curl_finish takes up what a transfer has left, for the functions below; tells tattled,
 * if it runs, which of the hosts are willing to gossip. Call it when a transfer is over, successful
 * or not, and before the handle's next one. NULL is nothing. Thread-safety: as the handle.
 * Since: 1.0 */
TATTLE_API void tattle_curl_finish(tattle_curl* ct);

/* tattle_curl_get0_session is what became of the connection of the transfer's last request, or of
 * the one that was refused, borrowed until the next tattle_curl_finish. NULL if none was judged: it
 * came to no handshake, nothing was encrypted, the mode is off, or in mode report a callback of
 * Tattle's was replaced. Thread-safety: as the handle. Since: 1.0 */
TATTLE_API const tattle_session* tattle_curl_get0_session(const tattle_curl* ct);

/* tattle_curl_get0_error says in a line why Tattle made the transfer fail, "" if it did not; good
 * until the next tattle_curl_finish. Thread-safety: as the handle. Since: 1.0 */
TATTLE_API const char* tattle_curl_get0_error(const tattle_curl* ct);

/* ---- Gossip ---- */

/* tattle_curl_set_headers is CURLOPT_HTTPHEADER for a handle that offers heads; `headers` must live
 * until others are set, or the handle is detached. Thread-safety: as the handle. Since: 1.0 */
TATTLE_API tattle_status tattle_curl_set_headers(tattle_curl* ct, struct curl_slist* headers);

/* tattle_curl_gossip_prepare makes the handle's next transfer a POST of tree heads to the host of
 * the last one, on the connection that is still open (STH pollination,
 * draft-ietf-trans-gossip-05, Section 8.2):
 *
 *   tattle_curl_finish(ct);
 *   if (tattle_curl_gossip_prepare(ct, &ready, NULL) == TATTLE_OK && ready) {
 *     curl_easy_perform(curl);
 *     tattle_curl_gossip_finish(ct);
 *   }
 *
 * `*ready` is 0, and the handle left alone, unless that host is willing and tattled has heads for
 * it that this handle has not offered yet, but in a header of that very request, the transfer was
 * by HTTPS to a server whose chain is valid for that name, no client certificate was used, curl has
 * no cookie for the host, and the connection is open. Should curl open another one all the same,
 * the transfer fails before anything is sent.
 *
 * Until tattle_curl_gossip_finish nothing may be set on the handle. From then on all that makes up
 * a request is as after curl_easy_init: set URL, method, body, header fields
 * (tattle_curl_set_headers holds), user agent, referrer, cookies of CURLOPT_COOKIE, credentials,
 * range, redirects, read, write, header and progress functions again. TLS, proxy, name, time and
 * pool settings, and cookies of curl's engine, stay.
 *
 * Fails with TATTLE_ERR_MISUSE if an argument is NULL, with TATTLE_ERR_MEMORY, and with
 * TATTLE_ERR_INTERNAL if libcurl refuses an option. Thread-safety: as the handle. Since: 1.0 */
TATTLE_API tattle_status tattle_curl_gossip_prepare(tattle_curl* ct, int32_t* ready,
                                                    tattle_diag* diag);

/* tattle_curl_gossip_finish takes the answer to that POST, which goes to tattled. 1 if the server
 * has taken the heads, else 0. Thread-safety: as the handle. Since: 1.0 */
TATTLE_API int32_t tattle_curl_gossip_finish(tattle_curl* ct);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers,modernize-use-using) */

#endif /* TATTLE_CURL_H_ */
