/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The log list that all parts of the module go by: read from its file when
 * that has changed.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_log_list.h"


#define NGX_TATTLE_LOG_LIST       "/var/lib/tattle/log_list.json"
#define NGX_TATTLE_LOG_LIST_MAX   (16 * 1024 * 1024)


static void ngx_tattle_unreadable(ngx_tattle_conf_t *tcf, ngx_log_t *log,
    const char *call);
static void ngx_tattle_list_error(ngx_tattle_conf_t *tcf, ngx_log_t *log,
    ngx_err_t err, const char *fmt, ...);
static ngx_int_t ngx_tattle_load(ngx_tattle_conf_t *tcf, ngx_log_t *log);
static ngx_int_t ngx_tattle_read(ngx_tattle_conf_t *tcf, ngx_fd_t fd,
    size_t size, ngx_log_t *log);


const tattle_log_list *
ngx_tattle_log_list(ngx_cycle_t *cycle, ngx_log_t *log)
{
    ngx_tattle_conf_t  *tcf;

    tcf = (ngx_tattle_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                             ngx_tattle_module);

    if (!tcf->pinned
        && ngx_current_msec - tcf->looked >= tcf->refresh)
    {
        (void) ngx_tattle_look(tcf, log);
    }

    return tcf->list;
}


ngx_uint_t
ngx_tattle_log_list_generation(ngx_cycle_t *cycle)
{
    ngx_tattle_conf_t  *tcf;

    tcf = (ngx_tattle_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                             ngx_tattle_module);

    return tcf->generation;
}


ngx_int_t
ngx_tattle_log_list_path(ngx_cycle_t *cycle, ngx_str_t *path)
{
    ngx_tattle_conf_t  *tcf;

    tcf = (ngx_tattle_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                             ngx_tattle_module);

    if (tcf->pinned) {
        return NGX_DONE;
    }

    if (tcf->path.len == 0) {
        return NGX_DECLINED;
    }

    *path = tcf->path;

    return NGX_OK;
}


ngx_int_t
ngx_tattle_log_list_problem(ngx_cycle_t *cycle, ngx_str_t *problem)
{
    ngx_tattle_conf_t  *tcf;

    tcf = (ngx_tattle_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                             ngx_tattle_module);

    if (!tcf->useless) {
        return NGX_DECLINED;
    }

    problem->data = tcf->problem;
    problem->len = tcf->problem_len;

    return NGX_OK;
}


u_char *
ngx_tattle_list_name(ngx_tattle_conf_t *tcf)
{
    return tcf->path.len ? tcf->path.data : (u_char *) NGX_TATTLE_LOG_LIST;
}


ngx_int_t
ngx_tattle_look(ngx_tattle_conf_t *tcf, ngx_log_t *log)
{
    u_char           *name;
    ngx_file_info_t   fi;

    name = ngx_tattle_list_name(tcf);

    tcf->looked = ngx_current_msec;

    if (ngx_file_info(name, &fi) == NGX_FILE_ERROR) {

        if (ngx_errno == NGX_ENOENT && tcf->path.len == 0) {

            if (tcf->list == NULL) {
                return NGX_DECLINED;
            }

            /* what could not be used is gone */

            if (tcf->useless) {
                tcf->unreadable = 0;
                tcf->useless = 0;
                tcf->size = -1;
            }

            return NGX_OK;
        }

        ngx_tattle_unreadable(tcf, log, ngx_file_info_n);
        return NGX_ERROR;
    }

    if (tcf->generation
        && tcf->uniq == ngx_file_uniq(&fi)
        && tcf->mtime == ngx_file_mtime(&fi)
        && tcf->size == ngx_file_size(&fi))
    {
        return NGX_OK;
    }

    tcf->uniq = ngx_file_uniq(&fi);
    tcf->mtime = ngx_file_mtime(&fi);
    tcf->size = ngx_file_size(&fi);

    return ngx_tattle_load(tcf, log);
}


/*
 * For want of rights, or of descriptors: it may be had later, also as it was.
 * Said once.
 */

static void
ngx_tattle_unreadable(ngx_tattle_conf_t *tcf, ngx_log_t *log,
    const char *call)
{
    if (!tcf->unreadable) {
        tcf->unreadable = 1;
        ngx_tattle_list_error(tcf, log, ngx_errno, "%s log list \"%s\" failed",
                              call, ngx_tattle_list_name(tcf));
    }

    tcf->size = -1;
}


/*
 * While the configuration is read, a file that ct_log_list names cannot be
 * used, and the directive's place is said; in the place of any other the
 * built-in list is used.  Later the list of before stays.
 */

static void
ngx_tattle_list_error(ngx_tattle_conf_t *tcf, ngx_log_t *log, ngx_err_t err,
    const char *fmt, ...)
{
    u_char   *p, *last;
    va_list   args;
    u_char    errstr[NGX_MAX_CONF_ERRSTR];

    last = errstr + NGX_MAX_CONF_ERRSTR;

    va_start(args, fmt);
    p = ngx_vslprintf(errstr, last, fmt, args);
    va_end(args);

    if (tcf->list == NULL && tcf->path.len) {
        ngx_tattle_log_place(NGX_LOG_EMERG, log, &tcf->place, err, "%*s",
                             p - errstr, errstr);
        return;
    }

    if (err) {
        p = ngx_log_errno(p, last, err);
    }

    tcf->useless = 1;
    tcf->problem_len = ngx_min((size_t) (p - errstr), NGX_TATTLE_PROBLEM_MAX);
    ngx_memcpy(tcf->problem, errstr, tcf->problem_len);

    if (tcf->list) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "%*s", p - errstr, errstr);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "%*s, the built-in one is used for all but upstreams; "
                  "get another by \"tattle loglist update\"",
                  p - errstr, errstr);
}


static ngx_int_t
ngx_tattle_load(ngx_tattle_conf_t *tcf, ngx_log_t *log)
{
    u_char           *name;
    ngx_fd_t          fd;
    ngx_int_t         rc;
    ngx_file_info_t   fi;

    name = ngx_tattle_list_name(tcf);

    /* a pipe in place of the file must not stop us */

    fd = ngx_open_file(name, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_tattle_unreadable(tcf, log, ngx_open_file_n);
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_tattle_unreadable(tcf, log, ngx_fd_info_n);
        goto done;
    }

    if (!ngx_is_file(&fi)) {
        ngx_tattle_list_error(tcf, log, 0, "log list \"%s\" is not a file",
                              name);
        goto done;
    }

    if (ngx_file_size(&fi) > NGX_TATTLE_LOG_LIST_MAX) {
        ngx_tattle_list_error(tcf, log, 0,
                              "log list \"%s\" is larger than %d bytes",
                              name, NGX_TATTLE_LOG_LIST_MAX);
        goto done;
    }

    rc = ngx_tattle_read(tcf, fd, (size_t) ngx_file_size(&fi), log);

done:

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      ngx_close_file_n " \"%s\" failed", name);
    }

    return rc;
}


static ngx_int_t
ngx_tattle_read(ngx_tattle_conf_t *tcf, ngx_fd_t fd, size_t size,
    ngx_log_t *log)
{
    u_char           *name, *buf;
    ssize_t           n;
    size_t            len;
    ngx_int_t         rc;
    tattle_diag       diag = TATTLE_DIAG_INIT;
    tattle_log_list  *list;

    name = ngx_tattle_list_name(tcf);

    buf = ngx_alloc(size + 1, log);
    if (buf == NULL) {
        tcf->size = -1;
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    for (len = 0; len < size; len += n) {

        n = ngx_read_fd(fd, buf + len, size - len);

        if (n == -1) {
            ngx_tattle_unreadable(tcf, log, ngx_read_fd_n);
            goto done;
        }

        if (n == 0) {
            break;
        }
    }

    if (tattle_log_list_new_from_bytes(&list, buf, len, &diag) != TATTLE_OK) {
        ngx_tattle_list_error(tcf, log, 0,
                              "log list \"%s\" cannot be used: %s",
                              name, diag.text);
        goto done;
    }

    ngx_tattle_use(tcf, list, log);
    rc = NGX_OK;

done:

    ngx_free(buf);

    return rc;
}


void
ngx_tattle_use(ngx_tattle_conf_t *tcf, tattle_log_list *list, ngx_log_t *log)
{
    size_t  skipped;

    tattle_log_list_free(tcf->list);

    tcf->list = list;
    tcf->generation++;
    tcf->unreadable = 0;

    if (tcf->useless) {
        tcf->useless = 0;
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "log list \"%s\" can be used again",
                      ngx_tattle_list_name(tcf));
    }

    skipped = tattle_log_list_num_skipped(list);

    if (skipped) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "%uz logs of the log list cannot be used", skipped);
    }

    if (tattle_log_list_is_stale(list, ngx_tattle_now_ms())) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "the log list is older than 70 days, "
                      "see \"tattle loglist update\"");
    }
}
