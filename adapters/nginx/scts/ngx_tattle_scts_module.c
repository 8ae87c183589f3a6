/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ct_scts and ct_scts_policy, for servers of http, stream, and mail.  The
 * three modules differ in their type only; those of a block that nginx was
 * not given the module for are never called.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"
#include "ngx_tattle_scts_servers.h"

#include <ngx_http.h>
#include <ngx_stream.h>
#include <ngx_mail.h>


static void *ngx_tattle_scts_create_conf(ngx_conf_t *cf);
static char *ngx_tattle_scts_merge_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_tattle_scts_set_paths(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_tattle_scts_set_policy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_http_tattle_scts_commands[] = {

    { ngx_string("ct_scts"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_tattle_scts_set_paths,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_scts_policy"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_tattle_scts_set_policy,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_command_t  ngx_stream_tattle_scts_commands[] = {

    { ngx_string("ct_scts"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_1MORE,
      ngx_tattle_scts_set_paths,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_scts_policy"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_tattle_scts_set_policy,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_command_t  ngx_mail_tattle_scts_commands[] = {

    { ngx_string("ct_scts"),
      NGX_MAIL_MAIN_CONF|NGX_MAIL_SRV_CONF|NGX_CONF_1MORE,
      ngx_tattle_scts_set_paths,
      NGX_MAIL_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_scts_policy"),
      NGX_MAIL_MAIN_CONF|NGX_MAIL_SRV_CONF|NGX_CONF_TAKE1,
      ngx_tattle_scts_set_policy,
      NGX_MAIL_SRV_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_tattle_scts_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_tattle_scts_create_conf,           /* create server configuration */
    ngx_tattle_scts_merge_conf,            /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


static ngx_stream_module_t  ngx_stream_tattle_scts_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_tattle_scts_create_conf,           /* create server configuration */
    ngx_tattle_scts_merge_conf             /* merge server configuration */
};


static ngx_mail_module_t  ngx_mail_tattle_scts_module_ctx = {
    NULL,                                  /* protocol */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_tattle_scts_create_conf,           /* create server configuration */
    ngx_tattle_scts_merge_conf             /* merge server configuration */
};


ngx_module_t  ngx_http_tattle_scts_module = {
    NGX_MODULE_V1,
    &ngx_http_tattle_scts_module_ctx,      /* module context */
    ngx_http_tattle_scts_commands,         /* module directives */
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


ngx_module_t  ngx_stream_tattle_scts_module = {
    NGX_MODULE_V1,
    &ngx_stream_tattle_scts_module_ctx,    /* module context */
    ngx_stream_tattle_scts_commands,       /* module directives */
    NGX_STREAM_MODULE,                     /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


ngx_module_t  ngx_mail_tattle_scts_module = {
    NGX_MODULE_V1,
    &ngx_mail_tattle_scts_module_ctx,      /* module context */
    ngx_mail_tattle_scts_commands,         /* module directives */
    NGX_MAIL_MODULE,                       /* module type */
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
ngx_tattle_scts_create_conf(ngx_conf_t *cf)
{
    ngx_tattle_scts_conf_t  *scf;

    scf = ngx_pcalloc(cf->pool, sizeof(ngx_tattle_scts_conf_t));
    if (scf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     scf->place = { NULL, 0 };
     *     scf->inherited = 0;
     */

    scf->paths = NGX_CONF_UNSET_PTR;
    scf->policy = NGX_CONF_UNSET;

    return scf;
}


static char *
ngx_tattle_scts_merge_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_tattle_scts_conf_t *prev = parent;
    ngx_tattle_scts_conf_t *conf = child;

    if (conf->paths == NGX_CONF_UNSET_PTR) {
        conf->place = prev->place;
        conf->inherited = 1;
    }

    ngx_conf_merge_ptr_value(conf->paths, prev->paths, NULL);
    ngx_conf_merge_value(conf->policy, prev->policy, TATTLE_POLICY_CHROME);

    return NGX_CONF_OK;
}


static char *
ngx_tattle_scts_set_paths(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_tattle_scts_conf_t *scf = conf;

    ngx_str_t   *value, *path;
    ngx_uint_t   i;

    if (scf->paths != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        scf->paths = NULL;
        return NGX_CONF_OK;
    }

    ngx_tattle_here(cf, &scf->place);

    scf->paths = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                  sizeof(ngx_str_t));
    if (scf->paths == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "on") == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid path \"on\": \"ct_scts\" takes folders "
                               "and files with SCTs, or \"off\"");
            return NGX_CONF_ERROR;
        }

        if (value[i].len == 0 || ngx_strcmp(value[i].data, "off") == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid path \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        path = ngx_array_push(scf->paths);
        if (path == NULL) {
            return NGX_CONF_ERROR;
        }

        *path = value[i];

        if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_tattle_scts_set_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_tattle_scts_conf_t *scf = conf;

    ngx_str_t  *value;

    if (scf->policy != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    scf->policy = tattle_policy_find((char *) value[1].data);

    if (scf->policy == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown policy \"%V\", it must be \"chrome\", "
                           "\"apple\", \"mozilla\", \"android\", "
                           "\"rfc6962\", or \"strict\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
