#include "signals.h"

enum { MASK_BYTES = 8, BLOCK = 0, SET = 2 /* <asm-generic/signal-defs.h> */ };

/* KILL and STOP, those that watch-signals.ts leaves alone, and the two that glibc keeps for itself. */
static const unsigned char left_alone[] = {9, 19, 17, 21, 22, 13, 11, 8, 4, 7, 6, 5, 31, 32, 33};

/* Where the program has the address of pthread_sigmask. 0: nothing is held. */
static unsigned long *slot;
static int has_set;

static const Elf64_Dyn *entry_of(const struct image *program, int64_t tag) {
  const Elf64_Dyn *each = (const Elf64_Dyn *)(program->base + header_of(program, PT_DYNAMIC)->p_vaddr);
  while (each->d_tag != tag && each->d_tag != DT_NULL) each += 1;
  return each;
}

static unsigned long *find_slot(const struct image *program, const char *function) {
  const Elf64_Rela *each = (const Elf64_Rela *)(program->base + entry_of(program, DT_JMPREL)->d_un.d_ptr);
  const Elf64_Rela *end = each + entry_of(program, DT_PLTRELSZ)->d_un.d_val / sizeof *each;
  const Elf64_Sym *symbols = (const Elf64_Sym *)(program->base + entry_of(program, DT_SYMTAB)->d_un.d_ptr);
  const char *names = (const char *)(program->base + entry_of(program, DT_STRTAB)->d_un.d_ptr);
  for (; each < end; each += 1)
    if (is_same(names + symbols[ELF64_R_SYM(each->r_info)].st_name, function))
      return (unsigned long *)(program->base + each->r_offset);
  return 0;
}

void hold_signals(const struct image *program) {
  if (CALL2(getpid, 0, 0) != 1) return;
  slot = find_slot(program, "pthread_sigmask");
  if (slot == 0) return;
  uint64_t mask = ~(uint64_t)0;
  for (unsigned each = 0; each < sizeof left_alone; each += 1) mask &= ~((uint64_t)1 << (left_alone[each] - 1));
  CALL4(rt_sigprocmask, BLOCK, &mask, 0, MASK_BYTES);
}

/* pthread_sigmask(3), but the first mask that is set as a whole, which is Node's at its start, only adds. */
static int change_mask(int how, const uint64_t *mask, uint64_t *old) {
  if (how == SET && mask != 0 && !has_set) has_set = 1, how = BLOCK;
  return (int)-CALL4(rt_sigprocmask, how, mask, old, MASK_BYTES);
}

void keep_holding(const struct image *program, unsigned long page_bytes) {
  if (slot == 0) return;
  unsigned long page = (unsigned long)slot & ~(page_bytes - 1);
  const Elf64_Phdr *relro = header_of(program, PT_GNU_RELRO);
  int is_read_only = (unsigned long)slot - program->base - relro->p_vaddr < relro->p_memsz;
  if (CALL4(mprotect, page, page_bytes, PROT_READ | PROT_WRITE, 0) < 0) return;
  *slot = (unsigned long)change_mask;
  if (is_read_only) CALL4(mprotect, page, page_bytes, PROT_READ, 0);
}
