"""A line between two instances that does what lines do: drops, delays, repeats, reorders, forges, or is cut."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Weather:
    """What the line does. `cut`: nothing goes through; `bad`: the chance that something happens to a request."""

    dice: random.Random
    cut: bool = False
    bad: float = 0.6
    did: dict[str, int] = field(default_factory=dict)

    def next(self) -> str:
        what = "cut" if self.cut else "good"
        if not self.cut and self.dice.random() < self.bad:
            what = self.dice.choice(("drop", "deaf", "delay", "twice", "hold", "forge"))
        self.did[what] = self.did.get(what, 0) + 1
        return what


class Line:
    """A line in one direction: an HTTP server that passes on to `port`, or does not."""

    def __init__(self, port: int, weather: Weather) -> None:
        line = self
        self.port, self.weather, self.late = port, weather, []  # type: ignore[var-annotated]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                line.handle(self)

            def log_message(self, *_words: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who asked has gone: that is the weather
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def handle(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers["Content-Length"]))
        what = self.weather.next()
        if what in ("cut", "drop"):
            return  # the line goes dead without an answer
        if what == "hold":  # it comes later, behind others
            timer = threading.Timer(self.weather.dice.uniform(0.2, 2.5), self.pass_on, (asked.path, body))
            timer.daemon = True
            timer.start()
            return
        if what == "delay":
            time.sleep(self.weather.dice.uniform(0.05, 0.6))
        if what == "forge":
            self.pass_on(asked.path, forged(body))
        status, content = self.pass_on(asked.path, body)
        if what == "twice":
            status, content = self.pass_on(asked.path, body)
        if what == "deaf" or not status:
            return  # it arrived, the answer did not
        asked.send_response(status)
        asked.send_header("Content-Type", "application/json")
        asked.send_header("Content-Length", str(len(content)))
        asked.end_headers()
        asked.wfile.write(content)

    def pass_on(self, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            line.request("POST", path, body, {"Content-Type": "application/json"})
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def forged(body: bytes) -> bytes:
    """The same letters with one figure changed and the old signatures."""
    told = json.loads(body)
    for one in told["parcels"]:
        one["text"] = (
            one["text"].replace("厘米", "米") if "厘米" in one["text"] else one["text"].replace('"seq":', '"seq": ')
        )
    return json.dumps(told).encode()
