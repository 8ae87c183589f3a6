/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Requests to the endpoints of gossip that are not even read, and how it is
 * said.
 */


#include "ngx_http_tattle_gossip.h"
#include "ngx_http_tattle_header.h"


static ngx_uint_t ngx_http_tattle_gossip_is_json(ngx_str_t *type);


ngx_int_t
ngx_http_tattle_gossip_check(ngx_http_request_t *r)
{
    ngx_str_t                      *type;
    tattle_bytes                    encoding;
    ngx_http_tattle_gossip_ctx_t   *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_tattle_gossip_module);

    if (r->method != NGX_HTTP_POST) {

        if (ngx_http_tattle_add_header(r, "Allow", "POST") != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_http_tattle_gossip_say(r, NGX_HTTP_NOT_ALLOWED, 0,
                                          "this method does nothing here");
    }

    /* a few bytes of what is compressed can be a gigabyte */

    if (ngx_http_tattle_find_headers(r, "content-encoding",
                                     sizeof("content-encoding") - 1,
                                     &encoding, 1)
        && (encoding.len != 8
            || ngx_strncasecmp((u_char *) encoding.data,
                               (u_char *) "identity", 8) != 0))
    {
        if (ngx_http_tattle_add_header(r, "Accept-Encoding", "identity")
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_http_tattle_gossip_say(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                          0, "send the body without a "
                                          "content encoding");
    }

    type = r->headers_in.content_type ? &r->headers_in.content_type->value
                                      : NULL;

    if (type && !ngx_http_tattle_gossip_is_json(type)) {

        if (ngx_http_tattle_add_header(r, "Accept-Post", "application/json")
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_http_tattle_gossip_say(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                          0, "send application/json");
    }

    if (r->headers_in.content_length_n
        > (off_t) ngx_http_tattle_gossip_limit_of(ctx->endpoint))
    {
        return ngx_http_tattle_gossip_say(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                          0, "the body is too large");
    }

    return NGX_DECLINED;
}


size_t
ngx_http_tattle_gossip_limit_of(tattle_gossip_endpoint endpoint)
{
    return endpoint == TATTLE_ENDPOINT_SCT_FEEDBACK
           ? TATTLE_GOSSIP_MAX_FEEDBACK_BODY : TATTLE_GOSSIP_MAX_HEADS_BODY;
}


/*
 * A page of any site can have the browsers of all its visitors send bytes
 * without a type, each from an address of its own.  Browsers say so, and no
 * page can keep them from it (W3C Fetch Metadata Request Headers, Section 2.3).
 */

ngx_uint_t
ngx_http_tattle_gossip_is_of_a_page(ngx_http_request_t *r)
{
    tattle_bytes  site;

    return ngx_http_tattle_find_headers(r, "sec-fetch-site",
                                        sizeof("sec-fetch-site") - 1, &site, 1)
           && site.len == 10
           && ngx_strncasecmp((u_char *) site.data, (u_char *) "cross-site",
                              10)
              == 0;
}


/*
 * What clients of the drafts send names no type: JSON by its names, and what
 * says nothing.
 */

static ngx_uint_t
ngx_http_tattle_gossip_is_json(ngx_str_t *type)
{
    size_t   len;
    u_char  *p;

    p = ngx_strlchr(type->data, type->data + type->len, ';');
    len = p ? (size_t) (p - type->data) : type->len;

    while (len && (type->data[len - 1] == ' ' || type->data[len - 1] == '\t')) {
        len--;
    }

    if ((len == 16
         && ngx_strncasecmp(type->data, (u_char *) "application/json", 16)
            == 0)
        || (len == 24
            && ngx_strncasecmp(type->data,
                               (u_char *) "application/octet-stream", 24)
               == 0))
    {
        return 1;
    }

    return len > 17
           && ngx_strncasecmp(type->data, (u_char *) "application/", 12) == 0
           && ngx_strncasecmp(type->data + len - 5, (u_char *) "+json", 5)
              == 0;
}


ngx_int_t
ngx_http_tattle_gossip_say(ngx_http_request_t *r, ngx_uint_t status,
    uint64_t wait, const char *line)
{
    u_char      *after;
    ngx_buf_t   *b;
    ngx_int_t    rc;
    ngx_chain_t  out;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (wait) {
        after = ngx_pnalloc(r->pool, NGX_INT64_LEN + 1);
        if (after == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ngx_sprintf(after, "%uL%Z", (wait + 999) / 1000);

        if (ngx_http_tattle_add_header(r, "Retry-After", (char *) after)
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    b = ngx_create_temp_buf(r->pool, ngx_strlen(line) + 1);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last = ngx_sprintf(b->last, "%s\n", line);
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    r->headers_out.status = status;
    r->headers_out.content_length_n = b->last - b->pos;
    ngx_str_set(&r->headers_out.content_type, "text/plain; charset=utf-8");
    r->headers_out.content_type_len = sizeof("text/plain") - 1;
    r->headers_out.content_type_lowcase = NULL;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, &out);
}
