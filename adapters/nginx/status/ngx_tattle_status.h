/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ct_status says, for the parts of the module that have something to say.
 * The page is made of what it says in JSON.
 *
 * A part adds itself while the configuration is read, and is called each time
 * that somebody asks:
 *
 *     ngx_tattle_status_add(cf, "gossip", ngx_http_tattle_gossip_status, conf)
 *
 *     ngx_tattle_status_counter(st, "messages", "Messages of gossip.", n);
 *
 * which is in JSON {"gossip": {"messages": 7}}, and for Prometheus
 * tattle_gossip_messages_total 7 with its help and type.
 *
 * What is more than numbers, such as a list of certificates, is said beside the
 * parts and in JSON only:
 *
 *     ngx_tattle_status_add(cf, NULL, ngx_tattle_scts_list, NULL)
 *
 *     ngx_tattle_status_begin(st, "certificates", '[');
 *     ngx_tattle_status_begin(st, NULL, '{');
 *     ngx_tattle_status_text(st, "name", ...);
 *     ngx_tattle_status_end(st, '}');
 *     ngx_tattle_status_end(st, ']');
 *
 * Names are lower-case words joined by "_", and they and the help are literals;
 * no name is used twice in a part.  Nothing here fails: where memory is
 * wanting, the request ends with 500.
 */


#ifndef _NGX_TATTLE_STATUS_H_INCLUDED_
#define _NGX_TATTLE_STATUS_H_INCLUDED_


#include "ngx_tattle.h"


typedef struct ngx_tattle_status_s  ngx_tattle_status_t;

/* says what there is now, of all workers as far as the part knows */
typedef void (*ngx_tattle_status_pt)(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle, void *data);


/*
 * Adds a part under a name that no other has, or, with NULL, what begins and
 * ends its own; they come in the order in which they were added.  NGX_ERROR
 * for want of memory; NGX_DECLINED, and nothing is added, without an http
 * block.
 */
ngx_int_t ngx_tattle_status_add(ngx_conf_t *cf, const char *name,
    ngx_tattle_status_pt handler, void *data);


/* something that only grows, over reloads too */
void ngx_tattle_status_counter(ngx_tattle_status_t *st, const char *name,
    const char *help, uint64_t value);

/* something that comes and goes; the name ends in the unit, if there is one */
void ngx_tattle_status_gauge(ngx_tattle_status_t *st, const char *name,
    const char *help, uint64_t value);

/* true or false; 1 or 0 for Prometheus */
void ngx_tattle_status_flag(ngx_tattle_status_t *st, const char *name,
    const char *help, ngx_uint_t value);

/*
 * A time in milliseconds since 1970: a date in JSON (RFC 3339), NAME_seconds
 * for Prometheus.  Of 0, which is no time, nothing is said.
 */
void ngx_tattle_status_time(ngx_tattle_status_t *st, const char *name,
    const char *help, uint64_t ms);

/* text of any kind, in JSON only */
void ngx_tattle_status_text(ngx_tattle_status_t *st, const char *name,
    const u_char *text, size_t len);

/*
 * A gauge of each of several things, such as certificates: in JSON
 * {"NAME": {"VALUE": 7}}, for Prometheus tattle_PART_NAME{LABEL="VALUE"} 7.
 * The calls with one name follow each other, each with another value.
 */
void ngx_tattle_status_gauge_of(ngx_tattle_status_t *st, const char *name,
    const char *help, const char *label, const u_char *of, size_t of_len,
    uint64_t value);


/*
 * Begins and ends an object or a list, which is in JSON only; in a list the
 * name is NULL.  No gauges "of" in there.
 */
void ngx_tattle_status_begin(ngx_tattle_status_t *st, const char *name,
    u_char bracket);
void ngx_tattle_status_end(ngx_tattle_status_t *st, u_char bracket);


/* ---- For the handler of ct_status ---- */

struct ngx_tattle_status_s {
    ngx_pool_t    *pool;
    ngx_uint_t     prometheus;   /* unsigned  prometheus:1; */

    const char    *part;
    const char    *of;           /* the name of the open ..._of() */
    ngx_uint_t     depth;        /* of brackets */
    ngx_uint_t     comma;        /* unsigned  comma:1; */

    ngx_chain_t   *out;
    ngx_chain_t   *last;
    off_t          len;
    ngx_uint_t     failed;       /* unsigned  failed:1; */
};

/* begins and ends the whole; between parts things are said without one */
void ngx_tattle_status_begin_all(ngx_tattle_status_t *st);
void ngx_tattle_status_end_all(ngx_tattle_status_t *st);

/* what no part says: program, log list, upstreams */
void ngx_tattle_status_say_own(ngx_tattle_status_t *st, ngx_cycle_t *cycle,
    ngx_log_t *log);

/* begins and ends what a part says */
void ngx_tattle_status_begin_part(ngx_tattle_status_t *st, const char *name);
void ngx_tattle_status_end_part(ngx_tattle_status_t *st);


#endif /* _NGX_TATTLE_STATUS_H_INCLUDED_ */
