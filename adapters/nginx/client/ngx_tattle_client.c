/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The client of libtattle by which connections are judged.
 */


#include "ngx_tattle_client.h"


typedef struct {
    ngx_tattle_client_pt   ready;
    void                  *data;
} ngx_tattle_client_user_t;


typedef struct {
    ngx_str_t              config;
    ngx_tattle_place_t     place;     /* of ct_config */
    tattle_client         *client;

    ngx_array_t           *users;     /* ngx_tattle_client_user_t */
    ngx_tattle_totals_t   *totals;
} ngx_tattle_client_conf_t;


static void *ngx_tattle_client_create_conf(ngx_cycle_t *cycle);
static char *ngx_tattle_client_init_conf(ngx_cycle_t *cycle, void *conf);
static void ngx_tattle_client_cleanup(void *data);
static char *ngx_tattle_client_set_config(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_tattle_client_configure(ngx_tattle_client_conf_t *ccf,
    tattle_client_builder *builder, ngx_cycle_t *cycle, tattle_diag *diag);
static ngx_int_t ngx_tattle_client_set_list(tattle_client_builder *builder,
    ngx_cycle_t *cycle, tattle_diag *diag);
static ngx_int_t ngx_tattle_client_make(ngx_tattle_client_conf_t *ccf,
    ngx_cycle_t *cycle, tattle_diag *diag);
static void ngx_tattle_client_log(void *arg, tattle_log_level level,
    const char *line);
static void ngx_tattle_client_exit_process(ngx_cycle_t *cycle);


static ngx_command_t  ngx_tattle_client_commands[] = {

    { ngx_string("ct_config"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_tattle_client_set_config,
      0,
      0,
      NULL },

      ngx_null_command
};


static ngx_core_module_t  ngx_tattle_client_module_ctx = {
    ngx_string("tattle_client"),
    ngx_tattle_client_create_conf,
    ngx_tattle_client_init_conf
};


ngx_module_t  ngx_tattle_client_module = {
    NGX_MODULE_V1,
    &ngx_tattle_client_module_ctx,         /* module context */
    ngx_tattle_client_commands,            /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_tattle_client_exit_process,        /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* whose handshake is being made, in this process */
static ngx_connection_t  *ngx_tattle_client_connection;


ngx_int_t
ngx_tattle_client_use(ngx_conf_t *cf, ngx_tattle_client_pt ready, void *data)
{
    ngx_tattle_client_conf_t  *ccf;
    ngx_tattle_client_user_t  *user;

    ccf = (ngx_tattle_client_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                                    ngx_tattle_client_module);

    if (ccf->users == NULL) {
        ccf->users = ngx_array_create(cf->cycle->pool, 2,
                                      sizeof(ngx_tattle_client_user_t));
        if (ccf->users == NULL) {
            return NGX_ERROR;
        }

        ccf->totals = ngx_tattle_totals_create(cf, &ngx_tattle_client_module);
        if (ccf->totals == NULL) {
            return NGX_ERROR;
        }
    }

    user = ngx_array_push(ccf->users);
    if (user == NULL) {
        return NGX_ERROR;
    }

    user->ready = ready;
    user->data = data;

    return NGX_OK;
}


const tattle_client *
ngx_tattle_client(ngx_cycle_t *cycle)
{
    ngx_tattle_client_conf_t  *ccf;

    ccf = (ngx_tattle_client_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                                    ngx_tattle_client_module);

    return ccf->client;
}


ngx_int_t
ngx_tattle_client_log_list(ngx_cycle_t *cycle, tattle_log_list **list)
{
    ngx_str_t             path;
    const tattle_client  *client;

    client = ngx_tattle_client(cycle);

    if (client == NULL
        || ngx_tattle_log_list_path(cycle, &path) != NGX_DECLINED)
    {
        return NGX_DECLINED;
    }

    if (tattle_client_log_list(client, list, ngx_tattle_now_ms(), NULL)
        != TATTLE_OK)
    {
        *list = NULL;
    }

    return NGX_OK;
}


void
ngx_tattle_client_set_connection(ngx_connection_t *c)
{
    ngx_tattle_client_connection = c;
}


ngx_tattle_totals_t *
ngx_tattle_client_totals(ngx_cycle_t *cycle)
{
    ngx_tattle_client_conf_t  *ccf;

    ccf = (ngx_tattle_client_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                                    ngx_tattle_client_module);

    return ccf->client ? ccf->totals : NULL;
}


void
ngx_tattle_client_publish(ngx_cycle_t *cycle)
{
    ngx_tattle_totals_t  *totals;

    totals = ngx_tattle_client_totals(cycle);

    if (totals) {
        ngx_tattle_totals_publish(totals);
    }
}


static void *
ngx_tattle_client_create_conf(ngx_cycle_t *cycle)
{
    ngx_pool_cleanup_t        *cln;
    ngx_tattle_client_conf_t  *ccf;

    ccf = ngx_pcalloc(cycle->pool, sizeof(ngx_tattle_client_conf_t));
    if (ccf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     ccf->config = { 0, NULL };
     *     ccf->place = { NULL, 0 };
     *     ccf->client = NULL;
     *     ccf->users = NULL;
     *     ccf->totals = NULL;
     */

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_tattle_client_cleanup;
    cln->data = ccf;

    return ccf;
}


static char *
ngx_tattle_client_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_tattle_client_conf_t *ccf = conf;

    ngx_uint_t                 i;
    tattle_diag                diag = TATTLE_DIAG_INIT;
    ngx_tattle_client_user_t  *user;

    if (ccf->users == NULL && ccf->config.len == 0) {
        return NGX_CONF_OK;
    }

    /* a file that is named is looked at also where nobody goes by it yet */

    if (ngx_tattle_client_make(ccf, cycle, &diag) != NGX_OK) {
        ngx_tattle_log_place(NGX_LOG_EMERG, cycle->log, &ccf->place, 0,
                             "Certificate Transparency of upstreams cannot be "
                             "judged: %s", diag.text);
        return NGX_CONF_ERROR;
    }

    if (ccf->users == NULL) {
        return NGX_CONF_OK;
    }

    user = ccf->users->elts;

    for (i = 0; i < ccf->users->nelts; i++) {
        if (user[i].ready(cycle, ccf->client, user[i].data) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static void
ngx_tattle_client_cleanup(void *data)
{
    ngx_tattle_client_conf_t *ccf = data;

    tattle_client_free(ccf->client);
}


static char *
ngx_tattle_client_set_config(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_tattle_client_conf_t *ccf = conf;

    ngx_str_t  *value;

    if (ccf->config.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "is empty";
    }

    ccf->config = value[1];
    ngx_tattle_here(cf, &ccf->place);

    if (ngx_conf_full_name(cf->cycle, &ccf->config, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_tattle_client_make(ngx_tattle_client_conf_t *ccf, ngx_cycle_t *cycle,
    tattle_diag *diag)
{
    ngx_int_t               rc;
    tattle_client          *client;
    tattle_client_builder  *builder;

    if (tattle_client_builder_new(&builder, diag) != TATTLE_OK) {
        return NGX_ERROR;
    }

    rc = ngx_tattle_client_configure(ccf, builder, cycle, diag);

    if (rc == NGX_OK && ccf->users) {

        if (tattle_client_new(builder, &client, ngx_tattle_now_ms(), diag)
            == TATTLE_OK)
        {
            ccf->client = client;
            ngx_tattle_totals_set_client(ccf->totals, client);

        } else {
            rc = NGX_ERROR;
        }
    }

    tattle_client_builder_free(builder);

    return rc;
}


static ngx_int_t
ngx_tattle_client_configure(ngx_tattle_client_conf_t *ccf,
    tattle_client_builder *builder, ngx_cycle_t *cycle, tattle_diag *diag)
{
    const char  *path;

    path = ccf->config.len ? (const char *) ccf->config.data : NULL;

    if (tattle_client_builder_read_file(builder, path, diag) != TATTLE_OK) {
        return NGX_ERROR;
    }

    if (tattle_client_builder_set_log(builder, ngx_tattle_client_log, NULL,
                                      diag)
        != TATTLE_OK)
    {
        return NGX_ERROR;
    }

    return ngx_tattle_client_set_list(builder, cycle, diag);
}


/*
 * ct_log_list goes over log_list of the file.  The client gets the path, so
 * that it reads a list that was replaced by itself.
 */

static ngx_int_t
ngx_tattle_client_set_list(tattle_client_builder *builder, ngx_cycle_t *cycle,
    tattle_diag *diag)
{
    ngx_str_t         path;
    tattle_status     status;
    tattle_log_list  *list;

    switch (ngx_tattle_log_list_path(cycle, &path)) {

    case NGX_OK:
        status = tattle_client_builder_set(builder, "log_list",
                                           (const char *) path.data, diag);
        break;

    case NGX_DONE:
        status = tattle_log_list_new_pinned(&list, diag);

        if (status == TATTLE_OK) {
            status = tattle_client_builder_set_log_list(builder, list, diag);
            tattle_log_list_free(list);
        }

        break;

    default: /* NGX_DECLINED */
        return NGX_OK;
    }

    return (status == TATTLE_OK) ? NGX_OK : NGX_ERROR;
}


static void
ngx_tattle_client_log(void *arg, tattle_log_level level, const char *line)
{
    ngx_log_t   *log;
    ngx_uint_t   n;

    log = ngx_tattle_client_connection ? ngx_tattle_client_connection->log
                                       : ngx_cycle->log;

    switch (level) {

    case TATTLE_LOG_INFO:
        n = NGX_LOG_INFO;
        break;

    case TATTLE_LOG_WARNING:
        n = NGX_LOG_WARN;
        break;

    default: /* TATTLE_LOG_ERROR */
        n = NGX_LOG_ERR;
    }

    ngx_log_error(n, log, 0, "Certificate Transparency: %s", line);
}


static void
ngx_tattle_client_exit_process(ngx_cycle_t *cycle)
{
    ngx_tattle_client_publish(cycle);
}
