#include "stack.h"

enum { OWN_ENTRIES = 2, WORDS_PER_ENTRY = 2 };

/*
 * An image sets LD_PRELOAD, GLIBC_TUNABLES, NODE_DEBUG or OPENSSL_CONF for its programs, not for the loader, the libc,
 * the Node and the OpenSSL that are in here. Such a variable is hidden from them: its pointer is moved by one, past its
 * first character. The string stays as it is, and /proc/self/environ shows it whole: src/linux/own-bytes.ts.
 */
static int is_hidden(const char *variable) {
  return starts_with(variable, "LD_") || starts_with(variable, "GLIBC_TUNABLES=") || starts_with(variable, "NODE_") ||
         starts_with(variable, "OPENSSL_") || starts_with(variable, "UV_");
}

static unsigned long *environment(const unsigned long *stack) {
  return (unsigned long *)stack + 1 + stack[0] + 1;
}

static unsigned long *vector(const unsigned long *stack) {
  unsigned long *word = environment(stack);
  while (*word != 0) word += 1;
  return word + 1;
}

static unsigned long *vector_end(const unsigned long *stack) {
  unsigned long *entry = vector(stack);
  while (*entry != AT_NULL) entry += WORDS_PER_ENTRY;
  return entry + WORDS_PER_ENTRY;
}

unsigned long stack_words(const unsigned long *kernels) {
  return (unsigned long)(vector_end(kernels) - kernels) + OWN_ENTRIES * WORDS_PER_ENTRY;
}

unsigned long auxiliary(const unsigned long *stack, unsigned long type) {
  for (const unsigned long *entry = vector(stack); *entry != AT_NULL; entry += WORDS_PER_ENTRY)
    if (*entry == type) return entry[1];
  return 0;
}

static unsigned long value_for(const unsigned long *entry, const struct image *program, const struct image *loader) {
  switch (*entry) {
    case AT_PHDR: return (unsigned long)program->headers;
    case AT_PHNUM: return program->header_count;
    case AT_PHENT: return sizeof(Elf64_Phdr);
    case AT_BASE: return loader->base;
    case AT_ENTRY: return (unsigned long)after_loader;
    default: return entry[1];
  }
}

static unsigned long *write_limits(unsigned long *to) {
  struct rlimit limit = {0};
  need(CALL4(prlimit64, 0, RLIMIT_NOFILE, 0, &limit), "cannot read a limit");
  *to++ = AT_OPEN_FILES_SOFT, *to++ = limit.rlim_cur;
  *to++ = AT_OPEN_FILES_HARD, *to++ = limit.rlim_max;
  return to;
}

void write_stack(unsigned long *to, const unsigned long *kernels, const struct image *program,
                 const struct image *loader) {
  const unsigned long *from = kernels;
  for (; from < environment(kernels); from += 1) *to++ = *from;
  for (; *from != 0; from += 1) *to++ = *from + (unsigned long)is_hidden((const char *)*from);
  *to++ = *from;
  to = write_limits(to);
  for (from = vector(kernels); from < vector_end(kernels); from += WORDS_PER_ENTRY)
    *to++ = *from, *to++ = value_for(from, program, loader);
}
