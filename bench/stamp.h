/* Time stamps that several processes append to one file: "WORD NANOSECONDS PID\n", CLOCK_MONOTONIC, in one write. */
#ifndef STAMP_H
#define STAMP_H
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static inline long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline void stamp_at(const char *file, const char *word, long long ns, long value) {
  char line[96];
  int length = snprintf(line, sizeof line, "%s %lld %ld\n", word, ns, value);
  int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0 || write(fd, line, length) != length) {
    perror(file);
    exit(111);
  }
  close(fd);
}

static inline void stamp(const char *file, const char *word) { stamp_at(file, word, now_ns(), getpid()); }
#endif
