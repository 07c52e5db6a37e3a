/*
 * Runs a command and takes the times.
 *
 * usage: timed FILE COMMAND [ARGUMENT...]
 * Stamps "exec" just before execve(2), and "exit" with the wait status. What the command prints is thrown away.
 */
#include <fcntl.h>
#include <sys/wait.h>
#include "stamp.h"

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    stamp(argv[1], "exec");
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(111);
  }
  int status;
  while (waitpid(pid, &status, 0) < 0) continue;
  stamp_at(argv[1], "exit", now_ns(), status);
  return 0;
}
