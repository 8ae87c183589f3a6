/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Another libssl in front of the program's own, as OpenSSL 1.1's may be: it has some of the names,
 * and knows nothing of the other's contexts. By its word all are for servers, so that none is
 * judged.
 */

#include <openssl/ssl.h>

const SSL_METHOD* SSL_CTX_get_ssl_method(const SSL_CTX* ctx) {
  (void)ctx;
  return TLS_server_method();
}
