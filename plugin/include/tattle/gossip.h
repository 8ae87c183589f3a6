/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tattle: gossip about what logs have signed, for adapters to HTTP. The rules of <tattle/tattle.h>
 * hold here as well.
 *
 *   - A client carries the tree heads that tattled has for a host, and tells tattled what the host
 *     says: tattle_heads.
 *   - A server is told heads and SCTs: it reads a tattle_gossip_message, compares it with what it
 *     keeps, has the rest checked (tattle_gossip_check), keeps the records of what is good, and
 *     answers with heads that it draws from a tattle_head_shelf. What is kept, and where, is its
 *     own affair: the library keeps nothing.
 */

#ifndef TATTLE_GOSSIP_H_
#define TATTLE_GOSSIP_H_

/* NOLINTBEGIN(modernize-deprecated-headers,modernize-use-using): this is C too. */

#include <tattle/tattle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- A client: what adapters to HTTP carry ---- */

/* tattle_heads is the tree heads that tattled has for one host, ready to be sent. */
typedef struct tattle_heads tattle_heads;

/* tattle_heads_new looks up the heads for `host`, an exact name, in the outbox of the client. There
 * are none if the host is not known to be willing, or tattled does not run; that is no failure.
 * They are for this host alone: give them to nobody else, only over HTTPS with a valid chain, and
 * never with cookies, credentials or a client certificate. Fails with TATTLE_ERR_MISUSE for NULL.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_heads_new(const tattle_client* client, tattle_heads** out,
                                          const char* host, uint64_t now_ms, tattle_diag* diag);

/* tattle_heads_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_heads_free(tattle_heads* heads);

/* tattle_heads_num counts the heads. Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_heads_num(const tattle_heads* heads);

/* tattle_heads_get0_header is the value of a request header TransGossip
 * (draft-linus-trans-gossip-transport-https-00) with as many of the heads as 4,096 bytes hold; ""
 * if there is none. Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_heads_get0_header(const tattle_heads* heads);

/* tattle_heads_get0_body is the body (application/json) of a POST to
 * /.well-known/ct/v1/sth-pollination with all of the heads; "" if there is none.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_heads_get0_body(const tattle_heads* heads);

/* tattle_gossip is what can pass between a program and a web server by way of gossip. */
typedef int32_t tattle_gossip;
enum {
  TATTLE_GOSSIP_ENABLED = 1, /* values of response headers TransGossipEnabled, comma-separated */
  TATTLE_GOSSIP_HEADER = 2,  /* values of response headers TransGossip, comma-separated */
  TATTLE_GOSSIP_HEADS = 3,   /* the body that answers a POST of heads, empty or not */
  TATTLE_GOSSIP_OFFERED = 4  /* nothing: a tattle_heads was sent to it, or is about to be */
};

/* tattle_client_note_gossip tells tattled what a web server has said, as it came. `host` is the
 * exact name that was contacted, over HTTPS and with a valid chain for that name. Nothing that was
 * told within the last hour is told again, and nothing of more than 128 KB; where tattled does not
 * run, it is lost. Whoever sends a tattle_heads says so first, each time, with
 * TATTLE_GOSSIP_OFFERED and no bytes: tattled takes them out of the outbox, so that no other
 * program sends them again, and tattle_heads_new gives this client nothing for the host until
 * there is a later outbox. Thread-safety: safe. Since: 1.0 */
TATTLE_API void tattle_client_note_gossip(const tattle_client* client, const char* host,
                                          tattle_gossip what, const uint8_t* said, size_t said_len,
                                          uint64_t now_ms);

/* ---- A server: what is asked for ---- */

/* tattle_gossip_endpoint is a service of gossip over HTTP (draft-ietf-trans-gossip, all of its
 * dialects). */
typedef int32_t tattle_gossip_endpoint;
enum {
  TATTLE_ENDPOINT_NONE = 0,                   /* no path of gossip */
  TATTLE_ENDPOINT_STH_POLLINATION = 1,        /* POST of heads; heads are the answer */
  TATTLE_ENDPOINT_SCT_FEEDBACK = 2,           /* POST of what this server showed; no answer */
  TATTLE_ENDPOINT_COLLECTED_SCT_FEEDBACK = 3, /* GET of what was so posted */
  TATTLE_ENDPOINT_TRUSTED_AUDITOR = 4,        /* POST of all that a client has */
  TATTLE_ENDPOINT_AUDITOR_FEEDBACK = 5,       /* POST of what servers were told */
  TATTLE_ENDPOINT_AUDITOR_HEADS = 6           /* GET of heads */
};

/* tattle_gossip_endpoint_find is the service that a path stands for, in either family of paths; a
 * path without query, whose case counts. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_gossip_endpoint tattle_gossip_endpoint_find(const char* path, size_t path_len);

/* Bounds of what is read. A server refuses a larger body before it reads it. */
enum {
  TATTLE_GOSSIP_MAX_HEADS_BODY = 524288,     /* bytes of a body of heads */
  TATTLE_GOSSIP_MAX_FEEDBACK_BODY = 1048576, /* bytes of a body of feedback */
  TATTLE_GOSSIP_MAX_HEADS = 512              /* heads in one message */
};

/* TATTLE_HEAD_KEY_LEN is the size of the name of a head: log_id (32 bytes), tree size (8), root
 * (32), time (8). Two heads with the first 40 in common and not the next 32 are a split view. */
#define TATTLE_HEAD_KEY_LEN 80

/* tattle_head_dialect is how heads are wrapped; drafts differ. A message is answered in its own. */
typedef int32_t tattle_head_dialect;
enum {
  TATTLE_HEADS_STHS = 1,       /* {"sths":[...]}, which is deployed */
  TATTLE_HEADS_STH_GOSSIP = 2, /* {"sth_gossip":[...]} */
  TATTLE_HEADS_VERSIONED = 3   /* {"v1":[...],"v2":[...]} */
};

/* tattle_gossip_message is what a client brought: heads, or SCTs with their chains, or (in a
 * header) both. Nothing of it is verified yet. */
typedef struct tattle_gossip_message tattle_gossip_message;

/* tattle_gossip_message_new_heads reads a body of heads in any dialect. What cannot be read in it
 * is left out and spoils nothing else. Fails with TATTLE_ERR_MALFORMED if the body is no such
 * message. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_gossip_message_new_heads(tattle_gossip_message** out,
                                                         const uint8_t* body, size_t body_len,
                                                         tattle_diag* diag);

/* tattle_gossip_message_new_feedback does the same with a body of SCT feedback.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_gossip_message_new_feedback(tattle_gossip_message** out,
                                                            const uint8_t* body, size_t body_len,
                                                            tattle_diag* diag);

/* tattle_gossip_message_new_header reads the values of all TransGossip headers of a request
 * (draft-linus-trans-gossip-transport-https-00), 8,192 bytes together at most.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_gossip_message_new_header(tattle_gossip_message** out,
                                                          const tattle_bytes* values,
                                                          size_t num_values, tattle_diag* diag);

/* tattle_gossip_message_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_gossip_message_free(tattle_gossip_message* message);

/* tattle_gossip_message_dialect is the dialect of its heads, also where there are none.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_head_dialect tattle_gossip_message_dialect(const tattle_gossip_message* message);

/* tattle_gossip_message_is_cut is 1 if more stood in it than is read at once, else 0.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_gossip_message_is_cut(const tattle_gossip_message* message);

/* tattle_gossip_message_num_heads counts the heads that were read.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_gossip_message_num_heads(const tattle_gossip_message* message);

/* tattle_gossip_message_get0_head_key is TATTLE_HEAD_KEY_LEN bytes. Of a head that names no log the
 * first 32 are zero. Thread-safety: safe. Since: 1.0 */
TATTLE_API const uint8_t* tattle_gossip_message_get0_head_key(const tattle_gossip_message* message,
                                                              size_t index);

/* tattle_gossip_message_has_head_log is 1 if the head names its log, else 0: one dialect forgot
 * that, and the check tries the keys. Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_gossip_message_has_head_log(const tattle_gossip_message* message,
                                                      size_t index);

/* tattle_gossip_message_num_scts counts the SCTs of all chains. Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_gossip_message_num_scts(const tattle_gossip_message* message);

/* tattle_gossip_message_get0_sct_key is 32 bytes, the name of an SCT over its leaf, in which
 * neither signature nor chain counts: anybody can make more of them. NULL for one that cannot be
 * read. Thread-safety: safe. Since: 1.0 */
TATTLE_API const uint8_t* tattle_gossip_message_get0_sct_key(const tattle_gossip_message* message,
                                                             size_t index);

/* ---- A server: what is to be believed ---- */

/* tattle_head_relation is how a head stands to those that the server keeps. */
typedef int32_t tattle_head_relation;
enum {
  TATTLE_HEAD_NEW = 1,
  TATTLE_HEAD_KNOWN = 2,      /* it keeps this very one: never checked again */
  TATTLE_HEAD_CONFLICTING = 3 /* it keeps another of its log and size, with another root; of a head
                                  that names no log: with any log */
};

/* tattle_gossip_terms is what a message is checked by. Since: 1.0 */
typedef struct tattle_gossip_terms {
  size_t struct_size;
  const tattle_log_list* list;
  const tattle_head_relation* relations; /* one for each head of the message */
  size_t num_relations;
  const tattle_bytes* names; /* hosts whose feedback is taken, each a name or *.name */
  size_t num_names;          /* without any, no SCT is looked at */
  const uint8_t* known_scts; /* for each SCT of the message, whether the server has found it good
                                before: 0 or 1 */
  size_t num_known_scts;
  uint64_t now_ms;
  size_t max_checks; /* signatures, or what costs as much, that may be checked, of heads and SCTs
                        together; 0: no bound but that of tattle_gossip_check */
} tattle_gossip_terms;
#define TATTLE_GOSSIP_TERMS_INIT \
  { sizeof(tattle_gossip_terms), NULL, NULL, 0, NULL, 0, NULL, 0, 0, 0 }

/* tattle_gossip_findings is what is true of the heads and SCTs of a message, by their places in
 * it. */
typedef struct tattle_gossip_findings tattle_gossip_findings;

/* tattle_head_status is what is true of one head. */
typedef int32_t tattle_head_status;
enum {
  TATTLE_HEAD_STATUS_NOT_CHECKED = 0, /* the checks for this message were used up */
  TATTLE_HEAD_STATUS_GOOD = 1,        /* new, and signed by its log: to be kept */
  TATTLE_HEAD_STATUS_KNOWN = 2,       /* the server said so, or it stands twice in the message */
  TATTLE_HEAD_STATUS_STALE = 3,       /* older than 14 days */
  TATTLE_HEAD_STATUS_UNKNOWN_LOG = 4,
  TATTLE_HEAD_STATUS_DENIED_LOG = 5,
  TATTLE_HEAD_STATUS_BAD_SIGNATURE = 6,
  TATTLE_HEAD_STATUS_IN_FUTURE = 7,
  TATTLE_HEAD_STATUS_GOOD_IF_CONFLICTING = 8 /* signed by its log, and stale or in the future: to be
                                                kept only if it conflicts with what is kept of this
                                                log */
};

/* tattle_sct_fate is what a server does with an SCT of feedback. */
typedef int32_t tattle_sct_fate;
enum {
  TATTLE_SCT_DROP = 0,   /* not for a name of this server, or not checked */
  TATTLE_SCT_KNOWN = 1,  /* found good before, or twice in the message */
  TATTLE_SCT_KEEP = 2,   /* good: to be remembered by its key, and passed on */
  TATTLE_SCT_SUSPECT = 3 /* for a name of this server, and no log vouches for it: to be looked at.
                            Anybody can make one */
};

/* tattle_gossip_check checks what is not known, by at most 512 signatures for heads and as many for
 * SCTs (60 microseconds each), and not more than `max_checks`. Fails with TATTLE_ERR_MISUSE for
 * terms that do not fit the message, with TATTLE_ERR_INTERNAL if libcrypto could not do its work.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_gossip_check(const tattle_gossip_message* message,
                                             tattle_gossip_findings** out,
                                             const tattle_gossip_terms* terms, tattle_diag* diag);

/* tattle_gossip_findings_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_gossip_findings_free(tattle_gossip_findings* findings);

/* tattle_gossip_findings_num_checks is what the check has cost, in signatures; to read 4 KB of
 * certificates, or to hash them, costs as much as one.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_gossip_findings_num_checks(const tattle_gossip_findings* findings);

/* tattle_gossip_findings_is_cut is 1 if the checks for this message did not suffice: once
 * what was found is known, the message can be brought again. Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_gossip_findings_is_cut(const tattle_gossip_findings* findings);

/* tattle_gossip_findings_head_status is what is true of a head. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_head_status
tattle_gossip_findings_head_status(const tattle_gossip_findings* findings, size_t index);

/* tattle_gossip_findings_get0_head_record is what to keep of a good head: its key, with the log
 * that was found, and its signature in the one form that stands for all that verify; `*len`, which
 * may not be NULL, is 130 to 1,120. NULL for others. Thread-safety: safe. Since: 1.0 */
TATTLE_API const uint8_t* tattle_gossip_findings_get0_head_record(
    const tattle_gossip_findings* findings, size_t index, size_t* len);

/* tattle_gossip_findings_sct_fate is what to do with an SCT. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_sct_fate tattle_gossip_findings_sct_fate(const tattle_gossip_findings* findings,
                                                           size_t index);

/* tattle_gossip_findings_sct_status is why; TATTLE_SCT_NOT_CHECKED for what is dropped.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_sct_status
tattle_gossip_findings_sct_status(const tattle_gossip_findings* findings, size_t index);

/* tattle_gossip_findings_get0_sct_record is what to keep of an SCT that is kept or suspect: host,
 * leaf, issuer where it is needed, SCT, status. NULL for others. Thread-safety: safe. Since: 1.0 */
TATTLE_API const uint8_t* tattle_gossip_findings_get0_sct_record(
    const tattle_gossip_findings* findings, size_t index, size_t* len);

/* ---- A server: what is given ---- */

/* tattle_gossip_text is a body, ready to be sent as application/json. */
typedef struct tattle_gossip_text tattle_gossip_text;

/* tattle_gossip_text_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_gossip_text_free(tattle_gossip_text* text);

/* tattle_gossip_text_get0 is the text, and sets `*len`, which may be NULL, to its size.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_gossip_text_get0(const tattle_gossip_text* text, size_t* len);

/* tattle_head_shelf is heads at hand, of which answers are drawn. */
typedef struct tattle_head_shelf tattle_head_shelf;

/* tattle_head_shelf_new makes one of head records; `is_conflicting` has, for each, whether it is
 * half of a split view, 0 or 1, and may be NULL: none is. A record that cannot be read, or whose
 * log is not in the list or denied, is left out. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_head_shelf_new(tattle_head_shelf** out, const tattle_log_list* list,
                                               const tattle_bytes* records,
                                               const uint8_t* is_conflicting, size_t num_records,
                                               tattle_diag* diag);

/* tattle_head_shelf_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_head_shelf_free(tattle_head_shelf* shelf);

/* tattle_head_shelf_num counts the heads. Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_head_shelf_num(const tattle_head_shelf* shelf);

/* tattle_head_shelf_draw writes a body of at most `max_heads` fresh heads, drawn at random, a log
 * at a time, conflicting ones first; none of those that `brought` (or NULL) has. Fails with
 * TATTLE_ERR_INTERNAL if libcrypto gives no random numbers, with TATTLE_ERR_MISUSE for no dialect.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_head_shelf_draw(const tattle_head_shelf* shelf,
                                                tattle_gossip_text** out,
                                                tattle_head_dialect dialect, size_t max_heads,
                                                const tattle_gossip_message* brought,
                                                uint64_t now_ms, tattle_diag* diag);

/* tattle_gossip_text_new_heads writes a body of these head records, at most
 * TATTLE_GOSSIP_MAX_HEADS. Fails with TATTLE_ERR_MALFORMED if one is none. Thread-safety: safe.
 * Since: 1.0 */
TATTLE_API tattle_status tattle_gossip_text_new_heads(tattle_gossip_text** out,
                                                      tattle_head_dialect dialect,
                                                      const tattle_bytes* records,
                                                      size_t num_records, tattle_diag* diag);

/* tattle_gossip_text_new_feedback writes a body of feedback of these SCT records, in the dialect of
 * draft-ietf-trans-gossip-05. Fails with TATTLE_ERR_MALFORMED if one is none, or all are too much
 * for one body. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_gossip_text_new_feedback(tattle_gossip_text** out,
                                                         const tattle_bytes* records,
                                                         size_t num_records, tattle_diag* diag);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers,modernize-use-using) */

#endif /* TATTLE_GOSSIP_H_ */
