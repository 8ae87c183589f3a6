/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The courier: what it carries, and what it understands.
 */


#ifndef _NGX_TATTLE_COURIER_H_INCLUDED_
#define _NGX_TATTLE_COURIER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_event_connect.h>

#include "ngx_tattle_zone.h"


/* the timer of a worker that carries heads to tattled, and brings others */
ngx_int_t ngx_tattle_courier_start(ngx_cycle_t *cycle,
    ngx_tattle_zone_t *zone, ngx_addr_t *tattled);
void ngx_tattle_courier_stop(void);


/* ---- For the files of the courier ---- */

/* of one message, either way: so many signatures take less than 10 ms */
#define NGX_TATTLE_COURIER_HEADS     64
#define NGX_TATTLE_COURIER_SCTS      32
#define NGX_TATTLE_COURIER_RECORDS   (256 * 1024)

/* heads of an answer are 64, of at most 1 KB each with RSA signatures */
#define NGX_TATTLE_COURIER_RESPONSE  (128 * 1024)


typedef struct {
    ngx_cycle_t            *cycle;
    ngx_tattle_zone_t      *zone;
    ngx_addr_t             *tattled;
    uint32_t                path;      /* a hash */
    ngx_event_t             timer;
    ngx_log_t               log;

    ngx_uint_t              refused;   /* unsigned  refused:1; */
    uint64_t                fetched;
    ngx_uint_t              turn;      /* unsigned  turn:1; of feedback */
    ngx_uint_t              one;       /* unsigned  one:1; at a time */

    /* of what is under way */
    ngx_peer_connection_t   peer;
    ngx_pool_t             *pool;
    ngx_buf_t              *request;
    ngx_buf_t              *response;
    u_char                 *records;
    uint16_t                lens[NGX_TATTLE_COURIER_HEADS];
    ngx_uint_t              heads;
    ngx_uint_t              feedback;
    uint64_t                upto;
} ngx_tattle_courier_t;


/* sends the request; NGX_ERROR: errno says why not */
ngx_int_t ngx_tattle_courier_connect(ngx_tattle_courier_t *c);

/* ends the connection, if there is one, and frees what was for it */
void ngx_tattle_courier_close(ngx_tattle_courier_t *c);

/* how it went; both close the connection */
void ngx_tattle_courier_fail(ngx_tattle_courier_t *c, ngx_err_t err,
    const char *why);
void ngx_tattle_courier_done(ngx_tattle_courier_t *c, ngx_uint_t status,
    uint64_t wait, u_char *body, size_t len);

/*
 * Reads a response of HTTP/1.x that has come up to "last", or that has ended
 * there.  NGX_AGAIN: there is more of it; NGX_ERROR: it is none.  "*wait" is
 * its Retry-After in ms, or 0.  The body is not copied.
 */
ngx_int_t ngx_tattle_courier_parse(u_char *pos, u_char *last,
    ngx_uint_t ended, ngx_uint_t *status, uint64_t *wait, u_char **body,
    size_t *len);

/* keeps the heads of an answer, after the same checks as all others */
void ngx_tattle_courier_take(ngx_tattle_courier_t *c, u_char *body,
    size_t len);


#endif /* _NGX_TATTLE_COURIER_H_INCLUDED_ */
