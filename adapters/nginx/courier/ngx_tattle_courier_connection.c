/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The courier's connection: one request to tattled, and the answer to it.
 */


#include "ngx_tattle_courier.h"


#define NGX_TATTLE_COURIER_TIMEOUT  5000


static void ngx_tattle_courier_write(ngx_event_t *wev);
static void ngx_tattle_courier_read(ngx_event_t *rev);
static void ngx_tattle_courier_dummy(ngx_event_t *ev);


ngx_int_t
ngx_tattle_courier_connect(ngx_tattle_courier_t *c)
{
    ngx_int_t  rc;

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
        ngx_tattle_courier_fail(c, 0, "it takes too long");
        return;
    }

    n = ngx_send(conn, c->request->pos, c->request->last - c->request->pos);

    if (n == NGX_ERROR) {
        ngx_tattle_courier_fail(c, ngx_socket_errno, "it cannot be written to");
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
                ngx_tattle_courier_fail(c, 0, "it cannot be waited for");
            }

            return;
        }
    }

    if (ngx_handle_write_event(wev, 0) != NGX_OK) {
        ngx_tattle_courier_fail(c, 0, "it cannot be waited for");
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
        ngx_tattle_courier_fail(c, 0, "it takes too long");
        return;
    }

    for ( ;; ) {

        if (c->response->last == c->response->end) {
            ngx_tattle_courier_fail(c, 0, "its answer is too long");
            return;
        }

        n = ngx_recv(conn, c->response->last,
                     c->response->end - c->response->last);

        if (n == NGX_AGAIN) {

            if (ngx_handle_read_event(rev, 0) != NGX_OK) {
                ngx_tattle_courier_fail(c, 0, "it cannot be waited for");
            }

            return;
        }

        if (n == NGX_ERROR) {
            ngx_tattle_courier_fail(c, ngx_socket_errno,
                                    "it cannot be read from");
            return;
        }

        c->response->last += n;

        rc = ngx_tattle_courier_parse(c->response->pos, c->response->last,
                                      n == 0, &status, &wait, &body, &len);

        if (rc == NGX_OK) {
            ngx_tattle_courier_done(c, status, wait, body, len);
            return;
        }

        if (rc == NGX_ERROR || n == 0) {
            ngx_tattle_courier_fail(c, 0, "its answer is no HTTP");
            return;
        }
    }
}


void
ngx_tattle_courier_close(ngx_tattle_courier_t *c)
{
    if (c->peer.connection) {
        ngx_close_connection(c->peer.connection);
        c->peer.connection = NULL;
    }

    if (c->pool) {
        ngx_destroy_pool(c->pool);
        c->pool = NULL;
    }
}
