/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The client of libtattle by which connections are judged.
 */


#include "ngx_tattle_client.h"


#define NGX_TATTLE_CLIENT_COUNTERS  (TATTLE_COUNT_LOG_LINES_LOST + 1)


typedef struct {
    ngx_tattle_client_pt   ready;
    void                  *data;
} ngx_tattle_client_user_t;


/* in shared memory */

typedef struct {
    ngx_atomic_t               totals[NGX_TATTLE_CLIENT_COUNTERS];
    uint64_t                   since;

    /* with the lock of the zone, each at its number modulo theirs */
    ngx_tattle_client_hour_t   hours[NGX_TATTLE_CLIENT_HOURS];
} ngx_tattle_client_sh_t;


typedef struct {
    ngx_str_t              config;
    ngx_tattle_place_t     place;     /* of ct_config */
    tattle_client         *client;

    ngx_array_t           *users;     /* ngx_tattle_client_user_t */
    ngx_shm_zone_t        *zone;      /* its data: ngx_tattle_client_sh_t */

    /* what this process has added to the totals, by tattle_counter */
    uint64_t               published[NGX_TATTLE_CLIENT_COUNTERS];
} ngx_tattle_client_conf_t;


static void *ngx_tattle_client_create_conf(ngx_cycle_t *cycle);
static char *ngx_tattle_client_init_conf(ngx_cycle_t *cycle, void *conf);
static void ngx_tattle_client_cleanup(void *data);
static char *ngx_tattle_client_set_config(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_tattle_client_configure(ngx_tattle_client_conf_t *ccf,
    tattle_client_builder *builder, ngx_cycle_t *cycle, tattle_diag *diag);
static ngx_int_t ngx_tattle_client_set_list(tattle_client_builder *builder,
    ngx_cycle_t *cycle, tattle_diag *diag);
static ngx_int_t ngx_tattle_client_make(ngx_tattle_client_conf_t *ccf,
    ngx_cycle_t *cycle, tattle_diag *diag);
static void ngx_tattle_client_add_counts(ngx_tattle_client_conf_t *ccf,
    ngx_tattle_client_sh_t *sh);
static void ngx_tattle_client_add_hour(ngx_tattle_client_conf_t *ccf,
    ngx_tattle_client_sh_t *sh, uint64_t *counted);
static ngx_shm_zone_t *ngx_tattle_client_zone(ngx_cycle_t *cycle);
static ngx_int_t ngx_tattle_client_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);
static void ngx_tattle_client_log(void *arg, tattle_log_level level,
    const char *line);
static void ngx_tattle_client_exit_process(ngx_cycle_t *cycle);


static ngx_command_t  ngx_tattle_client_commands[] = {

    { ngx_string("ct_config"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_tattle_client_set_config,
      0,
      0,
      NULL },

      ngx_null_command
};


static ngx_core_module_t  ngx_tattle_client_module_ctx = {
    ngx_string("tattle_client"),
    ngx_tattle_client_create_conf,
    ngx_tattle_client_init_conf
};


ngx_module_t  ngx_tattle_client_module = {
    NGX_MODULE_V1,
    &ngx_tattle_client_module_ctx,         /* module context */
    ngx_tattle_client_commands,            /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_tattle_client_exit_process,        /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* whose handshake is being made, in this process */
static ngx_connection_t  *ngx_tattle_client_connection;


ngx_int_t
ngx_tattle_client_use(ngx_conf_t *cf, ngx_tattle_client_pt ready, void *data)
{
    ngx_str_t                  name;
    ngx_tattle_client_conf_t  *ccf;
    ngx_tattle_client_user_t  *user;

    ccf = (ngx_tattle_client_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                                    ngx_tattle_client_module);

    if (ccf->users == NULL) {
        ccf->users = ngx_array_create(cf->cycle->pool, 2,
                                      sizeof(ngx_tattle_client_user_t));
        if (ccf->users == NULL) {
            return NGX_ERROR;
        }

        ngx_str_set(&name, "tattle_totals");

        ccf->zone = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize,
                                            &ngx_tattle_client_module);
        if (ccf->zone == NULL) {
            return NGX_ERROR;
        }

        ccf->zone->init = ngx_tattle_client_init_zone;
        ccf->zone->data = ccf;
    }

    user = ngx_array_push(ccf->users);
    if (user == NULL) {
        return NGX_ERROR;
    }

    user->ready = ready;
    user->data = data;

    return NGX_OK;
}


const tattle_client *
ngx_tattle_client(ngx_cycle_t *cycle)
{
    ngx_tattle_client_conf_t  *ccf;

    ccf = (ngx_tattle_client_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                                    ngx_tattle_client_module);

    return ccf->client;
}


ngx_int_t
ngx_tattle_client_log_list(ngx_cycle_t *cycle, tattle_log_list **list)
{
    ngx_str_t             path;
    const tattle_client  *client;

    client = ngx_tattle_client(cycle);

    if (client == NULL
        || ngx_tattle_log_list_path(cycle, &path) != NGX_DECLINED)
    {
        return NGX_DECLINED;
    }

    if (tattle_client_log_list(client, list, ngx_tattle_now_ms(), NULL)
        != TATTLE_OK)
    {
        *list = NULL;
    }

    return NGX_OK;
}


void
ngx_tattle_client_set_connection(ngx_connection_t *c)
{
    ngx_tattle_client_connection = c;
}


void
ngx_tattle_client_publish(ngx_cycle_t *cycle)
{
    ngx_tattle_client_conf_t  *ccf;

    ccf = (ngx_tattle_client_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                                    ngx_tattle_client_module);

    if (ccf->client) {
        ngx_tattle_client_add_counts(ccf, ccf->zone->data);
    }
}


static void
ngx_tattle_client_add_counts(ngx_tattle_client_conf_t *ccf,
    ngx_tattle_client_sh_t *sh)
{
    uint64_t    count, counted[NGX_TATTLE_CLIENT_COUNTERS];
    ngx_uint_t  i;

    for (i = 1; i < NGX_TATTLE_CLIENT_COUNTERS; i++) {

        count = tattle_client_count(ccf->client, (tattle_counter) i);
        counted[i] = count - ccf->published[i];

        if (counted[i]) {
            (void) ngx_atomic_fetch_add(&sh->totals[i], counted[i]);
            ccf->published[i] = count;
        }
    }

    if (counted[TATTLE_COUNT_COMPLIANT] || counted[TATTLE_COUNT_NOT_COMPLIANT]
        || counted[TATTLE_COUNT_UNDECIDED])
    {
        ngx_tattle_client_add_hour(ccf, sh, counted);
    }
}


static void
ngx_tattle_client_add_hour(ngx_tattle_client_conf_t *ccf,
    ngx_tattle_client_sh_t *sh, uint64_t *counted)
{
    uint64_t                   n;
    ngx_slab_pool_t           *shpool;
    ngx_tattle_client_hour_t  *hour;

    shpool = (ngx_slab_pool_t *) ccf->zone->shm.addr;

    n = ngx_tattle_now_ms() / NGX_TATTLE_CLIENT_HOUR_MS;
    hour = &sh->hours[n % NGX_TATTLE_CLIENT_HOURS];

    ngx_shmtx_lock(&shpool->mutex);

    if (hour->hour != n) {
        ngx_memzero(hour, sizeof(ngx_tattle_client_hour_t));
        hour->hour = n;
    }

    hour->compliant += counted[TATTLE_COUNT_COMPLIANT];
    hour->not_compliant += counted[TATTLE_COUNT_NOT_COMPLIANT];
    hour->undecided += counted[TATTLE_COUNT_UNDECIDED];

    ngx_shmtx_unlock(&shpool->mutex);
}


/* NULL without a client */

static ngx_shm_zone_t *
ngx_tattle_client_zone(ngx_cycle_t *cycle)
{
    ngx_tattle_client_conf_t  *ccf;

    ccf = (ngx_tattle_client_conf_t *) ngx_get_conf(cycle->conf_ctx,
                                                    ngx_tattle_client_module);

    return ccf->client ? ccf->zone : NULL;
}


ngx_uint_t
ngx_tattle_client_hours(ngx_cycle_t *cycle, ngx_tattle_client_hour_t *hours,
    uint64_t *since)
{
    uint64_t                 now;
    ngx_uint_t               i, n;
    ngx_shm_zone_t          *zone;
    ngx_slab_pool_t         *shpool;
    ngx_tattle_client_sh_t  *sh;

    zone = ngx_tattle_client_zone(cycle);

    if (zone == NULL) {
        return 0;
    }

    n = 0;
    sh = zone->data;
    *since = sh->since;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    now = ngx_tattle_now_ms() / NGX_TATTLE_CLIENT_HOUR_MS;

    ngx_shmtx_lock(&shpool->mutex);

    for (i = 0; i < NGX_TATTLE_CLIENT_HOURS; i++) {
        if (sh->hours[i].hour + NGX_TATTLE_CLIENT_HOURS > now) {
            hours[n++] = sh->hours[i];
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return n;
}


uint64_t
ngx_tattle_client_total(ngx_cycle_t *cycle, tattle_counter counter)
{
    ngx_shm_zone_t  *zone;

    zone = ngx_tattle_client_zone(cycle);

    if (zone == NULL || counter < 1 || counter >= NGX_TATTLE_CLIENT_COUNTERS) {
        return 0;
    }

    return ((ngx_tattle_client_sh_t *) zone->data)->totals[counter];
}


static void *
ngx_tattle_client_create_conf(ngx_cycle_t *cycle)
{
    ngx_pool_cleanup_t        *cln;
    ngx_tattle_client_conf_t  *ccf;

    ccf = ngx_pcalloc(cycle->pool, sizeof(ngx_tattle_client_conf_t));
    if (ccf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     ccf->config = { 0, NULL };
     *     ccf->place = { NULL, 0 };
     *     ccf->client = NULL;
     *     ccf->users = NULL;
     *     ccf->zone = NULL;
     *     ccf->published = { 0 };
     */

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_tattle_client_cleanup;
    cln->data = ccf;

    return ccf;
}


static char *
ngx_tattle_client_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_tattle_client_conf_t *ccf = conf;

    ngx_uint_t                 i;
    tattle_diag                diag = TATTLE_DIAG_INIT;
    ngx_tattle_client_user_t  *user;

    if (ccf->users == NULL && ccf->config.len == 0) {
        return NGX_CONF_OK;
    }

    /* a file that is named is looked at also where nobody goes by it yet */

    if (ngx_tattle_client_make(ccf, cycle, &diag) != NGX_OK) {
        ngx_tattle_log_place(NGX_LOG_EMERG, cycle->log, &ccf->place, 0,
                             "Certificate Transparency of upstreams cannot be "
                             "judged: %s", diag.text);
        return NGX_CONF_ERROR;
    }

    if (ccf->users == NULL) {
        return NGX_CONF_OK;
    }

    user = ccf->users->elts;

    for (i = 0; i < ccf->users->nelts; i++) {
        if (user[i].ready(cycle, ccf->client, user[i].data) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static void
ngx_tattle_client_cleanup(void *data)
{
    ngx_tattle_client_conf_t *ccf = data;

    tattle_client_free(ccf->client);
}


static char *
ngx_tattle_client_set_config(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_tattle_client_conf_t *ccf = conf;

    ngx_str_t  *value;

    if (ccf->config.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "is empty";
    }

    ccf->config = value[1];
    ngx_tattle_here(cf, &ccf->place);

    if (ngx_conf_full_name(cf->cycle, &ccf->config, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_tattle_client_make(ngx_tattle_client_conf_t *ccf, ngx_cycle_t *cycle,
    tattle_diag *diag)
{
    ngx_int_t               rc;
    tattle_client          *client;
    tattle_client_builder  *builder;

    if (tattle_client_builder_new(&builder, diag) != TATTLE_OK) {
        return NGX_ERROR;
    }

    rc = ngx_tattle_client_configure(ccf, builder, cycle, diag);

    if (rc == NGX_OK && ccf->users) {

        if (tattle_client_new(builder, &client, ngx_tattle_now_ms(), diag)
            == TATTLE_OK)
        {
            ccf->client = client;

        } else {
            rc = NGX_ERROR;
        }
    }

    tattle_client_builder_free(builder);

    return rc;
}


static ngx_int_t
ngx_tattle_client_configure(ngx_tattle_client_conf_t *ccf,
    tattle_client_builder *builder, ngx_cycle_t *cycle, tattle_diag *diag)
{
    const char  *path;

    path = ccf->config.len ? (const char *) ccf->config.data : NULL;

    if (tattle_client_builder_read_file(builder, path, diag) != TATTLE_OK) {
        return NGX_ERROR;
    }

    if (tattle_client_builder_set_log(builder, ngx_tattle_client_log, NULL,
                                      diag)
        != TATTLE_OK)
    {
        return NGX_ERROR;
    }

    return ngx_tattle_client_set_list(builder, cycle, diag);
}


/*
 * ct_log_list goes over log_list of the file.  The client gets the path, so
 * that it reads a list that was replaced by itself.
 */

static ngx_int_t
ngx_tattle_client_set_list(tattle_client_builder *builder, ngx_cycle_t *cycle,
    tattle_diag *diag)
{
    ngx_str_t         path;
    tattle_status     status;
    tattle_log_list  *list;

    switch (ngx_tattle_log_list_path(cycle, &path)) {

    case NGX_OK:
        status = tattle_client_builder_set(builder, "log_list",
                                           (const char *) path.data, diag);
        break;

    case NGX_DONE:
        status = tattle_log_list_new_pinned(&list, diag);

        if (status == TATTLE_OK) {
            status = tattle_client_builder_set_log_list(builder, list, diag);
            tattle_log_list_free(list);
        }

        break;

    default: /* NGX_DECLINED */
        return NGX_OK;
    }

    return (status == TATTLE_OK) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_tattle_client_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_tattle_client_conf_t *ccf = shm_zone->data;

    ngx_slab_pool_t         *shpool;
    ngx_tattle_client_sh_t  *sh;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (data) {
        sh = data;

    } else if (shm_zone->shm.exists) {
        sh = shpool->data;

    } else {
        sh = ngx_slab_calloc(shpool, sizeof(ngx_tattle_client_sh_t));
        if (sh == NULL) {
            return NGX_ERROR;
        }

        sh->since = ngx_tattle_now_ms();
        shpool->data = sh;
    }

    shm_zone->data = sh;

    /* once, before there are workers, each of which would add it */

    ngx_tattle_client_add_counts(ccf, sh);

    return NGX_OK;
}


static void
ngx_tattle_client_log(void *arg, tattle_log_level level, const char *line)
{
    ngx_log_t   *log;
    ngx_uint_t   n;

    log = ngx_tattle_client_connection ? ngx_tattle_client_connection->log
                                       : ngx_cycle->log;

    switch (level) {

    case TATTLE_LOG_INFO:
        n = NGX_LOG_INFO;
        break;

    case TATTLE_LOG_WARNING:
        n = NGX_LOG_WARN;
        break;

    default: /* TATTLE_LOG_ERROR */
        n = NGX_LOG_ERR;
    }

    ngx_log_error(n, log, 0, "Certificate Transparency: %s", line);
}


static void
ngx_tattle_client_exit_process(ngx_cycle_t *cycle)
{
    ngx_tattle_client_publish(cycle);
}
