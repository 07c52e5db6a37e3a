"""The app: each visit is a job for the worker."""
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from resp import Redis


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        redis = Redis()
        if self.path != "/health":
            redis.call("RPUSH", "jobs", self.path)
        text = f"{redis.call('GET', 'done') or 0} jobs done\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass  # nginx logs


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("listening", flush=True)
ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
