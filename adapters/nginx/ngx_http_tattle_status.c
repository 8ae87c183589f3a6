/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ct_status: what the module does, for people and for Prometheus.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <nginx.h>

#include "ngx_tattle_client.h"
#include "ngx_tattle_status.h"


#define NGX_HTTP_TATTLE_STATUS_ASKED       1
#define NGX_HTTP_TATTLE_STATUS_JSON        2
#define NGX_HTTP_TATTLE_STATUS_PROMETHEUS  3


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


/* what is said of a log list is called */

typedef struct {
    const char                  *date;
    const char                  *age;
    const char                  *stale;
    const char                  *logs;
    const char                  *skipped;
} ngx_http_tattle_status_list_t;


static ngx_int_t ngx_http_tattle_status_handler(ngx_http_request_t *r);
static ngx_uint_t ngx_http_tattle_status_format(ngx_http_request_t *r);
static void ngx_http_tattle_status_say(ngx_tattle_status_t *st,
    ngx_http_request_t *r);
static void ngx_http_tattle_status_log_list(ngx_tattle_status_t *st,
    const ngx_http_tattle_status_list_t *names, const tattle_log_list *list);
static void ngx_http_tattle_status_upstreams(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle);
static ngx_int_t ngx_http_tattle_status_send(ngx_http_request_t *r,
    ngx_tattle_status_t *st);
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


static const char  ngx_http_tattle_status_json[] = "application/json";
static const char  ngx_http_tattle_status_text[] =
    "text/plain; version=0.0.4; charset=utf-8";


static ngx_str_t  ngx_http_tattle_status_headers[][2] = {

    { ngx_string("Cache-Control"), ngx_string("no-store") },

    { ngx_string("Content-Security-Policy"),
      ngx_string("default-src 'none'; frame-ancestors 'none'; "
                 "base-uri 'none'; form-action 'none'") },

    { ngx_string("X-Content-Type-Options"), ngx_string("nosniff") }
};


static const ngx_http_tattle_status_list_t  ngx_http_tattle_status_list = {
    "date", "age_seconds", "stale", "logs", "skipped"
};


/* where ct_log_list does not name one for all */

static const ngx_http_tattle_status_list_t
    ngx_http_tattle_status_upstreams_list =
{
    "log_list_date", "log_list_age_seconds", "log_list_stale",
    "log_list_logs", "log_list_skipped"
};


static struct {
    tattle_counter   counter;
    const char      *name;
    const char      *help;
} ngx_http_tattle_status_counters[] = {

    { TATTLE_COUNT_JUDGED, "judged",
      "Connections to upstreams within the scope of CT." },

    { TATTLE_COUNT_COMPLIANT, "compliant",
      "Judged connections that the policy is content with." },

    { TATTLE_COUNT_NOT_COMPLIANT, "not_compliant",
      "Judged connections that the policy is not content with." },

    { TATTLE_COUNT_UNDECIDED, "undecided",
      "Connections that could not be judged, for want of a log list or so." },

    { TATTLE_COUNT_OUT_OF_SCOPE, "out_of_scope",
      "Connections of private CAs, of exempt hosts, or not validated." },

    { TATTLE_COUNT_REFUSED, "refused",
      "Connections that were refused." },

    { TATTLE_COUNT_CACHE_HITS, "cache_hits",
      "Full handshakes whose SCTs were verified before." },

    { TATTLE_COUNT_RESUMED, "resumed",
      "TLS sessions that were resumed with their judgement." },

    { TATTLE_COUNT_NOT_RESUMED, "not_resumed",
      "TLS sessions that could not be resumed with their judgement." },

    { TATTLE_COUNT_OBSERVATIONS_SENT, "observations_sent",
      "Observations that tattled was sent." },

    { TATTLE_COUNT_OBSERVATIONS_DROPPED, "observations_dropped",
      "Observations that tattled did not take." },

    { TATTLE_COUNT_LIST_LOADS, "list_loads",
      "Times that a process has taken up a log list." },

    { TATTLE_COUNT_LIST_PROBLEMS, "list_problems",
      "Times that a process could not use the log list." }
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

    ngx_memzero(&st, sizeof(ngx_tattle_status_t));

    st.pool = r->pool;
    st.prometheus = (format == NGX_HTTP_TATTLE_STATUS_PROMETHEUS);

    ngx_http_tattle_status_say(&st, r);

    if (st.failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_tattle_status_send(r, &st);
}


/*
 * 0 if a format is asked for that there is not.  Prometheus says in "Accept"
 * that it takes text; browsers say so too, but take HTML as well.
 */

static ngx_uint_t
ngx_http_tattle_status_format(ngx_http_request_t *r)
{
    ngx_str_t                           value;
    ngx_uint_t                          i;
    ngx_list_part_t                    *part;
    ngx_table_elt_t                    *header;
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

        return 0;
    }

    /* r->headers_in.accept is not there in all builds of nginx */

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

        if (header[i].key.len != 6
            || ngx_strncasecmp(header[i].key.data, (u_char *) "Accept", 6) != 0)
        {
            continue;
        }

        if (ngx_strstr(header[i].value.data, "text/html") == NULL
            && (ngx_strstr(header[i].value.data, "text/plain")
                || ngx_strstr(header[i].value.data, "openmetrics-text")))
        {
            return NGX_HTTP_TATTLE_STATUS_PROMETHEUS;
        }
    }

    return NGX_HTTP_TATTLE_STATUS_JSON;
}


static void
ngx_http_tattle_status_say(ngx_tattle_status_t *st, ngx_http_request_t *r)
{
    ngx_uint_t                           i;
    ngx_cycle_t                         *cycle;
    ngx_http_tattle_status_part_t       *part;
    ngx_http_tattle_status_main_conf_t  *smcf;

    cycle = (ngx_cycle_t *) ngx_cycle;

    ngx_tattle_status_begin(st);

    ngx_tattle_status_begin_part(st, "module");
    ngx_tattle_status_text(st, "version", (u_char *) tattle_version(),
                           ngx_strlen(tattle_version()));
    ngx_tattle_status_time(st, "time", "When this was said.",
                           ngx_tattle_now_ms());
    ngx_tattle_status_end_part(st);

    ngx_tattle_status_begin_part(st, "log_list");
    ngx_http_tattle_status_log_list(st, &ngx_http_tattle_status_list,
                                ngx_tattle_log_list(cycle, r->connection->log));
    ngx_tattle_status_end_part(st);

    if (ngx_tattle_client(cycle)) {
        ngx_tattle_status_begin_part(st, "upstreams");
        ngx_http_tattle_status_upstreams(st, cycle);
        ngx_tattle_status_end_part(st);
    }

    smcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_status_module);

    part = smcf->parts.elts;

    for (i = 0; i < smcf->parts.nelts; i++) {
        ngx_tattle_status_begin_part(st, part[i].name);
        part[i].handler(st, cycle, part[i].data);
        ngx_tattle_status_end_part(st);
    }

    ngx_tattle_status_end(st);
}


static void
ngx_http_tattle_status_log_list(ngx_tattle_status_t *st,
    const ngx_http_tattle_status_list_t *names, const tattle_log_list *list)
{
    uint64_t  now, made;

    now = ngx_tattle_now_ms();
    made = tattle_log_list_timestamp_ms(list);

    ngx_tattle_status_time(st, names->date, "When the log list was made.",
                           made);

    if (made) {
        ngx_tattle_status_gauge(st, names->age, "Age of the log list.",
                                made < now ? (now - made) / 1000 : 0);
    }

    ngx_tattle_status_flag(st, names->stale,
                           "Whether the log list is older than 70 days.",
                           tattle_log_list_is_stale(list, now));
    ngx_tattle_status_gauge(st, names->logs, "Logs of the log list.",
                            tattle_log_list_num_logs(list));
    ngx_tattle_status_gauge(st, names->skipped,
                            "Logs of the log list that cannot be used.",
                            tattle_log_list_num_skipped(list));
}


static void
ngx_http_tattle_status_upstreams(ngx_tattle_status_t *st, ngx_cycle_t *cycle)
{
    ngx_uint_t        i, n;
    tattle_log_list  *list;

    if (ngx_tattle_client_log_list(cycle, &list) == NGX_OK) {
        ngx_http_tattle_status_log_list(st,
                                  &ngx_http_tattle_status_upstreams_list, list);
        tattle_log_list_free(list);
    }

    ngx_tattle_client_publish(cycle);

    n = sizeof(ngx_http_tattle_status_counters)
        / sizeof(ngx_http_tattle_status_counters[0]);

    for (i = 0; i < n; i++) {
        ngx_tattle_status_counter(st, ngx_http_tattle_status_counters[i].name,
                                  ngx_http_tattle_status_counters[i].help,
                                  ngx_tattle_client_total(cycle,
                                  ngx_http_tattle_status_counters[i].counter));
    }
}


static ngx_int_t
ngx_http_tattle_status_send(ngx_http_request_t *r, ngx_tattle_status_t *st)
{
    ngx_int_t         rc;
    ngx_uint_t        i;
    ngx_table_elt_t  *h;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = st->len;

    if (st->prometheus) {
        r->headers_out.content_type.data =
                                     (u_char *) ngx_http_tattle_status_text;
        r->headers_out.content_type.len =
                                     sizeof(ngx_http_tattle_status_text) - 1;

    } else {
        r->headers_out.content_type.data =
                                     (u_char *) ngx_http_tattle_status_json;
        r->headers_out.content_type.len =
                                     sizeof(ngx_http_tattle_status_json) - 1;
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;

    for (i = 0; i < sizeof(ngx_http_tattle_status_headers)
                    / sizeof(ngx_http_tattle_status_headers[0]); i++)
    {
        h = ngx_list_push(&r->headers_out.headers);
        if (h == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        h->hash = 1;
        h->key = ngx_http_tattle_status_headers[i][0];
        h->value = ngx_http_tattle_status_headers[i][1];
#if (nginx_version >= 1023000)
        h->next = NULL;
#endif
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

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid format \"%V\" in \"%V\" directive, "
                           "it must be \"json\" or \"prometheus\"",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_tattle_status_handler;

    return NGX_CONF_OK;
}
