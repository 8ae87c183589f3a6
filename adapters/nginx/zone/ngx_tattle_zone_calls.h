/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What can be done with the zone of gossip.  All but the functions that say
 * "locked" take the lock themselves, for microseconds.
 */


#ifndef _NGX_TATTLE_ZONE_CALLS_H_INCLUDED_
#define _NGX_TATTLE_ZONE_CALLS_H_INCLUDED_


/* makes the zone's memory, or takes up that of the configuration before */
ngx_int_t ngx_tattle_zone_init(ngx_shm_zone_t *shm_zone, void *data);

/*
 * Whoever writes says so: a dead writer's zone is made anew, in steps.
 */
void ngx_tattle_zone_lock(ngx_tattle_zone_t *zone, ngx_uint_t write);
void ngx_tattle_zone_unlock(ngx_tattle_zone_t *zone);

/* SipHash-2-4 with the zone's secret */
uint64_t ngx_tattle_zone_hash(ngx_tattle_zone_t *zone, const u_char *data,
    size_t len);


/* ---- heads ---- */

/* until they are, heads may be there and not be found */
#define ngx_tattle_heads_are_linked(zone)                                    \
    ((zone)->sh->linked == (zone)->sh->buckets)

/*
 * How each head of a message stands to those that are kept.  Of stale ones
 * that name no log only the first eight may be found to contradict another.
 */
void ngx_tattle_heads_relate(ngx_tattle_zone_t *zone,
    const tattle_gossip_message *message, tattle_head_relation *relations,
    ngx_uint_t *all_known, uint64_t now);

typedef enum {
    NGX_TATTLE_STORED = 0,
    NGX_TATTLE_EVIDENCE,       /* stored, and it contradicts another */
    NGX_TATTLE_KNOWN,
    NGX_TATTLE_UNWANTED,       /* it is stale, its log has no share left, or
                                  its signature is too long for any slot */
    NGX_TATTLE_NO_ROOM,
    NGX_TATTLE_NOT_YET         /* not all heads are linked */
} ngx_tattle_store_e;

/*
 * Keeps a good head; "state" is what it is to tattled.  Of "stale" ones only
 * those that contradict another.
 */
ngx_tattle_store_e ngx_tattle_heads_store(ngx_tattle_zone_t *zone,
    const u_char *record, size_t len, ngx_tattle_head_state_e state,
    ngx_uint_t stale, uint64_t now);

/*
 * Copies records of at most "max" heads into "records", NGX_TATTLE_RECORD_MAX
 * bytes each, "lens" and "pinned", and returns how many: of each log some,
 * from a random place on, and all that contradict each other.
 */
ngx_uint_t ngx_tattle_heads_gather(ngx_tattle_zone_t *zone, u_char *records,
    uint16_t *lens, u_char *pinned, ngx_uint_t max);

/*
 * The oldest of those that tattled has not got, in the same form.  Those that
 * came when there was no tattled wait from now on.
 */
ngx_uint_t ngx_tattle_heads_waiting(ngx_tattle_zone_t *zone, u_char *records,
    uint16_t *lens, ngx_uint_t max);

/* now tattled has it */
void ngx_tattle_heads_mark(ngx_tattle_zone_t *zone, const u_char *record);


/* ---- clients ---- */

typedef struct {
    ngx_uint_t  rate;          /* requests of one client in a second */
    ngx_uint_t  rate_all;
    ngx_uint_t  checks;        /* signatures in a second, of all clients */
} ngx_tattle_rates_t;

/* 0, or how many ms to wait; "own": the client's share is used up */
uint64_t ngx_tattle_limit_request(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, uint64_t now,
    ngx_uint_t *own);

/*
 * 0: so many signatures may be checked for a client, and are taken from the
 * shares; or how many ms to wait.  A share may be left in debt.
 */
uint64_t ngx_tattle_limit_checks(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, ngx_uint_t checks,
    uint64_t now, ngx_uint_t *own);

/* those that there was no need for */
void ngx_tattle_limit_give_back(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, ngx_uint_t checks,
    uint64_t now);


/* ---- feedback ---- */

/* whether SCTs of these keys, 32 bytes each, were found good before */
ngx_uint_t ngx_tattle_scts_known(ngx_tattle_zone_t *zone, const u_char *key);
void ngx_tattle_scts_remember(ngx_tattle_zone_t *zone, const u_char *key);

/*
 * NGX_DECLINED: there is no room until tattled has taken some, while without
 * one the oldest go; NGX_ABORT: it is larger than anything that sites have
 */
ngx_int_t ngx_tattle_feedback_push(ngx_tattle_zone_t *zone,
    const u_char *record, size_t len, ngx_uint_t suspect);

/* copies as many as fit; "*upto" is what ngx_tattle_feedback_pop wants */
ngx_uint_t ngx_tattle_feedback_peek(ngx_tattle_zone_t *zone, u_char *buf,
    size_t size, tattle_bytes *records, ngx_uint_t max, uint64_t *upto);
void ngx_tattle_feedback_pop(ngx_tattle_zone_t *zone, uint64_t upto);

/* the oldest go when there is no room */
void ngx_tattle_suspects_push(ngx_tattle_zone_t *zone, const u_char *record,
    size_t len);

#define NGX_TATTLE_SUSPECT_HOSTS  32

typedef struct {
    u_char      name[255];
    size_t      len;
    ngx_uint_t  scts;
} ngx_tattle_suspect_host_t;

/* how many suspects there are of each host; returns the number of hosts */
ngx_uint_t ngx_tattle_suspects_hosts(ngx_tattle_zone_t *zone,
    ngx_tattle_suspect_host_t *hosts);


#endif /* _NGX_TATTLE_ZONE_CALLS_H_INCLUDED_ */
