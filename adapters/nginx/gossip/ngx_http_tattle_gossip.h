/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Gossip in http: what its files share.
 */


#ifndef _NGX_HTTP_TATTLE_GOSSIP_H_INCLUDED_
#define _NGX_HTTP_TATTLE_GOSSIP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_tattle.h"
#include "ngx_tattle_status.h"
#include "ngx_tattle_zone.h"


typedef struct {
    ngx_shm_zone_t      *shm_zone;
    ngx_tattle_zone_t   *zone;
    ngx_tattle_rates_t   rates;
    ngx_addr_t          *tattled;      /* NULL: the zone alone serves */
    ngx_tattle_place_t   zone_place;   /* of ct_gossip_zone */
    ngx_tattle_place_t   tattled_place; /* of ct_socket */
    ngx_uint_t           used;         /* unsigned  used:1;  ct_gossip on */
    ngx_uint_t           limited;      /* unsigned  limited:1; */
} ngx_http_tattle_gossip_main_conf_t;


typedef struct {
    ngx_array_t          names;        /* of tattle_bytes */
} ngx_http_tattle_gossip_srv_conf_t;


typedef struct {
    ngx_flag_t           enable;
    ngx_tattle_place_t   place;        /* of ct_gossip */
} ngx_http_tattle_gossip_loc_conf_t;


/* a request that came to where the endpoints are; most are for none of them */
typedef struct {
    tattle_gossip_endpoint  endpoint;
} ngx_http_tattle_gossip_ctx_t;


/* directives */
char *ngx_http_tattle_gossip_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_tattle_gossip_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_tattle_gossip_socket(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* the names of a server */
void *ngx_http_tattle_gossip_create_srv_conf(ngx_conf_t *cf);
char *ngx_http_tattle_gossip_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);

/* what ct_status says of a zone */
void ngx_http_tattle_gossip_status(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle, void *data);
void ngx_http_tattle_gossip_status_lists(ngx_tattle_status_t *st,
    ngx_cycle_t *cycle, void *data);

/* serves a request to an endpoint; as a handler of a phase */
ngx_int_t ngx_http_tattle_gossip_serve(ngx_http_request_t *r,
    tattle_gossip_endpoint endpoint);

/* bytes of a body */
size_t ngx_http_tattle_gossip_limit_of(tattle_gossip_endpoint endpoint);

/* whether a browser sends it for a page of another site */
ngx_uint_t ngx_http_tattle_gossip_is_of_a_page(ngx_http_request_t *r);

/* answers what is not to be read; NGX_DECLINED: the body may be */
ngx_int_t ngx_http_tattle_gossip_check(ngx_http_request_t *r);

/* a response with a line for people, which may wait for "wait" ms */
ngx_int_t ngx_http_tattle_gossip_say(ngx_http_request_t *r, ngx_uint_t status,
    uint64_t wait, const char *line);

/*
 * Keeps of a message what is to be kept.  NGX_OK: all that belongs there is
 * in the zone; else the status of HTTP that says why not, with "*wait" in ms
 * and "*line".  "*all_known": each head of it is in the zone now.
 */
ngx_int_t ngx_http_tattle_gossip_take(ngx_http_request_t *r,
    const tattle_gossip_message *message, ngx_uint_t *all_known,
    uint64_t *wait, const char **line);

/*
 * The dialect of a message in which all heads are known to be in the zone, or
 * 0: bodies that came before are compared as they are.  "evicted" is how many
 * had gone from the zone before it was found that these are there.
 */
tattle_head_dialect ngx_http_tattle_gossip_body_known(
    ngx_tattle_zone_t *zone, ngx_str_t *body);
void ngx_http_tattle_gossip_body_remember(ngx_str_t *body,
    tattle_head_dialect dialect, uint64_t evicted);

/*
 * Sends heads in a dialect; none of "brought".  Without it what was drawn
 * for another client within a second will do.
 */
ngx_int_t ngx_http_tattle_gossip_give(ngx_http_request_t *r,
    tattle_head_dialect dialect, const tattle_gossip_message *brought);


extern ngx_module_t  ngx_http_tattle_gossip_module;


#endif /* _NGX_HTTP_TATTLE_GOSSIP_H_INCLUDED_ */
