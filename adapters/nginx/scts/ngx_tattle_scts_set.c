/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A set of files and certificates over time.
 *
 * Files are looked at by a timer, and not at a handshake: that would have to
 * wait for the disk, and without handshakes nobody would say that something
 * is wrong.  The work of a worker's turn is cut into pieces of some
 * milliseconds, with events of others in between.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"


#define NGX_TATTLE_SCTS_PAUSE      10

/* what a piece of work is */
#define NGX_TATTLE_SCTS_FILES      64
#define NGX_TATTLE_SCTS_CHECKS     32
#define NGX_TATTLE_SCTS_CERTS      4

/* signatures that may be checked before nginx starts: some 1 s */
#define NGX_TATTLE_SCTS_START      16384

/* those that one handshake checks, at some 60 us each; the timer the rest */
#define NGX_TATTLE_SCTS_HANDSHAKE  16


typedef enum {
    ngx_tattle_scts_phase_scan = 0,
    ngx_tattle_scts_phase_read,
    ngx_tattle_scts_phase_match,
    ngx_tattle_scts_phase_choose
} ngx_tattle_scts_phase_e;


static void ngx_tattle_scts_hurry(ngx_tattle_scts_set_t *set);
static void ngx_tattle_scts_cleanup(void *data);
static void ngx_tattle_scts_timer(ngx_event_t *ev);
static ngx_int_t ngx_tattle_scts_work(ngx_tattle_scts_set_t *set,
    ngx_uint_t all, ngx_log_t *log);
static ngx_int_t ngx_tattle_scts_renew_list(ngx_tattle_scts_set_t *set,
    ngx_log_t *log);
static ngx_int_t ngx_tattle_scts_match(ngx_tattle_scts_set_t *set,
    ngx_uint_t all, ngx_log_t *log);
static ngx_int_t ngx_tattle_scts_choose_all(ngx_tattle_scts_set_t *set,
    ngx_uint_t all, ngx_log_t *log);
static ngx_int_t ngx_tattle_scts_choose_some(ngx_tattle_scts_set_t *set,
    ngx_queue_t *queue, ngx_uint_t *max, ngx_log_t *log);


ngx_tattle_scts_set_t *
ngx_tattle_scts_create_set(ngx_cycle_t *cycle, ngx_array_t *paths,
    tattle_policy policy)
{
    ngx_pool_cleanup_t     *cln;
    ngx_tattle_scts_set_t  *set;

    set = ngx_pcalloc(cycle->pool, sizeof(ngx_tattle_scts_set_t));
    if (set == NULL) {
        return NULL;
    }

    set->ident = -1;
    set->paths = paths;
    set->policy = policy;
    set->cycle = cycle;
    set->changed = 1;

    ngx_rbtree_init(&set->files, &set->files_sentinel,
                    ngx_str_rbtree_insert_value);
    ngx_rbtree_init(&set->certs, &set->certs_sentinel,
                    ngx_tattle_scts_rbtree_insert);
    ngx_queue_init(&set->files_queue);
    ngx_queue_init(&set->certs_queue);
    ngx_queue_init(&set->fixed_queue);

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    if (tattle_scts_new(ngx_tattle_log_list(cycle, cycle->log), &set->scts,
                        NULL)
        != TATTLE_OK)
    {
        return NULL;
    }

    set->generation = ngx_tattle_log_list_generation(cycle);

    cln->handler = ngx_tattle_scts_cleanup;
    cln->data = set;

    return set;
}


ngx_int_t
ngx_tattle_scts_settle(ngx_tattle_scts_set_t *set, ngx_log_t *log)
{
    ngx_int_t  rc;

    do {
        rc = ngx_tattle_scts_work(set, 1, log);
    } while (rc == NGX_AGAIN);

    return rc;
}


void
ngx_tattle_scts_keep(ngx_tattle_scts_set_t *set)
{
    set->event.handler = ngx_tattle_scts_timer;
    set->event.data = set;
    set->event.log = set->cycle->log;
    set->event.cancelable = 1;

    ngx_add_timer(&set->event, ngx_tattle_refresh(set->cycle));
}


ngx_tattle_scts_cert_t *
ngx_tattle_scts_find_cert(ngx_tattle_scts_set_t *set, X509 *x509,
    ngx_ssl_conn_t *ssl_conn, ngx_log_t *log)
{
    int32_t                  done;
    STACK_OF(X509)          *chain;
    ngx_tattle_scts_cert_t  *cert;

    chain = NULL;
    (void) SSL_get0_chain_certs(ssl_conn, &chain);

    cert = ngx_tattle_scts_add_cert(set, x509, chain, 0, log);

    if (cert == NULL || cert->choice) {
        return cert;
    }

    if (tattle_scts_match(set->scts, &done, NGX_TATTLE_SCTS_HANDSHAKE, NULL)
        != TATTLE_OK)
    {
        return NULL;
    }

    if (ngx_tattle_scts_choose(set, cert, log) != NGX_OK) {
        return NULL;
    }

    if (!done) {
        set->changed = 1;
        ngx_tattle_scts_hurry(set);
        return cert;
    }

    cert->round = set->round;

    if (!set->crowded) {
        /* once a certificate, and not each time that it comes again */
        ngx_tattle_scts_report(set, cert, log);
    }

    return cert;
}


/* there is work to do: at once, but not in this handshake */

static void
ngx_tattle_scts_hurry(ngx_tattle_scts_set_t *set)
{
    if (set->phase == ngx_tattle_scts_phase_scan) {
        set->phase = ngx_tattle_scts_phase_match;
    }

    ngx_add_timer(&set->event, NGX_TATTLE_SCTS_PAUSE);
}


static void
ngx_tattle_scts_cleanup(void *data)
{
    ngx_tattle_scts_set_t *set = data;

    ngx_tattle_scts_free_files(set);
    ngx_tattle_scts_free_certs(set);
    tattle_scts_free(set->scts);
}


static void
ngx_tattle_scts_timer(ngx_event_t *ev)
{
    ngx_int_t               rc;
    ngx_log_t               log;
    ngx_tattle_scts_set_t  *set;

    set = ev->data;

    /* what all workers find out, one says */

    log = *ev->log;

    if (ngx_worker != 0) {
        log.log_level = ngx_min(log.log_level, NGX_LOG_ALERT);
    }

    rc = ngx_tattle_scts_work(set, 0, &log);

    if (ngx_exiting || ngx_quit || ngx_terminate) {
        return;
    }

    ngx_add_timer(ev, rc == NGX_AGAIN ? NGX_TATTLE_SCTS_PAUSE
                                      : ngx_tattle_refresh(set->cycle));
}


/*
 * One piece of work; NGX_AGAIN: there is more.
 */

static ngx_int_t
ngx_tattle_scts_work(ngx_tattle_scts_set_t *set, ngx_uint_t all,
    ngx_log_t *log)
{
    ngx_int_t  rc;

    switch (set->phase) {

    case ngx_tattle_scts_phase_scan:

        if (ngx_tattle_scts_renew_list(set, log) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_tattle_scts_scan(set, log);
        set->phase = ngx_tattle_scts_phase_read;
        return NGX_AGAIN;

    case ngx_tattle_scts_phase_read:

        rc = ngx_tattle_scts_read_files(set, NGX_TATTLE_SCTS_FILES, log);

        if (rc == NGX_OK) {
            set->phase = ngx_tattle_scts_phase_match;
        }

        return NGX_AGAIN;

    case ngx_tattle_scts_phase_match:

        rc = ngx_tattle_scts_match(set, all, log);

        if (rc == NGX_OK) {
            set->phase = ngx_tattle_scts_phase_choose;
            return NGX_AGAIN;
        }

        break;

    default: /* ngx_tattle_scts_phase_choose */

        rc = ngx_tattle_scts_choose_all(set, all, log);
        break;
    }

    if (rc != NGX_AGAIN) {
        set->phase = ngx_tattle_scts_phase_scan;
    }

    return rc;
}


static ngx_int_t
ngx_tattle_scts_renew_list(ngx_tattle_scts_set_t *set, ngx_log_t *log)
{
    const tattle_log_list  *list;

    list = ngx_tattle_log_list(set->cycle, log);

    if (set->generation == ngx_tattle_log_list_generation(set->cycle)) {
        return NGX_OK;
    }

    if (tattle_scts_set_log_list(set->scts, list, NULL) != TATTLE_OK) {
        return NGX_ERROR;
    }

    set->generation = ngx_tattle_log_list_generation(set->cycle);
    set->changed = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_tattle_scts_match(ngx_tattle_scts_set_t *set, ngx_uint_t all,
    ngx_log_t *log)
{
    int32_t      done;
    tattle_diag  diag = TATTLE_DIAG_INIT;

    if (tattle_scts_match(set->scts, &done,
                          all ? NGX_TATTLE_SCTS_START : NGX_TATTLE_SCTS_CHECKS,
                          &diag)
        != TATTLE_OK)
    {
        ngx_log_error(NGX_LOG_ALERT, log, 0, "ct_scts: %s", diag.text);
        return NGX_ERROR;
    }

    if (!done && all) {

        /* many SCTs that fit none of many certificates */

        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "ct_scts: not all SCTs have been tried on all "
                      "certificates yet, the workers go on");

        set->late = 1;

        return NGX_OK;
    }

    if (done && set->late) {
        set->late = 0;
        set->changed = 1;
    }

    return done ? NGX_OK : NGX_AGAIN;
}


static ngx_int_t
ngx_tattle_scts_choose_all(ngx_tattle_scts_set_t *set, ngx_uint_t all,
    ngx_log_t *log)
{
    ngx_uint_t  max;

    if (set->changed) {
        set->changed = 0;
        set->round++;
        ngx_tattle_scts_report(set, NULL, log);
    }

    max = all ? (ngx_uint_t) -1 : NGX_TATTLE_SCTS_CERTS;

    if (ngx_tattle_scts_choose_some(set, &set->fixed_queue, &max, log)
        == NGX_AGAIN)
    {
        return NGX_AGAIN;
    }

    return ngx_tattle_scts_choose_some(set, &set->certs_queue, &max, log);
}


static ngx_int_t
ngx_tattle_scts_choose_some(ngx_tattle_scts_set_t *set, ngx_queue_t *queue,
    ngx_uint_t *max, ngx_log_t *log)
{
    uint64_t                 now;
    ngx_queue_t             *q;
    ngx_tattle_scts_cert_t  *cert;

    now = ngx_tattle_now_ms();

    for (q = ngx_queue_head(queue);
         q != ngx_queue_sentinel(queue);
         q = ngx_queue_next(q))
    {
        cert = ngx_queue_data(q, ngx_tattle_scts_cert_t, queue);

        if (cert->round == set->round
            && (cert->again == 0 || cert->again > now))
        {
            continue;
        }

        if (*max == 0) {
            return NGX_AGAIN;
        }

        (*max)--;
        cert->round = set->round;

        if (ngx_tattle_scts_choose(set, cert, log) == NGX_OK) {
            ngx_tattle_scts_report(set, cert, log);

        } else {
            cert->again = 0;
        }
    }

    return NGX_OK;
}
