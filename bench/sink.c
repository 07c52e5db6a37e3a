/*
 * Reads what a container writes, counts it, and in exact mode compares it with what the flood wrote.
 *
 * usage: sink FILE LINES exact|count STALL-MS
 * It reads one byte, sleeps STALL-MS, then reads on. Stamps "done" with the bytes so far when that many lines have come;
 * at the end of the input "lines" and "bytes" with the totals, and "wrong" with the place of the first wrong byte.
 */
#define _GNU_SOURCE
#include "pattern.h"
#include "stamp.h"

static char block[BLOCK_BYTES], buffer[1 << 20];

/* The place in the buffer of the first byte that differs, or -1. */
static long first_difference(long long total, long length) {
  for (long at = 0; at < length;) {
    long from = (total + at) % BLOCK_BYTES;
    long part = BLOCK_BYTES - from < length - at ? BLOCK_BYTES - from : length - at;
    if (memcmp(buffer + at, block + from, part) != 0) return at;
    at += part;
  }
  return -1;
}

static long count_lines(long length) {
  long lines = 0;
  for (char *at = buffer; (at = memchr(at, '\n', buffer + length - at)) != NULL; at++) lines++;
  return lines;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  long long wanted = atoll(argv[2]), lines = 0, total = 0, wrong = -1;
  int exact = strcmp(argv[3], "exact") == 0;
  long stall_ms = atol(argv[4]);
  fill_block(block);
  fcntl(0, F_SETPIPE_SZ, 1 << 16);
  for (ssize_t length; (length = read(0, buffer, total == 0 && stall_ms > 0 ? 1 : sizeof buffer)) > 0;) {
    if (exact && wrong < 0 && first_difference(total, length) >= 0) wrong = total;
    long long before = lines;
    lines += count_lines(length);
    if (total == 0 && stall_ms > 0) usleep(stall_ms * 1000);
    total += length;
    if (before < wanted && lines >= wanted) stamp_at(argv[1], "done", now_ns(), total);
  }
  stamp_at(argv[1], "lines", now_ns(), lines);
  stamp_at(argv[1], "bytes", now_ns(), total);
  stamp_at(argv[1], "wrong", now_ns(), wrong);
  return 0;
}
