/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where heads are in the zone: by their keys, by log and size, in queues.
 */


#include "ngx_tattle_heads.h"


/* parts of the key */
#define NGX_TATTLE_SIZE_KEY     40
#define NGX_TATTLE_ROOT_KEY     72


static ngx_tattle_queue_t *ngx_tattle_queue(ngx_tattle_zone_t *zone,
    ngx_uint_t class, ngx_uint_t queue, ngx_tattle_head_t *head);
static uint32_t ngx_tattle_head_bucket(ngx_tattle_zone_t *zone,
    const u_char *key);
static uint32_t ngx_tattle_size_bucket(ngx_tattle_zone_t *zone,
    const u_char *key);
static uint32_t ngx_tattle_log_find(ngx_tattle_zone_t *zone,
    const u_char *id);


ngx_tattle_head_t *
ngx_tattle_head(ngx_tattle_zone_t *zone, uint32_t i)
{
    size_t  size;

    if (i < zone->sh->small) {
        return (ngx_tattle_head_t *)
                           (zone->small + i * sizeof(ngx_tattle_head_t));
    }

    size = sizeof(ngx_tattle_head_t) - NGX_TATTLE_SMALL + NGX_TATTLE_LARGE;

    return (ngx_tattle_head_t *) (zone->large + (i - zone->sh->small) * size);
}


ngx_uint_t
ngx_tattle_head_class(ngx_tattle_zone_t *zone, uint32_t i)
{
    return i >= zone->sh->small;
}


/* without the log, which one dialect does not name */

static uint32_t
ngx_tattle_head_bucket(ngx_tattle_zone_t *zone, const u_char *key)
{
    return ngx_tattle_zone_hash(zone, key + 32, TATTLE_HEAD_KEY_LEN - 32)
           % zone->sh->buckets;
}


static uint32_t
ngx_tattle_size_bucket(ngx_tattle_zone_t *zone, const u_char *key)
{
    return ngx_tattle_zone_hash(zone, key, NGX_TATTLE_SIZE_KEY)
           % zone->sh->buckets;
}


static ngx_tattle_queue_t *
ngx_tattle_queue(ngx_tattle_zone_t *zone, ngx_uint_t class, ngx_uint_t queue,
    ngx_tattle_head_t *head)
{
    return (queue == ngx_tattle_queue_given)
           ? &zone->sh->logs[head->log].given[class]
           : &zone->sh->queue[class][queue];
}


void
ngx_tattle_queue_push(ngx_tattle_zone_t *zone, ngx_uint_t class,
    ngx_uint_t queue, uint32_t i)
{
    ngx_tattle_head_t   *head;
    ngx_tattle_queue_t  *q;

    head = ngx_tattle_head(zone, i);
    q = ngx_tattle_queue(zone, class, queue, head);

    head->prev = q->last;
    head->next = NGX_TATTLE_NONE;

    if (q->last == NGX_TATTLE_NONE) {
        q->first = i;

    } else {
        ngx_tattle_head(zone, q->last)->next = i;
    }

    q->last = i;
    q->num++;

    if (queue == ngx_tattle_queue_given) {
        zone->sh->queue[class][queue].num++;
    }
}


void
ngx_tattle_queue_take(ngx_tattle_zone_t *zone, ngx_uint_t class,
    ngx_uint_t queue, uint32_t i)
{
    ngx_tattle_head_t   *head;
    ngx_tattle_queue_t  *q;

    head = ngx_tattle_head(zone, i);
    q = ngx_tattle_queue(zone, class, queue, head);

    if (head->prev == NGX_TATTLE_NONE) {
        q->first = head->next;

    } else {
        ngx_tattle_head(zone, head->prev)->next = head->next;
    }

    if (head->next == NGX_TATTLE_NONE) {
        q->last = head->prev;

    } else {
        ngx_tattle_head(zone, head->next)->prev = head->prev;
    }

    q->num--;

    if (queue == ngx_tattle_queue_given) {
        zone->sh->queue[class][queue].num--;
    }
}


ngx_uint_t
ngx_tattle_queue_of(ngx_tattle_head_t *head)
{
    if (head->pinned) {
        return ngx_tattle_queue_pinned;
    }

    return (head->state == ngx_tattle_head_waiting) ? ngx_tattle_queue_waiting
                                                    : ngx_tattle_queue_given;
}


static uint32_t
ngx_tattle_log_find(ngx_tattle_zone_t *zone, const u_char *id)
{
    uint32_t           i, n;
    ngx_tattle_log_t  *logs;

    /* an id is a hash: a few bytes of it say where to look first */

    logs = zone->sh->logs;
    n = ((uint32_t) id[0] << 8 | id[1]) % NGX_TATTLE_LOGS;

    for (i = 0; i < NGX_TATTLE_LOGS; i++) {

        if (logs[n].filled == 0) {
            return NGX_TATTLE_NONE;
        }

        if (ngx_memcmp(logs[n].id, id, 32) == 0) {
            return n;
        }

        n = (n + 1) % NGX_TATTLE_LOGS;
    }

    return NGX_TATTLE_NONE;
}


uint32_t
ngx_tattle_log_make(ngx_tattle_zone_t *zone, const u_char *id, uint64_t now)
{
    uint32_t           i, n, found;
    ngx_tattle_log_t  *logs;

    found = ngx_tattle_log_find(zone, id);

    if (found != NGX_TATTLE_NONE) {
        return found;
    }

    logs = zone->sh->logs;
    n = ((uint32_t) id[0] << 8 | id[1]) % NGX_TATTLE_LOGS;

    for (i = 0; i < NGX_TATTLE_LOGS; i++) {

        /* one that has no heads makes room, and has a whole share anyway */

        if (logs[n].filled == 0 || logs[n].heads == 0) {
            ngx_memcpy(logs[n].id, id, 32);
            ngx_memzero(logs[n].given, sizeof(logs[n].given));
            logs[n].given[0].first = logs[n].given[0].last = NGX_TATTLE_NONE;
            logs[n].given[1].first = logs[n].given[1].last = NGX_TATTLE_NONE;
            logs[n].heads = 0;
            logs[n].pinned = 0;
            logs[n].share = NGX_TATTLE_SHARE_MAX;
            logs[n].filled = ngx_max(now, 1);

            return n;
        }

        n = (n + 1) % NGX_TATTLE_LOGS;
    }

    return NGX_TATTLE_NONE;
}


uint32_t
ngx_tattle_head_find(ngx_tattle_zone_t *zone, const u_char *key,
    ngx_uint_t any_log)
{
    size_t              skip;
    uint32_t            i;
    ngx_tattle_head_t  *head;

    skip = any_log ? 32 : 0;

    for (i = zone->keys[ngx_tattle_head_bucket(zone, key)];
         i != NGX_TATTLE_NONE;
         i = head->key_next)
    {
        head = ngx_tattle_head(zone, i);

        if (ngx_memcmp(head->record + skip, key + skip,
                       TATTLE_HEAD_KEY_LEN - skip)
            == 0)
        {
            return i;
        }
    }

    return NGX_TATTLE_NONE;
}


/*
 * Of a log and size there is one root, or there are halves of a split view,
 * and those that are pinned come first in their chain.
 */

uint32_t
ngx_tattle_head_contradicting(ngx_tattle_zone_t *zone, const u_char *key)
{
    uint32_t            i;
    ngx_tattle_head_t  *head;

    for (i = zone->sizes[ngx_tattle_size_bucket(zone, key)];
         i != NGX_TATTLE_NONE;
         i = head->size_next)
    {
        head = ngx_tattle_head(zone, i);

        if (ngx_memcmp(head->record, key, NGX_TATTLE_SIZE_KEY) != 0) {
            continue;
        }

        if (ngx_memcmp(head->record, key, NGX_TATTLE_ROOT_KEY) != 0) {
            return i;
        }

        if (!head->pinned) {
            break;
        }
    }

    return NGX_TATTLE_NONE;
}


/* into everything but its queue */

ngx_int_t
ngx_tattle_head_link(ngx_tattle_zone_t *zone, uint32_t i, uint64_t now)
{
    uint32_t            log, prev, *first;
    ngx_tattle_head_t  *head, *pinned;

    head = ngx_tattle_head(zone, i);

    log = ngx_tattle_log_make(zone, head->record, now);
    if (log == NGX_TATTLE_NONE) {
        return NGX_DECLINED;
    }

    head->log = log;
    zone->sh->logs[log].heads++;
    zone->sh->logs[log].pinned += head->pinned;

    first = &zone->keys[ngx_tattle_head_bucket(zone, head->record)];
    head->key_next = *first;
    *first = i;

    first = &zone->sizes[ngx_tattle_size_bucket(zone, head->record)];
    prev = NGX_TATTLE_NONE;

    if (!head->pinned) {

        while (*first != NGX_TATTLE_NONE) {
            pinned = ngx_tattle_head(zone, *first);

            if (!pinned->pinned) {
                break;
            }

            prev = *first;
            first = &pinned->size_next;
        }
    }

    head->size_prev = prev;
    head->size_next = *first;

    if (*first != NGX_TATTLE_NONE) {
        ngx_tattle_head(zone, *first)->size_prev = i;
    }

    *first = i;

    return NGX_OK;
}


void
ngx_tattle_head_unlink(ngx_tattle_zone_t *zone, uint32_t i)
{
    uint32_t           *p;
    ngx_tattle_head_t  *head;

    head = ngx_tattle_head(zone, i);

    for (p = &zone->keys[ngx_tattle_head_bucket(zone, head->record)];
         *p != i && *p != NGX_TATTLE_NONE;
         p = &ngx_tattle_head(zone, *p)->key_next)
    {
        /* void */
    }

    *p = head->key_next;

    /*
     * A log that does not grow signs one size for good, and its heads may fill
     * the zone: nobody looks for one of them in their chain.
     */

    p = (head->size_prev == NGX_TATTLE_NONE)
        ? &zone->sizes[ngx_tattle_size_bucket(zone, head->record)]
        : &ngx_tattle_head(zone, head->size_prev)->size_next;

    *p = head->size_next;

    if (head->size_next != NGX_TATTLE_NONE) {
        ngx_tattle_head(zone, head->size_next)->size_prev = head->size_prev;
    }

    zone->sh->logs[head->log].heads--;
    zone->sh->logs[head->log].pinned -= head->pinned;
}


void
ngx_tattle_heads_forget(ngx_tattle_zone_t *zone)
{
    uint32_t          i;
    ngx_uint_t        class, queue;
    ngx_tattle_sh_t  *sh;

    sh = zone->sh;
    sh->linked = 0;

    for (i = 0; i < sh->buckets; i++) {
        zone->keys[i] = NGX_TATTLE_NONE;
        zone->sizes[i] = NGX_TATTLE_NONE;
    }

    for (class = 0; class < 2; class++) {
        for (queue = 0; queue < NGX_TATTLE_QUEUES; queue++) {
            sh->queue[class][queue].first = NGX_TATTLE_NONE;
            sh->queue[class][queue].last = NGX_TATTLE_NONE;
            sh->queue[class][queue].num = 0;
        }
    }

    /* their shares begin anew, which gives nobody more than a second burst */

    ngx_memzero(sh->logs, sizeof(sh->logs));
    sh->unclaimed = sh->buckets;
}


void
ngx_tattle_heads_relink(ngx_tattle_zone_t *zone, uint32_t num)
{
    uint32_t            i;
    ngx_uint_t          class, max;
    ngx_tattle_sh_t    *sh;
    ngx_tattle_head_t  *head;

    sh = zone->sh;

    for ( /* void */ ; num && sh->linked < sh->buckets; num--) {
        i = sh->linked++;

        head = ngx_tattle_head(zone, i);
        class = ngx_tattle_head_class(zone, i);
        max = class ? NGX_TATTLE_LARGE : NGX_TATTLE_SMALL;

        if (head->state != ngx_tattle_head_free
            && head->state <= ngx_tattle_head_unclaimed
            && head->pinned <= 1
            && head->len > TATTLE_HEAD_KEY_LEN
            && head->len <= max
            && head->crc == ngx_crc32_short(head->record, head->len)
            && ngx_tattle_head_link(zone, i, 1) == NGX_OK)
        {
            ngx_tattle_queue_push(zone, class, ngx_tattle_queue_of(head), i);
            continue;
        }

        head->state = ngx_tattle_head_free;
        head->pinned = 0;
        ngx_tattle_queue_push(zone, class, ngx_tattle_queue_free, i);
    }
}
