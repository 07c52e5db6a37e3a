/*
 * Runs a command as PID 1 of a fresh PID namespace with a /proc and a /run of its own, and takes the times.
 *
 * usage: namespace FILE COMMAND [ARGUMENT...]
 * Stamps "pid" with PID 1's pid outside, "exec" just before execve(2), and "exit" with the wait status.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "stamp.h"

static void must(int outcome, const char *what) {
  if (outcome != 0) {
    perror(what);
    exit(111);
  }
}

static void put(const char *path, const char *format, int value) {
  FILE *file = fopen(path, "w");
  if (file == NULL || fprintf(file, format, value) < 0 || fclose(file) != 0) must(-1, path);
}

static void enter(void) {
  int uid = getuid(), gid = getgid();
  must(unshare((uid == 0 ? 0 : CLONE_NEWUSER) | CLONE_NEWPID | CLONE_NEWNS), "unshare");
  if (uid != 0) {
    put("/proc/self/uid_map", "0 %d 1", uid);
    put("/proc/self/setgroups", "deny%.0d", 0);
    put("/proc/self/gid_map", "0 %d 1", gid);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
  enter();
  pid_t pid = fork();
  must(pid < 0, "fork");
  if (pid == 0) {
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount /");
    must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount /proc");
    must(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), "mount /run");
    stamp(argv[1], "exec");
    execvp(argv[2], argv + 2);
    must(-1, argv[2]);
  }
  stamp_at(argv[1], "pid", now_ns(), pid);
  int status;
  while (waitpid(pid, &status, 0) < 0) continue;
  stamp_at(argv[1], "exit", now_ns(), status);
  return 0;
}
