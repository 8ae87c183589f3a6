/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bodies that a worker has seen, and all of whose heads are in the zone.
 * Most of what is brought was brought before, byte for byte, and comparing
 * bytes is much faster than reading them.
 */


#include "ngx_http_tattle_gossip.h"


/* 4 MB of a worker at most; all logs of today are 150, 50 KB together */
#define NGX_HTTP_TATTLE_GOSSIP_BODIES      64
#define NGX_HTTP_TATTLE_GOSSIP_BODY_MAX    (64 * 1024)

/* words of a body that say where it is */
#define NGX_HTTP_TATTLE_GOSSIP_SAMPLES     16


typedef struct {
    ngx_str_t            body;
    tattle_head_dialect  dialect;      /* 0: none */
    uint64_t             evicted;
    ngx_uint_t           generation;
} ngx_http_tattle_gossip_body_t;


static ngx_http_tattle_gossip_body_t *ngx_http_tattle_gossip_body_place(
    ngx_str_t *body);


static ngx_http_tattle_gossip_body_t
    ngx_http_tattle_gossip_bodies[NGX_HTTP_TATTLE_GOSSIP_BODIES];


/*
 * Who wants two bodies to have one place gets that, and has both read each
 * time: it is no more than what a new body costs.
 */

static ngx_http_tattle_gossip_body_t *
ngx_http_tattle_gossip_body_place(ngx_str_t *body)
{
    size_t      at;
    uint64_t    hash, word;
    ngx_uint_t  i;

    hash = body->len;

    if (body->len >= sizeof(word)) {

        for (i = 0; i < NGX_HTTP_TATTLE_GOSSIP_SAMPLES; i++) {
            at = (body->len - sizeof(word)) * i
                 / (NGX_HTTP_TATTLE_GOSSIP_SAMPLES - 1);

            ngx_memcpy(&word, body->data + at, sizeof(word));
            hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
            hash ^= hash >> 32;
        }
    }

    return &ngx_http_tattle_gossip_bodies[hash
                                          % NGX_HTTP_TATTLE_GOSSIP_BODIES];
}


/* known as long as nothing went from the zone, and the list is the same */

tattle_head_dialect
ngx_http_tattle_gossip_body_known(ngx_tattle_zone_t *zone, ngx_str_t *body)
{
    ngx_http_tattle_gossip_body_t  *known;

    known = ngx_http_tattle_gossip_body_place(body);

    if (known->dialect == 0
        || known->body.len != body->len
        || ngx_memcmp(known->body.data, body->data, body->len) != 0
        || known->evicted != zone->sh->counts.evicted
        || known->generation
           != ngx_tattle_log_list_generation((ngx_cycle_t *) ngx_cycle))
    {
        return 0;
    }

    return known->dialect;
}


void
ngx_http_tattle_gossip_body_remember(ngx_str_t *body,
    tattle_head_dialect dialect, uint64_t evicted)
{
    ngx_http_tattle_gossip_body_t  *known;

    if (body->len > NGX_HTTP_TATTLE_GOSSIP_BODY_MAX) {
        return;
    }

    known = ngx_http_tattle_gossip_body_place(body);

    if (known->body.data == NULL || known->body.len != body->len) {

        if (known->body.data) {
            ngx_free(known->body.data);
        }

        known->dialect = 0;
        known->body.len = body->len;
        known->body.data = ngx_alloc(body->len, ngx_cycle->log);

        if (known->body.data == NULL) {
            return;
        }
    }

    ngx_memcpy(known->body.data, body->data, body->len);

    known->dialect = dialect;
    known->evicted = evicted;
    known->generation
                = ngx_tattle_log_list_generation((ngx_cycle_t *) ngx_cycle);
}
