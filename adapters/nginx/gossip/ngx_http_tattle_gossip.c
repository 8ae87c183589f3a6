/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Gossip in http: directives, and where they reach into requests.
 */


#include "ngx_http_tattle_gossip.h"
#include "ngx_http_tattle_header.h"
#include "ngx_tattle_courier.h"


/* lines of TransGossip in a request; libtattle takes 8 KB of them together */
#define NGX_HTTP_TATTLE_GOSSIP_FIELDS    32


static ngx_int_t ngx_http_tattle_gossip_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_tattle_gossip_log_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_tattle_gossip_header_filter(ngx_http_request_t *r);
static void ngx_http_tattle_gossip_hide(ngx_http_request_t *r, ngx_str_t *key);

static void *ngx_http_tattle_gossip_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_tattle_gossip_init_main_conf(ngx_conf_t *cf,
    void *conf);
static void *ngx_http_tattle_gossip_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_tattle_gossip_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static char *ngx_http_tattle_gossip_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_http_tattle_gossip_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_tattle_gossip_init_process(ngx_cycle_t *cycle);
static void ngx_http_tattle_gossip_exit_process(ngx_cycle_t *cycle);


static ngx_command_t  ngx_http_tattle_gossip_commands[] = {

    { ngx_string("ct_gossip"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_http_tattle_gossip_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_tattle_gossip_loc_conf_t, enable),
      NULL },

    { ngx_string("ct_gossip_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_tattle_gossip_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_gossip_limit"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE123,
      ngx_http_tattle_gossip_limit,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_socket"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_tattle_gossip_socket,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_tattle_gossip_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_http_tattle_gossip_init,           /* postconfiguration */

    ngx_http_tattle_gossip_create_main_conf, /* create main configuration */
    ngx_http_tattle_gossip_init_main_conf, /* init main configuration */

    ngx_http_tattle_gossip_create_srv_conf, /* create server configuration */
    ngx_http_tattle_gossip_merge_srv_conf, /* merge server configuration */

    ngx_http_tattle_gossip_create_loc_conf, /* create location configuration */
    ngx_http_tattle_gossip_merge_loc_conf  /* merge location configuration */
};


ngx_module_t  ngx_http_tattle_gossip_module = {
    NGX_MODULE_V1,
    &ngx_http_tattle_gossip_module_ctx,    /* module context */
    ngx_http_tattle_gossip_commands,       /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_tattle_gossip_init_process,   /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_tattle_gossip_exit_process,   /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


/* of a request that came to where the endpoints are, and is for none */

static ngx_http_tattle_gossip_ctx_t  ngx_http_tattle_gossip_passed = {
    TATTLE_ENDPOINT_NONE
};


static ngx_int_t
ngx_http_tattle_gossip_handler(ngx_http_request_t *r)
{
    tattle_gossip_endpoint              endpoint;
    ngx_http_tattle_gossip_loc_conf_t  *glcf;
    ngx_http_tattle_gossip_srv_conf_t  *gscf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_tattle_gossip_module);

    if (!glcf->enable || r != r->main) {
        return NGX_DECLINED;
    }

    ngx_http_set_ctx(r, &ngx_http_tattle_gossip_passed,
                     ngx_http_tattle_gossip_module);

    if (r->uri.len < 15
        || ngx_memcmp(r->uri.data, "/.well-known/ct", 15) != 0)
    {
        return NGX_DECLINED;
    }

    endpoint = tattle_gossip_endpoint_find((char *) r->uri.data, r->uri.len);

    switch (endpoint) {

    case TATTLE_ENDPOINT_STH_POLLINATION:
        break;

    case TATTLE_ENDPOINT_SCT_FEEDBACK:
        gscf = ngx_http_get_module_srv_conf(r, ngx_http_tattle_gossip_module);

        if (gscf->names.nelts) {
            break;
        }

        /* fall through */

    default:

        /* the others are for auditors: tattled has them */

        return NGX_DECLINED;
    }

    return ngx_http_tattle_gossip_serve(r, endpoint);
}


/*
 * What rides on a request of another purpose changes nothing about its
 * answer, so it is read when that is sent.
 */

static ngx_int_t
ngx_http_tattle_gossip_log_handler(ngx_http_request_t *r)
{
    uint64_t                             wait;
    ngx_uint_t                           n, known;
    const char                          *line;
    tattle_bytes                         values[NGX_HTTP_TATTLE_GOSSIP_FIELDS];
    tattle_gossip_message               *message;
    ngx_http_tattle_gossip_ctx_t        *ctx;
    ngx_http_tattle_gossip_loc_conf_t   *glcf;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_tattle_gossip_module);

    /* a subrequest has the headers of its request: log_subrequest */

    if (!glcf->enable || r != r->main) {
        return NGX_OK;
    }

    n = ngx_http_tattle_find_headers(r, "transgossip",
                                     sizeof("transgossip") - 1, values,
                                     NGX_HTTP_TATTLE_GOSSIP_FIELDS);
    if (n == 0) {
        return NGX_OK;
    }

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_gossip_module);

    ctx = ngx_http_get_module_ctx(r, ngx_http_tattle_gossip_module);

    /* a request to an endpoint was counted already */

    if ((ctx == NULL || ctx->endpoint == TATTLE_ENDPOINT_NONE)
        && ngx_tattle_limit_request(gmcf->zone, &gmcf->rates,
                                     r->connection->sockaddr,
                                     ngx_tattle_now_ms(), &known)
           != 0)
    {
        return NGX_OK;
    }

    if (tattle_gossip_message_new_header(&message, values, n, NULL)
        != TATTLE_OK)
    {
        return NGX_OK;
    }

    (void) ngx_http_tattle_gossip_take(r, message, &known, &wait, &line);

    tattle_gossip_message_free(message);

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_gossip_header_filter(ngx_http_request_t *r)
{
    ngx_http_tattle_gossip_loc_conf_t  *glcf;

    static ngx_str_t  key = ngx_string("TransGossipEnabled");

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_tattle_gossip_module);

    if (!glcf->enable || r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    /* an upstream's "No" would be believed, though gossip is not its affair */

    ngx_http_tattle_gossip_hide(r, &key);

    /*
     * Where "return" answers, or nobody is let in, an endpoint may be out of
     * reach just so: heads that are brought there are lost to who brings them.
     */

    if (ngx_http_get_module_ctx(r, ngx_http_tattle_gossip_module) == NULL) {
        return ngx_http_next_header_filter(r);
    }

    if (ngx_http_tattle_add_header(r, "TransGossipEnabled", "Yes") != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static void
ngx_http_tattle_gossip_hide(ngx_http_request_t *r, ngx_str_t *key)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_out.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {

            if (part->next == NULL) {
                return;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == key->len
            && ngx_strncasecmp(h[i].key.data, key->data, key->len) == 0)
        {
            h[i].hash = 0;
        }
    }
}


static void *
ngx_http_tattle_gossip_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_gossip_main_conf_t));
    if (gmcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     gmcf->shm_zone = NULL;
     *     gmcf->zone = NULL;
     *     gmcf->tattled = NULL;
     *     gmcf->zone_place = { NULL, 0 };
     *     gmcf->tattled_place = { NULL, 0 };
     *     gmcf->used = 0;
     *     gmcf->limited = 0;
     */

    gmcf->rates.rate = 5;
    gmcf->rates.rate_all = 200;
    gmcf->rates.checks = 1000;

    return gmcf;
}


static char *
ngx_http_tattle_gossip_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_tattle_gossip_main_conf_t *gmcf = conf;

    if (gmcf->zone == NULL) {

        if (gmcf->tattled) {
            ngx_tattle_log_place(NGX_LOG_EMERG, cf->log, &gmcf->tattled_place,
                                 0, "\"ct_socket\" needs a "
                                 "\"ct_gossip_zone\"");
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    gmcf->zone->keep = (gmcf->tattled != NULL);

    return NGX_CONF_OK;
}


static void *
ngx_http_tattle_gossip_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_tattle_gossip_loc_conf_t  *glcf;

    glcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_gossip_loc_conf_t));
    if (glcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     glcf->place = { NULL, 0 };
     */

    glcf->enable = NGX_CONF_UNSET;

    return glcf;
}


static char *
ngx_http_tattle_gossip_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_tattle_gossip_loc_conf_t *prev = parent;
    ngx_http_tattle_gossip_loc_conf_t *conf = child;

    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    if (conf->enable == NGX_CONF_UNSET) {
        conf->place = prev->place;
    }

    ngx_conf_merge_value(conf->enable, prev->enable, 0);

    if (!conf->enable) {
        return NGX_CONF_OK;
    }

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_tattle_gossip_module);

    if (gmcf->zone == NULL) {
        ngx_tattle_log_place(NGX_LOG_EMERG, cf->log, &conf->place, 0,
                             "\"ct_gossip on\" needs a \"ct_gossip_zone\"");
        return NGX_CONF_ERROR;
    }

    gmcf->used = 1;

    return NGX_CONF_OK;
}


static char *
ngx_http_tattle_gossip_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_tattle_gossip_loc_conf_t *glcf = conf;

    ngx_tattle_here(cf, &glcf->place);

    return ngx_conf_set_flag_slot(cf, cmd, conf);
}


static ngx_int_t
ngx_http_tattle_gossip_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt                 *h;
    ngx_http_core_main_conf_t           *cmcf;
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_tattle_gossip_module);

    if (gmcf->zone && !gmcf->used) {
        ngx_tattle_log_place(NGX_LOG_WARN, cf->log, &gmcf->zone_place, 0,
                             "\"ct_gossip_zone\" does nothing, since "
                             "\"ct_gossip\" is \"on\" nowhere");
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    /* after what may refuse access */

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_tattle_gossip_handler;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_tattle_gossip_log_handler;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_tattle_gossip_header_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_gossip_init_process(ngx_cycle_t *cycle)
{
    ngx_http_tattle_gossip_main_conf_t  *gmcf;

    gmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_tattle_gossip_module);

    if (gmcf == NULL || gmcf->tattled == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    return ngx_tattle_courier_start(cycle, gmcf->zone, gmcf->tattled);
}


static void
ngx_http_tattle_gossip_exit_process(ngx_cycle_t *cycle)
{
    ngx_tattle_courier_stop();
}
