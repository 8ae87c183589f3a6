/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ct_status says of SCT delivery.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"
#include "ngx_tattle_status.h"


static void ngx_tattle_scts_status(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle, void *data);
static void ngx_tattle_scts_count_files(ngx_tattle_scts_set_t *set,
    uint64_t *files, uint64_t *unusable);


ngx_int_t
ngx_tattle_scts_add_status(ngx_conf_t *cf)
{
    return ngx_tattle_status_add(cf, "scts", ngx_tattle_scts_status, NULL)
           == NGX_ERROR
           ? NGX_ERROR : NGX_OK;
}


/*
 * Each worker knows all files, and all certificates but those of variables.
 */

static void
ngx_tattle_scts_status(ngx_tattle_status_t *st, ngx_cycle_t *cycle,
    void *data)
{
    uint64_t                  files, unusable, certificates, insufficient;
    uint64_t                  until, first;
    ngx_uint_t                i, k, n;
    ngx_array_t              *sets;
    ngx_queue_t              *q, *queues[2];
    ngx_tattle_scts_set_t   **set;
    ngx_tattle_scts_cert_t   *cert;

    files = 0;
    unusable = 0;
    certificates = 0;
    insufficient = 0;
    first = 0;

    sets = ngx_tattle_scts_sets(cycle);
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
