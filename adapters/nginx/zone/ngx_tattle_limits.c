/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What one client may have done for it, and all together.  A client is known
 * by a hash with the zone's secret: no address is kept.
 */


#include "ngx_tattle_zone.h"


/* a share is what ten seconds bring, and full in the beginning */
#define NGX_TATTLE_BURST    10
#define NGX_TATTLE_ONE      1000
#define NGX_TATTLE_DAY      86400000

/* what one client may have of the signatures for all */
#define NGX_TATTLE_CLIENT_PART  10

/* places in which a client may be */
#define NGX_TATTLE_WAYS     8


static uint64_t ngx_tattle_share_hash(ngx_tattle_zone_t *zone,
    struct sockaddr *sa);
static ngx_tattle_share_t *ngx_tattle_share_find(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, uint64_t now);
static ngx_tattle_share_t *ngx_tattle_share_all(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, uint64_t now);
static void ngx_tattle_share_fill(ngx_tattle_share_t *client, int64_t rate,
    int64_t checks, uint64_t now);
static uint64_t ngx_tattle_share_wait(int64_t left, int64_t rate);


#define ngx_tattle_own_checks(rates)                                         \
    ((int64_t) ngx_max((rates)->checks / NGX_TATTLE_CLIENT_PART, 1))


/* an IPv4 address, or an IPv6 network of 64 bits, which is one customer's */

static uint64_t
ngx_tattle_share_hash(ngx_tattle_zone_t *zone, struct sockaddr *sa)
{
    size_t                len;
    u_char               *data;
    uint64_t              hash;
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    switch (sa->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) sa;
        data = (u_char *) &sin->sin_addr.s_addr;
        len = 4;
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) sa;
        data = sin6->sin6_addr.s6_addr;
        len = 8;

        if (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
            data += 12;
            len = 4;
        }

        break;
#endif

    default:
        data = (u_char *) "";
        len = 0;
    }

    hash = ngx_tattle_zone_hash(zone, data, len);

    return hash ? hash : 1;
}


static void
ngx_tattle_share_fill(ngx_tattle_share_t *client, int64_t rate,
    int64_t checks, uint64_t now)
{
    int64_t  ms;

    if (client->filled == 0) {
        client->requests = rate * NGX_TATTLE_BURST * NGX_TATTLE_ONE;
        client->checks = checks * NGX_TATTLE_BURST * NGX_TATTLE_ONE;

    } else if (now > client->filled) {
        ms = ngx_min(now - client->filled, NGX_TATTLE_DAY);

        client->requests = ngx_min(client->requests + ms * rate,
                                   rate * NGX_TATTLE_BURST * NGX_TATTLE_ONE);
        client->checks = ngx_min(client->checks + ms * checks,
                                 checks * NGX_TATTLE_BURST * NGX_TATTLE_ONE);
    }

    /* a clock that is set back fills nothing */

    client->filled = ngx_max(now, 1);
}


static ngx_tattle_share_t *
ngx_tattle_share_find(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, uint64_t now)
{
    int64_t               rate, checks;
    uint64_t              hash;
    ngx_uint_t            i;
    ngx_tattle_share_t  *set, *client;

    rate = rates->rate;
    checks = ngx_tattle_own_checks(rates);
    hash = ngx_tattle_share_hash(zone, sa);

    set = zone->clients
          + hash % (zone->sh->clients / NGX_TATTLE_WAYS) * NGX_TATTLE_WAYS;
    client = NULL;

    for (i = 0; i < NGX_TATTLE_WAYS; i++) {

        if (set[i].hash == hash) {
            client = &set[i];
            goto found;
        }

        if (client || set[i].hash == 0) {
            client = client ? client : &set[i];
            continue;
        }

        /* whose share is full is as good as unknown */

        ngx_tattle_share_fill(&set[i], rate, checks, now);

        if (set[i].requests >= rate * NGX_TATTLE_BURST * NGX_TATTLE_ONE
            && set[i].checks >= checks * NGX_TATTLE_BURST * NGX_TATTLE_ONE)
        {
            client = &set[i];
        }
    }

    if (client) {
        client->hash = hash;
        client->filled = 0;

    } else {
        client = &zone->sh->others;
    }

found:

    ngx_tattle_share_fill(client, rate, checks, now);

    return client;
}


static ngx_tattle_share_t *
ngx_tattle_share_all(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, uint64_t now)
{
    ngx_tattle_share_fill(&zone->sh->all, rates->rate_all, rates->checks,
                           now);

    return &zone->sh->all;
}


/* how many ms until there is a whole one */

static uint64_t
ngx_tattle_share_wait(int64_t left, int64_t rate)
{
    return left >= NGX_TATTLE_ONE ? 0
                                  : (NGX_TATTLE_ONE - left + rate - 1) / rate;
}


/* the client's own share comes first: who floods uses up nothing of others */

uint64_t
ngx_tattle_limit_request(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, uint64_t now,
    ngx_uint_t *own)
{
    uint64_t              wait;
    ngx_tattle_share_t  *client, *all;

    ngx_tattle_zone_lock(zone, 0);

    *own = 1;

    client = ngx_tattle_share_find(zone, rates, sa, now);
    wait = ngx_tattle_share_wait(client->requests, rates->rate);

    if (wait == 0) {
        client->requests -= NGX_TATTLE_ONE;

        *own = 0;

        all = ngx_tattle_share_all(zone, rates, now);
        wait = ngx_tattle_share_wait(all->requests, rates->rate_all);

        if (wait == 0) {
            all->requests -= NGX_TATTLE_ONE;
        }
    }

    if (wait) {
        zone->sh->counts.limited++;
    }

    ngx_tattle_zone_unlock(zone);

    return wait;
}


/*
 * What may be spent is taken before it is: several workers that look at one
 * share at the same time must not each spend all of it.
 *
 * Whoever has one left gets all, and owes the rest, as of tattled: a message
 * of which only a part was looked at would come again, and where that part is
 * forged it would never get further.
 */

uint64_t
ngx_tattle_limit_checks(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, ngx_uint_t checks,
    uint64_t now, ngx_uint_t *own)
{
    uint64_t             wait;
    ngx_tattle_share_t  *client, *all;

    ngx_tattle_zone_lock(zone, 0);

    *own = 1;

    client = ngx_tattle_share_find(zone, rates, sa, now);
    wait = ngx_tattle_share_wait(client->checks, ngx_tattle_own_checks(rates));

    if (wait == 0) {
        *own = 0;

        all = ngx_tattle_share_all(zone, rates, now);
        wait = ngx_tattle_share_wait(all->checks, rates->checks);

        if (wait == 0) {
            client->checks -= (int64_t) checks * NGX_TATTLE_ONE;
            all->checks -= (int64_t) checks * NGX_TATTLE_ONE;
        }
    }

    if (wait) {
        zone->sh->counts.limited++;
    }

    ngx_tattle_zone_unlock(zone);

    return wait;
}


void
ngx_tattle_limit_give_back(ngx_tattle_zone_t *zone,
    const ngx_tattle_rates_t *rates, struct sockaddr *sa, ngx_uint_t checks,
    uint64_t now)
{
    int64_t              more;
    ngx_tattle_share_t  *client, *all;

    if (checks == 0) {
        return;
    }

    more = (int64_t) checks * NGX_TATTLE_ONE;

    ngx_tattle_zone_lock(zone, 0);

    client = ngx_tattle_share_find(zone, rates, sa, now);
    client->checks = ngx_min(client->checks + more,
                             ngx_tattle_own_checks(rates)
                             * NGX_TATTLE_BURST * NGX_TATTLE_ONE);

    all = ngx_tattle_share_all(zone, rates, now);
    all->checks = ngx_min(all->checks + more,
                          (int64_t) rates->checks
                          * NGX_TATTLE_BURST * NGX_TATTLE_ONE);

    ngx_tattle_zone_unlock(zone);
}
