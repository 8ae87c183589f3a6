/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An upstream{} keeps connections for all locations that use it, whatever they
 * ask of Certificate Transparency.  A location that requires it takes of them
 * only those that it would have made itself.
 */


#include "ngx_http_tattle_upstream.h"


typedef struct {
    ngx_http_request_t              *request;

    void                            *data;
    ngx_event_get_peer_pt            get;
    ngx_event_free_peer_pt           free;
    ngx_event_notify_peer_pt         notify;
    ngx_event_set_peer_session_pt    set_session;
    ngx_event_save_peer_session_pt   save_session;
} ngx_http_tattle_peer_t;


static ngx_int_t ngx_http_tattle_peer_init(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_http_tattle_peer_get(ngx_peer_connection_t *pc,
    void *data);
static ngx_uint_t ngx_http_tattle_peer_will_do(const tattle_session *session);
static void ngx_http_tattle_peer_close(ngx_connection_t *c);
static void ngx_http_tattle_peer_free(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t state);
static void ngx_http_tattle_peer_notify(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t type);
static ngx_int_t ngx_http_tattle_peer_set_session(ngx_peer_connection_t *pc,
    void *data);
static void ngx_http_tattle_peer_save_session(ngx_peer_connection_t *pc,
    void *data);


void
ngx_http_tattle_peer_watch(ngx_http_upstream_srv_conf_t *uscf)
{
    ngx_http_tattle_upstream_srv_conf_t  *tucf;

    tucf = ngx_http_conf_upstream_srv_conf(uscf,
                                           ngx_http_tattle_upstream_module);

    tucf->init = uscf->peer.init;

    uscf->peer.init = ngx_http_tattle_peer_init;
}


static ngx_int_t
ngx_http_tattle_peer_init(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us)
{
    ngx_peer_connection_t                *pc;
    ngx_http_tattle_peer_t               *tp;
    ngx_http_tattle_upstream_srv_conf_t  *tucf;
    ngx_http_tattle_upstream_loc_conf_t  *tlcf;

    tucf = ngx_http_conf_upstream_srv_conf(us,
                                           ngx_http_tattle_upstream_module);

    if (tucf->init(r, us) != NGX_OK) {
        return NGX_ERROR;
    }

    tlcf = ngx_http_get_module_loc_conf(r, ngx_http_tattle_upstream_module);

    if (!r->upstream->ssl || tlcf->mode == TATTLE_MODE_OFF) {
        return NGX_OK;
    }

    tp = ngx_palloc(r->pool, sizeof(ngx_http_tattle_peer_t));
    if (tp == NULL) {
        return NGX_ERROR;
    }

    pc = &r->upstream->peer;

    tp->request = r;
    tp->data = pc->data;
    tp->get = pc->get;
    tp->free = pc->free;
    tp->notify = pc->notify;
    tp->set_session = pc->set_session;
    tp->save_session = pc->save_session;

    pc->data = tp;
    pc->get = ngx_http_tattle_peer_get;
    pc->free = ngx_http_tattle_peer_free;
    pc->set_session = ngx_http_tattle_peer_set_session;
    pc->save_session = ngx_http_tattle_peer_save_session;

    if (pc->notify) {
        pc->notify = ngx_http_tattle_peer_notify;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_peer_get(ngx_peer_connection_t *pc, void *data)
{
    ngx_http_tattle_peer_t *tp = data;

    ngx_int_t                             rc;
    ngx_connection_t                     *c;
    const tattle_session                 *session;
    ngx_http_tattle_upstream_loc_conf_t  *tlcf;

    rc = tp->get(pc, tp->data);

    if (rc != NGX_DONE) {
        return rc;
    }

    c = pc->connection;

    if (c == NULL || c->ssl == NULL) {
        return rc;
    }

    session = tattle_openssl_get0_session(c->ssl->connection);

    tlcf = ngx_http_get_module_loc_conf(tp->request,
                                        ngx_http_tattle_upstream_module);

    if (tlcf->mode == TATTLE_MODE_REQUIRE
        && !ngx_http_tattle_peer_will_do(session))
    {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, pc->log, 0,
                       "tattle: kept-alive connection %p will not do", c);

        ngx_http_tattle_peer_close(c);

        pc->connection = NULL;
        pc->cached = 0;

        /* the balancer has chosen: a new connection is made to the same peer */

        return NGX_OK;
    }

    if (session) {
        ngx_http_tattle_upstream_note(tp->request, session);
    }

    return rc;
}


static ngx_uint_t
ngx_http_tattle_peer_will_do(const tattle_session *session)
{
    if (tattle_session_decision(session) != TATTLE_PROCEED) {
        return 0;
    }

    if (tattle_session_mode(session) == TATTLE_MODE_REQUIRE) {
        return 1;
    }

    /* what goes on in mode report need not be good */

    return tattle_session_scope(session) == TATTLE_SCOPE_PUBLIC
           && tattle_verdict_compliance(tattle_session_get0_verdict(session))
              == TATTLE_COMPLIANT;
}


/*
 * As ngx_http_upstream_keepalive_close(), which is not for others.
 */

static void
ngx_http_tattle_peer_close(ngx_connection_t *c)
{
    if (c->ssl) {
        c->ssl->no_wait_shutdown = 1;
        c->ssl->no_send_shutdown = 1;

        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {
            c->ssl->handler = ngx_http_tattle_peer_close;
            return;
        }
    }

    ngx_destroy_pool(c->pool);
    ngx_close_connection(c);
}


static void
ngx_http_tattle_peer_free(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t state)
{
    ngx_http_tattle_peer_t *tp = data;

    tp->free(pc, tp->data, state);
}


static void
ngx_http_tattle_peer_notify(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t type)
{
    ngx_http_tattle_peer_t *tp = data;

    tp->notify(pc, tp->data, type);
}


static ngx_int_t
ngx_http_tattle_peer_set_session(ngx_peer_connection_t *pc, void *data)
{
    ngx_http_tattle_peer_t *tp = data;

    return tp->set_session(pc, tp->data);
}


static void
ngx_http_tattle_peer_save_session(ngx_peer_connection_t *pc, void *data)
{
    ngx_http_tattle_peer_t *tp = data;

    tp->save_session(pc, tp->data);
}
