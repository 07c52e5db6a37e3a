/*
 * Writes lines of 100 bytes to standard output as fast as they are taken, then sleeps. As a program does that prints
 * into a pipe: its C library hands on 4,096 bytes at a time.
 *
 * usage: flood FILE BYTES
 * Stamps "start" before the first write and "written" after the last.
 */
#include <signal.h>
#include "pattern.h"
#include "stamp.h"

#define STDIO_BYTES 4096

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  static char block[BLOCK_BYTES];
  fill_block(block);
  stamp(argv[1], "start");
  for (long long left = atoll(argv[2]), at = 0; left > 0;) {
    long long length = BLOCK_BYTES - at < left ? BLOCK_BYTES - at : left;
    if (length > STDIO_BYTES) length = STDIO_BYTES;
    ssize_t written = write(1, block + at, length);
    if (written < 0) {
      perror("stdout");
      return 111;
    }
    left -= written;
    at = (at + written) % BLOCK_BYTES;
  }
  stamp(argv[1], "written");
  for (;;) pause();
}
