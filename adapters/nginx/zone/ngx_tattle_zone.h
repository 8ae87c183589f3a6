/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The zone of gossip: what all workers know together.
 *
 * A worker may die while it writes, and nginx frees its lock then.  So the
 * zone is arrays whose items are complete once one field says so, and all
 * else in it - chains, queues, counters - is made of those anew by whoever
 * comes next (ngx_tattle_zone_lock): in steps, since others wait for the lock
 * meanwhile.
 */


#ifndef _NGX_TATTLE_ZONE_H_INCLUDED_
#define _NGX_TATTLE_ZONE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <tattle/gossip.h>

#include "ngx_tattle_zone_items.h"


#define NGX_TATTLE_ZONE_MAGIC     0x7461747a6f6e6533ULL    /* "tatzone3" */
#define NGX_TATTLE_ZONE_MIN       (256 * 1024)


typedef struct {
    uint64_t               magic;
    ngx_atomic_t           writing;    /* a dead worker leaves it set */
    u_char                 secret[16];

    uint32_t               small;      /* slots of each size */
    uint32_t               large;
    uint32_t               buckets;
    uint32_t               clients;
    uint32_t               scts;

    /*
     * [0] for small slots, [1] for large ones; those that are given are in
     * a queue of their log, and only counted here
     */
    ngx_tattle_queue_t     queue[2][NGX_TATTLE_QUEUES];

    ngx_tattle_log_t       logs[NGX_TATTLE_LOGS];
    ngx_tattle_share_t    all;        /* what all clients may do */
    ngx_tattle_share_t    others;     /* those there is no room for */

    ngx_tattle_ring_t      feedback;   /* to be passed on */
    ngx_tattle_ring_t      suspects;   /* to be looked at */

    ngx_tattle_counts_t    counts;

    /* who talks to tattled, and how that goes */
    ngx_pid_t              courier;
    uint64_t               courier_until;
    uint64_t               courier_next;
    ngx_uint_t             courier_failed;

    uint32_t               courier_path;   /* hashes: of its socket, and of */
    uint32_t               courier_said;   /* what was said of it; 0: nothing */
    uint64_t               courier_said_at;

    uint32_t               unclaimed;      /* slots below may have such heads */
    uint32_t               linked;         /* slots below are in chains */
    uint32_t               stepped;        /* when some were linked last */
} ngx_tattle_sh_t;


typedef struct {
    ngx_str_t              name;
    ngx_uint_t             keep;       /* unsigned  keep:1; for tattled */

    ngx_slab_pool_t       *shpool;
    ngx_tattle_sh_t       *sh;
    u_char                *small;
    u_char                *large;
    uint32_t              *keys;
    uint32_t              *sizes;
    ngx_tattle_share_t   *clients;
    u_char                *scts;
    u_char                *feedback;
    u_char                *suspects;
} ngx_tattle_zone_t;


#include "ngx_tattle_zone_calls.h"


#endif /* _NGX_TATTLE_ZONE_H_INCLUDED_ */
