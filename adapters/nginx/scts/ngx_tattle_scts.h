/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the parts of SCT delivery share.
 */


#ifndef _NGX_TATTLE_SCTS_H_INCLUDED_
#define _NGX_TATTLE_SCTS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <tattle/serve.h>

#include "ngx_tattle.h"


/* an SCT file */

typedef struct {
    ngx_str_node_t     sn;               /* path; must be the first */
    ngx_queue_t        queue;
    ngx_file_uniq_t    uniq;
    time_t             mtime;
    time_t             ctime;
    off_t              size;
    unsigned           read:1;
    unsigned           seen:1;           /* by the last scan */
    unsigned           failed:1;         /* to be read, and that was said */
    unsigned           useless:1;        /* nothing is to be had of it */
} ngx_tattle_scts_file_t;


/* a certificate, with what is sent with it */

typedef struct {
    ngx_rbtree_node_t  node;             /* must be the first */
    ngx_queue_t        queue;
    u_char             hash[32];         /* SHA-256 of the leaf */
    uint64_t           number;
    tattle_sct_choice *choice;
    u_char            *list;             /* lent by the choice */
    size_t             len;
    uint64_t           again;            /* when to choose again; 0: never */
    u_char             name[128];        /* for the error log */
    u_char             names[256];       /* for people: some DNS names */
    ngx_uint_t         round;            /* of the set, when it was chosen */
    unsigned           fixed:1;          /* of a context: never evicted */
} ngx_tattle_scts_cert_t;


/*
 * The files of one directive and the certificates of all servers that it
 * is for.  Each worker has its own copy, and keeps it up to date by itself.
 */

typedef struct ngx_tattle_scts_set_s {
    void              *dummy[3];
    ngx_int_t          ident;            /* in place of ngx_connection_t.fd */

    ngx_array_t       *paths;
    ngx_tattle_place_t place;            /* of the directive */
    tattle_policy      policy;
    tattle_scts       *scts;
    ngx_uint_t         generation;       /* of the log list */

    ngx_rbtree_t       files;
    ngx_rbtree_node_t  files_sentinel;
    ngx_queue_t        files_queue;
    ngx_queue_t       *cursor;           /* the next file to be looked at */

    ngx_rbtree_t       certs;
    ngx_rbtree_node_t  certs_sentinel;
    ngx_queue_t        certs_queue;      /* those that may be evicted */
    ngx_queue_t        fixed_queue;
    ngx_uint_t         ncerts;           /* that may be evicted */
    ngx_uint_t         nfailed;          /* paths, in the last scan */

    ngx_event_t        event;
    ngx_cycle_t       *cycle;
    ngx_uint_t         phase;
    ngx_uint_t         round;            /* grows with each change */
    unsigned           changed:1;        /* since the last choice */
    unsigned           late:1;           /* SCTs were left to the workers */
    unsigned           unreadable:1;     /* and not since it is not there */
    unsigned           complained:1;     /* of such a scan */
    unsigned           variable:1;       /* certificates come by handshakes */
    unsigned           crowded:1;        /* more of them than are remembered */
} ngx_tattle_scts_set_t;


/* ngx_tattle_scts_files.c */

/* looks for files that came or went */
void ngx_tattle_scts_scan(ngx_tattle_scts_set_t *set, ngx_log_t *log);
/* looks at some files; NGX_AGAIN: there are more */
ngx_int_t ngx_tattle_scts_read_files(ngx_tattle_scts_set_t *set,
    ngx_uint_t max, ngx_log_t *log);
void ngx_tattle_scts_free_files(ngx_tattle_scts_set_t *set);


/* ngx_tattle_scts_set.c */

ngx_tattle_scts_set_t *ngx_tattle_scts_create_set(ngx_cycle_t *cycle,
    ngx_array_t *paths, tattle_policy policy);
/* at once, however long it takes */
ngx_int_t ngx_tattle_scts_settle(ngx_tattle_scts_set_t *set, ngx_log_t *log);
/* from a worker's start on */
void ngx_tattle_scts_keep(ngx_tattle_scts_set_t *set);
/* for a certificate that came with the handshake; NULL: none */
ngx_tattle_scts_cert_t *ngx_tattle_scts_find_cert(ngx_tattle_scts_set_t *set,
    X509 *x509, ngx_ssl_conn_t *ssl_conn, ngx_log_t *log);


/* ngx_tattle_scts_cert.c */

/* NULL: no memory, or not a certificate, and that was said */
ngx_tattle_scts_cert_t *ngx_tattle_scts_add_cert(ngx_tattle_scts_set_t *set,
    X509 *x509, STACK_OF(X509) *chain, ngx_uint_t fixed, ngx_log_t *log);
ngx_int_t ngx_tattle_scts_choose(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert, ngx_log_t *log);
/* says what is not sent, and why */
void ngx_tattle_scts_report(ngx_tattle_scts_set_t *set,
    ngx_tattle_scts_cert_t *cert, ngx_log_t *log);
void ngx_tattle_scts_free_certs(ngx_tattle_scts_set_t *set);
void ngx_tattle_scts_rbtree_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);


/* ngx_tattle_scts_status.c */

/* once, when the configuration was read, and there are sets */
ngx_int_t ngx_tattle_scts_add_status(ngx_cycle_t *cycle, ngx_array_t *sets);


/* ngx_tattle_scts.c */

extern ngx_module_t  ngx_tattle_scts_module;


#endif /* _NGX_TATTLE_SCTS_H_INCLUDED_ */
