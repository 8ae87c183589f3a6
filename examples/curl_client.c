/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An HTTP client that wants Certificate Transparency.
 *
 *   curl_client [-gr] [-c CONFIG] [-t TIME_MS] URL
 *
 * Prints what is at URL, and refuses servers, also those that it is redirected to, whose
 * certificate is not compliant; with -r it only reports. With -g, tree heads that tattled has for
 * the server go with the request, and by a POST on the same connection. CURL_CA_BUNDLE names a file
 * of CAs; CONFIG is instead of /etc/tattle/tattle.conf, TIME_MS is a time instead of now, in
 * milliseconds since 1970. The exit status is 0 if the last connection is compliant or out of the
 * scope of CT, 1 if it is not compliant, 2 if nobody can tell.
 *
 * Build it: cc -std=c99 curl_client.c $(pkg-config --cflags --libs tattle-curl) -o client
 */

/* POSIX wants it so. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include <tattle/curl.h>

static uint64_t fixed_clock(void* arg) {
  return *(const uint64_t*)arg;
}

/* What a program has of its own to do with the SSL_CTX, Tattle calls for it. */
static CURLcode at_fixed_time(CURL* curl, void* ssl_ctx, void* arg) {
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param((SSL_CTX*)ssl_ctx),
                             (time_t)(*(const uint64_t*)arg / 1000));
  (void)curl;
  return CURLE_OK;
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

/* describe prints what became of the last connection and returns the exit status. */
static int describe(const tattle_curl* ct, CURLcode code) {
  const tattle_session* session = tattle_curl_get0_session(ct);
  const tattle_scope scope = tattle_session_scope(session);
  const tattle_compliance compliance =
      tattle_verdict_compliance(tattle_session_get0_verdict(session));
  const char* why = tattle_curl_get0_error(ct);
  if (code != CURLE_OK) {
    fprintf(stderr, "%s%s%s\n", curl_easy_strerror(code), *why == '\0' ? "" : ": ", why);
  } else {
    fprintf(stderr, "%s: %s\n", tattle_scope_name(scope), tattle_session_get0_reason(session));
  }
  if (compliance == TATTLE_NOT_COMPLIANT) {
    return 1;
  }
  /* Nothing was decided of a public server: there is no log list, for example. */
  return code == CURLE_OK && session != NULL && scope != TATTLE_SCOPE_UNKNOWN &&
                 (scope != TATTLE_SCOPE_PUBLIC || compliance == TATTLE_COMPLIANT)
             ? 0
             : 2;
}

/* gossip is for after a transfer; it changes the handle. */
static void gossip(CURL* curl, tattle_curl* ct) {
  int32_t ready = 0;
  if (tattle_curl_gossip_prepare(ct, &ready, NULL) == TATTLE_OK && ready) {
    const CURLcode code = curl_easy_perform(curl);
    fprintf(stderr, "gossip: %s\n",
            tattle_curl_gossip_finish(ct) ? "the server has taken the heads"
            : code == CURLE_OK            ? "the server did not take the heads"
                                          : curl_easy_strerror(code));
  }
}

int main(int argc, char** argv) {
  const char* config = NULL;
  int report = 0, with_gossip = 0, option, answer = 2;
  uint64_t now_ms = (uint64_t)time(NULL) * 1000;
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  tattle_diag diag = TATTLE_DIAG_INIT;
  while ((option = getopt(argc, argv, "grc:t:")) != -1 && option != '?') {
    if (option == 't') {
      now_ms = strtoull(optarg, NULL, 10);
      options.now_ms = fixed_clock;
      options.ssl_ctx = at_fixed_time;
      options.now_arg = options.ssl_ctx_arg = &now_ms;
    } else if (option == 'c') {
      config = optarg;
    } else {
      *(option == 'g' ? &with_gossip : &report) = 1;
    }
  }
  if (option == '?' || optind + 1 != argc) {
    fprintf(stderr, "usage: curl_client [-gr] [-c CONFIG] [-t TIME_MS] URL\n");
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  tattle_client* client = make_client(config, report, now_ms);
  CURL* curl = client == NULL ? NULL : curl_easy_init();
  tattle_curl* ct = NULL;
  options.offer_heads = with_gossip; /* there are no cookies and no credentials here */
  if (curl != NULL && tattle_curl_attach(curl, &ct, client, &options, &diag) != TATTLE_OK) {
    fprintf(stderr, "%s\n", diag.text);
  } else if (curl != NULL) {
    curl_easy_setopt(curl, CURLOPT_URL, argv[optind]);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    if (getenv("CURL_CA_BUNDLE") != NULL) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, getenv("CURL_CA_BUNDLE"));
      curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    const CURLcode code = curl_easy_perform(curl);
    tattle_curl_finish(ct);
    answer = describe(ct, code);
    if (with_gossip) {
      gossip(curl, ct);
    }
  }
  tattle_curl_detach(ct);
  curl_easy_cleanup(curl);
  tattle_client_free(client);
  curl_global_cleanup();
  return answer;
}
