/*
 * Makes orphans that end at once, and waits until PID 1 has reaped the last of them.
 *
 * usage: orphans FILE COUNT
 * Stamps "start" before the first fork, "made" after the last, "reaped" when none is left.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "stamp.h"

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  long count = atol(argv[2]);
  pid_t *orphan = mmap(NULL, count * sizeof *orphan, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  stamp(argv[1], "start");
  for (long i = 0; i < count; i++) {
    pid_t middle = fork();
    if (middle < 0) {
      perror("fork");
      return 111;
    }
    if (middle == 0) {
      pid_t pid = fork();
      if (pid != 0) orphan[i] = pid;
      _exit(0);
    }
    waitpid(middle, NULL, 0);
  }
  stamp(argv[1], "made");
  /* A zombie still has its pid; only reaping gives it back. The pids are few enough not to come round again. */
  for (long i = 0; i < count; i++)
    while (orphan[i] > 0 && (kill(orphan[i], 0) == 0 || errno != ESRCH)) usleep(500);
  stamp(argv[1], "reaped");
  for (;;) pause();
}
