/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Directives of the module as a whole.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_log_list.h"


#define NGX_TATTLE_REFRESH        10000
#define NGX_TATTLE_REFRESH_MIN    100


static void *ngx_tattle_create_conf(ngx_cycle_t *cycle);
static char *ngx_tattle_init_conf(ngx_cycle_t *cycle, void *conf);
static ngx_int_t ngx_tattle_init_list(ngx_tattle_conf_t *tcf,
    ngx_log_t *log);
static void ngx_tattle_cleanup(void *data);
static char *ngx_tattle_set_log_list(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_tattle_check_refresh(ngx_conf_t *cf, void *post, void *data);


static ngx_conf_post_t  ngx_tattle_refresh_post = {
    ngx_tattle_check_refresh
};


static ngx_command_t  ngx_tattle_commands[] = {

    { ngx_string("ct_log_list"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_tattle_set_log_list,
      0,
      0,
      NULL },

    { ngx_string("ct_refresh"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_tattle_conf_t, refresh),
      &ngx_tattle_refresh_post },

      ngx_null_command
};


static ngx_core_module_t  ngx_tattle_module_ctx = {
    ngx_string("tattle"),
    ngx_tattle_create_conf,
    ngx_tattle_init_conf
};


ngx_module_t  ngx_tattle_module = {
    NGX_MODULE_V1,
    &ngx_tattle_module_ctx,                /* module context */
    ngx_tattle_commands,                   /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


ngx_msec_t
ngx_tattle_refresh(ngx_cycle_t *cycle)
{
    ngx_tattle_conf_t  *tcf;

    tcf = (ngx_tattle_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                             ngx_tattle_module);

    return tcf->refresh;
}


static void *
ngx_tattle_create_conf(ngx_cycle_t *cycle)
{
    ngx_tattle_conf_t   *tcf;
    ngx_pool_cleanup_t  *cln;

    tcf = ngx_pcalloc(cycle->pool, sizeof(ngx_tattle_conf_t));
    if (tcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     tcf->path = { 0, NULL };
     *     tcf->place = { NULL, 0 };
     *     tcf->pinned = 0;
     *     tcf->list = NULL;
     *     tcf->generation = 0;
     *     tcf->unreadable = 0;
     *     tcf->useless = 0;
     *     tcf->problem_len = 0;
     */

    tcf->refresh = NGX_CONF_UNSET_MSEC;

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_tattle_cleanup;
    cln->data = tcf;

    return tcf;
}


static char *
ngx_tattle_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_tattle_conf_t *tcf = conf;

    ngx_conf_init_msec_value(tcf->refresh, NGX_TATTLE_REFRESH);

    if (ngx_tattle_init_list(tcf, cycle->log) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * A file that nobody has named must not stop nginx: if it is missing, or
 * cannot be used, which was said, the built-in list takes its place.
 */

static ngx_int_t
ngx_tattle_init_list(ngx_tattle_conf_t *tcf, ngx_log_t *log)
{
    ngx_int_t         rc;
    ngx_uint_t        unreadable, useless;
    tattle_diag       diag = TATTLE_DIAG_INIT;
    tattle_log_list  *list;

    if (!tcf->pinned) {
        rc = ngx_tattle_look(tcf, log);

        if (rc == NGX_OK || tcf->path.len) {
            return rc;
        }
    }

    if (tattle_log_list_new_pinned(&list, &diag) != TATTLE_OK) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "the built-in log list cannot be used: %s; name "
                      "another one by \"ct_log_list\"", diag.text);
        return NGX_ERROR;
    }

    /* that list is not the file's, which is as bad as before */

    unreadable = tcf->unreadable;
    useless = tcf->useless;
    tcf->useless = 0;

    ngx_tattle_use(tcf, list, log);

    tcf->unreadable = unreadable;
    tcf->useless = useless;

    return NGX_OK;
}


static void
ngx_tattle_cleanup(void *data)
{
    ngx_tattle_conf_t *tcf = data;

    tattle_log_list_free(tcf->list);
}


static char *
ngx_tattle_set_log_list(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_tattle_conf_t *tcf = conf;

    ngx_str_t  *value;

    if (tcf->path.len || tcf->pinned) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "pinned") == 0) {
        tcf->pinned = 1;
        return NGX_CONF_OK;
    }

    if (value[1].len == 0) {
        return "is empty";
    }

    tcf->path = value[1];
    ngx_tattle_here(cf, &tcf->place);

    if (ngx_conf_full_name(cf->cycle, &tcf->path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_tattle_check_refresh(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *refresh = data;

    if (*refresh < NGX_TATTLE_REFRESH_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ct_refresh\" must be at least %dms",
                           NGX_TATTLE_REFRESH_MIN);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
