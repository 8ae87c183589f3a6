/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* Clients and sessions as a host's adapter uses them: C99 that knows tattle.h only. The argument is
 * a folder that make_input has filled. */

#include <stdio.h>
#include <string.h>

#include <tattle/gossip.h>

#include "tests/abi/checks.h"

#define NOW_MS 1792000000000u    /* within the test certificate's life */
#define BEFORE_MS 1790500000000u /* before its SCTs were made */

static file leaf, issuer;
static char roots_path[1024], list_path[1024], missing_path[1024];
static int lines[4]; /* how many of each level */

static void count_line(void* arg, tattle_log_level level, const char* line) {
  CHECK(arg == lines);
  CHECK(level >= TATTLE_LOG_INFO && level <= TATTLE_LOG_ERROR);
  CHECK(line[0] != '\0' && strchr(line, '\n') == NULL);
  ++lines[level];
}

static tattle_client_builder* new_builder(void) {
  tattle_client_builder* builder = NULL;
  CHECK(tattle_client_builder_new(&builder, NULL) == TATTLE_OK);
  CHECK(tattle_client_builder_set(builder, "mode", "require", NULL) == TATTLE_OK);
  CHECK(tattle_client_builder_set(builder, "public_roots", roots_path, NULL) == TATTLE_OK);
  CHECK(tattle_client_builder_set(builder, "log_list", list_path, NULL) == TATTLE_OK);
  CHECK(tattle_client_builder_set(builder, "observe_socket", "", NULL) == TATTLE_OK);
  CHECK(tattle_client_builder_set(builder, "outbox", "", NULL) == TATTLE_OK);
  CHECK(tattle_client_builder_set_log(builder, count_line, lines, NULL) == TATTLE_OK);
  return builder;
}

static tattle_client* new_client(void) {
  tattle_client_builder* builder = new_builder();
  tattle_client* client = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  CHECK(tattle_client_new(builder, &client, NOW_MS, &diag) == TATTLE_OK);
  CHECK_TEXT(diag.text, "");
  tattle_client_builder_free(builder); /* the client does not need it */
  return client;
}

static tattle_evidence whole_evidence(void) {
  tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
  evidence.leaf = leaf.bytes;
  evidence.leaf_len = leaf.len;
  evidence.issuer = issuer.bytes;
  evidence.issuer_len = issuer.len;
  return evidence;
}

static tattle_connection connection_with(const tattle_evidence* evidence, const tattle_bytes* ca) {
  tattle_connection connection = TATTLE_CONNECTION_INIT;
  connection.host = "example.test";
  connection.evidence = evidence;
  connection.cas = ca;
  connection.num_cas = ca == NULL ? 0 : 1;
  connection.chain = TATTLE_CHAIN_VALIDATED;
  return connection;
}

static void names_every_number(void) {
  static const char* const mode[] = {"", "off", "report", "require", ""};
  static const char* const scope[] = {"unknown",     "public", "private",         "exempt_host",
                                      "exempt_spki", "dane",   "chain_not_valid", "no_certificate",
                                      "off",         ""};
  static const char* const counter[] = {
      "",           "judged",        "compliant",         "not_compliant",
      "undecided",  "out_of_scope",  "refused",           "cache_hits",
      "resumed",    "not_resumed",   "observations_sent", "observations_dropped",
      "list_loads", "list_problems", "log_lines_lost",    ""};
  int32_t i;
  for (i = 0; i < 5; ++i) {
    CHECK_TEXT(tattle_mode_name(i), mode[i]);
  }
  for (i = 0; i < 10; ++i) {
    CHECK_TEXT(tattle_scope_name(i), scope[i]);
  }
  for (i = 0; i < 16; ++i) {
    CHECK_TEXT(tattle_counter_name(i), counter[i]);
  }
}

static void refuses_what_is_no_setting(void) {
  tattle_client_builder* builder = new_builder();
  tattle_diag diag = TATTLE_DIAG_INIT;
  CHECK(tattle_client_builder_set(builder, "policy", "crome", &diag) == TATTLE_ERR_ARGUMENT);
  CHECK(strstr(diag.text, "policy") != NULL && strstr(diag.text, "crome") != NULL);
  CHECK(tattle_client_builder_set(builder, "polcy", "chrome", &diag) == TATTLE_ERR_ARGUMENT);
  CHECK(strstr(diag.text, "polcy") != NULL);
  CHECK(tattle_client_builder_read_file(builder, missing_path, &diag) == TATTLE_ERR_ARGUMENT);
  CHECK(diag.text[0] != '\0');
  CHECK(tattle_client_builder_set(builder, "policy", "strict", &diag) == TATTLE_OK);
  CHECK_TEXT(diag.text, "");
  tattle_client_builder_free(builder);
}

static void judges_a_connection(void) {
  tattle_client* client = new_client();
  tattle_log_list* list = NULL;
  tattle_client* shared = NULL;
  const tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* session = NULL;
  size_t len = 0;
  memset(lines, 0, sizeof(lines));
  CHECK(tattle_client_share(client, &shared, NULL) == TATTLE_OK);
  CHECK(tattle_client_mode(client) == TATTLE_MODE_REQUIRE);
  CHECK(tattle_client_log_list(client, &list, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_log_list_num_logs(list) > 0);
  tattle_log_list_free(list);
  tattle_client_free(client); /* the other handle lives on */
  CHECK(tattle_session_new(shared, &session, &connection, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_decision(session) == TATTLE_PROCEED);
  CHECK(tattle_session_scope(session) == TATTLE_SCOPE_PUBLIC);
  CHECK(tattle_session_origin(session) == TATTLE_ORIGIN_VERIFIED);
  CHECK(tattle_session_mode(session) == TATTLE_MODE_REQUIRE);
  CHECK(tattle_session_policy(session) == TATTLE_POLICY_CHROME);
  CHECK(tattle_report_num_scts(tattle_session_get0_report(session)) == 2);
  CHECK(tattle_verdict_compliance(tattle_session_get0_verdict(session)) == TATTLE_COMPLIANT);
  CHECK(strstr(tattle_session_get0_reason(session), "compliant with chrome") != NULL);
  CHECK(tattle_session_get0_saved(session, &len) != NULL && len > 0);
  CHECK(tattle_client_count(shared, TATTLE_COUNT_JUDGED) == 1);
  CHECK(tattle_client_count(shared, TATTLE_COUNT_COMPLIANT) == 1);
  CHECK(lines[TATTLE_LOG_INFO] == 1);
  tattle_client_free(shared); /* the session lives on */
  CHECK(tattle_report_sct_status(tattle_session_get0_report(session), 1) == TATTLE_SCT_VALID);
  tattle_session_free(session);
}

static void shares_what_it_made(void) {
  tattle_client* client = new_client();
  tattle_client* other = new_client();
  tattle_client* shared = NULL;
  const tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  const tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* session = NULL;
  tattle_session* share = NULL;
  size_t len = 0;
  CHECK(tattle_client_share(client, &shared, NULL) == TATTLE_OK);
  CHECK(tattle_client_id(client) != 0);
  CHECK(tattle_client_id(client) == tattle_client_id(shared));
  CHECK(tattle_client_id(client) != tattle_client_id(other));
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_share(session, &share, NULL) == TATTLE_OK);
  CHECK(share != session);
  tattle_session_free(session); /* the other handle lives on */
  tattle_client_free(client);
  CHECK(tattle_session_decision(share) == TATTLE_PROCEED);
  CHECK(tattle_report_num_scts(tattle_session_get0_report(share)) == 2);
  CHECK(tattle_verdict_compliance(tattle_session_get0_verdict(share)) == TATTLE_COMPLIANT);
  CHECK(strstr(tattle_session_get0_reason(share), "compliant with chrome") != NULL);
  CHECK(tattle_session_get0_saved(share, &len) != NULL && len > 0);
  tattle_session_free(share);
  tattle_client_free(shared);
  tattle_client_free(other);
}

static void has_no_heads_without_an_outbox(void) {
  tattle_client* client = new_client();
  tattle_heads* heads = NULL;
  static const uint8_t yes[] = {'Y', 'e', 's'};
  CHECK(tattle_heads_new(client, &heads, "example.test", NOW_MS, NULL) == TATTLE_OK);
  CHECK(heads != NULL);
  CHECK(tattle_heads_num(heads) == 0);
  CHECK_TEXT(tattle_heads_get0_header(heads), "");
  CHECK_TEXT(tattle_heads_get0_body(heads), "");
  tattle_heads_free(heads);
  CHECK(tattle_heads_new(client, &heads, NULL, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  CHECK(heads == NULL);
  tattle_client_note_gossip(client, "example.test", TATTLE_GOSSIP_ENABLED, yes, 3, NOW_MS);
  tattle_client_note_gossip(client, "example.test", 9, yes, 3, NOW_MS);
  tattle_client_note_gossip(client, NULL, TATTLE_GOSSIP_HEADER, NULL, 0, NOW_MS);
  tattle_client_note_gossip(client, "example.test", TATTLE_GOSSIP_HEADS, NULL, 3, NOW_MS);
  tattle_client_note_gossip(client, "example.test", TATTLE_GOSSIP_OFFERED, NULL, 0, NOW_MS);
  CHECK(tattle_client_count(client, TATTLE_COUNT_OBSERVATIONS_SENT) == 0);
  tattle_client_free(client);
}

static void refuses_where_it_is_required_only(void) {
  tattle_client* client = new_client();
  tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* session = NULL;
  memset(lines, 0, sizeof(lines));
  CHECK(tattle_session_new(client, &session, &connection, BEFORE_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_decision(session) == TATTLE_REFUSE);
  CHECK(lines[TATTLE_LOG_ERROR] == 1);
  tattle_session_free(session);
  connection.mode = TATTLE_MODE_REPORT;
  CHECK(tattle_session_new(client, &session, &connection, BEFORE_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_decision(session) == TATTLE_PROCEED);
  CHECK(tattle_session_origin(session) == TATTLE_ORIGIN_CACHED);
  CHECK(tattle_verdict_compliance(tattle_session_get0_verdict(session)) == TATTLE_NOT_COMPLIANT);
  CHECK(lines[TATTLE_LOG_WARNING] == 1);
  tattle_session_free(session);
  connection.mode = 0;
  connection.chain = TATTLE_CHAIN_NO_CERTIFICATE;
  connection.evidence = NULL;
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_decision(session) == TATTLE_PROCEED);
  CHECK(tattle_session_scope(session) == TATTLE_SCOPE_NO_CERTIFICATE);
  CHECK(tattle_session_get0_report(session) == NULL);
  CHECK(tattle_session_get0_verdict(session) == NULL);
  tattle_session_free(session);
  tattle_client_free(client);
}

static void resumes_what_it_saved(void) {
  tattle_client* client = new_client();
  const tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  const tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* first = NULL;
  tattle_session* again = NULL;
  size_t len = 0;
  const uint8_t* saved;
  CHECK(tattle_session_new(client, &first, &connection, NOW_MS, NULL) == TATTLE_OK);
  saved = tattle_session_get0_saved(first, &len);
  CHECK(tattle_session_resume(client, &again, &connection, saved, len, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_origin(again) == TATTLE_ORIGIN_RESUMED);
  CHECK(tattle_session_decision(again) == TATTLE_PROCEED);
  CHECK(tattle_report_num_scts(tattle_session_get0_report(again)) == 2);
  CHECK(tattle_client_count(client, TATTLE_COUNT_RESUMED) == 0);
  tattle_client_note_resumed(client, again, NULL);
  CHECK(tattle_client_count(client, TATTLE_COUNT_RESUMED) == 1);
  tattle_session_free(again);
  CHECK(tattle_session_resume(client, &again, &connection, saved, len - 1, NOW_MS, NULL) ==
        TATTLE_ERR_ARGUMENT);
  CHECK(again == NULL);
  CHECK(tattle_session_resume(client, &again, &connection, NULL, 0, NOW_MS, NULL) ==
        TATTLE_ERR_ARGUMENT);
  tattle_session_free(first);
  tattle_client_free(client);
}

static void says_what_is_wrong_with_the_list(void) {
  tattle_client_builder* builder = new_builder();
  tattle_client* client = NULL;
  const tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  const tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* session = NULL;
  tattle_log_list* list = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  memset(lines, 0, sizeof(lines));
  CHECK(tattle_client_builder_set(builder, "log_list", missing_path, NULL) == TATTLE_OK);
  CHECK(tattle_client_new(builder, &client, NOW_MS, NULL) == TATTLE_OK);
  CHECK(lines[TATTLE_LOG_ERROR] == 1);
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_decision(session) == TATTLE_REFUSE);
  CHECK(strstr(tattle_session_get0_reason(session), missing_path) != NULL);
  CHECK(tattle_client_count(client, TATTLE_COUNT_UNDECIDED) == 1);
  CHECK(tattle_client_log_list(client, &list, NOW_MS, &diag) == TATTLE_ERR_ARGUMENT);
  CHECK(list == NULL && strstr(diag.text, missing_path) != NULL);
  tattle_session_free(session);
  tattle_client_free(client);
  tattle_client_builder_free(builder);
}

static void says_what_is_wrong_with_the_configuration(void) {
  tattle_client_builder* builder = new_builder();
  tattle_client* client = NULL;
  const tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  const tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* session = NULL;
  memset(lines, 0, sizeof(lines));
  CHECK(tattle_client_builder_set_problem(builder, "a line is wrong", NULL) == TATTLE_OK);
  CHECK(tattle_client_new(builder, &client, NOW_MS, NULL) == TATTLE_OK);
  CHECK(lines[TATTLE_LOG_ERROR] == 1);
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_decision(session) == TATTLE_REFUSE);
  CHECK(strstr(tattle_session_get0_reason(session), "a line is wrong") != NULL);
  tattle_session_free(session);
  tattle_client_free(client);
  CHECK(tattle_client_builder_set_problem(builder, NULL, NULL) == TATTLE_OK);
  CHECK(tattle_client_new(builder, &client, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_decision(session) == TATTLE_PROCEED);
  tattle_session_free(session);
  tattle_client_free(client);
  tattle_client_builder_free(builder);
}

/* A connection of a version to come. */
typedef struct longer_connection {
  tattle_connection known;
  size_t more;
} longer_connection;

static void takes_structs_of_other_versions(void) {
  tattle_client* client = new_client();
  const tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* session = NULL;
  longer_connection longer;
  const size_t refused[] = {0, sizeof(size_t) - 1, sizeof(connection) - 1, SIZE_MAX};
  size_t i;
  for (i = 0; i < sizeof(refused) / sizeof(refused[0]); ++i) {
    connection.struct_size = refused[i];
    CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) ==
          TATTLE_ERR_STRUCT_SIZE);
    CHECK(session == NULL);
  }
  /* Shorter: no chain status, so nothing was validated. */
  connection.struct_size = offsetof(tattle_connection, cas);
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_scope(session) == TATTLE_SCOPE_CHAIN_NOT_VALID);
  tattle_session_free(session);
  memset(&longer, 0, sizeof(longer));
  longer.known = connection_with(&evidence, &ca);
  longer.known.struct_size = sizeof(longer);
  CHECK(tattle_session_new(client, &session, &longer.known, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_session_scope(session) == TATTLE_SCOPE_PUBLIC);
  tattle_session_free(session);
  longer.more = 1;
  CHECK(tattle_session_new(client, &session, &longer.known, NOW_MS, NULL) ==
        TATTLE_ERR_STRUCT_SIZE);
  tattle_client_free(client);
}

static void refuses_misuse(void) {
  tattle_client* client = new_client();
  const tattle_evidence evidence = whole_evidence();
  const tattle_bytes ca = {issuer.bytes, issuer.len};
  tattle_connection connection = connection_with(&evidence, &ca);
  tattle_session* session = NULL;
  char host[300];
  memset(host, 'a', sizeof(host));
  host[sizeof(host) - 1] = '\0';
  connection.mode = 4;
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  connection = connection_with(&evidence, &ca);
  connection.chain = 9;
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  connection = connection_with(&evidence, &ca);
  connection.host = host;
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  connection = connection_with(NULL, &ca);
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  connection = connection_with(&evidence, NULL);
  connection.num_cas = 1;
  CHECK(tattle_session_new(client, &session, &connection, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  CHECK(session == NULL);
  tattle_client_free(client);
}

static void survives_null_everywhere(void) {
  tattle_client_builder* builder = new_builder();
  tattle_client* client = new_client();
  tattle_session* session = NULL;
  tattle_log_list* list = NULL;
  size_t len = 7;
  CHECK(tattle_client_builder_new(NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_set(NULL, "mode", "off", NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_set(builder, NULL, "off", NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_set(builder, "mode", NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_read_file(NULL, roots_path, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_set_log_list(NULL, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_set_log_list(builder, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_set_log(NULL, NULL, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_builder_set_problem(NULL, "", NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_new(NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_share(NULL, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_session_new(NULL, &session, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_session_new(client, &session, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_session_resume(client, &session, NULL, NULL, 0, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_session_resume(NULL, NULL, NULL, NULL, 1, 0, NULL) == TATTLE_ERR_MISUSE);
  tattle_client_note_resumed(NULL, NULL, NULL);
  tattle_client_note_resumed(client, NULL, NULL);
  CHECK(tattle_client_id(NULL) == 0);
  CHECK(tattle_session_share(NULL, &session, NULL) == TATTLE_ERR_MISUSE && session == NULL);
  CHECK(tattle_session_share(NULL, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_heads_new(NULL, NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_heads_num(NULL) == 0);
  CHECK_TEXT(tattle_heads_get0_header(NULL), "");
  CHECK_TEXT(tattle_heads_get0_body(NULL), "");
  tattle_heads_free(NULL);
  tattle_client_note_gossip(NULL, NULL, TATTLE_GOSSIP_ENABLED, NULL, 0, 0);
  CHECK(tattle_client_log_list(NULL, &list, 0, NULL) == TATTLE_ERR_MISUSE && list == NULL);
  CHECK(tattle_client_log_list(client, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_client_mode(NULL) == 0);
  CHECK(tattle_client_count(NULL, TATTLE_COUNT_JUDGED) == 0);
  CHECK(tattle_client_count(client, 0) == 0);
  CHECK(tattle_client_count(client, 99) == 0);
  CHECK(tattle_session_decision(NULL) == TATTLE_DECISION_NONE);
  CHECK(tattle_session_scope(NULL) == TATTLE_SCOPE_UNKNOWN);
  CHECK(tattle_session_origin(NULL) == TATTLE_ORIGIN_NONE);
  CHECK(tattle_session_mode(NULL) == 0);
  CHECK(tattle_session_policy(NULL) == 0);
  CHECK_TEXT(tattle_session_get0_reason(NULL), "");
  CHECK(tattle_session_get0_report(NULL) == NULL);
  CHECK(tattle_session_get0_verdict(NULL) == NULL);
  CHECK(tattle_session_get0_saved(NULL, &len) == NULL && len == 0);
  CHECK(tattle_session_get0_saved(NULL, NULL) == NULL);
  tattle_session_free(NULL);
  tattle_client_free(NULL);
  tattle_client_builder_free(NULL);
  tattle_client_free(client);
  tattle_client_builder_free(builder);
}

int main(int argc, char** argv) {
  if (argc != 2 || !read_file(argv[1], "leaf.der", &leaf) ||
      !read_file(argv[1], "issuer.der", &issuer)) {
    fprintf(stderr, "usage: client_abi_test FOLDER\n");
    return 2;
  }
  snprintf(roots_path, sizeof(roots_path), "%s/issuer.pem", argv[1]);
  snprintf(list_path, sizeof(list_path), "%s/log_list.json", argv[1]);
  snprintf(missing_path, sizeof(missing_path), "%s/none", argv[1]);
  names_every_number();
  refuses_what_is_no_setting();
  judges_a_connection();
  shares_what_it_made();
  has_no_heads_without_an_outbox();
  refuses_where_it_is_required_only();
  resumes_what_it_saved();
  says_what_is_wrong_with_the_list();
  says_what_is_wrong_with_the_configuration();
  takes_structs_of_other_versions();
  refuses_misuse();
  survives_null_everywhere();
  if (failures != 0) {
    fprintf(stderr, "%d checks failed\n", failures);
  }
  return failures == 0 ? 0 : 1;
}
