/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * proxy_ssl_ct: which TLS connections to upstreams of proxy_pass, grpc_pass
 * and uwsgi_pass are judged.
 */


#include "ngx_http_tattle_upstream.h"


typedef struct {
    ngx_array_t   modules;    /* ngx_module_t *; that may speak TLS */
    ngx_array_t   plain;      /* ngx_module_t *; that never do */
    ngx_array_t   contexts;   /* ngx_http_tattle_handshake_t * */
} ngx_http_tattle_upstream_main_conf_t;


static void *ngx_http_tattle_upstream_create_main_conf(ngx_conf_t *cf);
static ngx_int_t ngx_http_tattle_upstream_find(ngx_conf_t *cf,
    ngx_array_t *modules, const char **names);
static void *ngx_http_tattle_upstream_create_srv_conf(ngx_conf_t *cf);
static void *ngx_http_tattle_upstream_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_tattle_upstream_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static char *ngx_http_tattle_upstream_set_mode(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_tattle_upstream_check(ngx_conf_t *cf,
    ngx_http_tattle_upstream_loc_conf_t *conf, ngx_http_upstream_conf_t *ucf);
static char *ngx_http_tattle_upstream_check_plain(ngx_conf_t *cf,
    ngx_http_tattle_upstream_loc_conf_t *conf, ngx_array_t *modules);
static ngx_int_t ngx_http_tattle_upstream_init(ngx_conf_t *cf);


static ngx_conf_enum_t  ngx_http_tattle_upstream_modes[] = {
    { ngx_string("off"), TATTLE_MODE_OFF },
    { ngx_string("report"), TATTLE_MODE_REPORT },
    { ngx_string("require"), TATTLE_MODE_REQUIRE },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_http_tattle_upstream_commands[] = {

    { ngx_string("proxy_ssl_ct"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LMT_CONF
                        |NGX_CONF_TAKE1,
      ngx_http_tattle_upstream_set_mode,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_tattle_upstream_module_ctx = {
    ngx_http_tattle_upstream_add_variables,    /* preconfiguration */
    ngx_http_tattle_upstream_init,             /* postconfiguration */

    ngx_http_tattle_upstream_create_main_conf, /* create main conf */
    NULL,                                      /* init main conf */

    ngx_http_tattle_upstream_create_srv_conf,  /* create server conf */
    NULL,                                      /* merge server conf */

    ngx_http_tattle_upstream_create_loc_conf,  /* create location conf */
    ngx_http_tattle_upstream_merge_loc_conf    /* merge location conf */
};


ngx_module_t  ngx_http_tattle_upstream_module = {
    NGX_MODULE_V1,
    &ngx_http_tattle_upstream_module_ctx,  /* module context */
    ngx_http_tattle_upstream_commands,     /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_http_tattle_upstream_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_tattle_upstream_main_conf_t  *tmcf;

    static const char  *tls[] = {
        "ngx_http_proxy_module",
        "ngx_http_grpc_module",
        "ngx_http_uwsgi_module",
        NULL
    };

    static const char  *plain[] = {
        "ngx_http_fastcgi_module",
        "ngx_http_scgi_module",
        "ngx_http_memcached_module",
        NULL
    };

    tmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_upstream_main_conf_t));
    if (tmcf == NULL) {
        return NULL;
    }

    if (ngx_http_tattle_upstream_find(cf, &tmcf->modules, tls) != NGX_OK
        || ngx_http_tattle_upstream_find(cf, &tmcf->plain, plain) != NGX_OK
        || ngx_array_init(&tmcf->contexts, cf->pool, 4,
                          sizeof(ngx_http_tattle_handshake_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return tmcf;
}


/*
 * By name, since nginx may be built without some of them.
 */

static ngx_int_t
ngx_http_tattle_upstream_find(ngx_conf_t *cf, ngx_array_t *modules,
    const char **names)
{
    ngx_uint_t      i;
    ngx_module_t  **module;

    if (ngx_array_init(modules, cf->pool, 3, sizeof(ngx_module_t *))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for ( /* void */ ; *names; names++) {
        for (i = 0; cf->cycle->modules[i]; i++) {

            if (ngx_strcmp(cf->cycle->modules[i]->name, *names) != 0) {
                continue;
            }

            module = ngx_array_push(modules);
            if (module == NULL) {
                return NGX_ERROR;
            }

            *module = cf->cycle->modules[i];
        }
    }

    return NGX_OK;
}


static void *
ngx_http_tattle_upstream_create_srv_conf(ngx_conf_t *cf)
{
    /*
     * set by ngx_pcalloc():
     *
     *     conf->init = NULL;
     */

    return ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_upstream_srv_conf_t));
}


static void *
ngx_http_tattle_upstream_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_tattle_upstream_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_upstream_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->place = { NULL, 0 };
     */

    conf->mode = NGX_CONF_UNSET_UINT;

    return conf;
}


/*
 * The modules of upstreams come before this one, so that their configuration
 * of the location is merged already.
 */

static char *
ngx_http_tattle_upstream_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_tattle_upstream_loc_conf_t *prev = parent;
    ngx_http_tattle_upstream_loc_conf_t *conf = child;

    char                                  *rv;
    ngx_uint_t                             i, inherited;
    ngx_module_t                         **module;
    ngx_http_conf_ctx_t                   *ctx;
    ngx_http_upstream_conf_t              *ucf;
    ngx_http_tattle_upstream_main_conf_t  *tmcf;

    inherited = (conf->mode == NGX_CONF_UNSET_UINT);

    if (inherited) {
        conf->place = prev->place;
    }

    ngx_conf_merge_uint_value(conf->mode, prev->mode, TATTLE_MODE_OFF);

    if (conf->mode == TATTLE_MODE_OFF) {
        return NGX_CONF_OK;
    }

    ctx = cf->ctx;
    tmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_tattle_upstream_module);

    /* what is said of all locations leaves alone those without TLS */

    if (!inherited
        && (ngx_http_tattle_upstream_check_plain(cf, conf, &tmcf->modules)
            != NGX_CONF_OK
            || ngx_http_tattle_upstream_check_plain(cf, conf, &tmcf->plain)
               != NGX_CONF_OK))
    {
        return NGX_CONF_ERROR;
    }

    module = tmcf->modules.elts;

    for (i = 0; i < tmcf->modules.nelts; i++) {

        /* of each it is the first member of the location's configuration */

        ucf = ctx->loc_conf[module[i]->ctx_index];

        if (ucf == NULL || ucf->ssl == NULL || ucf->ssl->ctx == NULL) {
            continue;
        }

        rv = ngx_http_tattle_upstream_check(cf, conf, ucf);
        if (rv != NGX_CONF_OK) {
            return rv;
        }

        if (ngx_http_tattle_handshake_want(cf, &tmcf->contexts, ucf->ssl->ctx,
                                           conf->mode)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        /* by variables, which may say anything */

        if (conf->mode == TATTLE_MODE_REQUIRE && ucf->upstream == NULL
            && ngx_http_tattle_plain_watch(cf, ucf) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/*
 * A chain that nobody validates cannot be judged: there is no trust that
 * Certificate Transparency could add to.
 */

static char *
ngx_http_tattle_upstream_check(ngx_conf_t *cf,
    ngx_http_tattle_upstream_loc_conf_t *conf, ngx_http_upstream_conf_t *ucf)
{
    ngx_http_core_loc_conf_t  *clcf;

    if (ucf->ssl_verify) {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (conf->mode == TATTLE_MODE_REQUIRE) {
        ngx_tattle_log_place(NGX_LOG_EMERG, cf->log, &conf->place, 0,
                             "\"proxy_ssl_ct require\" needs "
                             "\"%V_ssl_verify on\" in location \"%V\"",
                             &ucf->module, &clcf->name);
        return NGX_CONF_ERROR;
    }

    if (!clcf->noname) {
        ngx_tattle_log_place(NGX_LOG_WARN, cf->log, &conf->place, 0,
                             "\"proxy_ssl_ct report\" judges nothing without "
                             "\"%V_ssl_verify on\" in location \"%V\"",
                             &ucf->module, &clcf->name);
    }

    return NGX_CONF_OK;
}


/*
 * Without TLS there is nothing to judge.  Whether there is, is not known yet
 * where it depends on variables.
 */

static char *
ngx_http_tattle_upstream_check_plain(ngx_conf_t *cf,
    ngx_http_tattle_upstream_loc_conf_t *conf, ngx_array_t *modules)
{
    ngx_str_t                   name;
    ngx_uint_t                  i;
    ngx_module_t              **module;
    ngx_http_conf_ctx_t        *ctx;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_upstream_conf_t   *ucf;

    ctx = cf->ctx;
    module = modules->elts;

    for (i = 0; i < modules->nelts; i++) {

        ucf = ctx->loc_conf[module[i]->ctx_index];

        if (ucf == NULL || ucf->upstream == NULL
            || (ucf->ssl && ucf->ssl->ctx))
        {
            continue;
        }

        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

        /* ucf->module is not set by all of them */

        name.data = (u_char *) module[i]->name + sizeof("ngx_http_") - 1;
        name.len = ngx_strlen(name.data) - (sizeof("_module") - 1);

        if (conf->mode == TATTLE_MODE_REQUIRE) {
            ngx_tattle_log_place(NGX_LOG_EMERG, cf->log, &conf->place, 0,
                                 "\"proxy_ssl_ct require\" can never hold: "
                                 "\"%V_pass\" goes without TLS in "
                                 "location \"%V\"", &name, &clcf->name);
            return NGX_CONF_ERROR;
        }

        ngx_tattle_log_place(NGX_LOG_WARN, cf->log, &conf->place, 0,
                             "\"proxy_ssl_ct report\" judges nothing: "
                             "\"%V_pass\" goes without TLS in location \"%V\"",
                             &name, &clcf->name);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_tattle_upstream_set_mode(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_tattle_upstream_loc_conf_t *tlcf = conf;

    ngx_str_t        *value;
    ngx_conf_enum_t  *mode;

    if (tlcf->mode != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (mode = ngx_http_tattle_upstream_modes; mode->name.len; mode++) {

        if (ngx_strcmp(mode->name.data, value[1].data) == 0) {
            tlcf->mode = mode->value;
            ngx_tattle_here(cf, &tlcf->place);

            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid mode \"%V\" in \"%V\" directive, it must be "
                       "\"off\", \"report\" or \"require\"",
                       &value[1], &cmd->name);

    return NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_tattle_upstream_init(ngx_conf_t *cf)
{
    ngx_uint_t                             i;
    ngx_http_upstream_srv_conf_t         **uscfp;
    ngx_http_upstream_main_conf_t         *umcf;
    ngx_http_tattle_upstream_main_conf_t  *tmcf;

    tmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_tattle_upstream_module);

    if (tmcf->contexts.nelts == 0) {
        return NGX_OK;
    }

    umcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_upstream_module);

    uscfp = umcf->upstreams.elts;

    for (i = 0; i < umcf->upstreams.nelts; i++) {

        /* those without a block keep no connections */

        if (uscfp[i]->srv_conf) {
            ngx_http_tattle_peer_watch(uscfp[i]);
        }
    }

    return ngx_tattle_client_use(cf, ngx_http_tattle_handshake_attach,
                                 &tmcf->contexts);
}
