/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A TLS client that wants Certificate Transparency.
 *
 *   openssl_client [-r] [-c CONFIG] [-t TIME_MS] HOST[:PORT]
 *
 * Connects, validates the chain and the name against the system's CAs (SSL_CERT_FILE names others),
 * and refuses a server whose certificate is not compliant; with -r it only reports. CONFIG is
 * instead of /etc/tattle/tattle.conf, TIME_MS is a time instead of now, in milliseconds since 1970.
 * The exit status is 0 if the connection is compliant or out of the scope of CT, 1 if it is not
 * compliant, 2 if nobody can tell.
 *
 * Build it: cc -std=c99 openssl_client.c $(pkg-config --cflags --libs tattle-openssl) -o client
 */

/* POSIX wants it so. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <tattle/openssl.h>

static uint64_t fixed_clock(void* arg) {
  return *(const uint64_t*)arg;
}

/* make_client returns NULL after it has said why. */
static tattle_client* make_client(const char* config, int report, uint64_t now_ms) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_client_builder* builder = NULL;
  tattle_client* client = NULL;
  if (tattle_client_builder_new(&builder, &diag) != TATTLE_OK ||
      tattle_client_builder_read_file(builder, config, &diag) != TATTLE_OK ||
      tattle_client_builder_set(builder, "mode", report ? "report" : "require", &diag) !=
          TATTLE_OK ||
      tattle_client_new(builder, &client, now_ms, &diag) != TATTLE_OK) {
    fprintf(stderr, "%s\n", diag.text);
  }
  tattle_client_builder_free(builder);
  return client;
}

/* make_context has all that any OpenSSL client needs, and one line more. */
static SSL_CTX* make_context(const tattle_client* client, const tattle_openssl_options* options) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  if (ctx == NULL || SSL_CTX_set_default_verify_paths(ctx) != 1) {
    ERR_print_errors_fp(stderr);
  } else if (tattle_openssl_attach(ctx, client, options, &diag) == TATTLE_OK) {
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    return ctx;
  } else {
    fprintf(stderr, "%s\n", diag.text);
  }
  SSL_CTX_free(ctx);
  return NULL;
}

/* connect_to is done when the server has been judged; 1 if the connection may be used. */
static int connect_to(SSL* ssl, const char* host, const char* port) {
  BIO* bio = BIO_new_connect(host);
  int connected;
  BIO_set_conn_port(bio, port);
  SSL_set_bio(ssl, bio, bio);
  connected = SSL_set_tlsext_host_name(ssl, host) == 1 && SSL_set1_host(ssl, host) == 1 &&
              SSL_connect(ssl) == 1;
  if (!connected) {
    ERR_print_errors_fp(stderr); /* Tattle's reason is among them */
  }
  return connected;
}

static void print_scts(const tattle_report* report) {
  size_t i;
  for (i = 0; i < tattle_report_num_scts(report); ++i) {
    const char* log = tattle_report_get0_sct_log(report, i);
    printf("%-8s  %-19s  %s\n", tattle_sct_source_name(tattle_report_sct_source(report, i)),
           tattle_sct_status_name(tattle_report_sct_status(report, i)),
           *log == '\0' ? "unknown log" : log);
  }
}

/* describe prints what became of the connection and returns the exit status. */
static int describe(const SSL* ssl, int connected) {
  const tattle_session* session = tattle_openssl_get0_session(ssl);
  const tattle_scope scope = tattle_session_scope(session);
  const tattle_verdict* verdict = tattle_session_get0_verdict(session);
  if (session == NULL) {
    return 2; /* there was no TLS to judge */
  }
  print_scts(tattle_session_get0_report(session));
  printf("%s: %s\n", tattle_scope_name(scope), tattle_session_get0_reason(session));
  if (tattle_verdict_compliance(verdict) == TATTLE_NOT_COMPLIANT) {
    return 1;
  }
  /* Nothing was decided of a public server: there is no log list, for example. */
  return connected && scope != TATTLE_SCOPE_UNKNOWN &&
                 (scope != TATTLE_SCOPE_PUBLIC ||
                  tattle_verdict_compliance(verdict) == TATTLE_COMPLIANT)
             ? 0
             : 2;
}

int main(int argc, char** argv) {
  const char* config = NULL;
  int report = 0, option, answer = 2;
  uint64_t now_ms = (uint64_t)time(NULL) * 1000;
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  while ((option = getopt(argc, argv, "rc:t:")) != -1 && option != '?') {
    if (option == 't') {
      now_ms = strtoull(optarg, NULL, 10);
      options.now_ms = fixed_clock;
      options.now_arg = &now_ms;
    } else if (option == 'c') {
      config = optarg;
    } else {
      report = 1;
    }
  }
  if (option == '?' || optind + 1 != argc) {
    fprintf(stderr, "usage: openssl_client [-r] [-c CONFIG] [-t TIME_MS] HOST[:PORT]\n");
    return 2;
  }
  char* const host = argv[optind];
  char* const colon = strchr(host, ':');
  tattle_client* client = make_client(config, report, now_ms);
  SSL_CTX* ctx = client == NULL ? NULL : make_context(client, &options);
  SSL* ssl = ctx == NULL ? NULL : SSL_new(ctx);
  if (colon != NULL) {
    *colon = '\0';
  }
  if (ssl != NULL) {
    if (options.now_ms != NULL) {
      X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), (time_t)(now_ms / 1000));
    }
    const int connected = connect_to(ssl, host, colon == NULL ? "443" : colon + 1);
    answer = describe(ssl, connected);
    if (connected) {
      SSL_shutdown(ssl);
    }
  }
  SSL_free(ssl);
  SSL_CTX_free(ctx);
  tattle_client_free(client);
  return answer;
}
