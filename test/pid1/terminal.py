"""Runs a program on a terminal of its own, as `docker run -it` does, and lets a test type.

usage: terminal.py PROGRAM [ARG…]

What is read on standard input is typed; what the terminal shows is written to standard output. The exit code is the
program's, or 128 and the signal that ended it. Standard input that ends hangs nothing up.
"""

import os
import pty
import select
import sys


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    watched = [terminal, 0]
    while terminal in watched:
        for fd in select.select(watched, [], [])[0]:
            data = read(fd)
            if not data:
                watched.remove(fd)
            elif fd == terminal:
                os.write(1, data)
            else:
                os.write(terminal, data)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)


def read(fd):
    try:
        return os.read(fd, 65536)
    except OSError:
        # EIO: the program and all its children have let go of the terminal.
        return b""


main()
