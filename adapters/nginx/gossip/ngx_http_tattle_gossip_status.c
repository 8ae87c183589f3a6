/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ct_status says of gossip.
 */


#include "ngx_http_tattle_gossip.h"
#include "ngx_tattle_heads.h"


/* heads that are shown of one log, the newest and some before it */
#define NGX_TATTLE_STATUS_POINTS  24

/* split views that are listed */
#define NGX_TATTLE_STATUS_SPLITS  64

/* those that wait for tattled and are looked at for that, the newest */
#define NGX_TATTLE_STATUS_LOOK    4096


typedef struct {
    u_char                   id[32];
    ngx_uint_t               heads;
    ngx_uint_t               pinned;
    ngx_uint_t               n;
    uint64_t                 time[NGX_TATTLE_STATUS_POINTS];
    uint64_t                 size[NGX_TATTLE_STATUS_POINTS];
} ngx_http_tattle_status_log_t;


typedef struct {
    u_char                   id[32];
    uint64_t                 size;
} ngx_http_tattle_status_split_t;


static void ngx_http_tattle_gossip_status_suspects(ngx_tattle_status_t *st,
    ngx_tattle_zone_t *zone);
static ngx_uint_t ngx_http_tattle_gossip_copy_logs(ngx_tattle_zone_t *zone,
    ngx_http_tattle_status_log_t *logs);
static void ngx_http_tattle_gossip_copy_queue(ngx_tattle_zone_t *zone,
    uint32_t i, ngx_uint_t max, ngx_http_tattle_status_log_t **by_log);
static void ngx_http_tattle_gossip_copy_head(ngx_tattle_head_t *head,
    ngx_http_tattle_status_log_t *log);
static ngx_uint_t ngx_http_tattle_gossip_copy_splits(ngx_tattle_zone_t *zone,
    ngx_http_tattle_status_split_t *splits, ngx_uint_t max);
static void ngx_http_tattle_gossip_status_log(ngx_tattle_status_t *st,
    const tattle_log_list *list, ngx_http_tattle_status_log_t *log);
static void ngx_http_tattle_gossip_status_name(ngx_tattle_status_t *st,
    const tattle_log_list *list, u_char *id);
static uint64_t ngx_http_tattle_gossip_number(const u_char *p);


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


/*
 * The logs that clients bring heads of, and those that were caught.
 */

void
ngx_http_tattle_gossip_status_lists(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle, void *data)
{
    ngx_tattle_zone_t *zone = data;

    ngx_uint_t                       i, n;
    const tattle_log_list           *list;
    ngx_http_tattle_status_log_t    *logs;
    ngx_http_tattle_status_split_t   splits[NGX_TATTLE_STATUS_SPLITS];

    logs = ngx_palloc(st->pool,
                      NGX_TATTLE_LOGS * sizeof(ngx_http_tattle_status_log_t));
    if (logs == NULL) {
        st->failed = 1;
        return;
    }

    list = ngx_tattle_log_list(cycle, cycle->log);

    n = ngx_http_tattle_gossip_copy_splits(zone, splits,
                                           NGX_TATTLE_STATUS_SPLITS);

    ngx_tattle_status_begin(st, "evidence", '[');

    for (i = 0; i < n; i++) {
        ngx_tattle_status_begin(st, NULL, '{');
        ngx_tattle_status_text(st, "kind", (u_char *) "split_view",
                               sizeof("split_view") - 1);
        ngx_tattle_status_flag(st, "conclusive", "", 1);
        ngx_http_tattle_gossip_status_name(st, list, splits[i].id);
        ngx_tattle_status_gauge(st, "tree_size", "", splits[i].size);
        ngx_tattle_status_end(st, '}');
    }

    ngx_tattle_status_end(st, ']');

    n = ngx_http_tattle_gossip_copy_logs(zone, logs);

    ngx_tattle_status_begin(st, "logs", '[');

    for (i = 0; i < n; i++) {
        ngx_http_tattle_gossip_status_log(st, list, &logs[i]);
    }

    ngx_tattle_status_end(st, ']');
}


static void
ngx_http_tattle_gossip_status_log(ngx_tattle_status_t *st,
    const tattle_log_list *list, ngx_http_tattle_status_log_t *log)
{
    ngx_uint_t  i, newest;

    newest = 0;

    for (i = 1; i < log->n; i++) {
        if (log->time[i] > log->time[newest]) {
            newest = i;
        }
    }

    ngx_tattle_status_begin(st, NULL, '{');

    ngx_http_tattle_gossip_status_name(st, list, log->id);
    ngx_tattle_status_gauge(st, "heads", "", log->heads);
    ngx_tattle_status_gauge(st, "evidence", "", log->pinned ? 1 : 0);

    if (log->n) {
        ngx_tattle_status_gauge(st, "tree_size", "", log->size[newest]);
        ngx_tattle_status_time(st, "head", "", log->time[newest]);
    }

    ngx_tattle_status_begin(st, "growth", '[');

    for (i = 0; i < log->n; i++) {
        ngx_tattle_status_begin(st, NULL, '{');
        ngx_tattle_status_time(st, "time", "", log->time[i]);
        ngx_tattle_status_gauge(st, "tree_size", "", log->size[i]);
        ngx_tattle_status_end(st, '}');
    }

    ngx_tattle_status_end(st, ']');
    ngx_tattle_status_end(st, '}');
}


static void
ngx_http_tattle_gossip_status_name(ngx_tattle_status_t *st,
    const tattle_log_list *list, u_char *id)
{
    u_char       base64[ngx_base64_encoded_length(32)];
    ngx_str_t    from, to;
    const char  *name;

    from.data = id;
    from.len = 32;
    to.data = base64;

    ngx_encode_base64(&to, &from);

    ngx_tattle_status_text(st, "log_id", to.data, to.len);

    name = tattle_log_list_get0_description(list, id);

    if (name) {
        ngx_tattle_status_text(st, "log", (u_char *) name, ngx_strlen(name));
    }
}


/*
 * Copies some heads of each log, the newest among them, and returns the
 * number of logs.  A queue has the oldest first.  Those that contradict each
 * other are evidence, and say nothing of how the log grew.
 */

static ngx_uint_t
ngx_http_tattle_gossip_copy_logs(ngx_tattle_zone_t *zone,
    ngx_http_tattle_status_log_t *logs)
{
    ngx_uint_t                     i, n, class;
    ngx_tattle_sh_t               *sh;
    ngx_http_tattle_status_log_t  *by_log[NGX_TATTLE_LOGS];

    n = 0;
    sh = zone->sh;

    ngx_tattle_zone_lock(zone, 0);

    for (i = 0; i < NGX_TATTLE_LOGS; i++) {
        by_log[i] = NULL;

        if (sh->logs[i].filled && sh->logs[i].heads) {
            ngx_memzero(&logs[n], sizeof(ngx_http_tattle_status_log_t));
            ngx_memcpy(logs[n].id, sh->logs[i].id, 32);
            logs[n].heads = sh->logs[i].heads;
            logs[n].pinned = sh->logs[i].pinned;
            by_log[i] = &logs[n++];
        }
    }

    for (class = 0; class < 2; class++) {

        ngx_http_tattle_gossip_copy_queue(zone,
                             sh->queue[class][ngx_tattle_queue_waiting].last,
                             NGX_TATTLE_STATUS_LOOK, by_log);

        for (i = 0; i < NGX_TATTLE_LOGS; i++) {
            if (by_log[i]) {
                ngx_http_tattle_gossip_copy_queue(zone,
                                              sh->logs[i].given[class].last,
                                              NGX_TATTLE_STATUS_POINTS, by_log);
            }
        }
    }

    ngx_tattle_zone_unlock(zone);

    return n;
}


static void
ngx_http_tattle_gossip_copy_queue(ngx_tattle_zone_t *zone, uint32_t i,
    ngx_uint_t max, ngx_http_tattle_status_log_t **by_log)
{
    ngx_uint_t          n;
    ngx_tattle_head_t  *head;

    for (n = 0; i != NGX_TATTLE_NONE && n < max; n++) {
        head = ngx_tattle_head(zone, i);

        if (by_log[head->log]) {
            ngx_http_tattle_gossip_copy_head(head, by_log[head->log]);
        }

        i = head->prev;
    }
}


/* the key of a record is log, size, root and time */

static void
ngx_http_tattle_gossip_copy_head(ngx_tattle_head_t *head,
    ngx_http_tattle_status_log_t *log)
{
    if (log->n < NGX_TATTLE_STATUS_POINTS) {
        log->size[log->n] = ngx_http_tattle_gossip_number(head->record + 32);
        log->time[log->n] = ngx_http_tattle_gossip_number(head->record + 72);
        log->n++;
    }
}


/* one for each log and size of which there are two roots */

static ngx_uint_t
ngx_http_tattle_gossip_copy_splits(ngx_tattle_zone_t *zone,
    ngx_http_tattle_status_split_t *splits, ngx_uint_t max)
{
    uint32_t            i;
    uint64_t            size;
    ngx_uint_t          class, k, n, looked;
    ngx_tattle_head_t  *head;

    n = 0;

    ngx_tattle_zone_lock(zone, 0);

    for (class = 0; class < 2; class++) {

        looked = 0;

        for (i = zone->sh->queue[class][ngx_tattle_queue_pinned].last;
             i != NGX_TATTLE_NONE && n < max
             && looked++ < NGX_TATTLE_STATUS_LOOK;
             i = head->prev)
        {
            head = ngx_tattle_head(zone, i);
            size = ngx_http_tattle_gossip_number(head->record + 32);

            for (k = 0; k < n; k++) {
                if (splits[k].size == size
                    && ngx_memcmp(splits[k].id, head->record, 32) == 0)
                {
                    break;
                }
            }

            if (k == n) {
                ngx_memcpy(splits[n].id, head->record, 32);
                splits[n++].size = size;
            }
        }
    }

    ngx_tattle_zone_unlock(zone);

    return n;
}


static uint64_t
ngx_http_tattle_gossip_number(const u_char *p)
{
    uint64_t    n;
    ngx_uint_t  i;

    n = 0;

    for (i = 0; i < 8; i++) {
        n = (n << 8) | p[i];
    }

    return n;
}
