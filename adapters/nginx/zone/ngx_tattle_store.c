/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is done with heads: they are kept, given, and go when there is no
 * room.
 */


#include "ngx_tattle_heads.h"


/*
 * Slots that are looked at under one lock; for answers, from a place that is
 * found by so many tries.
 */
#define NGX_TATTLE_LOOK_AT      16384
#define NGX_TATTLE_TRIES        64

/* of a message: each asks for all logs, and the others wait for the lock */
#define NGX_TATTLE_NAMELESS     8

#define NGX_TATTLE_FRESH        (14 * 86400 * 1000ULL)


static void ngx_tattle_head_pin(ngx_tattle_zone_t *zone, uint32_t i);
static ngx_uint_t ngx_tattle_head_is_stale(const u_char *key, uint64_t now);
static ngx_uint_t ngx_tattle_nameless_contradicts(ngx_tattle_zone_t *zone,
    const u_char *key);
static ngx_uint_t ngx_tattle_log_take(ngx_tattle_log_t *log, uint64_t now);
static uint32_t ngx_tattle_head_make_room(ngx_tattle_zone_t *zone,
    ngx_uint_t class);
static ngx_uint_t ngx_tattle_head_copy(ngx_tattle_head_t *head,
    u_char *records, uint16_t *lens, ngx_uint_t n);
static void ngx_tattle_heads_claim(ngx_tattle_zone_t *zone);


static void
ngx_tattle_head_pin(ngx_tattle_zone_t *zone, uint32_t i)
{
    ngx_uint_t          class;
    ngx_tattle_head_t  *head;

    head = ngx_tattle_head(zone, i);

    if (head->pinned || zone->sh->logs[head->log].pinned >= NGX_TATTLE_PINNED) {
        return;
    }

    class = ngx_tattle_head_class(zone, i);

    ngx_tattle_queue_take(zone, class, ngx_tattle_queue_of(head), i);
    ngx_tattle_head_unlink(zone, i);

    head->pinned = 1;

    (void) ngx_tattle_head_link(zone, i, zone->sh->logs[head->log].filled);
    ngx_tattle_queue_push(zone, class, ngx_tattle_queue_pinned, i);
}


static ngx_uint_t
ngx_tattle_log_take(ngx_tattle_log_t *log, uint64_t now)
{
    if (now > log->filled) {
        log->share = ngx_min(log->share + (int64_t) ngx_min(now - log->filled,
                                                   NGX_TATTLE_SHARE_MAX),
                             NGX_TATTLE_SHARE_MAX);
    }

    /* a clock that is set back fills nothing, and grows on from there */

    log->filled = ngx_max(now, 1);

    if (log->share < NGX_TATTLE_SHARE_ONE) {
        return 0;
    }

    log->share -= NGX_TATTLE_SHARE_ONE;

    return 1;
}


/*
 * A free slot, whoever must go for it: the oldest of the log that has most
 * of those that do not wait for tattled, else the oldest of all.
 */

static uint32_t
ngx_tattle_head_make_room(ngx_tattle_zone_t *zone, ngx_uint_t class)
{
    uint32_t            i, victim;
    ngx_uint_t          queue;
    ngx_tattle_sh_t    *sh;
    ngx_tattle_log_t   *most;
    ngx_tattle_head_t  *head;

    sh = zone->sh;

    if (sh->queue[class][ngx_tattle_queue_free].num) {
        return sh->queue[class][ngx_tattle_queue_free].first;
    }

    if (sh->queue[class][ngx_tattle_queue_given].num) {
        queue = ngx_tattle_queue_given;
        most = &sh->logs[0];

        for (i = 1; i < NGX_TATTLE_LOGS; i++) {
            if (sh->logs[i].given[class].num > most->given[class].num) {
                most = &sh->logs[i];
            }
        }

        victim = most->given[class].first;

    } else {
        queue = ngx_tattle_queue_waiting;
        victim = sh->queue[class][queue].first;
    }

    if (victim == NGX_TATTLE_NONE) {
        return NGX_TATTLE_NONE;
    }

    head = ngx_tattle_head(zone, victim);

    ngx_tattle_queue_take(zone, class, queue, victim);
    ngx_tattle_head_unlink(zone, victim);
    head->state = ngx_tattle_head_free;
    ngx_tattle_queue_push(zone, class, ngx_tattle_queue_free, victim);

    sh->counts.evicted++;
    sh->counts.lost += (queue == ngx_tattle_queue_waiting && zone->keep);

    return victim;
}


ngx_tattle_store_e
ngx_tattle_heads_store(ngx_tattle_zone_t *zone, const u_char *record,
    size_t len, ngx_tattle_head_state_e state, ngx_uint_t stale, uint64_t now)
{
    uint32_t             i, log, other;
    ngx_uint_t           class, pin;
    ngx_tattle_sh_t     *sh;
    ngx_tattle_head_t   *head;
    ngx_tattle_store_e   rc;

    if (len <= TATTLE_HEAD_KEY_LEN || len > NGX_TATTLE_RECORD_MAX) {
        return NGX_TATTLE_UNWANTED;
    }

    sh = zone->sh;
    class = (len > NGX_TATTLE_SMALL);

    ngx_tattle_zone_lock(zone, 1);

    i = ngx_tattle_head_find(zone, record, 0);

    if (i != NGX_TATTLE_NONE) {
        rc = NGX_TATTLE_KNOWN;
        goto done;
    }

    /* it may be there, or what it contradicts */

    if (!ngx_tattle_heads_are_linked(zone)) {
        rc = NGX_TATTLE_NOT_YET;
        goto done;
    }

    other = ngx_tattle_head_contradicting(zone, record);

    rc = NGX_TATTLE_UNWANTED;

    if (stale && other == NGX_TATTLE_NONE) {
        goto done;
    }

    log = ngx_tattle_log_make(zone, record, now);

    if (log == NGX_TATTLE_NONE) {
        goto done;
    }

    /* evidence has no need of a share, but there is no need of more of it */

    pin = (other != NGX_TATTLE_NONE
           && sh->logs[log].pinned + !ngx_tattle_head(zone, other)->pinned
              < NGX_TATTLE_PINNED);

    if (!pin && (stale || !ngx_tattle_log_take(&sh->logs[log], now))) {
        sh->counts.refused++;
        goto done;
    }

    if (pin) {
        ngx_tattle_head_pin(zone, other);
    }

    rc = NGX_TATTLE_NO_ROOM;

    i = ngx_tattle_head_make_room(zone, class);

    if (i == NGX_TATTLE_NONE) {
        goto done;
    }

    head = ngx_tattle_head(zone, i);

    ngx_tattle_queue_take(zone, class, ngx_tattle_queue_free, i);

    ngx_memcpy(head->record, record, len);
    head->len = len;
    head->crc = ngx_crc32_short(head->record, len);
    head->pinned = pin;

    ngx_memory_barrier();
    head->state = state;
    ngx_memory_barrier();

    (void) ngx_tattle_head_link(zone, i, now);
    ngx_tattle_queue_push(zone, class, ngx_tattle_queue_of(head), i);

    if (state == ngx_tattle_head_unclaimed) {
        sh->unclaimed = ngx_max(sh->unclaimed, i + 1);
    }

    sh->counts.stored++;
    sh->counts.conflicting += pin;
    rc = pin ? NGX_TATTLE_EVIDENCE : NGX_TATTLE_STORED;

done:

    ngx_tattle_zone_unlock(zone);

    return rc;
}


void
ngx_tattle_heads_relate(ngx_tattle_zone_t *zone,
    const tattle_gossip_message *message, tattle_head_relation *relations,
    ngx_uint_t *all_known, uint64_t now)
{
    ngx_uint_t     i, num, has_log, nameless;
    const u_char  *key;

    nameless = 0;
    num = tattle_gossip_message_num_heads(message);
    *all_known = 1;

    ngx_tattle_zone_lock(zone, 0);

    for (i = 0; i < num; i++) {
        key = tattle_gossip_message_get0_head_key(message, i);
        has_log = tattle_gossip_message_has_head_log(message, i);

        /* empty trees are all alike, so there the log must be known */

        if ((has_log
             || ngx_memcmp(key + 32, "\0\0\0\0\0\0\0\0", 8) != 0)
            && ngx_tattle_head_find(zone, key, !has_log) != NGX_TATTLE_NONE)
        {
            relations[i] = TATTLE_HEAD_KNOWN;
            zone->sh->counts.known++;
            continue;
        }

        *all_known = 0;
        relations[i] = TATTLE_HEAD_NEW;

        if (has_log) {
            if (ngx_tattle_head_contradicting(zone, key) != NGX_TATTLE_NONE) {
                relations[i] = TATTLE_HEAD_CONFLICTING;
            }

            continue;
        }

        /* one that is fresh is checked anyway */

        if (ngx_tattle_head_is_stale(key, now)
            && nameless++ < NGX_TATTLE_NAMELESS
            && ngx_tattle_nameless_contradicts(zone, key))
        {
            relations[i] = TATTLE_HEAD_CONFLICTING;
        }
    }

    ngx_tattle_zone_unlock(zone);
}


static ngx_uint_t
ngx_tattle_head_is_stale(const u_char *key, uint64_t now)
{
    uint64_t    time;
    ngx_uint_t  i;

    time = 0;

    for (i = TATTLE_HEAD_KEY_LEN - 8; i < TATTLE_HEAD_KEY_LEN; i++) {
        time = time << 8 | key[i];
    }

    return time < now && now - time > NGX_TATTLE_FRESH;
}


/* whether there is any log that it contradicts a head of */

static ngx_uint_t
ngx_tattle_nameless_contradicts(ngx_tattle_zone_t *zone, const u_char *key)
{
    u_char    named[TATTLE_HEAD_KEY_LEN];
    uint32_t  n;

    ngx_memcpy(named, key, TATTLE_HEAD_KEY_LEN);

    for (n = 0; n < NGX_TATTLE_LOGS; n++) {

        if (zone->sh->logs[n].heads == 0) {
            continue;
        }

        ngx_memcpy(named, zone->sh->logs[n].id, 32);

        if (ngx_tattle_head_contradicting(zone, named) != NGX_TATTLE_NONE) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_tattle_head_copy(ngx_tattle_head_t *head, u_char *records,
    uint16_t *lens, ngx_uint_t n)
{
    ngx_memcpy(records + n * NGX_TATTLE_RECORD_MAX, head->record, head->len);
    lens[n] = head->len;

    return n + 1;
}


ngx_uint_t
ngx_tattle_heads_gather(ngx_tattle_zone_t *zone, u_char *records,
    uint16_t *lens, u_char *pinned, ngx_uint_t max)
{
    uint16_t            seen[NGX_TATTLE_LOGS];
    uint32_t            i, num;
    ngx_uint_t          n, looked, class, logs, of_each;
    ngx_tattle_head_t  *head;

    n = 0;
    logs = 0;
    ngx_memzero(seen, sizeof(seen));

    ngx_tattle_zone_lock(zone, 0);

    for (class = 0; class < 2; class++) {

        for (i = zone->sh->queue[class][ngx_tattle_queue_pinned].first;
             i != NGX_TATTLE_NONE && n < max;
             i = head->next)
        {
            head = ngx_tattle_head(zone, i);
            pinned[n] = 1;
            n = ngx_tattle_head_copy(head, records, lens, n);
        }
    }

    for (i = 0; i < NGX_TATTLE_LOGS; i++) {
        logs += (zone->sh->logs[i].heads != 0);
    }

    of_each = max / ngx_max(logs, 1);

    /* slots are used from the first on, so most places are before all heads */

    num = zone->sh->linked;

    for (looked = 0; looked < NGX_TATTLE_TRIES; looked++) {
        i = (uint32_t) ngx_random() % num;

        if (ngx_tattle_head(zone, i)->state != ngx_tattle_head_free) {
            break;
        }
    }

    for (looked = 0;
         looked < NGX_TATTLE_LOOK_AT && looked < num && n < max;
         looked++)
    {
        head = ngx_tattle_head(zone, i);

        if (head->state != ngx_tattle_head_free && !head->pinned
            && seen[head->log] < of_each)
        {
            seen[head->log]++;
            pinned[n] = 0;
            n = ngx_tattle_head_copy(head, records, lens, n);
        }

        i = (i + 1) % num;
    }

    ngx_tattle_zone_unlock(zone);

    return n;
}


ngx_uint_t
ngx_tattle_heads_waiting(ngx_tattle_zone_t *zone, u_char *records,
    uint16_t *lens, ngx_uint_t max)
{
    uint32_t            i;
    ngx_uint_t          n, class, queue;
    ngx_tattle_head_t  *head;

    n = 0;

    ngx_tattle_zone_lock(zone, 1);

    if (zone->sh->unclaimed && ngx_tattle_heads_are_linked(zone)) {
        ngx_tattle_heads_claim(zone);
    }

    for (queue = ngx_tattle_queue_pinned; queue; queue--) {

        if (queue == ngx_tattle_queue_given) {
            continue;
        }

        for (class = 0; class < 2; class++) {

            for (i = zone->sh->queue[class][queue].first;
                 i != NGX_TATTLE_NONE && n < max;
                 i = head->next)
            {
                head = ngx_tattle_head(zone, i);

                if (head->state == ngx_tattle_head_waiting) {
                    n = ngx_tattle_head_copy(head, records, lens, n);
                }
            }
        }
    }

    ngx_tattle_zone_unlock(zone);

    return n;
}


/* after a reload it goes through the whole zone, in some calls */

static void
ngx_tattle_heads_claim(ngx_tattle_zone_t *zone)
{
    uint32_t            i, first;
    ngx_uint_t          class;
    ngx_tattle_head_t  *head;

    first = zone->sh->unclaimed
            - ngx_min(zone->sh->unclaimed, NGX_TATTLE_LOOK_AT);

    for (i = first; i < zone->sh->unclaimed; i++) {
        head = ngx_tattle_head(zone, i);

        if (head->state == ngx_tattle_head_unclaimed) {
            class = ngx_tattle_head_class(zone, i);

            ngx_tattle_queue_take(zone, class, ngx_tattle_queue_of(head), i);
            head->state = ngx_tattle_head_waiting;
            ngx_tattle_queue_push(zone, class, ngx_tattle_queue_of(head), i);
        }
    }

    zone->sh->unclaimed = first;
}


void
ngx_tattle_heads_mark(ngx_tattle_zone_t *zone, const u_char *record)
{
    uint32_t            i;
    ngx_uint_t          class;
    ngx_tattle_head_t  *head;

    ngx_tattle_zone_lock(zone, 1);

    i = ngx_tattle_head_find(zone, record, 0);

    if (i != NGX_TATTLE_NONE) {
        head = ngx_tattle_head(zone, i);

        if (head->state == ngx_tattle_head_waiting) {
            class = ngx_tattle_head_class(zone, i);

            ngx_tattle_queue_take(zone, class, ngx_tattle_queue_of(head), i);
            head->state = ngx_tattle_head_given;
            ngx_tattle_queue_push(zone, class, ngx_tattle_queue_of(head), i);
        }
    }

    ngx_tattle_zone_unlock(zone);
}
