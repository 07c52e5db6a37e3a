/*
 * _start: the kernel's way in. The stack begins with argc. Goes on in launch(stack), which does not return.
 *
 * after_loader: the loader's way on, when all libraries are there. Asks settle() for the program's entry and goes there.
 * What the loader hands to the program in a register, a function to call at exit, passes through.
 */
  .globl _start, after_loader
  .hidden after_loader
  .text

#if defined(__x86_64__)
_start:
  xor %ebp, %ebp
  mov %rsp, %rdi
  call launch

after_loader:
  push %rdx
  push %rdx           /* twice: a call wants the stack at a multiple of 16 */
  call settle
  pop %rdx
  pop %rdx
  jmp *%rax

#elif defined(__aarch64__)
_start:
  mov x29, #0
  mov x0, sp
  bl launch

after_loader:
  mov x19, x0
  bl settle
  mov x16, x0
  mov x0, x19
  br x16
#endif

  .section .note.GNU-stack, "", %progbits
