/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A module of nginx that has something to say in ct_status, by each of the functions that there
 * are: the values are those that are hard on one of the two formats. nginx_status_test.py builds
 * it.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "adapters/nginx/status/ngx_tattle_status.h"

#define TEXT(s) ((const u_char*)(s)), sizeof(s) - 1

static void say(ngx_tattle_status_t* st, ngx_cycle_t* cycle, void* data) {
  static u_char many[5000];
  (void)cycle;
  ngx_tattle_status_counter(st, "large", "The largest number.", UINT64_MAX);
  ngx_tattle_status_gauge(st, "small", data, 0);
  ngx_tattle_status_gauge_of(st, "odd", "Odd names.", "name", TEXT("plain"), 1);
  ngx_tattle_status_gauge_of(st, "odd", "Odd names.", "name", TEXT("\"quoted\" \\ {x=\"1\"}"), 2);
  ngx_tattle_status_gauge_of(st, "odd", "Odd names.", "name", TEXT("two\nlines\t\x7f\x01"), 3);
  ngx_tattle_status_gauge_of(st, "odd", "Odd names.", "name",
                             TEXT("Stra\xc3\x9f"
                                  "e \xe2\x82\xac"),
                             4);
  ngx_tattle_status_gauge_of(st, "odd", "Odd names.", "name", TEXT("latin \xe9 \xc3"), 5);
  ngx_tattle_status_gauge_of(st, "odd", "Odd names.", "name", TEXT(""), 6);
  ngx_tattle_status_gauge_of(st, "other", "Others.", "name", TEXT("plain"), 7);
  ngx_tattle_status_flag(st, "yes", "Is so.", 2);
  ngx_tattle_status_flag(st, "no", "Is not so.", 0);
  ngx_tattle_status_time(st, "begun", "When it began.", 1234567890999);
  ngx_tattle_status_time(st, "never", "What never was.", 0);
  ngx_memset(many, '"', sizeof(many));
  ngx_tattle_status_text(st, "many", many, sizeof(many));
  ngx_tattle_status_text(st, "nothing", NULL, 0);
  ngx_tattle_status_gauge_of(st, "last", "The last.", "name", TEXT("plain"), 8);
}

static void say_nothing(ngx_tattle_status_t* st, ngx_cycle_t* cycle, void* data) {
  (void)st;
  (void)cycle;
  (void)data;
}

static void say_list(ngx_tattle_status_t* st, ngx_cycle_t* cycle, void* data) {
  (void)cycle;
  (void)data;
  ngx_tattle_status_begin(st, "things", '[');
  ngx_tattle_status_begin(st, NULL, '{');
  ngx_tattle_status_text(st, "name", TEXT("one"));
  ngx_tattle_status_begin(st, "inner", '{');
  ngx_tattle_status_gauge(st, "number", "", 1);
  ngx_tattle_status_begin(st, "none", '[');
  ngx_tattle_status_end(st, ']');
  ngx_tattle_status_end(st, '}');
  ngx_tattle_status_end(st, '}');
  ngx_tattle_status_begin(st, NULL, '{');
  ngx_tattle_status_end(st, '}');
  ngx_tattle_status_end(st, ']');
}

static ngx_int_t add(ngx_conf_t* cf) {
  static char help[] = "The smallest number.";
  if (ngx_tattle_status_add(cf, "part", say, help) != NGX_OK) {
    return NGX_ERROR;
  }
  if (ngx_tattle_status_add(cf, "empty", say_nothing, NULL) != NGX_OK) {
    return NGX_ERROR;
  }
  return ngx_tattle_status_add(cf, NULL, say_list, NULL);
}

static ngx_http_module_t context = {NULL, add, NULL, NULL, NULL, NULL, NULL, NULL};

static ngx_module_t module = {NGX_MODULE_V1, &context, NULL, NGX_HTTP_MODULE,
                              NULL,          NULL,     NULL, NULL,
                              NULL,          NULL,     NULL, NGX_MODULE_V1_PADDING};

/* What nginx's own build would write. */
ngx_module_t* ngx_modules[] = {&module, NULL};
char* ngx_module_names[] = {"ngx_http_status_part_module", NULL};
char* ngx_module_order[] = {NULL};
