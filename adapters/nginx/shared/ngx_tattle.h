/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the parts of the module share: the log list, and the time.
 */


#ifndef _NGX_TATTLE_H_INCLUDED_
#define _NGX_TATTLE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <tattle/tattle.h>


/*
 * Where a directive stands that is judged only when all of the configuration
 * was read.
 */
typedef struct {
    u_char      *file;               /* NULL: nowhere, or in "nginx -g" */
    ngx_uint_t   line;
} ngx_tattle_place_t;

/* remembers the place of the directive that is being read */
void ngx_tattle_here(ngx_conf_t *cf, ngx_tattle_place_t *place);

/* logs as ngx_conf_log_error() does, but of that place */
void ngx_tattle_log_place(ngx_uint_t level, ngx_log_t *log,
    const ngx_tattle_place_t *place, ngx_err_t err, const char *fmt, ...);

/*
 * The log list that is in force: that of ct_log_list, read again when the
 * file was replaced (looked at once in ct_refresh at most).  Never NULL once
 * the configuration is read.  Borrowed until the next call: the library's
 * handles keep alive what they need of it.
 */
const tattle_log_list *ngx_tattle_log_list(ngx_cycle_t *cycle, ngx_log_t *log);

/*
 * Grows by one each time that another list comes into force.
 */
ngx_uint_t ngx_tattle_log_list_generation(ngx_cycle_t *cycle);

/*
 * Where ct_log_list takes the list from: NGX_OK and the file, NGX_DONE if it is
 * the built-in one, NGX_DECLINED without the directive.
 */
ngx_int_t ngx_tattle_log_list_path(ngx_cycle_t *cycle, ngx_str_t *path);

/*
 * NGX_OK and why, if the file could not be used when it was looked at last, so
 * that the list of before, or the built-in one, is in force.
 */
ngx_int_t ngx_tattle_log_list_problem(ngx_cycle_t *cycle, ngx_str_t *problem);

/* ct_refresh: after how many milliseconds a worker looks for new files */
ngx_msec_t ngx_tattle_refresh(ngx_cycle_t *cycle);

/* milliseconds since 1970-01-01T00:00:00Z, of nginx's cached time */
uint64_t ngx_tattle_now_ms(void);


extern ngx_module_t  ngx_tattle_module;


#endif /* _NGX_TATTLE_H_INCLUDED_ */
