/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A TLS client that knows nothing of Tattle, and does what programs do that are hard on a module.
 *
 *   odd_client CASE HOST PORT [COUNT]
 *
 * It prints what it sees. With the module it is to print the same as without, unless a server is
 * refused.
 */

/* POSIX wants it so; the C library's own count of memory is not POSIX. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _GNU_SOURCE

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/conf.h>
#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/wait.h>

enum { kThreads = 8, kWarmUp = 50 };

static const char* host;
static const char* port;
static int count = 1;

/* connect_once is 1 if the server answered; `ssl` is freed. */
static int connect_once(SSL* ssl) {
  static const char request[] = "GET / HTTP/1.0\r\n\r\n";
  char answer[4096];
  BIO* bio = BIO_new_connect(host);
  int is_answered;
  BIO_set_conn_port(bio, port);
  SSL_set_bio(ssl, bio, bio);
  is_answered = SSL_set_tlsext_host_name(ssl, host) == 1 && SSL_set1_host(ssl, host) == 1 &&
                SSL_connect(ssl) == 1 &&
                SSL_write(ssl, request, sizeof request - 1) == sizeof request - 1 &&
                SSL_read(ssl, answer, sizeof answer) > 0;
  if (!is_answered) {
    fprintf(stderr, "failed: %s\n", ERR_reason_error_string(ERR_peek_error()));
    ERR_clear_error();
  }
  SSL_shutdown(ssl);
  SSL_free(ssl);
  return is_answered;
}

static SSL_CTX* make_context(void) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_default_verify_paths(ctx);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
  return ctx;
}

/* say_all connects `count` times and says how often there was an answer. */
static void say_all(SSL_CTX* ctx) {
  int answers = 0;
  int i;
  for (i = 0; i < count; ++i) {
    answers += connect_once(SSL_new(ctx));
  }
  printf("%d of %d answers\n", answers, count);
}

static void plain(SSL_CTX* ctx) {
  say_all(ctx);
}

/* The callbacks that the module uses as well. */

static int calls[2];

static void count_info(const SSL* ssl, int where, int value) {
  (void)ssl;
  (void)value;
  calls[0] += where == SSL_CB_HANDSHAKE_START;
  calls[1] += where == SSL_CB_HANDSHAKE_DONE;
}

static void info_of_context(SSL_CTX* ctx) {
  SSL_CTX_set_info_callback(ctx, count_info);
  say_all(ctx);
  printf("info: %d starts, %d ends\n", calls[0], calls[1]);
}

static void info_of_connection(SSL_CTX* ctx) {
  SSL* ssl = SSL_new(ctx);
  SSL_set_info_callback(ssl, count_info);
  printf("%d answers\n", connect_once(ssl));
  printf("info: %d starts, %d ends\n", calls[0], calls[1]);
}

static void info_of_context_late(SSL_CTX* ctx) {
  SSL* ssl = SSL_new(ctx);
  SSL_CTX_set_info_callback(ctx, count_info);
  printf("%d answers\n", connect_once(ssl));
  printf("info: %d starts, %d ends\n", calls[0], calls[1]);
}

static void info_of_both(SSL_CTX* ctx) {
  SSL_CTX_set_info_callback(ctx, count_info);
  info_of_connection(ctx);
}

static int messages;

/* OpenSSL's signature. */
/* NOLINTNEXTLINE(readability-function-size) */
static void count_message(int is_write, int version, int type, const void* data, size_t len,
                          SSL* ssl, void* arg) {
  (void)is_write;
  (void)version;
  (void)data;
  (void)len;
  (void)ssl;
  (void)arg;
  messages += type == SSL3_RT_HANDSHAKE;
}

static void messages_of_both(SSL_CTX* ctx) {
  SSL* ssl = SSL_new(ctx);
  printf("%d answers\n", connect_once(ssl));
  SSL_CTX_set_msg_callback(ctx, count_message);
  ssl = SSL_new(ctx);
  SSL_set_msg_callback(ssl, count_message);
  printf("%d answers\n", connect_once(ssl));
  printf("messages: %s\n", messages > 5 ? "many" : "few");
}

static int (*replaced_security)(const SSL* ssl, const SSL_CTX* ctx, int operation, int bits,
                                int nid, void* other, void* arg);
static int versions;

/* OpenSSL's signature, as s_client -security_debug has it. */
/* NOLINTNEXTLINE(readability-function-size) */
static int count_versions(const SSL* ssl, const SSL_CTX* ctx, int operation, int bits, int nid,
                          void* other, void* arg) {
  versions += operation == SSL_SECOP_VERSION;
  return replaced_security(ssl, ctx, operation, bits, nid, other, arg);
}

static void security(SSL_CTX* ctx) {
  replaced_security = SSL_CTX_get_security_callback(ctx);
  SSL_CTX_set_security_callback(ctx, count_versions);
  SSL_CTX_set_security_level(ctx, 2);
  info_of_connection(ctx);
  printf("security: %d versions\n", versions);
}

/* Level 5 wants signatures of 256 bits. Of the certificate itself it is not asked here. */
static void security_that_is_high(SSL_CTX* ctx) {
  SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_security_level(ctx, 5);
  info_of_connection(ctx);
}

/* OpenSSL's signature. */
/* NOLINTNEXTLINE(readability-function-size) */
static int allow_all(const SSL* ssl, const SSL_CTX* ctx, int operation, int bits, int nid,
                     void* other, void* arg) {
  (void)ssl;
  (void)ctx;
  (void)operation;
  (void)bits;
  (void)nid;
  (void)other;
  (void)arg;
  return 1;
}

static void security_of_its_own(SSL_CTX* ctx) {
  SSL_CTX_set_security_callback(ctx, allow_all);
  say_all(ctx);
}

static int say_status(SSL* ssl, void* arg) {
  const unsigned char* response = NULL;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &response);
  printf("status: %s, %s\n", size > 0 ? "a staple" : "no staple", (const char*)arg);
  return strcmp(arg, "refuse") != 0;
}

static void status(SSL_CTX* ctx) {
  SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
  SSL_CTX_set_tlsext_status_cb(ctx, say_status);
  SSL_CTX_set_tlsext_status_arg(ctx, "accept");
  say_all(ctx);
}

static void status_that_refuses(SSL_CTX* ctx) {
  SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
  SSL_CTX_set_tlsext_status_cb(ctx, say_status);
  SSL_CTX_set_tlsext_status_arg(ctx, "refuse");
  say_all(ctx);
}

static void status_not_asked_for(SSL_CTX* ctx) {
  SSL_CTX_set_tlsext_status_cb(ctx, say_status);
  SSL_CTX_set_tlsext_status_arg(ctx, "accept");
  say_all(ctx);
}

static int say_scts(const CT_POLICY_EVAL_CTX* ctx, const STACK_OF(SCT) * scts, void* arg) {
  (void)ctx;
  (void)arg;
  printf("ct: %d SCTs\n", sk_SCT_num(scts));
  return 1;
}

static void own_ct(SSL_CTX* ctx) {
  SSL_CTX_set_ct_validation_callback(ctx, say_scts, NULL);
  say_all(ctx);
}

static int tolerate_all(int ok, X509_STORE_CTX* ctx) {
  if (!ok) {
    printf("verify: error %d at depth %d\n", X509_STORE_CTX_get_error(ctx),
           X509_STORE_CTX_get_error_depth(ctx));
  }
  return 1;
}

static void verify_that_tolerates(SSL_CTX* ctx) {
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, tolerate_all);
  say_all(ctx);
}

/* Life and death. */

static void unload_before(SSL_CTX* ctx) {
  SSL_CTX* second;
  CONF_modules_unload(1);
  second = make_context();
  say_all(ctx);
  say_all(second);
  SSL_CTX_free(second);
}

static void unload_between(SSL_CTX* ctx) {
  say_all(ctx);
  CONF_modules_unload(1);
  say_all(ctx);
}

static void unload_within(SSL_CTX* ctx) {
  SSL* ssl = SSL_new(ctx);
  CONF_modules_unload(1);
  printf("%d answers\n", connect_once(ssl));
}

static void load_again(SSL_CTX* ctx) {
  OSSL_LIB_CTX* library = OSSL_LIB_CTX_new();
  printf("loaded: %d\n", OSSL_LIB_CTX_load_config(library, getenv("OPENSSL_CONF")) ||
                             getenv("OPENSSL_CONF") == NULL);
  say_all(ctx);
  OSSL_LIB_CTX_free(library);
}

static void cleanup_early(SSL_CTX* ctx) {
  say_all(ctx);
  SSL_CTX_free(ctx);
  OPENSSL_cleanup();
  _exit(fflush(stdout));
}

static int num_descriptors(void) {
  DIR* folder = opendir("/proc/self/fd");
  int num = 0;
  while (readdir(folder) != NULL) {
    ++num;
  }
  closedir(folder);
  return num;
}

/* What a connection leaves behind, when all that is made once has been made. */
static void growth(SSL_CTX* ctx) {
  const int all = count;
  int descriptors;
  size_t bytes;
  count = kWarmUp;
  say_all(ctx);
  descriptors = num_descriptors();
  bytes = mallinfo2().uordblks;
  count = all;
  say_all(ctx);
  printf("descriptors grow by %d\n", num_descriptors() - descriptors);
  fprintf(stderr, "bytes grow by %ld\n", (long)(mallinfo2().uordblks - bytes));
}

static void* run_thread(void* ctx) {
  size_t answers = 0;
  int i;
  for (i = 0; i < count; ++i) {
    answers += (size_t)connect_once(SSL_new(ctx));
  }
  return (void*)answers; /* NOLINT(performance-no-int-to-ptr) */
}

static void threads(SSL_CTX* ctx) {
  pthread_t ids[kThreads];
  size_t all = 0;
  int i;
  for (i = 0; i < kThreads; ++i) {
    pthread_create(&ids[i], NULL, run_thread, ctx);
  }
  for (i = 0; i < kThreads; ++i) {
    void* answers = NULL;
    pthread_join(ids[i], &answers);
    all += (size_t)answers;
  }
  printf("%zu of %d answers\n", all, kThreads * count);
}

/* Each child connects, and so do the parent between them and a child of a child. */
static void forks(SSL_CTX* ctx) {
  const int children = count;
  int answers = 0;
  int i;
  count = 1;
  say_all(ctx);
  for (i = 0; i < children; ++i) {
    int result = 0;
    const pid_t child = fork();
    if (child == 0) {
      const pid_t grandchild = fork();
      const int is_answered = connect_once(SSL_new(ctx));
      if (grandchild > 0) {
        waitpid(grandchild, &result, 0);
      }
      _exit(is_answered && result == 0 ? 0 : 1);
    }
    answers += connect_once(SSL_new(ctx));
    waitpid(child, &result, 0);
    answers += result == 0 ? 2 : 0;
  }
  printf("%d of %d answers\n", answers, 3 * children);
}

static const struct {
  const char* name;
  void (*run)(SSL_CTX* ctx);
} kCases[] = {
    {"plain", plain},
    {"info_of_context", info_of_context},
    {"info_of_context_late", info_of_context_late},
    {"info_of_connection", info_of_connection},
    {"info_of_both", info_of_both},
    {"messages_of_both", messages_of_both},
    {"security", security},
    {"security_that_is_high", security_that_is_high},
    {"security_of_its_own", security_of_its_own},
    {"status", status},
    {"status_that_refuses", status_that_refuses},
    {"status_not_asked_for", status_not_asked_for},
    {"own_ct", own_ct},
    {"verify_that_tolerates", verify_that_tolerates},
    {"unload_before", unload_before},
    {"unload_between", unload_between},
    {"unload_within", unload_within},
    {"load_again", load_again},
    {"cleanup_early", cleanup_early},
    {"growth", growth},
    {"threads", threads},
    {"forks", forks},
};

int main(int argc, char** argv) {
  size_t i;
  if (argc < 4) {
    return 2;
  }
  host = argv[2];
  port = argv[3];
  count = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 1;
  for (i = 0; i < sizeof kCases / sizeof kCases[0]; ++i) {
    if (strcmp(kCases[i].name, argv[1]) == 0) {
      SSL_CTX* ctx = make_context();
      kCases[i].run(ctx);
      SSL_CTX_free(ctx);
      return 0;
    }
  }
  return 2;
}
