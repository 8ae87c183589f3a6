/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Certificate Transparency of upstreams: what the files ngx_http_tattle_
 * {upstream,handshake,peer,plain,variables}.c share.
 */


#ifndef _NGX_HTTP_TATTLE_UPSTREAM_H_INCLUDED_
#define _NGX_HTTP_TATTLE_UPSTREAM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <tattle/openssl.h>

#include "ngx_tattle_client.h"


typedef struct {
    ngx_uint_t                       mode;    /* tattle_mode */
    ngx_tattle_place_t               place;   /* of proxy_ssl_ct */
} ngx_http_tattle_upstream_loc_conf_t;


/* of an upstream{}; unused in server{} */
typedef struct {
    ngx_http_upstream_init_peer_pt   init;
} ngx_http_tattle_upstream_srv_conf_t;


/* what became of the last TLS connection to an upstream of a request */
typedef struct {
    ngx_http_request_t              *request;
    ngx_str_t                        status;
    ngx_str_t                        reason;
} ngx_http_tattle_upstream_ctx_t;


/* an SSL_CTX whose handshakes are judged */
typedef struct ngx_http_tattle_handshake_s  ngx_http_tattle_handshake_t;


/*
 * Puts a location's context among those to be attached, each of them once;
 * mode is the location's.
 */
ngx_int_t ngx_http_tattle_handshake_want(ngx_conf_t *cf, ngx_array_t *contexts,
    SSL_CTX *ctx, ngx_uint_t mode);

/* attaches them; data is the array of ngx_http_tattle_handshake_t * */
ngx_int_t ngx_http_tattle_handshake_attach(ngx_cycle_t *cycle,
    const tattle_client *client, void *data);

/*
 * Keeps for the variables what became of the connection that the request is
 * sent over.  Where there is no memory, what was kept before is forgotten.
 */
void ngx_http_tattle_upstream_note(ngx_http_request_t *r,
    const tattle_session *session);

/* NULL if there was no connection that was judged, or refused unseen */
ngx_http_tattle_upstream_ctx_t *ngx_http_tattle_upstream_ctx(
    ngx_http_request_t *r);

/* NULL for want of memory */
ngx_http_tattle_upstream_ctx_t *ngx_http_tattle_upstream_make_ctx(
    ngx_http_request_t *r);

/*
 * Has the requests of a location refused that turn out to go without TLS;
 * of one that requires Certificate Transparency, and passes on by variables.
 */
ngx_int_t ngx_http_tattle_plain_watch(ngx_conf_t *cf,
    ngx_http_upstream_conf_t *ucf);

/* for that, while variables are added */
ngx_int_t ngx_http_tattle_plain_add_variable(ngx_conf_t *cf);

/*
 * Has the requests that go to an upstream{} use only those of its kept-alive
 * connections that are good enough for their location.
 */
void ngx_http_tattle_peer_watch(ngx_http_upstream_srv_conf_t *uscf);

/* adds $upstream_ct_status and $upstream_ct_reason */
ngx_int_t ngx_http_tattle_upstream_add_variables(ngx_conf_t *cf);


extern ngx_module_t  ngx_http_tattle_upstream_module;


#endif /* _NGX_HTTP_TATTLE_UPSTREAM_H_INCLUDED_ */
