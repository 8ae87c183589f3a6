/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tattle: Certificate Transparency for TLS programs that are not browsers.
 *
 * Two ways lead in; what they say to each other of logs is <tattle/gossip.h>.
 *
 *   - A program that makes connections has a client: it makes one from a configuration, and gives
 *     each connection to it; the session that comes back says whether to go on, and why. Whoever
 *     uses OpenSSL leaves even that to <tattle/openssl.h>: examples/openssl_client.c.
 *   - A program that only wants the facts makes a log list, gives evidence to tattle_verify, reads
 *     the report, and lets tattle_evaluate judge it by a policy: examples/check.c.
 *
 * Rules of this header
 *
 *   - A function that can fail returns tattle_status: TATTLE_OK or a negative number. What a policy
 *     thinks of a certificate is never a status. Outputs are written only on success, except that
 *     the handle that a function makes is first set to NULL.
 *   - Functions that only look ("getters") cannot fail. For NULL, for an index out of range, and
 *     for what is not known, they return 0, NULL for bytes and "" for text, unless their comment
 *     says otherwise. No such answer is good news.
 *   - Handles are made by _new, tattle_verify, tattle_evaluate and the like, and belong to the
 *     caller. Any number of threads may use one handle at once, which never changes as far as they
 *     can see; a builder is for one thread. Only _free must be the last use, and accepts NULL. A
 *     handle keeps alive what it needs: free them in any order.
 *   - get0 in a name: what is returned is borrowed from the handle and good until it is freed.
 *     Other text that is returned is static. All text ends in a NUL;
 *     names and descriptions of logs are in the encoding that the log list has them in.
 *   - Bytes that are given to a function are borrowed for the call. NULL is allowed if the length
 *     is 0.
 *   - A struct begins with its own size and is made with its _INIT macro. Fields are only ever
 *     appended: the library takes what an older program leaves out as zero, and refuses what a
 *     newer program sets and it does not know.
 *   - Times are milliseconds since 1970-01-01T00:00:00Z. The library never reads a clock.
 *   - The library starts no thread, writes no file, prints nothing, waits for nothing but the disk,
 *     and leaves errno as it was. Only a client keeps state; it reads the files that its
 *     configuration names, again when they were replaced, and sends datagrams to tattled. It may be
 *     used across fork() and in a chroot.
 *   - "Since" names the version of the symbol (TATTLE_1.0).
 */

#ifndef TATTLE_TATTLE_H_
#define TATTLE_TATTLE_H_

/* NOLINTBEGIN(modernize-deprecated-headers,modernize-use-using): this is C too. */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TATTLE_API __attribute__((visibility("default")))
#else
#define TATTLE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---- */

#define TATTLE_VERSION_MAJOR 0
#define TATTLE_VERSION_MINOR 1
#define TATTLE_VERSION_PATCH 0
#define TATTLE_VERSION "0.1.0"

/* tattle_version is the version of the library that runs, such as "0.1.0"; TATTLE_VERSION is that
 * of the header. Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_version(void);

/* ---- Status and diagnosis ---- */

/* tattle_status says whether a call could do its work and, if not, who has to act. */
typedef int32_t tattle_status;
enum {
  TATTLE_OK = 0,
  TATTLE_ERR_MALFORMED = -1,   /* input is not what it says it is: whoever made it */
  TATTLE_ERR_UNSUPPORTED = -2, /* input is of a later version or unknown algorithm: nobody */
  TATTLE_ERR_ARGUMENT = -3,    /* input is sound but may not be used, such as a list that is not
                                  authentic: whoever configured it */
  TATTLE_ERR_INTERNAL = -4,    /* the library or libcrypto failed: us */
  TATTLE_ERR_MISUSE = -5,      /* the call breaks a rule of this header: the caller */
  TATTLE_ERR_STRUCT_SIZE = -6, /* struct_size is no size that a struct can have, or a newer
                                  program sets a field that this library does not know */
  TATTLE_ERR_MEMORY = -7       /* out of memory */
};

/* tattle_status_name is a status as a word, such as "malformed"; "unknown" for other numbers.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_status_name(tattle_status status);

/* tattle_diag is where a call says more about its failure, if it is given one; NULL is fine
 * everywhere. After success, code is 0 and text is empty.
 * Since: 1.0 */
typedef struct tattle_diag {
  size_t struct_size;
  uint32_t code;     /* finer than the status, for logs; may change between releases */
  uint32_t reserved; /* zero */
  size_t offset;     /* of the byte of the input where it was noticed, or 0 */
  char text[488];    /* a line such as "log_list: not properly encoded at byte 17" */
} tattle_diag;
#define TATTLE_DIAG_INIT \
  { sizeof(tattle_diag), 0, 0, 0, "" }

/* ---- Log list ---- */

/* tattle_log_list is the logs that are known, who runs them, and what is thought of them. */
typedef struct tattle_log_list tattle_log_list;

/* tattle_log_list_new_pinned makes the list that is built into the library. It was current when
 * the library was made: ask tattle_log_list_is_stale. Fails only for want of memory.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_log_list_new_pinned(tattle_log_list** out, tattle_diag* diag);

/* tattle_log_list_new_from_bytes reads a list in JSON (version 3, as Google and Apple publish) or
 * in OpenSSL's ctlog format. One bad log is skipped and counted; the rest is loaded. Keys that the
 * built-in list denies stay denied. Fails with TATTLE_ERR_MALFORMED or TATTLE_ERR_UNSUPPORTED if it
 * is no list. Nothing says here that the list is authentic: take it from where only you can write.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_log_list_new_from_bytes(tattle_log_list** out, const uint8_t* bytes,
                                                        size_t bytes_len, tattle_diag* diag);

/* tattle_log_list_new_signed is tattle_log_list_new_from_bytes after it has verified `signature`
 * over exactly these bytes with the key `spki` (DER SubjectPublicKeyInfo): ECDSA P-256 or RSA of
 * 2048 bits or more with PKCS #1 v1.5, both with SHA-256, or Ed25519. Fails with
 * TATTLE_ERR_ARGUMENT if the list is not authentic, and as tattle_log_list_new_from_bytes does if
 * the list or the key is none. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_log_list_new_signed(tattle_log_list** out, const uint8_t* bytes,
                                                    size_t bytes_len, const uint8_t* signature,
                                                    size_t signature_len, const uint8_t* spki,
                                                    size_t spki_len, tattle_diag* diag);

/* tattle_log_list_free ends the caller's use of the list.
 * Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_log_list_free(tattle_log_list* list);

/* tattle_log_list_timestamp_ms is when the list was made; 0 if it does not say.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_log_list_timestamp_ms(const tattle_log_list* list);

/* tattle_log_list_num_logs counts the logs that were loaded. Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_log_list_num_logs(const tattle_log_list* list);

/* tattle_log_list_num_skipped counts the logs that were refused alone, for example because their id
 * is not the hash of their key. Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_log_list_num_skipped(const tattle_log_list* list);

/* tattle_log_list_get0_description is the name by which people know the log with this id, 32 bytes,
 * and which is lent until the list is freed; NULL for a log that is not in the list.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_log_list_get0_description(const tattle_log_list* list,
                                                        const uint8_t* log_id);

/* tattle_log_list_is_stale is 1 if the list is older than 70 days, else 0. A list without a date is
 * never stale, and for NULL the answer is 1. With a stale list policies are judged leniently
 * (see tattle_evaluate): say it loudly, and update the list.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_log_list_is_stale(const tattle_log_list* list, uint64_t now_ms);

/* ---- Report: the facts ---- */

/* tattle_evidence is what a connection brought, undecoded. What there is none of is left out.
 * Since: 1.0 */
typedef struct tattle_evidence {
  size_t struct_size;
  const uint8_t* leaf; /* DER certificate of the server; required */
  size_t leaf_len;
  const uint8_t* issuer; /* DER certificate that signed the leaf, from the chain as validated;
                            without it embedded SCTs cannot be checked */
  size_t issuer_len;
  const uint8_t* tls_scts; /* SignedCertificateTimestampList of TLS extension 18 (RFC 6962,
                              Section 3.3), of the leaf's entry in TLS 1.3 */
  size_t tls_scts_len;
  const uint8_t* ocsp_response; /* DER OCSPResponse that was stapled */
  size_t ocsp_response_len;
} tattle_evidence;
#define TATTLE_EVIDENCE_INIT \
  { sizeof(tattle_evidence), NULL, 0, NULL, 0, NULL, 0, NULL, 0 }

/* tattle_report is what is true of the SCTs of one connection, without judgement. */
typedef struct tattle_report tattle_report;

/* tattle_sct_source is how an SCT reached us (RFC 6962, Section 3.3). */
typedef int32_t tattle_sct_source;
enum { TATTLE_SOURCE_EMBEDDED = 1, TATTLE_SOURCE_TLS = 2, TATTLE_SOURCE_OCSP = 3 };

/* tattle_sct_status is what cryptography, format, time and the list of denied keys say of an SCT.
 * It says nothing of the standing of its log, which is tattle_report_sct_log_state. */
typedef int32_t tattle_sct_status;
enum {
  TATTLE_SCT_NOT_CHECKED = 0, /* no issuer to check it with, or beyond a limit */
  TATTLE_SCT_VALID = 1,
  TATTLE_SCT_MALFORMED = 2,
  TATTLE_SCT_UNSUPPORTED_VERSION = 3,
  TATTLE_SCT_UNKNOWN_LOG = 4,
  TATTLE_SCT_DENIED_LOG = 5, /* signed with a key that is public or compromised */
  TATTLE_SCT_WRONG_ALGORITHM = 6,
  TATTLE_SCT_BAD_SIGNATURE = 7,
  TATTLE_SCT_IN_FUTURE = 8
};

/* tattle_log_state is where a log stands with the maker of the list. */
typedef int32_t tattle_log_state;
enum {
  TATTLE_LOG_STATE_NONE = 0, /* the list names no state, or the log is not in the list */
  TATTLE_LOG_STATE_PENDING = 1,
  TATTLE_LOG_STATE_QUALIFIED = 2,
  TATTLE_LOG_STATE_USABLE = 3,
  TATTLE_LOG_STATE_READONLY = 4,
  TATTLE_LOG_STATE_RETIRED = 5,
  TATTLE_LOG_STATE_REJECTED = 6,
  TATTLE_LOG_STATE_UNKNOWN = 7 /* a word that this version does not know */
};

/* TATTLE_NO_LEAF_INDEX is no index a log can have. */
#define TATTLE_NO_LEAF_INDEX UINT64_MAX

/* tattle_verify decodes and checks every SCT of the evidence on its own: one that is bad, or a list
 * that is, is a line in the report and never hides a good one. `now_ms` decides what lies in the
 * future. It does not validate the chain: do that first. Fails with TATTLE_ERR_MALFORMED if the
 * leaf is no certificate and with TATTLE_ERR_INTERNAL if libcrypto could not do its work.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_verify(const tattle_log_list* list, tattle_report** out,
                                       const tattle_evidence* evidence, uint64_t now_ms,
                                       tattle_diag* diag);

/* tattle_report_free frees the report and all that was borrowed from it.
 * Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_report_free(tattle_report* report);

/* tattle_report_not_before_ms is the start of the leaf's validity.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_report_not_before_ms(const tattle_report* report);

/* tattle_report_not_after_ms is the end of the leaf's validity. Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_report_not_after_ms(const tattle_report* report);

/* tattle_report_has_issuer_mismatch is 1 if the issuer that was given is not the one that the leaf
 * names, else 0. Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_report_has_issuer_mismatch(const tattle_report* report);

/* tattle_report_num_scts counts the SCTs that were found, good and bad: embedded ones first, then
 * those of TLS, then those of OCSP, as they were received. The functions below take an index into
 * them. Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_report_num_scts(const tattle_report* report);

/* tattle_report_sct_source is how the SCT came. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_sct_source tattle_report_sct_source(const tattle_report* report, size_t index);

/* tattle_report_sct_status is what is true of the SCT. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_sct_status tattle_report_sct_status(const tattle_report* report, size_t index);

/* tattle_report_get0_sct_reason says in half a sentence why the status is what it is; "" if there
 * is nothing to say. Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_report_get0_sct_reason(const tattle_report* report, size_t index);

/* tattle_report_get0_sct_log_id is 32 bytes, the SHA-256 of the log's key; NULL if even that could
 * not be read. Thread-safety: safe. Since: 1.0 */
TATTLE_API const uint8_t* tattle_report_get0_sct_log_id(const tattle_report* report, size_t index);

/* tattle_report_sct_timestamp_ms is when the log stamped the SCT, by its own word.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_report_sct_timestamp_ms(const tattle_report* report, size_t index);

/* tattle_report_sct_leaf_index is the place of the entry in the log (static-ct-api, SCT Extension);
 * TATTLE_NO_LEAF_INDEX if the SCT does not say. Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_report_sct_leaf_index(const tattle_report* report, size_t index);

/* tattle_report_get0_sct_log is the log's description; "" if the log is not in the list.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_report_get0_sct_log(const tattle_report* report, size_t index);

/* tattle_report_get0_sct_operator is who ran the log when it stamped the SCT; "" if the log is not
 * in the list. Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_report_get0_sct_operator(const tattle_report* report, size_t index);

/* tattle_report_sct_log_state is the log's state as the list has it. Thread-safety: safe.
 * Since: 1.0 */
TATTLE_API tattle_log_state tattle_report_sct_log_state(const tattle_report* report, size_t index);

/* tattle_report_sct_log_state_since_ms is since when; 0 if the list does not say.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_report_sct_log_state_since_ms(const tattle_report* report, size_t index);

/* tattle_sct_source_name is "embedded", "tls" or "ocsp". Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_sct_source_name(tattle_sct_source source);

/* tattle_sct_status_name is a word such as "valid" or "unknown_log". Thread-safety: safe.
 * Since: 1.0 */
TATTLE_API const char* tattle_sct_status_name(tattle_sct_status status);

/* tattle_log_state_name is the word that log lists use, such as "usable"; "none" and "unknown" for
 * the two that they do not. Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_log_state_name(tattle_log_state state);

/* ---- Verdict: the judgement ---- */

/* tattle_policy names a set of rules. */
typedef int32_t tattle_policy;
enum {
  TATTLE_POLICY_CHROME = 1, /* the usual choice */
  TATTLE_POLICY_APPLE = 2,
  TATTLE_POLICY_MOZILLA = 3,
  TATTLE_POLICY_ANDROID = 4,
  TATTLE_POLICY_RFC6962 = 5, /* one valid SCT */
  TATTLE_POLICY_STRICT = 6   /* passes chrome, apple, mozilla and android */
};

/* tattle_policy_find is the policy of that name, such as "chrome"; 0 if there is none.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_policy tattle_policy_find(const char* name);

/* tattle_policy_name is the name of a policy. Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_policy_name(tattle_policy policy);

/* tattle_policy_at lists the policies in the order in which people are shown them: 0 behind the
 * last one. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_policy tattle_policy_at(size_t index);

/* tattle_verdict is what a policy makes of a report, and why. */
typedef struct tattle_verdict tattle_verdict;

/* tattle_compliance: zero means that nothing was decided, and is not a yes. */
typedef int32_t tattle_compliance;
enum { TATTLE_UNDECIDED = 0, TATTLE_COMPLIANT = 1, TATTLE_NOT_COMPLIANT = 2 };

/* tattle_evaluate judges a report by a policy at a time. If the report's log list is stale then, an
 * unknown log counts as good and as an operator of its own; what fails even so is not compliant,
 * and tattle_verdict_is_list_stale says it. Fails with TATTLE_ERR_MISUSE if there is no such
 * policy. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_evaluate(const tattle_report* report, tattle_verdict** out,
                                         tattle_policy policy, uint64_t now_ms, tattle_diag* diag);

/* tattle_verdict_free frees the verdict and all that was borrowed from it.
 * Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_verdict_free(tattle_verdict* verdict);

/* tattle_verdict_compliance is the answer. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_compliance tattle_verdict_compliance(const tattle_verdict* verdict);

/* tattle_verdict_is_list_stale is 1 if the answer was given leniently since the log list is older
 * than 70 days, else 0; 1 for NULL. Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_verdict_is_list_stale(const tattle_verdict* verdict);

/* tattle_verdict_num_reasons counts the reasons; the most useful one comes first.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_verdict_num_reasons(const tattle_verdict* verdict);

/* tattle_verdict_get0_reason_code is a word for machines, such as "too_few_operators". A later
 * version may know more words. Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_verdict_get0_reason_code(const tattle_verdict* verdict, size_t index);

/* tattle_verdict_get0_reason_text is a sentence that a person can act on.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_verdict_get0_reason_text(const tattle_verdict* verdict, size_t index);

/* ---- Client: connections judged as configured ---- */

/* tattle_mode is what follows from a verdict. */
typedef int32_t tattle_mode;
enum {
  TATTLE_MODE_OFF = 1,    /* nothing is judged */
  TATTLE_MODE_REPORT = 2, /* the connection goes on, the verdict is logged; the default */
  TATTLE_MODE_REQUIRE = 3 /* a connection that is not compliant is refused */
};

/* tattle_mode_name is "off", "report" or "require". Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_mode_name(tattle_mode mode);

/* tattle_client_builder collects the configuration of a client. It is for one thread. */
typedef struct tattle_client_builder tattle_client_builder;

/* tattle_client_builder_new begins with the defaults. Fails only for want of memory.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_client_builder_new(tattle_client_builder** out, tattle_diag* diag);

/* tattle_client_builder_free accepts NULL; clients that were made live on.
 * Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_client_builder_free(tattle_client_builder* builder);

/* tattle_client_builder_set sets one key, such as "mode" to "require". The keys and their values
 * are those of tattle.conf (plugin/runtime/README.md). Fails with TATTLE_ERR_ARGUMENT for a key or
 * a value that there is not, and changes nothing then; diag says what there is. Thread-safety: one
 * thread. Since: 1.0 */
TATTLE_API tattle_status tattle_client_builder_set(tattle_client_builder* builder, const char* key,
                                                   const char* value, tattle_diag* diag);

/* tattle_client_builder_read_file sets all keys of a file of "key = value" lines; of NULL: of
 * /etc/tattle/tattle.conf, which may be missing. Fails with TATTLE_ERR_ARGUMENT if it cannot be
 * read or a line is wrong, and changes nothing then; diag names file, line and key.
 * Thread-safety: one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_client_builder_read_file(tattle_client_builder* builder,
                                                         const char* path, tattle_diag* diag);

/* tattle_client_builder_set_log_list gives the client this list instead of a file; the handle stays
 * the caller's. Thread-safety: one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_client_builder_set_log_list(tattle_client_builder* builder,
                                                            const tattle_log_list* list,
                                                            tattle_diag* diag);

/* tattle_log_level is how much a line matters. */
typedef int32_t tattle_log_level;
enum { TATTLE_LOG_INFO = 1, TATTLE_LOG_WARNING = 2, TATTLE_LOG_ERROR = 3 };

/* tattle_log_line is a function of the program that is given a line without line end, borrowed for
 * the call. It may be called by every thread that uses the client, must not throw, and must not
 * call back into the client. Since: 1.0 */
typedef void (*tattle_log_line)(void* arg, tattle_log_level level, const char* line);

/* tattle_client_builder_set_log names the function that lines go to: at most one for a connection
 * (TATTLE_LOG_INFO if it is compliant or out of scope, TATTLE_LOG_WARNING if it is not compliant or
 * nobody can judge it, TATTLE_LOG_ERROR if it is refused; these two end in "(would be refused)" and
 * "(refused)"), and one when something about the log list goes wrong or well again, or it is stale.
 * Without it the client is silent. Thread-safety: one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_client_builder_set_log(tattle_client_builder* builder,
                                                       tattle_log_line line, void* arg,
                                                       tattle_diag* diag);

/* tattle_client_builder_set_problem is for hosts that must go on with a configuration that is
 * broken: the client can judge nothing, says `problem` (a sentence, NULL takes it back) once in its
 * log, and in mode require refuses with it what it would have judged. Thread-safety: one thread.
 * Since: 1.0 */
TATTLE_API tattle_status tattle_client_builder_set_problem(tattle_client_builder* builder,
                                                           const char* problem, tattle_diag* diag);

/* tattle_client judges the connections of a program. */
typedef struct tattle_client tattle_client;

/* tattle_client_new reads the log list and the public roots, and opens the way to tattled: make it
 * before a chroot. Fails with TATTLE_ERR_ARGUMENT if the public roots cannot be read. If the log
 * list cannot, it succeeds: each session within the scope of CT says so then, in mode require each
 * of these is refused, and the file is tried again. Thread-safety: one thread for the builder.
 * Since: 1.0 */
TATTLE_API tattle_status tattle_client_new(const tattle_client_builder* builder,
                                           tattle_client** out, uint64_t now_ms, tattle_diag* diag);

/* tattle_client_share makes another handle of the same client, to be freed on its own.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_client_share(const tattle_client* client, tattle_client** out,
                                             tattle_diag* diag);

/* tattle_client_free ends the use of this handle; sessions live on.
 * Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_client_free(tattle_client* client);

/* tattle_client_id is a number that no other client of the process has, or has had; all handles of
 * one client have the same. 0 for NULL. Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_client_id(const tattle_client* client);

/* tattle_client_mode is the mode that connections have unless they say otherwise; 0 for NULL.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_mode tattle_client_mode(const tattle_client* client);

/* tattle_client_log_list makes a handle of the log list that connections are judged by now: of a
 * file that has broken since, the one of before. Fails with TATTLE_ERR_ARGUMENT if there is none.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_client_log_list(const tattle_client* client, tattle_log_list** out,
                                                uint64_t now_ms, tattle_diag* diag);

/* tattle_counter is something that a client counts. */
typedef int32_t tattle_counter;
enum {
  TATTLE_COUNT_JUDGED = 1, /* connections within the scope of CT: the three below together */
  TATTLE_COUNT_COMPLIANT = 2,
  TATTLE_COUNT_NOT_COMPLIANT = 3,
  TATTLE_COUNT_UNDECIDED = 4,    /* no log list, or something failed inside */
  TATTLE_COUNT_OUT_OF_SCOPE = 5, /* private, exempt, DANE, no validated chain */
  TATTLE_COUNT_REFUSED = 6,
  TATTLE_COUNT_CACHE_HITS = 7,  /* full handshakes whose facts were known */
  TATTLE_COUNT_RESUMED = 8,     /* saved sessions that were taken up again */
  TATTLE_COUNT_NOT_RESUMED = 9, /* saved sessions that could not be used */
  TATTLE_COUNT_OBSERVATIONS_SENT = 10,
  TATTLE_COUNT_OBSERVATIONS_DROPPED = 11, /* tattled does not run, or cannot follow */
  TATTLE_COUNT_LIST_LOADS = 12,
  TATTLE_COUNT_LIST_PROBLEMS = 13,
  TATTLE_COUNT_LOG_LINES_LOST = 14 /* nobody takes them at `syslog`, or there were too many */
};

/* tattle_client_count is how often it happened since the client was made.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_client_count(const tattle_client* client, tattle_counter counter);

/* tattle_counter_name is a word such as "judged". Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_counter_name(tattle_counter counter);

/* ---- Session: one connection ---- */

/* tattle_bytes is a piece of memory that belongs to somebody else. */
typedef struct tattle_bytes {
  const uint8_t* data;
  size_t len;
} tattle_bytes;

/* tattle_chain_status is what the TLS library says of the server's chain. */
typedef int32_t tattle_chain_status;
enum {
  TATTLE_CHAIN_NOT_VALIDATED = 0, /* it failed, or nobody looked: CT is not judged */
  TATTLE_CHAIN_VALIDATED = 1,
  TATTLE_CHAIN_DANE = 2,          /* by DANE usage 2 or 3 (RFC 6698): no public CA vouches */
  TATTLE_CHAIN_NO_CERTIFICATE = 3 /* pre-shared key, anonymous */
};

/* tattle_connection is what an adapter knows of a connection. Since: 1.0 */
typedef struct tattle_connection {
  size_t struct_size;
  const char* host;                /* the name that was contacted; NULL if it is not known */
  const tattle_evidence* evidence; /* NULL if there is no certificate */
  const tattle_bytes*
      cas; /* DER certificates of the validated chain above the leaf, issuer first */
  size_t num_cas;
  tattle_chain_status chain;
  tattle_mode mode; /* 0: the client's */
} tattle_connection;
#define TATTLE_CONNECTION_INIT \
  { sizeof(tattle_connection), NULL, NULL, NULL, 0, 0, 0 }

/* tattle_session is what became of a connection. */
typedef struct tattle_session tattle_session;

/* tattle_session_new judges a connection whose certificate, SCTs and staple have all arrived. What
 * goes wrong with them is no failure but a session; only misuse and want of memory are, and must
 * then be taken as a refusal in mode require. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_session_new(const tattle_client* client, tattle_session** out,
                                            const tattle_connection* connection, uint64_t now_ms,
                                            tattle_diag* diag);

/* tattle_session_resume judges a connection that is about to resume a TLS session, by what
 * tattle_session_get0_saved gave when it was made: policy and time are looked at anew. Of
 * `connection` only host and mode are used. Fails with TATTLE_ERR_ARGUMENT if that cannot be done
 * (saved by another version, with another log list, or nothing at all) or would end in a refusal:
 * make a full handshake then. It is neither logged nor counted yet.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_session_resume(const tattle_client* client, tattle_session** out,
                                               const tattle_connection* connection,
                                               const uint8_t* saved, size_t saved_len,
                                               uint64_t now_ms, tattle_diag* diag);

/* tattle_client_note_resumed logs and counts a session of tattle_session_resume for a host (or
 * NULL), once the server has agreed to resume. Thread-safety: safe. Since: 1.0 */
TATTLE_API void tattle_client_note_resumed(const tattle_client* client,
                                           const tattle_session* session, const char* host);

/* tattle_session_share makes another handle of what became of a connection, to be freed on its own.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_session_share(const tattle_session* session, tattle_session** out,
                                              tattle_diag* diag);

/* tattle_session_free frees the session and all that was borrowed from it.
 * Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_session_free(tattle_session* session);

/* tattle_decision is what to do with the connection; zero is not a pass. */
typedef int32_t tattle_decision;
enum { TATTLE_DECISION_NONE = 0, TATTLE_PROCEED = 1, TATTLE_REFUSE = 2 };

/* tattle_session_decision is what to do. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_decision tattle_session_decision(const tattle_session* session);

/* tattle_scope is whether CT was judged and, if not, why. */
typedef int32_t tattle_scope;
enum {
  TATTLE_SCOPE_UNKNOWN = 0, /* could not be told */
  TATTLE_SCOPE_PUBLIC = 1,  /* judged: a public CA vouches, or the chain ends below its root */
  TATTLE_SCOPE_PRIVATE = 2, /* no CA of the chain is public */
  TATTLE_SCOPE_EXEMPT_HOST = 3,
  TATTLE_SCOPE_EXEMPT_SPKI = 4,
  TATTLE_SCOPE_DANE = 5,
  TATTLE_SCOPE_CHAIN_NOT_VALID = 6,
  TATTLE_SCOPE_NO_CERTIFICATE = 7,
  TATTLE_SCOPE_OFF = 8
};

/* tattle_session_scope is whether it was judged. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_scope tattle_session_scope(const tattle_session* session);

/* tattle_scope_name is a word such as "public" or "exempt_host". Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_scope_name(tattle_scope scope);

/* tattle_origin is where the facts of a session came from. */
typedef int32_t tattle_origin;
enum {
  TATTLE_ORIGIN_NONE = 0,
  TATTLE_ORIGIN_VERIFIED = 1,
  TATTLE_ORIGIN_CACHED = 2, /* the same certificate and SCTs were verified before */
  TATTLE_ORIGIN_RESUMED = 3
};

/* tattle_session_origin is where they came from. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_origin tattle_session_origin(const tattle_session* session);

/* tattle_session_mode is the mode it was judged in; 0 for NULL. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_mode tattle_session_mode(const tattle_session* session);

/* tattle_session_policy is the policy it was judged by; 0 for NULL. Thread-safety: safe.
 * Since: 1.0 */
TATTLE_API tattle_policy tattle_session_policy(const tattle_session* session);

/* tattle_session_get0_reason says in a line for logs and error messages what was decided and why.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_session_get0_reason(const tattle_session* session);

/* tattle_session_get0_report is the facts; NULL where nothing was verified.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const tattle_report* tattle_session_get0_report(const tattle_session* session);

/* tattle_session_get0_verdict is what the policy makes of them; NULL where nothing was judged.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const tattle_verdict* tattle_session_get0_verdict(const tattle_session* session);

/* tattle_session_get0_saved is what the TLS session has to keep for tattle_session_resume, and sets
 * `*len`, which may not be NULL, to its size in bytes (a few hundred). NULL if the session must not
 * be resumed. Thread-safety: safe. Since: 1.0 */
TATTLE_API const uint8_t* tattle_session_get0_saved(const tattle_session* session, size_t* len);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers,modernize-use-using) */

#endif /* TATTLE_TATTLE_H_ */
