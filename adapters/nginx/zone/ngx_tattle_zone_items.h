/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the zone of gossip is made of.
 */


#ifndef _NGX_TATTLE_ZONE_ITEMS_H_INCLUDED_
#define _NGX_TATTLE_ZONE_ITEMS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_TATTLE_NONE           0xffffffff

#define NGX_TATTLE_LOGS           512

/* heads of a log that contradict each other, kept whatever else goes */
#define NGX_TATTLE_PINNED         4

/* a record with a signature of ECDSA P-256, and with one of RSA 4096 */
#define NGX_TATTLE_SMALL          160
#define NGX_TATTLE_LARGE          608

#define NGX_TATTLE_RECORD_MAX     NGX_TATTLE_LARGE
#define NGX_TATTLE_GATHER_MAX     2048

/* an SCT with its certificates; beyond it is nothing that sites have */
#define NGX_TATTLE_FEEDBACK_MAX   (32 * 1024)


typedef enum {
    ngx_tattle_head_free = 0,
    ngx_tattle_head_waiting,           /* tattled has not got it yet */
    ngx_tattle_head_given,
    ngx_tattle_head_unclaimed          /* it came when there was no tattled */
} ngx_tattle_head_state_e;


typedef enum {
    ngx_tattle_queue_free = 0,
    ngx_tattle_queue_waiting,
    ngx_tattle_queue_given,            /* and unclaimed */
    ngx_tattle_queue_pinned,
    NGX_TATTLE_QUEUES
} ngx_tattle_queue_e;


typedef struct {
    /* these five count; the record is complete when state is not free */
    uint32_t               crc;        /* of the record */
    uint16_t               len;        /* of the record */
    u_char                 state;
    u_char                 pinned;

    uint32_t               log;
    uint32_t               key_next;   /* of those with this hash of the key */
    uint32_t               size_next;  /* of log and tree size */
    uint32_t               size_prev;
    uint32_t               prev;       /* in a queue */
    uint32_t               next;

    u_char                 record[NGX_TATTLE_SMALL];
} ngx_tattle_head_t;


typedef struct {
    uint32_t               first;
    uint32_t               last;
    uint32_t               num;
} ngx_tattle_queue_t;


typedef struct {
    u_char                 id[32];
    ngx_tattle_queue_t     given[2];   /* small and large, oldest first */
    uint32_t               heads;
    uint32_t               pinned;
    int64_t                share;      /* in thousandths of a head */
    uint64_t               filled;     /* up to when it has grown, in ms */
} ngx_tattle_log_t;


typedef struct {
    uint64_t               hash;       /* 0: nobody */
    int64_t                requests;   /* in thousandths */
    int64_t                checks;
    uint64_t               filled;
} ngx_tattle_share_t;


/* records one behind the other: what is between head and tail is there */
typedef struct {
    uint64_t               head;
    uint64_t               tail;
    size_t                 size;
} ngx_tattle_ring_t;


typedef struct {
    uint64_t               stored;
    uint64_t               known;
    uint64_t               refused;    /* for the share of their log */
    uint64_t               evicted;
    uint64_t               lost;       /* of those: before tattled got them */
    uint64_t               conflicting;
    uint64_t               limited;    /* requests, for somebody's share */
    uint64_t               rebuilt;
} ngx_tattle_counts_t;


#endif /* _NGX_TATTLE_ZONE_ITEMS_H_INCLUDED_ */
