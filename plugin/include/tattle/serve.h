/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tattle for TLS servers: which SCTs to send with which certificate.
 *
 * A server keeps the SCTs of its certificates in files. It gives all files and all certificates to
 * a tattle_scts, which finds out by verifying what belongs together, and asks for each certificate
 * for a tattle_sct_choice: the bytes of TLS extension 18 (RFC 6962, Section 3.3.1) to send with it.
 *
 * The rules of <tattle/tattle.h> hold here too, but for one: a tattle_scts changes, and is for one
 * thread at a time.
 */

#ifndef TATTLE_SERVE_H_
#define TATTLE_SERVE_H_

/* NOLINTBEGIN(modernize-deprecated-headers,modernize-use-using): this is C too. */

#include <tattle/tattle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- SCTs in files, and the certificates they were made for ---- */

/* tattle_scts is SCTs out of files and the certificates of a server. */
typedef struct tattle_scts tattle_scts;

/* tattle_scts_new makes an empty one that goes by this log list.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_status tattle_scts_new(const tattle_log_list* list, tattle_scts** out,
                                         tattle_diag* diag);

/* tattle_scts_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_scts_free(tattle_scts* scts);

/* tattle_scts_set_log_list replaces the log list. Choices that were made stay what they are: match
 * and choose again. Thread-safety: one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_scts_set_log_list(tattle_scts* scts, const tattle_log_list* list,
                                                  tattle_diag* diag);

/* tattle_scts_set_file adds the content of a file, or replaces that of the same name. Read are: one
 * SCT (.sct), a list of SCTs (.sctlist, HAProxy's .sctl), and the ServerInfo files of OpenSSL,
 * versions 1 and 2; which it is, the content says. At most 256 KB. Fails with
 * TATTLE_ERR_UNSUPPORTED for what is none of them, with TATTLE_ERR_MALFORMED for what is broken or
 * too much; a file that failed has no SCTs, whatever it had before.
 * Thread-safety: one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_scts_set_file(tattle_scts* scts, const char* name,
                                              const uint8_t* bytes, size_t bytes_len,
                                              tattle_diag* diag);

/* tattle_scts_remove_file forgets a file. Thread-safety: one thread. Since: 1.0 */
TATTLE_API void tattle_scts_remove_file(tattle_scts* scts, const char* name);

/* tattle_scts_add_certificate adds a certificate (DER) and writes its number, which is never 0 and
 * which no other gets; for one that is there already, that of before. `issuer` is the certificate
 * (DER) that signed it, without which embedded SCTs cannot be checked. Fails with
 * TATTLE_ERR_MALFORMED if the leaf is no certificate, or there are 4,096 already.
 * Thread-safety: one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_scts_add_certificate(tattle_scts* scts, uint64_t* out_number,
                                                     const uint8_t* leaf, size_t leaf_len,
                                                     const uint8_t* issuer, size_t issuer_len,
                                                     tattle_diag* diag);

/* tattle_scts_remove_certificate forgets a certificate. Thread-safety: one thread. Since: 1.0 */
TATTLE_API void tattle_scts_remove_certificate(tattle_scts* scts, uint64_t number);

/* tattle_scts_match tries SCTs on certificates that they have not been tried on, with at most
 * `max_checks` signatures checked (at some 60 us each), and writes 1 to `out_done` if nothing is
 * left, else 0. Fails with TATTLE_ERR_INTERNAL if libcrypto could not do its work.
 * Thread-safety: one thread. Since: 1.0 */
TATTLE_API tattle_status tattle_scts_match(tattle_scts* scts, int32_t* out_done, size_t max_checks,
                                           tattle_diag* diag);

/* ---- Notes: what is not sent, and why ---- */

/* tattle_sct_notes is one line for each SCT that there is something to say of. */
typedef struct tattle_sct_notes tattle_sct_notes;

/* tattle_sct_notes_new makes the notes on SCTs that no certificate gets: malformed, of a log that
 * is unknown or denied, made for another certificate. Of those that are still to be tried they say
 * nothing. Thread-safety: one thread for `scts`. Since: 1.0 */
TATTLE_API tattle_status tattle_sct_notes_new(const tattle_scts* scts, tattle_sct_notes** out,
                                              tattle_diag* diag);

/* tattle_sct_notes_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_sct_notes_free(tattle_sct_notes* notes);

/* tattle_sct_notes_num counts the notes; the functions below take an index into them.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_sct_notes_num(const tattle_sct_notes* notes);

/* tattle_sct_notes_get0_file is the name of the file with the SCT: of several, the first by name.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_sct_notes_get0_file(const tattle_sct_notes* notes, size_t index);

/* tattle_sct_notes_number is the place of the SCT in the file, from 1; 0 if there is none.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_sct_notes_number(const tattle_sct_notes* notes, size_t index);

/* tattle_sct_notes_status is what is true of the SCT; TATTLE_SCT_BAD_SIGNATURE if it fits no
 * certificate, TATTLE_SCT_VALID if it fits one but would not count.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_sct_status tattle_sct_notes_status(const tattle_sct_notes* notes, size_t index);

/* tattle_sct_notes_get0_text says in half a sentence why the SCT is not sent.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_sct_notes_get0_text(const tattle_sct_notes* notes, size_t index);

/* ---- Choice: what to send with one certificate ---- */

/* tattle_sct_choice is the SCTs to send with one certificate. */
typedef struct tattle_sct_choice tattle_sct_choice;

/* tattle_sct_choice_new chooses of the SCTs that fit the certificate, as far as they were matched,
 * the fewest that satisfy the policy, and one to spare, that which can stand in for the most of
 * them; all that count if they do not. Of a log no more than one is sent, and none that was not
 * verified. Embedded SCTs add to them as the policy says, where without them the policy is not
 * satisfied. It checks the signatures of all these SCTs.
 * Fails with TATTLE_ERR_MISUSE for a number or policy that is none.
 * Thread-safety: one thread for `scts`. Since: 1.0 */
TATTLE_API tattle_status tattle_sct_choice_new(const tattle_scts* scts, tattle_sct_choice** out,
                                               uint64_t number, tattle_policy policy,
                                               uint64_t now_ms, tattle_diag* diag);

/* tattle_sct_choice_free accepts NULL. Thread-safety: the last use. Since: 1.0 */
TATTLE_API void tattle_sct_choice_free(tattle_sct_choice* choice);

/* tattle_sct_choice_get0_list is the SignedCertificateTimestampList to send, and sets `*len`, which
 * may not be NULL, to its size in bytes, at most 65,535. NULL if there is none to send.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const uint8_t* tattle_sct_choice_get0_list(const tattle_sct_choice* choice, size_t* len);

/* tattle_sct_choice_num_scts counts the SCTs in the list. Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_sct_choice_num_scts(const tattle_sct_choice* choice);

/* tattle_sct_choice_is_sufficient is 1 if the list and the embedded SCTs together satisfy the
 * policy, else 0. Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_sct_choice_is_sufficient(const tattle_sct_choice* choice);

/* tattle_sct_choice_is_embedded_sufficient is 1 if the embedded SCTs satisfy it alone, else 0.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_sct_choice_is_embedded_sufficient(const tattle_sct_choice* choice);

/* tattle_sct_choice_is_embedded_unknown is 1 if there are embedded SCTs that cannot be checked
 * without the issuer, else 0. Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_sct_choice_is_embedded_unknown(const tattle_sct_choice* choice);

/* tattle_sct_choice_until_ms is from when on the SCTs will no longer suffice, by what the log list
 * says today; 0 if it says nothing like that. Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_sct_choice_until_ms(const tattle_sct_choice* choice);

/* tattle_sct_choice_again_ms is when to choose again because time changes what counts; 0: never.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_sct_choice_again_ms(const tattle_sct_choice* choice);

/* tattle_sct_choice_not_after_ms is when the certificate expires.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_sct_choice_not_after_ms(const tattle_sct_choice* choice);

/* tattle_sct_choice_satisfies is 1 if what clients get satisfies this policy, the one that was
 * chosen by or another, else 0. Thread-safety: safe. Since: 1.0 */
TATTLE_API int32_t tattle_sct_choice_satisfies(const tattle_sct_choice* choice,
                                               tattle_policy policy);

/* tattle_sct_choice_satisfies_until_ms is from when on it will no longer satisfy the policy that it
 * satisfies now, by the dates of the log list; 0 if it will as long as the certificate lives.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_sct_choice_satisfies_until_ms(const tattle_sct_choice* choice,
                                                         tattle_policy policy);

/* tattle_sct_choice_num_counted counts the SCTs that clients get: those in the list, in its order,
 * and behind them those embedded in the certificate that verify.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API size_t tattle_sct_choice_num_counted(const tattle_sct_choice* choice);

/* tattle_sct_choice_counted_source is TATTLE_SOURCE_TLS or TATTLE_SOURCE_EMBEDDED; 0 out of range.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_sct_source tattle_sct_choice_counted_source(const tattle_sct_choice* choice,
                                                              size_t index);

/* tattle_sct_choice_get0_counted_log is the description of its log, and
 * tattle_sct_choice_get0_counted_operator who runs that; "" out of range.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_sct_choice_get0_counted_log(const tattle_sct_choice* choice,
                                                          size_t index);
TATTLE_API const char* tattle_sct_choice_get0_counted_operator(const tattle_sct_choice* choice,
                                                               size_t index);

/* tattle_sct_choice_counted_state is the state of its log when the choice was made;
 * TATTLE_LOG_STATE_NONE out of range. Thread-safety: safe. Since: 1.0 */
TATTLE_API tattle_log_state tattle_sct_choice_counted_state(const tattle_sct_choice* choice,
                                                            size_t index);

/* tattle_sct_choice_counted_timestamp_ms is when it was made; 0 out of range.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API uint64_t tattle_sct_choice_counted_timestamp_ms(const tattle_sct_choice* choice,
                                                           size_t index);

/* tattle_sct_choice_get0_reason says in a line why the SCTs suffice or do not.
 * Thread-safety: safe. Since: 1.0 */
TATTLE_API const char* tattle_sct_choice_get0_reason(const tattle_sct_choice* choice);

/* tattle_sct_choice_get0_notes is the notes on SCTs that fit the certificate but would not count,
 * such as those of a log that has retired. Thread-safety: safe. Since: 1.0 */
TATTLE_API const tattle_sct_notes* tattle_sct_choice_get0_notes(const tattle_sct_choice* choice);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers,modernize-use-using) */

#endif /* TATTLE_SERVE_H_ */
