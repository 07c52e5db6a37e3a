/*
 * The libraries that the executable carries, offered to the loader.
 *
 * The loader opens a library by its path and maps it from the beginning of that file, so each one becomes a file of its
 * own, in memory (memfd_create(2)), and the program's list of needed libraries is rewritten, in memory, to their paths
 * under /proc/self/fd. When everything is loaded the code is mapped anew, from our own file, and the copy is given
 * back: what lies in the file is page cache, which the kernel can drop and the containers of one image share.
 */
#ifndef LIBRARIES_H
#define LIBRARIES_H

#include "image.h"

/* Before the loader runs: copies every library that the program needs, and tells the program where it is. A limit of
 * file sizes is lifted meanwhile, as far as its hard limit allows. */
void offer_libraries(int self, const struct trailer *trailer, const struct image *program, unsigned long page_bytes);

/* After the loader has run: gives the copies back, and closes every descriptor. */
void settle_libraries(int self, const struct image *program, unsigned long page_bytes);

#endif
