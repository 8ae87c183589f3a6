/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * $upstream_ct_status and $upstream_ct_reason.
 */


#include "ngx_http_tattle_upstream.h"


static ngx_int_t ngx_http_tattle_upstream_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_variable_t  ngx_http_tattle_upstream_vars[] = {

    { ngx_string("upstream_ct_status"), NULL,
      ngx_http_tattle_upstream_variable,
      offsetof(ngx_http_tattle_upstream_ctx_t, status),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("upstream_ct_reason"), NULL,
      ngx_http_tattle_upstream_variable,
      offsetof(ngx_http_tattle_upstream_ctx_t, reason),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_tattle_upstream_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_tattle_upstream_vars; v->name.len; v++) {

        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return ngx_http_tattle_plain_add_variable(cf);
}


static ngx_int_t
ngx_http_tattle_upstream_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                       *s;
    ngx_http_tattle_upstream_ctx_t  *ctx;

    ctx = ngx_http_tattle_upstream_ctx(r);

    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    s = (ngx_str_t *) ((char *) ctx + data);

    if (s->len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->len = s->len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->data = s->data;

    return NGX_OK;
}
