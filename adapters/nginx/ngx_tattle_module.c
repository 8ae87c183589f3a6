/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The log list that all parts of the module go by.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"


#define NGX_TATTLE_LOG_LIST       "/var/lib/tattle/log_list.json"
#define NGX_TATTLE_LOG_LIST_MAX   (16 * 1024 * 1024)

/* what is kept of what was said last */
#define NGX_TATTLE_PROBLEM_MAX    512

#define NGX_TATTLE_REFRESH        10000
#define NGX_TATTLE_REFRESH_MIN    100


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

    ngx_array_t         scts_sets;   /* of ngx_tattle_scts_set_t * */
} ngx_tattle_conf_t;


static void *ngx_tattle_create_conf(ngx_cycle_t *cycle);
static char *ngx_tattle_init_conf(ngx_cycle_t *cycle, void *conf);
static ngx_int_t ngx_tattle_init_list(ngx_tattle_conf_t *tcf,
    ngx_log_t *log);
static void ngx_tattle_cleanup(void *data);
static char *ngx_tattle_set_log_list(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_tattle_check_refresh(ngx_conf_t *cf, void *post, void *data);
static u_char *ngx_tattle_list_name(ngx_tattle_conf_t *tcf);
static ngx_int_t ngx_tattle_look(ngx_tattle_conf_t *tcf, ngx_log_t *log);
static void ngx_tattle_unreadable(ngx_tattle_conf_t *tcf, ngx_log_t *log,
    const char *call);
static void ngx_tattle_list_error(ngx_tattle_conf_t *tcf, ngx_log_t *log,
    ngx_err_t err, const char *fmt, ...);
static ngx_int_t ngx_tattle_load(ngx_tattle_conf_t *tcf, ngx_log_t *log);
static ngx_int_t ngx_tattle_read(ngx_tattle_conf_t *tcf, ngx_fd_t fd,
    size_t size, ngx_log_t *log);
static void ngx_tattle_use(ngx_tattle_conf_t *tcf, tattle_log_list *list,
    ngx_log_t *log);


static ngx_conf_post_t  ngx_tattle_refresh_post = {
    ngx_tattle_check_refresh
};


static ngx_command_t  ngx_tattle_commands[] = {

    { ngx_string("ct_log_list"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_tattle_set_log_list,
      0,
      0,
      NULL },

    { ngx_string("ct_refresh"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_tattle_conf_t, refresh),
      &ngx_tattle_refresh_post },

      ngx_null_command
};


static ngx_core_module_t  ngx_tattle_module_ctx = {
    ngx_string("tattle"),
    ngx_tattle_create_conf,
    ngx_tattle_init_conf
};


ngx_module_t  ngx_tattle_module = {
    NGX_MODULE_V1,
    &ngx_tattle_module_ctx,                /* module context */
    ngx_tattle_commands,                   /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_tattle_scts_init_process,          /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


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


ngx_msec_t
ngx_tattle_refresh(ngx_cycle_t *cycle)
{
    ngx_tattle_conf_t  *tcf;

    tcf = (ngx_tattle_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                             ngx_tattle_module);

    return tcf->refresh;
}


ngx_array_t *
ngx_tattle_scts_sets(ngx_cycle_t *cycle)
{
    ngx_tattle_conf_t  *tcf;

    tcf = (ngx_tattle_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                             ngx_tattle_module);

    return &tcf->scts_sets;
}


uint64_t
ngx_tattle_now_ms(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (uint64_t) tp->sec * 1000 + tp->msec;
}


static void *
ngx_tattle_create_conf(ngx_cycle_t *cycle)
{
    ngx_tattle_conf_t   *tcf;
    ngx_pool_cleanup_t  *cln;

    tcf = ngx_pcalloc(cycle->pool, sizeof(ngx_tattle_conf_t));
    if (tcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     tcf->path = { 0, NULL };
     *     tcf->place = { NULL, 0 };
     *     tcf->pinned = 0;
     *     tcf->list = NULL;
     *     tcf->generation = 0;
     *     tcf->unreadable = 0;
     *     tcf->useless = 0;
     *     tcf->problem_len = 0;
     */

    tcf->refresh = NGX_CONF_UNSET_MSEC;

    if (ngx_array_init(&tcf->scts_sets, cycle->pool, 2,
                       sizeof(ngx_tattle_scts_set_t *))
        != NGX_OK)
    {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_tattle_cleanup;
    cln->data = tcf;

    return tcf;
}


static char *
ngx_tattle_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_tattle_conf_t *tcf = conf;

    ngx_conf_init_msec_value(tcf->refresh, NGX_TATTLE_REFRESH);

    if (ngx_tattle_init_list(tcf, cycle->log) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    /* blocks of http, stream, and mail are read: SSL contexts are there */

    if (ngx_tattle_scts_init(cycle) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * A file that nobody has named must not stop nginx: if it is missing, or
 * cannot be used, which was said, the built-in list takes its place.
 */

static ngx_int_t
ngx_tattle_init_list(ngx_tattle_conf_t *tcf, ngx_log_t *log)
{
    ngx_int_t         rc;
    ngx_uint_t        unreadable, useless;
    tattle_log_list  *list;

    if (!tcf->pinned) {
        rc = ngx_tattle_look(tcf, log);

        if (rc == NGX_OK || tcf->path.len) {
            return rc;
        }
    }

    if (tattle_log_list_new_pinned(&list, NULL) != TATTLE_OK) {
        return NGX_ERROR;
    }

    /* that list is not the file's, which is as bad as before */

    unreadable = tcf->unreadable;
    useless = tcf->useless;
    tcf->useless = 0;

    ngx_tattle_use(tcf, list, log);

    tcf->unreadable = unreadable;
    tcf->useless = useless;

    return NGX_OK;
}


static void
ngx_tattle_cleanup(void *data)
{
    ngx_tattle_conf_t *tcf = data;

    tattle_log_list_free(tcf->list);
}


static char *
ngx_tattle_set_log_list(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_tattle_conf_t *tcf = conf;

    ngx_str_t  *value;

    if (tcf->path.len || tcf->pinned) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "pinned") == 0) {
        tcf->pinned = 1;
        return NGX_CONF_OK;
    }

    if (value[1].len == 0) {
        return "is empty";
    }

    tcf->path = value[1];
    ngx_tattle_here(cf, &tcf->place);

    if (ngx_conf_full_name(cf->cycle, &tcf->path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_tattle_check_refresh(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *refresh = data;

    if (*refresh < NGX_TATTLE_REFRESH_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ct_refresh\" must be at least %dms",
                           NGX_TATTLE_REFRESH_MIN);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static u_char *
ngx_tattle_list_name(ngx_tattle_conf_t *tcf)
{
    return tcf->path.len ? tcf->path.data : (u_char *) NGX_TATTLE_LOG_LIST;
}


/*
 * NGX_OK: a list is in force; NGX_DECLINED: there is no such file, and none
 * was in force before; NGX_ERROR: it cannot be read, and that was said.
 */

static ngx_int_t
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
                  "%*s, the built-in one is used; get another by "
                  "\"tattle loglist update\"", p - errstr, errstr);
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


static void
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
