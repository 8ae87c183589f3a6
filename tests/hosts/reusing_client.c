/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An HTTP client over libcurl that reuses what it has in every way that libcurl knows, with and
 * without Tattle.
 *
 *   reusing_client CONFIG 1.1|2 1.2|1.3      the versions of HTTP and of TLS
 *
 * It does what the lines of its stdin say, and answers each with a line of JSON:
 *
 *   new NAME                            an easy handle
 *   attach NAME MODE POLICY [offer]     by Tattle; offer: heads go with its requests
 *   detach NAME
 *   set NAME WHAT VALUE                 see set_option
 *   get NAME URL                        a transfer
 *   multi NAME URL [NAME URL]...        transfers at once, all by one multi handle
 *   post NAME                           heads, by a POST after a transfer
 *   drop NAME                           the end of the handle
 *
 * Handles of one policy have one client of Tattle. What became of transfers is an array, in the
 * order of the line; of everything else {"ok": true}.
 */

/* POSIX wants it so. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tattle/curl.h>

enum { kMaxHandles = 16, kMaxWords = 2 * kMaxHandles + 1, kMaxPolicies = 4 };

struct handle {
  char name[32];
  CURL* curl;
  tattle_curl* ct;
  struct curl_slist* headers;
  char error[CURL_ERROR_SIZE];
};

struct policy {
  char name[32];
  tattle_client* client;
};

static struct handle handles[kMaxHandles];
static struct policy policies[kMaxPolicies];
static const char* config;
static long http_version;
static long tls_version;
static CURLM* multi;
static CURLSH* share;

static void die(const char* what) {
  fprintf(stderr, "reusing_client: %s\n", what);
  exit(2);
}

static void check_set(CURLcode code, const char* what) {
  if (code != CURLE_OK) {
    die(what);
  }
}

static struct handle* find_handle(const char* name) {
  int i;
  for (i = 0; i < kMaxHandles; ++i) {
    if (handles[i].curl != NULL && strcmp(handles[i].name, name) == 0) {
      return &handles[i];
    }
  }
  die(name);
  return NULL;
}

static tattle_client* find_client(const char* policy) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_client_builder* builder = NULL;
  struct policy* place = policies;
  while (place->client != NULL && strcmp(place->name, policy) != 0) {
    ++place;
  }
  if (place->client == NULL) {
    snprintf(place->name, sizeof place->name, "%s", policy);
    if (tattle_client_builder_new(&builder, &diag) != TATTLE_OK ||
        tattle_client_builder_read_file(builder, config, &diag) != TATTLE_OK ||
        tattle_client_builder_set(builder, "policy", policy, &diag) != TATTLE_OK ||
        tattle_client_new(builder, &place->client, (uint64_t)time(NULL) * 1000, &diag) !=
            TATTLE_OK) {
      die(diag.text);
    }
    tattle_client_builder_free(builder);
  }
  return place->client;
}

/* libcurl's signature. */
static size_t drop_body(char* part, size_t size, size_t count, void* arg) {
  (void)part;
  (void)arg;
  return size * count;
}

/* set_all sets what every handle has. */
static void set_all(struct handle* handle) {
  check_set(curl_easy_setopt(handle->curl, CURLOPT_WRITEFUNCTION, drop_body), "write function");
  check_set(curl_easy_setopt(handle->curl, CURLOPT_ERRORBUFFER, handle->error), "error buffer");
  check_set(curl_easy_setopt(handle->curl, CURLOPT_HTTP_VERSION, http_version), "HTTP version");
  check_set(curl_easy_setopt(handle->curl, CURLOPT_SSLVERSION, tls_version), "TLS version");
  check_set(curl_easy_setopt(handle->curl, CURLOPT_TIMEOUT, 20L), "timeout");
}

static void add_handle(const char* name) {
  struct handle* place = handles;
  while (place < handles + kMaxHandles && place->curl != NULL) {
    ++place;
  }
  if (place == handles + kMaxHandles) {
    die("too many handles");
  }
  memset(place, 0, sizeof *place);
  snprintf(place->name, sizeof place->name, "%s", name);
  place->curl = curl_easy_init();
  set_all(place);
}

static void drop(struct handle* handle) {
  tattle_curl_detach(handle->ct);
  curl_easy_cleanup(handle->curl);
  curl_slist_free_all(handle->headers);
  memset(handle, 0, sizeof *handle);
}

static void attach(struct handle* handle, char** words, int num_words) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.mode = strcmp(words[0], "require") == 0 ? TATTLE_MODE_REQUIRE : TATTLE_MODE_REPORT;
  options.offer_heads = num_words > 2 && strcmp(words[2], "offer") == 0;
  if (tattle_curl_attach(handle->curl, &handle->ct, find_client(words[1]), &options, &diag) !=
      TATTLE_OK) {
    die(diag.text);
  }
}

static void detach(struct handle* handle) {
  tattle_curl_detach(handle->ct);
  handle->ct = NULL;
}

/* set_header is of an attached handle if it is attached. */
static void set_header(struct handle* handle, const char* line) {
  handle->headers = curl_slist_append(handle->headers, line);
  if (handle->ct == NULL) {
    check_set(curl_easy_setopt(handle->curl, CURLOPT_HTTPHEADER, handle->headers), line);
  } else if (tattle_curl_set_headers(handle->ct, handle->headers) != TATTLE_OK) {
    die(line);
  }
}

static void set_option(struct handle* handle, const char* what, const char* value) {
  CURL* curl = handle->curl;
  const long number = strtol(value, NULL, 10);
  if (strcmp(what, "shared") == 0) { /* connections and sessions, with all that have it set */
    check_set(curl_easy_setopt(curl, CURLOPT_SHARE, number ? share : NULL), what);
  } else if (strcmp(what, "follow") == 0) {
    check_set(curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, number), what);
  } else if (strcmp(what, "close") == 0) { /* after each transfer */
    check_set(curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, number), what);
  } else if (strcmp(what, "fresh") == 0) { /* a connection for each transfer, others stay open */
    check_set(curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, number), what);
  } else if (strcmp(what, "wait") == 0) { /* for a connection to multiplex on */
    check_set(curl_easy_setopt(curl, CURLOPT_PIPEWAIT, number), what);
  } else if (strcmp(what, "same_key") == 0) { /* takes back what keeps connections apart */
    check_set(curl_easy_setopt(curl, CURLOPT_TLS13_CIPHERS, NULL), what);
  } else if (strcmp(what, "cookies") == 0) { /* of curl's engine */
    check_set(curl_easy_setopt(curl, CURLOPT_COOKIEFILE, number ? "" : NULL), what);
  } else if (strcmp(what, "header") == 0) {
    set_header(handle, value);
  } else if (strcmp(what, "agent") == 0) {
    check_set(curl_easy_setopt(curl, CURLOPT_USERAGENT, value), what);
  } else {
    die(what);
  }
}

static void print_text(const char* key, const char* text) {
  printf("\"%s\": \"", key);
  for (; *text != '\0'; ++text) {
    if (*text == '"' || *text == '\\') {
      putchar('\\');
    }
    putchar((unsigned char)*text < ' ' ? '?' : *text);
  }
  printf("\", ");
}

static void print_number(const char* key, long number) {
  printf("\"%s\": %ld, ", key, number);
}

/* number_of is what libcurl tells. */
static long number_of(const struct handle* handle, CURLINFO what) {
  long number = 0;
  curl_easy_getinfo(handle->curl, what, &number);
  return number;
}

static const char* compliance_name(tattle_compliance compliance) {
  return compliance == TATTLE_COMPLIANT       ? "compliant"
         : compliance == TATTLE_NOT_COMPLIANT ? "not compliant"
                                              : "undecided";
}

static const char* origin_name(tattle_origin origin) {
  static const char* const names[] = {"none", "verified", "cached", "resumed"};
  return origin >= 0 && origin <= TATTLE_ORIGIN_RESUMED ? names[origin] : "unknown";
}

static const char* decision_name(tattle_decision decision) {
  return decision == TATTLE_PROCEED ? "proceed" : decision == TATTLE_REFUSE ? "refuse" : "none";
}

/* tell finishes a transfer and prints what became of it. */
static void tell(struct handle* handle, CURLcode code) {
  const tattle_session* session;
  const char* url = "";
  tattle_curl_finish(handle->ct);
  session = tattle_curl_get0_session(handle->ct);
  curl_easy_getinfo(handle->curl, CURLINFO_EFFECTIVE_URL, &url);
  putchar('{');
  print_text("handle", handle->name);
  print_number("code", code);
  print_text("curl_error", handle->error);
  print_text("error", tattle_curl_get0_error(handle->ct));
  print_text("url", url);
  print_number("status", code == CURLE_OK ? number_of(handle, CURLINFO_RESPONSE_CODE) : 0);
  print_number("http", number_of(handle, CURLINFO_HTTP_VERSION));
  print_number("connects", number_of(handle, CURLINFO_NUM_CONNECTS));
  print_text("compliance",
             compliance_name(tattle_verdict_compliance(tattle_session_get0_verdict(session))));
  print_text("decision", decision_name(tattle_session_decision(session)));
  print_text("origin", origin_name(tattle_session_origin(session)));
  print_text("scope", tattle_scope_name(tattle_session_scope(session)));
  print_text("reason", tattle_session_get0_reason(session));
  printf("\"judged\": %s}", session == NULL ? "false" : "true");
  handle->error[0] = '\0';
}

static void set_url(struct handle* handle, const char* url) {
  check_set(curl_easy_setopt(handle->curl, CURLOPT_URL, url), url);
}

static void get(struct handle* handle, const char* url) {
  set_url(handle, url);
  putchar('[');
  tell(handle, curl_easy_perform(handle->curl));
  printf("]\n");
}

/* post answers with 1 where the server has taken the heads. */
static void post(struct handle* handle) {
  int32_t ready = 0;
  CURLcode code = CURLE_OK;
  if (tattle_curl_gossip_prepare(handle->ct, &ready, NULL) != TATTLE_OK) {
    die("gossip_prepare");
  }
  if (ready) {
    code = curl_easy_perform(handle->curl);
  }
  printf("{\"ready\": %d, \"code\": %d, \"connects\": %ld, \"taken\": %d}\n", ready, code,
         number_of(handle, CURLINFO_NUM_CONNECTS), tattle_curl_gossip_finish(handle->ct));
  if (ready) {
    set_all(handle);
  }
}

static void run_all(void) {
  int running = 1;
  while (running != 0) {
    if (curl_multi_perform(multi, &running) != CURLM_OK ||
        (running != 0 && curl_multi_poll(multi, NULL, 0, 1000, NULL) != CURLM_OK)) {
      die("multi");
    }
  }
}

static void get_at_once(char** words, int num_words) {
  CURLcode codes[kMaxHandles];
  int left = 0;
  int i;
  const CURLMsg* message;
  for (i = 0; i + 1 < num_words; i += 2) {
    struct handle* handle = find_handle(words[i]);
    codes[i / 2] = CURL_LAST;
    set_url(handle, words[i + 1]);
    curl_multi_add_handle(multi, handle->curl);
  }
  run_all();
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    for (i = 0; i + 1 < num_words; i += 2) {
      if (find_handle(words[i])->curl == message->easy_handle) {
        codes[i / 2] = message->data.result;
      }
    }
  }
  for (i = 0; i + 1 < num_words; i += 2) {
    printf(i == 0 ? "[" : ", ");
    curl_multi_remove_handle(multi, find_handle(words[i])->curl);
    tell(find_handle(words[i]), codes[i / 2]);
  }
  printf("]\n");
}

static int split(char* line, char** words) {
  int num_words = 0;
  char* rest = NULL;
  char* word;
  for (word = strtok_r(line, "\t\n", &rest); word != NULL && num_words < kMaxWords;
       word = strtok_r(NULL, "\t\n", &rest)) {
    words[num_words++] = word;
  }
  return num_words;
}

/* obey does what a line says; those that make no transfer answer alike. */
static void obey(char** words, int num_words) {
  const char* verb = num_words > 1 ? words[0] : "";
  if (strcmp(verb, "get") == 0 && num_words == 3) {
    get(find_handle(words[1]), words[2]);
    return;
  }
  if (strcmp(verb, "multi") == 0 && num_words % 2 == 1) {
    get_at_once(words + 1, num_words - 1);
    return;
  }
  if (strcmp(verb, "post") == 0) {
    post(find_handle(words[1]));
    return;
  }
  if (strcmp(verb, "new") == 0) {
    add_handle(words[1]);
  } else if (strcmp(verb, "attach") == 0 && num_words >= 4) {
    attach(find_handle(words[1]), words + 2, num_words - 2);
  } else if (strcmp(verb, "detach") == 0) {
    detach(find_handle(words[1]));
  } else if (strcmp(verb, "set") == 0 && num_words == 4) {
    set_option(find_handle(words[1]), words[2], words[3]);
  } else if (strcmp(verb, "drop") == 0) {
    drop(find_handle(words[1]));
  } else {
    die(verb);
  }
  printf("{\"ok\": true}\n");
}

/* tidy frees all, so that leaks can be told. */
static void tidy(void) {
  int i;
  for (i = 0; i < kMaxHandles; ++i) {
    if (handles[i].curl != NULL) {
      drop(&handles[i]);
    }
  }
  curl_multi_cleanup(multi);
  curl_share_cleanup(share);
  for (i = 0; i < kMaxPolicies; ++i) {
    tattle_client_free(policies[i].client);
  }
  curl_global_cleanup();
}

int main(int argc, char** argv) {
  char line[8192];
  if (argc != 4) {
    die("give the configuration, and the versions of HTTP and TLS");
  }
  config = argv[1];
  http_version = strcmp(argv[2], "2") == 0 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
  tls_version = strcmp(argv[3], "1.2") == 0 ? CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2
                                            : CURL_SSLVERSION_TLSv1_3;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  multi = curl_multi_init();
  share = curl_share_init();
  if (curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK ||
      curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
    die("share");
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    char* words[kMaxWords];
    obey(words, split(line, words));
    fflush(stdout);
  }
  tidy();
  return 0;
}
