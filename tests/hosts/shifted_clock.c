/* SPDX-FileCopyrightText: The Tattle authors */
/* SPDX-License-Identifier: Apache-2.0 */

/* Goes between a program and the C library, by LD_PRELOAD: it is later by the nanoseconds that
 * stand in the file SHIFTED_CLOCK, eight bytes that a test writes while the program runs. Who waits
 * for events until some time looks at them often. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

#define NS INT64_C(1000000000)
#define LOOK_MS 5

static const volatile int64_t* shift_ns;

__attribute__((constructor)) static void begin(void) {
  const int file = open(SHIFTED_CLOCK, O_RDONLY | O_CLOEXEC);
  void* const found = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (found != MAP_FAILED) {
    shift_ns = found;
  }
}

static int64_t later_ns(clockid_t id) {
  struct timespec now;
  syscall(SYS_clock_gettime, id, &now);
  return now.tv_sec * NS + now.tv_nsec + (shift_ns != NULL ? *shift_ns : 0);
}

int clock_gettime(clockid_t id, struct timespec* out) {
  if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE && id != CLOCK_MONOTONIC &&
      id != CLOCK_MONOTONIC_COARSE) {
    return (int)syscall(SYS_clock_gettime, id, out);
  }
  const int64_t ns = later_ns(id);
  out->tv_sec = ns / NS;
  out->tv_nsec = ns % NS;
  return 0;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  const int64_t ns = later_ns(CLOCK_REALTIME);
  (void)zone;
  out->tv_sec = ns / NS;
  out->tv_usec = ns % NS / 1000;
  return 0;
}

time_t time(time_t* out) {
  const time_t now = later_ns(CLOCK_REALTIME) / NS;
  if (out != NULL) {
    *out = now;
  }
  return now;
}

int epoll_wait(int epoll, struct epoll_event* events, int number, int timeout_ms) {
  const int wait_ms = timeout_ms > LOOK_MS ? LOOK_MS : timeout_ms;
  return (int)syscall(SYS_epoll_pwait, epoll, events, number, wait_ms, NULL, 0);
}
