/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The client of libtattle by which connections are judged: one a cycle, made
 * when the configuration was read, used by all workers.  What its clients in
 * all processes have counted is kept in shared memory, over reloads too.
 */


#ifndef _NGX_TATTLE_CLIENT_H_INCLUDED_
#define _NGX_TATTLE_CLIENT_H_INCLUDED_


#include "ngx_tattle.h"


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
 * Adds to the shared memory what this process has counted since the last
 * call.  Cheap where that is nothing.
 */
void ngx_tattle_client_publish(ngx_cycle_t *cycle);

/*
 * What was judged in each of the last hours in which anything was.
 */
#define NGX_TATTLE_CLIENT_HOURS    48
#define NGX_TATTLE_CLIENT_HOUR_MS  (3600 * 1000ULL)

typedef struct {
    uint64_t  hour;              /* since 1970 */
    uint64_t  compliant;
    uint64_t  not_compliant;
    uint64_t  undecided;
} ngx_tattle_client_hour_t;

/*
 * Copies them, in no order, and returns how many; none without a client, else
 * "since" is when the first thing was counted of all that is here.
 */
ngx_uint_t ngx_tattle_client_hours(ngx_cycle_t *cycle,
    ngx_tattle_client_hour_t *hours, uint64_t *since);

/*
 * How often it happened in all processes since nginx was started; 0 without a
 * client.  No lock is held.
 */
uint64_t ngx_tattle_client_total(ngx_cycle_t *cycle, tattle_counter counter);


extern ngx_module_t  ngx_tattle_client_module;


#endif /* _NGX_TATTLE_CLIENT_H_INCLUDED_ */
