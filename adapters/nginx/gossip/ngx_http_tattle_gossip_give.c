/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Heads that are given, out of the zone.
 */


#include "ngx_http_tattle_gossip.h"
#include "ngx_http_tattle_header.h"


/* how old answers may be: when there are new heads, when there are none */
#define NGX_HTTP_TATTLE_GOSSIP_NEWS       1000
#define NGX_HTTP_TATTLE_GOSSIP_DRAW       10000

/* heads in an answer; and in one to what came before, byte for byte */
#define NGX_HTTP_TATTLE_GOSSIP_GIVEN      64
#define NGX_HTTP_TATTLE_GOSSIP_AGAIN      8

#define NGX_HTTP_TATTLE_GOSSIP_DIALECTS   4


typedef struct {
    tattle_gossip_text  *text;
    ngx_uint_t           refs;         /* requests that send it, and us */
} ngx_http_tattle_gossip_text_t;


/* of this worker */
typedef struct {
    tattle_head_shelf              *shelf;
    uint64_t                        filled;
    uint64_t                        stored;
    ngx_uint_t                      generation;
    ngx_http_tattle_gossip_text_t  *texts[NGX_HTTP_TATTLE_GOSSIP_DIALECTS];
} ngx_http_tattle_gossip_at_hand_t;


static ngx_int_t ngx_http_tattle_gossip_fill(ngx_http_request_t *r);
static void ngx_http_tattle_gossip_release(void *data);
static ngx_http_tattle_gossip_text_t *ngx_http_tattle_gossip_draw(
    ngx_http_request_t *r, tattle_head_dialect dialect,
    const tattle_gossip_message *brought);


static ngx_http_tattle_gossip_at_hand_t  ngx_http_tattle_gossip_at_hand;


/* heads at hand, and no answers of before, where they are old */

static ngx_int_t
ngx_http_tattle_gossip_fill(ngx_http_request_t *r)
{
    u_char                              *records, *pinned;
    uint16_t                            *lens;
    uint64_t                             now, age, stored;
    ngx_uint_t                           i, n;
    tattle_bytes                        *bytes;
    tattle_head_shelf                   *shelf;
    const tattle_log_list               *list;
    ngx_http_tattle_gossip_at_hand_t    *w;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);
    w = &ngx_http_tattle_gossip_at_hand;

    list = ngx_tattle_log_list((ngx_cycle_t *) ngx_cycle, r->connection->log);

    now = ngx_tattle_now_ms();
    age = now - w->filled;
    stored = gmcf->zone->sh->counts.stored;

    if (w->shelf
        && w->generation
           == ngx_tattle_log_list_generation((ngx_cycle_t *) ngx_cycle)
        && age < (uint64_t) (stored == w->stored ? NGX_HTTP_TATTLE_GOSSIP_DRAW
                                                 : NGX_HTTP_TATTLE_GOSSIP_NEWS))
    {
        return NGX_OK;
    }

    n = NGX_TATTLE_GATHER_MAX;

    records = ngx_alloc(n * (NGX_TATTLE_RECORD_MAX + sizeof(uint16_t) + 1
                             + sizeof(tattle_bytes)), r->connection->log);
    if (records == NULL) {
        return NGX_ERROR;
    }

    bytes = (tattle_bytes *) (records + n * NGX_TATTLE_RECORD_MAX);
    lens = (uint16_t *) (bytes + n);
    pinned = (u_char *) (lens + n);

    n = ngx_tattle_heads_gather(gmcf->zone, records, lens, pinned, n);

    for (i = 0; i < n; i++) {
        bytes[i].data = records + i * NGX_TATTLE_RECORD_MAX;
        bytes[i].len = lens[i];
    }

    if (tattle_head_shelf_new(&shelf, list, bytes, pinned, n, NULL)
        != TATTLE_OK)
    {
        ngx_free(records);
        return NGX_ERROR;
    }

    ngx_free(records);

    tattle_head_shelf_free(w->shelf);

    w->shelf = shelf;
    w->filled = now;
    w->stored = stored;
    w->generation = ngx_tattle_log_list_generation((ngx_cycle_t *) ngx_cycle);

    for (i = 0; i < NGX_HTTP_TATTLE_GOSSIP_DIALECTS; i++) {

        if (w->texts[i]) {
            ngx_http_tattle_gossip_release(w->texts[i]);
            w->texts[i] = NULL;
        }
    }

    return NGX_OK;
}


static void
ngx_http_tattle_gossip_release(void *data)
{
    ngx_http_tattle_gossip_text_t *text = data;

    if (--text->refs == 0) {
        tattle_gossip_text_free(text->text);
        ngx_free(text);
    }
}


static ngx_http_tattle_gossip_text_t *
ngx_http_tattle_gossip_draw(ngx_http_request_t *r,
    tattle_head_dialect dialect, const tattle_gossip_message *brought)
{
    tattle_diag                     diag = TATTLE_DIAG_INIT;
    ngx_http_tattle_gossip_text_t  *text;

    text = ngx_alloc(sizeof(ngx_http_tattle_gossip_text_t),
                     r->connection->log);
    if (text == NULL) {
        return NULL;
    }

    text->refs = 1;

    if (tattle_head_shelf_draw(ngx_http_tattle_gossip_at_hand.shelf,
                               &text->text, dialect,
                               brought ? NGX_HTTP_TATTLE_GOSSIP_GIVEN
                                       : NGX_HTTP_TATTLE_GOSSIP_AGAIN,
                               brought,
                               ngx_tattle_now_ms(), &diag)
        != TATTLE_OK)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "heads could not be drawn: %s", diag.text);
        ngx_free(text);
        return NULL;
    }

    return text;
}


ngx_int_t
ngx_http_tattle_gossip_give(ngx_http_request_t *r,
    tattle_head_dialect dialect, const tattle_gossip_message *brought)
{
    size_t                           len;
    ngx_buf_t                       *b;
    ngx_int_t                        rc;
    ngx_chain_t                      out;
    ngx_pool_cleanup_t              *cln;
    ngx_http_tattle_gossip_text_t   *text, **at_hand;

    if (ngx_http_tattle_gossip_fill(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    b = ngx_calloc_buf(r->pool);

    if (cln == NULL || b == NULL
        || ngx_http_tattle_add_header(r, "Cache-Control", "no-store") != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    at_hand = &ngx_http_tattle_gossip_at_hand.texts[dialect];

    if (brought || *at_hand == NULL) {
        text = ngx_http_tattle_gossip_draw(r, dialect, brought);
        if (text == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (brought == NULL) {
            *at_hand = text;
            text->refs++;
        }

    } else {
        text = *at_hand;
        text->refs++;
    }

    cln->handler = ngx_http_tattle_gossip_release;
    cln->data = text;

    b->pos = (u_char *) tattle_gossip_text_get0(text->text, &len);
    b->last = b->pos + len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = len;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, &out);
}
