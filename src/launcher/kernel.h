/*
 * The kernel, without libc: the launcher runs before there is one. A negative result is -errno.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/memfd.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine.h"

#define CALL6(name, a, b, c, d, e, f) \
  system_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL4(name, a, b, c, d) CALL6(name, a, b, c, d, 0, 0)
#define CALL2(name, a, b) CALL4(name, a, b, 0, 0)

static inline unsigned long length(const char *text) {
  unsigned long bytes = 0;
  while (text[bytes] != '\0') bytes += 1;
  return bytes;
}

static inline int starts_with(const char *text, const char *start) {
  while (*start != '\0' && *text == *start) text += 1, start += 1;
  return *start == '\0';
}

static inline int is_same(const char *text, const char *other) {
  return starts_with(text, other) && length(text) == length(other);
}

/* Writes a number in decimal, and a NUL. */
static inline void write_number(char *to, unsigned long number) {
  unsigned long scale = 1;
  while (number / scale >= 10) scale *= 10;
  for (; scale > 0; scale /= 10) *to++ = (char)('0' + number / scale % 10);
  *to = '\0';
}

static inline void say(const char *text) { CALL4(write, 2, text, length(text), 0); }

/* One line on standard error, then the exit code of a command that cannot be found or loaded (as the shell, ld.so). */
static inline __attribute__((noreturn)) void refuse(const char *what, long error) {
  char number[24];
  say("tsupervisor: cannot start: ");
  say(what);
  if (error < 0) {
    write_number(number, (unsigned long)-error);
    say(": errno ");
    say(number);
  }
  say("\n");
  for (;;) CALL2(exit_group, 127, 0);
}

/* The result, unless it is an error. */
static inline unsigned long need(long result, const char *what) {
  if (result < 0 && result >= -4095) refuse(what, result);
  return (unsigned long)result;
}

#endif
