/*
 * What the kernel starts when it starts tsupervisor: makes one file run in every image, whatever libraries it has.
 *
 * The file carries the program (Node with tsupervisor in it), a dynamic loader and the libraries (trailer.h). The
 * launcher does for them what the kernel and a file system would: it maps program and loader from where they lie in the
 * file, offers the libraries to the loader (libraries.h), rewrites the stack as if the kernel had started the program
 * (stack.h), and goes on in the loader. The loader comes back once, before the program starts, to settle(). Nothing is
 * written to a disk, no descriptor stays open, and the environment is as it was.
 *
 * It is static and position independent, has no libc and no relocations, and needs Linux 3.17 (memfd_create) and /proc.
 */
#include "libraries.h"
#include "signals.h"
#include "stack.h"

static int self;
static unsigned long page_bytes;
static struct image program;

static int open_self(void) {
  long fd = CALL4(openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
  if (fd == -2 /* ENOENT */) refuse("/proc is not mounted, or belongs to another PID namespace", 0);
  return (int)need(fd, "cannot read /proc/self/exe");
}

static void read_trailer(struct trailer *trailer) {
  unsigned long bytes = need(CALL4(lseek, self, 0, SEEK_END, 0), "cannot find the end of the file");
  long at = (long)bytes - (long)sizeof *trailer;
  long count = at < 0 ? 0 : CALL4(pread64, self, trailer, sizeof *trailer, at);
  if (count != sizeof *trailer || !is_same(trailer->magic, TRAILER_MAGIC) || trailer->file_bytes != bytes)
    refuse("the file is truncated or was changed (by strip?): copy it again", 0);
}

static const struct part *find_part(const struct trailer *trailer, const char *name) {
  const struct part *part = trailer->parts;
  while (!is_same(part->name, name)) part += 1;
  return part;
}

/* Called by _start with the stack that the kernel made. */
__attribute__((noreturn)) void launch(const unsigned long *kernels) {
  struct trailer trailer;
  page_bytes = auxiliary(kernels, AT_PAGESZ);
  self = open_self();
  read_trailer(&trailer);
  program = map_image(self, find_part(&trailer, "program"), page_bytes);
  hold_signals(&program);
  struct image loader = map_image(self, find_part(&trailer, "loader"), page_bytes);
  offer_libraries(self, &trailer, &program, page_bytes);
  unsigned long stack[stack_words(kernels)] __attribute__((aligned(16)));
  write_stack(stack, kernels, &program, &loader);
  jump(loader.entry, stack);
}

/* Called by after_loader; returns the program's entry. */
unsigned long settle(void) {
  settle_libraries(self, &program, page_bytes);
  keep_holding(&program, page_bytes);
  CALL2(close, self, 0);
  return program.entry;
}
