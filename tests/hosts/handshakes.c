/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* A TLS client that only shakes hands: what extension 18 brings, and how often that can be done.
 *
 *   handshakes PORT HOST VERSION SIGNATURE COUNT [full|resumed]
 *
 * connects to 127.0.0.1 COUNT times, of 0 until standard input ends, with HOST as server name (""
 * for none), TLS 1.2 or 1.3, and a certificate of SIGNATURE (ecdsa, rsa, or any). "resumed" offers
 * the last session each time. Prints a line of JSON:
 *
 *   {"done": N, "failed": N, "resumed": N, "with_scts": N, "scts": "HEX of the last list",
 *    "certificate": "HEX of the last leaf", "error": "the last"} */

#define _GNU_SOURCE

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

static unsigned char scts[65536];
static size_t scts_len;
static int got_scts;
static unsigned char* leaf;
static int leaf_len;
static long done, failed, resumed, with_scts;
static char error[256];
static SSL_SESSION* session;

static int take_scts(SSL* ssl, unsigned int type, unsigned int context, const unsigned char* in,
                     size_t len, X509* x509, size_t chainidx, int* alert, void* arg) {
  (void)ssl, (void)type, (void)context, (void)x509, (void)alert, (void)arg;
  if (chainidx == 0 && len <= sizeof(scts)) {
    memcpy(scts, in, len);
    scts_len = len;
    got_scts = 1;
  }
  return 1;
}

/* A ticket of TLS 1.3 is good for once: the newest is kept. */
static int take_session(SSL* ssl, SSL_SESSION* made) {
  (void)ssl;
  SSL_SESSION_free(session);
  session = made;
  return 1;
}

static int connect_to(int port) {
  const struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const struct timeval patience = {20, 0};
  const int on = 1;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (fd < 0 || connect(fd, (const struct sockaddr*)&address, sizeof(address)) != 0) {
    perror("connect");
    close(fd);
    return -1;
  }
  return fd;
}

static void print_hex(const char* name, const unsigned char* bytes, size_t len) {
  size_t i;
  printf(", \"%s\": \"", name);
  for (i = 0; i < len; ++i) {
    printf("%02x", bytes[i]);
  }
  printf("\"");
}

static int has_input_ended(void) {
  struct pollfd input = {STDIN_FILENO, POLLIN | POLLHUP, 0};
  return poll(&input, 1, 0) > 0;
}

static void set_signature(SSL_CTX* ctx, const char* signature) {
  if (strcmp(signature, "ecdsa") == 0) {
    SSL_CTX_set1_sigalgs_list(ctx, "ECDSA+SHA256");
    SSL_CTX_set_cipher_list(ctx, "ECDHE-ECDSA-AES128-GCM-SHA256");
  } else if (strcmp(signature, "rsa") == 0) {
    SSL_CTX_set1_sigalgs_list(ctx, "RSA-PSS+SHA256:RSA+SHA256");
    SSL_CTX_set_cipher_list(ctx, "ECDHE-RSA-AES128-GCM-SHA256");
  }
}

static SSL_CTX* make_context(const char* version, const char* signature, int resume) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  const int number = strcmp(version, "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(ctx, number);
  SSL_CTX_set_max_proto_version(ctx, number);
  set_signature(ctx, signature);
  SSL_CTX_add_custom_ext(
      ctx, 18, SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE,
      NULL, NULL, NULL, take_scts, NULL);
  if (resume) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, take_session);
  }
  return ctx;
}

static void note(SSL* ssl) {
  X509* peer = SSL_get1_peer_certificate(ssl);
  ++done;
  resumed += SSL_session_reused(ssl);
  with_scts += got_scts;
  OPENSSL_free(leaf);
  leaf = NULL;
  leaf_len = peer == NULL ? 0 : i2d_X509(peer, &leaf);
  X509_free(peer);
}

/* Tickets come before the first answer. */
static void await_ticket(SSL* ssl) {
  static const char request[] = "GET / HTTP/1.0\r\n\r\n";
  char byte;
  SSL_write(ssl, request, sizeof(request) - 1);
  SSL_read(ssl, &byte, 1);
}

static void shake_hands(SSL_CTX* ctx, int port, const char* host, int resume) {
  const int fd = connect_to(port);
  SSL* ssl = SSL_new(ctx);
  got_scts = 0;
  ERR_clear_error();
  SSL_set_fd(ssl, fd);
  if (host[0] != '\0') {
    SSL_set_tlsext_host_name(ssl, host);
  }
  if (session != NULL) {
    SSL_set_session(ssl, session);
  }
  if (fd >= 0 && SSL_connect(ssl) == 1) {
    note(ssl);
    if (resume) {
      await_ticket(ssl);
    }
    SSL_shutdown(ssl);
  } else {
    ++failed;
    ERR_error_string_n(ERR_peek_last_error(), error, sizeof(error));
  }
  SSL_free(ssl);
  close(fd);
}

int main(int argc, char** argv) {
  SSL_CTX* ctx;
  int resume;
  long count, i;
  if (argc < 6) {
    fprintf(stderr, "usage: handshakes PORT HOST VERSION SIGNATURE COUNT [full|resumed]\n");
    return 2;
  }
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  resume = argc > 6 && strcmp(argv[6], "resumed") == 0;
  ctx = make_context(argv[3], argv[4], resume);
  count = atol(argv[5]);
  for (i = 0; count == 0 ? !has_input_ended() : i < count; ++i) {
    shake_hands(ctx, atoi(argv[1]), argv[2], resume);
  }
  printf("{\"done\": %ld, \"failed\": %ld, \"resumed\": %ld, \"with_scts\": %ld", done, failed,
         resumed, with_scts);
  print_hex("scts", scts, got_scts ? scts_len : 0);
  print_hex("certificate", leaf, (size_t)leaf_len);
  printf(", \"error\": \"%s\"}\n", error);
  OPENSSL_free(leaf);
  SSL_SESSION_free(session);
  SSL_CTX_free(ctx);
  return 0;
}
