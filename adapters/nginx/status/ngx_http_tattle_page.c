/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The page of ct_status.
 */


#include "ngx_http_tattle_page.h"

#include <tattle/page.h>


#define NGX_HTTP_TATTLE_PAGE_AGE  1000


/* some requests may still be sending one when there is another */
typedef struct {
    tattle_page  *page;
    ngx_msec_t    made;
    ngx_uint_t    refs;
} ngx_http_tattle_page_t;


static ngx_buf_t *ngx_http_tattle_page_give(ngx_http_request_t *r,
    const char **policy);
static void ngx_http_tattle_page_release(void *data);


/* the last one of this process */
static ngx_http_tattle_page_t  *ngx_http_tattle_page;


ngx_buf_t *
ngx_http_tattle_page_at_hand(ngx_http_request_t *r, const char **policy)
{
    if (ngx_http_tattle_page == NULL
        || ngx_current_msec - ngx_http_tattle_page->made
           >= NGX_HTTP_TATTLE_PAGE_AGE)
    {
        return NULL;
    }

    return ngx_http_tattle_page_give(r, policy);
}


ngx_buf_t *
ngx_http_tattle_page_make(ngx_http_request_t *r, ngx_chain_t *json,
    size_t len, const char **policy)
{
    u_char                  *text, *p;
    tattle_diag              diag = TATTLE_DIAG_INIT;
    ngx_http_tattle_page_t  *page;

    text = ngx_pnalloc(r->pool, len);
    if (text == NULL) {
        return NULL;
    }

    p = text;

    for ( /* void */ ; json; json = json->next) {
        p = ngx_cpymem(p, json->buf->pos, json->buf->last - json->buf->pos);
    }

    page = ngx_alloc(sizeof(ngx_http_tattle_page_t), r->connection->log);
    if (page == NULL) {
        return NULL;
    }

    if (tattle_page_new(&page->page, text, p - text, &diag) != TATTLE_OK) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "ct_status cannot make its page: %s", diag.text);
        ngx_free(page);
        return NULL;
    }

    page->made = ngx_current_msec;
    page->refs = 1;

    if (ngx_http_tattle_page) {
        ngx_http_tattle_page_release(ngx_http_tattle_page);
    }

    ngx_http_tattle_page = page;

    return ngx_http_tattle_page_give(r, policy);
}


static ngx_buf_t *
ngx_http_tattle_page_give(ngx_http_request_t *r, const char **policy)
{
    size_t                   len;
    ngx_buf_t               *b;
    ngx_pool_cleanup_t      *cln;
    ngx_http_tattle_page_t  *page;

    page = ngx_http_tattle_page;

    b = ngx_calloc_buf(r->pool);
    cln = ngx_pool_cleanup_add(r->pool, 0);

    if (b == NULL || cln == NULL) {
        return NULL;
    }

    page->refs++;

    cln->handler = ngx_http_tattle_page_release;
    cln->data = page;

    *policy = tattle_page_get0_security_policy(page->page);

    b->pos = (u_char *) tattle_page_get0_html(page->page, &len);
    b->last = b->pos + len;
    b->memory = 1;

    return b;
}


static void
ngx_http_tattle_page_release(void *data)
{
    ngx_http_tattle_page_t *page = data;

    if (--page->refs == 0) {
        tattle_page_free(page->page);
        ngx_free(page);
    }
}
