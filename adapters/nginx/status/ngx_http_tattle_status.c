/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ct_status: what the module does, for people, programs and Prometheus.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <tattle/page.h>

#include "ngx_http_tattle_header.h"
#include "ngx_http_tattle_page.h"
#include "ngx_tattle_status.h"


#define NGX_HTTP_TATTLE_STATUS_ASKED       1
#define NGX_HTTP_TATTLE_STATUS_JSON        2
#define NGX_HTTP_TATTLE_STATUS_PROMETHEUS  3
#define NGX_HTTP_TATTLE_STATUS_HTML        4


typedef struct {
    const char                  *name;
    ngx_tattle_status_pt         handler;
    void                        *data;
} ngx_http_tattle_status_part_t;


typedef struct {
    ngx_array_t                  parts;  /* ngx_http_tattle_status_part_t */
} ngx_http_tattle_status_main_conf_t;


typedef struct {
    ngx_uint_t                   format;
} ngx_http_tattle_status_loc_conf_t;


static ngx_int_t ngx_http_tattle_status_handler(ngx_http_request_t *r);
static ngx_uint_t ngx_http_tattle_status_format(ngx_http_request_t *r);
static tattle_page_format ngx_http_tattle_status_accept(ngx_http_request_t *r);
static void ngx_http_tattle_status_say(ngx_tattle_status_t *st,
    ngx_http_request_t *r);
static ngx_int_t ngx_http_tattle_status_page(ngx_http_request_t *r);
static ngx_int_t ngx_http_tattle_status_send(ngx_http_request_t *r,
    ngx_tattle_status_t *st, ngx_str_t *type, const char *policy);
static void *ngx_http_tattle_status_create_main_conf(ngx_conf_t *cf);
static void *ngx_http_tattle_status_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_tattle_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_http_tattle_status_commands[] = {

    { ngx_string("ct_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_tattle_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_tattle_status_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_http_tattle_status_create_main_conf, /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_tattle_status_create_loc_conf, /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_http_tattle_status_module = {
    NGX_MODULE_V1,
    &ngx_http_tattle_status_module_ctx,    /* module context */
    ngx_http_tattle_status_commands,       /* module directives */
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


static ngx_str_t  ngx_http_tattle_status_json = ngx_string("application/json");
static ngx_str_t  ngx_http_tattle_status_text =
    ngx_string("text/plain; version=0.0.4; charset=utf-8");
static ngx_str_t  ngx_http_tattle_status_html =
    ngx_string("text/html; charset=utf-8");

/* of what is no page */
static const char  ngx_http_tattle_status_policy[] =
    "default-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'";


static const char  *ngx_http_tattle_status_headers[][2] = {

    { "Cache-Control", "no-store" },

    { "Referrer-Policy", "no-referrer" },

    { "Vary", "Accept" },

    { "X-Content-Type-Options", "nosniff" }
};


ngx_int_t
ngx_tattle_status_add(ngx_conf_t *cf, const char *name,
    ngx_tattle_status_pt handler, void *data)
{
    ngx_http_tattle_status_part_t       *part;
    ngx_http_tattle_status_main_conf_t  *smcf;

    smcf = ngx_http_cycle_get_module_main_conf(cf->cycle,
                                               ngx_http_tattle_status_module);
    if (smcf == NULL) {
        return NGX_DECLINED;
    }

    part = ngx_array_push(&smcf->parts);
    if (part == NULL) {
        return NGX_ERROR;
    }

    part->name = name;
    part->handler = handler;
    part->data = data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_tattle_status_handler(ngx_http_request_t *r)
{
    ngx_int_t            rc;
    ngx_str_t           *type;
    ngx_uint_t           format;
    ngx_tattle_status_t  st;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    format = ngx_http_tattle_status_format(r);

    if (format == 0) {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (format == NGX_HTTP_TATTLE_STATUS_HTML) {
        return ngx_http_tattle_status_page(r);
    }

    ngx_memzero(&st, sizeof(ngx_tattle_status_t));

    st.pool = r->pool;
    st.prometheus = (format == NGX_HTTP_TATTLE_STATUS_PROMETHEUS);

    ngx_http_tattle_status_say(&st, r);

    if (st.failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    type = st.prometheus ? &ngx_http_tattle_status_text
                         : &ngx_http_tattle_status_json;

    return ngx_http_tattle_status_send(r, &st, type,
                                       ngx_http_tattle_status_policy);
}


/*
 * 0 if a format is asked for that there is not.
 */

static ngx_uint_t
ngx_http_tattle_status_format(ngx_http_request_t *r)
{
    ngx_str_t                           value;
    ngx_http_tattle_status_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_tattle_status_module);

    if (slcf->format != NGX_HTTP_TATTLE_STATUS_ASKED) {
        return slcf->format;
    }

    if (ngx_http_arg(r, (u_char *) "format", 6, &value) == NGX_OK) {

        if (value.len == 4 && ngx_strncmp(value.data, "json", 4) == 0) {
            return NGX_HTTP_TATTLE_STATUS_JSON;
        }

        if (value.len == 10 && ngx_strncmp(value.data, "prometheus", 10) == 0)
        {
            return NGX_HTTP_TATTLE_STATUS_PROMETHEUS;
        }

        if (value.len == 4 && ngx_strncmp(value.data, "html", 4) == 0) {
            return NGX_HTTP_TATTLE_STATUS_HTML;
        }

        return 0;
    }

    switch (ngx_http_tattle_status_accept(r)) {

    case TATTLE_PAGE_HTML:
        return NGX_HTTP_TATTLE_STATUS_HTML;

    case TATTLE_PAGE_PROMETHEUS:
        return NGX_HTTP_TATTLE_STATUS_PROMETHEUS;

    default: /* TATTLE_PAGE_JSON */
        return NGX_HTTP_TATTLE_STATUS_JSON;
    }
}


/*
 * What the headers "Accept" ask for, all of them.  r->headers_in.accept is not
 * there in all builds of nginx.
 */

static tattle_page_format
ngx_http_tattle_status_accept(ngx_http_request_t *r)
{
    u_char           *p, *last, accept[2048];
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    p = accept;
    last = accept + sizeof(accept);

    part = &r->headers_in.headers.part;
    header = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            header = part->elts;
            i = 0;
        }

        if (header[i].key.len == 6
            && ngx_strncasecmp(header[i].key.data, (u_char *) "Accept", 6) == 0)
        {
            p = ngx_slprintf(p, last, "%V,", &header[i].value);
        }
    }

    return tattle_page_format_find((char *) accept, p - accept);
}


static void
ngx_http_tattle_status_say(ngx_tattle_status_t *st, ngx_http_request_t *r)
{
    ngx_uint_t                           i;
    ngx_cycle_t                         *cycle;
    ngx_http_tattle_status_part_t       *part;
    ngx_http_tattle_status_main_conf_t  *smcf;

    cycle = (ngx_cycle_t *) ngx_cycle;

    ngx_tattle_status_begin_all(st);
    ngx_tattle_status_say_own(st, cycle, r->connection->log);

    smcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_status_module);

    part = smcf->parts.elts;

    for (i = 0; i < smcf->parts.nelts; i++) {

        if (part[i].name) {
            ngx_tattle_status_begin_part(st, part[i].name);
            part[i].handler(st, cycle, part[i].data);
            ngx_tattle_status_end_part(st);

        } else if (!st->prometheus) {
            part[i].handler(st, cycle, part[i].data);
        }
    }

    ngx_tattle_status_end_all(st);
}


static ngx_int_t
ngx_http_tattle_status_page(ngx_http_request_t *r)
{
    ngx_buf_t            *b;
    const char           *policy;
    ngx_chain_t           out;
    ngx_tattle_status_t   st;

    ngx_memzero(&st, sizeof(ngx_tattle_status_t));

    b = ngx_http_tattle_page_at_hand(r, &policy);

    if (b == NULL) {
        st.pool = r->pool;

        ngx_http_tattle_status_say(&st, r);

        if (st.failed) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        b = ngx_http_tattle_page_make(r, st.out, st.len, &policy);
        if (b == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    out.buf = b;
    out.next = NULL;

    st.out = &out;
    st.last = &out;
    st.len = ngx_buf_size(b);

    return ngx_http_tattle_status_send(r, &st, &ngx_http_tattle_status_html,
                                       policy);
}


static ngx_int_t
ngx_http_tattle_status_send(ngx_http_request_t *r, ngx_tattle_status_t *st,
    ngx_str_t *type, const char *policy)
{
    ngx_buf_t   *b;
    ngx_int_t    rc;
    ngx_uint_t   i;

    b = st->last->buf;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = st->len;
    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;

    if (ngx_http_tattle_add_header(r, "Content-Security-Policy", policy)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (i = 0; i < sizeof(ngx_http_tattle_status_headers)
                    / sizeof(ngx_http_tattle_status_headers[0]); i++)
    {
        if (ngx_http_tattle_add_header(r, ngx_http_tattle_status_headers[i][0],
                                       ngx_http_tattle_status_headers[i][1])
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, st->out);
}


static void *
ngx_http_tattle_status_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_tattle_status_main_conf_t  *smcf;

    smcf = ngx_palloc(cf->pool, sizeof(ngx_http_tattle_status_main_conf_t));
    if (smcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&smcf->parts, cf->pool, 4,
                       sizeof(ngx_http_tattle_status_part_t))
        != NGX_OK)
    {
        return NULL;
    }

    return smcf;
}


static void *
ngx_http_tattle_status_create_loc_conf(ngx_conf_t *cf)
{
    /*
     * set by ngx_pcalloc():
     *
     *     conf->format = 0;
     */

    return ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_status_loc_conf_t));
}


static char *
ngx_http_tattle_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_tattle_status_loc_conf_t *slcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    if (slcf->format) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 1) {
        slcf->format = NGX_HTTP_TATTLE_STATUS_ASKED;

    } else if (ngx_strcmp(value[1].data, "json") == 0) {
        slcf->format = NGX_HTTP_TATTLE_STATUS_JSON;

    } else if (ngx_strcmp(value[1].data, "prometheus") == 0) {
        slcf->format = NGX_HTTP_TATTLE_STATUS_PROMETHEUS;

    } else if (ngx_strcmp(value[1].data, "html") == 0) {
        slcf->format = NGX_HTTP_TATTLE_STATUS_HTML;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid format \"%V\" in \"%V\" directive, "
                           "it must be \"html\", \"json\" or \"prometheus\"",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_tattle_status_handler;

    return NGX_CONF_OK;
}
