/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tattle: the status page, for hosts that say their status over HTTP. The rules of
 * <tattle/tattle.h> hold here as well.
 *
 * A host writes one status document in JSON (adapters/nginx and adapters/daemon have what is in
 * it), which is also what it serves to programs. The page is made of that document, so that both
 * say the same. The library reads no clock here, and shows nothing that the document does not have.
 */

#ifndef TATTLE_PAGE_H_
#define TATTLE_PAGE_H_

/* NOLINTBEGIN(modernize-deprecated-headers,modernize-use-using): this is C too. */

#include <tattle/tattle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* tattle_page_format is how a status is said. */
typedef int32_t tattle_page_format;
enum {
  TATTLE_PAGE_JSON = 1,
  TATTLE_PAGE_PROMETHEUS = 2, /* its text format, version 0.0.4 */
  TATTLE_PAGE_HTML = 3
};

/* tattle_page_format_find reads the value of a request's header Accept, its fields joined by
 * commas: HTML and Prometheus for those who name them and prefer them to JSON, else JSON. NULL is
 * an empty one. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_page_format tattle_page_format_find(const char* accept, size_t accept_len);

/* tattle_page is a page, ready to be sent. */
typedef struct tattle_page tattle_page;

/* tattle_page_new makes the page of a status document, at most 8 MB of JSON. Everything in it that
 * is text is escaped. Fails with TATTLE_ERR_MALFORMED if it is none.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_page_new(tattle_page** out, const uint8_t* document,
                                         size_t document_len, tattle_diag* diag);

/* tattle_page_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_page_free(tattle_page* page);

/* tattle_page_get0_html is the page, UTF-8, and sets `*len`, which may be NULL, to its size.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_page_get0_html(const tattle_page* page, size_t* len);

/* tattle_page_get0_security_policy is the Content-Security-Policy to send with it: there are no
 * scripts, nothing is loaded, and of styles only its own is allowed, by its hash.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_page_get0_security_policy(const tattle_page* page);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers,modernize-use-using) */

#endif /* TATTLE_PAGE_H_ */
