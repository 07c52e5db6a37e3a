"""A program that does as a test tells it.

usage: puppet.py SOCKET NAME

It connects to the unix socket SOCKET and introduces itself with one line of JSON. Every line it then receives is a
JSON array: the name of an order below and its arguments. It answers each with one line, {"answer": VALUE} or
{"error": ERRNO-NAME}, and sends {"signal": NAME} whenever a signal arrives that it was told to report.
"""

import errno
import json
import os
import resource
import signal
import socket
import sys


def main():
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    wire.connect(sys.argv[1])
    # Descriptor 100 stays out of the way of what a test wants to see at 3 and above.
    os.dup2(wire.fileno(), 100, inheritable=False)
    wire.close()
    wire = socket.socket(fileno=100)
    tell(wire, {"name": sys.argv[2], "pid": os.getpid()})
    orders = Orders(wire)
    for line in wire.makefile("r", encoding="utf-8"):
        name, *arguments = json.loads(line)
        try:
            answer = getattr(orders, name)(*arguments)
            tell(wire, {"answer": answer})
        except OSError as error:
            tell(wire, {"error": errno.errorcode[error.errno]})
    os._exit(0)


def tell(wire, what):
    # One write for one line: a signal handler may write between two lines, never within one.
    wire.sendall((json.dumps(what) + "\n").encode())


class Orders:
    def __init__(self, wire):
        self.wire = wire
        self.lives = []

    def exit(self, code):
        os._exit(code)

    def die(self, name):
        number = getattr(signal, name)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        os.kill(os.getpid(), number)

    def ignore(self, name):
        signal.signal(getattr(signal, name), signal.SIG_IGN)

    def report(self, name):
        signal.signal(getattr(signal, name), lambda *_: tell(self.wire, {"signal": name}))

    def exitOn(self, name, code):
        signal.signal(getattr(signal, name), lambda *_: os._exit(code))

    def write(self, fd, text):
        return write_all(fd, text.encode())

    def flood(self, fd, size, line_bytes):
        line = b"x" * (line_bytes - 1) + b"\n"
        block = line * max(1, 65536 // line_bytes)
        left = size
        while left > 0:
            left -= write_all(fd, block[:left])
        return size

    def read(self, fd, size):
        return os.read(fd, size).decode()

    def close(self, fd):
        os.close(fd)

    def open(self, path):
        os.close(os.open(path, os.O_WRONLY))

    def fork(self):
        pid = os.fork()
        if pid == 0:
            close_all()
            wait_for_ever()
        return pid

    def orphan(self, code, keeps_output):
        pid_out, pid_in = os.pipe()
        life_out, life_in = os.pipe()
        middle = os.fork()
        if middle == 0:
            pid = os.fork()
            if pid == 0:
                os.setsid()
                close_all(first=3 if keeps_output else 0, keep=life_out)
                os.read(life_out, 1)
                os._exit(code)
            os.write(pid_in, str(pid).encode())
            os._exit(0)
        os.waitpid(middle, 0)
        os.close(pid_in)
        os.close(life_out)
        # The orphan lives until the other end of this is closed: by the order below, or by the end of this process.
        self.lives.append(life_in)
        with os.fdopen(pid_out) as answer:
            return int(answer.read())

    def releaseOrphans(self):
        while self.lives:
            os.close(self.lives.pop())

    def notify(self, text):
        path = os.environ["NOTIFY_SOCKET"]
        address = "\0" + path[1:] if path.startswith("@") else path
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notice:
            notice.sendto(text.encode(), address)

    def identity(self):
        umask = os.umask(0)
        os.umask(umask)
        return {
            "pid": os.getpid(),
            "ppid": os.getppid(),
            "pgid": os.getpgid(0),
            "sid": os.getsid(0),
            "uids": os.getresuid(),
            "gids": os.getresgid(),
            "groups": sorted(os.getgroups()),
            "umask": umask,
            "cwd": os.getcwd(),
            "nice": os.nice(0),
            "oomScoreAdj": int(read_text("/proc/self/oom_score_adj")),
            "noNewPrivs": proc_status("NoNewPrivs") == "1",
            "blockedSignals": proc_status("SigBlk"),
            "ignoredSignals": proc_status("SigIgn"),
            "openFiles": resource.getrlimit(resource.RLIMIT_NOFILE),
            "environment": dict(os.environ),
            "descriptors": descriptors(),
        }

    def limit(self, name):
        return resource.getrlimit(getattr(resource, "RLIMIT_" + name))


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]
    return len(data)


def close_all(first=3, keep=-1):
    for fd in range(first, 256):
        if fd != keep:
            try:
                os.close(fd)
            except OSError:
                pass


def wait_for_ever():
    while True:
        signal.pause()


def descriptors():
    links = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            links[name] = os.readlink("/proc/self/fd/" + name)
        except FileNotFoundError:
            pass
    links.pop("100", None)
    return links


def proc_status(key):
    for line in read_text("/proc/self/status").splitlines():
        if line.startswith(key + ":"):
            return line.split()[1]
    return ""


def read_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


main()
