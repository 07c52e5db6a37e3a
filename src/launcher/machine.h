/* What differs between the processors, beside entry.S: system calls, and the jump into the loader. */
#ifndef MACHINE_H
#define MACHINE_H

#if defined(__x86_64__)

static inline __attribute__((noreturn)) void jump(unsigned long entry, const unsigned long *stack) {
  __asm__ volatile("mov %1, %%rsp\n"
                   "xor %%edx, %%edx\n"
                   "xor %%ebp, %%ebp\n"
                   "jmp *%0"
                   :
                   : "a"(entry), "r"(stack)
                   : "memory");
  __builtin_unreachable();
}

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

static inline __attribute__((noreturn)) void jump(unsigned long entry, const unsigned long *stack) {
  register unsigned long x16 __asm__("x16") = entry;
  __asm__ volatile("mov sp, %1\n"
                   "mov x0, #0\n"
                   "mov x29, #0\n"
                   "mov x30, #0\n"
                   "br %0"
                   :
                   : "r"(x16), "r"(stack)
                   : "memory");
  __builtin_unreachable();
}

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

#else
#error "The launcher knows x86_64 and aarch64."
#endif
#endif
