/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* What a server's adapter does with serve.h: C99 that knows the public headers only. The argument
 * is a folder that make_input has filled: a leaf with two embedded SCTs, and one SCT for TLS. */

#include <stdio.h>
#include <string.h>

#include <tattle/serve.h>

#include "tests/abi/checks.h"

#define NOW_MS 1792000000000u /* within the test certificate's life */

static file leaf, issuer, tls_scts, list_json;

static tattle_scts* new_scts(const tattle_log_list* list) {
  tattle_scts* scts = NULL;
  CHECK(tattle_scts_new(list, &scts, NULL) == TATTLE_OK);
  CHECK(tattle_scts_set_file(scts, "tls", tls_scts.bytes, tls_scts.len, NULL) == TATTLE_OK);
  return scts;
}

static void match_all(tattle_scts* scts) {
  int32_t done = 0;
  CHECK(tattle_scts_match(scts, &done, 1000, NULL) == TATTLE_OK);
  CHECK(done == 1);
}

static void looks_ahead(const tattle_sct_choice* choice) {
  size_t i;
  CHECK(tattle_sct_choice_not_after_ms(choice) > NOW_MS);
  for (i = 0; tattle_policy_at(i) != 0; ++i) {
    CHECK(tattle_sct_choice_satisfies(choice, tattle_policy_at(i)) == 1);
    CHECK(tattle_sct_choice_satisfies_until_ms(choice, tattle_policy_at(i)) == 0);
  }
  CHECK(tattle_sct_choice_satisfies(choice, 99) == 0);
  CHECK(tattle_sct_choice_num_counted(choice) == 3);
  CHECK(tattle_sct_choice_counted_source(choice, 0) == TATTLE_SOURCE_TLS);
  CHECK(tattle_sct_choice_counted_source(choice, 2) == TATTLE_SOURCE_EMBEDDED);
  CHECK(tattle_sct_choice_counted_source(choice, 3) == 0);
  CHECK(tattle_sct_choice_get0_counted_log(choice, 0)[0] != '\0');
  CHECK(tattle_sct_choice_get0_counted_operator(choice, 0)[0] != '\0');
  CHECK_TEXT(tattle_sct_choice_get0_counted_log(choice, 3), "");
  CHECK_TEXT(tattle_sct_choice_get0_counted_operator(choice, 3), "");
  CHECK(tattle_sct_choice_counted_state(choice, 0) == TATTLE_LOG_STATE_USABLE);
  CHECK(tattle_sct_choice_counted_state(choice, 3) == TATTLE_LOG_STATE_NONE);
  CHECK(tattle_sct_choice_counted_timestamp_ms(choice, 0) > 0);
  CHECK(tattle_sct_choice_counted_timestamp_ms(choice, 3) == 0);
}

static void chooses_what_fits(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_scts* scts = new_scts(list);
  tattle_sct_choice* choice = NULL;
  tattle_sct_notes* notes = NULL;
  uint64_t number = 0;
  uint64_t again = 0;
  size_t len = 1;
  int32_t done = 1;
  tattle_log_list_free(list);
  CHECK(tattle_scts_add_certificate(scts, &number, leaf.bytes, leaf.len, NULL, 0, NULL) ==
        TATTLE_OK);
  CHECK(tattle_scts_add_certificate(scts, &again, leaf.bytes, leaf.len, issuer.bytes, issuer.len,
                                    NULL) == TATTLE_OK);
  CHECK(number != 0 && again == number);

  /* Before the work is done nothing fits, and nothing is said. */
  CHECK(tattle_scts_match(scts, &done, 0, NULL) == TATTLE_OK);
  CHECK(done == 0);
  CHECK(tattle_sct_notes_new(scts, &notes, NULL) == TATTLE_OK);
  CHECK(tattle_sct_notes_num(notes) == 0);
  tattle_sct_notes_free(notes);
  match_all(scts);

  CHECK(tattle_sct_choice_new(scts, &choice, number, TATTLE_POLICY_CHROME, NOW_MS, NULL) ==
        TATTLE_OK);
  tattle_scts_free(scts); /* the choice does not need it */
  CHECK(tattle_sct_choice_get0_list(choice, &len) != NULL);
  CHECK(len == tls_scts.len);
  CHECK(memcmp(tattle_sct_choice_get0_list(choice, &len), tls_scts.bytes, len) == 0);
  CHECK(tattle_sct_choice_num_scts(choice) == 1);
  CHECK(tattle_sct_choice_is_sufficient(choice) == 1);
  CHECK(tattle_sct_choice_is_embedded_sufficient(choice) == 1);
  CHECK(tattle_sct_choice_is_embedded_unknown(choice) == 0);
  CHECK(tattle_sct_choice_until_ms(choice) == 0);
  CHECK(tattle_sct_choice_again_ms(choice) == 0);
  CHECK_TEXT(tattle_sct_choice_get0_reason(choice), "embedded SCTs from 2 logs of 2 operators");
  looks_ahead(choice);
  CHECK(tattle_sct_notes_num(tattle_sct_choice_get0_notes(choice)) == 0);
  tattle_sct_choice_free(choice);
}

static void tells_what_fits_nothing(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_scts* scts = new_scts(list);
  tattle_sct_notes* notes = NULL;
  tattle_sct_choice* choice = NULL;
  uint64_t number = 0;
  size_t len = 1;
  CHECK(tattle_scts_add_certificate(scts, &number, issuer.bytes, issuer.len, NULL, 0, NULL) ==
        TATTLE_OK);
  match_all(scts);
  CHECK(tattle_sct_notes_new(scts, &notes, NULL) == TATTLE_OK);
  CHECK(tattle_sct_notes_num(notes) == 1);
  CHECK_TEXT(tattle_sct_notes_get0_file(notes, 0), "tls");
  CHECK(tattle_sct_notes_number(notes, 0) == 1);
  CHECK(tattle_sct_notes_status(notes, 0) == TATTLE_SCT_BAD_SIGNATURE);
  CHECK(strstr(tattle_sct_notes_get0_text(notes, 0), "fits no certificate") != NULL);
  CHECK_TEXT(tattle_sct_notes_get0_file(notes, 1), "");
  CHECK_TEXT(tattle_sct_notes_get0_text(notes, 1), "");
  CHECK(tattle_sct_notes_number(notes, 1) == 0);
  CHECK(tattle_sct_notes_status(notes, 1) == TATTLE_SCT_NOT_CHECKED);
  tattle_sct_notes_free(notes);

  CHECK(tattle_sct_choice_new(scts, &choice, number, TATTLE_POLICY_CHROME, NOW_MS, NULL) ==
        TATTLE_OK);
  CHECK(tattle_sct_choice_get0_list(choice, &len) == NULL);
  CHECK(len == 0);
  CHECK(tattle_sct_choice_is_sufficient(choice) == 0);
  tattle_sct_choice_free(choice);

  tattle_scts_remove_file(scts, "tls");
  CHECK(tattle_sct_notes_new(scts, &notes, NULL) == TATTLE_OK);
  CHECK(tattle_sct_notes_num(notes) == 0);
  tattle_sct_notes_free(notes);
  CHECK(tattle_scts_set_log_list(scts, list, NULL) == TATTLE_OK);
  tattle_scts_remove_certificate(scts, number);
  CHECK(tattle_sct_choice_new(scts, &choice, number, TATTLE_POLICY_CHROME, NOW_MS, NULL) ==
        TATTLE_ERR_MISUSE);
  CHECK(choice == NULL);
  tattle_scts_free(scts);
  tattle_log_list_free(list);
}

static void refuses_what_is_no_file(void) {
  static const uint8_t text[] = {'h', 'e', 'l', 'l', 'o', '\n'};
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_log_list* list = read_list(&list_json);
  tattle_scts* scts = new_scts(list);
  uint64_t number = 7;
  CHECK(tattle_scts_set_file(scts, "a", text, sizeof(text), &diag) == TATTLE_ERR_UNSUPPORTED);
  CHECK(diag.text[0] != '\0');
  CHECK(tattle_scts_set_file(scts, "a", NULL, 0, NULL) == TATTLE_ERR_MALFORMED);
  CHECK(tattle_scts_set_file(scts, "a", tls_scts.bytes, tls_scts.len - 1, NULL) ==
        TATTLE_ERR_MALFORMED);
  CHECK(tattle_scts_add_certificate(scts, &number, text, sizeof(text), NULL, 0, NULL) ==
        TATTLE_ERR_MALFORMED);
  CHECK(number == 7);
  tattle_scts_free(scts);
  tattle_log_list_free(list);
}

static void survives_null_everywhere(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_scts* scts = new_scts(list);
  tattle_scts* other = NULL;
  tattle_sct_choice* choice = NULL;
  tattle_sct_notes* notes = NULL;
  uint64_t number = 0;
  int32_t done = 0;
  size_t len = 1;
  tattle_diag bad = {1, 0, 0, 0, ""};
  CHECK(tattle_scts_new(NULL, &other, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_new(list, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_new(list, &other, &bad) == TATTLE_ERR_STRUCT_SIZE);
  CHECK(tattle_scts_set_log_list(NULL, list, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_set_log_list(scts, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_set_file(NULL, "a", NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_set_file(scts, NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_set_file(scts, "a", NULL, 1, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_add_certificate(NULL, &number, leaf.bytes, leaf.len, NULL, 0, NULL) ==
        TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_add_certificate(scts, NULL, leaf.bytes, leaf.len, NULL, 0, NULL) ==
        TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_add_certificate(scts, &number, NULL, 1, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_add_certificate(scts, &number, leaf.bytes, leaf.len, NULL, 1, NULL) ==
        TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_match(NULL, &done, 1, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_match(scts, NULL, 1, NULL) == TATTLE_ERR_MISUSE);
  tattle_scts_remove_file(NULL, "a");
  tattle_scts_remove_file(scts, NULL);
  tattle_scts_remove_certificate(NULL, 1);
  tattle_scts_remove_certificate(scts, 99);
  CHECK(tattle_sct_notes_new(NULL, &notes, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_sct_notes_new(scts, NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_sct_choice_new(NULL, &choice, 1, TATTLE_POLICY_CHROME, NOW_MS, NULL) ==
        TATTLE_ERR_MISUSE);
  CHECK(tattle_sct_choice_new(scts, NULL, 1, TATTLE_POLICY_CHROME, NOW_MS, NULL) ==
        TATTLE_ERR_MISUSE);
  CHECK(tattle_scts_add_certificate(scts, &number, leaf.bytes, leaf.len, NULL, 0, NULL) ==
        TATTLE_OK);
  CHECK(tattle_sct_choice_new(scts, &choice, number, 99, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_sct_choice_get0_list(NULL, &len) == NULL);
  CHECK(len == 0);
  CHECK(tattle_sct_choice_get0_list(NULL, NULL) == NULL);
  CHECK(tattle_sct_choice_num_scts(NULL) == 0);
  CHECK(tattle_sct_choice_is_sufficient(NULL) == 0);
  CHECK(tattle_sct_choice_is_embedded_sufficient(NULL) == 0);
  CHECK(tattle_sct_choice_is_embedded_unknown(NULL) == 0);
  CHECK(tattle_sct_choice_not_after_ms(NULL) == 0);
  CHECK(tattle_sct_choice_satisfies(NULL, TATTLE_POLICY_CHROME) == 0);
  CHECK(tattle_sct_choice_satisfies_until_ms(NULL, TATTLE_POLICY_CHROME) == 0);
  CHECK(tattle_sct_choice_num_counted(NULL) == 0);
  CHECK(tattle_sct_choice_counted_source(NULL, 0) == 0);
  CHECK_TEXT(tattle_sct_choice_get0_counted_log(NULL, 0), "");
  CHECK_TEXT(tattle_sct_choice_get0_counted_operator(NULL, 0), "");
  CHECK(tattle_sct_choice_counted_state(NULL, 0) == TATTLE_LOG_STATE_NONE);
  CHECK(tattle_sct_choice_counted_timestamp_ms(NULL, 0) == 0);
  CHECK(tattle_sct_choice_until_ms(NULL) == 0);
  CHECK(tattle_sct_choice_again_ms(NULL) == 0);
  CHECK_TEXT(tattle_sct_choice_get0_reason(NULL), "");
  CHECK(tattle_sct_choice_get0_notes(NULL) == NULL);
  CHECK(tattle_sct_notes_num(NULL) == 0);
  CHECK_TEXT(tattle_sct_notes_get0_file(NULL, 0), "");
  CHECK_TEXT(tattle_sct_notes_get0_text(NULL, 0), "");
  CHECK(tattle_sct_notes_number(NULL, 0) == 0);
  CHECK(tattle_sct_notes_status(NULL, 0) == TATTLE_SCT_NOT_CHECKED);
  tattle_scts_free(NULL);
  tattle_sct_notes_free(NULL);
  tattle_sct_choice_free(NULL);
  tattle_scts_free(scts);
  tattle_log_list_free(list);
}

int main(int argc, char** argv) {
  if (argc != 2 || !read_file(argv[1], "leaf.der", &leaf) ||
      !read_file(argv[1], "issuer.der", &issuer) ||
      !read_file(argv[1], "tls_scts.bin", &tls_scts) ||
      !read_file(argv[1], "log_list.json", &list_json)) {
    fprintf(stderr, "usage: serve_abi_test FOLDER\n");
    return 1;
  }
  chooses_what_fits();
  tells_what_fits_nothing();
  refuses_what_is_no_file();
  survives_null_everywhere();
  return failures == 0 ? 0 : 1;
}
