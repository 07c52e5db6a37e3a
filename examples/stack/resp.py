"""Just enough of redis's protocol (RESP) for the example: it needs no package."""
import socket


class Redis:
    def __init__(self, address=("127.0.0.1", 6379)):
        self._stream = socket.create_connection(address).makefile("rwb")

    def call(self, *words):
        parts = [f"${len(word)}\r\n{word}\r\n" for word in map(str, words)]
        self._stream.write(f"*{len(parts)}\r\n{''.join(parts)}".encode())
        self._stream.flush()
        return self._answer()

    def _answer(self):
        kind, rest = (line := self._stream.readline().decode().strip())[:1], line[1:]
        if kind == "-":
            raise RuntimeError(rest)
        if kind == ":":
            return int(rest)
        if kind == "$":
            return None if rest == "-1" else self._stream.read(int(rest) + 2)[:-2].decode()
        if kind == "*":
            return [self._answer() for _ in range(int(rest))]
        return rest
