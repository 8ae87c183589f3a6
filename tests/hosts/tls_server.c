/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A TLS server on the loopback that sends what it is told to, good or not, and says what came of
 * it.
 *
 *   tls_server CHAIN KEY [--tls 1.2|1.3] [--scts FILE] [--staple FILE] [--relay PORT]
 *
 * --scts is the value of TLS extension 18 for the leaf, --staple the bytes of the OCSP response;
 * both are sent to those who ask, and are not looked at: openssl s_server sends only what it can
 * parse. It answers one HTTP request, or is the TLS side of a plain server on PORT of the loopback.
 *
 * The first line of stdout is the port. Each connection that ended is a line of JSON: its number in
 * the order of their beginning, the version, whether it was resumed, whether the client asked for
 * SCTs (extension 18) and a staple (5), whether the handshake was completed, the fatal alert that
 * the client sent (or 0), and the first line of what it sent then.
 */

/* POSIX wants it so. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>
#include <pthread.h>
#include <signal.h>
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

struct file {
  unsigned char* data;
  size_t size;
};

struct server {
  SSL_CTX* ctx;
  struct file scts;
  struct file staple;
  unsigned short relay_port;
};

struct connection {
  const struct server* server;
  int socket;
  int number;
  int asked_scts;
  int asked_staple;
  int alert;
  char request[200];
};

static void die(const char* what) {
  fprintf(stderr, "tls_server: %s\n", what);
  ERR_print_errors_fp(stderr);
  exit(2);
}

static struct file read_file(const char* path) {
  struct file file = {malloc(1 << 20), 0};
  FILE* stream = fopen(path, "rb");
  if (stream == NULL || file.data == NULL) {
    die(path);
  }
  file.size = fread(file.data, 1, 1 << 20, stream);
  fclose(stream);
  return file;
}

/* What the client asks for. */
static int on_client_hello(SSL* ssl, int* alert, void* arg) {
  struct connection* connection = SSL_get_app_data(ssl);
  const unsigned char* data = NULL;
  size_t size = 0;
  (void)alert;
  (void)arg;
  connection->asked_scts = SSL_client_hello_get0_ext(ssl, 18, &data, &size);
  connection->asked_staple = SSL_client_hello_get0_ext(ssl, 5, &data, &size);
  return SSL_CLIENT_HELLO_SUCCESS;
}

/* Extension 18: with the leaf in TLS 1.3. OpenSSL's signature. */
/* NOLINTNEXTLINE(readability-function-size) */
static int add_scts(SSL* ssl, unsigned int type, unsigned int context, const unsigned char** out,
                    size_t* out_size, X509* certificate, size_t index, int* alert, void* arg) {
  const struct file* scts = arg;
  (void)ssl;
  (void)type;
  (void)context;
  (void)certificate;
  (void)alert;
  *out = scts->data;
  *out_size = scts->size;
  return index == 0;
}

static int add_staple(SSL* ssl, void* arg) {
  const struct file* staple = arg;
  unsigned char* copy = OPENSSL_memdup(staple->data, staple->size);
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)staple->size);
  return SSL_TLSEXT_ERR_OK;
}

static void on_info(const SSL* ssl, int where, int value) {
  struct connection* connection = SSL_get_app_data(ssl);
  if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL) {
    connection->alert = value & 0xff;
  }
}

/* The first line of what came, and of it what JSON takes as it is. */
static void keep_request(struct connection* connection, const char* data, size_t size) {
  size_t i;
  if (connection->request[0] != '\0') {
    return;
  }
  for (i = 0; i < size && i < sizeof connection->request - 1 && data[i] >= ' '; ++i) {
    connection->request[i] = data[i];
    if (data[i] == '"' || data[i] == '\\') {
      connection->request[i] = '?';
    }
  }
}

static void answer(struct connection* connection, SSL* ssl) {
  static const char page[] =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n"
      "Connection: close\r\n\r\nwelcome\n";
  char data[4096];
  int size = SSL_read(ssl, data, sizeof data);
  if (size > 0) {
    keep_request(connection, data, (size_t)size);
    SSL_write(ssl, page, sizeof page - 1);
    SSL_shutdown(ssl);
    while (SSL_read(ssl, data, sizeof data) > 0) {
    }
  }
}

static int connect_to(unsigned short port) {
  struct sockaddr_in address = {0};
  int plain = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (connect(plain, (struct sockaddr*)&address, sizeof address) != 0) {
    die("cannot connect to the plain server");
  }
  return plain;
}

/* Passes bytes on until one side ends. */
static void relay(struct connection* connection, SSL* ssl) {
  int plain = connect_to(connection->server->relay_port);
  struct pollfd fds[2] = {{connection->socket, POLLIN, 0}, {plain, POLLIN, 0}};
  char data[16384];
  for (;;) {
    ssize_t size = 0;
    if (SSL_pending(ssl) == 0 && poll(fds, 2, -1) < 0) {
      break;
    }
    if (SSL_pending(ssl) > 0 || fds[0].revents != 0) {
      size = SSL_read(ssl, data, sizeof data);
      if (size <= 0 || write(plain, data, (size_t)size) != size) {
        break;
      }
      keep_request(connection, data, (size_t)size);
    } else if (fds[1].revents != 0) {
      size = read(plain, data, sizeof data);
      if (size <= 0 || SSL_write(ssl, data, (int)size) != size) {
        break;
      }
    }
  }
  SSL_shutdown(ssl);
  close(plain);
}

static void* serve(void* arg) {
  struct connection* connection = arg;
  SSL* ssl = SSL_new(connection->server->ctx);
  int accepted;
  SSL_set_app_data(ssl, connection);
  SSL_set_fd(ssl, connection->socket);
  accepted = SSL_accept(ssl) == 1;
  if (accepted && connection->server->relay_port != 0) {
    relay(connection, ssl);
  } else if (accepted) {
    answer(connection, ssl);
  }
  printf(
      "{\"number\": %d, \"tls\": \"%s\", \"resumed\": %s, \"asked_scts\": %s, \"asked_staple\": "
      "%s, "
      "\"completed\": %s, \"alert\": %d, \"request\": \"%s\"}\n",
      connection->number, SSL_get_version(ssl), SSL_session_reused(ssl) ? "true" : "false",
      connection->asked_scts ? "true" : "false", connection->asked_staple ? "true" : "false",
      accepted ? "true" : "false", connection->alert, connection->request);
  fflush(stdout);
  SSL_free(ssl);
  ERR_clear_error();
  close(connection->socket);
  free(connection);
  return NULL;
}

static int listen_and_say_where(void) {
  struct sockaddr_in address = {0};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0 ||
      listen(listener, 128) != 0 || getsockname(listener, (struct sockaddr*)&address, &size) != 0) {
    die("cannot listen");
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void set_options(struct server* server, char** option) {
  for (; option[0] != NULL && option[1] != NULL; option += 2) {
    if (strcmp(option[0], "--tls") == 0) {
      int version = strcmp(option[1], "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
      SSL_CTX_set_min_proto_version(server->ctx, version);
      SSL_CTX_set_max_proto_version(server->ctx, version);
    } else if (strcmp(option[0], "--scts") == 0) {
      server->scts = read_file(option[1]);
      if (SSL_CTX_add_custom_ext(server->ctx, 18,
                                 SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO |
                                     SSL_EXT_TLS1_3_CERTIFICATE | SSL_EXT_IGNORE_ON_RESUMPTION,
                                 add_scts, NULL, &server->scts, NULL, NULL) != 1) {
        die(option[1]);
      }
    } else if (strcmp(option[0], "--staple") == 0) {
      server->staple = read_file(option[1]);
      SSL_CTX_set_tlsext_status_cb(server->ctx, add_staple);
      SSL_CTX_set_tlsext_status_arg(server->ctx, &server->staple);
    } else if (strcmp(option[0], "--relay") == 0) {
      server->relay_port = (unsigned short)strtoul(option[1], NULL, 10);
    } else {
      die(option[0]);
    }
  }
}

int main(int argc, char** argv) {
  struct server server = {0};
  int listener;
  int number = 0;
  const int yes = 1;
  signal(SIGPIPE, SIG_IGN);
  if (argc < 3) {
    die("give the chain and the key");
  }
  server.ctx = SSL_CTX_new(TLS_server_method());
  if (server.ctx == NULL || SSL_CTX_use_certificate_chain_file(server.ctx, argv[1]) != 1 ||
      SSL_CTX_use_PrivateKey_file(server.ctx, argv[2], SSL_FILETYPE_PEM) != 1) {
    die(argv[1]);
  }
  SSL_CTX_set_client_hello_cb(server.ctx, on_client_hello, NULL);
  SSL_CTX_set_info_callback(server.ctx, on_info);
  set_options(&server, argv + 3);
  listener = listen_and_say_where();
  for (;;) {
    struct connection* connection = calloc(1, sizeof *connection);
    pthread_t thread = 0;
    if (connection == NULL) {
      die("no memory");
    }
    connection->server = &server;
    connection->socket = accept(listener, NULL, NULL);
    connection->number = number++;
    /* Small writes would wait for each other. */
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connection->socket < 0 || pthread_create(&thread, NULL, serve, connection) != 0) {
      die("cannot accept");
    }
    pthread_detach(thread);
  }
}
