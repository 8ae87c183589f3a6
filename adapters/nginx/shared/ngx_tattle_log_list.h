/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The log list, and the file that it comes from.
 */


#ifndef _NGX_TATTLE_LOG_LIST_H_INCLUDED_
#define _NGX_TATTLE_LOG_LIST_H_INCLUDED_


#include "ngx_tattle.h"


/* what is kept of what was said last */
#define NGX_TATTLE_PROBLEM_MAX    512


typedef struct {
    ngx_str_t           path;
    ngx_tattle_place_t  place;       /* of ct_log_list */
    ngx_uint_t          pinned;      /* unsigned  pinned:1; */
    ngx_msec_t          refresh;

    tattle_log_list    *list;
    ngx_uint_t          generation;

    /* of the file that was read last, also of a broken one */
    ngx_file_uniq_t     uniq;
    time_t              mtime;
    off_t               size;        /* -1: it has to be read again */
    ngx_msec_t          looked;

    /* what was said since a list came into force */
    ngx_uint_t          unreadable;  /* unsigned  unreadable:1; */
    ngx_uint_t          useless;     /* unsigned  useless:1;  that, or broken */
    size_t              problem_len;
    u_char              problem[NGX_TATTLE_PROBLEM_MAX];
} ngx_tattle_conf_t;


u_char *ngx_tattle_list_name(ngx_tattle_conf_t *tcf);

/*
 * NGX_OK: a list is in force; NGX_DECLINED: there is no such file, and none
 * was in force before; NGX_ERROR: it cannot be read, and that was said.
 */
ngx_int_t ngx_tattle_look(ngx_tattle_conf_t *tcf, ngx_log_t *log);

/* takes the list */
void ngx_tattle_use(ngx_tattle_conf_t *tcf, tattle_log_list *list,
    ngx_log_t *log);


#endif /* _NGX_TATTLE_LOG_LIST_H_INCLUDED_ */
