/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * $ct_status and $ct_reason: what a policy makes of the certificate that this
 * connection was served with, and of the SCTs that come with it.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_tattle_served.h"


/* reports that are remembered: certificates that a worker serves at a time */
#define NGX_HTTP_TATTLE_SERVED_REPORTS  16

#define NGX_HTTP_TATTLE_SERVED_HASH     32

/* seconds: an SCT of the future may have become one of the past */
#define NGX_HTTP_TATTLE_SERVED_VALID    600


typedef struct {
    u_char               hash[NGX_HTTP_TATTLE_SERVED_HASH];
    ngx_uint_t           generation;         /* of the log list; 0 is unused */
    time_t               made;
    tattle_report       *report;
} ngx_http_tattle_served_report_t;


typedef struct {
    ngx_http_tattle_served_report_t   reports[NGX_HTTP_TATTLE_SERVED_REPORTS];
    ngx_uint_t                        next;  /* to be replaced */
} ngx_http_tattle_served_main_conf_t;


static ngx_int_t ngx_http_tattle_served_add_variables(ngx_conf_t *cf);
static void *ngx_http_tattle_served_create_main_conf(ngx_conf_t *cf);
static void ngx_http_tattle_served_cleanup(void *data);
static ngx_int_t ngx_http_tattle_served_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_tattle_served_evidence(ngx_http_request_t *r,
    X509 *x509, tattle_evidence *evidence);
static const u_char *ngx_http_tattle_served_der(ngx_pool_t *pool, X509 *x509,
    size_t *len);
static ngx_int_t ngx_http_tattle_served_hash(const tattle_evidence *evidence,
    u_char *hash);
static const tattle_report *ngx_http_tattle_served_report(
    ngx_http_request_t *r, const tattle_evidence *evidence);
static ngx_int_t ngx_http_tattle_served_say(ngx_http_request_t *r,
    const tattle_verdict *verdict, ngx_http_variable_value_t *v,
    uintptr_t data);


#define NGX_HTTP_TATTLE_SERVED_STATUS  0
#define NGX_HTTP_TATTLE_SERVED_REASON  1


static ngx_http_variable_t  ngx_http_tattle_served_vars[] = {

    { ngx_string("ct_status"), NULL, ngx_http_tattle_served_variable,
      NGX_HTTP_TATTLE_SERVED_STATUS, 0, 0 },

    { ngx_string("ct_reason"), NULL, ngx_http_tattle_served_variable,
      NGX_HTTP_TATTLE_SERVED_REASON, 0, 0 },

      ngx_http_null_variable
};


static ngx_http_module_t  ngx_http_tattle_served_module_ctx = {
    ngx_http_tattle_served_add_variables,    /* preconfiguration */
    NULL,                                    /* postconfiguration */

    ngx_http_tattle_served_create_main_conf, /* create main configuration */
    NULL,                                    /* init main configuration */

    NULL,                                    /* create server configuration */
    NULL,                                    /* merge server configuration */

    NULL,                                    /* create location configuration */
    NULL                                     /* merge location configuration */
};


ngx_module_t  ngx_http_tattle_served_module = {
    NGX_MODULE_V1,
    &ngx_http_tattle_served_module_ctx,    /* module context */
    NULL,                                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


ngx_tattle_served_pt  ngx_tattle_served;


static ngx_int_t
ngx_http_tattle_served_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_tattle_served_vars; v->name.len; v++) {

        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static void *
ngx_http_tattle_served_create_main_conf(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t                  *cln;
    ngx_http_tattle_served_main_conf_t  *vmcf;

    cln = ngx_pool_cleanup_add(cf->pool,
                               sizeof(ngx_http_tattle_served_main_conf_t));
    if (cln == NULL) {
        return NULL;
    }

    vmcf = cln->data;
    ngx_memzero(vmcf, sizeof(ngx_http_tattle_served_main_conf_t));

    cln->handler = ngx_http_tattle_served_cleanup;

    return vmcf;
}


static void
ngx_http_tattle_served_cleanup(void *data)
{
    ngx_http_tattle_served_main_conf_t *vmcf = data;

    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_TATTLE_SERVED_REPORTS; i++) {
        tattle_report_free(vmcf->reports[i].report);
    }
}


static ngx_int_t
ngx_http_tattle_served_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    X509                 *x509;
    ngx_int_t             rc;
    tattle_policy         policy;
    ngx_ssl_conn_t       *ssl_conn;
    tattle_verdict       *verdict;
    tattle_evidence       evidence = TATTLE_EVIDENCE_INIT;
    ngx_tattle_served_t   served;

    v->not_found = 1;

    if (r->connection->ssl == NULL) {
        return NGX_OK;
    }

    ssl_conn = r->connection->ssl->connection;

    /* a session that is resumed has no certificate sent */

    if (SSL_session_reused(ssl_conn)) {
        return NGX_OK;
    }

    x509 = SSL_get_certificate(ssl_conn);
    if (x509 == NULL) {
        return NGX_OK;
    }

    ngx_memzero(&served, sizeof(ngx_tattle_served_t));

    if (ngx_tattle_served) {
        ngx_tattle_served(ssl_conn, x509, &served);
    }

    evidence.tls_scts = served.scts;
    evidence.tls_scts_len = served.scts_len;

    if (ngx_http_tattle_served_evidence(r, x509, &evidence) != NGX_OK) {
        return NGX_ERROR;
    }

    policy = served.policy ? served.policy : TATTLE_POLICY_CHROME;

    if (tattle_evaluate(ngx_http_tattle_served_report(r, &evidence), &verdict,
                        policy, ngx_tattle_now_ms(), NULL)
        != TATTLE_OK)
    {
        /* it is NULL then, which is no good news */
        verdict = NULL;
    }

    rc = ngx_http_tattle_served_say(r, verdict, v, data);

    tattle_verdict_free(verdict);

    return rc;
}


static ngx_int_t
ngx_http_tattle_served_evidence(ngx_http_request_t *r, X509 *x509,
    tattle_evidence *evidence)
{
    long             len;
    u_char          *staple;
    ngx_ssl_conn_t  *ssl_conn;
    STACK_OF(X509)  *chain;

    ssl_conn = r->connection->ssl->connection;

    evidence->leaf = ngx_http_tattle_served_der(r->pool, x509,
                                                &evidence->leaf_len);
    if (evidence->leaf == NULL) {
        return NGX_ERROR;
    }

    if (SSL_get0_chain_certs(ssl_conn, &chain) && sk_X509_num(chain) > 0) {
        evidence->issuer = ngx_http_tattle_served_der(r->pool,
                                                     sk_X509_value(chain, 0),
                                                     &evidence->issuer_len);
        if (evidence->issuer == NULL) {
            return NGX_ERROR;
        }
    }

    /* what ssl_stapling has sent, to those who asked for it */

    len = SSL_get_tlsext_status_ocsp_resp(ssl_conn, &staple);

    if (len > 0) {
        evidence->ocsp_response = staple;
        evidence->ocsp_response_len = len;
    }

    return NGX_OK;
}


static const u_char *
ngx_http_tattle_served_der(ngx_pool_t *pool, X509 *x509, size_t *len)
{
    int      n;
    u_char  *der, *p;

    n = i2d_X509(x509, NULL);
    if (n <= 0) {
        return NULL;
    }

    der = ngx_pnalloc(pool, n);
    if (der == NULL) {
        return NULL;
    }

    p = der;
    *len = i2d_X509(x509, &p);

    return der;
}


static ngx_int_t
ngx_http_tattle_served_hash(const tattle_evidence *evidence, u_char *hash)
{
    size_t       lens[4];
    ngx_int_t    rc;
    EVP_MD_CTX  *md;

    /* with their lengths, so that no two have the same bytes */

    lens[0] = evidence->leaf_len;
    lens[1] = evidence->issuer_len;
    lens[2] = evidence->tls_scts_len;
    lens[3] = evidence->ocsp_response_len;

    md = EVP_MD_CTX_new();
    if (md == NULL) {
        return NGX_ERROR;
    }

    rc = EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1
         && EVP_DigestUpdate(md, lens, sizeof(lens)) == 1
         && EVP_DigestUpdate(md, evidence->leaf, lens[0]) == 1
         && EVP_DigestUpdate(md, evidence->issuer, lens[1]) == 1
         && EVP_DigestUpdate(md, evidence->tls_scts, lens[2]) == 1
         && EVP_DigestUpdate(md, evidence->ocsp_response, lens[3]) == 1
         && EVP_DigestFinal_ex(md, hash, NULL) == 1;

    EVP_MD_CTX_free(md);

    if (!rc) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Signatures are checked once a certificate, its SCTs and log list.  NULL if
 * they could not be.
 */

static const tattle_report *
ngx_http_tattle_served_report(ngx_http_request_t *r,
    const tattle_evidence *evidence)
{
    u_char                               hash[NGX_HTTP_TATTLE_SERVED_HASH];
    ngx_uint_t                           i, generation;
    tattle_report                       *report;
    const tattle_log_list               *list;
    ngx_http_tattle_served_report_t     *known;
    ngx_http_tattle_served_main_conf_t  *vmcf;

    vmcf = ngx_http_get_module_main_conf(r, ngx_http_tattle_served_module);

    list = ngx_tattle_log_list((ngx_cycle_t *) ngx_cycle, r->connection->log);
    generation = ngx_tattle_log_list_generation((ngx_cycle_t *) ngx_cycle);

    if (ngx_http_tattle_served_hash(evidence, hash) != NGX_OK) {
        return NULL;
    }

    for (i = 0; i < NGX_HTTP_TATTLE_SERVED_REPORTS; i++) {

        known = &vmcf->reports[i];

        if (known->generation == generation
            && ngx_time() - known->made < NGX_HTTP_TATTLE_SERVED_VALID
            && ngx_memcmp(known->hash, hash, sizeof(hash)) == 0)
        {
            return known->report;
        }
    }

    if (tattle_verify(list, &report, evidence, ngx_tattle_now_ms(), NULL)
        != TATTLE_OK)
    {
        return NULL;
    }

    known = &vmcf->reports[vmcf->next];
    vmcf->next = (vmcf->next + 1) % NGX_HTTP_TATTLE_SERVED_REPORTS;

    tattle_report_free(known->report);

    known->report = report;
    known->generation = generation;
    known->made = ngx_time();
    ngx_memcpy(known->hash, hash, sizeof(hash));

    return report;
}


static ngx_int_t
ngx_http_tattle_served_say(ngx_http_request_t *r,
    const tattle_verdict *verdict, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    size_t       len;
    const char  *text;

    if (data == NGX_HTTP_TATTLE_SERVED_REASON) {

        text = tattle_verdict_get0_reason_text(verdict, 0);

    } else {

        switch (tattle_verdict_compliance(verdict)) {

        case TATTLE_COMPLIANT:
            text = "compliant";
            break;

        case TATTLE_NOT_COMPLIANT:
            text = "not_compliant";
            break;

        default: /* TATTLE_UNDECIDED */
            text = "undecided";
        }
    }

    len = ngx_strlen(text);

    if (len == 0) {
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, len);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(v->data, text, len);

    v->len = len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
