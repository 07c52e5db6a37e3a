"""
A syslog daemon for tests: takes messages at a unix socket and prints each as a line of JSON (latin-1).
Arguments: the path; `go`: do not wait to be told; `stream`: not datagrams, but one connection with a NUL after each.
"""
import json
import socket
import sys

path, *words = sys.argv[1:]
is_stream = 'stream' in words
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if is_stream else socket.SOCK_DGRAM)
receiver.bind(path)
if is_stream:
    receiver.listen()
print('"bound"', flush=True)


def messages():
    if not is_stream:
        while True:
            yield receiver.recv(65536)
    connection, _ = receiver.accept()
    rest = b''
    while chunk := connection.recv(65536):
        *whole, rest = (rest + chunk).split(b'\0')
        yield from whole


# `go` on standard input lets it read.
if 'go' not in words:
    sys.stdin.readline()
for message in messages():
    print(json.dumps(message.decode('latin-1')), flush=True)
