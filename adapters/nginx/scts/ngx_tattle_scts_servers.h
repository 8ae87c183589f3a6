/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ct_scts says of servers, and which servers there are.
 */


#ifndef _NGX_TATTLE_SCTS_SERVERS_H_INCLUDED_
#define _NGX_TATTLE_SCTS_SERVERS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <tattle/serve.h>

#include "ngx_tattle.h"


/* of a server{} in http, stream, or mail */

typedef struct {
    ngx_array_t       *paths;            /* of ngx_str_t; NULL: sends none */
    tattle_policy      policy;
    ngx_tattle_place_t place;            /* of ct_scts */
    unsigned           inherited:1;      /* it stands in the block around */
} ngx_tattle_scts_conf_t;


/* a server of http, stream, or mail, as far as all are alike */

typedef struct {
    ngx_tattle_scts_conf_t  *conf;
    SSL_CTX                 *ssl_ctx;
    u_char                  *file;       /* of its server{} */
    ngx_uint_t               line;
} ngx_tattle_scts_server_t;


/* all servers of a block, as ngx_tattle_scts_server_t; none without it */
ngx_int_t ngx_tattle_scts_http_servers(ngx_cycle_t *cycle,
    ngx_array_t *servers);
ngx_int_t ngx_tattle_scts_stream_servers(ngx_cycle_t *cycle,
    ngx_array_t *servers);
ngx_int_t ngx_tattle_scts_mail_servers(ngx_cycle_t *cycle,
    ngx_array_t *servers);


extern ngx_module_t  ngx_http_tattle_scts_module;
extern ngx_module_t  ngx_stream_tattle_scts_module;
extern ngx_module_t  ngx_mail_tattle_scts_module;


#endif /* _NGX_TATTLE_SCTS_SERVERS_H_INCLUDED_ */
