/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The courier: one worker at a time brings tattled what the zone has got,
 * by HTTP over its gossip socket, and takes the heads of its answers.
 */


#include "ngx_http_tattle_gossip.h"

#include "ngx_tattle_courier.h"


#define NGX_TATTLE_COURIER_TICK     1000

/* a worker that does not come back has lost its turn after so long */
#define NGX_TATTLE_COURIER_TURN     15000

#define NGX_TATTLE_COURIER_TIMEOUT  5000

/* with nothing to bring, for what tattled has */
#define NGX_TATTLE_COURIER_FETCH    30000

/* after failures: a second, twice as long each time, up to this */
#define NGX_TATTLE_COURIER_WAIT     16000


static void ngx_tattle_courier_tick(ngx_event_t *ev);
static ngx_uint_t ngx_tattle_courier_turn(uint64_t now);
static ngx_int_t ngx_tattle_courier_pack(void);
static void ngx_tattle_courier_pick(tattle_bytes *bytes);
static ngx_int_t ngx_tattle_courier_connect(void);
static void ngx_tattle_courier_write(ngx_event_t *wev);
static void ngx_tattle_courier_read(ngx_event_t *rev);
static void ngx_tattle_courier_dummy(ngx_event_t *ev);
static void ngx_tattle_courier_close(void);
static void ngx_tattle_courier_fail(ngx_err_t err, const char *why);
static void ngx_tattle_courier_done(ngx_uint_t status, uint64_t wait,
    u_char *body, size_t len);


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

    ngx_tattle_courier_close();

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

    if (c->peer.connection == NULL && ngx_tattle_courier_turn(now)
        && ngx_tattle_courier_pack() == NGX_OK)
    {
        if (ngx_tattle_courier_connect() != NGX_OK) {
            ngx_tattle_courier_fail(ngx_socket_errno, "it cannot be reached");
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

        ours = (now >= sh->courier_next
                || sh->courier_next - now > 3600 * 1000);
    }

    ngx_tattle_zone_unlock(ngx_tattle_courier.zone);

    return ours;
}


/* what is to be brought, as a request; NGX_DECLINED: nothing is */

static ngx_int_t
ngx_tattle_courier_pack(void)
{
    const char            *path, *text;
    size_t                 len;
    uint64_t               now;
    ngx_uint_t             i;
    tattle_bytes           bytes[NGX_TATTLE_COURIER_HEADS];
    tattle_status          status;
    tattle_gossip_text    *body;
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;
    now = ngx_tattle_now_ms();

    if (c->pool == NULL) {
        c->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, c->cycle->log);
        if (c->pool == NULL) {
            return NGX_ERROR;
        }
    }

    c->records = ngx_palloc(c->pool, NGX_TATTLE_COURIER_RECORDS);
    c->response = ngx_create_temp_buf(c->pool, NGX_TATTLE_COURIER_RESPONSE);

    if (c->records == NULL || c->response == NULL) {
        goto failed;
    }

    ngx_tattle_courier_pick(bytes);

    if (c->feedback) {
        path = "/.well-known/ct-gossip/v1/sct-feedback";
        status = tattle_gossip_text_new_feedback(&body, bytes, c->feedback,
                                                 NULL);

    } else {

        if (c->heads == 0 && now - c->fetched < NGX_TATTLE_COURIER_FETCH) {
            ngx_destroy_pool(c->pool);
            c->pool = NULL;
            return NGX_DECLINED;
        }

        for (i = 0; i < c->heads; i++) {
            bytes[i].data = c->records + i * NGX_TATTLE_RECORD_MAX;
            bytes[i].len = c->lens[i];
        }

        c->fetched = now;
        path = "/.well-known/ct/v1/sth-pollination";
        status = tattle_gossip_text_new_heads(&body, TATTLE_HEADS_STHS, bytes,
                                              c->heads, NULL);
    }

    if (status != TATTLE_OK) {

        /* what cannot be written now never can be */

        if (c->feedback) {
            ngx_tattle_feedback_pop(c->zone, c->upto);
        }

        ngx_log_error(NGX_LOG_ALERT, c->cycle->log, 0,
                      "gossip for tattled cannot be written: %s",
                      tattle_status_name(status));
        goto failed;
    }

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

    if (c->request) {
        return NGX_OK;
    }

failed:

    ngx_destroy_pool(c->pool);
    c->pool = NULL;

    return NGX_ERROR;
}


/*
 * Heads or feedback, by turns: logs sign heads each second, and who brings all
 * of them would have feedback wait for good.
 */

static void
ngx_tattle_courier_pick(tattle_bytes *bytes)
{
    ngx_uint_t             i;
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;

    c->heads = 0;
    c->feedback = 0;

    for (i = 0; i < 2 && c->heads == 0 && c->feedback == 0; i++) {

        if (c->turn) {
            c->feedback = ngx_tattle_feedback_peek(c->zone, c->records,
                                                   NGX_TATTLE_COURIER_RECORDS,
                                                   bytes,
                                                   NGX_TATTLE_COURIER_SCTS,
                                                   &c->upto);

        } else {
            c->heads = ngx_tattle_heads_waiting(c->zone, c->records, c->lens,
                                                NGX_TATTLE_COURIER_HEADS);
        }

        c->turn = !c->turn;
    }
}


static ngx_int_t
ngx_tattle_courier_connect(void)
{
    ngx_int_t              rc;
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;

    ngx_memzero(&c->peer, sizeof(ngx_peer_connection_t));

    c->peer.sockaddr = c->tattled->sockaddr;
    c->peer.socklen = c->tattled->socklen;
    c->peer.name = &c->tattled->name;
    c->peer.get = ngx_event_get_peer;
    c->peer.log = &c->log;
    c->peer.log_error = NGX_ERROR_ERR;

    /* why it fails is said once, by ourselves */

    c->log = *c->cycle->log;
    c->log.log_level = NGX_LOG_EMERG;

    rc = ngx_event_connect_peer(&c->peer);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        return NGX_ERROR;
    }

    c->peer.connection->data = c;
    c->peer.connection->read->handler = ngx_tattle_courier_read;
    c->peer.connection->write->handler = ngx_tattle_courier_write;
    c->peer.connection->read->cancelable = 1;
    c->peer.connection->write->cancelable = 1;

    ngx_add_timer(c->peer.connection->read, NGX_TATTLE_COURIER_TIMEOUT);
    ngx_add_timer(c->peer.connection->write, NGX_TATTLE_COURIER_TIMEOUT);

    if (rc == NGX_OK) {
        ngx_tattle_courier_write(c->peer.connection->write);
    }

    return NGX_OK;
}


static void
ngx_tattle_courier_write(ngx_event_t *wev)
{
    ssize_t                n;
    ngx_connection_t      *conn;
    ngx_tattle_courier_t  *c;

    conn = wev->data;
    c = conn->data;

    if (wev->timedout) {
        ngx_tattle_courier_fail(0, "it takes too long");
        return;
    }

    n = ngx_send(conn, c->request->pos, c->request->last - c->request->pos);

    if (n == NGX_ERROR) {
        ngx_tattle_courier_fail(ngx_socket_errno, "it cannot be written to");
        return;
    }

    if (n > 0) {
        c->request->pos += n;

        if (c->request->pos == c->request->last) {
            wev->handler = ngx_tattle_courier_dummy;

            if (wev->timer_set) {
                ngx_del_timer(wev);
            }

            if (ngx_handle_write_event(wev, 0) != NGX_OK) {
                ngx_tattle_courier_fail(0, "it cannot be waited for");
            }

            return;
        }
    }

    if (ngx_handle_write_event(wev, 0) != NGX_OK) {
        ngx_tattle_courier_fail(0, "it cannot be waited for");
    }
}


static void
ngx_tattle_courier_dummy(ngx_event_t *ev)
{
    /* void */
}


static void
ngx_tattle_courier_read(ngx_event_t *rev)
{
    size_t                 len;
    u_char                *body;
    ssize_t                n;
    uint64_t               wait;
    ngx_int_t              rc;
    ngx_uint_t             status;
    ngx_connection_t      *conn;
    ngx_tattle_courier_t  *c;

    conn = rev->data;
    c = conn->data;

    if (rev->timedout) {
        ngx_tattle_courier_fail(0, "it takes too long");
        return;
    }

    for ( ;; ) {

        if (c->response->last == c->response->end) {
            ngx_tattle_courier_fail(0, "its answer is too long");
            return;
        }

        n = ngx_recv(conn, c->response->last,
                     c->response->end - c->response->last);

        if (n == NGX_AGAIN) {

            if (ngx_handle_read_event(rev, 0) != NGX_OK) {
                ngx_tattle_courier_fail(0, "it cannot be waited for");
            }

            return;
        }

        if (n == NGX_ERROR) {
            ngx_tattle_courier_fail(ngx_socket_errno, "it cannot be read from");
            return;
        }

        c->response->last += n;

        rc = ngx_tattle_courier_parse(c->response->pos, c->response->last,
                                      n == 0, &status, &wait, &body, &len);

        if (rc == NGX_OK) {
            ngx_tattle_courier_done(status, wait, body, len);
            return;
        }

        if (rc == NGX_ERROR || n == 0) {
            ngx_tattle_courier_fail(0, "its answer is no HTTP");
            return;
        }
    }
}


static void
ngx_tattle_courier_close(void)
{
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;

    if (c->peer.connection) {
        ngx_close_connection(c->peer.connection);
        c->peer.connection = NULL;
    }

    if (c->pool) {
        ngx_destroy_pool(c->pool);
        c->pool = NULL;
    }
}


/* said once, until it works again */

static void
ngx_tattle_courier_fail(ngx_err_t err, const char *why)
{
    uint64_t               wait;
    ngx_tattle_sh_t       *sh;
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;
    sh = c->zone->sh;

    ngx_tattle_courier_close();

    ngx_tattle_zone_lock(c->zone, 0);

    c->failed = ++sh->courier_failed;

    wait = (uint64_t) 1000 << ngx_min(c->failed - 1, 8);
    sh->courier_next = ngx_tattle_now_ms()
                       + ngx_min(wait, NGX_TATTLE_COURIER_WAIT);

    ngx_tattle_zone_unlock(c->zone);

    if (c->failed == 1) {
        ngx_log_error(NGX_LOG_WARN, c->cycle->log, err,
                      "tattled at \"%V\" does not take gossip: %s; "
                      "what comes is kept and it is tried again",
                      &c->tattled->name, why);
    }
}


static void
ngx_tattle_courier_done(ngx_uint_t status, uint64_t wait, u_char *body,
    size_t len)
{
    u_char                 text[64];
    ngx_uint_t             i, failed;
    ngx_tattle_sh_t       *sh;
    ngx_tattle_courier_t  *c;

    c = &ngx_tattle_courier;
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

        ngx_tattle_courier_close();
        return;
    }

    if (status == NGX_HTTP_TOO_MANY_REQUESTS
        || (status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE && wait))
    {
        ngx_tattle_courier_close();

        ngx_tattle_zone_lock(c->zone, 0);
        sh->courier_next = ngx_tattle_now_ms() + ngx_max(wait, 1000);
        ngx_tattle_zone_unlock(c->zone);
        return;
    }

    if (status != NGX_HTTP_OK) {
        ngx_sprintf(text, "it answers %ui%Z", status);
        ngx_tattle_courier_fail(0, (char *) text);
        return;
    }

    for (i = 0; i < c->heads; i++) {
        ngx_tattle_heads_mark(c->zone,
                              c->records + i * NGX_TATTLE_RECORD_MAX);
    }

    if (c->feedback) {
        ngx_tattle_feedback_pop(c->zone, c->upto);

    } else {
        ngx_tattle_courier_take(c, body, len);
    }

    ngx_tattle_zone_lock(c->zone, 0);
    failed = sh->courier_failed;
    sh->courier_failed = 0;
    sh->courier_next = 0;
    ngx_tattle_zone_unlock(c->zone);

    c->failed = 0;

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

    ngx_tattle_courier_close();
}
