/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What $ct_status asks of the part that delivers SCTs.
 */


#ifndef _NGX_TATTLE_SERVED_H_INCLUDED_
#define _NGX_TATTLE_SERVED_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_tattle.h"


typedef struct {
    /* SignedCertificateTimestampList (RFC 6962, Section 3.3); 0 is none */
    const u_char    *scts;
    size_t           scts_len;

    /* that of the server; 0 is chrome */
    tattle_policy    policy;
} ngx_tattle_served_t;


/*
 * Says what extension 18 carries with this certificate, which a handshake of a
 * server has sent; whether the client has asked for it does not matter.  served
 * comes with zeros.  The list is borrowed until the event handler returns.
 */
typedef void (*ngx_tattle_served_pt)(ngx_ssl_conn_t *ssl_conn, X509 *x509,
    ngx_tattle_served_t *served);


/* NULL until a part sets it, while the configuration is read */
extern ngx_tattle_served_pt  ngx_tattle_served;


#endif /* _NGX_TATTLE_SERVED_H_INCLUDED_ */
