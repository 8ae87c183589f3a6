/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What does Certificate Transparency say of a certificate chain?
 *
 *   check CHAIN [LOG_LIST [TIME_MS]]
 *
 * CHAIN is PEM, leaf first, its issuer second. LOG_LIST is a JSON log list instead of the one that
 * is built in, TIME_MS is a time instead of now, in milliseconds since 1970. The exit status is 0
 * if the chain is compliant by the policy "chrome", 1 if it is not, 2 if nobody can tell.
 *
 * Build it: cc -std=c99 check.c $(pkg-config --cflags --libs tattle) -o check
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tattle/tattle.h>

#define MAX_FILE_SIZE (4u << 20)
#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* read_file returns a file's bytes with a NUL behind them, or NULL. The caller frees them. */
static char* read_file(const char* path, size_t* len) {
  char* bytes = NULL;
  FILE* file = fopen(path, "rb");
  if (file != NULL) {
    bytes = malloc(MAX_FILE_SIZE + 1);
    *len = bytes == NULL ? 0 : fread(bytes, 1, MAX_FILE_SIZE, file);
    if (bytes == NULL || ferror(file) || !feof(file)) {
      free(bytes);
      bytes = NULL;
    } else {
      bytes[*len] = '\0';
    }
    fclose(file);
  }
  if (bytes == NULL) {
    fprintf(stderr, "%s: cannot be read\n", path);
  }
  return bytes;
}

/* decode_pem turns the next certificate at *text into DER, in place, and moves *text behind it.
 * Returns its length; 0 if there is none. What is not base64 in it, the library will refuse. */
static size_t decode_pem(char** text, const uint8_t** der) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char* from = strstr(*text, BEGIN);
  char* end = from == NULL ? NULL : strstr(from, END);
  uint8_t* out;
  uint32_t bits = 0;
  unsigned num_bits = 0;
  if (end == NULL) {
    return 0;
  }
  from += strlen(BEGIN);
  out = (uint8_t*)from;
  *der = out;
  *text = end + strlen(END);
  for (; from < end; ++from) {
    const char* digit = strchr(alphabet, *from);
    if (digit != NULL) {
      bits = bits << 6 | (uint32_t)(digit - alphabet);
      num_bits += 6;
      if (num_bits >= 8) {
        num_bits -= 8;
        *out++ = (uint8_t)(bits >> num_bits);
      }
    }
  }
  return (size_t)(out - *der);
}

static tattle_log_list* load_list(const char* path) {
  tattle_log_list* list = NULL;
  tattle_diag diag = TATTLE_DIAG_INIT;
  if (path == NULL) {
    tattle_log_list_new_pinned(&list, &diag);
  } else {
    size_t len;
    char* json = read_file(path, &len);
    if (json == NULL) {
      return NULL;
    }
    tattle_log_list_new_from_bytes(&list, (const uint8_t*)json, len, &diag);
    free(json);
  }
  if (list == NULL) {
    fprintf(stderr, "log list: %s\n", diag.text);
  }
  return list;
}

static void print_scts(const tattle_report* report) {
  size_t i;
  for (i = 0; i < tattle_report_num_scts(report); ++i) {
    const char* log = tattle_report_get0_sct_log(report, i);
    const char* reason = tattle_report_get0_sct_reason(report, i);
    printf("%-8s  %-19s  %s (%s)%s%s\n",
           tattle_sct_source_name(tattle_report_sct_source(report, i)),
           tattle_sct_status_name(tattle_report_sct_status(report, i)),
           *log == '\0' ? "unknown log" : log,
           tattle_log_state_name(tattle_report_sct_log_state(report, i)),
           *reason == '\0' ? "" : ": ", reason);
  }
}

/* judge prints the verdict and returns the exit status. */
static int judge(const tattle_report* report, uint64_t now_ms) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_verdict* verdict = NULL;
  int compliant;
  size_t i;
  if (tattle_evaluate(report, &verdict, TATTLE_POLICY_CHROME, now_ms, &diag) != TATTLE_OK) {
    fprintf(stderr, "no verdict: %s\n", diag.text);
    return 2;
  }
  compliant = tattle_verdict_compliance(verdict) == TATTLE_COMPLIANT;
  printf("chrome: %s\n", compliant ? "compliant" : "not compliant");
  for (i = 0; i < tattle_verdict_num_reasons(verdict); ++i) {
    printf("  %s\n", tattle_verdict_get0_reason_text(verdict, i));
  }
  if (tattle_verdict_is_list_stale(verdict)) {
    fprintf(stderr, "warning: the log list is older than 70 days\n");
  }
  tattle_verdict_free(verdict);
  if (compliant) {
    return 0;
  }
  for (i = 0; i < tattle_report_num_scts(report); ++i) {
    if (tattle_report_sct_status(report, i) == TATTLE_SCT_NOT_CHECKED) {
      return 2; /* without the issuer a "no" would be a guess */
    }
  }
  return 1;
}

static int check(const tattle_log_list* list, char* pem, uint64_t now_ms) {
  tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_report* report = NULL;
  int answer = 2;
  evidence.leaf_len = decode_pem(&pem, &evidence.leaf);
  evidence.issuer_len = decode_pem(&pem, &evidence.issuer);
  if (evidence.leaf_len == 0) {
    fprintf(stderr, "no certificate in the file\n");
  } else if (tattle_verify(list, &report, &evidence, now_ms, &diag) != TATTLE_OK) {
    fprintf(stderr, "not checked: %s\n", diag.text);
  } else {
    print_scts(report);
    answer = judge(report, now_ms);
  }
  tattle_report_free(report);
  return answer;
}

int main(int argc, char** argv) {
  size_t len;
  char* pem;
  tattle_log_list* list;
  int answer = 2;
  if (argc < 2 || argc > 4) {
    fprintf(stderr, "usage: check CHAIN [LOG_LIST [TIME_MS]]\n");
    return 2;
  }
  pem = read_file(argv[1], &len);
  list = load_list(argc > 2 ? argv[2] : NULL);
  if (pem != NULL && list != NULL) {
    const uint64_t now_ms = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL) * 1000;
    answer = check(list, pem, now_ms);
  }
  tattle_log_list_free(list);
  free(pem);
  return answer;
}
