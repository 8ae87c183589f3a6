/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The client of libtattle by which connections are judged: one a cycle, made
 * when the configuration was read, used by all workers.
 */


#ifndef _NGX_TATTLE_CLIENT_H_INCLUDED_
#define _NGX_TATTLE_CLIENT_H_INCLUDED_


#include "ngx_tattle.h"
#include "ngx_tattle_totals.h"


/*
 * Called with the client when the whole configuration was read.  Other than
 * NGX_OK refuses the configuration; why has to be said before.
 */
typedef ngx_int_t (*ngx_tattle_client_pt)(ngx_cycle_t *cycle,
    const tattle_client *client, void *data);


/*
 * Says, while the configuration is read, that this cycle needs a client, and
 * who is to be told of it.  NGX_ERROR for want of memory.
 */
ngx_int_t ngx_tattle_client_use(ngx_conf_t *cf, ngx_tattle_client_pt ready,
    void *data);

/*
 * NULL if nobody has asked for one.  Borrowed for the life of the cycle.
 */
const tattle_client *ngx_tattle_client(ngx_cycle_t *cycle);

/*
 * The log list that it goes by: NGX_DECLINED if that is ngx_tattle_log_list(),
 * or there is no client; else NGX_OK and one to be freed, NULL if it has none.
 */
ngx_int_t ngx_tattle_client_log_list(ngx_cycle_t *cycle,
    tattle_log_list **list);

/*
 * Lines of the client go to this connection's log until the next call, or with
 * NULL to the cycle's.
 */
void ngx_tattle_client_set_connection(ngx_connection_t *c);

/*
 * What clients of all processes have counted; NULL without one in this cycle.
 */
ngx_tattle_totals_t *ngx_tattle_client_totals(ngx_cycle_t *cycle);

/*
 * Adds to it what this process has counted since the last call.  Cheap where
 * that is nothing.
 */
void ngx_tattle_client_publish(ngx_cycle_t *cycle);


extern ngx_module_t  ngx_tattle_client_module;


#endif /* _NGX_TATTLE_CLIENT_H_INCLUDED_ */
