/*
 * A supervised program that takes its own times.
 *
 * usage: program FILE stay          stamps "start", then sleeps; SIGTERM ends it
 *        program FILE slow MS       the same, but after SIGTERM it needs that long
 *        program FILE crash COUNT   ends with 1 after 30 ms, having stamped "death"; the COUNTth run stays
 */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include "stamp.h"

static long slow_ms;

static void end_slowly(int signal) {
  (void)signal;
  struct timespec left = {slow_ms / 1000, slow_ms % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0) continue;
  _exit(0);
}

/* Every earlier run left a "start" and a "death". */
static long earlier_runs(const char *file) {
  FILE *stamps = fopen(file, "r");
  char line[96];
  long runs = 0;
  while (stamps != NULL && fgets(line, sizeof line, stamps) != NULL) runs += strncmp(line, "death", 5) == 0;
  if (stamps != NULL) fclose(stamps);
  return runs;
}

int main(int argc, char **argv) {
  long long started = now_ns();
  if (argc < 3) return 2;
  long number = argc > 3 ? atol(argv[3]) : 0;
  if (strcmp(argv[2], "slow") == 0) {
    slow_ms = number;
    signal(SIGTERM, end_slowly);
  }
  stamp_at(argv[1], "start", started, getpid());
  if (strcmp(argv[2], "crash") == 0 && earlier_runs(argv[1]) + 1 < number) {
    usleep(30000);
    stamp(argv[1], "death");
    _exit(1);
  }
  for (;;) pause();
}
