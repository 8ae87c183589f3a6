/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * SCTs of feedback in the zone: names of those that were found good, those
 * that are to be passed on, and a few that no log vouches for.
 */


#include "ngx_tattle_ring.h"
#include "ngx_tattle_zone.h"


static u_char *ngx_tattle_sct_place(ngx_tattle_zone_t *zone,
    const u_char *key);


/* of two whose places are one the later stays: the other is checked again */

static u_char *
ngx_tattle_sct_place(ngx_tattle_zone_t *zone, const u_char *key)
{
    return zone->scts
           + ngx_tattle_zone_hash(zone, key, 32) % zone->sh->scts * 32;
}


ngx_uint_t
ngx_tattle_scts_known(ngx_tattle_zone_t *zone, const u_char *key)
{
    ngx_uint_t  known;

    ngx_tattle_zone_lock(zone, 0);
    known = (ngx_memcmp(ngx_tattle_sct_place(zone, key), key, 32) == 0);
    ngx_tattle_zone_unlock(zone);

    return known;
}


void
ngx_tattle_scts_remember(ngx_tattle_zone_t *zone, const u_char *key)
{
    ngx_tattle_zone_lock(zone, 0);
    ngx_memcpy(ngx_tattle_sct_place(zone, key), key, 32);
    ngx_tattle_zone_unlock(zone);
}


ngx_int_t
ngx_tattle_feedback_push(ngx_tattle_zone_t *zone, const u_char *record,
    size_t len, ngx_uint_t suspect)
{
    ngx_int_t           rc;
    ngx_tattle_ring_t  *ring;

    ring = &zone->sh->feedback;

    ngx_tattle_zone_lock(zone, 1);

    /*
     * Anybody can make a suspect: they get half of the room.  Without tattled
     * nobody takes any, so the newest wait until there is one.
     */

    if (suspect && ring->tail - ring->head > ring->size / 2) {
        rc = NGX_DECLINED;

    } else {
        rc = ngx_tattle_ring_push(ring, zone->feedback, record, len,
                                  !zone->keep);
    }

    ngx_tattle_zone_unlock(zone);

    return rc;
}


ngx_uint_t
ngx_tattle_feedback_peek(ngx_tattle_zone_t *zone, u_char *buf, size_t size,
    tattle_bytes *records, ngx_uint_t max, uint64_t *upto)
{
    u_char      *p;
    size_t       used;
    uint32_t     len;
    uint64_t     pos;
    ngx_uint_t   n;

    used = 0;

    ngx_tattle_zone_lock(zone, 0);

    pos = zone->sh->feedback.head;
    *upto = pos;

    for (n = 0; n < max; n++) {
        p = ngx_tattle_ring_next(&zone->sh->feedback, zone->feedback, &pos,
                                 &len);

        if (p == NULL || !ngx_tattle_ring_is_whole(p, len)) {

            /* what is no record says nothing of where the next one is */

            if (n == 0) {
                zone->sh->feedback.head = zone->sh->feedback.tail;
            }

            break;
        }

        if (len > size - used) {
            break;
        }

        ngx_memcpy(buf + used, p, len);
        records[n].data = buf + used;
        records[n].len = len;

        used += len;
        *upto = pos;
    }

    ngx_tattle_zone_unlock(zone);

    return n;
}


void
ngx_tattle_feedback_pop(ngx_tattle_zone_t *zone, uint64_t upto)
{
    ngx_tattle_zone_lock(zone, 0);

    if (zone->sh->feedback.head < upto && upto <= zone->sh->feedback.tail) {
        zone->sh->feedback.head = upto;
    }

    ngx_tattle_zone_unlock(zone);
}


void
ngx_tattle_suspects_push(ngx_tattle_zone_t *zone, const u_char *record,
    size_t len)
{
    u_char             *p;
    uint32_t            n;
    uint64_t            pos;
    ngx_tattle_ring_t  *ring;

    ring = &zone->sh->suspects;

    ngx_tattle_zone_lock(zone, 0);

    pos = ring->head;

    for ( ;; ) {
        p = ngx_tattle_ring_next(ring, zone->suspects, &pos, &n);

        if (p == NULL) {
            (void) ngx_tattle_ring_push(ring, zone->suspects, record, len, 1);
            break;
        }

        if (n == len && ngx_memcmp(p, record, len) == 0) {
            break;
        }
    }

    ngx_tattle_zone_unlock(zone);
}


ngx_uint_t
ngx_tattle_suspects_hosts(ngx_tattle_zone_t *zone,
    ngx_tattle_suspect_host_t *hosts)
{
    u_char      *p;
    uint32_t     len;
    uint64_t     pos;
    ngx_uint_t   i, n;

    n = 0;

    ngx_tattle_zone_lock(zone, 0);

    pos = zone->sh->suspects.head;

    while ((p = ngx_tattle_ring_next(&zone->sh->suspects, zone->suspects,
                                     &pos, &len)))
    {
        /* the status is one byte, the length of the host another */

        if (len < 2 || len - 2 < p[1]) {
            continue;
        }

        for (i = 0; i < n; i++) {
            if (hosts[i].len == p[1]
                && ngx_memcmp(hosts[i].name, p + 2, p[1]) == 0)
            {
                break;
            }
        }

        if (i == NGX_TATTLE_SUSPECT_HOSTS) {
            continue;
        }

        if (i == n) {
            ngx_memcpy(hosts[i].name, p + 2, p[1]);
            hosts[i].len = p[1];
            hosts[i].scts = 0;
            n++;
        }

        hosts[i].scts++;
    }

    ngx_tattle_zone_unlock(zone);

    return n;
}
