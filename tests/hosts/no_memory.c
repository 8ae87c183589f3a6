/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* Goes between a program and libtattle, by LD_PRELOAD: there is no memory to write feedback, and
 * for the built-in log list, as long as there is a file NO_MEMORY. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include <tattle/gossip.h>

tattle_status tattle_gossip_text_new_feedback(tattle_gossip_text** out, const tattle_bytes* records,
                                              size_t num_records, tattle_diag* diag) {
  tattle_status (*real)(tattle_gossip_text**, const tattle_bytes*, size_t, tattle_diag*);
  void* found = dlsym(RTLD_NEXT, "tattle_gossip_text_new_feedback");
  *out = NULL;
  if (found == NULL || access(NO_MEMORY, F_OK) == 0) {
    return TATTLE_ERR_MEMORY;
  }
  memcpy(&real, &found, sizeof(real));
  return real(out, records, num_records, diag);
}

tattle_status tattle_log_list_new_pinned(tattle_log_list** out, tattle_diag* diag) {
  tattle_status (*real)(tattle_log_list**, tattle_diag*);
  void* found = dlsym(RTLD_NEXT, "tattle_log_list_new_pinned");
  *out = NULL;
  if (found == NULL || access(NO_MEMORY, F_OK) == 0) {
    if (diag != NULL) {
      strcpy(diag->text, "out of memory");
    }
    return TATTLE_ERR_MEMORY;
  }
  memcpy(&real, &found, sizeof(real));
  return real(out, diag);
}
