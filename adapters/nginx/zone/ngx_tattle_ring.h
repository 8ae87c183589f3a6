/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rings of records in the zone of gossip.  All of it wants the lock held.
 */


#ifndef _NGX_TATTLE_RING_H_INCLUDED_
#define _NGX_TATTLE_RING_H_INCLUDED_


#include "ngx_tattle_zone_items.h"


/* the record at a position, which moves behind it; NULL: that is the end */
u_char *ngx_tattle_ring_next(ngx_tattle_ring_t *ring, u_char *base,
    uint64_t *pos, uint32_t *len);

/*
 * NGX_DECLINED: there is no room; with "overwrite" the oldest go for it.
 * NGX_ABORT: it is too long.
 */
ngx_int_t ngx_tattle_ring_push(ngx_tattle_ring_t *ring, u_char *base,
    const u_char *record, size_t len, ngx_uint_t overwrite);

ngx_uint_t ngx_tattle_ring_is_whole(u_char *record, uint32_t len);

/*
 * What cannot be a ring is empty.  A record is complete before the tail says
 * that it is there, so that of one who dies there is none.
 */
void ngx_tattle_ring_check(ngx_tattle_ring_t *ring);


#endif /* _NGX_TATTLE_RING_H_INCLUDED_ */
