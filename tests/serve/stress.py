"""Many clients at once, most of which misbehave, against one server.

    python -m tests.serve.stress --clients 90 --rounds 20 --seed 7

Each client behaves as one of ``BEHAVIORS``, by chance. The script prints how often each one had
which outcome, and the longest time that a client has waited. It fails if a client that sends a
whole request and reads gets no whole response, if one waits longer than ``MAX_WAIT``, or if the
server keeps a request, a thread or a file afterwards.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from PIL import Image

from semcodec.serve import connection
from semcodec.serve.server import MAX_CONNECTIONS, MAX_REFUSED, Server
from tests.images import encode_image
from tests.serve.fakes import Scripted, roles_of, send, serving

MAX_WAIT: Final = 60.0  #: seconds for a connection, and for each of its reads and writes
MAX_SETTLE: Final = 10.0  #: seconds after which the server keeps nothing of its clients
BODY_BYTES: Final = 2**23
BUFFER_BYTES: Final = 2**17  #: of the system, to receive and to send: less than a response
#: What a client that has sent all of its request may get.
STATUSES: Final = (b"200", b"429", b"503")
GARBAGE: Final = (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\0" * 50_000)
OPEN_FILES: Final = Path("/proc/self/fd")
RESET: Final = struct.pack("ii", 1, 0)  #: SO_LINGER: a closed socket sends a reset


class Busy(Scripted):
    """A backend that holds the processor for a moment, and returns large pictures."""

    def __init__(self, seconds: float = 0.01) -> None:
        super().__init__()
        self.seconds = seconds
        self.noise = Image.effect_noise((512, 512), 90).convert("RGB")

    def paint(self, prompt: str, size: Any, seed: int, guide: Any = None) -> Image.Image:
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            sum(range(1000))
        return self.noise


@dataclass
class Client:
    """One client: its socket and its random numbers.

    Attributes:
        address: of the server.
        rng: decides how it behaves.
        body_bytes: of a large request.
    """

    address: tuple[str, int]
    rng: random.Random
    body_bytes: int
    sock: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.sock = socket.socket()
        self.sock.settimeout(MAX_WAIT)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self.sock.connect(self.address)

    def request(self, *, is_large: bool) -> bytes:
        """Return a valid request, for a picture or with a large one."""
        path = "images/generations"
        content: dict[str, Any] = {"prompt": "boat", "size": "512x512"}
        if is_large:
            picture = encode_image(Image.new("RGB", (8, 8), "red"), "PNG")
            picture += bytes(self.body_bytes * 3 // 4)
            url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
            part = {"type": "image_url", "image_url": {"url": url}}
            path, content = "chat/completions", {"messages": [{"role": "user", "content": [part]}]}
        body = json.dumps(content).encode()
        head = f"POST /v1/{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def read_all(self, block: int = 2**16, pause: float = 0.0) -> bytes:
        """Return all that the server sends until it closes the connection."""
        received = bytearray()
        while data := self.sock.recv(block):
            received += data
            time.sleep(pause)
        return bytes(received)


def ask(client: Client) -> str:
    """Send a request, read the response."""
    client.sock.sendall(client.request(is_large=client.rng.random() < 0.5))
    return check(client.read_all())


def ask_half_closed(client: Client) -> str:
    """Send a request and the end of all input, read the response."""
    client.sock.sendall(client.request(is_large=False))
    client.sock.shutdown(socket.SHUT_WR)
    return check(client.read_all())


def send_in_pieces(client: Client) -> str:
    """Send a request slowly."""
    data = client.request(is_large=True)
    step = len(data) // 5
    for start in range(0, len(data), step):
        client.sock.sendall(data[start : start + step])
        time.sleep(0.01)
    return check(client.read_all())


def read_slowly(client: Client) -> str:
    """Send a request, read the response in pieces; the server has to wait for it."""
    client.sock.sendall(client.request(is_large=False))
    return check(client.read_all(2**14, 0.002))


def leave(client: Client) -> str:
    """Close or reset the connection somewhere in a request or in the response."""
    data = client.request(is_large=client.rng.random() < 0.5)
    client.sock.sendall(data[: client.rng.choice([0, 10, 130, len(data) // 2, len(data)])])
    if client.rng.random() < 0.5:
        client.sock.settimeout(0.05)
        with_response = client.sock.recv(client.rng.choice([1, 5000]))
        assert with_response is not None
    if client.rng.random() < 0.5:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    return "left"


def send_garbage(client: Client) -> str:
    """Send what is not HTTP."""
    client.sock.sendall(client.rng.choice(GARBAGE))
    client.sock.shutdown(socket.SHUT_WR)
    client.read_all()
    return "ended"


def hold(client: Client) -> str:
    """Keep a connection without a request."""
    time.sleep(0.2)
    return "left"


BEHAVIORS: Final = (
    ask, ask, ask_half_closed, send_in_pieces, read_slowly, leave, leave, send_garbage, hold
)  # fmt: skip
#: Those whose clients may find the connection closed, since they are no proper clients.
CARELESS: Final = (leave, send_garbage, hold)


def check(response: bytes) -> str:
    """Return the status of a response that is whole, and otherwise what is wrong with it."""
    while response.startswith(b"HTTP/1.1 100 "):
        response = response.partition(b"\r\n\r\n")[2]
    head, _, body = response.partition(b"\r\n\r\n")
    status = head[9:12]
    if not head.startswith(b"HTTP/1.1 ") or status not in STATUSES:
        return f"WRONG: {response[:60]!r}"
    if b"content-length: %d\r\n" % len(body) not in head + b"\r\n":
        return f"WRONG: {status.decode()} with {len(body)} bytes"
    return status.decode()


@dataclass
class Results:
    """What clients have seen.

    Attributes:
        outcomes: how often each behavior had each outcome.
        longest: seconds from connection to outcome.
    """

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    longest: float = 0.0

    def failures(self) -> list[tuple[str, str]]:
        """Return behaviors and outcomes that must not occur."""
        return [row for row in self.outcomes if "WRONG" in row[1]]


def run_clients(server: Server, count: int, seed: int, body_bytes: int = BODY_BYTES) -> Results:
    """Run ``count`` clients at once, and return what they have seen."""
    parts, results, lock = urlsplit(server.url), Results(), threading.Lock()
    address = (str(parts.hostname), int(parts.port or 0))

    def run(number: int) -> None:
        rng = random.Random(seed * 10_000 + number)
        behave: Callable[[Client], str] = rng.choice(BEHAVIORS)
        started = time.monotonic()
        try:
            client = Client(address, rng, body_bytes)
            with client.sock:
                outcome = behave(client)
        except OSError as error:
            is_fine = behave in CARELESS and time.monotonic() - started < MAX_WAIT
            outcome = "cut off" if is_fine else f"WRONG: {error!r}"
        with lock:
            results.outcomes[behave.__name__, outcome] += 1
            results.longest = max(results.longest, time.monotonic() - started)

    server._listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def count_open_files() -> int:
    """Return the number of open files of this process; 0 where the system does not state it."""
    return len(list(OPEN_FILES.iterdir())) if OPEN_FILES.exists() else 0


def settle(server: Server, threads: int, files: int) -> str:
    """Return what a server keeps of its clients after ``MAX_SETTLE``; ``""`` for nothing."""
    deadline = time.monotonic() + MAX_SETTLE
    while True:
        requests = send(server, "GET", "/health")[1]["requests"]
        kept = {
            "requests": requests,
            "threads": threading.active_count() - threads - 1,  # that of the request for health
            "files": count_open_files() - files - 1,
        }
        found = ", ".join(f"{number} {noun}" for noun, number in kept.items() if number > 0)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def main() -> int:
    """Run rounds of clients, print the outcomes, and return 1 if one is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=90, help="at once (default: 90)")
    parser.add_argument("--rounds", type=int, default=20, help="(default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="(default: 0)")
    args = parser.parse_args()
    if args.clients > MAX_CONNECTIONS + MAX_REFUSED:
        print("More clients than get a response: some find their connection closed.")
    total = Results()
    with serving(roles_of(Busy())) as server:
        threads, files = threading.active_count(), count_open_files()
        for number in range(args.rounds):
            results = run_clients(server, args.clients, args.seed + number)
            total.outcomes += results.outcomes
            total.longest = max(total.longest, results.longest)
        kept = settle(server, threads, files)
    for (behavior, outcome), number in sorted(total.outcomes.items()):
        print(f"{behavior:16} {outcome:40} {number:6}")
    print(f"longest wait {total.longest:.1f} s; kept by the server: {kept or 'nothing'}")
    is_late = total.longest > connection.MAX_SEND_SECONDS
    return int(bool(total.failures()) or bool(kept) or is_late)


if __name__ == "__main__":
    os.environ.pop("SEMCODEC_PROFILE", None)
    sys.exit(main())
