/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ct_status says that is no other part's: the log list, and what became
 * of connections to upstreams.
 */


#include "ngx_tattle_client.h"
#include "ngx_tattle_status.h"


/* what is said of a log list is called */

typedef struct {
    const char                  *timestamp;
    const char                  *age;
    const char                  *stale;
    const char                  *logs;
    const char                  *skipped;
} ngx_tattle_status_list_t;


static void ngx_tattle_status_log_list(ngx_tattle_status_t *st,
    const ngx_tattle_status_list_t *names, const tattle_log_list *list);
static void ngx_tattle_status_upstreams(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle);
static void ngx_tattle_status_verdicts(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle);


static const ngx_tattle_status_list_t  ngx_tattle_status_list = {
    "timestamp", "age_seconds", "stale", "logs", "skipped"
};


/* where ct_log_list does not name one for all */

static const ngx_tattle_status_list_t  ngx_tattle_status_upstreams_list = {
    "log_list_timestamp", "log_list_age_seconds", "log_list_stale",
    "log_list_logs", "log_list_skipped"
};


static struct {
    tattle_counter   counter;
    const char      *name;
    const char      *help;
} ngx_tattle_status_counters[] = {

    { TATTLE_COUNT_JUDGED, "judged",
      "Connections to upstreams within the scope of CT." },

    { TATTLE_COUNT_COMPLIANT, "compliant",
      "Judged connections that the policy is content with." },

    { TATTLE_COUNT_NOT_COMPLIANT, "not_compliant",
      "Judged connections that the policy is not content with." },

    { TATTLE_COUNT_UNDECIDED, "undecided",
      "Connections that could not be judged, for want of a log list or so." },

    { TATTLE_COUNT_OUT_OF_SCOPE, "out_of_scope",
      "Connections of private CAs, of exempt hosts, or not validated." },

    { TATTLE_COUNT_REFUSED, "refused",
      "Connections that were refused." },

    { TATTLE_COUNT_CACHE_HITS, "cache_hits",
      "Full handshakes whose SCTs were verified before." },

    { TATTLE_COUNT_RESUMED, "resumed",
      "TLS sessions that were resumed with their judgement." },

    { TATTLE_COUNT_NOT_RESUMED, "not_resumed",
      "TLS sessions that could not be resumed with their judgement." },

    { TATTLE_COUNT_OBSERVATIONS_SENT, "observations_sent",
      "Observations that tattled was sent." },

    { TATTLE_COUNT_OBSERVATIONS_DROPPED, "observations_dropped",
      "Observations that tattled did not take." },

    { TATTLE_COUNT_LIST_LOADS, "list_loads",
      "Times that a process has taken up a log list." },

    { TATTLE_COUNT_LIST_PROBLEMS, "list_problems",
      "Times that a process could not use the log list." }
};


void
ngx_tattle_status_say_own(ngx_tattle_status_t *st, ngx_cycle_t *cycle,
    ngx_log_t *log)
{
    ngx_str_t               problem;
    ngx_uint_t              unusable;
    const tattle_log_list  *list;

    ngx_tattle_status_text(st, "program", (u_char *) "nginx module",
                           sizeof("nginx module") - 1);
    ngx_tattle_status_text(st, "version", (u_char *) tattle_version(),
                           ngx_strlen(tattle_version()));
    ngx_tattle_status_time(st, "time", "When this was said.",
                           ngx_tattle_now_ms());

    list = ngx_tattle_log_list(cycle, log);
    unusable = (ngx_tattle_log_list_problem(cycle, &problem) == NGX_OK);

    ngx_tattle_status_begin_part(st, "log_list");
    ngx_tattle_status_log_list(st, &ngx_tattle_status_list, list);
    ngx_tattle_status_flag(st, "unusable",
                           "Whether the file of the log list cannot be used, "
                           "so that another one is in force.", unusable);

    if (unusable) {
        ngx_tattle_status_text(st, "problem", problem.data, problem.len);
    }

    ngx_tattle_status_end_part(st);

    if (ngx_tattle_client(cycle)) {
        ngx_tattle_status_begin_part(st, "upstreams");
        ngx_tattle_status_upstreams(st, cycle);
        ngx_tattle_status_end_part(st);

        ngx_tattle_status_verdicts(st, cycle);
    }
}


static void
ngx_tattle_status_log_list(ngx_tattle_status_t *st,
    const ngx_tattle_status_list_t *names, const tattle_log_list *list)
{
    uint64_t  now, made;

    now = ngx_tattle_now_ms();
    made = tattle_log_list_timestamp_ms(list);

    ngx_tattle_status_time(st, names->timestamp, "When the log list was made.",
                           made);

    if (made) {
        ngx_tattle_status_gauge(st, names->age, "Age of the log list.",
                                made < now ? (now - made) / 1000 : 0);
    }

    ngx_tattle_status_flag(st, names->stale,
                           "Whether the log list is older than 70 days.",
                           tattle_log_list_is_stale(list, now));
    ngx_tattle_status_gauge(st, names->logs, "Logs of the log list.",
                            tattle_log_list_num_logs(list));
    ngx_tattle_status_gauge(st, names->skipped,
                            "Logs of the log list that cannot be used.",
                            tattle_log_list_num_skipped(list));
}


static void
ngx_tattle_status_upstreams(ngx_tattle_status_t *st, ngx_cycle_t *cycle)
{
    ngx_uint_t            i, n;
    tattle_log_list      *list;
    ngx_tattle_totals_t  *totals;

    if (ngx_tattle_client_log_list(cycle, &list) == NGX_OK) {
        ngx_tattle_status_log_list(st, &ngx_tattle_status_upstreams_list, list);
        tattle_log_list_free(list);
    }

    totals = ngx_tattle_client_totals(cycle);
    ngx_tattle_totals_publish(totals);

    n = sizeof(ngx_tattle_status_counters)
        / sizeof(ngx_tattle_status_counters[0]);

    for (i = 0; i < n; i++) {
        ngx_tattle_status_counter(st, ngx_tattle_status_counters[i].name,
                                  ngx_tattle_status_counters[i].help,
                                  ngx_tattle_totals_count(totals,
                                  ngx_tattle_status_counters[i].counter));
    }
}


/*
 * The same as of the counters, and what became of connections hour by hour.
 */

static void
ngx_tattle_status_verdicts(ngx_tattle_status_t *st, ngx_cycle_t *cycle)
{
    static const char         of[] = "Connections to upstreams";

    uint64_t                  since;
    ngx_uint_t                i, n;
    ngx_tattle_totals_t      *totals;
    ngx_tattle_totals_hour_t  hours[NGX_TATTLE_TOTALS_HOURS];

    if (st->prometheus) {
        return;
    }

    totals = ngx_tattle_client_totals(cycle);
    n = ngx_tattle_totals_hours(totals, hours, &since);

    ngx_tattle_status_begin(st, "verdicts", '{');

    ngx_tattle_status_text(st, "of", (u_char *) of, sizeof(of) - 1);
    ngx_tattle_status_time(st, "since", "", since);
    ngx_tattle_status_counter(st, "compliant", "",
                              ngx_tattle_totals_count(totals,
                                                      TATTLE_COUNT_COMPLIANT));
    ngx_tattle_status_counter(st, "not_compliant", "",
                              ngx_tattle_totals_count(totals,
                                                  TATTLE_COUNT_NOT_COMPLIANT));
    ngx_tattle_status_counter(st, "undecided", "",
                              ngx_tattle_totals_count(totals,
                                                      TATTLE_COUNT_UNDECIDED));
    ngx_tattle_status_counter(st, "refused", "",
                              ngx_tattle_totals_count(totals,
                                                      TATTLE_COUNT_REFUSED));
    ngx_tattle_status_counter(st, "out_of_scope", "",
                              ngx_tattle_totals_count(totals,
                                                   TATTLE_COUNT_OUT_OF_SCOPE));

    ngx_tattle_status_begin(st, "hours", '[');

    for (i = 0; i < n; i++) {
        ngx_tattle_status_begin(st, NULL, '{');
        ngx_tattle_status_time(st, "from", "",
                               hours[i].hour * NGX_TATTLE_TOTALS_HOUR_MS);
        ngx_tattle_status_counter(st, "compliant", "", hours[i].compliant);
        ngx_tattle_status_counter(st, "not_compliant", "",
                                  hours[i].not_compliant);
        ngx_tattle_status_counter(st, "undecided", "", hours[i].undecided);
        ngx_tattle_status_end(st, '}');
    }

    ngx_tattle_status_end(st, ']');
    ngx_tattle_status_end(st, '}');
}
