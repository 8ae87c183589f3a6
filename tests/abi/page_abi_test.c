/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* What a host that serves the status page does with page.h: C99 that knows the public headers
 * only. */

#include <stdio.h>
#include <string.h>

#include <tattle/page.h>

#include "tests/abi/checks.h"

/* Bytes, as a host has them: neither language converts a literal to them. */
static const uint8_t kDocument[] = {
    '{', '"', 'p', 'r', 'o', 'g', 'r', 'a', 'm', '"', ':', '"', 'a', ' ', '<', 'b', '>', ' ',
    'h', 'o', 's', 't', '"', ',', '"', 't', 'i', 'm', 'e', '"', ':', '"', '2', '0', '2', '6',
    '-', '1', '1', '-', '2', '8', 'T', '0', '0', ':', '2', '0', ':', '0', '0', 'Z', '"', '}'};

static void makes_a_page(void) {
  tattle_page* page = NULL;
  size_t len = 0;
  const char* html;
  CHECK(tattle_page_new(&page, kDocument, sizeof(kDocument), NULL) == TATTLE_OK);
  html = tattle_page_get0_html(page, &len);
  CHECK(len > 1000);
  CHECK(strlen(html) == len);
  CHECK(tattle_page_get0_html(page, NULL) == html);
  CHECK(strncmp(html, "<!DOCTYPE html>", 15) == 0);
  CHECK(strstr(html, "a &lt;b&gt; host") != NULL);
  CHECK(strncmp(tattle_page_get0_security_policy(page), "default-src 'none'; style-src 'sha256-",
                38) == 0);
  tattle_page_free(page);
}

static void refuses_what_is_no_document(void) {
  tattle_diag diag = TATTLE_DIAG_INIT;
  tattle_diag bad = {1, 0, 0, 0, ""};
  tattle_page* page = NULL;
  CHECK(tattle_page_new(&page, kDocument, sizeof(kDocument) - 1, &diag) == TATTLE_ERR_MALFORMED);
  CHECK(page == NULL && diag.text[0] != '\0');
  CHECK(tattle_page_new(&page, NULL, 0, NULL) == TATTLE_ERR_MALFORMED);
  CHECK(tattle_page_new(&page, NULL, 5, NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_page_new(NULL, kDocument, sizeof(kDocument), NULL) == TATTLE_ERR_MISUSE);
  CHECK(tattle_page_new(&page, kDocument, sizeof(kDocument), &bad) == TATTLE_ERR_STRUCT_SIZE);
}

static void finds_the_format(void) {
  CHECK(tattle_page_format_find(NULL, 0) == TATTLE_PAGE_JSON);
  CHECK(tattle_page_format_find("*/*", 3) == TATTLE_PAGE_JSON);
  CHECK(tattle_page_format_find("text/html,*/*", 9) == TATTLE_PAGE_HTML);
  CHECK(tattle_page_format_find("text/plain", 10) == TATTLE_PAGE_PROMETHEUS);
}

static void survives_null(void) {
  size_t len = 1;
  tattle_page_free(NULL);
  CHECK(tattle_page_get0_html(NULL, &len)[0] == '\0' && len == 0);
  CHECK(tattle_page_get0_security_policy(NULL)[0] == '\0');
}

int main(void) {
  makes_a_page();
  refuses_what_is_no_document();
  finds_the_format();
  survives_null();
  return failures == 0 ? 0 : 1;
}
