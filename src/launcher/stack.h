/*
 * The stack that a program starts with: argc, argv, envp and the auxiliary vector (getauxval(3)), each list ended by a
 * zero. The strings lie further up and stay where they are.
 */
#ifndef STACK_H
#define STACK_H

#include <sys/resource.h>

#include "image.h"

/*
 * Our own entries of the auxiliary vector: the limits of open files that we were started with (getrlimit(2)). Node
 * raises the soft one to the hard one before any JavaScript runs. No other program gets to see them: each execve makes
 * a new vector. src/linux/original-limits.ts reads them.
 */
enum { AT_OPEN_FILES_SOFT = 0x74730001, AT_OPEN_FILES_HARD = 0x74730002 };

/* Where the loader goes when it has finished (entry.S). Hidden: its address has to be had without a relocation. */
__attribute__((visibility("hidden"))) void after_loader(void);

/* How many words the new stack takes; they have to be at a multiple of 16 bytes. */
unsigned long stack_words(const unsigned long *kernels);

/* Writes the stack for the loader: the kernel's, with the program and the loader where the launcher was. */
void write_stack(unsigned long *to, const unsigned long *kernels, const struct image *program,
                 const struct image *loader);

/* Looks an entry of the auxiliary vector up. 0: there is none. */
unsigned long auxiliary(const unsigned long *stack, unsigned long type);

#endif
