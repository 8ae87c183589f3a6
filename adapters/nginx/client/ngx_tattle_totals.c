/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What all processes have counted and judged, in shared memory.
 */


#include "ngx_tattle_totals.h"


#define NGX_TATTLE_TOTALS_COUNTERS  (TATTLE_COUNT_LOG_LINES_LOST + 1)


/* in shared memory */

typedef struct {
    ngx_atomic_t               totals[NGX_TATTLE_TOTALS_COUNTERS];
    uint64_t                   since;

    /* with the lock of the zone, each at its number modulo theirs */
    ngx_tattle_totals_hour_t   hours[NGX_TATTLE_TOTALS_HOURS];
} ngx_tattle_totals_sh_t;


struct ngx_tattle_totals_s {
    const tattle_client       *client;
    ngx_shm_zone_t            *zone;      /* its data: ngx_tattle_totals_sh_t */

    /* what this process has added to the totals, by tattle_counter */
    uint64_t                   published[NGX_TATTLE_TOTALS_COUNTERS];
};


static ngx_int_t ngx_tattle_totals_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);
static void ngx_tattle_totals_add_counts(ngx_tattle_totals_t *totals,
    ngx_tattle_totals_sh_t *sh);
static void ngx_tattle_totals_add_hour(ngx_tattle_totals_t *totals,
    ngx_tattle_totals_sh_t *sh, uint64_t *counted);


ngx_tattle_totals_t *
ngx_tattle_totals_create(ngx_conf_t *cf, void *tag)
{
    ngx_str_t             name;
    ngx_tattle_totals_t  *totals;

    totals = ngx_pcalloc(cf->cycle->pool, sizeof(ngx_tattle_totals_t));
    if (totals == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     totals->client = NULL;
     *     totals->published = { 0 };
     */

    ngx_str_set(&name, "tattle_totals");

    totals->zone = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize, tag);
    if (totals->zone == NULL) {
        return NULL;
    }

    totals->zone->init = ngx_tattle_totals_init_zone;
    totals->zone->data = totals;

    return totals;
}


void
ngx_tattle_totals_set_client(ngx_tattle_totals_t *totals,
    const tattle_client *client)
{
    totals->client = client;
}


static ngx_int_t
ngx_tattle_totals_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_tattle_totals_t *totals = shm_zone->data;

    ngx_slab_pool_t         *shpool;
    ngx_tattle_totals_sh_t  *sh;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (data) {
        sh = data;

    } else if (shm_zone->shm.exists) {
        sh = shpool->data;

    } else {
        sh = ngx_slab_calloc(shpool, sizeof(ngx_tattle_totals_sh_t));
        if (sh == NULL) {
            return NGX_ERROR;
        }

        sh->since = ngx_tattle_now_ms();
        shpool->data = sh;
    }

    shm_zone->data = sh;

    /* once, before there are workers, each of which would add it */

    ngx_tattle_totals_add_counts(totals, sh);

    return NGX_OK;
}


void
ngx_tattle_totals_publish(ngx_tattle_totals_t *totals)
{
    ngx_tattle_totals_add_counts(totals, totals->zone->data);
}


static void
ngx_tattle_totals_add_counts(ngx_tattle_totals_t *totals,
    ngx_tattle_totals_sh_t *sh)
{
    uint64_t    count, counted[NGX_TATTLE_TOTALS_COUNTERS];
    ngx_uint_t  i;

    for (i = 1; i < NGX_TATTLE_TOTALS_COUNTERS; i++) {

        count = tattle_client_count(totals->client, (tattle_counter) i);
        counted[i] = count - totals->published[i];

        if (counted[i]) {
            (void) ngx_atomic_fetch_add(&sh->totals[i], counted[i]);
            totals->published[i] = count;
        }
    }

    if (counted[TATTLE_COUNT_COMPLIANT] || counted[TATTLE_COUNT_NOT_COMPLIANT]
        || counted[TATTLE_COUNT_UNDECIDED])
    {
        ngx_tattle_totals_add_hour(totals, sh, counted);
    }
}


static void
ngx_tattle_totals_add_hour(ngx_tattle_totals_t *totals,
    ngx_tattle_totals_sh_t *sh, uint64_t *counted)
{
    uint64_t                   n;
    ngx_slab_pool_t           *shpool;
    ngx_tattle_totals_hour_t  *hour;

    shpool = (ngx_slab_pool_t *) totals->zone->shm.addr;

    n = ngx_tattle_now_ms() / NGX_TATTLE_TOTALS_HOUR_MS;
    hour = &sh->hours[n % NGX_TATTLE_TOTALS_HOURS];

    ngx_shmtx_lock(&shpool->mutex);

    if (hour->hour != n) {
        ngx_memzero(hour, sizeof(ngx_tattle_totals_hour_t));
        hour->hour = n;
    }

    hour->compliant += counted[TATTLE_COUNT_COMPLIANT];
    hour->not_compliant += counted[TATTLE_COUNT_NOT_COMPLIANT];
    hour->undecided += counted[TATTLE_COUNT_UNDECIDED];

    ngx_shmtx_unlock(&shpool->mutex);
}


ngx_uint_t
ngx_tattle_totals_hours(ngx_tattle_totals_t *totals,
    ngx_tattle_totals_hour_t *hours, uint64_t *since)
{
    uint64_t                 now;
    ngx_uint_t               i, n;
    ngx_slab_pool_t         *shpool;
    ngx_tattle_totals_sh_t  *sh;

    n = 0;
    sh = totals->zone->data;
    *since = sh->since;
    shpool = (ngx_slab_pool_t *) totals->zone->shm.addr;
    now = ngx_tattle_now_ms() / NGX_TATTLE_TOTALS_HOUR_MS;

    ngx_shmtx_lock(&shpool->mutex);

    for (i = 0; i < NGX_TATTLE_TOTALS_HOURS; i++) {
        if (sh->hours[i].hour + NGX_TATTLE_TOTALS_HOURS > now) {
            hours[n++] = sh->hours[i];
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return n;
}


uint64_t
ngx_tattle_totals_count(ngx_tattle_totals_t *totals, tattle_counter counter)
{
    ngx_tattle_totals_sh_t  *sh;

    if (counter < 1 || counter >= NGX_TATTLE_TOTALS_COUNTERS) {
        return 0;
    }

    sh = totals->zone->data;

    return sh->totals[counter];
}
