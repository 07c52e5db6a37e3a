"""The worker: takes one job after the other."""
import signal
import sys

from resp import Redis

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
redis = Redis()
while True:
    _, path = redis.call("BLPOP", "jobs", 0)
    redis.call("INCR", "done")
    print(f"done: {path}", flush=True)
