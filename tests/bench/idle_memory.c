/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* What a process that uses OpenSSL has to pay for a client that does nothing: idle_memory LIBTATTLE
 * loads the library, makes a client with the pinned list, and prints how much memory was added, in
 * kB: "private N" is what no other process shares, "resident N" counts the pages of libraries too.
 */

/* POSIX wants it so. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _POSIX_C_SOURCE 200809L

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include <tattle/tattle.h>

typedef tattle_status (*new_builder)(tattle_client_builder** out, tattle_diag* diag);
typedef tattle_status (*new_client)(const tattle_client_builder* builder, tattle_client** out,
                                    uint64_t now_ms, tattle_diag* diag);

static long kilobytes_of(const char* field) {
  FILE* file = fopen("/proc/self/smaps_rollup", "r");
  char line[256];
  long value = -1;
  if (file == NULL) {
    return -1;
  }
  while (fgets(line, sizeof(line), file) != NULL) {
    if (strncmp(line, field, strlen(field)) == 0) {
      value = strtol(line + strlen(field), NULL, 10);
    }
  }
  fclose(file);
  return value;
}

int main(int argc, char** argv) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method()); /* the host has OpenSSL anyway */
  tattle_client_builder* builder = NULL;
  tattle_client* client = NULL;
  new_builder make_builder = NULL;
  new_client make_client = NULL;
  long private_before, resident_before;
  void* library;
  void* symbol;
  if (argc != 2 || context == NULL || kilobytes_of("Rss:") < 0) {
    fprintf(stderr, "usage: idle_memory LIBTATTLE\n");
    return 2;
  }
  private_before = kilobytes_of("Private_Dirty:");
  resident_before = kilobytes_of("Rss:");
  library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  /* POSIX has it so: ISO C knows no way from an object pointer to a function. */
  symbol = dlsym(library, "tattle_client_builder_new");
  memcpy(&make_builder, &symbol, sizeof(symbol));
  symbol = dlsym(library, "tattle_client_new");
  memcpy(&make_client, &symbol, sizeof(symbol));
  if (make_builder == NULL || make_client == NULL || make_builder(&builder, NULL) != TATTLE_OK ||
      make_client(builder, &client, 1792000000000u, NULL) != TATTLE_OK) {
    fprintf(stderr, "no client\n");
    return 2;
  }
  printf("private %ld\n", kilobytes_of("Private_Dirty:") - private_before);
  printf("resident %ld\n", kilobytes_of("Rss:") - resident_before);
  return 0;
}
