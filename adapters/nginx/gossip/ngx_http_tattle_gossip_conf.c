/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Directives of gossip that are more than a flag, and the names of a server.
 */


#include "ngx_http_tattle_gossip.h"


#define NGX_HTTP_TATTLE_GOSSIP_RATE_MAX  1000000


static ngx_int_t ngx_http_tattle_gossip_add_name(ngx_conf_t *cf,
    ngx_array_t *names, ngx_str_t *name);


char *
ngx_http_tattle_gossip_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_tattle_gossip_main_conf_t *gmcf = conf;

    u_char             *p;
    ssize_t             size;
    ngx_str_t          *value, name, s;
    ngx_tattle_zone_t  *zone;

    if (gmcf->zone) {
        return "is duplicate";
    }

    value = cf->args->elts;

    p = (u_char *) ngx_strchr(value[1].data, ':');

    if (p == NULL || p == value[1].data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\", it is NAME:SIZE", &value[1]);
        return NGX_CONF_ERROR;
    }

    name.data = value[1].data;
    name.len = p - value[1].data;

    s.data = p + 1;
    s.len = value[1].data + value[1].len - s.data;

    size = ngx_parse_size(&s);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone size \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (size < NGX_TATTLE_ZONE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small, 256k is the least",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_tattle_zone_t));
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->name = name;

    gmcf->shm_zone = ngx_shared_memory_add(cf, &name, size,
                                           &ngx_http_tattle_gossip_module);
    if (gmcf->shm_zone == NULL) {
        return NGX_CONF_ERROR;
    }

    gmcf->shm_zone->init = ngx_tattle_zone_init;
    gmcf->shm_zone->data = zone;
    gmcf->zone = zone;
    ngx_tattle_here(cf, &gmcf->zone_place);

    if (ngx_tattle_status_add(cf, "gossip", ngx_http_tattle_gossip_status,
                              zone)
        == NGX_ERROR
        || ngx_tattle_status_add(cf, NULL, ngx_http_tattle_gossip_status_lists,
                                 zone)
           == NGX_ERROR)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_tattle_gossip_limit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_tattle_gossip_main_conf_t *gmcf = conf;

    u_char      *p;
    ngx_int_t    n;
    ngx_str_t   *value;
    ngx_uint_t   i, *to;

    if (gmcf->limited) {
        return "is duplicate";
    }

    gmcf->limited = 1;
    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "rate=", 5) == 0) {
            to = &gmcf->rates.rate;

        } else if (ngx_strncmp(value[i].data, "total=", 6) == 0) {
            to = &gmcf->rates.rate_all;

        } else if (ngx_strncmp(value[i].data, "checks=", 7) == 0) {
            to = &gmcf->rates.checks;

        } else {
            goto invalid;
        }

        p = (u_char *) ngx_strchr(value[i].data, '=') + 1;
        n = ngx_atoi(p, value[i].data + value[i].len - p);

        if (n < 1 || n > NGX_HTTP_TATTLE_GOSSIP_RATE_MAX) {
            goto invalid;
        }

        *to = n;
    }

    return NGX_CONF_OK;

invalid:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", it is rate=, total= "
                       "or checks= and a number of 1 to 1000000", &value[i]);
    return NGX_CONF_ERROR;
}


char *
ngx_http_tattle_gossip_socket(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_tattle_gossip_main_conf_t *gmcf = conf;

    ngx_url_t   u;
    ngx_str_t  *value;

    if (gmcf->tattled) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0 || value[1].data[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no whole path of a socket", &value[1]);
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url.len = sizeof("unix:") - 1 + value[1].len;
    u.url.data = ngx_pnalloc(cf->pool, u.url.len + 1);
    if (u.url.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_sprintf(u.url.data, "unix:%V%Z", &value[1]);

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\"",
                           u.err ? u.err : "invalid path", &value[1]);
        return NGX_CONF_ERROR;
    }

    gmcf->tattled = &u.addrs[0];
    ngx_tattle_here(cf, &gmcf->tattled_place);

    return NGX_CONF_OK;
}


void *
ngx_http_tattle_gossip_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_tattle_gossip_srv_conf_t  *gscf;

    gscf = ngx_pcalloc(cf->pool, sizeof(ngx_http_tattle_gossip_srv_conf_t));
    if (gscf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&gscf->names, cf->pool, 4, sizeof(tattle_bytes))
        != NGX_OK)
    {
        return NULL;
    }

    return gscf;
}


/* feedback is taken for the names of the server, as far as they are names */

char *
ngx_http_tattle_gossip_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_tattle_gossip_srv_conf_t *conf = child;

    ngx_str_t                  name;
    ngx_uint_t                 i;
    ngx_http_server_name_t    *sn;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    sn = cscf->server_names.elts;

    for (i = 0; i < cscf->server_names.nelts; i++) {

#if (NGX_PCRE)
        if (sn[i].regex) {
            continue;
        }
#endif

        name = sn[i].name;

        if (name.len < 3 || name.data[name.len - 1] == '*') {
            continue;
        }

        if (name.data[0] == '.') {
            name.data++;
            name.len--;

            if (ngx_http_tattle_gossip_add_name(cf, &conf->names, &name)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            /* .name is name and *.name */

            name.len = sn[i].name.len + 1;
            name.data = ngx_pnalloc(cf->pool, name.len);
            if (name.data == NULL) {
                return NGX_CONF_ERROR;
            }

            name.data[0] = '*';
            ngx_memcpy(name.data + 1, sn[i].name.data, sn[i].name.len);
        }

        if (ngx_http_tattle_gossip_add_name(cf, &conf->names, &name)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_tattle_gossip_add_name(ngx_conf_t *cf, ngx_array_t *names,
    ngx_str_t *name)
{
    tattle_bytes  *bytes;

    bytes = ngx_array_push(names);
    if (bytes == NULL) {
        return NGX_ERROR;
    }

    bytes->data = name->data;
    bytes->len = name->len;

    return NGX_OK;
}
