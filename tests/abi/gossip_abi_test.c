/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* The server's half of gossip as a host's adapter uses it: C99 that knows gossip.h only. The
 * argument is a folder that make_input has filled. */

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <tattle/gossip.h>

#include "tests/abi/checks.h"

#define NOW_MS 1792000000000u /* 11 days after the heads of make_input */
#define STALE_MS 1793000000000u

static file list_json, heads_json, feedback_json;

static tattle_gossip_message* load_heads(void) {
  tattle_gossip_message* message = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  CHECK(tattle_gossip_message_new_heads(&message, heads_json.bytes, heads_json.len, &diag) ==
        TATTLE_OK);
  return message;
}

static const uint8_t kNonsenseBytes[] = {'n', 'o', 'n', 's', 'e', 'n', 's', 'e'};
static const uint8_t kOurName[] = {'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 't', 'e', 's', 't'};

static tattle_bytes bytes_of(const uint8_t* data, size_t len) {
  tattle_bytes bytes;
  bytes.data = data;
  bytes.len = len;
  return bytes;
}

static void finds_endpoints(void) {
  static const char* const path[] = {"/.well-known/ct/v1/sth-pollination",
                                     "/.well-known/ct-gossip/v1/sth-pollination",
                                     "/.well-known/ct/v1/sct-feedback",
                                     "/.well-known/ct-gossip/v1/collected-sct-feedback",
                                     "/ct-gossip/v1/trusted-auditor",
                                     "/ct/v1/sct-feedback",
                                     "/ct/v1/sth-gossip",
                                     "/.well-known/ct/v1/sth-pollination/",
                                     "/.well-known/ct/v1/STH-pollination",
                                     ""};
  static const tattle_gossip_endpoint want[] = {1, 1, 2, 3, 4, 5, 6, 0, 0, 0};
  size_t i;
  for (i = 0; i < sizeof(path) / sizeof(path[0]); ++i) {
    CHECK(tattle_gossip_endpoint_find(path[i], strlen(path[i])) == want[i]);
  }
  CHECK(tattle_gossip_endpoint_find(path[0], strlen(path[0]) - 1) == TATTLE_ENDPOINT_NONE);
  CHECK(tattle_gossip_endpoint_find(NULL, 3) == TATTLE_ENDPOINT_NONE);
}

static void says_what_is_no_message(void) {
  tattle_gossip_message* message = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  const tattle_bytes nonsense = bytes_of(kNonsenseBytes, sizeof(kNonsenseBytes));
  CHECK(tattle_gossip_message_new_heads(&message, nonsense.data, nonsense.len, &diag) ==
        TATTLE_ERR_MALFORMED);
  CHECK(message == NULL && diag.text[0] != '\0');
  CHECK(tattle_gossip_message_new_feedback(&message, heads_json.bytes, heads_json.len, &diag) ==
        TATTLE_ERR_MALFORMED);
  /* A header that says nothing that can be read is an empty message. */
  CHECK(tattle_gossip_message_new_header(&message, &nonsense, 1, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_message_num_heads(message) == 0);
  tattle_gossip_message_free(message);
}

static void keeps_heads_that_are_good(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_gossip_message* message = load_heads();
  tattle_gossip_findings* findings = NULL;
  tattle_gossip_terms terms = TATTLE_GOSSIP_TERMS_INIT;
  tattle_head_relation relations[] = {TATTLE_HEAD_NEW, TATTLE_HEAD_NEW};
  const uint8_t* record;
  size_t len = 0;
  CHECK(tattle_gossip_message_num_heads(message) == 2);
  CHECK(tattle_gossip_message_num_scts(message) == 0);
  CHECK(tattle_gossip_message_dialect(message) == TATTLE_HEADS_STHS);
  CHECK(tattle_gossip_message_is_cut(message) == 0);
  CHECK(tattle_gossip_message_has_head_log(message, 0) == 1);
  terms.list = list;
  terms.relations = relations;
  terms.num_relations = 2;
  terms.now_ms = NOW_MS;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_head_status(findings, 0) == TATTLE_HEAD_STATUS_GOOD);
  CHECK(tattle_gossip_findings_head_status(findings, 1) == TATTLE_HEAD_STATUS_BAD_SIGNATURE);
  CHECK(tattle_gossip_findings_num_checks(findings) == 2);
  CHECK(tattle_gossip_findings_is_cut(findings) == 0);
  record = tattle_gossip_findings_get0_head_record(findings, 0, &len);
  CHECK(record != NULL && len > TATTLE_HEAD_KEY_LEN);
  CHECK(record != NULL &&
        memcmp(record, tattle_gossip_message_get0_head_key(message, 0), TATTLE_HEAD_KEY_LEN) == 0);
  CHECK(tattle_gossip_findings_get0_head_record(findings, 1, &len) == NULL && len == 0);
  tattle_gossip_findings_free(findings);
  /* No more is checked than the server has to spare. */
  terms.max_checks = 1;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_head_status(findings, 0) == TATTLE_HEAD_STATUS_GOOD);
  CHECK(tattle_gossip_findings_head_status(findings, 1) == TATTLE_HEAD_STATUS_NOT_CHECKED);
  CHECK(tattle_gossip_findings_num_checks(findings) == 1);
  CHECK(tattle_gossip_findings_is_cut(findings) == 1);
  tattle_gossip_findings_free(findings);
  /* One that was compiled before there was such a bound has none. */
  terms.struct_size = offsetof(tattle_gossip_terms, max_checks);
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_num_checks(findings) == 2);
  tattle_gossip_findings_free(findings);
  terms.struct_size = sizeof(terms);
  terms.max_checks = 0;
  /* What the server knows is not checked; what is old is nothing, unless it contradicts. */
  relations[0] = TATTLE_HEAD_KNOWN;
  relations[1] = TATTLE_HEAD_KNOWN;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_head_status(findings, 1) == TATTLE_HEAD_STATUS_KNOWN);
  CHECK(tattle_gossip_findings_num_checks(findings) == 0);
  tattle_gossip_findings_free(findings);
  relations[0] = TATTLE_HEAD_NEW;
  terms.now_ms = STALE_MS;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_head_status(findings, 0) == TATTLE_HEAD_STATUS_STALE);
  tattle_gossip_findings_free(findings);
  relations[0] = TATTLE_HEAD_CONFLICTING;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_head_status(findings, 0) == TATTLE_HEAD_STATUS_GOOD);
  tattle_gossip_findings_free(findings);
  tattle_gossip_message_free(message);
  tattle_log_list_free(list);
}

static void keeps_feedback_of_its_names(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_gossip_message* message = NULL;
  tattle_gossip_findings* findings = NULL;
  tattle_gossip_terms terms = TATTLE_GOSSIP_TERMS_INIT;
  tattle_bytes name = bytes_of(kOurName, sizeof(kOurName));
  tattle_bytes record;
  tattle_gossip_text* text = NULL;
  uint8_t known[] = {0, 0};
  CHECK(tattle_gossip_message_new_feedback(&message, feedback_json.bytes, feedback_json.len,
                                           NULL) == TATTLE_OK);
  CHECK(tattle_gossip_message_num_scts(message) == 2);
  CHECK(tattle_gossip_message_get0_sct_key(message, 0) != NULL);
  terms.list = list;
  terms.now_ms = NOW_MS;
  terms.names = &name;
  terms.num_names = 1;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_sct_fate(findings, 0) == TATTLE_SCT_KEEP);
  CHECK(tattle_gossip_findings_sct_status(findings, 0) == TATTLE_SCT_VALID);
  CHECK(tattle_gossip_findings_sct_fate(findings, 1) == TATTLE_SCT_SUSPECT);
  CHECK(tattle_gossip_findings_sct_status(findings, 1) == TATTLE_SCT_BAD_SIGNATURE);
  record.data = tattle_gossip_findings_get0_sct_record(findings, 0, &record.len);
  CHECK(record.data != NULL && record.len > 100);
  CHECK(tattle_gossip_text_new_feedback(&text, &record, 1, NULL) == TATTLE_OK);
  CHECK(strstr(tattle_gossip_text_get0(text, NULL), "sct_data_v1") != NULL);
  tattle_gossip_text_free(text);
  tattle_gossip_findings_free(findings);
  known[0] = 1;
  terms.known_scts = known;
  terms.num_known_scts = 2;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_sct_fate(findings, 0) == TATTLE_SCT_KNOWN);
  tattle_gossip_findings_free(findings);
  name = bytes_of(kOurName, sizeof(kOurName) - 1);
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  CHECK(tattle_gossip_findings_sct_fate(findings, 1) == TATTLE_SCT_DROP);
  tattle_gossip_findings_free(findings);
  tattle_gossip_message_free(message);
  tattle_log_list_free(list);
}

static void gives_what_it_keeps(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_gossip_message* message = load_heads();
  tattle_gossip_findings* findings = NULL;
  tattle_gossip_terms terms = TATTLE_GOSSIP_TERMS_INIT;
  const tattle_head_relation relations[] = {TATTLE_HEAD_NEW, TATTLE_HEAD_NEW};
  tattle_bytes record;
  tattle_head_shelf* shelf = NULL;
  tattle_gossip_text* text = NULL;
  size_t len = 0;
  terms.list = list;
  terms.relations = relations;
  terms.num_relations = 2;
  terms.now_ms = NOW_MS;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  record.data = tattle_gossip_findings_get0_head_record(findings, 0, &record.len);
  CHECK(tattle_head_shelf_new(&shelf, list, &record, NULL, 1, NULL) == TATTLE_OK);
  tattle_log_list_free(list); /* the shelf keeps what it needs */
  CHECK(tattle_head_shelf_num(shelf) == 1);
  CHECK(tattle_head_shelf_draw(shelf, &text, TATTLE_HEADS_VERSIONED, 64, NULL, NOW_MS, NULL) ==
        TATTLE_OK);
  CHECK(strstr(tattle_gossip_text_get0(text, &len), "{\"v1\":[{") ==
        tattle_gossip_text_get0(text, NULL));
  CHECK(len == strlen(tattle_gossip_text_get0(text, NULL)));
  tattle_gossip_text_free(text);
  CHECK(tattle_head_shelf_draw(shelf, &text, TATTLE_HEADS_STHS, 64, message, NOW_MS, NULL) ==
        TATTLE_OK);
  CHECK(strcmp(tattle_gossip_text_get0(text, NULL), "{\"sths\":[]}") == 0);
  tattle_gossip_text_free(text);
  CHECK(tattle_head_shelf_draw(shelf, &text, 4, 64, NULL, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  CHECK(text == NULL);
  CHECK(tattle_gossip_text_new_heads(&text, TATTLE_HEADS_STH_GOSSIP, &record, 1, NULL) ==
        TATTLE_OK);
  tattle_gossip_text_free(text);
  record.len = 90;
  CHECK(tattle_gossip_text_new_heads(&text, TATTLE_HEADS_STHS, &record, 1, NULL) ==
        TATTLE_ERR_MALFORMED);
  tattle_head_shelf_free(shelf);
  tattle_gossip_findings_free(findings);
  tattle_gossip_message_free(message);
}

static void refuses_terms_that_do_not_fit(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_gossip_message* message = load_heads();
  tattle_gossip_findings* findings = NULL;
  tattle_head_relation relations[] = {TATTLE_HEAD_NEW, 4};
  const uint8_t known[] = {0};
  tattle_gossip_terms terms = TATTLE_GOSSIP_TERMS_INIT;
  terms.list = list;
  terms.relations = relations;
  terms.num_relations = 1;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_MISUSE);
  terms.num_relations = 2;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_MISUSE);
  relations[1] = 0;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_MISUSE);
  relations[1] = TATTLE_HEAD_NEW;
  terms.relations = NULL;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_MISUSE);
  terms.relations = relations;
  terms.known_scts = known;
  terms.num_known_scts = 1;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_MISUSE);
  terms.num_known_scts = 0;
  terms.num_names = 1;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_MISUSE);
  terms.num_names = 0;
  terms.list = NULL;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_MISUSE);
  terms.list = list;
  terms.struct_size = 1;
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_ERR_STRUCT_SIZE);
  terms.struct_size = sizeof(terms);
  CHECK(findings == NULL);
  CHECK(tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK);
  tattle_gossip_findings_free(findings);
  tattle_gossip_message_free(message);
  tattle_log_list_free(list);
}

static void survives_null_everywhere(void) {
  tattle_gossip_message* message = NULL;
  tattle_gossip_findings* findings = NULL;
  tattle_gossip_text* text = NULL;
  tattle_head_shelf* shelf = NULL;
  tattle_log_list* list = read_list(&list_json);
  const tattle_bytes nothing = {NULL, 3};
  size_t len = 7;
  CHECK(tattle_gossip_message_new_heads(NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_message_new_heads(&message, NULL, 3, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_message_new_heads(&message, NULL, 0, NULL) == TATTLE_ERR_MALFORMED);
  CHECK(tattle_gossip_message_new_feedback(&message, NULL, 3, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_message_new_header(&message, NULL, 3, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_message_new_header(&message, &nothing, 1, NULL) == TATTLE_ERR_MISUSE);
  CHECK(message == NULL);
  CHECK(tattle_gossip_message_dialect(NULL) == 0);
  CHECK(tattle_gossip_message_is_cut(NULL) == 0);
  CHECK(tattle_gossip_message_num_heads(NULL) == 0);
  CHECK(tattle_gossip_message_get0_head_key(NULL, 0) == NULL);
  CHECK(tattle_gossip_message_has_head_log(NULL, 0) == 0);
  CHECK(tattle_gossip_message_num_scts(NULL) == 0);
  CHECK(tattle_gossip_message_get0_sct_key(NULL, 0) == NULL);
  tattle_gossip_message_free(NULL);
  CHECK(tattle_gossip_check(NULL, &findings, NULL, NULL) == TATTLE_ERR_MISUSE);
  message = load_heads();
  CHECK(tattle_gossip_check(message, &findings, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_check(message, NULL, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_message_get0_head_key(message, 2) == NULL);
  CHECK(tattle_gossip_message_has_head_log(message, 2) == 0);
  CHECK(tattle_gossip_message_get0_sct_key(message, 0) == NULL);
  tattle_gossip_message_free(message);
  CHECK(tattle_gossip_findings_num_checks(NULL) == 0);
  CHECK(tattle_gossip_findings_is_cut(NULL) == 0);
  CHECK(tattle_gossip_findings_head_status(NULL, 0) == TATTLE_HEAD_STATUS_NOT_CHECKED);
  CHECK(tattle_gossip_findings_get0_head_record(NULL, 0, &len) == NULL && len == 0);
  CHECK(tattle_gossip_findings_get0_head_record(NULL, 0, NULL) == NULL);
  CHECK(tattle_gossip_findings_sct_fate(NULL, 0) == TATTLE_SCT_DROP);
  CHECK(tattle_gossip_findings_sct_status(NULL, 0) == TATTLE_SCT_NOT_CHECKED);
  CHECK(tattle_gossip_findings_get0_sct_record(NULL, 0, &len) == NULL);
  tattle_gossip_findings_free(NULL);
  CHECK(tattle_head_shelf_new(&shelf, NULL, NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_head_shelf_new(&shelf, list, NULL, NULL, 1, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_head_shelf_new(&shelf, list, &nothing, NULL, 1, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_head_shelf_new(NULL, list, NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(shelf == NULL && tattle_head_shelf_num(NULL) == 0);
  CHECK(tattle_head_shelf_draw(NULL, &text, TATTLE_HEADS_STHS, 1, NULL, 0, NULL) ==
        TATTLE_ERR_MISUSE);
  tattle_head_shelf_free(NULL);
  CHECK(tattle_gossip_text_new_heads(&text, TATTLE_HEADS_STHS, NULL, 1, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_text_new_heads(&text, 0, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_gossip_text_new_feedback(&text, &nothing, 1, NULL) == TATTLE_ERR_MISUSE);
  CHECK(strcmp(tattle_gossip_text_get0(NULL, &len), "") == 0 && len == 0);
  CHECK(strcmp(tattle_gossip_text_get0(NULL, NULL), "") == 0);
  tattle_gossip_text_free(NULL);
  tattle_log_list_free(list);
}

int main(int argc, char** argv) {
  if (argc != 2 || !read_file(argv[1], "log_list.json", &list_json) ||
      !read_file(argv[1], "heads.json", &heads_json) ||
      !read_file(argv[1], "feedback.json", &feedback_json)) {
    fprintf(stderr, "usage: gossip_abi_test FOLDER\n");
    return 2;
  }
  finds_endpoints();
  says_what_is_no_message();
  keeps_heads_that_are_good();
  keeps_feedback_of_its_names();
  gives_what_it_keeps();
  refuses_terms_that_do_not_fit();
  survives_null_everywhere();
  if (failures != 0) {
    fprintf(stderr, "%d checks failed\n", failures);
  }
  return failures == 0 ? 0 : 1;
}
