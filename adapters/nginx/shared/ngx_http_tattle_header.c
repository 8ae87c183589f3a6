/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Headers of requests, and of responses.
 */


#include "ngx_http_tattle_header.h"


ngx_uint_t
ngx_http_tattle_find_headers(ngx_http_request_t *r, const char *lowcase,
    size_t len, tattle_bytes *values, ngx_uint_t max)
{
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    n = 0;
    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; n < max; i++) {

        if (i >= part->nelts) {

            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == len
            && ngx_memcmp(h[i].lowcase_key, lowcase, len) == 0)
        {
            values[n].data = h[i].value.data;
            values[n].len = h[i].value.len;
            n++;
        }
    }

    return n;
}


ngx_int_t
ngx_http_tattle_add_header(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = (u_char *) value;
    h->value.len = ngx_strlen(value);

    return NGX_OK;
}
