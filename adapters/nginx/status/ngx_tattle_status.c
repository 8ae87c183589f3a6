/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The two formats of ct_status: JSON, and the text format of Prometheus.
 */


#include "ngx_tattle_status.h"


#define NGX_TATTLE_STATUS_BUFFER  4096

/* what is printed at once: names and help are literals of a line */
#define NGX_TATTLE_STATUS_PIECE   1024


static u_char *ngx_tattle_status_room(ngx_tattle_status_t *st, size_t size);
static void ngx_tattle_status_filled(ngx_tattle_status_t *st, u_char *last);
static void ngx_tattle_status_print(ngx_tattle_status_t *st, const char *fmt,
    ...);
static void ngx_tattle_status_escape(ngx_tattle_status_t *st,
    const u_char *text, size_t len);
static void ngx_tattle_status_member(ngx_tattle_status_t *st,
    const char *name);
static void ngx_tattle_status_number(ngx_tattle_status_t *st,
    const char *name, const char *help, const char *type, const char *suffix,
    uint64_t value);
static ngx_uint_t ngx_tattle_status_is_silent(ngx_tattle_status_t *st);
static void ngx_tattle_status_line(ngx_tattle_status_t *st);
static void ngx_tattle_status_close_of(ngx_tattle_status_t *st);


void
ngx_tattle_status_counter(ngx_tattle_status_t *st, const char *name,
    const char *help, uint64_t value)
{
    ngx_tattle_status_number(st, name, help, "counter", "_total", value);
}


void
ngx_tattle_status_gauge(ngx_tattle_status_t *st, const char *name,
    const char *help, uint64_t value)
{
    ngx_tattle_status_number(st, name, help, "gauge", "", value);
}


void
ngx_tattle_status_flag(ngx_tattle_status_t *st, const char *name,
    const char *help, ngx_uint_t value)
{
    if (st->prometheus) {
        ngx_tattle_status_number(st, name, help, "gauge", "", value ? 1 : 0);
        return;
    }

    ngx_tattle_status_member(st, name);
    ngx_tattle_status_print(st, value ? "true" : "false");
}


void
ngx_tattle_status_time(ngx_tattle_status_t *st, const char *name,
    const char *help, uint64_t ms)
{
    ngx_tm_t  tm;

    if (ms == 0) {
        return;
    }

    if (st->prometheus) {
        ngx_tattle_status_number(st, name, help, "gauge", "_seconds",
                                 ms / 1000);
        return;
    }

    ngx_gmtime((time_t) (ms / 1000), &tm);

    ngx_tattle_status_member(st, name);
    ngx_tattle_status_print(st, "\"%4d-%02d-%02dT%02d:%02d:%02dZ\"",
                            tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                            tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec);
}


void
ngx_tattle_status_text(ngx_tattle_status_t *st, const char *name,
    const u_char *text, size_t len)
{
    if (st->prometheus) {
        return;
    }

    ngx_tattle_status_member(st, name);
    ngx_tattle_status_print(st, "\"");
    ngx_tattle_status_escape(st, text, len);
    ngx_tattle_status_print(st, "\"");
}


void
ngx_tattle_status_gauge_of(ngx_tattle_status_t *st, const char *name,
    const char *help, const char *label, const u_char *of, size_t of_len,
    uint64_t value)
{
    ngx_uint_t  first;

    first = (st->of == NULL || ngx_strcmp(st->of, name) != 0);

    if (st->prometheus) {

        if (first) {
            ngx_tattle_status_print(st, "# HELP tattle_%s_%s %s\n"
                                    "# TYPE tattle_%s_%s gauge\n",
                                    st->part, name, help, st->part, name);
            st->of = name;
        }

        ngx_tattle_status_print(st, "tattle_%s_%s{%s=\"",
                                st->part, name, label);
        ngx_tattle_status_escape(st, of, of_len);
        ngx_tattle_status_print(st, "\"} %uL\n", value);

        return;
    }

    if (first) {
        ngx_tattle_status_member(st, name);
        ngx_tattle_status_print(st, "{\"");
        st->of = name;

    } else {
        ngx_tattle_status_print(st, ", \"");
    }

    ngx_tattle_status_escape(st, of, of_len);
    ngx_tattle_status_print(st, "\": %uL", value);
}


void
ngx_tattle_status_begin(ngx_tattle_status_t *st, const char *name,
    u_char bracket)
{
    if (!st->prometheus) {
        ngx_tattle_status_member(st, name);
        ngx_tattle_status_print(st, "%c", bracket);
    }

    st->comma = 0;
    st->depth++;
}


void
ngx_tattle_status_end(ngx_tattle_status_t *st, u_char bracket)
{
    ngx_tattle_status_close_of(st);

    st->depth--;

    if (!st->prometheus) {

        if (st->comma) {
            ngx_tattle_status_line(st);
        }

        ngx_tattle_status_print(st, "%c", bracket);
    }

    st->comma = 1;
}


void
ngx_tattle_status_begin_all(ngx_tattle_status_t *st)
{
    st->part = NULL;
    st->of = NULL;
    st->depth = 1;
    st->comma = 0;
    st->out = NULL;
    st->last = NULL;
    st->len = 0;
    st->failed = 0;

    if (!st->prometheus) {
        ngx_tattle_status_print(st, "{");
    }
}


void
ngx_tattle_status_end_all(ngx_tattle_status_t *st)
{
    if (!st->prometheus) {
        ngx_tattle_status_print(st, "\n}\n");
    }
}


void
ngx_tattle_status_begin_part(ngx_tattle_status_t *st, const char *name)
{
    ngx_tattle_status_begin(st, name, '{');
    st->part = name;
}


void
ngx_tattle_status_end_part(ngx_tattle_status_t *st)
{
    ngx_tattle_status_end(st, '}');
    st->part = NULL;
}


/* Prometheus has nothing but parts and what stands between them */

static ngx_uint_t
ngx_tattle_status_is_silent(ngx_tattle_status_t *st)
{
    return st->prometheus && st->depth > (ngx_uint_t) (st->part ? 2 : 1);
}


static void
ngx_tattle_status_number(ngx_tattle_status_t *st, const char *name,
    const char *help, const char *type, const char *suffix, uint64_t value)
{
    const char  *part, *line;

    if (!st->prometheus) {
        ngx_tattle_status_member(st, name);
        ngx_tattle_status_print(st, "%uL", value);
        return;
    }

    if (ngx_tattle_status_is_silent(st)) {
        return;
    }

    part = st->part ? st->part : "";
    line = st->part ? "_" : "";

    ngx_tattle_status_print(st, "# HELP tattle_%s%s%s%s %s\n"
                            "# TYPE tattle_%s%s%s%s %s\n"
                            "tattle_%s%s%s%s %uL\n",
                            part, line, name, suffix, help,
                            part, line, name, suffix, type,
                            part, line, name, suffix, value);
}


static void
ngx_tattle_status_member(ngx_tattle_status_t *st, const char *name)
{
    ngx_tattle_status_close_of(st);

    if (st->comma) {
        ngx_tattle_status_print(st, ",");
    }

    ngx_tattle_status_line(st);

    if (name) {
        ngx_tattle_status_print(st, "\"%s\": ", name);
    }

    st->comma = 1;
}


/* a new line, with two spaces for each bracket that is open */

static void
ngx_tattle_status_line(ngx_tattle_status_t *st)
{
    ngx_uint_t  i;

    ngx_tattle_status_print(st, "\n");

    for (i = 0; i < st->depth; i++) {
        ngx_tattle_status_print(st, "  ");
    }
}


static void
ngx_tattle_status_close_of(ngx_tattle_status_t *st)
{
    if (st->of && !st->prometheus) {
        ngx_tattle_status_print(st, "}");
    }

    st->of = NULL;
}


/*
 * What is escaped in a string of JSON is so in a label's value too, but for
 * control characters, which become "?" in both.  Both are UTF-8: of text that
 * is not, all that is not ASCII becomes "?".
 */

static void
ngx_tattle_status_escape(ngx_tattle_status_t *st, const u_char *text,
    size_t len)
{
    u_char      *p, *last;
    size_t       i;
    ngx_uint_t   ascii;

    ascii = 0;
    p = (u_char *) text;
    last = p + len;

    while (p < last) {

        /* ngx_utf8_decode() is for the others */

        if (*p < 0x80) {
            p++;

        } else if (ngx_utf8_decode(&p, last - p) > 0x10ffff) {
            ascii = 1;
            break;
        }
    }

    p = ngx_tattle_status_room(st, 2 * len);
    if (p == NULL) {
        return;
    }

    for (i = 0; i < len; i++) {

        if (text[i] == '"' || text[i] == '\\') {
            *p++ = '\\';
            *p++ = text[i];

        } else if (text[i] < ' ' || text[i] == 0x7f
                   || (ascii && text[i] >= 0x80))
        {
            *p++ = '?';

        } else {
            *p++ = text[i];
        }
    }

    ngx_tattle_status_filled(st, p);
}


static void
ngx_tattle_status_print(ngx_tattle_status_t *st, const char *fmt, ...)
{
    u_char   *p;
    va_list   args;

    p = ngx_tattle_status_room(st, NGX_TATTLE_STATUS_PIECE);
    if (p == NULL) {
        return;
    }

    va_start(args, fmt);
    p = ngx_vslprintf(p, p + NGX_TATTLE_STATUS_PIECE, fmt, args);
    va_end(args);

    ngx_tattle_status_filled(st, p);
}


static u_char *
ngx_tattle_status_room(ngx_tattle_status_t *st, size_t size)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (st->failed) {
        return NULL;
    }

    if (st->last
        && (size_t) (st->last->buf->end - st->last->buf->last) >= size)
    {
        return st->last->buf->last;
    }

    b = ngx_create_temp_buf(st->pool, ngx_max(size, NGX_TATTLE_STATUS_BUFFER));
    cl = ngx_alloc_chain_link(st->pool);

    if (b == NULL || cl == NULL) {
        st->failed = 1;
        return NULL;
    }

    cl->buf = b;
    cl->next = NULL;

    if (st->last) {
        st->last->next = cl;

    } else {
        st->out = cl;
    }

    st->last = cl;

    return b->last;
}


static void
ngx_tattle_status_filled(ngx_tattle_status_t *st, u_char *last)
{
    st->len += last - st->last->buf->last;
    st->last->buf->last = last;
}
