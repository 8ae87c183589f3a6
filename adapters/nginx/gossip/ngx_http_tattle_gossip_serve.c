/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Requests to the endpoints of gossip.  The drafts leave open what HTTP says
 * of them; statuses are those of tattled's own endpoint.
 */


#include "ngx_http_tattle_gossip.h"


static ngx_int_t ngx_http_tattle_gossip_refuse(ngx_http_request_t *r,
    ngx_uint_t own, uint64_t wait);
static void ngx_http_tattle_gossip_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_tattle_gossip_read(ngx_http_request_t *r,
    ngx_str_t *body);
static ngx_int_t ngx_http_tattle_gossip_answer(ngx_http_request_t *r,
    ngx_http_tattle_gossip_ctx_t *ctx, ngx_str_t *body);
static ngx_int_t ngx_http_tattle_gossip_empty(ngx_http_request_t *r);


ngx_int_t
ngx_http_tattle_gossip_serve(ngx_http_request_t *r,
    tattle_gossip_endpoint endpoint)
{
    uint64_t                             wait;
    ngx_int_t                            rc;
    ngx_uint_t                           own;
    ngx_http_tattle_gossip_ctx_t        *ctx;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);

    /* it has nothing of what all may have: a page may have many visitors */

    if (ngx_http_tattle_gossip_is_of_a_page(r)) {
        rc = ngx_http_tattle_gossip_say(r, NGX_HTTP_FORBIDDEN, 0,
                                        "this is not for pages of others");
        ngx_http_finalize_request(r, rc);
        return NGX_DONE;
    }

    ctx = ngx_palloc(r->pool, sizeof(ngx_http_tattle_gossip_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->endpoint = endpoint;
    ngx_http_set_ctx(r, ctx, ngx_http_tattle_gossip_module);

    wait = ngx_tattle_limit_request(gmcf->zone, &gmcf->rates,
                                     r->connection->sockaddr,
                                     ngx_tattle_now_ms(), &own);

    rc = wait ? ngx_http_tattle_gossip_refuse(r, own, wait)
              : ngx_http_tattle_gossip_check(r);

    if (rc != NGX_DECLINED) {
        ngx_http_finalize_request(r, rc);
        return NGX_DONE;
    }

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r,
                                         ngx_http_tattle_gossip_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    ngx_http_finalize_request(r, NGX_DONE);

    return NGX_DONE;
}


static ngx_int_t
ngx_http_tattle_gossip_refuse(ngx_http_request_t *r, ngx_uint_t own,
    uint64_t wait)
{
    return own ? ngx_http_tattle_gossip_say(r, NGX_HTTP_TOO_MANY_REQUESTS,
                                            wait, "too much, too fast")
               : ngx_http_tattle_gossip_say(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                            wait, "too many clients");
}


static void
ngx_http_tattle_gossip_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_str_t                      body;
    ngx_http_tattle_gossip_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_tattle_gossip_module);

    rc = ngx_http_tattle_gossip_read(r, &body);

    if (rc == NGX_DECLINED) {
        rc = ngx_http_tattle_gossip_say(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                        0, "the body is too large");

    } else if (rc == NGX_OK && body.len == 0) {
        rc = ngx_http_tattle_gossip_say(r, NGX_HTTP_BAD_REQUEST, 0,
                                        "the body is empty");

    } else if (rc == NGX_OK) {
        rc = ngx_http_tattle_gossip_answer(r, ctx, &body);
    }

    ngx_http_finalize_request(r, rc);
}


/* the body as one piece; NGX_DECLINED: it is too large */

static ngx_int_t
ngx_http_tattle_gossip_read(ngx_http_request_t *r, ngx_str_t *body)
{
    off_t                          size;
    u_char                        *p;
    ssize_t                        n;
    ngx_buf_t                     *b;
    ngx_chain_t                   *cl;
    ngx_http_tattle_gossip_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_tattle_gossip_module);

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    size = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (size > (off_t) ngx_http_tattle_gossip_limit_of(ctx->endpoint)) {
        return NGX_DECLINED;
    }

    cl = r->request_body->bufs;

    if (cl->next == NULL && !cl->buf->in_file) {
        body->data = cl->buf->pos;
        body->len = size;
        return NGX_OK;
    }

    body->data = ngx_pnalloc(r->pool, size + 1);
    if (body->data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = body->data;

    for ( /* void */ ; cl; cl = cl->next) {
        b = cl->buf;

        if (!b->in_file) {
            p = ngx_cpymem(p, b->pos, b->last - b->pos);
            continue;
        }

        n = ngx_read_file(b->file, p, b->file_last - b->file_pos,
                          b->file_pos);

        if (n != b->file_last - b->file_pos) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        p += n;
    }

    body->len = p - body->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_gossip_answer(ngx_http_request_t *r,
    ngx_http_tattle_gossip_ctx_t *ctx, ngx_str_t *body)
{
    uint64_t                             wait, evicted;
    ngx_int_t                            rc;
    ngx_uint_t                           heads, known;
    const char                          *line;
    tattle_diag                          diag = TATTLE_DIAG_INIT;
    tattle_status                        status;
    tattle_head_dialect                  dialect;
    tattle_gossip_message               *message;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);

    heads = (ctx->endpoint == TATTLE_ENDPOINT_STH_POLLINATION);

    if (heads) {

        /* most of what is brought was brought before: it is not even read */

        dialect = ngx_http_tattle_gossip_body_known(gmcf->zone, body);

        if (dialect) {
            return ngx_http_tattle_gossip_give(r, dialect, NULL);
        }

        status = tattle_gossip_message_new_heads(&message, body->data,
                                                 body->len, &diag);

    } else {
        status = tattle_gossip_message_new_feedback(&message, body->data,
                                                    body->len, &diag);
    }

    if (status == TATTLE_ERR_MEMORY || status == TATTLE_ERR_INTERNAL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (status != TATTLE_OK) {
        return ngx_http_tattle_gossip_say(r, NGX_HTTP_BAD_REQUEST, 0,
                                          diag.text);
    }

    evicted = gmcf->zone->sh->counts.evicted;

    rc = ngx_http_tattle_gossip_take(r, message, &known, &wait, &line);

    if (rc != NGX_OK) {
        rc = ngx_http_tattle_gossip_say(r, rc, wait, line);

    } else if (heads) {
        dialect = tattle_gossip_message_dialect(message);

        if (known && tattle_gossip_message_num_heads(message)) {
            ngx_http_tattle_gossip_body_remember(body, dialect, evicted);
        }

        rc = ngx_http_tattle_gossip_give(r, dialect, message);

    } else {
        rc = ngx_http_tattle_gossip_empty(r);
    }

    tattle_gossip_message_free(message);

    return rc;
}


/*
 * "The server SHOULD return 200 with an empty body"
 * (draft-ietf-trans-gossip-05, Section 8.1.3)
 */

static ngx_int_t
ngx_http_tattle_gossip_empty(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = 0;
    r->header_only = 1;

    rc = ngx_http_send_header(r);

    return rc;
}
