/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The courier: one worker at a time brings tattled what the zone has got,
 * by HTTP over its gossip socket, and takes the heads of its answers.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_tattle.h"
#include "ngx_tattle_courier.h"


#define NGX_TATTLE_COURIER_TICK     1000

/* a worker that does not come back has lost its turn after so long */
#define NGX_TATTLE_COURIER_TURN     15000

/* with nothing to bring, for what tattled has */
#define NGX_TATTLE_COURIER_FETCH    30000

/* after failures: a second, twice as long each time, up to this */
#define NGX_TATTLE_COURIER_WAIT     16000

/* why it fails is said anew when that has changed, and not sooner than this */
#define NGX_TATTLE_COURIER_SAY      60000


static void ngx_tattle_courier_tick(ngx_event_t *ev);
static ngx_uint_t ngx_tattle_courier_turn(uint64_t now);
static ngx_int_t ngx_tattle_courier_pack(ngx_tattle_courier_t *c);
static void ngx_tattle_courier_pick(ngx_tattle_courier_t *c,
    tattle_bytes *bytes);
static void ngx_tattle_courier_drop(ngx_tattle_courier_t *c);


static ngx_tattle_courier_t  ngx_tattle_courier;


ngx_int_t
ngx_tattle_courier_start(ngx_cycle_t *cycle, ngx_tattle_zone_t *zone,
    ngx_addr_t *tattled)
{
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;

    c->cycle = cycle;
    c->zone = zone;
    c->tattled = tattled;
    c->path = ngx_crc32_short(tattled->name.data, tattled->name.len);

    c->timer.handler = ngx_tattle_courier_tick;
    c->timer.log = cycle->log;
    c->timer.data = c;
    c->timer.cancelable = 1;

    ngx_add_timer(&c->timer, NGX_TATTLE_COURIER_TICK);

    return NGX_OK;
}


/* whoever comes next need not wait for the end of the turn */

void
ngx_tattle_courier_stop(void)
{
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;

    if (c->zone == NULL) {
        return;
    }

    ngx_tattle_courier_close(c);

    ngx_tattle_zone_lock(c->zone, 0);

    if (c->zone->sh->courier == ngx_pid) {
        c->zone->sh->courier_until = 0;
    }

    ngx_tattle_zone_unlock(c->zone);
}


static void
ngx_tattle_courier_tick(ngx_event_t *ev)
{
    uint64_t               now;
    ngx_tattle_courier_t  *c;

    c = ev->data;

    if (ngx_exiting || ngx_terminate || ngx_quit) {
        return;
    }

    now = ngx_tattle_now_ms();

    if (c->peer.connection == NULL && ngx_tattle_courier_turn(now)) {

        switch (ngx_tattle_courier_pack(c)) {

        case NGX_OK:

            if (ngx_tattle_courier_connect(c) != NGX_OK) {
                ngx_tattle_courier_fail(c, ngx_socket_errno,
                                        "it cannot be reached");
            }

            break;

        case NGX_ERROR:
            ngx_tattle_courier_fail(c, 0, "there is no memory");
            break;

        default:
            ngx_tattle_courier_close(c);
        }
    }

    if (!ev->timer_set) {
        ngx_add_timer(ev, NGX_TATTLE_COURIER_TICK);
    }
}


static ngx_uint_t
ngx_tattle_courier_turn(uint64_t now)
{
    ngx_uint_t        ours;
    ngx_tattle_sh_t  *sh;

    sh = ngx_tattle_courier.zone->sh;

    ngx_tattle_zone_lock(ngx_tattle_courier.zone, 0);

    /* a clock that was set back must not stop us */

    ours = (sh->courier == ngx_pid || now >= sh->courier_until
            || sh->courier_until - now > NGX_TATTLE_COURIER_TURN);

    if (ours) {
        sh->courier = ngx_pid;
        sh->courier_until = now + NGX_TATTLE_COURIER_TURN;

        /* how it went with another socket says nothing of this one */

        if (sh->courier_path != ngx_tattle_courier.path) {
            sh->courier_path = ngx_tattle_courier.path;
            sh->courier_failed = ngx_min(sh->courier_failed, 1);
            sh->courier_next = 0;
            sh->courier_said = 0;
        }

        ours = (now >= sh->courier_next
                || sh->courier_next - now > 3600 * 1000);
    }

    ngx_tattle_zone_unlock(ngx_tattle_courier.zone);

    return ours;
}


/* what is to be brought, as a request; NGX_DECLINED: nothing is */

static ngx_int_t
ngx_tattle_courier_pack(ngx_tattle_courier_t *c)
{
    const char          *path, *text;
    size_t               len;
    uint64_t             now;
    tattle_bytes         bytes[NGX_TATTLE_COURIER_HEADS];
    tattle_status        status;
    tattle_gossip_text  *body;

    now = ngx_tattle_now_ms();

    c->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, c->cycle->log);
    if (c->pool == NULL) {
        return NGX_ERROR;
    }

    c->records = ngx_palloc(c->pool, NGX_TATTLE_COURIER_RECORDS);
    c->response = ngx_create_temp_buf(c->pool, NGX_TATTLE_COURIER_RESPONSE);

    if (c->records == NULL || c->response == NULL) {
        return NGX_ERROR;
    }

    ngx_tattle_courier_pick(c, bytes);

    if (c->feedback) {
        path = "/.well-known/ct-gossip/v1/sct-feedback";
        status = tattle_gossip_text_new_feedback(&body, bytes, c->feedback,
                                                 NULL);

    } else {

        if (c->heads == 0 && now - c->fetched < NGX_TATTLE_COURIER_FETCH) {
            return NGX_DECLINED;
        }

        path = "/.well-known/ct/v1/sth-pollination";
        status = tattle_gossip_text_new_heads(&body, TATTLE_HEADS_STHS, bytes,
                                              c->heads, NULL);
    }

    if (status != TATTLE_OK && status != TATTLE_ERR_MALFORMED) {
        return NGX_ERROR;
    }

    if (status != TATTLE_OK) {

        /* what cannot be written now never can be, and others wait behind it */

        if (c->one) {
            ngx_log_error(NGX_LOG_ALERT, c->cycle->log, 0,
                          "%s for tattled in the zone is none, and dropped",
                          c->feedback ? "an SCT" : "a tree head");

            ngx_tattle_courier_drop(c);
        }

        c->one = !c->one;
        c->turn = (c->feedback != 0);

        return NGX_DECLINED;
    }

    c->one = 0;

    text = tattle_gossip_text_get0(body, &len);

    c->request = ngx_create_temp_buf(c->pool, len + 512);

    if (c->request) {
        c->request->last = ngx_sprintf(c->request->last,
                                       "POST %s HTTP/1.1" CRLF
                                       "Host: tattled" CRLF
                                       "Content-Type: application/json" CRLF
                                       "Content-Length: %uz" CRLF
                                       "Connection: close" CRLF CRLF,
                                       path, len);
        c->request->last = ngx_cpymem(c->request->last, text, len);
    }

    tattle_gossip_text_free(body);

    return c->request ? NGX_OK : NGX_ERROR;
}


/*
 * Heads or feedback, by turns: logs sign heads each second, and who brings all
 * of them would have feedback wait for good.
 */

static void
ngx_tattle_courier_pick(ngx_tattle_courier_t *c, tattle_bytes *bytes)
{
    ngx_uint_t  i;

    c->heads = 0;
    c->feedback = 0;

    for (i = 0; i < 2 && c->heads == 0 && c->feedback == 0; i++) {

        if (c->turn) {
            c->feedback = ngx_tattle_feedback_peek(c->zone, c->records,
                                                   NGX_TATTLE_COURIER_RECORDS,
                                                   bytes,
                                                   c->one ? 1
                                                   : NGX_TATTLE_COURIER_SCTS,
                                                   &c->upto);

        } else {
            c->heads = ngx_tattle_heads_waiting(c->zone, c->records, c->lens,
                                                c->one ? 1
                                                : NGX_TATTLE_COURIER_HEADS);
        }

        c->turn = !c->turn;
    }

    for (i = 0; i < c->heads; i++) {
        bytes[i].data = c->records + i * NGX_TATTLE_RECORD_MAX;
        bytes[i].len = c->lens[i];
    }
}


/* what was picked does not wait any more */

static void
ngx_tattle_courier_drop(ngx_tattle_courier_t *c)
{
    ngx_uint_t  i;

    for (i = 0; i < c->heads; i++) {
        ngx_tattle_heads_mark(c->zone,
                              c->records + i * NGX_TATTLE_RECORD_MAX);
    }

    if (c->feedback) {
        ngx_tattle_feedback_pop(c->zone, c->upto);
    }
}


/* said once, until it works again or fails for another reason */

void
ngx_tattle_courier_fail(ngx_tattle_courier_t *c, ngx_err_t err,
    const char *why)
{
    uint32_t          reason;
    uint64_t          now, wait;
    ngx_uint_t        say;
    ngx_tattle_sh_t  *sh;

    sh = c->zone->sh;
    now = ngx_tattle_now_ms();

    ngx_crc32_init(reason);
    ngx_crc32_update(&reason, (u_char *) why, ngx_strlen(why));
    ngx_crc32_update(&reason, (u_char *) &err, sizeof(ngx_err_t));
    ngx_crc32_final(reason);
    reason = ngx_max(reason, 1);

    ngx_tattle_courier_close(c);

    ngx_tattle_zone_lock(c->zone, 0);

    /* a worker that ends may still be after another socket */

    if (sh->courier_path != c->path) {
        ngx_tattle_zone_unlock(c->zone);
        return;
    }

    wait = (uint64_t) 1000 << ngx_min(sh->courier_failed, 8);
    sh->courier_next = now + ngx_min(wait, NGX_TATTLE_COURIER_WAIT);
    sh->courier_failed++;

    say = (sh->courier_said == 0
           || (sh->courier_said != reason
               && (now < sh->courier_said_at
                   || now - sh->courier_said_at >= NGX_TATTLE_COURIER_SAY)));

    if (say) {
        sh->courier_said = reason;
        sh->courier_said_at = now;
    }

    ngx_tattle_zone_unlock(c->zone);

    if (say) {
        ngx_log_error(NGX_LOG_WARN, c->cycle->log, err,
                      "tattled at \"%V\" does not take gossip: %s; "
                      "what comes is kept and it is tried again",
                      &c->tattled->name, why);
    }
}


void
ngx_tattle_courier_done(ngx_tattle_courier_t *c, ngx_uint_t status,
    uint64_t wait, u_char *body, size_t len)
{
    u_char            text[64];
    ngx_uint_t        failed;
    ngx_tattle_sh_t  *sh;

    sh = c->zone->sh;

    if (status == NGX_HTTP_NOT_FOUND && c->feedback) {

        /* the queue must not stay full for good */

        ngx_tattle_feedback_pop(c->zone, c->upto);

        if (!c->refused) {
            c->refused = 1;
            ngx_log_error(NGX_LOG_WARN, c->cycle->log, 0,
                          "tattled at \"%V\" takes no SCT feedback: "
                          "its \"gossip_names\" is empty",
                          &c->tattled->name);
        }

        ngx_tattle_courier_close(c);
        return;
    }

    if (status == NGX_HTTP_TOO_MANY_REQUESTS
        || (status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE && wait))
    {
        ngx_tattle_courier_close(c);

        ngx_tattle_zone_lock(c->zone, 0);
        sh->courier_next = ngx_tattle_now_ms() + ngx_max(wait, 1000);
        ngx_tattle_zone_unlock(c->zone);
        return;
    }

    if (status != NGX_HTTP_OK) {
        ngx_sprintf(text, "it answers %ui%Z", status);
        ngx_tattle_courier_fail(c, 0, (char *) text);
        return;
    }

    ngx_tattle_courier_drop(c);

    if (c->feedback == 0) {
        c->fetched = ngx_tattle_now_ms();
        ngx_tattle_courier_take(c, body, len);
    }

    ngx_tattle_zone_lock(c->zone, 0);
    failed = sh->courier_failed;
    sh->courier_failed = 0;
    sh->courier_next = 0;
    sh->courier_said = 0;
    ngx_tattle_zone_unlock(c->zone);

    if (failed) {
        ngx_log_error(NGX_LOG_NOTICE, c->cycle->log, 0,
                      "tattled at \"%V\" takes gossip again",
                      &c->tattled->name);
    }

    /* where there is more, it goes at once */

    if (c->heads == NGX_TATTLE_COURIER_HEADS || c->feedback) {

        if (c->timer.timer_set) {
            ngx_del_timer(&c->timer);
        }

        ngx_add_timer(&c->timer, 1);
    }

    ngx_tattle_courier_close(c);
}
