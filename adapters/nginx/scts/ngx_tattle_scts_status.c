/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ct_status says of SCT delivery.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"
#include "ngx_tattle_status.h"


/* certificates that are listed: more are only counted */
#define NGX_TATTLE_SCTS_LISTED  250


typedef struct {
    ngx_tattle_scts_cert_t  *cert;
    tattle_policy            policy;
} ngx_tattle_scts_listed_t;


static void ngx_tattle_scts_status(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle, void *data);
static void ngx_tattle_scts_count_files(ngx_tattle_scts_set_t *set,
    uint64_t *files, uint64_t *unusable);
static void ngx_tattle_scts_list(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle, void *data);
static ngx_uint_t ngx_tattle_scts_gather(ngx_array_t *sets,
    ngx_tattle_scts_listed_t *listed);
static int ngx_libc_cdecl ngx_tattle_scts_compare(const void *one,
    const void *two);
static void ngx_tattle_scts_list_one(ngx_tattle_status_t *st,
    ngx_tattle_scts_listed_t *listed);
static void ngx_tattle_scts_list_scts(ngx_tattle_status_t *st,
    tattle_sct_choice *choice);
static void ngx_tattle_scts_list_policies(ngx_tattle_status_t *st,
    tattle_sct_choice *choice);


ngx_int_t
ngx_tattle_scts_add_status(ngx_cycle_t *cycle, ngx_array_t *sets)
{
    ngx_conf_t  conf;

    /* servers of stream and mail may come after those of http */

    ngx_memzero(&conf, sizeof(ngx_conf_t));
    conf.cycle = cycle;

    if (ngx_tattle_status_add(&conf, "scts", ngx_tattle_scts_status, sets)
        == NGX_ERROR
        || ngx_tattle_status_add(&conf, NULL, ngx_tattle_scts_list, sets)
           == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Each worker knows all files, and all certificates but those of variables.
 */

static void
ngx_tattle_scts_status(ngx_tattle_status_t *st, ngx_cycle_t *cycle,
    void *data)
{
    ngx_array_t *sets = data;

    uint64_t                  files, unusable, certificates, insufficient;
    uint64_t                  until, first;
    ngx_uint_t                i, k, n;
    ngx_queue_t              *q, *queues[2];
    ngx_tattle_scts_set_t   **set;
    ngx_tattle_scts_cert_t   *cert;

    files = 0;
    unusable = 0;
    certificates = 0;
    insufficient = 0;
    first = 0;

    set = sets->elts;

    for (i = 0; i < sets->nelts; i++) {

        /* one directive has a set for each policy */

        for (k = 0; set[k]->paths != set[i]->paths; k++) { /* void */ }

        if (k == i) {
            ngx_tattle_scts_count_files(set[i], &files, &unusable);
        }

        queues[0] = &set[i]->fixed_queue;
        queues[1] = &set[i]->certs_queue;

        for (n = 0; n < 2; n++) {

            for (q = ngx_queue_head(queues[n]);
                 q != ngx_queue_sentinel(queues[n]);
                 q = ngx_queue_next(q))
            {
                cert = ngx_queue_data(q, ngx_tattle_scts_cert_t, queue);

                certificates++;

                if (!tattle_sct_choice_is_sufficient(cert->choice)) {
                    insufficient++;
                }

                until = tattle_sct_choice_until_ms(cert->choice);

                if (until && (first == 0 || until < first)) {
                    first = until;
                }
            }
        }
    }

    ngx_tattle_status_gauge(st, "files", "Files with SCTs.", files);
    ngx_tattle_status_gauge(st, "unusable",
                            "Files and folders that cannot be read, or hold "
                            "no SCTs.", unusable);
    ngx_tattle_status_gauge(st, "certificates",
                            "Certificates that SCTs are looked for.",
                            certificates);
    ngx_tattle_status_gauge(st, "insufficient",
                            "Certificates whose SCTs do not satisfy the "
                            "policy.", insufficient);
    ngx_tattle_status_time(st, "sufficient_until",
                           "When the first of them no longer will, by the log "
                           "list.", first);
}


static void
ngx_tattle_scts_count_files(ngx_tattle_scts_set_t *set, uint64_t *files,
    uint64_t *unusable)
{
    ngx_queue_t             *q;
    ngx_tattle_scts_file_t  *file;

    *unusable += set->nfailed;

    for (q = ngx_queue_head(&set->files_queue);
         q != ngx_queue_sentinel(&set->files_queue);
         q = ngx_queue_next(q))
    {
        file = ngx_queue_data(q, ngx_tattle_scts_file_t, queue);

        (*files)++;
        *unusable += (file->failed || file->useless);
    }
}


/*
 * Those that need somebody's eye come first.
 */

static void
ngx_tattle_scts_list(ngx_tattle_status_t *st, ngx_cycle_t *cycle, void *data)
{
    ngx_array_t *sets = data;

    ngx_uint_t                 i, n;
    ngx_tattle_scts_listed_t  *listed;

    n = ngx_tattle_scts_gather(sets, NULL);

    listed = ngx_palloc(st->pool, (n + 1) * sizeof(ngx_tattle_scts_listed_t));
    if (listed == NULL) {
        st->failed = 1;
        return;
    }

    n = ngx_tattle_scts_gather(sets, listed);

    ngx_qsort(listed, n, sizeof(ngx_tattle_scts_listed_t),
              ngx_tattle_scts_compare);

    ngx_tattle_status_begin(st, "certificates", '[');

    for (i = 0; i < n && i < NGX_TATTLE_SCTS_LISTED; i++) {
        ngx_tattle_scts_list_one(st, &listed[i]);
    }

    ngx_tattle_status_end(st, ']');
}


/* how many there are; "listed" may be NULL */

static ngx_uint_t
ngx_tattle_scts_gather(ngx_array_t *sets, ngx_tattle_scts_listed_t *listed)
{
    ngx_uint_t               i, k, n;
    ngx_queue_t             *q, *queues[2];
    ngx_tattle_scts_set_t  **set;

    n = 0;
    set = sets->elts;

    for (i = 0; i < sets->nelts; i++) {

        queues[0] = &set[i]->fixed_queue;
        queues[1] = &set[i]->certs_queue;

        for (k = 0; k < 2; k++) {

            for (q = ngx_queue_head(queues[k]);
                 q != ngx_queue_sentinel(queues[k]);
                 q = ngx_queue_next(q))
            {
                if (listed) {
                    listed[n].cert = ngx_queue_data(q, ngx_tattle_scts_cert_t,
                                                    queue);
                    listed[n].policy = set[i]->policy;
                }

                n++;
            }
        }
    }

    return n;
}


static int ngx_libc_cdecl
ngx_tattle_scts_compare(const void *one, const void *two)
{
    uint64_t                until, until_two;
    ngx_int_t               good, good_two;
    ngx_tattle_scts_cert_t  *cert, *cert_two;

    cert = ((ngx_tattle_scts_listed_t *) one)->cert;
    cert_two = ((ngx_tattle_scts_listed_t *) two)->cert;

    good = tattle_sct_choice_is_sufficient(cert->choice);
    good_two = tattle_sct_choice_is_sufficient(cert_two->choice);

    if (good != good_two) {
        return good ? 1 : -1;
    }

    /* 0 is for ever, and last */

    until = tattle_sct_choice_until_ms(cert->choice) - 1;
    until_two = tattle_sct_choice_until_ms(cert_two->choice) - 1;

    if (until != until_two) {
        return (until < until_two) ? -1 : 1;
    }

    return ngx_strcmp(cert->names, cert_two->names);
}


static void
ngx_tattle_scts_list_one(ngx_tattle_status_t *st,
    ngx_tattle_scts_listed_t *listed)
{
    u_char                   hash[2 * 32];
    const char              *reason, *policy;
    tattle_sct_choice       *choice;
    ngx_tattle_scts_cert_t  *cert;

    cert = listed->cert;
    choice = cert->choice;
    reason = tattle_sct_choice_get0_reason(choice);
    policy = tattle_policy_name(listed->policy);

    (void) ngx_hex_dump(hash, cert->hash, sizeof(cert->hash));

    ngx_tattle_status_begin(st, NULL, '{');

    ngx_tattle_status_text(st, "name", cert->names, ngx_strlen(cert->names));
    ngx_tattle_status_text(st, "sha256", hash, sizeof(hash));
    ngx_tattle_status_time(st, "not_after", "",
                           tattle_sct_choice_not_after_ms(choice));
    ngx_tattle_status_text(st, "policy", (u_char *) policy,
                           ngx_strlen(policy));
    ngx_tattle_status_flag(st, "sufficient", "",
                           tattle_sct_choice_is_sufficient(choice));
    ngx_tattle_status_text(st, "reason", (u_char *) reason,
                           ngx_strlen(reason));

    ngx_tattle_scts_list_scts(st, choice);
    ngx_tattle_scts_list_policies(st, choice);

    ngx_tattle_status_end(st, '}');
}


static void
ngx_tattle_scts_list_scts(ngx_tattle_status_t *st, tattle_sct_choice *choice)
{
    size_t       i, n;
    ngx_uint_t   k;
    const char  *text[4];

    static const char  *names[] = { "log", "operator", "source", "state" };

    n = tattle_sct_choice_num_counted(choice);

    ngx_tattle_status_begin(st, "scts", '[');

    for (i = 0; i < n; i++) {

        text[0] = tattle_sct_choice_get0_counted_log(choice, i);
        text[1] = tattle_sct_choice_get0_counted_operator(choice, i);
        text[2] = tattle_sct_source_name(
                                  tattle_sct_choice_counted_source(choice, i));
        text[3] = tattle_log_state_name(
                                   tattle_sct_choice_counted_state(choice, i));

        ngx_tattle_status_begin(st, NULL, '{');

        for (k = 0; k < 4; k++) {
            ngx_tattle_status_text(st, names[k], (u_char *) text[k],
                                   ngx_strlen(text[k]));
        }

        ngx_tattle_status_time(st, "time", "",
                            tattle_sct_choice_counted_timestamp_ms(choice, i));

        ngx_tattle_status_end(st, '}');
    }

    ngx_tattle_status_end(st, ']');
}


static void
ngx_tattle_scts_list_policies(ngx_tattle_status_t *st,
    tattle_sct_choice *choice)
{
    size_t         i;
    tattle_policy  policy;

    ngx_tattle_status_begin(st, "policies", '{');

    for (i = 0; (policy = tattle_policy_at(i)) != 0; i++) {

        ngx_tattle_status_begin(st, tattle_policy_name(policy), '{');
        ngx_tattle_status_flag(st, "satisfied", "",
                               tattle_sct_choice_satisfies(choice, policy));
        ngx_tattle_status_time(st, "until", "",
                        tattle_sct_choice_satisfies_until_ms(choice, policy));
        ngx_tattle_status_end(st, '}');
    }

    ngx_tattle_status_end(st, '}');
}
