#include "image.h"

static unsigned long down(unsigned long number, unsigned long page_bytes) { return number & ~(page_bytes - 1); }
static unsigned long up(unsigned long number, unsigned long page_bytes) {
  return down(number + page_bytes - 1, page_bytes);
}

/* The part of a segment that is longer in memory than in the file is zero. */
static void map_zeros(const Elf64_Phdr *segment, unsigned long base, unsigned long page_bytes) {
  char *byte = (char *)(base + segment->p_vaddr + segment->p_filesz);
  char *page = (char *)up((unsigned long)byte, page_bytes);
  char *end = (char *)up(base + segment->p_vaddr + segment->p_memsz, page_bytes);
  if (segment->p_memsz == segment->p_filesz) return;
  while (byte < page) *byte++ = 0;
  if (page < end)
    need(CALL6(mmap, page, end - page, protection(segment), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
         "cannot map zeros");
}

static void map_segment(int self, const struct part *part, const Elf64_Phdr *segment, unsigned long base,
                        unsigned long page_bytes) {
  unsigned long start = down(base + segment->p_vaddr, page_bytes);
  unsigned long skew = base + segment->p_vaddr - start;
  need(CALL6(mmap, start, up(segment->p_filesz + skew, page_bytes), protection(segment), MAP_PRIVATE | MAP_FIXED, self,
             part->offset + segment->p_offset - skew),
       "cannot map a part of the file");
  map_zeros(segment, base, page_bytes);
}

/* Takes the addresses of all segments, and one page more. Returns what has to be added to the addresses of the file. */
static unsigned long reserve(const Elf64_Ehdr *file, const Elf64_Phdr *headers, unsigned long page_bytes,
                             char **spare) {
  unsigned long low = ~0ul, high = 0;
  for (const Elf64_Phdr *each = headers; each < headers + file->e_phnum; each += 1) {
    if (each->p_type != PT_LOAD) continue;
    if (each->p_vaddr < low) low = down(each->p_vaddr, page_bytes);
    if (each->p_vaddr + each->p_memsz > high) high = up(each->p_vaddr + each->p_memsz, page_bytes);
  }
  int is_fixed = file->e_type == ET_EXEC;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (is_fixed ? MAP_FIXED_NOREPLACE : 0);
  unsigned long start = need(CALL6(mmap, is_fixed ? low : 0, high - low + page_bytes, PROT_NONE, flags, -1, 0),
                             "cannot reserve addresses");
  /* A kernel before 4.17 takes MAP_FIXED_NOREPLACE as no more than a wish. */
  if (is_fixed && start != low) refuse("the addresses of the program are taken", 0);
  *spare = (char *)(start + high - low);
  return start - low;
}

struct image map_image(int self, const struct part *part, unsigned long page_bytes) {
  const char *copy = (const char *)need(CALL6(mmap, 0, part->bytes, PROT_READ, MAP_PRIVATE, self, part->offset),
                                        "cannot map a part of the file");
  const Elf64_Ehdr *file = (const Elf64_Ehdr *)copy;
  const Elf64_Phdr *headers = (const Elf64_Phdr *)(copy + file->e_phoff);
  struct image image = {.header_count = file->e_phnum};
  image.base = reserve(file, headers, page_bytes, &image.spare);
  image.entry = image.base + file->e_entry;
  for (const Elf64_Phdr *each = headers; each < headers + file->e_phnum; each += 1) {
    if (each->p_type != PT_LOAD) continue;
    map_segment(self, part, each, image.base, page_bytes);
    unsigned long into = file->e_phoff - each->p_offset;
    if (file->e_phoff >= each->p_offset && into < each->p_filesz)
      image.headers = (const Elf64_Phdr *)(image.base + each->p_vaddr + into);
  }
  CALL2(munmap, copy, part->bytes);
  return image;
}

const Elf64_Phdr *segment_at(const struct image *image, unsigned long address) {
  const Elf64_Phdr *found = image->headers;
  for (const Elf64_Phdr *each = image->headers; each < image->headers + image->header_count; each += 1)
    if (each->p_type == PT_LOAD && address - image->base - each->p_vaddr < each->p_memsz) found = each;
  return found;
}

const Elf64_Phdr *header_of(const struct image *image, uint32_t type) {
  const Elf64_Phdr *each = image->headers;
  while (each->p_type != type) each += 1;
  return each;
}
