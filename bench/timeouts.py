"""Count threads, open files and memory after 1,000 timeouts of each kind, and print a table.

    python bench/timeouts.py
    python bench/timeouts.py --count 100

Threads share one client, and a server in another process never completes a response. The first
numbers are taken after 50 timeouts, since those load modules and create the pool. The server counts
the connections that are still open at the end: a timeout that left one would keep a paid request
running. Linux only, because the numbers are read from /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, NamedTuple

from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest
from semcodec.errors import BackendError

COUNT: Final = 1000
WARM_UP: Final = 50
THREADS: Final = 16
SECONDS: Final = 0.05  #: the timeout
DRIP: Final = 0.02  #: seconds between two bytes
PATIENCE: Final = 10.0  #: seconds until the server has seen that all connections are closed
CHAT: Final = ModelRequest("describe", "chat/completions", {"model": "m", "messages": []})
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n"


class Kind(NamedTuple):
    """A server that never completes a response: what it sends, and how it is reached.

    Attributes:
        head: sent after the first bytes of a request.
        drip: sent again and again afterwards.
        url: the base URL, with the port of the server in place of PORT.
        proxy: the proxy, likewise; empty for none.
    """

    head: bytes
    drip: bytes
    url: str = "http://127.0.0.1:PORT/v1"
    proxy: str = ""


KINDS: Final = {
    "never responds": Kind(b"", b""),
    "drips headers": Kind(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "drips a body": Kind(HEAD, b" "),
    "stalls in the TLS handshake": Kind(b"", b"", "https://127.0.0.1:PORT/v1"),
    "proxy stalls": Kind(b"", b"", "https://there.invalid/v1", "http://127.0.0.1:PORT"),
    "SOCKS proxy stalls": Kind(b"", b"", "https://there.invalid/v1", "socks5h://127.0.0.1:PORT"),
}


class Counts(NamedTuple):
    """The number of threads and open files, and the resident memory in MB."""

    threads: int
    files: int
    memory: float


def count() -> Counts:
    """Return the counts of this process."""
    gc.collect()
    fields = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines()
    )
    files = len(list(Path("/proc/self/fd").iterdir())) - 1  # without the folder itself
    return Counts(threading.active_count(), files, int(fields["VmRSS"].split()[0]) / 1024)


def time_out(client: Client, number: int) -> int:
    """Send ``number`` requests at once in threads, and return how many timed out."""

    def send(_: int) -> bool:
        try:
            client.send(CHAT)
        except BackendError as error:
            return "within" in str(error)
        return False

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(send, range(number)))


# --- the server --------------------------------------------------------------------------------


async def serve() -> None:
    """Print a port for each kind; print the number of open connections for each line of stdin."""
    opened = dict.fromkeys(KINDS, 0)

    def handler(
        name: str,
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            opened[name] += 1
            drip = asyncio.ensure_future(respond(KINDS[name], reader, writer))
            with suppress(OSError):
                while await reader.read(65536):
                    pass
            drip.cancel()
            writer.close()
            opened[name] -= 1

        return handle

    servers = [await asyncio.start_server(handler(name), "127.0.0.1", 0) for name in KINDS]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(sum(opened.values()), flush=True)


async def respond(kind: Kind, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send the head and the drip of a kind."""
    with suppress(OSError):
        await asyncio.sleep(DRIP)
        writer.write(kind.head)
        while kind.drip:
            await asyncio.sleep(DRIP)
            writer.write(kind.drip)


@contextmanager
def server_process() -> Iterator[tuple[list[int], Callable[[], int]]]:
    """Yield the ports of the server, and a function that counts its open connections."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        stdin, stdout = _pipes(process)

        def count_open() -> int:
            stdin.write("\n")
            stdin.flush()
            return int(stdout.readline())

        yield [int(port) for port in stdout.readline().split()], count_open
        stdin.close()


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the server has no pipes")
    return process.stdin, process.stdout


def wait_for_none(count_open: Callable[[], int]) -> int:
    """Return the number of connections that are open at the end of ``PATIENCE``, or 0 earlier."""
    end = time.monotonic() + PATIENCE
    while (left := count_open()) and time.monotonic() < end:
        time.sleep(0.05)
    return left


# --- the measurement ---------------------------------------------------------------------------


def measure(kind: Kind, port: int, number: int) -> tuple[int, float, Counts, Counts]:
    """Return how many requests timed out, the seconds, and the counts before and after."""
    os.environ.pop("ALL_PROXY", None)
    if kind.proxy:
        os.environ["ALL_PROXY"] = kind.proxy.replace("PORT", str(port))
    url = kind.url.replace("PORT", str(port))
    values = Settings(base_url=url, text_timeout=SECONDS, retries=0)
    client = Client(values, ApiKey("unused", "nowhere"))
    time_out(client, WARM_UP)
    before, started = count(), time.monotonic()
    done = time_out(client, number)
    return done, time.monotonic() - started, before, count()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="timeouts of each kind")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve())
        return
    with server_process() as (ports, count_open):
        print("| the server | timeouts | seconds | threads | open files | MB | left at server |")
        print("|---|--:|--:|--:|--:|--:|--:|")
        for port, (name, kind) in zip(ports, KINDS.items(), strict=True):
            done, seconds, before, after = measure(kind, port, args.count)
            print(
                f"| {name} | {done} | {seconds:.1f} | {before.threads} → {after.threads} "
                f"| {before.files} → {after.files} | {before.memory:.1f} → {after.memory:.1f} "
                f"| {wait_for_none(count_open)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
