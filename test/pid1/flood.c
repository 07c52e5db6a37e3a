/*
 * Writes a flood of numbered lines to standard output, dies, and goes on when it is started again. What write(2) has
 * taken is hashed, over all runs, so that it can be compared with what arrived.
 *
 * usage: flood KIND NAME BYTES RUNS LEDGER
 *   text    UTF-8 lines below 64 KB
 *   json    the same with quotes and controls in them, and some lines that are JSON objects
 *   tagged  whole UTF-8 lines below 64 KB that begin with NAME
 *   binary  lines of any bytes, some of them longer than 64 KB
 *   both    as binary, by turns to standard output and to standard error
 * Every run but the last ends by SIGKILL or with exit code 1, by turns; the last one exits with 0, and LEDGER.sha256
 * then holds the hash, the number of bytes and the number of runs. Runs of text, json and binary may end within a
 * line; of text and json the newline that is missing is hashed as well, since the formats add it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "flood-sha256.h"

enum { POOL_BYTES = 1 << 18, LINE_BYTES = 60000, LONG_LINE_BYTES = 200000, CHUNK_BYTES = 1 << 16 };

struct ledger {
  struct sha256 written;
  uint64_t bytes, lines, seed;
  uint32_t runs;
};

static struct ledger ledger;
static const char *kind, *name;
static char pool[POOL_BYTES], out[CHUNK_BYTES + LONG_LINE_BYTES + 64];
static size_t held;

static int is(const char *wanted) { return strcmp(kind, wanted) == 0; }
static int is_binary(void) { return is("binary") || is("both"); }
static int adds_newline(void) { return is("text") || is("json"); }

/* xorshift64 (Marsaglia). */
static uint64_t below(uint64_t limit) {
  ledger.seed ^= ledger.seed << 13;
  ledger.seed ^= ledger.seed >> 7;
  ledger.seed ^= ledger.seed << 17;
  return ledger.seed % limit;
}

/* The first `plain` of them need no escape in JSON. */
static const char *const characters[] = {"a", "e", "n", " ", "Z", "7", "é", "ß", "€", "語", "😀", "\"", "\\", "\t", "\x01"};
enum { PLAIN = 11, ALL = 15 };

static void fill_pool(void) {
  int count = is("json") ? ALL : PLAIN;
  for (size_t at = 0; at < POOL_BYTES;) {
    const char *character = characters[below(count)];
    size_t length = is_binary() || at + 4 > POOL_BYTES ? 1 : strlen(character);
    if (is_binary()) pool[at] = (char)below(256);
    else memcpy(pool + at, length == 1 && strlen(character) > 1 ? "." : character, length);
    at += length;
  }
}

static void take(int fd, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = write(fd, out + done, length - done);
    if (count < 0) exit(2);
    sha256_add(&ledger.written, out + done, (size_t)count);
    ledger.bytes += (uint64_t)count;
    done += (size_t)count;
  }
  memmove(out, out + length, held - length);
  held -= length;
}

/* Chunks of any size, which cut lines anywhere, also within a character. */
static void hand_on(void) {
  while (held >= CHUNK_BYTES) take(is("both") && below(2) ? 2 : 1, 1 + below(CHUNK_BYTES));
}

static size_t line_length(void) {
  uint64_t dice = below(2048);
  if (dice == 0) return below(is_binary() ? LONG_LINE_BYTES : LINE_BYTES);
  return dice < 32 ? below(4000) : below(300);
}

static int begins_character(char byte) { return (byte & 0xc0) != 0x80; }

/* Only whole characters. */
static void add_text(size_t length) {
  size_t start = below(POOL_BYTES - LONG_LINE_BYTES), end = start + length;
  if (!is_binary()) {
    while (!begins_character(pool[start])) start++;
    while (end > start && !begins_character(pool[end])) end--;
  }
  if (end > start) memcpy(out + held, pool + start, end - start);
  held += end > start ? end - start : 0;
}

static void add_object(void) {
  held += (size_t)sprintf(out + held, "{\"n\":%llu,\"list\":[true,null,\"é\"]}", (unsigned long long)ledger.lines);
}

static void add_line(int is_last) {
  if (is("tagged")) held += (size_t)sprintf(out + held, "%s ", name);
  ledger.lines++;
  if (is("json") && ledger.lines % 5 == 0) add_object();
  else {
    held += (size_t)sprintf(out + held, "%08llu ", (unsigned long long)ledger.lines);
    add_text(line_length());
  }
  int is_unfinished = is_last && !is("tagged") && ledger.runs % 3 != 0;
  if (!is_unfinished) out[held++] = '\n';
  hand_on();
}

static void write_run(uint64_t until) {
  while (ledger.bytes + held < until) add_line(0);
  add_line(1);
  int is_finished = out[held - 1] == '\n';
  take(1, held);
  if (adds_newline() && !is_finished) sha256_add(&ledger.written, "\n", 1);
}

static void keep(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || write(fd, &ledger, sizeof ledger) != sizeof ledger || close(fd) < 0) exit(3);
}

static void load(const char *path) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) {
    sha256_begin(&ledger.written);
    ledger.seed = 88172645463325252ULL;
    for (const char *at = name; *at; at++) ledger.seed = ledger.seed * 31 + (uint64_t)*at;
    return;
  }
  if (read(fd, &ledger, sizeof ledger) != sizeof ledger) exit(3);
  close(fd);
}

static void tell(const char *path) {
  char file[4096], hash[65];
  snprintf(file, sizeof file, "%s.sha256", path);
  sha256_end(&ledger.written, hash);
  FILE *stream = fopen(file, "w");
  if (stream == NULL) exit(3);
  fprintf(stream, "%s %llu %u\n", hash, (unsigned long long)ledger.bytes, ledger.runs);
  if (fclose(stream) != 0) exit(3);
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  kind = argv[1];
  name = argv[2];
  uint64_t bytes = strtoull(argv[3], NULL, 10), runs = strtoull(argv[4], NULL, 10);
  load(argv[5]);
  ledger.runs++;
  fill_pool();
  write_run(bytes / runs * ledger.runs);
  keep(argv[5]);
  if (ledger.runs == runs) {
    tell(argv[5]);
    return 0;
  }
  if (ledger.runs % 2 == 0) raise(SIGKILL);
  return 1;
}
