/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the clients of libtattle in all processes have counted, and what they
 * judged hour by hour: in shared memory, over reloads too.
 */


#ifndef _NGX_TATTLE_TOTALS_H_INCLUDED_
#define _NGX_TATTLE_TOTALS_H_INCLUDED_


#include "ngx_tattle.h"


typedef struct ngx_tattle_totals_s  ngx_tattle_totals_t;


/*
 * What was judged in each of the last hours in which anything was.
 */
#define NGX_TATTLE_TOTALS_HOURS    48
#define NGX_TATTLE_TOTALS_HOUR_MS  (3600 * 1000ULL)

typedef struct {
    uint64_t  hour;              /* since 1970 */
    uint64_t  compliant;
    uint64_t  not_compliant;
    uint64_t  undecided;
} ngx_tattle_totals_hour_t;


/*
 * Asks for the memory, of the module "tag", while the configuration is read.
 * NULL for want of memory.
 */
ngx_tattle_totals_t *ngx_tattle_totals_create(ngx_conf_t *cf, void *tag);

/*
 * Whose counts are added from now on, until the end of the cycle.
 */
void ngx_tattle_totals_set_client(ngx_tattle_totals_t *totals,
    const tattle_client *client);

/*
 * Adds to the shared memory what this process has counted since the last
 * call.  Cheap where that is nothing.
 */
void ngx_tattle_totals_publish(ngx_tattle_totals_t *totals);

/*
 * Copies the hours, in no order, and returns how many; "since" is when the
 * first thing was counted of all that is here.
 */
ngx_uint_t ngx_tattle_totals_hours(ngx_tattle_totals_t *totals,
    ngx_tattle_totals_hour_t *hours, uint64_t *since);

/*
 * How often it happened in all processes since nginx was started.  No lock is
 * held.
 */
uint64_t ngx_tattle_totals_count(ngx_tattle_totals_t *totals,
    tattle_counter counter);


#endif /* _NGX_TATTLE_TOTALS_H_INCLUDED_ */
