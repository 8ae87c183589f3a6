/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Headers of requests, and of responses.
 */


#ifndef _NGX_HTTP_TATTLE_HEADER_H_INCLUDED_
#define _NGX_HTTP_TATTLE_HEADER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <tattle/tattle.h>


/* the values of a header that nginx does not know; returns how many */
ngx_uint_t ngx_http_tattle_find_headers(ngx_http_request_t *r,
    const char *lowcase, size_t len, tattle_bytes *values, ngx_uint_t max);

/*
 * Adds a header.  Name and value are not copied.  NGX_ERROR for want of
 * memory.
 */
ngx_int_t ngx_http_tattle_add_header(ngx_http_request_t *r, const char *name,
    const char *value);


#endif /* _NGX_HTTP_TATTLE_HEADER_H_INCLUDED_ */
