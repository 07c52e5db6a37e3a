/* What the writer writes and the reader expects: numbered lines of 100 bytes, the same block again and again. */
#ifndef PATTERN_H
#define PATTERN_H
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 100, BLOCK_LINES = 655, BLOCK_BYTES = LINE_BYTES * BLOCK_LINES };

static inline void fill_block(char *block) {
  for (int line = 0; line < BLOCK_LINES; line++) {
    char *at = block + line * LINE_BYTES;
    memset(at, 'a' + line % 26, LINE_BYTES);
    char number[16];
    memcpy(at, number, snprintf(number, sizeof number, "line %06d ", line));
    at[LINE_BYTES - 1] = '\n';
  }
}
#endif
