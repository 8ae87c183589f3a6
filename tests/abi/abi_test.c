/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* A program as users write it: C99, and C++ as well (abi_test_cpp.cc), that knows tattle.h only.
 * The argument is a folder that make_input has filled. */

#include <stdio.h>
#include <string.h>

#include <tattle/tattle.h>

#include "tests/abi/checks.h"

#define NOW_MS 1792000000000u /* within the test certificate's life */
#define STALE_MS 1800000000000u

/* What make_input made. */
static file leaf, issuer, tls_scts, list_json, list_signature, list_spki;

static tattle_evidence whole_evidence(void) {
  tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
  evidence.leaf = leaf.bytes;
  evidence.leaf_len = leaf.len;
  evidence.issuer = issuer.bytes;
  evidence.issuer_len = issuer.len;
  evidence.tls_scts = tls_scts.bytes;
  evidence.tls_scts_len = tls_scts.len;
  return evidence;
}

static tattle_report* verify_all(const tattle_log_list* list) {
  tattle_report* report = NULL;
  const tattle_evidence evidence = whole_evidence();
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, NULL) == TATTLE_OK);
  return report;
}

static void names_the_version(void) {
  char numbers[64];
  snprintf(numbers, sizeof(numbers), "%d.%d.%d", TATTLE_VERSION_MAJOR, TATTLE_VERSION_MINOR,
           TATTLE_VERSION_PATCH);
  CHECK_TEXT(tattle_version(), TATTLE_VERSION);
  CHECK_TEXT(tattle_version(), numbers);
}

static void names_every_number(void) {
  static const char* const status[] = {"ok",       "malformed", "unsupported", "argument",
                                       "internal", "misuse",    "struct_size", "memory"};
  static const char* const sct[] = {"not_checked",         "valid",         "malformed",
                                    "unsupported_version", "unknown_log",   "denied_log",
                                    "wrong_algorithm",     "bad_signature", "in_future"};
  static const char* const state[] = {"none",     "pending", "qualified", "usable",
                                      "readonly", "retired", "rejected",  "unknown"};
  static const char* const source[] = {"", "embedded", "tls", "ocsp"};
  int32_t i;
  for (i = 0; i < 8; ++i) {
    CHECK_TEXT(tattle_status_name(-i), status[i]);
    CHECK_TEXT(tattle_log_state_name(i), state[i]);
  }
  for (i = 0; i < 9; ++i) {
    CHECK_TEXT(tattle_sct_status_name(i), sct[i]);
  }
  for (i = 0; i < 4; ++i) {
    CHECK_TEXT(tattle_sct_source_name(i), source[i]);
  }
  CHECK_TEXT(tattle_status_name(1), "unknown");
  CHECK_TEXT(tattle_status_name(-8), "unknown");
  CHECK_TEXT(tattle_sct_status_name(-1), "");
  CHECK_TEXT(tattle_sct_status_name(9), "");
  CHECK_TEXT(tattle_sct_source_name(4), "");
  CHECK_TEXT(tattle_log_state_name(8), "");
}

static void finds_policies_by_name(void) {
  size_t i;
  size_t num_policies = 0;
  while (tattle_policy_at(num_policies) != 0) {
    ++num_policies;
  }
  CHECK(num_policies == 6);
  for (i = 0; i < num_policies; ++i) {
    CHECK(tattle_policy_find(tattle_policy_name(tattle_policy_at(i))) == tattle_policy_at(i));
  }
  CHECK(tattle_policy_find("chrome") == TATTLE_POLICY_CHROME);
  CHECK(tattle_policy_find("Chrome") == 0);
  CHECK(tattle_policy_find("") == 0);
  CHECK(tattle_policy_find(NULL) == 0);
  CHECK_TEXT(tattle_policy_name(0), "");
  CHECK_TEXT(tattle_policy_name(7), "");
}

static void loads_the_pinned_list(void) {
  tattle_log_list* list = NULL;
  CHECK(tattle_log_list_new_pinned(&list, NULL) == TATTLE_OK);
  CHECK(tattle_log_list_num_logs(list) > 10);
  CHECK(tattle_log_list_num_skipped(list) == 0);
  CHECK(tattle_log_list_timestamp_ms(list) > 1600000000000u);
  CHECK(tattle_log_list_is_stale(list, tattle_log_list_timestamp_ms(list)) == 0);
  CHECK(tattle_log_list_is_stale(list, UINT64_MAX) == 1);
  tattle_log_list_free(list);
}

static void refuses_what_is_no_list(void) {
  static const uint8_t garbage[] = {'{', '}', '!'};
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_log_list* list = read_list(&list_json);
  tattle_log_list* const old = list;
  CHECK(tattle_log_list_new_from_bytes(&list, garbage, sizeof(garbage), &diag) ==
        TATTLE_ERR_MALFORMED);
  CHECK(list == NULL);
  CHECK(diag.code != 0);
  CHECK(diag.text[0] != '\0');
  CHECK(tattle_log_list_new_from_bytes(&list, NULL, 0, &diag) == TATTLE_ERR_UNSUPPORTED);
  CHECK(tattle_log_list_new_from_bytes(&list, list_json.bytes, list_json.len, &diag) == TATTLE_OK);
  CHECK(diag.code == 0);
  CHECK_TEXT(diag.text, "");
  tattle_log_list_free(list);
  tattle_log_list_free(old);
}

static void loads_only_what_was_signed(void) {
  tattle_log_list* list = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  CHECK(tattle_log_list_new_signed(&list, list_json.bytes, list_json.len, list_signature.bytes,
                                   list_signature.len, list_spki.bytes, list_spki.len,
                                   &diag) == TATTLE_OK);
  CHECK(tattle_log_list_num_logs(list) == 3);
  tattle_log_list_free(list);
  list_json.bytes[list_json.len - 1] ^= 1;
  CHECK(tattle_log_list_new_signed(&list, list_json.bytes, list_json.len, list_signature.bytes,
                                   list_signature.len, list_spki.bytes, list_spki.len,
                                   &diag) == TATTLE_ERR_ARGUMENT);
  list_json.bytes[list_json.len - 1] ^= 1;
  CHECK(list == NULL);
  CHECK(tattle_log_list_new_signed(&list, list_json.bytes, list_json.len, NULL, 0, list_spki.bytes,
                                   list_spki.len, NULL) == TATTLE_ERR_ARGUMENT);
  CHECK(tattle_log_list_new_signed(&list, list_json.bytes, list_json.len, list_signature.bytes,
                                   list_signature.len, NULL, 0, NULL) == TATTLE_ERR_MALFORMED);
  CHECK(list == NULL);
}

static void reports_facts_of_each_sct(void) {
  static const char* const log[] = {"Alpha", "Beta", "Gamma"};
  static const char* const op[] = {"Operator A", "Operator B", "Operator C"};
  tattle_log_list* list = read_list(&list_json);
  tattle_report* report = verify_all(list);
  size_t i;
  CHECK(tattle_log_list_get0_description(list, NULL) == NULL);
  for (i = 0; i < 3; ++i) {
    CHECK_TEXT(tattle_log_list_get0_description(list, tattle_report_get0_sct_log_id(report, i)),
               log[i]);
  }
  tattle_log_list_free(list); /* the report keeps it alive */
  CHECK(tattle_report_num_scts(report) == 3);
  for (i = 0; i < 3; ++i) {
    const uint8_t* const log_id = tattle_report_get0_sct_log_id(report, i);
    CHECK(tattle_report_sct_source(report, i) ==
          (i == 2 ? TATTLE_SOURCE_TLS : TATTLE_SOURCE_EMBEDDED));
    CHECK(tattle_report_sct_status(report, i) == TATTLE_SCT_VALID);
    CHECK_TEXT(tattle_report_get0_sct_reason(report, i), "");
    CHECK_TEXT(tattle_report_get0_sct_log(report, i), log[i]);
    CHECK_TEXT(tattle_report_get0_sct_operator(report, i), op[i]);
    CHECK(tattle_report_sct_timestamp_ms(report, i) == 1791000000000u + i);
    CHECK(tattle_report_sct_leaf_index(report, i) == (i == 1 ? 77 : TATTLE_NO_LEAF_INDEX));
    CHECK(tattle_report_sct_log_state(report, i) == TATTLE_LOG_STATE_USABLE);
    CHECK(tattle_report_sct_log_state_since_ms(report, i) == 1577836800000u);
    CHECK(log_id != NULL && log_id[0] + log_id[31] != 0);
  }
  CHECK(tattle_report_not_before_ms(report) == 1790000000000u);
  CHECK(tattle_report_not_after_ms(report) == 1797776000000u);
  CHECK(tattle_report_has_issuer_mismatch(report) == 0);
  tattle_report_free(report);
}

static void says_why_an_sct_is_not_good(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_evidence evidence = whole_evidence();
  tattle_report* report = NULL;
  tls_scts.bytes[tls_scts.len - 1] ^= 1; /* the end of the signature */
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, NULL) == TATTLE_OK);
  tls_scts.bytes[tls_scts.len - 1] ^= 1;
  CHECK(tattle_report_sct_status(report, 1) == TATTLE_SCT_VALID);
  CHECK(tattle_report_sct_status(report, 2) == TATTLE_SCT_BAD_SIGNATURE);
  CHECK(tattle_report_get0_sct_reason(report, 2)[0] != '\0');
  tattle_report_free(report);

  evidence.issuer = leaf.bytes;
  evidence.issuer_len = leaf.len;
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_report_has_issuer_mismatch(report) == 1);
  CHECK(tattle_report_sct_status(report, 0) != TATTLE_SCT_VALID);
  CHECK(tattle_report_sct_status(report, 2) == TATTLE_SCT_VALID);
  tattle_report_free(report);
  tattle_log_list_free(list);
}

static void refuses_a_leaf_that_is_none(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_evidence evidence = whole_evidence();
  tattle_report* report = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  evidence.leaf_len -= 1;
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, &diag) == TATTLE_ERR_MALFORMED);
  CHECK(report == NULL);
  CHECK(diag.text[0] != '\0');
  evidence.leaf_len = 0;
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, &diag) == TATTLE_ERR_MISUSE);
  CHECK_TEXT(diag.text, "evidence.leaf: is required");
  evidence = whole_evidence();
  evidence.issuer = NULL;
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, &diag) == TATTLE_ERR_MISUSE);
  CHECK_TEXT(diag.text, "evidence.issuer: is NULL, but its length is not 0");
  tattle_log_list_free(list);
}

static void judges_by_policy(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_report* report = verify_all(list);
  tattle_verdict* verdict = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_evidence evidence = whole_evidence();
  CHECK(tattle_evaluate(report, &verdict, TATTLE_POLICY_CHROME, NOW_MS, NULL) == TATTLE_OK);
  tattle_report_free(report); /* the verdict does not need it */
  CHECK(tattle_verdict_compliance(verdict) == TATTLE_COMPLIANT);
  CHECK(tattle_verdict_is_list_stale(verdict) == 0);
  CHECK(tattle_verdict_num_reasons(verdict) > 0);
  CHECK_TEXT(tattle_verdict_get0_reason_code(verdict, 0), "compliant_embedded");
  CHECK(tattle_verdict_get0_reason_text(verdict, 0)[0] != '\0');
  tattle_verdict_free(verdict);

  evidence.issuer_len = 0; /* embedded SCTs cannot be checked, one of TLS is not enough */
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_evaluate(report, &verdict, TATTLE_POLICY_CHROME, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_verdict_compliance(verdict) == TATTLE_NOT_COMPLIANT);
  tattle_verdict_free(verdict);
  CHECK(tattle_evaluate(report, &verdict, TATTLE_POLICY_RFC6962, STALE_MS, NULL) == TATTLE_OK);
  CHECK(tattle_verdict_compliance(verdict) == TATTLE_COMPLIANT);
  CHECK(tattle_verdict_is_list_stale(verdict) == 1);
  tattle_verdict_free(verdict);
  CHECK(tattle_evaluate(report, &verdict, 0, NOW_MS, &diag) == TATTLE_ERR_MISUSE);
  CHECK(tattle_evaluate(report, &verdict, 7, NOW_MS, &diag) == TATTLE_ERR_MISUSE);
  CHECK_TEXT(diag.text, "policy: is no policy");
  CHECK(verdict == NULL);
  tattle_report_free(report);
  tattle_log_list_free(list);
}

/* An evidence of a version to come. */
typedef struct longer_evidence {
  tattle_evidence known;
  const uint8_t* more;
  size_t more_len;
} longer_evidence;

static void takes_structs_of_other_versions(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_report* report = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_evidence evidence = whole_evidence();
  longer_evidence longer;
  size_t size;
  const size_t refused[] = {0,
                            1,
                            sizeof(size_t) - 1,
                            sizeof(tattle_evidence) - 1,
                            sizeof(tattle_evidence) + 1,
                            SIZE_MAX - sizeof(size_t) + 1,
                            SIZE_MAX};

  /* Shorter: what it has not is zero, so there are no SCTs of TLS. */
  evidence.struct_size = offsetof(tattle_evidence, tls_scts);
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_report_num_scts(report) == 2);
  tattle_report_free(report);
  evidence.struct_size = sizeof(size_t);
  CHECK(tattle_verify(list, &report, &evidence, NOW_MS, NULL) == TATTLE_ERR_MISUSE);

  for (size = 0; size < sizeof(refused) / sizeof(refused[0]); ++size) {
    evidence.struct_size = refused[size];
    CHECK(tattle_verify(list, &report, &evidence, NOW_MS, &diag) == TATTLE_ERR_STRUCT_SIZE);
    CHECK(report == NULL);
    CHECK(diag.text[0] != '\0');
  }

  /* Longer: taken while what is unknown is zero, refused when it is set. */
  memset(&longer, 0, sizeof(longer));
  longer.known = whole_evidence();
  longer.known.struct_size = sizeof(longer);
  CHECK(tattle_verify(list, &report, &longer.known, NOW_MS, NULL) == TATTLE_OK);
  CHECK(tattle_report_num_scts(report) == 3);
  tattle_report_free(report);
  longer.more_len = 1;
  CHECK(tattle_verify(list, &report, &longer.known, NOW_MS, NULL) == TATTLE_ERR_STRUCT_SIZE);
  tattle_log_list_free(list);
}

typedef struct longer_diag {
  tattle_diag known;
  size_t more;
} longer_diag;

static void writes_only_as_much_diag_as_there_is(void) {
  tattle_log_list* list = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  longer_diag longer;
  memset(&diag, 0x55, sizeof(diag));
  diag.struct_size = offsetof(tattle_diag, offset);
  CHECK(tattle_log_list_new_from_bytes(&list, NULL, 1, &diag) == TATTLE_ERR_MISUSE);
  CHECK(diag.struct_size == offsetof(tattle_diag, offset));
  CHECK(diag.code != 0 && diag.code != 0x55555555u);
  CHECK(diag.reserved == 0);
  CHECK(diag.text[0] == 0x55);
  diag.struct_size = 3;
  CHECK(tattle_log_list_new_from_bytes(&list, list_json.bytes, list_json.len, &diag) ==
        TATTLE_ERR_STRUCT_SIZE);
  CHECK(list == NULL);
  memset(&longer, 0, sizeof(longer));
  longer.known.struct_size = sizeof(longer);
  CHECK(tattle_log_list_new_from_bytes(&list, NULL, 1, &longer.known) == TATTLE_ERR_MISUSE);
  CHECK_TEXT(longer.known.text, "bytes: is NULL, but its length is not 0");
  CHECK(longer.known.struct_size == sizeof(longer));
  longer.more = 1;
  CHECK(tattle_log_list_new_from_bytes(&list, NULL, 1, &longer.known) == TATTLE_ERR_STRUCT_SIZE);
}

static void survives_null_everywhere(void) {
  tattle_log_list* list = NULL;
  tattle_report* report = NULL;
  tattle_verdict* verdict = NULL;
  const tattle_evidence evidence = whole_evidence();
  CHECK(tattle_log_list_new_pinned(NULL, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_log_list_new_from_bytes(NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_log_list_new_signed(NULL, NULL, 0, NULL, 0, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_log_list_new_signed(&list, list_json.bytes, 1, NULL, 1, list_spki.bytes, 1, NULL) ==
        TATTLE_ERR_MISUSE);
  CHECK(tattle_verify(NULL, NULL, NULL, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_verify(NULL, &report, &evidence, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  list = read_list(&list_json);
  CHECK(tattle_verify(list, &report, NULL, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_verify(list, NULL, &evidence, NOW_MS, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_evaluate(NULL, NULL, 0, 0, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_evaluate(NULL, &verdict, TATTLE_POLICY_CHROME, 0, NULL) == TATTLE_ERR_MISUSE);
  tattle_log_list_free(list);
  tattle_log_list_free(NULL);
  tattle_report_free(NULL);
  tattle_verdict_free(NULL);
  CHECK(tattle_log_list_timestamp_ms(NULL) == 0);
  CHECK(tattle_log_list_num_logs(NULL) == 0);
  CHECK(tattle_log_list_num_skipped(NULL) == 0);
  CHECK(tattle_log_list_is_stale(NULL, 0) == 1);
  CHECK(tattle_log_list_get0_description(NULL, NULL) == NULL);
  CHECK(tattle_report_not_before_ms(NULL) == 0);
  CHECK(tattle_report_not_after_ms(NULL) == 0);
  CHECK(tattle_report_has_issuer_mismatch(NULL) == 0);
  CHECK(tattle_verdict_compliance(NULL) == TATTLE_UNDECIDED);
  CHECK(tattle_verdict_is_list_stale(NULL) == 1);
  CHECK(tattle_verdict_num_reasons(NULL) == 0);
  CHECK_TEXT(tattle_verdict_get0_reason_code(NULL, 0), "");
  CHECK_TEXT(tattle_verdict_get0_reason_text(NULL, 0), "");
}

/* What the getters answer for NULL and behind the last SCT. */
static void knows_no_sct(const tattle_report* report, size_t index) {
  CHECK(tattle_report_sct_source(report, index) == 0);
  CHECK(tattle_report_sct_status(report, index) == TATTLE_SCT_NOT_CHECKED);
  CHECK_TEXT(tattle_report_get0_sct_reason(report, index), "");
  CHECK(tattle_report_get0_sct_log_id(report, index) == NULL);
  CHECK(tattle_report_sct_timestamp_ms(report, index) == 0);
  CHECK(tattle_report_sct_leaf_index(report, index) == TATTLE_NO_LEAF_INDEX);
  CHECK_TEXT(tattle_report_get0_sct_log(report, index), "");
  CHECK_TEXT(tattle_report_get0_sct_operator(report, index), "");
  CHECK(tattle_report_sct_log_state(report, index) == TATTLE_LOG_STATE_NONE);
  CHECK(tattle_report_sct_log_state_since_ms(report, index) == 0);
}

static void answers_out_of_range_with_nothing(void) {
  tattle_log_list* list = read_list(&list_json);
  tattle_report* report = verify_all(list);
  tattle_verdict* verdict = NULL;
  CHECK(tattle_report_num_scts(NULL) == 0);
  knows_no_sct(NULL, 0);
  knows_no_sct(report, tattle_report_num_scts(report));
  knows_no_sct(report, SIZE_MAX);
  CHECK(tattle_evaluate(report, &verdict, TATTLE_POLICY_APPLE, NOW_MS, NULL) == TATTLE_OK);
  CHECK_TEXT(tattle_verdict_get0_reason_code(verdict, tattle_verdict_num_reasons(verdict)), "");
  CHECK_TEXT(tattle_verdict_get0_reason_text(verdict, SIZE_MAX), "");
  CHECK(tattle_policy_at(SIZE_MAX) == 0);
  tattle_verdict_free(verdict);
  tattle_report_free(report);
  tattle_log_list_free(list);
}

int main(int argc, char** argv) {
  if (argc != 2 || !read_file(argv[1], "leaf.der", &leaf) ||
      !read_file(argv[1], "issuer.der", &issuer) ||
      !read_file(argv[1], "tls_scts.bin", &tls_scts) ||
      !read_file(argv[1], "log_list.json", &list_json) ||
      !read_file(argv[1], "log_list.sig", &list_signature) ||
      !read_file(argv[1], "list_key.der", &list_spki)) {
    fprintf(stderr, "usage: abi_test FOLDER\n");
    return 2;
  }
  names_the_version();
  names_every_number();
  finds_policies_by_name();
  loads_the_pinned_list();
  refuses_what_is_no_list();
  loads_only_what_was_signed();
  reports_facts_of_each_sct();
  says_why_an_sct_is_not_good();
  refuses_a_leaf_that_is_none();
  judges_by_policy();
  takes_structs_of_other_versions();
  writes_only_as_much_diag_as_there_is();
  survives_null_everywhere();
  answers_out_of_range_with_nothing();
  if (failures != 0) {
    fprintf(stderr, "%d checks failed\n", failures);
  }
  return failures == 0 ? 0 : 1;
}
