/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The page of ct_status, which costs some milliseconds to make: for a second
 * all requests to a worker get the same.
 */


#ifndef _NGX_HTTP_TATTLE_PAGE_H_INCLUDED_
#define _NGX_HTTP_TATTLE_PAGE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * A page that is not older than that, and its Content-Security-Policy; both
 * are there as long as the request.  NULL: there is none, or no memory.
 */
ngx_buf_t *ngx_http_tattle_page_at_hand(ngx_http_request_t *r,
    const char **policy);

/* makes one of JSON; NULL: it cannot be made, and why was said */
ngx_buf_t *ngx_http_tattle_page_make(ngx_http_request_t *r, ngx_chain_t *json,
    size_t len, const char **policy);


#endif /* _NGX_HTTP_TATTLE_PAGE_H_INCLUDED_ */
