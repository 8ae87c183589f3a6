/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* What the programs of this folder share: C99 and C++, over the public headers only. */

#ifndef TATTLE_TESTS_ABI_CHECKS_H_
#define TATTLE_TESTS_ABI_CHECKS_H_

/* NOLINTBEGIN(modernize-deprecated-headers): this is C too. */

#include <stdio.h>
#include <string.h>

#include <tattle/tattle.h>

static int failures = 0;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                               \
    }                                                                           \
  } while (0)

#define CHECK_TEXT(got, want)                                                        \
  do {                                                                               \
    const char* text_ = (got);                                                       \
    if (text_ == NULL || strcmp(text_, (want)) != 0) {                               \
      fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #got, \
              text_ == NULL ? "(null)" : text_, (want));                             \
      ++failures;                                                                    \
    }                                                                                \
  } while (0)

/* A file that make_input made. */
typedef struct file {
  uint8_t bytes[65536];
  size_t len;
} file;

static inline int read_file(const char* folder, const char* name, file* into) {
  char path[1024];
  FILE* stream;
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  stream = fopen(path, "rb");
  if (stream == NULL) {
    perror(path);
    return 0;
  }
  into->len = fread(into->bytes, 1, sizeof(into->bytes), stream);
  fclose(stream);
  return into->len != 0;
}

static inline tattle_log_list* read_list(const file* json) {
  tattle_log_list* list = NULL;
  CHECK(tattle_log_list_new_from_bytes(&list, json->bytes, json->len, NULL) == TATTLE_OK);
  return list;
}

/* NOLINTEND(modernize-deprecated-headers) */

#endif /* TATTLE_TESTS_ABI_CHECKS_H_ */
