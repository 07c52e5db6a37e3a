/*
 * The kernel drops what PID 1 has no handler for, and Node has ours only after its own start: until then signals are
 * blocked, which the kernel keeps.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "image.h"

/* Blocks them, if we are PID 1. The program is mapped, and the loader has not run. */
void hold_signals(const struct image *program);

/* Keeps Node from unblocking them while it starts; it does so once. The loader has run. */
void keep_holding(const struct image *program, unsigned long page_bytes);

#endif
