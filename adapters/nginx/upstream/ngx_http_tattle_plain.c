/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * "proxy_pass $where;" may turn out to be "http://...", where a location with
 * "proxy_ssl_ct require" must not go.
 *
 * That is known only once nginx has made the upstream of a request, and it
 * asks nobody before it connects - but for proxy_bind, whose value may have
 * variables.  So each such location gets a value of ours in the place of its
 * own, which it also returns.
 */


#include "ngx_http_tattle_upstream.h"


typedef struct {
    ngx_http_upstream_local_t    local;     /* must be the first */
    ngx_http_complex_value_t     value;
    ngx_http_upstream_local_t   *former;    /* of proxy_bind; or NULL */
} ngx_http_tattle_plain_t;


static ngx_int_t ngx_http_tattle_plain_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void ngx_http_tattle_plain_refuse(ngx_http_request_t *r);
static ngx_int_t ngx_http_tattle_plain_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_http_tattle_plain_get_peer(ngx_peer_connection_t *pc,
    void *data);


/* of this module alone, so that no page says what it is */

static ngx_str_t  ngx_http_tattle_plain_name =
    ngx_string("tattle_upstream_local");


static ngx_str_t  ngx_http_tattle_plain_text =
    ngx_string("$tattle_upstream_local");


/* an upstream{} that has no peers */

static ngx_http_upstream_srv_conf_t  ngx_http_tattle_plain_nowhere = {
    .peer = { .init = ngx_http_tattle_plain_init_peer }
};


ngx_int_t
ngx_http_tattle_plain_add_variable(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var;

    var = ngx_http_add_variable(cf, &ngx_http_tattle_plain_name,
                                NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_http_tattle_plain_variable;

    return NGX_OK;
}


ngx_int_t
ngx_http_tattle_plain_watch(ngx_conf_t *cf, ngx_http_upstream_conf_t *ucf)
{
    ngx_http_tattle_plain_t           *plain;
    ngx_http_compile_complex_value_t   ccv;

    plain = ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_plain_t));
    if (plain == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &ngx_http_tattle_plain_text;
    ccv.complex_value = &plain->value;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_ERROR;
    }

    plain->former = ucf->local;

    if (plain->former) {
        plain->local = *plain->former;
    }

    plain->local.value = &plain->value;

    ucf->local = &plain->local;

    return NGX_OK;
}


/*
 * The address of proxy_bind, if there is one.
 */

static ngx_int_t
ngx_http_tattle_plain_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                   text;
    ngx_http_upstream_t        *u;
    ngx_http_tattle_plain_t    *plain;
    ngx_http_upstream_local_t  *former;

    v->not_found = 1;

    u = r->upstream;

    if (u == NULL || u->conf == NULL || u->conf->local == NULL) {
        return NGX_OK;
    }

    plain = (ngx_http_tattle_plain_t *) u->conf->local;

    if (plain->local.value != &plain->value) {
        /* somebody else asks */
        return NGX_OK;
    }

    if (!u->ssl) {
        ngx_http_tattle_plain_refuse(r);
        return NGX_OK;
    }

    former = plain->former;

    if (former == NULL) {
        return NGX_OK;
    }

    if (former->value == NULL) {
        text = former->addr->name;

    } else if (ngx_http_complex_value(r, former->value, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    v->len = text.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->data = text.data;

    return NGX_OK;
}


/*
 * Sends the request to an upstream{} that refuses it.
 */

static void
ngx_http_tattle_plain_refuse(ngx_http_request_t *r)
{
    ngx_http_upstream_t       *u;
    ngx_http_upstream_conf_t  *ucf;

    u = r->upstream;

    ucf = ngx_palloc(r->pool, sizeof(ngx_http_upstream_conf_t));

    if (ucf) {
        *ucf = *u->conf;
        ucf->upstream = &ngx_http_tattle_plain_nowhere;
        u->conf = ucf;
    }

    /* without memory it has no upstream at all, which is an error, too */

    if (u->resolved) {
        u->peer.name = &u->resolved->host;
        u->resolved = NULL;
    }
}


static ngx_int_t
ngx_http_tattle_plain_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us)
{
    r->upstream->peer.data = r;
    r->upstream->peer.get = ngx_http_tattle_plain_get_peer;
    r->upstream->peer.tries = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_plain_get_peer(ngx_peer_connection_t *pc, void *data)
{
    ngx_http_request_t *r = data;

    ngx_http_tattle_upstream_ctx_t  *ctx;

    static ngx_str_t  status = ngx_string("no_tls");
    static ngx_str_t  reason = ngx_string("the upstream goes without TLS, "
                                          "where proxy_ssl_ct is require");

    ngx_log_error(NGX_LOG_ERR, pc->log, 0,
                  "Certificate Transparency: %V", &reason);

    ctx = ngx_http_tattle_upstream_make_ctx(r);

    if (ctx) {
        ctx->status = status;
        ctx->reason = reason;
    }

    /* the next upstream is tried, which there is not: 502 */

    return NGX_DECLINED;
}
