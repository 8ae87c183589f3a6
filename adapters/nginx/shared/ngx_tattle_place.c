/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Places of directives, for what is found out when all of them were read.
 */


#include "ngx_tattle.h"


void
ngx_tattle_here(ngx_conf_t *cf, ngx_tattle_place_t *place)
{
    place->file = cf->conf_file->file.name.data;
    place->line = cf->conf_file->line;
}


void
ngx_tattle_log_place(ngx_uint_t level, ngx_log_t *log,
    const ngx_tattle_place_t *place, ngx_err_t err, const char *fmt, ...)
{
    u_char   *p, *last;
    va_list   args;
    u_char    errstr[NGX_MAX_CONF_ERRSTR];

    last = errstr + NGX_MAX_CONF_ERRSTR;

    va_start(args, fmt);
    p = ngx_vslprintf(errstr, last, fmt, args);
    va_end(args);

    if (place->file == NULL) {
        ngx_log_error(level, log, err, "%*s", p - errstr, errstr);
        return;
    }

    if (err) {
        p = ngx_log_errno(p, last, err);
    }

    ngx_log_error(level, log, 0, "%*s in %s:%ui",
                  p - errstr, errstr, place->file, place->line);
}
