#include "libraries.h"

#include <link.h>
#include <sys/resource.h>

/* The kernel headers of Debian 12 do not have it (Linux 6.3). */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif

enum { PATH_BYTES = 32 };

/* A library that was offered, as `path`: descriptor `fd` is its copy. */
static struct library {
  char *path;
  struct part part;
  int fd;
} libraries[PART_COUNT];
static unsigned library_count;

static const char fd_folder[] = "/proc/self/fd/";

/* A copy is a file, so a limit on those holds for it, and ends us without a word (SIGXFSZ, getrlimit(2)). */
static struct rlimit lift_file_limit(void) {
  struct rlimit before, lifted = {RLIM_INFINITY, RLIM_INFINITY};
  need(CALL4(prlimit64, 0, RLIMIT_FSIZE, 0, &before), "cannot read the limit of file sizes");
  if (CALL4(prlimit64, 0, RLIMIT_FSIZE, &lifted, 0) == 0) return before;
  lifted.rlim_cur = lifted.rlim_max = before.rlim_max;
  need(CALL4(prlimit64, 0, RLIMIT_FSIZE, &lifted, 0), "cannot raise the limit of file sizes");
  return before;
}

/* The hard limit may be too low as well. */
static void need_file_limit(uint64_t bytes) {
  struct rlimit limit;
  need(CALL4(prlimit64, 0, RLIMIT_FSIZE, 0, &limit), "cannot read the limit of file sizes");
  if (limit.rlim_cur < bytes) refuse("the hard limit of file sizes (ulimit -Hf) is below the size of a library", 0);
}

/* It is mapped, never executed itself: where vm.memfd_noexec is 2 that has to be said, and before 6.3 it cannot be. */
static int make_file(const char *name) {
  long fd = CALL2(memfd_create, name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  if (fd < 0) fd = CALL2(memfd_create, name, MFD_CLOEXEC);
  return (int)need(fd, "cannot make a file in memory");
}

static struct library *copy_library(int self, const struct part *part, char *path) {
  struct library *library = &libraries[library_count++];
  int64_t from = (int64_t)part->offset;
  need_file_limit(part->bytes);
  *library = (struct library){path, *part, make_file(part->name)};
  for (uint64_t left = part->bytes; left > 0;) {
    unsigned long sent = need(CALL4(sendfile, library->fd, self, &from, left), "cannot copy a library into memory");
    if (sent == 0) refuse("the file was shortened while it was read", 0);
    left -= sent;
  }
  for (unsigned each = 0; each < sizeof fd_folder; each += 1) path[each] = fd_folder[each];
  write_number(path + length(path), (unsigned long)library->fd);
  return library;
}

static const char *text_of(const struct image *program, const Elf64_Dyn *dynamic, uint64_t offset) {
  while (dynamic->d_tag != DT_STRTAB) dynamic += 1;
  return (const char *)(program->base + dynamic->d_un.d_ptr + offset);
}

/* A list of the versions that the program wants of one library names that library once more. */
static void rename_version_list(const struct image *program, Elf64_Word *name, Elf64_Word offset,
                                unsigned long page_bytes) {
  unsigned long page = (unsigned long)name & ~(page_bytes - 1);
  int usual = protection(segment_at(program, (unsigned long)name));
  /* The word is aligned, so it lies in one page. */
  need(CALL4(mprotect, page, page_bytes, PROT_READ | PROT_WRITE, 0), "cannot rename a library");
  *name = offset;
  need(CALL4(mprotect, page, page_bytes, usual, 0), "cannot rename a library");
}

static void rename_versions(const struct image *program, const Elf64_Dyn *dynamic, uint64_t from, uint64_t to,
                            unsigned long page_bytes) {
  const char *name = text_of(program, dynamic, from);
  const Elf64_Dyn *list = dynamic;
  while (list->d_tag != DT_VERNEED && list->d_tag != DT_NULL) list += 1;
  if (list->d_tag == DT_NULL) return;
  for (char *at = (char *)(program->base + list->d_un.d_ptr);; at += ((Elf64_Verneed *)at)->vn_next) {
    Elf64_Verneed *versions = (Elf64_Verneed *)at;
    if (is_same(text_of(program, dynamic, versions->vn_file), name))
      rename_version_list(program, &versions->vn_file, (Elf64_Word)to, page_bytes);
    if (versions->vn_next == 0) return;
  }
}

static const struct part *find_library(const struct trailer *trailer, const char *name) {
  for (const struct part *part = trailer->parts; part < trailer->parts + PART_COUNT; part += 1)
    if (is_same(part->name, name)) return part;
  return 0; /* the loader itself is needed too, and is there */
}

/* The paths are kept right behind the program: version lists reach only 4 GiB from the program's other names. */
static char *next_path(const struct image *program) { return program->spare + library_count * PATH_BYTES; }

void offer_libraries(int self, const struct trailer *trailer, const struct image *program, unsigned long page_bytes) {
  Elf64_Dyn *dynamic = (Elf64_Dyn *)(program->base + header_of(program, PT_DYNAMIC)->p_vaddr);
  const char *texts = text_of(program, dynamic, 0);
  need(CALL4(mprotect, program->spare, page_bytes, PROT_READ | PROT_WRITE, 0), "cannot name the libraries");
  struct rlimit before = lift_file_limit();
  for (Elf64_Dyn *each = dynamic; each->d_tag != DT_NULL; each += 1) {
    if (each->d_tag != DT_NEEDED) continue;
    const struct part *part = find_library(trailer, texts + each->d_un.d_val);
    if (part == 0) continue;
    uint64_t to = (uint64_t)(copy_library(self, part, next_path(program))->path - texts);
    rename_versions(program, dynamic, each->d_un.d_val, to, page_bytes);
    each->d_un.d_val = to;
  }
  CALL4(prlimit64, 0, RLIMIT_FSIZE, &before, 0);
}

/* Maps what is never written from our own file: the same bytes at the same place. Returns whether all of it was. */
static int map_anew(int self, const struct library *library, const struct image *image, unsigned long page_bytes) {
  for (const Elf64_Phdr *each = image->headers; each < image->headers + image->header_count; each += 1) {
    if (each->p_type != PT_LOAD || each->p_flags & PF_W) continue;
    unsigned long skew = each->p_vaddr & (page_bytes - 1);
    long result = CALL6(mmap, image->base + each->p_vaddr - skew, each->p_filesz + skew, protection(each),
                        MAP_PRIVATE | MAP_FIXED, self, library->part.offset + each->p_offset - skew);
    if (result < 0 && result >= -4095) return 0;
  }
  return 1;
}

/* The copy lives on as long as its data is mapped: what lies before the data is given back. */
static void give_back(int self, const struct library *library, unsigned long base, unsigned long page_bytes) {
  const Elf64_Ehdr *file = (const Elf64_Ehdr *)base;
  const struct image image = {base, 0, (const Elf64_Phdr *)(base + file->e_phoff), file->e_phnum, 0};
  if (!map_anew(self, library, &image, page_bytes)) return;
  const Elf64_Phdr *data = image.headers;
  while (data->p_type != PT_LOAD || !(data->p_flags & PF_W)) data += 1;
  CALL4(fallocate, library->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, data->p_offset & ~(page_bytes - 1));
}

static const struct link_map *loaded(const struct image *program) {
  const Elf64_Dyn *dynamic = (const Elf64_Dyn *)(program->base + header_of(program, PT_DYNAMIC)->p_vaddr);
  while (dynamic->d_tag != DT_DEBUG && dynamic->d_tag != DT_NULL) dynamic += 1;
  return dynamic->d_tag == DT_NULL ? 0 : ((const struct r_debug *)dynamic->d_un.d_ptr)->r_map;
}

void settle_libraries(int self, const struct image *program, unsigned long page_bytes) {
  for (const struct link_map *each = loaded(program); each != 0; each = each->l_next)
    for (const struct library *library = libraries; library < libraries + library_count; library += 1)
      if (is_same(each->l_name, library->path)) give_back(self, library, each->l_addr, page_bytes);
  for (const struct library *library = libraries; library < libraries + library_count; library += 1)
    CALL2(close, library->fd, 0);
}
