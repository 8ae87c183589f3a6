/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rings of records in the zone of gossip.
 */


#include "ngx_tattle_ring.h"


typedef struct {
    uint32_t  len;         /* of the record; NGX_TATTLE_NONE: go on at 0 */
    uint32_t  crc;
} ngx_tattle_ring_item_t;


#define ngx_tattle_ring_space(len)                                           \
    (sizeof(ngx_tattle_ring_item_t) + ngx_align((len), 8))


u_char *
ngx_tattle_ring_next(ngx_tattle_ring_t *ring, u_char *base, uint64_t *pos,
    uint32_t *len)
{
    size_t                   offset;
    ngx_tattle_ring_item_t  *item;

    while (*pos < ring->tail) {
        offset = *pos % ring->size;
        item = (ngx_tattle_ring_item_t *) (base + offset);

        if (item->len == NGX_TATTLE_NONE) {
            *pos += ring->size - offset;
            continue;
        }

        if (item->len > ring->size
            || ngx_tattle_ring_space(item->len) > ring->size - offset)
        {
            break;
        }

        *len = item->len;
        *pos += ngx_tattle_ring_space(item->len);

        return (u_char *) (item + 1);
    }

    return NULL;
}


ngx_int_t
ngx_tattle_ring_push(ngx_tattle_ring_t *ring, u_char *base,
    const u_char *record, size_t len, ngx_uint_t overwrite)
{
    size_t                   space, offset, skip;
    uint32_t                 dummy;
    ngx_tattle_ring_item_t  *item;

    space = ngx_tattle_ring_space(len);

    if (len > NGX_TATTLE_FEEDBACK_MAX || space > ring->size / 2) {
        return NGX_ABORT;
    }

    offset = ring->tail % ring->size;
    skip = (space > ring->size - offset) ? ring->size - offset : 0;

    while (ring->tail + skip + space - ring->head > ring->size) {

        if (!overwrite) {
            return NGX_DECLINED;
        }

        if (ngx_tattle_ring_next(ring, base, &ring->head, &dummy) == NULL) {
            ring->head = ring->tail;
        }
    }

    if (skip) {
        item = (ngx_tattle_ring_item_t *) (base + offset);
        item->len = NGX_TATTLE_NONE;
        offset = 0;
    }

    item = (ngx_tattle_ring_item_t *) (base + offset);
    item->len = len;
    item->crc = ngx_crc32_short((u_char *) record, len);
    ngx_memcpy(item + 1, record, len);

    /* it is there once the tail says so */

    ngx_memory_barrier();
    ring->tail += skip + space;

    return NGX_OK;
}


ngx_uint_t
ngx_tattle_ring_is_whole(u_char *record, uint32_t len)
{
    ngx_tattle_ring_item_t  *item;

    item = (ngx_tattle_ring_item_t *) record - 1;

    return item->crc == ngx_crc32_short(record, len);
}


void
ngx_tattle_ring_check(ngx_tattle_ring_t *ring)
{
    if (ring->head > ring->tail || ring->tail - ring->head > ring->size) {
        ring->head = ring->tail;
    }
}
