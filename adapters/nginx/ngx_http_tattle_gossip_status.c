/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ct_status says of gossip.
 */


#include "ngx_http_tattle_gossip.h"


static void ngx_http_tattle_gossip_status_suspects(ngx_tattle_status_t *st,
    ngx_tattle_zone_t *zone);


void
ngx_http_tattle_gossip_status(ngx_tattle_status_t *st, ngx_cycle_t *cycle,
    void *data)
{
    ngx_tattle_zone_t *zone = data;

    uint64_t             kept, waiting, feedback;
    ngx_uint_t           class, failed;
    ngx_tattle_sh_t     *sh;
    ngx_tattle_counts_t  counts;

    sh = zone->sh;
    kept = 0;
    waiting = 0;

    ngx_tattle_zone_lock(zone, 0);

    for (class = 0; class < 2; class++) {
        waiting += sh->queue[class][ngx_tattle_queue_waiting].num;
        kept += sh->queue[class][ngx_tattle_queue_waiting].num
                + sh->queue[class][ngx_tattle_queue_given].num
                + sh->queue[class][ngx_tattle_queue_pinned].num;
    }

    counts = sh->counts;
    feedback = sh->feedback.tail - sh->feedback.head;
    failed = sh->courier_failed;

    ngx_tattle_zone_unlock(zone);

    ngx_tattle_status_gauge(st, "heads", "Tree heads in the zone.", kept);
    ngx_tattle_status_counter(st, "heads_stored",
                              "Tree heads that were new and good.",
                              counts.stored);
    ngx_tattle_status_counter(st, "heads_known",
                              "Tree heads that were there already.",
                              counts.known);
    ngx_tattle_status_counter(st, "heads_refused",
                              "Tree heads beyond the share of their log.",
                              counts.refused);
    ngx_tattle_status_counter(st, "heads_evicted",
                              "Tree heads that had to go for others.",
                              counts.evicted);
    ngx_tattle_status_counter(st, "heads_conflicting",
                              "Tree heads that contradict another.",
                              counts.conflicting);
    ngx_tattle_status_counter(st, "requests_limited",
                              "Requests beyond somebody's share.",
                              counts.limited);
    ngx_tattle_status_counter(st, "zone_repairs",
                              "Times that a worker died while it wrote.",
                              counts.rebuilt);

    if (zone->keep) {
        ngx_tattle_status_flag(st, "tattled", "Whether tattled takes gossip.",
                               failed == 0);
        ngx_tattle_status_gauge(st, "heads_waiting",
                                "Tree heads that tattled has not got.",
                                waiting);
        ngx_tattle_status_counter(st, "heads_lost",
                                  "Tree heads evicted before tattled got them.",
                                  counts.lost);
        ngx_tattle_status_gauge(st, "feedback_waiting_bytes",
                                "Feedback that tattled has not got.",
                                feedback);
    }

    ngx_http_tattle_gossip_status_suspects(st, zone);
}


/* of each host, as it stands at the front of a record */

static void
ngx_http_tattle_gossip_status_suspects(ngx_tattle_status_t *st,
    ngx_tattle_zone_t *zone)
{
    ngx_uint_t                 i, n;
    ngx_tattle_suspect_host_t  hosts[NGX_TATTLE_SUSPECT_HOSTS];

    n = ngx_tattle_suspects_hosts(zone, hosts);

    for (i = 0; i < n; i++) {
        ngx_tattle_status_gauge_of(st, "suspect_scts",
                                   "SCTs that clients say a host showed, "
                                   "and no log vouches for.",
                                   "host", hosts[i].name, hosts[i].len,
                                   hosts[i].scts);
    }
}
