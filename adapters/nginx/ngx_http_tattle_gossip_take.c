/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is brought, into the zone; and heads that are given, out of it.
 */


#include "ngx_http_tattle_gossip.h"


/* when to come again: to a zone that is full, with the rest of a message */
#define NGX_HTTP_TATTLE_GOSSIP_FULL_WAIT  60000
#define NGX_HTTP_TATTLE_GOSSIP_REST_WAIT  1000

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
    time_t                          complained;
} ngx_http_tattle_gossip_worker_t;


static ngx_int_t ngx_http_tattle_gossip_check_message(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_head_relation *relations, const u_char *known_scts,
    tattle_gossip_findings **findings);
static ngx_int_t ngx_http_tattle_gossip_store_heads(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_gossip_findings *findings, ngx_uint_t *all_known);
static ngx_int_t ngx_http_tattle_gossip_store_scts(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_gossip_findings *findings);
static void ngx_http_tattle_gossip_accuse(ngx_http_request_t *r,
    const u_char *record);
static void ngx_http_tattle_gossip_complain(ngx_http_request_t *r,
    const char *line);
static ngx_int_t ngx_http_tattle_gossip_fill(ngx_http_request_t *r);
static void ngx_http_tattle_gossip_release(void *data);
static ngx_http_tattle_gossip_text_t *ngx_http_tattle_gossip_draw(
    ngx_http_request_t *r, tattle_head_dialect dialect,
    const tattle_gossip_message *brought);


static ngx_http_tattle_gossip_worker_t  ngx_http_tattle_gossip_worker;


ngx_int_t
ngx_http_tattle_gossip_take(ngx_http_request_t *r,
    const tattle_gossip_message *message, ngx_uint_t *all_known,
    uint64_t *wait, const char **line)
{
    u_char                              *known_scts;
    uint64_t                             now;
    ngx_int_t                            rc;
    ngx_uint_t                           i, own, num_scts, all;
    const u_char                        *key;
    tattle_head_relation                *relations;
    tattle_gossip_findings              *findings;
    ngx_http_tattle_gossip_srv_conf_t   *gscf;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);
    gscf = ngx_http_get_module_srv_conf(r, ngx_http_tattle_gossip_module);

    *wait = 0;
    *line = "this server cannot do it now";
    now = ngx_tattle_now_ms();

    num_scts = tattle_gossip_message_num_scts(message);

    relations = ngx_palloc(r->pool, (tattle_gossip_message_num_heads(message)
                                     + 1) * sizeof(tattle_head_relation));
    known_scts = ngx_pcalloc(r->pool, num_scts + 1);

    if (relations == NULL || known_scts == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* what is known costs no signature */

    ngx_tattle_heads_relate(gmcf->zone, message, relations, all_known, now);

    all = *all_known;

    for (i = 0; i < num_scts && gscf->names.nelts; i++) {
        key = tattle_gossip_message_get0_sct_key(message, i);

        if (key && ngx_tattle_scts_known(gmcf->zone, key)) {
            known_scts[i] = 1;

        } else {
            all = 0;
        }
    }

    if (!all) {
        *wait = ngx_tattle_limit_debt(gmcf->zone, &gmcf->rates,
                                       r->connection->sockaddr, now, &own);

        if (*wait) {
            *line = own ? "too much, too fast" : "too many clients";
            return own ? NGX_HTTP_TOO_MANY_REQUESTS
                       : NGX_HTTP_SERVICE_UNAVAILABLE;
        }

        if (ngx_http_tattle_gossip_check_message(r, message, relations,
                                                 known_scts, &findings)
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ngx_tattle_limit_spend(gmcf->zone, &gmcf->rates,
                                r->connection->sockaddr,
                                tattle_gossip_findings_num_checks(findings),
                                now);

        rc = ngx_http_tattle_gossip_store_heads(r, message, findings,
                                                all_known);

        if (rc == NGX_OK) {
            rc = ngx_http_tattle_gossip_store_scts(r, message, findings);
        }

        if (rc != NGX_OK) {
            *wait = NGX_HTTP_TATTLE_GOSSIP_FULL_WAIT;
            rc = NGX_HTTP_SERVICE_UNAVAILABLE;

        } else if (tattle_gossip_findings_is_cut(findings)) {

            /* what was found is known now, the next try gets further */

            *wait = NGX_HTTP_TATTLE_GOSSIP_REST_WAIT;
            *line = "more than is verified at once: send it again";
            rc = NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        }

        tattle_gossip_findings_free(findings);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (tattle_gossip_message_is_cut(message)) {
        *line = "more than is read at once: send less";
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_gossip_check_message(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_head_relation *relations, const u_char *known_scts,
    tattle_gossip_findings **findings)
{
    tattle_diag                         diag = TATTLE_DIAG_INIT;
    tattle_gossip_terms                 terms = TATTLE_GOSSIP_TERMS_INIT;
    ngx_http_tattle_gossip_srv_conf_t  *gscf;

    gscf = ngx_http_get_module_srv_conf(r, ngx_http_tattle_gossip_module);

    terms.list = ngx_tattle_log_list((ngx_cycle_t *) ngx_cycle,
                                     r->connection->log);
    terms.relations = relations;
    terms.num_relations = tattle_gossip_message_num_heads(message);
    terms.names = gscf->names.elts;
    terms.num_names = gscf->names.nelts;
    terms.known_scts = known_scts;
    terms.num_known_scts = tattle_gossip_message_num_scts(message);
    terms.now_ms = ngx_tattle_now_ms();

    if (tattle_gossip_check(message, findings, &terms, &diag) != TATTLE_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "gossip could not be checked: %s", diag.text);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_gossip_store_heads(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_gossip_findings *findings, ngx_uint_t *all_known)
{
    size_t                               len;
    ngx_uint_t                           i, n;
    const u_char                        *record;
    tattle_head_status                   status;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);

    *all_known = 1;
    n = tattle_gossip_message_num_heads(message);

    for (i = 0; i < n; i++) {
        status = tattle_gossip_findings_head_status(findings, i);

        if (status == TATTLE_HEAD_STATUS_KNOWN) {
            continue;
        }

        record = tattle_gossip_findings_get0_head_record(findings, i, &len);

        if (record == NULL) {
            *all_known = 0;
            continue;
        }

        switch (ngx_tattle_heads_store(gmcf->zone, record, len,
                        !gmcf->zone->keep,
                        status == TATTLE_HEAD_STATUS_GOOD_IF_CONFLICTING,
                        ngx_tattle_now_ms()))
        {
        case NGX_TATTLE_NO_ROOM:
            ngx_http_tattle_gossip_complain(r, "has no room for a head");
            return NGX_DECLINED;

        case NGX_TATTLE_UNWANTED:
            *all_known = 0;
            break;

        case NGX_TATTLE_EVIDENCE:
            ngx_http_tattle_gossip_accuse(r, record);
            break;

        default:
            break;
        }
    }

    return NGX_OK;
}


/*
 * Few heads a log are kept as evidence, so that this is said seldom.  The
 * record begins with the log's id and the size of its tree.
 */

static void
ngx_http_tattle_gossip_accuse(ngx_http_request_t *r, const u_char *record)
{
    u_char      id[64];
    uint64_t    size;
    ngx_uint_t  i;

    (void) ngx_hex_dump(id, (u_char *) record, 32);

    size = 0;

    for (i = 32; i < 40; i++) {
        size = (size << 8) | record[i];
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "the log with the id %*s shows two trees of %uL leaves: "
                  "both heads are kept, and given to others",
                  (size_t) 64, id, size);
}


static ngx_int_t
ngx_http_tattle_gossip_store_scts(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_gossip_findings *findings)
{
    size_t                               len;
    ngx_uint_t                           i, n;
    const u_char                        *record;
    tattle_sct_fate                      fate;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);

    n = tattle_gossip_message_num_scts(message);

    for (i = 0; i < n; i++) {
        fate = tattle_gossip_findings_sct_fate(findings, i);
        record = tattle_gossip_findings_get0_sct_record(findings, i, &len);

        if (record == NULL) {
            continue;
        }

        /* without tattled there is nobody who audits what is good */

        if (fate == TATTLE_SCT_SUSPECT) {
            ngx_tattle_suspects_push(gmcf->zone, record, len);
        }

        if (gmcf->zone->keep
            && ngx_tattle_feedback_push(gmcf->zone, record, len,
                                        fate == TATTLE_SCT_SUSPECT)
               == NGX_DECLINED)
        {
            if (fate == TATTLE_SCT_SUSPECT) {
                continue;
            }

            ngx_http_tattle_gossip_complain(r, "has no room for feedback");
            return NGX_DECLINED;
        }

        if (fate == TATTLE_SCT_KEEP) {
            ngx_tattle_scts_remember(gmcf->zone,
                              tattle_gossip_message_get0_sct_key(message, i));
        }
    }

    return NGX_OK;
}


/* once a minute */

static void
ngx_http_tattle_gossip_complain(ngx_http_request_t *r, const char *line)
{
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    if (ngx_time() - ngx_http_tattle_gossip_worker.complained < 60) {
        return;
    }

    ngx_http_tattle_gossip_worker.complained = ngx_time();

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "ct_gossip_zone \"%V\" %s", &gmcf->zone->name, line);
}


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
    ngx_http_tattle_gossip_worker_t     *w;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);
    w = &ngx_http_tattle_gossip_worker;

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

    if (tattle_head_shelf_draw(ngx_http_tattle_gossip_worker.shelf,
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
    ngx_table_elt_t                 *h;
    ngx_pool_cleanup_t              *cln;
    ngx_http_tattle_gossip_text_t   *text, **at_hand;

    if (ngx_http_tattle_gossip_fill(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    b = ngx_calloc_buf(r->pool);
    h = ngx_list_push(&r->headers_out.headers);

    if (cln == NULL || b == NULL || h == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    ngx_str_set(&h->key, "Cache-Control");
    ngx_str_set(&h->value, "no-store");

    at_hand = &ngx_http_tattle_gossip_worker.texts[dialect];

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
