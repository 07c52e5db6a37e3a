"""Runs a command with pipes of one page as stdout and stderr, and says what came and how the pipes were left.

usage: streams.py blocking|nonblocking|unread COMMAND [ARG...]

unread: nobody has stdout open for reading.
"""
import fcntl
import json
import os
import subprocess
import sys
import threading

F_SETPIPE_SZ = 1031


class Pipe:
    def __init__(self, is_blocking):
        self.read_fd, self.write_fd = os.pipe()
        fcntl.fcntl(self.write_fd, F_SETPIPE_SZ, 4096)
        os.set_blocking(self.write_fd, is_blocking)
        self.text = b''
        self.thread = threading.Thread(target=self.read)

    def read(self):
        while chunk := os.read(self.read_fd, 65536):
            self.text += chunk

    def finish(self):
        is_blocking = os.get_blocking(self.write_fd)
        os.close(self.write_fd)
        if self.thread.ident is not None:
            self.thread.join()
        return {'text': self.text.decode(), 'isBlocking': is_blocking}


def main(mode, argv):
    out, err = (Pipe(mode != 'nonblocking') for _ in range(2))
    if mode == 'unread':
        os.close(out.read_fd)
    else:
        out.thread.start()
    err.thread.start()
    code = subprocess.call(argv, stdin=subprocess.DEVNULL, stdout=out.write_fd, stderr=err.write_fd)
    print(json.dumps({'code': code, 'out': out.finish(), 'err': err.finish()}))


main(sys.argv[1], sys.argv[2:])
