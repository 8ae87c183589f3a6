/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files with SCTs, and the folders they are in.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"


#define NGX_TATTLE_SCTS_FILE_MAX  (256 * 1024)


static void ngx_tattle_scts_scan_path(ngx_tattle_scts_set_t *set,
    ngx_str_t *path, ngx_log_t *log);
static void ngx_tattle_scts_scan_error(ngx_tattle_scts_set_t *set,
    ngx_err_t err, const char *call, ngx_str_t *path, ngx_log_t *log);
static void ngx_tattle_scts_scan_dir(ngx_tattle_scts_set_t *set,
    ngx_str_t *path, ngx_uint_t depth, ngx_log_t *log);
static void ngx_tattle_scts_scan_entry(ngx_tattle_scts_set_t *set,
    ngx_str_t *dir, ngx_dir_t *entry, ngx_uint_t depth, ngx_log_t *log);
static ngx_uint_t ngx_tattle_scts_is_file_name(ngx_str_t *name);
static void ngx_tattle_scts_see(ngx_tattle_scts_set_t *set, ngx_str_t *path,
    ngx_log_t *log);
static void ngx_tattle_scts_forget(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_file_t *file);
static void ngx_tattle_scts_look(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_file_t *file, ngx_log_t *log);
static ngx_int_t ngx_tattle_scts_load(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_file_t *file, ngx_file_info_t *fi, ngx_log_t *log);
static ngx_int_t ngx_tattle_scts_read(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_file_t *file, ngx_fd_t fd, size_t size, ngx_log_t *log);


void
ngx_tattle_scts_scan(ngx_tattle_scts_set_t *set, ngx_log_t *log)
{
    ngx_str_t               *path;
    ngx_uint_t               i;
    ngx_queue_t             *q, *next;
    ngx_tattle_scts_file_t  *file;

    for (q = ngx_queue_head(&set->files_queue);
         q != ngx_queue_sentinel(&set->files_queue);
         q = ngx_queue_next(q))
    {
        file = ngx_queue_data(q, ngx_tattle_scts_file_t, queue);
        file->seen = 0;
    }

    path = set->paths->elts;
    set->nfailed = 0;
    set->unreadable = 0;

    for (i = 0; i < set->paths->nelts; i++) {
        ngx_tattle_scts_scan_path(set, &path[i], log);
    }

    if (set->complained && set->nfailed == 0) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "ct_scts: all files and folders can be read now");
    }

    set->complained = (set->nfailed != 0);
    set->cursor = ngx_queue_head(&set->files_queue);

    if (set->unreadable) {
        return;
    }

    for (q = ngx_queue_head(&set->files_queue);
         q != ngx_queue_sentinel(&set->files_queue);
         q = next)
    {
        next = ngx_queue_next(q);
        file = ngx_queue_data(q, ngx_tattle_scts_file_t, queue);

        if (!file->seen) {
            ngx_tattle_scts_forget(set, file);
        }
    }

    set->cursor = ngx_queue_head(&set->files_queue);
}


ngx_int_t
ngx_tattle_scts_read_files(ngx_tattle_scts_set_t *set, ngx_uint_t max,
    ngx_log_t *log)
{
    ngx_tattle_scts_file_t  *file;

    while (set->cursor != ngx_queue_sentinel(&set->files_queue)) {

        if (max-- == 0) {
            return NGX_AGAIN;
        }

        file = ngx_queue_data(set->cursor, ngx_tattle_scts_file_t, queue);
        set->cursor = ngx_queue_next(set->cursor);

        ngx_tattle_scts_look(set, file, log);
    }

    return NGX_OK;
}


void
ngx_tattle_scts_free_files(ngx_tattle_scts_set_t *set)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&set->files_queue)) {
        q = ngx_queue_head(&set->files_queue);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_tattle_scts_file_t, queue));
    }
}


static void
ngx_tattle_scts_scan_path(ngx_tattle_scts_set_t *set, ngx_str_t *path,
    ngx_log_t *log)
{
    ngx_file_info_t  fi;

    if (ngx_file_info(path->data, &fi) == NGX_FILE_ERROR) {
        ngx_tattle_scts_scan_error(set, ngx_errno, ngx_file_info_n, path, log);
        return;
    }

    if (ngx_is_dir(&fi)) {
        ngx_tattle_scts_scan_dir(set, path, 0, log);

    } else {
        ngx_tattle_scts_see(set, path, log);
    }
}


/*
 * What is not there is gone.  What cannot be looked at, since the workers may
 * not or have no descriptor left, stays as it was.
 */

static void
ngx_tattle_scts_scan_error(ngx_tattle_scts_set_t *set, ngx_err_t err,
    const char *call, ngx_str_t *path, ngx_log_t *log)
{
    ngx_uint_t  level;

    level = NGX_LOG_WARN;

    if (err != NGX_ENOENT) {
        set->unreadable = 1;
        level = NGX_LOG_ERR;
    }

    if (!set->complained) {
        ngx_tattle_log_place(level, log, &set->place, err,
                             "ct_scts: %s \"%V\" failed", call, path);
    }

    set->nfailed++;
}


static void
ngx_tattle_scts_scan_dir(ngx_tattle_scts_set_t *set, ngx_str_t *path,
    ngx_uint_t depth, ngx_log_t *log)
{
    ngx_dir_t  dir;

    if (ngx_open_dir(path, &dir) == NGX_ERROR) {
        ngx_tattle_scts_scan_error(set, ngx_errno, ngx_open_dir_n, path, log);
        return;
    }

    for ( ;; ) {
        ngx_set_errno(0);

        if (ngx_read_dir(&dir) == NGX_ERROR) {
            break;
        }

        ngx_tattle_scts_scan_entry(set, path, &dir, depth, log);
    }

    if (ngx_close_dir(&dir) == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      ngx_close_dir_n " \"%V\" failed", path);
    }
}


static void
ngx_tattle_scts_scan_entry(ngx_tattle_scts_set_t *set, ngx_str_t *dir,
    ngx_dir_t *entry, ngx_uint_t depth, ngx_log_t *log)
{
    u_char     *p;
    ngx_str_t   name, path;
    u_char      buf[NGX_MAX_PATH];

    name.len = ngx_de_namelen(entry);
    name.data = ngx_de_name(entry);

    if (name.len == 0 || name.data[0] == '.'
        || dir->len + name.len + 2 > NGX_MAX_PATH)
    {
        return;
    }

    p = ngx_cpymem(buf, dir->data, dir->len);
    *p++ = '/';
    p = ngx_cpymem(p, name.data, name.len);
    *p = '\0';

    path.data = buf;
    path.len = p - buf;

    if (!entry->valid_info) {
        entry->type = 0;

        if (ngx_de_info(path.data, entry) == NGX_FILE_ERROR) {
            /* it went */
            return;
        }
    }

    if (ngx_de_is_dir(entry)) {

        if (depth == 0) {
            ngx_tattle_scts_scan_dir(set, &path, 1, log);
        }

    } else if (ngx_tattle_scts_is_file_name(&name)) {
        ngx_tattle_scts_see(set, &path, log);
    }
}


/*
 * What else lies in a folder, such as keys, is left alone.  Names say no
 * more than that.
 */

static ngx_uint_t
ngx_tattle_scts_is_file_name(ngx_str_t *name)
{
    ngx_uint_t  i;

    static ngx_str_t  suffixes[] = {
        ngx_string(".sct"),
        ngx_string(".sctl"),
        ngx_string(".sctlist"),
        ngx_string("serverinfo.pem"),
        ngx_null_string
    };

    for (i = 0; suffixes[i].len; i++) {

        if (name->len >= suffixes[i].len
            && ngx_memcmp(name->data + name->len - suffixes[i].len,
                          suffixes[i].data, suffixes[i].len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


static void
ngx_tattle_scts_see(ngx_tattle_scts_set_t *set, ngx_str_t *path,
    ngx_log_t *log)
{
    uint32_t                 hash;
    ngx_tattle_scts_file_t  *file;

    hash = ngx_crc32_long(path->data, path->len);

    file = (ngx_tattle_scts_file_t *)
               ngx_str_rbtree_lookup(&set->files, path, hash);

    if (file == NULL) {
        file = ngx_calloc(sizeof(ngx_tattle_scts_file_t) + path->len + 1, log);
        if (file == NULL) {
            return;
        }

        file->sn.node.key = hash;
        file->sn.str.len = path->len;
        file->sn.str.data = (u_char *) file + sizeof(ngx_tattle_scts_file_t);
        ngx_memcpy(file->sn.str.data, path->data, path->len);

        ngx_rbtree_insert(&set->files, &file->sn.node);
        ngx_queue_insert_tail(&set->files_queue, &file->queue);
    }

    file->seen = 1;
}


static void
ngx_tattle_scts_forget(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_file_t *file)
{
    if (file->read) {
        tattle_scts_remove_file(set->scts, (char *) file->sn.str.data);
        set->changed = 1;
    }

    ngx_rbtree_delete(&set->files, &file->sn.node);
    ngx_queue_remove(&file->queue);
    ngx_free(file);
}


static void
ngx_tattle_scts_look(ngx_tattle_scts_set_t *set, ngx_tattle_scts_file_t *file,
    ngx_log_t *log)
{
    u_char           *name;
    ngx_uint_t        useless;
    ngx_file_info_t   fi;

    name = file->sn.str.data;

    if (ngx_file_info(name, &fi) == NGX_FILE_ERROR) {

        /* the next scan forgets it, unless that cannot look everywhere */

        if (ngx_errno == NGX_ENOENT && file->read) {
            tattle_scts_remove_file(set->scts, (char *) name);
            file->read = 0;
            file->useless = 0;
            set->changed = 1;
        }

        return;
    }

    if (file->read
        && file->uniq == ngx_file_uniq(&fi)
        && file->mtime == ngx_file_mtime(&fi)
        && file->ctime == fi.st_ctime
        && file->size == ngx_file_size(&fi))
    {
        return;
    }

    useless = file->failed || file->useless;
    file->useless = 0;

    switch (ngx_tattle_scts_load(set, file, &fi, log)) {

    case NGX_DECLINED:
        /* it stays as it was, and is tried again */
        file->failed = 1;
        return;

    case NGX_ERROR:
        tattle_scts_remove_file(set->scts, (char *) name);
        file->useless = 1;
        break;

    default:

        if (useless) {
            ngx_log_error(NGX_LOG_NOTICE, log, 0,
                          "ct_scts: \"%s\" can be used now", name);
        }

        break;
    }

    file->failed = 0;
    file->read = 1;
    file->uniq = ngx_file_uniq(&fi);
    file->mtime = ngx_file_mtime(&fi);
    file->ctime = fi.st_ctime;
    file->size = ngx_file_size(&fi);

    set->changed = 1;
}


/*
 * NGX_ERROR: there is nothing to be had of it; NGX_DECLINED: it cannot be
 * read.  Either was said.
 */

static ngx_int_t
ngx_tattle_scts_load(ngx_tattle_scts_set_t *set, ngx_tattle_scts_file_t *file,
    ngx_file_info_t *fi, ngx_log_t *log)
{
    u_char     *name;
    ngx_fd_t    fd;
    ngx_int_t   rc;

    name = file->sn.str.data;

    if (!ngx_is_file(fi)) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "ct_scts: \"%s\" is not a file, ignored", name);
        return NGX_ERROR;
    }

    if (ngx_file_size(fi) > NGX_TATTLE_SCTS_FILE_MAX) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "ct_scts: \"%s\" is larger than %d bytes, ignored",
                      name, NGX_TATTLE_SCTS_FILE_MAX);
        return NGX_ERROR;
    }

    /* a pipe in place of the file must not stop us */

    fd = ngx_open_file(name, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {

        if (!file->failed) {
            ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                          "ct_scts: " ngx_open_file_n " \"%s\" failed", name);
        }

        return NGX_DECLINED;
    }

    rc = ngx_tattle_scts_read(set, file, fd, (size_t) ngx_file_size(fi), log);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      ngx_close_file_n " \"%s\" failed", name);
    }

    return rc;
}


static ngx_int_t
ngx_tattle_scts_read(ngx_tattle_scts_set_t *set, ngx_tattle_scts_file_t *file,
    ngx_fd_t fd, size_t size, ngx_log_t *log)
{
    u_char         *name, *buf;
    size_t          len;
    ssize_t         n;
    ngx_int_t       rc;
    tattle_diag     diag = TATTLE_DIAG_INIT;
    tattle_status   status;

    name = file->sn.str.data;

    buf = ngx_alloc(size + 1, log);
    if (buf == NULL) {
        return NGX_DECLINED;
    }

    n = 0;

    for (len = 0; len < size; len += n) {

        n = ngx_read_fd(fd, buf + len, size - len);

        if (n <= 0) {
            break;
        }
    }

    if (n == -1) {
        rc = NGX_DECLINED;

        if (!file->failed) {
            ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                          "ct_scts: " ngx_read_fd_n " \"%s\" failed", name);
        }

        goto done;
    }

    status = tattle_scts_set_file(set->scts, (char *) name, buf, len, &diag);

    if (status != TATTLE_OK) {
        rc = NGX_ERROR;

        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "ct_scts: \"%s\" cannot be used, ignored: %s",
                      name,
                      status == TATTLE_ERR_UNSUPPORTED
                          ? "it is no file with SCTs" : diag.text);
        goto done;
    }

    rc = NGX_OK;

done:

    ngx_free(buf);

    return rc;
}
