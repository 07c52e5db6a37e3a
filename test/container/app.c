/*
 * A program for images that have nothing: static, and does as its argument says.
 *
 *   app serve   tells who it is, once through its standard output and once through /dev/stdout, and waits.
 *               TERM: exit code 0. USR1: exit code 7. KILL: what the kernel does.
 *   app deaf    as serve, but TERM is ignored
 *   app grow    takes memory until it is killed
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void leave(int signal) { _exit(signal == SIGUSR1 ? 7 : 0); }

static int open_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 1024; fd += 1) count += fcntl(fd, F_GETFD) != -1;
  return count;
}

static void tell(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  printf("up: uid %d, gid %d, %d descriptors, nofile %lu of %lu, LD_PRELOAD %s\n", getuid(), getgid(), open_descriptors(),
         (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max, getenv("LD_PRELOAD") ? "set" : "not set");
  fflush(stdout);
  int fd = open("/dev/stdout", O_WRONLY);
  if (fd == -1) perror("cannot open /dev/stdout");
  else dprintf(fd, "through /dev/stdout\n");
}

static void grow(void) {
  for (;;) memset(malloc(1 << 20), 1, 1 << 20);
}

int main(int argc, char **argv) {
  const char *verb = argc > 1 ? argv[1] : "";
  signal(SIGTERM, strcmp(verb, "deaf") == 0 ? SIG_IGN : leave);
  signal(SIGUSR1, leave);
  if (strcmp(verb, "grow") == 0) grow();
  tell();
  for (;;) pause();
}
