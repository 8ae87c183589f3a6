/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Servers of http, stream, and mail, and their SSL contexts.
 */


/* whether nginx has them is seen when the configuration is read */

#ifndef NGX_STREAM_SSL
#define NGX_STREAM_SSL  1
#endif

#ifndef NGX_MAIL_SSL
#define NGX_MAIL_SSL    1
#endif


#include "ngx_tattle.h"
#include "ngx_tattle_scts_servers.h"

#include <ngx_http.h>
#include <ngx_stream.h>
#include <ngx_mail.h>


#if (nginx_version >= 1025005)
typedef ngx_stream_ssl_srv_conf_t  ngx_tattle_stream_ssl_conf_t;
#else
typedef ngx_stream_ssl_conf_t      ngx_tattle_stream_ssl_conf_t;
#endif


static ngx_module_t *ngx_tattle_scts_module(ngx_cycle_t *cycle,
    const char *name);


ngx_int_t
ngx_tattle_scts_http_servers(ngx_cycle_t *cycle, ngx_array_t *servers)
{
    ngx_uint_t                   i;
    ngx_module_t                *http, *core, *ssl;
    ngx_http_conf_ctx_t         *ctx;
    ngx_http_ssl_srv_conf_t     *sscf;
    ngx_tattle_scts_server_t    *server;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    http = ngx_tattle_scts_module(cycle, "ngx_http_module");
    core = ngx_tattle_scts_module(cycle, "ngx_http_core_module");
    ssl = ngx_tattle_scts_module(cycle, "ngx_http_ssl_module");

    if (http == NULL || core == NULL || ssl == NULL) {
        return NGX_OK;
    }

    ctx = (ngx_http_conf_ctx_t *) cycle->conf_ctx[http->index];

    if (ctx == NULL) {
        return NGX_OK;
    }

    cmcf = ctx->main_conf[core->ctx_index];
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {

        server = ngx_array_push(servers);
        if (server == NULL) {
            return NGX_ERROR;
        }

        ctx = cscfp[i]->ctx;
        sscf = ctx->srv_conf[ssl->ctx_index];

        server->conf = ctx->srv_conf[ngx_http_tattle_scts_module.ctx_index];
        server->ssl_ctx = sscf->ssl.ctx;
        server->file = cscfp[i]->file_name;
        server->line = cscfp[i]->line;
    }

    return NGX_OK;
}


ngx_int_t
ngx_tattle_scts_stream_servers(ngx_cycle_t *cycle, ngx_array_t *servers)
{
    ngx_uint_t                      i;
    ngx_module_t                   *stream, *core, *ssl;
    ngx_stream_conf_ctx_t          *ctx;
    ngx_tattle_scts_server_t       *server;
    ngx_stream_core_srv_conf_t    **cscfp;
    ngx_stream_core_main_conf_t    *cmcf;
    ngx_tattle_stream_ssl_conf_t   *sscf;

    stream = ngx_tattle_scts_module(cycle, "ngx_stream_module");
    core = ngx_tattle_scts_module(cycle, "ngx_stream_core_module");
    ssl = ngx_tattle_scts_module(cycle, "ngx_stream_ssl_module");

    if (stream == NULL || core == NULL || ssl == NULL) {
        return NGX_OK;
    }

    ctx = (ngx_stream_conf_ctx_t *) cycle->conf_ctx[stream->index];

    if (ctx == NULL) {
        return NGX_OK;
    }

    cmcf = ctx->main_conf[core->ctx_index];
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {

        server = ngx_array_push(servers);
        if (server == NULL) {
            return NGX_ERROR;
        }

        ctx = cscfp[i]->ctx;
        sscf = ctx->srv_conf[ssl->ctx_index];

        server->conf = ctx->srv_conf[ngx_stream_tattle_scts_module.ctx_index];
        server->ssl_ctx = sscf->ssl.ctx;
        server->file = cscfp[i]->file_name;
        server->line = cscfp[i]->line;
    }

    return NGX_OK;
}


ngx_int_t
ngx_tattle_scts_mail_servers(ngx_cycle_t *cycle, ngx_array_t *servers)
{
    ngx_uint_t                   i;
    ngx_module_t                *mail, *core, *ssl;
    ngx_mail_conf_ctx_t         *ctx;
    ngx_mail_ssl_conf_t         *sscf;
    ngx_tattle_scts_server_t    *server;
    ngx_mail_core_srv_conf_t   **cscfp;
    ngx_mail_core_main_conf_t   *cmcf;

    mail = ngx_tattle_scts_module(cycle, "ngx_mail_module");
    core = ngx_tattle_scts_module(cycle, "ngx_mail_core_module");
    ssl = ngx_tattle_scts_module(cycle, "ngx_mail_ssl_module");

    if (mail == NULL || core == NULL || ssl == NULL) {
        return NGX_OK;
    }

    ctx = (ngx_mail_conf_ctx_t *) cycle->conf_ctx[mail->index];

    if (ctx == NULL) {
        return NGX_OK;
    }

    cmcf = ctx->main_conf[core->ctx_index];
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {

        server = ngx_array_push(servers);
        if (server == NULL) {
            return NGX_ERROR;
        }

        ctx = cscfp[i]->ctx;
        sscf = ctx->srv_conf[ssl->ctx_index];

        server->conf = ctx->srv_conf[ngx_mail_tattle_scts_module.ctx_index];
        server->ssl_ctx = sscf->ssl.ctx;
        server->file = cscfp[i]->file_name;
        server->line = cscfp[i]->line;
    }

    return NGX_OK;
}


/*
 * By name: a module that may not be loaded is nothing to link against.
 */

static ngx_module_t *
ngx_tattle_scts_module(ngx_cycle_t *cycle, const char *name)
{
    ngx_uint_t  i;

    for (i = 0; cycle->modules[i]; i++) {
        if (ngx_strcmp(cycle->modules[i]->name, name) == 0) {
            return cycle->modules[i];
        }
    }

    return NULL;
}
