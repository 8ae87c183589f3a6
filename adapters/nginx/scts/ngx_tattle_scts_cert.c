/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Certificates, and the SCTs that are sent with them.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_scts.h"


/*
 * Certificates that came with a handshake, by variables in ssl_certificate.
 * Beyond that the one that was used least recently goes.
 */
#define NGX_TATTLE_SCTS_CERTS_MAX    1024


static ngx_tattle_scts_cert_t *ngx_tattle_scts_lookup(
    ngx_tattle_scts_set_t *set, u_char *hash);
static void ngx_tattle_scts_free_cert(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert);
static ngx_int_t ngx_tattle_scts_register(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert, X509 *x509, STACK_OF(X509) *chain,
    ngx_log_t *log);
static X509 *ngx_tattle_scts_issuer(X509 *x509, STACK_OF(X509) *chain);
static void ngx_tattle_scts_name(ngx_tattle_scts_cert_t *cert, X509 *x509);
static void ngx_tattle_scts_names(ngx_tattle_scts_cert_t *cert, X509 *x509);
static void ngx_tattle_scts_report_notes(const tattle_sct_notes *notes,
    u_char *name, ngx_uint_t variable, ngx_log_t *log);


ngx_tattle_scts_cert_t *
ngx_tattle_scts_add_cert(ngx_tattle_scts_set_t *set, X509 *x509,
    STACK_OF(X509) *chain, ngx_uint_t fixed, ngx_log_t *log)
{
    unsigned int             len;
    u_char                   hash[EVP_MAX_MD_SIZE];
    ngx_queue_t             *q;
    ngx_tattle_scts_cert_t  *cert;

    if (X509_digest(x509, EVP_sha256(), hash, &len) == 0) {
        ngx_ssl_error(NGX_LOG_ALERT, log, 0, "X509_digest() failed");
        return NULL;
    }

    cert = ngx_tattle_scts_lookup(set, hash);

    if (cert) {

        if (!cert->fixed) {
            ngx_queue_remove(&cert->queue);
            ngx_queue_insert_head(&set->certs_queue, &cert->queue);
        }

        return cert;
    }

    if (!fixed && set->ncerts == NGX_TATTLE_SCTS_CERTS_MAX) {
        set->crowded = 1;
        q = ngx_queue_last(&set->certs_queue);
        ngx_tattle_scts_free_cert(set, ngx_queue_data(q,
                                              ngx_tattle_scts_cert_t, queue));
    }

    cert = ngx_calloc(sizeof(ngx_tattle_scts_cert_t), log);
    if (cert == NULL) {
        return NULL;
    }

    ngx_memcpy(cert->hash, hash, sizeof(cert->hash));
    ngx_memcpy(&cert->node.key, hash, sizeof(cert->node.key));
    cert->fixed = fixed;
    ngx_tattle_scts_name(cert, x509);
    ngx_tattle_scts_names(cert, x509);

    if (ngx_tattle_scts_register(set, cert, x509, chain, log) != NGX_OK) {
        ngx_free(cert);
        return NULL;
    }

    ngx_rbtree_insert(&set->certs, &cert->node);

    if (fixed) {
        ngx_queue_insert_tail(&set->fixed_queue, &cert->queue);

    } else {
        ngx_queue_insert_head(&set->certs_queue, &cert->queue);
        set->ncerts++;
    }

    return cert;
}


ngx_int_t
ngx_tattle_scts_choose(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert, ngx_log_t *log)
{
    tattle_diag         diag = TATTLE_DIAG_INIT;
    tattle_sct_choice  *choice;

    if (tattle_sct_choice_new(set->scts, &choice, cert->number, set->policy,
                              ngx_tattle_now_ms(), &diag)
        != TATTLE_OK)
    {
        ngx_log_error(NGX_LOG_ALERT, log, 0,
                      "ct_scts: no SCTs for the certificate %s: %s",
                      cert->name, diag.text);
        return NGX_ERROR;
    }

    tattle_sct_choice_free(cert->choice);

    cert->choice = choice;
    cert->list = (u_char *) tattle_sct_choice_get0_list(choice, &cert->len);
    cert->again = tattle_sct_choice_again_ms(choice);

    return NGX_OK;
}


void
ngx_tattle_scts_report(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert, ngx_log_t *log)
{
    time_t              sec;
    uint64_t            until;
    u_char              buf[sizeof("Mon, 28 Sep 1970 06:00:00 GMT")];
    tattle_sct_notes   *notes;
    tattle_sct_choice  *choice;

    if (cert == NULL) {

        if (tattle_sct_notes_new(set->scts, &notes, NULL) == TATTLE_OK) {
            ngx_tattle_scts_report_notes(notes, NULL, set->variable, log);
            tattle_sct_notes_free(notes);
        }

        return;
    }

    choice = cert->choice;

    ngx_tattle_scts_report_notes(tattle_sct_choice_get0_notes(choice),
                                 cert->name, 0, log);

    if (!tattle_sct_choice_is_sufficient(choice)) {
        /* Debian's error_log has the level error */

        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "ct_scts: the SCTs of the certificate %s do not satisfy "
                      "the policy \"%s\": %s%s",
                      cert->name, tattle_policy_name(set->policy),
                      tattle_sct_choice_get0_reason(choice),
                      tattle_sct_choice_is_embedded_unknown(choice)
                          ? "; those embedded in it cannot be checked, since "
                            "ssl_certificate lacks its issuer"
                          : "");
        return;
    }

    until = tattle_sct_choice_until_ms(choice);

    if (until) {
        sec = (time_t) (until / 1000);
        *ngx_http_time(buf, sec) = '\0';

        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "ct_scts: the SCTs of the certificate %s satisfy the "
                      "policy \"%s\" only until %s, by the log list",
                      cert->name, tattle_policy_name(set->policy), buf);
    }

    ngx_log_error(NGX_LOG_INFO, log, 0,
                  "ct_scts: %uz SCTs for the certificate %s",
                  tattle_sct_choice_num_scts(choice), cert->name);
}


void
ngx_tattle_scts_free_certs(ngx_tattle_scts_set_t *set)
{
    ngx_queue_t             *q;
    ngx_tattle_scts_cert_t  *cert;

    while (!ngx_queue_empty(&set->certs_queue)) {
        q = ngx_queue_head(&set->certs_queue);
        ngx_tattle_scts_free_cert(set, ngx_queue_data(q,
                                              ngx_tattle_scts_cert_t, queue));
    }

    while (!ngx_queue_empty(&set->fixed_queue)) {
        q = ngx_queue_head(&set->fixed_queue);
        ngx_queue_remove(q);

        cert = ngx_queue_data(q, ngx_tattle_scts_cert_t, queue);
        tattle_sct_choice_free(cert->choice);
        ngx_free(cert);
    }
}


static ngx_tattle_scts_cert_t *
ngx_tattle_scts_lookup(ngx_tattle_scts_set_t *set, u_char *hash)
{
    ngx_int_t                rc;
    ngx_rbtree_key_t         key;
    ngx_rbtree_node_t       *node, *sentinel;
    ngx_tattle_scts_cert_t  *cert;

    ngx_memcpy(&key, hash, sizeof(key));

    node = set->certs.root;
    sentinel = set->certs.sentinel;

    while (node != sentinel) {

        if (key != node->key) {
            node = (key < node->key) ? node->left : node->right;
            continue;
        }

        cert = (ngx_tattle_scts_cert_t *) node;
        rc = ngx_memcmp(hash, cert->hash, sizeof(cert->hash));

        if (rc == 0) {
            return cert;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


static void
ngx_tattle_scts_free_cert(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert)
{
    tattle_scts_remove_certificate(set->scts, cert->number);
    tattle_sct_choice_free(cert->choice);

    ngx_rbtree_delete(&set->certs, &cert->node);
    ngx_queue_remove(&cert->queue);
    set->ncerts--;

    ngx_free(cert);
}


static ngx_int_t
ngx_tattle_scts_register(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert, X509 *x509, STACK_OF(X509) *chain,
    ngx_log_t *log)
{
    int             leaf_len, issuer_len;
    X509           *issuer;
    u_char         *leaf, *ca;
    ngx_int_t       rc;
    ngx_uint_t      level;
    tattle_diag     diag = TATTLE_DIAG_INIT;

    leaf = NULL;
    leaf_len = i2d_X509(x509, &leaf);

    if (leaf_len < 0) {
        ngx_ssl_error(NGX_LOG_ALERT, log, 0, "i2d_X509() failed");
        return NGX_ERROR;
    }

    ca = NULL;
    issuer_len = 0;
    issuer = ngx_tattle_scts_issuer(x509, chain);

    if (issuer) {
        issuer_len = i2d_X509(issuer, &ca);

        if (issuer_len < 0) {
            ngx_ssl_error(NGX_LOG_ALERT, log, 0, "i2d_X509() failed");
            issuer_len = 0;
        }
    }

    rc = NGX_OK;

    if (tattle_scts_add_certificate(set->scts, &cert->number, leaf, leaf_len,
                                    ca, issuer_len, &diag)
        != TATTLE_OK)
    {
        level = set->crowded ? NGX_LOG_INFO : NGX_LOG_WARN;
        set->crowded = 1;

        ngx_log_error(level, log, 0,
                      "ct_scts: no SCTs for the certificate %s: %s",
                      cert->name, diag.text);
        rc = NGX_ERROR;
    }

    OPENSSL_free(leaf);
    OPENSSL_free(ca);

    return rc;
}


static X509 *
ngx_tattle_scts_issuer(X509 *x509, STACK_OF(X509) *chain)
{
    int         i;
    X509       *ca;
    X509_NAME  *name;

    name = X509_get_issuer_name(x509);

    for (i = 0; chain && i < sk_X509_num(chain); i++) {
        ca = sk_X509_value(chain, i);

        if (X509_NAME_cmp(X509_get_subject_name(ca), name) == 0) {
            return ca;
        }
    }

    return NULL;
}


/*
 * A certificate is called by its name and its serial number, by which
 * "openssl x509" calls it too.
 */

static void
ngx_tattle_scts_name(ngx_tattle_scts_cert_t *cert, X509 *x509)
{
    int          n;
    char         cn[65];
    char        *serial;
    u_char      *p, *last;
    BIGNUM      *bn;

    p = cert->name;
    last = cert->name + sizeof(cert->name) - 1;

    n = X509_NAME_get_text_by_NID(X509_get_subject_name(x509),
                                  NID_commonName, cn, sizeof(cn));
    if (n > 0) {
        p = ngx_slprintf(p, last, "\"%s\" ", cn);
    }

    bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
    serial = bn ? BN_bn2hex(bn) : NULL;

    p = ngx_slprintf(p, last, "(serial %s)", serial ? serial : "unknown");
    *p = '\0';

    OPENSSL_free(serial);
    BN_free(bn);
}


/*
 * Those names that fit, and how many there are beside them; without any, what
 * the error log calls it by.
 */

static void
ngx_tattle_scts_names(ngx_tattle_scts_cert_t *cert, X509 *x509)
{
    int                   i, n, shown, all;
    u_char               *p, *last;
    GENERAL_NAME         *name;
    GENERAL_NAMES        *names;
    const ASN1_STRING    *dns;

    p = cert->names;
    last = cert->names + sizeof(cert->names) - sizeof(", 2147483647 more");

    names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    n = names ? sk_GENERAL_NAME_num(names) : 0;
    shown = 0;
    all = 0;

    for (i = 0; i < n; i++) {
        name = sk_GENERAL_NAME_value(names, i);

        if (name->type != GEN_DNS) {
            continue;
        }

        dns = name->d.dNSName;

        if (all++ == shown
            && ASN1_STRING_length(dns) + (int) sizeof(", ") <= last - p)
        {
            p = ngx_slprintf(p, last, "%s%*s", shown ? ", " : "",
                             (size_t) ASN1_STRING_length(dns),
                             ASN1_STRING_get0_data(dns));
            shown++;
        }
    }

    GENERAL_NAMES_free(names);

    last = cert->names + sizeof(cert->names) - 1;

    if (shown == 0) {
        p = ngx_cpystrn(p, cert->name, last - p);

    } else if (shown < all) {
        p = ngx_slprintf(p, last, ", %d more", all - shown);
    }

    *p = '\0';
}


static void
ngx_tattle_scts_report_notes(const tattle_sct_notes *notes, u_char *name,
    ngx_uint_t variable, ngx_log_t *log)
{
    size_t       i, n, dir;
    const char  *file, *text;

    n = tattle_sct_notes_num(notes);

    for (i = 0; i < n; i++) {

        file = tattle_sct_notes_get0_file(notes, i);
        text = tattle_sct_notes_get0_text(notes, i);

        if (name) {
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "ct_scts: SCT %uz of \"%s\" is not sent with the "
                          "certificate %s: %s",
                          tattle_sct_notes_number(notes, i), file, name, text);
            continue;
        }

        if (tattle_sct_notes_status(notes, i) != TATTLE_SCT_BAD_SIGNATURE) {
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "ct_scts: SCT %uz of \"%s\" is not sent: %s",
                          tattle_sct_notes_number(notes, i), file, text);
            continue;
        }

        if (variable) {
            /* the certificate may be still to come */
            continue;
        }

        /* a whole path; that of a file that "tattle submit" has written */

        for (dir = ngx_strlen(file); dir > 1 && file[dir] != '/'; dir--) {
            /* void */
        }

        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "ct_scts: SCT %uz of \"%s\" is not sent: %s; if the "
                      "certificate was renewed: "
                      "\"tattle submit --renew %*s\"",
                      tattle_sct_notes_number(notes, i), file, text,
                      dir, file);
    }
}


void
ngx_tattle_scts_rbtree_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    ngx_rbtree_node_t       **p;
    ngx_tattle_scts_cert_t   *cert, *other;

    for ( ;; ) {

        if (node->key != temp->key) {
            p = (node->key < temp->key) ? &temp->left : &temp->right;

        } else {
            cert = (ngx_tattle_scts_cert_t *) node;
            other = (ngx_tattle_scts_cert_t *) temp;

            p = (ngx_memcmp(cert->hash, other->hash, sizeof(cert->hash)) < 0)
                ? &temp->left : &temp->right;
        }

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}
