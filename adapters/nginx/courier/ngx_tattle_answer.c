/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What tattled answers the courier.
 */


#include "ngx_tattle.h"
#include "ngx_tattle_courier.h"


static u_char *ngx_tattle_answer_field(u_char *line, u_char *end,
    const char *name, u_char **value_end);


ngx_int_t
ngx_tattle_courier_parse(u_char *pos, u_char *last, ngx_uint_t ended,
    ngx_uint_t *status, uint64_t *wait, u_char **body, size_t *len)
{
    off_t       length;
    u_char     *end, *line, *next, *value, *value_end;
    ngx_int_t   n;

    end = ngx_strlcasestrn(pos, last, (u_char *) "\r\n\r\n", 4 - 1);

    if (end == NULL) {
        return ended ? NGX_ERROR : NGX_AGAIN;
    }

    /* HTTP/1.1 200 */

    if (end - pos < 12 || ngx_strncmp(pos, "HTTP/1.", 7) != 0
        || pos[8] != ' ')
    {
        return NGX_ERROR;
    }

    n = ngx_atoi(pos + 9, 3);

    if (n < 100) {
        return NGX_ERROR;
    }

    *status = n;
    *wait = 0;
    length = -1;

    for (line = pos; line < end; line = next + 2) {

        next = ngx_strlcasestrn(line, end + 2, (u_char *) CRLF, 2 - 1);
        if (next == NULL) {
            return NGX_ERROR;
        }

        value = ngx_tattle_answer_field(line, next, "content-length:",
                                        &value_end);
        if (value) {
            length = ngx_atoof(value, value_end - value);

            if (length < 0) {
                return NGX_ERROR;
            }
        }

        value = ngx_tattle_answer_field(line, next, "retry-after:",
                                        &value_end);
        if (value) {
            n = ngx_atoi(value, value_end - value);
            *wait = (n > 0) ? (uint64_t) ngx_min(n, 3600) * 1000 : 0;
        }

        value = ngx_tattle_answer_field(line, next, "transfer-encoding:",
                                        &value_end);
        if (value) {
            return NGX_ERROR;          /* tattled does not do that */
        }
    }

    *body = end + 4;
    *len = last - *body;

    if (length == -1) {
        return ended ? NGX_OK : NGX_AGAIN;
    }

    if (length > (off_t) *len) {
        return ended ? NGX_ERROR : NGX_AGAIN;
    }

    *len = (size_t) length;

    return NGX_OK;
}


/* the value of a field, if the line is it */

static u_char *
ngx_tattle_answer_field(u_char *line, u_char *end, const char *name,
    u_char **value_end)
{
    size_t  len;

    len = ngx_strlen(name);

    if ((size_t) (end - line) < len
        || ngx_strncasecmp(line, (u_char *) name, len) != 0)
    {
        return NULL;
    }

    line += len;

    while (line < end && (*line == ' ' || *line == '\t')) {
        line++;
    }

    while (end > line && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    *value_end = end;

    return line;
}


void
ngx_tattle_courier_take(ngx_tattle_courier_t *c, u_char *body, size_t len)
{
    size_t                   size;
    ngx_uint_t               i, known;
    tattle_diag              diag = TATTLE_DIAG_INIT;
    const u_char            *record;
    tattle_gossip_terms      terms = TATTLE_GOSSIP_TERMS_INIT;
    tattle_head_relation     relations[TATTLE_GOSSIP_MAX_HEADS];
    tattle_gossip_message   *message;
    tattle_gossip_findings  *findings;

    if (tattle_gossip_message_new_heads(&message, body, len, &diag)
        != TATTLE_OK)
    {
        ngx_log_error(NGX_LOG_ERR, c->cycle->log, 0,
                      "tattled's answer cannot be read: %s", diag.text);
        return;
    }

    terms.list = ngx_tattle_log_list(c->cycle, c->cycle->log);
    terms.relations = relations;
    terms.num_relations = tattle_gossip_message_num_heads(message);
    terms.now_ms = ngx_tattle_now_ms();
    terms.max_checks = NGX_TATTLE_COURIER_HEADS;

    ngx_tattle_heads_relate(c->zone, message, relations, &known,
                            terms.now_ms);

    if (!known
        && tattle_gossip_check(message, &findings, &terms, NULL) == TATTLE_OK)
    {
        for (i = 0; i < terms.num_relations; i++) {

            record = tattle_gossip_findings_get0_head_record(findings, i,
                                                             &size);
            if (record) {
                (void) ngx_tattle_heads_store(c->zone, record, size,
                             ngx_tattle_head_given,
                             tattle_gossip_findings_head_status(findings, i)
                             == TATTLE_HEAD_STATUS_GOOD_IF_CONFLICTING,
                             terms.now_ms);
            }
        }

        tattle_gossip_findings_free(findings);
    }

    tattle_gossip_message_free(message);
}
