/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Handshakes with upstreams, judged by libtattle-openssl.
 *
 * A location's upstream configuration has an SSL_CTX, which from nginx 1.23.0
 * on may be that of other locations too.  So a context is attached if any of
 * its locations wants it, and each connection gets the mode of its own.
 */


#include "ngx_http_tattle_upstream.h"


struct ngx_http_tattle_handshake_s {
    SSL_CTX      *ctx;
    ngx_uint_t    mode;    /* the strictest of its locations' */

    /* nginx's own */
    void        (*info)(const ngx_ssl_conn_t *ssl_conn, int where, int ret);
};


static uint64_t ngx_http_tattle_handshake_now_ms(void *arg);
static void ngx_http_tattle_handshake_info(const ngx_ssl_conn_t *ssl_conn,
    int where, int ret);
static int ngx_http_tattle_handshake_status(ngx_ssl_conn_t *ssl_conn,
    void *data);
static ngx_http_request_t *ngx_http_tattle_handshake_request(
    ngx_connection_t *c);
static void ngx_http_tattle_handshake_start(ngx_http_request_t *r,
    ngx_ssl_conn_t *ssl_conn);
static void ngx_http_tattle_handshake_end(ngx_http_request_t *r,
    const ngx_ssl_conn_t *ssl_conn, int where);
static void ngx_http_tattle_upstream_cleanup(void *data);


/* of an SSL_CTX: its ngx_http_tattle_handshake_t */
static int  ngx_http_tattle_handshake_index = -1;


ngx_int_t
ngx_http_tattle_handshake_want(ngx_conf_t *cf, ngx_array_t *contexts,
    SSL_CTX *ctx, ngx_uint_t mode)
{
    ngx_http_tattle_handshake_t  *ssl, **sslp;

    if (ngx_http_tattle_handshake_index == -1) {
        ngx_http_tattle_handshake_index = SSL_CTX_get_ex_new_index(0, NULL,
                                                                  NULL, NULL,
                                                                  NULL);
        if (ngx_http_tattle_handshake_index == -1) {
            ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                          "SSL_CTX_get_ex_new_index() failed");
            return NGX_ERROR;
        }
    }

    ssl = SSL_CTX_get_ex_data(ctx, ngx_http_tattle_handshake_index);

    if (ssl) {
        ssl->mode = ngx_max(ssl->mode, mode);
        return NGX_OK;
    }

    ssl = ngx_palloc(cf->pool, sizeof(ngx_http_tattle_handshake_t));
    sslp = ngx_array_push(contexts);

    if (ssl == NULL || sslp == NULL) {
        return NGX_ERROR;
    }

    ssl->ctx = ctx;
    ssl->mode = mode;
    ssl->info = SSL_CTX_get_info_callback(ctx);

    *sslp = ssl;

    if (SSL_CTX_set_ex_data(ctx, ngx_http_tattle_handshake_index, ssl) == 0) {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      "SSL_CTX_set_ex_data() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_tattle_handshake_attach(ngx_cycle_t *cycle,
    const tattle_client *client, void *data)
{
    ngx_array_t *contexts = data;

    ngx_uint_t                     i, mode;
    tattle_diag                    diag = TATTLE_DIAG_INIT;
    tattle_log_list               *list;
    tattle_openssl_options         options = TATTLE_OPENSSL_OPTIONS_INIT;
    ngx_http_tattle_handshake_t  **ssl;

    options.now_ms = ngx_http_tattle_handshake_now_ms;

    ssl = contexts->elts;
    mode = TATTLE_MODE_OFF;

    for (i = 0; i < contexts->nelts; i++) {
        mode = ngx_max(mode, ssl[i]->mode);

        /*
         * Both are called by libtattle-openssl: before it looks at a session,
         * before it judges, and after.
         */

        SSL_CTX_set_info_callback(ssl[i]->ctx, ngx_http_tattle_handshake_info);
        SSL_CTX_set_tlsext_status_cb(ssl[i]->ctx,
                                     ngx_http_tattle_handshake_status);

        options.mode = ssl[i]->mode;

        if (tattle_openssl_attach(ssl[i]->ctx, client, &options, &diag)
            != TATTLE_OK)
        {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "tattle_openssl_attach() failed: %s", diag.text);
            return NGX_ERROR;
        }
    }

    if (tattle_client_log_list(client, &list, ngx_tattle_now_ms(), NULL)
        == TATTLE_OK)
    {
        tattle_log_list_free(list);
        return NGX_OK;
    }

    /* why was said by the client */

    if (mode == TATTLE_MODE_REQUIRE) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                      "\"proxy_ssl_ct require\" refuses all upstreams of public "
                      "CAs as long as there is no log list");

    } else {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "\"proxy_ssl_ct report\" judges nothing as long as there "
                      "is no log list");
    }

    return NGX_OK;
}


static uint64_t
ngx_http_tattle_handshake_now_ms(void *arg)
{
    return ngx_tattle_now_ms();
}


static void
ngx_http_tattle_handshake_info(const ngx_ssl_conn_t *ssl_conn, int where,
    int ret)
{
    ngx_connection_t             *c;
    ngx_http_request_t           *r;
    ngx_http_tattle_handshake_t  *ssl;

    ssl = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl_conn),
                              ngx_http_tattle_handshake_index);

    if (ssl == NULL) {
        return;
    }

    if (ssl->info) {
        ssl->info(ssl_conn, where, ret);
    }

    c = ngx_ssl_get_connection((ngx_ssl_conn_t *) ssl_conn);

    switch (where) {

    case SSL_CB_HANDSHAKE_START:
    case SSL_CB_HANDSHAKE_DONE:
    case SSL_CB_CONNECT_LOOP:
        ngx_tattle_client_set_connection(c);
        break;

    case SSL_CB_CONNECT_EXIT:
        ngx_tattle_client_set_connection(NULL);
        break;

    default:
        return;
    }

    r = ngx_http_tattle_handshake_request(c);

    if (r == NULL) {
        return;
    }

    if (where == SSL_CB_HANDSHAKE_START) {
        ngx_http_tattle_handshake_start(r, (ngx_ssl_conn_t *) ssl_conn);

    } else if (where == SSL_CB_HANDSHAKE_DONE
               || (where == SSL_CB_CONNECT_EXIT && ret <= 0))
    {
        ngx_http_tattle_handshake_end(r, ssl_conn, where);
    }
}


/*
 * Called before the connection is judged, whatever the upstream has sent.
 * Lines of the client need to know whose they are; what the info callback has
 * set may have gone with a flight that ended in the middle of a message.
 */

static int
ngx_http_tattle_handshake_status(ngx_ssl_conn_t *ssl_conn, void *data)
{
    ngx_tattle_client_set_connection(ngx_ssl_get_connection(ssl_conn));

    return 1;
}


/*
 * NULL if the connection is not, or no longer, that of a request.
 */

static ngx_http_request_t *
ngx_http_tattle_handshake_request(ngx_connection_t *c)
{
    ngx_http_request_t  *r;

    if (c == NULL || c->idle || c->data == NULL) {
        return NULL;
    }

    r = c->data;

    if (r->signature != NGX_HTTP_MODULE
        || r->upstream == NULL
        || r->upstream->peer.connection != c)
    {
        return NULL;
    }

    return r;
}


static void
ngx_http_tattle_handshake_start(ngx_http_request_t *r, ngx_ssl_conn_t *ssl_conn)
{
    u_char                                host[NGX_MAXHOSTNAMELEN];
    ngx_str_t                            *name;
    ngx_http_tattle_upstream_loc_conf_t  *tlcf;

    tlcf = ngx_http_get_module_loc_conf(r, ngx_http_tattle_upstream_module);

    /* where it fails, the strictest mode of the context stays */

    (void) tattle_openssl_set_mode(ssl_conn, (tattle_mode) tlcf->mode);

    /*
     * A session that a location without verification has left in upstream{}
     * says that its chain is not valid.  It would be resumed, to be refused by
     * nginx.  OpenSSL has the result from the session that is to be offered.
     */

    if (r->upstream->conf->ssl_verify
        && SSL_get_session(ssl_conn) != NULL
        && SSL_get_verify_result(ssl_conn) != X509_V_OK)
    {
        (void) SSL_set_session(ssl_conn, NULL);
    }

    /* set if it is sent or verified; nginx may verify it without sending it */

    name = &r->upstream->ssl_name;

    if (name->len == 0 || name->len >= sizeof(host)) {
        return;
    }

    (void) ngx_cpystrn(host, name->data, name->len + 1);
    (void) tattle_openssl_set_host(ssl_conn, (const char *) host);
}


static void
ngx_http_tattle_handshake_end(ngx_http_request_t *r,
    const ngx_ssl_conn_t *ssl_conn, int where)
{
    ngx_connection_t      *c;
    const tattle_session  *session;

    session = tattle_openssl_get0_session(ssl_conn);

    if (session == NULL) {
        return;
    }

    if (where == SSL_CB_CONNECT_EXIT) {

        if (tattle_session_decision(session) != TATTLE_REFUSE) {
            return;
        }

        /*
         * The client has said why.  What nginx is about to say of the error
         * would be "crit", unless that is an alert, which it takes for the
         * peer's; then it is as loud as the connection says.
         */

        c = r->upstream->peer.connection;
        c->log_error = NGX_ERROR_INFO;

        ERR_clear_error();
        ERR_raise_data(ERR_LIB_SSL, SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
                       "refused by Certificate Transparency policy");
    }

    ngx_http_tattle_upstream_note(r, session);
    ngx_tattle_client_publish((ngx_cycle_t *) ngx_cycle);
}


void
ngx_http_tattle_upstream_note(ngx_http_request_t *r,
    const tattle_session *session)
{
    const char                      *status, *reason;
    tattle_scope                     scope;
    ngx_http_tattle_upstream_ctx_t  *ctx;

    ctx = ngx_http_tattle_upstream_make_ctx(r);
    if (ctx == NULL) {
        return;
    }

    ngx_str_null(&ctx->status);
    ngx_str_null(&ctx->reason);

    scope = tattle_session_scope(session);

    if (scope != TATTLE_SCOPE_PUBLIC && scope != TATTLE_SCOPE_UNKNOWN) {
        status = tattle_scope_name(scope);

    } else {

        switch (tattle_verdict_compliance(tattle_session_get0_verdict(session)))
        {

        case TATTLE_COMPLIANT:
            status = "compliant";
            break;

        case TATTLE_NOT_COMPLIANT:
            status = "not_compliant";
            break;

        default: /* TATTLE_UNDECIDED */
            status = "undecided";
        }
    }

    ctx->status.data = (u_char *) status;
    ctx->status.len = ngx_strlen(status);

    reason = tattle_session_get0_reason(session);

    ctx->reason.data = ngx_pnalloc(r->pool, ngx_strlen(reason));
    if (ctx->reason.data == NULL) {
        return;
    }

    ctx->reason.len = ngx_strlen(reason);
    ngx_memcpy(ctx->reason.data, reason, ctx->reason.len);
}


/*
 * Not by ngx_http_get_module_ctx(): an internal redirect, to the page of
 * error_page for example, forgets what modules have set.
 */

ngx_http_tattle_upstream_ctx_t *
ngx_http_tattle_upstream_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t              *cln;
    ngx_http_tattle_upstream_ctx_t  *ctx;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_http_tattle_upstream_cleanup) {
            continue;
        }

        ctx = cln->data;

        /* subrequests have the same pool */

        if (ctx->request == r) {
            return ctx;
        }
    }

    return NULL;
}


ngx_http_tattle_upstream_ctx_t *
ngx_http_tattle_upstream_make_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t              *cln;
    ngx_http_tattle_upstream_ctx_t  *ctx;

    ctx = ngx_http_tattle_upstream_ctx(r);

    if (ctx) {
        return ctx;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_tattle_upstream_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;

    ctx->request = r;
    ngx_str_null(&ctx->status);
    ngx_str_null(&ctx->reason);

    cln->handler = ngx_http_tattle_upstream_cleanup;

    return ctx;
}


static void
ngx_http_tattle_upstream_cleanup(void *data)
{
    /* its address is what the context is found by */
}
