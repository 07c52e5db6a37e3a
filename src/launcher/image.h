/* ELF files that are mapped from where they lie in our own file (elf(5)). */
#ifndef IMAGE_H
#define IMAGE_H

#include <elf.h>

#include "kernel.h"
#include "trailer.h"

/* A mapped ELF file: addresses of the file are `base` lower than those in memory. */
struct image {
  unsigned long base;
  unsigned long entry;
  /* The program headers, in memory. */
  const Elf64_Phdr *headers;
  unsigned header_count;
  /* One free page, right after the last segment. */
  char *spare;
};

/* The protection that a segment asks for. */
static inline int protection(const Elf64_Phdr *segment) {
  return (segment->p_flags & PF_R ? PROT_READ : 0) | (segment->p_flags & PF_W ? PROT_WRITE : 0) |
         (segment->p_flags & PF_X ? PROT_EXEC : 0);
}

/* Maps a part of our own file as the kernel would map it as a file of its own. */
struct image map_image(int self, const struct part *part, unsigned long page_bytes);

/* The PT_LOAD segment that holds a place in memory, or else the first header of the type. */
const Elf64_Phdr *segment_at(const struct image *image, unsigned long address);
const Elf64_Phdr *header_of(const struct image *image, uint32_t type);

#endif
