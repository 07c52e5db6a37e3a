/*
 * The end of the executable: what else is in the file, and where. scripts/build/portable.ts writes it.
 *
 *   launcher | program | loader | libraries … | versions (text) | trailer
 *
 * Every part begins at a multiple of 64 KiB, the largest page of the processors that we build for: it can be mapped
 * from where it lies. Numbers are little-endian.
 */
#ifndef TRAILER_H
#define TRAILER_H

#include <stdint.h>

enum { PART_COUNT = 16, PART_NAME_BYTES = 32 };

#define TRAILER_MAGIC "tsupervisor 001"

/* `name`: "program", "loader", the soname of a library, or "versions"; empty: no more parts. */
struct part {
  char name[PART_NAME_BYTES];
  uint64_t offset;
  uint64_t bytes;
};

struct trailer {
  struct part parts[PART_COUNT];
  uint64_t file_bytes;
  char magic[16];
};

#endif
