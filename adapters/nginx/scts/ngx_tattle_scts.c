/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * TLS extension 18 (RFC 6962, Section 3.3.1) in the contexts of servers.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"
#include "ngx_tattle_scts_servers.h"
#include "ngx_tattle_served.h"


#define NGX_TATTLE_SCT_EXTENSION  18

/* "signed_certificate_timestamp" goes with a certificate, thus not on
 * resumption */

#define NGX_TATTLE_SCT_CONTEXT                                               \
    (SSL_EXT_CLIENT_HELLO|SSL_EXT_TLS1_2_SERVER_HELLO                        \
     |SSL_EXT_TLS1_3_CERTIFICATE|SSL_EXT_IGNORE_ON_RESUMPTION)


typedef struct {
    X509                    *x509;
    ngx_tattle_scts_cert_t  *cert;
} ngx_tattle_scts_fixed_t;


/* of an SSL context */

typedef struct {
    ngx_tattle_scts_set_t   *set;        /* NULL: nothing is sent */
    ngx_array_t              fixed;      /* of ngx_tattle_scts_fixed_t */
} ngx_tattle_scts_ctx_t;


static void *ngx_tattle_scts_create_conf(ngx_cycle_t *cycle);
static char *ngx_tattle_scts_init_conf(ngx_cycle_t *cycle, void *conf);
static ngx_int_t ngx_tattle_scts_init_process(ngx_cycle_t *cycle);
static ngx_int_t ngx_tattle_scts_init_servers(ngx_cycle_t *cycle,
    ngx_array_t *servers, ngx_array_t *sets);
static ngx_int_t ngx_tattle_scts_init_server(ngx_cycle_t *cycle,
    ngx_tattle_scts_server_t *server, ngx_array_t *sets);
static ngx_tattle_scts_set_t *ngx_tattle_scts_set_of(ngx_cycle_t *cycle,
    ngx_tattle_scts_conf_t *conf, ngx_array_t *sets);
static ngx_int_t ngx_tattle_scts_add_certs(ngx_cycle_t *cycle,
    ngx_tattle_scts_ctx_t *ctx, SSL_CTX *ssl_ctx);
static ngx_tattle_scts_cert_t *ngx_tattle_scts_cert_of(
    ngx_tattle_scts_ctx_t *ctx, X509 *x509, ngx_ssl_conn_t *ssl_conn);
static void ngx_tattle_scts_served(ngx_ssl_conn_t *ssl_conn, X509 *x509,
    ngx_tattle_served_t *served);
static int ngx_tattle_scts_add(ngx_ssl_conn_t *ssl_conn, unsigned int type,
    unsigned int context, const unsigned char **out, size_t *len, X509 *x509,
    size_t chainidx, int *al, void *data);


static ngx_core_module_t  ngx_tattle_scts_module_ctx = {
    ngx_string("tattle_scts"),
    ngx_tattle_scts_create_conf,
    ngx_tattle_scts_init_conf
};


ngx_module_t  ngx_tattle_scts_module = {
    NGX_MODULE_V1,
    &ngx_tattle_scts_module_ctx,           /* module context */
    NULL,                                  /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_tattle_scts_init_process,          /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* of ngx_tattle_scts_ctx_t in an SSL context */
static int  ngx_tattle_scts_ctx_index = -1;


/* the sets of a cycle */

static void *
ngx_tattle_scts_create_conf(ngx_cycle_t *cycle)
{
    return ngx_array_create(cycle->pool, 2, sizeof(ngx_tattle_scts_set_t *));
}


/* blocks of http, stream, and mail are read: SSL contexts are there */

static char *
ngx_tattle_scts_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_array_t *sets = conf;

    ngx_uint_t               i, n;
    ngx_array_t              servers;
    ngx_tattle_scts_set_t  **set;

    static ngx_int_t (*find[])(ngx_cycle_t *cycle, ngx_array_t *servers) = {
        ngx_tattle_scts_http_servers,
        ngx_tattle_scts_stream_servers,
        ngx_tattle_scts_mail_servers
    };

    if (ngx_tattle_scts_ctx_index == -1) {
        ngx_tattle_scts_ctx_index = SSL_CTX_get_ex_new_index(0, NULL, NULL,
                                                             NULL, NULL);

        if (ngx_tattle_scts_ctx_index == -1) {
            ngx_ssl_error(NGX_LOG_ALERT, cycle->log, 0,
                          "SSL_CTX_get_ex_new_index() failed");
            return NGX_CONF_ERROR;
        }
    }

    ngx_tattle_served = ngx_tattle_scts_served;

    for (n = 0; n < sizeof(find) / sizeof(find[0]); n++) {

        if (ngx_array_init(&servers, cycle->pool, 4,
                           sizeof(ngx_tattle_scts_server_t))
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        if (find[n](cycle, &servers) != NGX_OK
            || ngx_tattle_scts_init_servers(cycle, &servers, sets) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (sets->nelts && ngx_tattle_scts_add_status(cycle, sets) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    set = sets->elts;

    for (i = 0; i < sets->nelts; i++) {
        if (ngx_tattle_scts_settle(set[i], cycle->log) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_tattle_scts_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t               i;
    ngx_array_t             *sets;
    ngx_tattle_scts_set_t  **set;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    sets = (ngx_array_t *) ngx_get_conf(cycle->conf_ctx,
                                        ngx_tattle_scts_module);
    set = sets->elts;

    for (i = 0; i < sets->nelts; i++) {
        ngx_tattle_scts_keep(set[i]);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_tattle_scts_init_servers(ngx_cycle_t *cycle, ngx_array_t *servers,
    ngx_array_t *sets)
{
    ngx_uint_t                 i, used;
    ngx_tattle_scts_server_t  *server;

    used = 0;
    server = servers->elts;

    for (i = 0; i < servers->nelts; i++) {

        if (server[i].conf->paths == NULL) {
            continue;
        }

        if (server[i].ssl_ctx) {
            used = 1;

        } else if (!server[i].conf->inherited) {
            ngx_tattle_log_place(NGX_LOG_WARN, cycle->log,
                                 &server[i].conf->place, 0,
                                 "\"ct_scts\" sends nothing: "
                                 "the server is without TLS");
        }
    }

    if (!used) {
        return NGX_OK;
    }

    /*
     * OpenSSL remembers that a client asked for an extension only if the
     * context has it that the handshake begins with, which is that of the
     * socket's default server: all of them get it.
     */

    for (i = 0; i < servers->nelts; i++) {

        if (server[i].ssl_ctx == NULL) {
            continue;
        }

        if (ngx_tattle_scts_init_server(cycle, &server[i], sets) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_tattle_scts_init_server(ngx_cycle_t *cycle,
    ngx_tattle_scts_server_t *server, ngx_array_t *sets)
{
    ngx_tattle_scts_ctx_t  *ctx;

    ctx = ngx_pcalloc(cycle->pool, sizeof(ngx_tattle_scts_ctx_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    if (SSL_CTX_add_custom_ext(server->ssl_ctx, NGX_TATTLE_SCT_EXTENSION,
                               NGX_TATTLE_SCT_CONTEXT, ngx_tattle_scts_add,
                               NULL, ctx, NULL, NULL)
        == 0)
    {
        ERR_clear_error();

        if (server->conf->paths == NULL) {
            /* it sends SCTs on its own, and is enough of a default server */
            return NGX_OK;
        }

        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"ct_scts\" and \"ssl_conf_command ServerInfoFile\" "
                      "exclude each other in the server in %s:%ui",
                      server->file, server->line);
        return NGX_ERROR;
    }

    if (server->conf->paths == NULL) {
        return NGX_OK;
    }

    if (SSL_CTX_set_ex_data(server->ssl_ctx, ngx_tattle_scts_ctx_index, ctx)
        == 0)
    {
        ngx_ssl_error(NGX_LOG_ALERT, cycle->log, 0,
                      "SSL_CTX_set_ex_data() failed");
        return NGX_ERROR;
    }

    ctx->set = ngx_tattle_scts_set_of(cycle, server->conf, sets);
    if (ctx->set == NULL) {
        return NGX_ERROR;
    }

    return ngx_tattle_scts_add_certs(cycle, ctx, server->ssl_ctx);
}


static ngx_tattle_scts_set_t *
ngx_tattle_scts_set_of(ngx_cycle_t *cycle, ngx_tattle_scts_conf_t *conf,
    ngx_array_t *sets)
{
    ngx_uint_t               i;
    ngx_tattle_scts_set_t  **set;

    set = sets->elts;

    for (i = 0; i < sets->nelts; i++) {
        if (set[i]->paths == conf->paths && set[i]->policy == conf->policy) {
            return set[i];
        }
    }

    set = ngx_array_push(sets);
    if (set == NULL) {
        return NULL;
    }

    *set = ngx_tattle_scts_create_set(cycle, conf->paths, conf->policy);
    if (*set == NULL) {
        sets->nelts--;
        return NULL;
    }

    (*set)->place = conf->place;

    return *set;
}


/*
 * Certificates of "ssl_certificate" with variables are not there yet: they
 * are looked up at the handshake.
 */

static ngx_int_t
ngx_tattle_scts_add_certs(ngx_cycle_t *cycle, ngx_tattle_scts_ctx_t *ctx,
    SSL_CTX *ssl_ctx)
{
    X509                     *x509, *current;
    STACK_OF(X509)           *chain;
    ngx_int_t                 rc;
    ngx_tattle_scts_fixed_t  *fixed;

    if (ngx_array_init(&ctx->fixed, cycle->pool, 2,
                       sizeof(ngx_tattle_scts_fixed_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    current = SSL_CTX_get0_certificate(ssl_ctx);
    rc = SSL_CTX_set_current_cert(ssl_ctx, SSL_CERT_SET_FIRST);

    for ( /* void */ ; rc == 1;
         rc = SSL_CTX_set_current_cert(ssl_ctx, SSL_CERT_SET_NEXT))
    {
        x509 = SSL_CTX_get0_certificate(ssl_ctx);
        chain = NULL;
        (void) SSL_CTX_get0_chain_certs(ssl_ctx, &chain);

        fixed = ngx_array_push(&ctx->fixed);
        if (fixed == NULL) {
            return NGX_ERROR;
        }

        fixed->x509 = x509;
        fixed->cert = ngx_tattle_scts_add_cert(ctx->set, x509, chain, 1,
                                               cycle->log);
        if (fixed->cert == NULL) {
            return NGX_ERROR;
        }
    }

    if (current) {
        (void) SSL_CTX_select_current_cert(ssl_ctx, current);

    } else {
        ctx->set->variable = 1;
    }

    return NGX_OK;
}


/*
 * Never fails a handshake: without SCTs it goes on.
 */

static int
ngx_tattle_scts_add(ngx_ssl_conn_t *ssl_conn, unsigned int type,
    unsigned int context, const unsigned char **out, size_t *len, X509 *x509,
    size_t chainidx, int *al, void *data)
{
    ngx_tattle_scts_ctx_t *ctx = data;

    ngx_tattle_scts_cert_t  *cert;

    if (ctx->set == NULL || chainidx > 0 || SSL_session_reused(ssl_conn)) {
        return 0;
    }

    if (x509 == NULL) {
        /* TLS 1.2, where the certificate is already selected */
        x509 = SSL_get_certificate(ssl_conn);

        if (x509 == NULL) {
            return 0;
        }
    }

    cert = ngx_tattle_scts_cert_of(ctx, x509, ssl_conn);

    if (cert == NULL || cert->len == 0) {
        return 0;
    }

    *out = cert->list;
    *len = cert->len;

    return 1;
}


static ngx_tattle_scts_cert_t *
ngx_tattle_scts_cert_of(ngx_tattle_scts_ctx_t *ctx, X509 *x509,
    ngx_ssl_conn_t *ssl_conn)
{
    ngx_uint_t                i;
    ngx_connection_t         *c;
    ngx_tattle_scts_fixed_t  *fixed;

    fixed = ctx->fixed.elts;

    for (i = 0; i < ctx->fixed.nelts; i++) {
        if (fixed[i].x509 == x509) {
            return fixed[i].cert;
        }
    }

    c = ngx_ssl_get_connection(ssl_conn);

    return ngx_tattle_scts_find_cert(ctx->set, x509, ssl_conn, c->log);
}


/*
 * For $ct_status; the context is that of the server that SNI has chosen.
 */

static void
ngx_tattle_scts_served(ngx_ssl_conn_t *ssl_conn, X509 *x509,
    ngx_tattle_served_t *served)
{
    ngx_tattle_scts_ctx_t   *ctx;
    ngx_tattle_scts_cert_t  *cert;

    ctx = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl_conn),
                              ngx_tattle_scts_ctx_index);

    if (ctx == NULL) {
        return;
    }

    served->policy = ctx->set->policy;

    cert = ngx_tattle_scts_cert_of(ctx, x509, ssl_conn);

    if (cert) {
        served->scts = cert->list;
        served->scts_len = cert->len;
    }
}
