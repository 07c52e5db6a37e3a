"""A syslog daemon for tests: binds a unix datagram socket and prints each message as a line of JSON (latin-1)."""
import json
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print('"bound"', flush=True)
# `read` on standard input lets it read one message; `go` all.
free = len(sys.argv) > 2
while True:
    if free or sys.stdin.readline().strip() == 'go':
        free = True
        print(json.dumps(receiver.recv(65536).decode('latin-1')), flush=True)
