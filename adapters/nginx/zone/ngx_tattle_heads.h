/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How the files of heads find them.  All of it wants the lock held.
 */


#ifndef _NGX_TATTLE_HEADS_H_INCLUDED_
#define _NGX_TATTLE_HEADS_H_INCLUDED_


#include "ngx_tattle_zone.h"


/* the share of each log: so many at once, and one a second from then on */
#define NGX_TATTLE_SHARE_MAX    (336 * 1000)
#define NGX_TATTLE_SHARE_ONE    1000


ngx_tattle_head_t *ngx_tattle_head(ngx_tattle_zone_t *zone,
    uint32_t i);
ngx_uint_t ngx_tattle_head_class(ngx_tattle_zone_t *zone, uint32_t i);
void ngx_tattle_queue_push(ngx_tattle_zone_t *zone, ngx_uint_t class,
    ngx_uint_t queue, uint32_t i);
void ngx_tattle_queue_take(ngx_tattle_zone_t *zone, ngx_uint_t class,
    ngx_uint_t queue, uint32_t i);
ngx_uint_t ngx_tattle_queue_of(ngx_tattle_head_t *head);
uint32_t ngx_tattle_log_make(ngx_tattle_zone_t *zone,
    const u_char *id, uint64_t now);
uint32_t ngx_tattle_head_find(ngx_tattle_zone_t *zone,
    const u_char *key, ngx_uint_t any_log);
uint32_t ngx_tattle_head_contradicting(ngx_tattle_zone_t *zone,
    const u_char *key);
ngx_int_t ngx_tattle_head_link(ngx_tattle_zone_t *zone, uint32_t i,
    uint64_t now);
void ngx_tattle_head_unlink(ngx_tattle_zone_t *zone, uint32_t i);

/* begins to make anew everything but the slots themselves */
void ngx_tattle_heads_forget(ngx_tattle_zone_t *zone);

/* goes on with the heads of at most "num" slots */
void ngx_tattle_heads_relink(ngx_tattle_zone_t *zone, uint32_t num);


#endif /* _NGX_TATTLE_HEADS_H_INCLUDED_ */
