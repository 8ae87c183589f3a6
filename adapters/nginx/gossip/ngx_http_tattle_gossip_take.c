/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is brought, into the zone.
 */


#include "ngx_http_tattle_gossip.h"


/* when to come again: to a zone that is full, with the rest of a message */
#define NGX_HTTP_TATTLE_GOSSIP_FULL_WAIT  60000
#define NGX_HTTP_TATTLE_GOSSIP_REST_WAIT  1000

/* signatures for one request: 15 ms, in which the worker does nothing else */
#define NGX_HTTP_TATTLE_GOSSIP_CHECKS     256


static ngx_int_t ngx_http_tattle_gossip_check_message(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_head_relation *relations, const u_char *known_scts,
    tattle_gossip_findings **findings);
static ngx_int_t ngx_http_tattle_gossip_store_heads(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_gossip_findings *findings, ngx_uint_t *all_known,
    ngx_uint_t *taken);
static ngx_int_t ngx_http_tattle_gossip_store_scts(ngx_http_request_t *r,
    const tattle_gossip_message *message,
    const tattle_gossip_findings *findings, ngx_uint_t *taken);
static void ngx_http_tattle_gossip_accuse(ngx_http_request_t *r,
    const u_char *record);
static void ngx_http_tattle_gossip_complain(ngx_http_request_t *r,
    const char *line);


ngx_int_t
ngx_http_tattle_gossip_take(ngx_http_request_t *r,
    const tattle_gossip_message *message, ngx_uint_t *all_known,
    uint64_t *wait, const char **line)
{
    u_char                              *known_scts;
    uint64_t                             now;
    ngx_int_t                            rc;
    ngx_uint_t                           i, own, num_scts, all, taken;
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

    /* it is a moment, and what is there is not to be verified for nothing */

    if (!*all_known && !ngx_tattle_heads_are_linked(gmcf->zone)) {
        *wait = NGX_HTTP_TATTLE_GOSSIP_REST_WAIT;
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (!all) {
        *wait = ngx_tattle_limit_checks(gmcf->zone, &gmcf->rates,
                                        r->connection->sockaddr,
                                        NGX_HTTP_TATTLE_GOSSIP_CHECKS, now,
                                        &own);
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

        ngx_tattle_limit_give_back(gmcf->zone, &gmcf->rates,
                           r->connection->sockaddr,
                           NGX_HTTP_TATTLE_GOSSIP_CHECKS
                           - tattle_gossip_findings_num_checks(findings),
                           now);

        taken = 0;

        rc = ngx_http_tattle_gossip_store_heads(r, message, findings,
                                                all_known, &taken);

        if (rc == NGX_OK) {
            rc = ngx_http_tattle_gossip_store_scts(r, message, findings,
                                                   &taken);
        }

        if (rc != NGX_OK) {
            *wait = (rc == NGX_AGAIN) ? NGX_HTTP_TATTLE_GOSSIP_REST_WAIT
                                      : NGX_HTTP_TATTLE_GOSSIP_FULL_WAIT;
            rc = NGX_HTTP_SERVICE_UNAVAILABLE;

        } else if (tattle_gossip_findings_is_cut(findings)) {

            /*
             * What was taken is known now, so the next try gets further; what
             * is bad never is, and costs as much again.
             */

            rc = NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;

            if (taken) {
                *wait = NGX_HTTP_TATTLE_GOSSIP_REST_WAIT;
                *line = "more than is verified at once: send it again";

            } else {
                *line = "more than is verified at once, and none of that can "
                        "be kept: send less";
            }
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
    terms.max_checks = NGX_HTTP_TATTLE_GOSSIP_CHECKS;

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
    const tattle_gossip_findings *findings, ngx_uint_t *all_known,
    ngx_uint_t *taken)
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
                        gmcf->zone->keep ? ngx_tattle_head_waiting
                                         : ngx_tattle_head_unclaimed,
                        status == TATTLE_HEAD_STATUS_GOOD_IF_CONFLICTING,
                        ngx_tattle_now_ms()))
        {
        case NGX_TATTLE_NO_ROOM:
            ngx_http_tattle_gossip_complain(r, "has no room for a head");
            return NGX_DECLINED;

        case NGX_TATTLE_NOT_YET:
            return NGX_AGAIN;

        case NGX_TATTLE_UNWANTED:
            *all_known = 0;
            break;

        case NGX_TATTLE_EVIDENCE:
            ngx_http_tattle_gossip_accuse(r, record);
            (*taken)++;
            break;

        default: /* NGX_TATTLE_STORED, NGX_TATTLE_KNOWN: by another worker */
            (*taken)++;
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
    const tattle_gossip_findings *findings, ngx_uint_t *taken)
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

        if (fate == TATTLE_SCT_SUSPECT) {
            ngx_tattle_suspects_push(gmcf->zone, record, len);
        }

        if (ngx_tattle_feedback_push(gmcf->zone, record, len,
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
            (*taken)++;
        }
    }

    return NGX_OK;
}


/* once a minute */

static void
ngx_http_tattle_gossip_complain(ngx_http_request_t *r, const char *line)
{
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    static time_t  complained;

    if (ngx_time() - complained < 60) {
        return;
    }

    complained = ngx_time();

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "ct_gossip_zone \"%V\" %s", &gmcf->zone->name, line);
}
