/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The keyed hash of the zone of gossip.
 */


#include "ngx_tattle_zone.h"


#define ngx_tattle_rotl(x, b)  (((x) << (b)) | ((x) >> (64 - (b))))

#define ngx_tattle_sip_round(v)                                              \
    v[0] += v[1]; v[1] = ngx_tattle_rotl(v[1], 13); v[1] ^= v[0];            \
    v[0] = ngx_tattle_rotl(v[0], 32);                                        \
    v[2] += v[3]; v[3] = ngx_tattle_rotl(v[3], 16); v[3] ^= v[2];            \
    v[0] += v[3]; v[3] = ngx_tattle_rotl(v[3], 21); v[3] ^= v[0];            \
    v[2] += v[1]; v[1] = ngx_tattle_rotl(v[1], 17); v[1] ^= v[2];            \
    v[2] = ngx_tattle_rotl(v[2], 32)


uint64_t
ngx_tattle_zone_hash(ngx_tattle_zone_t *zone, const u_char *data, size_t len)
{
    size_t       i, n;
    uint64_t     k[2], v[4], m;

    ngx_memcpy(k, zone->sh->secret, sizeof(k));

    v[0] = k[0] ^ 0x736f6d6570736575ULL;
    v[1] = k[1] ^ 0x646f72616e646f6dULL;
    v[2] = k[0] ^ 0x6c7967656e657261ULL;
    v[3] = k[1] ^ 0x7465646279746573ULL;

    for (i = 0; ; i += 8) {

        m = 0;
        n = ngx_min(len - i, 8);
        ngx_memcpy(&m, data + i, n);

        if (n < 8) {
            m |= (uint64_t) len << 56;
        }

        v[3] ^= m;
        ngx_tattle_sip_round(v);
        ngx_tattle_sip_round(v);
        v[0] ^= m;

        if (n < 8) {
            break;
        }
    }

    v[2] ^= 0xff;
    ngx_tattle_sip_round(v);
    ngx_tattle_sip_round(v);
    ngx_tattle_sip_round(v);
    ngx_tattle_sip_round(v);

    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
