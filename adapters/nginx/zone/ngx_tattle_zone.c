/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The memory of the zone of gossip, and its lock.
 */


#include "ngx_tattle_heads.h"
#include "ngx_tattle_ring.h"
#include "ngx_tattle_zone.h"

#include <ngx_event.h>

#include <openssl/rand.h>


/* slots that are linked anew at once, in 1 ms, and ms between such steps */
#define NGX_TATTLE_STEP        512
#define NGX_TATTLE_STEP_PAUSE  2

/* what is left to nginx's allocator */
#define NGX_TATTLE_SPARE_PAGES  2

/* a thousand: each new one is compared with all of them */
#define NGX_TATTLE_SUSPECTS_MAX  (1024 * 1024)


static ngx_int_t ngx_tattle_zone_create(ngx_tattle_zone_t *zone,
    ngx_log_t *log);
static void ngx_tattle_zone_divide(ngx_tattle_sh_t *sh, size_t size);
static size_t ngx_tattle_zone_place(ngx_tattle_zone_t *zone, u_char *base);
static void ngx_tattle_zone_step(ngx_tattle_zone_t *zone);
static void ngx_tattle_zone_wait(ngx_tattle_zone_t *zone);
static void ngx_tattle_zone_step_handler(ngx_event_t *ev);


/* for the next step, also where nobody comes */
static ngx_event_t  ngx_tattle_zone_timer;


ngx_int_t
ngx_tattle_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_tattle_zone_t *before = data;

    ngx_tattle_zone_t  *zone;

    zone = shm_zone->data;
    zone->shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (before) {
        zone->sh = before->sh;

    } else if (shm_zone->shm.exists) {
        zone->sh = zone->shpool->data;

    } else if (ngx_tattle_zone_create(zone, shm_zone->shm.log) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "ct_gossip_zone \"%V\" cannot be made", &zone->name);
        return NGX_ERROR;
    }

    (void) ngx_tattle_zone_place(zone, (u_char *) zone->sh);

    return NGX_OK;
}


static ngx_int_t
ngx_tattle_zone_create(ngx_tattle_zone_t *zone, ngx_log_t *log)
{
    size_t            size;
    ngx_tattle_sh_t  *sh;

    size = (zone->shpool->pfree - NGX_TATTLE_SPARE_PAGES) * ngx_pagesize;

    sh = ngx_slab_alloc(zone->shpool, size);
    if (sh == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(sh, size);

    if (RAND_bytes(sh->secret, sizeof(sh->secret)) != 1) {
        ngx_log_error(NGX_LOG_EMERG, log, 0, "RAND_bytes() failed");
        return NGX_ERROR;
    }

    ngx_tattle_zone_divide(sh, size);

    zone->sh = sh;
    zone->shpool->data = sh;

    if (ngx_tattle_zone_place(zone, (u_char *) sh) > size) {
        return NGX_ERROR;
    }

    ngx_tattle_heads_forget(zone);
    ngx_tattle_heads_relink(zone, sh->buckets);

    sh->counts.rebuilt = 0;
    sh->magic = NGX_TATTLE_ZONE_MAGIC;

    return NGX_OK;
}


/*
 * An eighth is for feedback to pass on, a sixteenth each for suspects, for
 * clients and for the names of SCTs; of what is left, heads with an RSA
 * signature get an eighth.
 */

static void
ngx_tattle_zone_divide(ngx_tattle_sh_t *sh, size_t size)
{
    size_t    left, large;
    uint32_t  n;

    sh->feedback.size = ngx_align(size / 8, 64);
    sh->suspects.size = ngx_align(ngx_min(size / 16, NGX_TATTLE_SUSPECTS_MAX),
                                  64);

    /* in sets of eight */

    n = size / 16 / sizeof(ngx_tattle_share_t) / 8 * 8;
    sh->clients = ngx_min(n, 8192);

    n = size / 16 / 32;
    sh->scts = ngx_min(n, 4096);

    left = size - sizeof(ngx_tattle_sh_t) - sh->feedback.size
           - sh->suspects.size - sh->clients * sizeof(ngx_tattle_share_t)
           - sh->scts * 32 - 16 * 64;

    large = sizeof(ngx_tattle_head_t) - NGX_TATTLE_SMALL + NGX_TATTLE_LARGE;

    /* two buckets of four bytes for each slot */

    sh->large = left / 8 / (large + 8);
    sh->small = (left - left / 8) / (sizeof(ngx_tattle_head_t) + 8);
    sh->buckets = sh->small + sh->large;
}


/* where the arrays are; returns the size of all together */

static size_t
ngx_tattle_zone_place(ngx_tattle_zone_t *zone, u_char *base)
{
    size_t            large;
    u_char           *p;
    ngx_tattle_sh_t  *sh;

    sh = zone->sh;
    large = sizeof(ngx_tattle_head_t) - NGX_TATTLE_SMALL + NGX_TATTLE_LARGE;

    p = ngx_align_ptr(base + sizeof(ngx_tattle_sh_t), 64);

    zone->small = p;
    p = ngx_align_ptr(p + sh->small * sizeof(ngx_tattle_head_t), 64);

    zone->large = p;
    p = ngx_align_ptr(p + sh->large * large, 64);

    zone->keys = (uint32_t *) p;
    p = ngx_align_ptr(p + sh->buckets * sizeof(uint32_t), 64);

    zone->sizes = (uint32_t *) p;
    p = ngx_align_ptr(p + sh->buckets * sizeof(uint32_t), 64);

    zone->clients = (ngx_tattle_share_t *) p;
    p = ngx_align_ptr(p + sh->clients * sizeof(ngx_tattle_share_t), 64);

    zone->scts = p;
    p = ngx_align_ptr(p + sh->scts * 32, 64);

    zone->feedback = p;
    p += sh->feedback.size;

    zone->suspects = p;
    p += sh->suspects.size;

    return p - base;
}


void
ngx_tattle_zone_lock(ngx_tattle_zone_t *zone, ngx_uint_t write)
{
    ngx_shmtx_lock(&zone->shpool->mutex);

    if (zone->sh->writing) {
        ngx_tattle_heads_forget(zone);
        ngx_tattle_ring_check(&zone->sh->feedback);
        ngx_tattle_ring_check(&zone->sh->suspects);
        zone->sh->counts.rebuilt++;

        ngx_tattle_zone_step(zone);

    } else if (!ngx_tattle_heads_are_linked(zone)
               && (int32_t) ((uint32_t) ngx_current_msec - zone->sh->stepped)
                  >= NGX_TATTLE_STEP_PAUSE)
    {
        ngx_tattle_zone_step(zone);
    }

    zone->sh->writing = write;
    ngx_memory_barrier();
}


static void
ngx_tattle_zone_step(ngx_tattle_zone_t *zone)
{
    zone->sh->writing = 1;
    ngx_memory_barrier();

    ngx_tattle_heads_relink(zone, NGX_TATTLE_STEP);

    zone->sh->stepped = ngx_current_msec;

    ngx_memory_barrier();

    ngx_tattle_zone_wait(zone);
}


static void
ngx_tattle_zone_wait(ngx_tattle_zone_t *zone)
{
    ngx_event_t  *ev;

    ev = &ngx_tattle_zone_timer;

    if (ngx_tattle_heads_are_linked(zone) || ev->timer_set) {
        return;
    }

    ev->handler = ngx_tattle_zone_step_handler;
    ev->log = ngx_cycle->log;
    ev->data = zone;
    ev->cancelable = 1;

    ngx_add_timer(ev, NGX_TATTLE_STEP_PAUSE);
}


static void
ngx_tattle_zone_step_handler(ngx_event_t *ev)
{
    ngx_tattle_zone_t  *zone;

    zone = ev->data;

    /* it may have been the turn of another worker, which may die */

    ngx_tattle_zone_lock(zone, 0);
    ngx_tattle_zone_wait(zone);
    ngx_tattle_zone_unlock(zone);
}


void
ngx_tattle_zone_unlock(ngx_tattle_zone_t *zone)
{
    ngx_memory_barrier();
    zone->sh->writing = 0;

    ngx_shmtx_unlock(&zone->shpool->mutex);
}
