"""Measure the memory and time that the responses of a hostile server take.

    python bench/server_bombs.py
    python bench/server_bombs.py --only PNG stream

Each row is one response to a request for a text or a picture, received in a process of its own that
has received ordinary responses before. It states how far the resident memory rose above what it was
before the request, in MB of 10^6 bytes, the seconds of the processor, and the outcome. The script
fails if a response takes more than ``MAX_MB`` or ``MAX_CPU``, or if an exception leaves the library
that is not a BackendError.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

import bombs
from bombs import Row
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import (
    Behavior,
    Connection,
    FakeServer,
    ReceivedRequest,
    respond,
)
from tests.images import huge_png
from tests.png_files import build_chunk

Stage = Literal["describe", "paint"]
MAX_CPU: Final = 20.0  #: seconds of the processor; the process has the same timeout
MAX_SECONDS: Final = 120  #: after which a process is stopped
MIB: Final = 2**20
TEXT_LIMIT: Final = 2**22  #: bytes of a response with a text
IMAGE_LIMIT: Final = 2**25  #: bytes of a response with an image
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
STREAM_HEAD: Final = HEAD.replace(b"application/json", b"text/event-stream")
SIDE: Final = 4096  #: pixels; a square of this side is the largest picture that is accepted

#: Run in the process. On Linux, "5" resets the peak of the resident memory (VmHWM).
CHILD: Final = """
import json, sys, time
from pathlib import Path
from PIL import Image
from semcodec.backends.openai import OpenAIBackend

def read(field):
    return int(Path("/proc/self/status").read_text().partition(field + ":")[2].split()[0])

def run(url, stage):
    names = {"describer": "m", "writer": "m", "painter": "m"}
    seconds = {"text_timeout": 20.0, "image_timeout": 20.0}
    backend = OpenAIBackend(base_url=url, retries=0, **names, **seconds)
    if stage == "describe":
        return f"a text of {len(backend.describe(Image.new('RGB', (64, 64)))):,} characters"
    width, height = backend.paint("a boat", (64, 64), 0).size
    return f"a picture of {width} x {height}"

base, stage = sys.argv[1:]
for warm_up in ("describe", "paint"):
    run(base + "/valid/v1", warm_up)
idle = read("VmRSS")
Path("/proc/self/clear_refs").write_text("5")
started = time.process_time()
try:
    outcome = run(base + "/v1", stage)
except Exception as error:
    outcome = f"{type(error).__name__}: {error}"
seconds = time.process_time() - started
print(json.dumps([(read("VmHWM") - idle) * 1024 / 1e6, seconds, outcome.replace(base, "URL")]))
"""


def picture(data: bytes) -> Behavior:
    """Respond with an image file."""
    return respond(200, fake_responses.image_body(data))


def encoded(image_format: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """Return an image file of one color."""
    out = io.BytesIO()
    Image.new(mode, size, 128).save(out, image_format, **options)
    return out.getvalue()


def animated_png(frames: int) -> bytes:
    """Return an animated PNG file whose frames have the largest area."""
    still = encoded("PNG", (SIDE, SIDE))
    start = still.index(b"IDAT") - 4
    frame = zlib.compress(bytes(SIDE * (3 * SIDE + 1)), 1)
    chunks = [build_chunk(b"acTL", struct.pack(">II", frames, 0)), _frame_control(0)]
    for number in range(1, frames):
        chunks.append(_frame_control(2 * number - 1))
        chunks.append(build_chunk(b"fdAT", struct.pack(">I", 2 * number) + frame))
    first, *others = b"".join(chunks[:2]), *chunks[2:]
    return still[:start] + first + still[start:-12] + b"".join(others) + still[-12:]


def _frame_control(number: int) -> bytes:
    return build_chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, SIDE, SIDE, 0, 0, 1, 10, 0, 0))


def endless(head: bytes, piece: bytes) -> Behavior:
    """Send ``piece`` again and again, as fast as possible."""

    def behave(connection: Connection) -> None:
        connection.send(head)
        while not connection.wait(0):
            connection.send(piece)

    return behave


def in_chunks(data: bytes, size: int) -> Behavior:
    """Send a body in chunks of ``size`` bytes."""

    def behave(connection: Connection) -> None:
        connection.send(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        pieces = (data[start : start + size] for start in range(0, len(data), size))
        connection.send(b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces))
        connection.send(b"0\r\n\r\n")

    return behave


def fill(start: str, item: str, end: str, limit: int) -> bytes:
    """Return a JSON text just below ``limit``, with ``item`` as often as it fits."""
    count = (limit - len(start) - len(end) - 10) // len(item)
    return (start + item * count + end).encode()


def compressed(size: int) -> bytes:
    """Return ``size`` zero bytes in the format of gzip."""
    compressor, piece = zlib.compressobj(wbits=31), bytes(MIB)
    return b"".join([*(compressor.compress(piece) for _ in range(size // MIB)), compressor.flush()])


def stated_jpeg(side: int) -> bytes:
    """Return a small progressive JPEG file whose header states a square of ``side`` pixels."""
    data = bytearray(encoded("JPEG", (64, 64), progressive=True))
    start = data.index(b"\xff\xc2") + 5
    data[start : start + 4] = struct.pack(">HH", side, side)
    return bytes(data)


#: The stage, and the function that creates the behavior, by name.
BOMBS: Final[dict[str, tuple[Stage, Callable[[], Behavior]]]] = {
    "one text of 4 MiB": (
        "describe",
        lambda: respond(
            200, fill('{"choices": [{"message": {"content": "', "a", '"}}]}', TEXT_LIMIT)
        ),
    ),
    "1.4 million empty objects": (
        "describe",
        lambda: respond(200, fill('{"choices": [', "{},", "{}]}", TEXT_LIMIT)),
    ),
    "2 million nested lists": (
        "describe",
        lambda: respond(200, b"[" * (TEXT_LIMIT // 2 - 1) + b"]" * (TEXT_LIMIT // 2 - 1)),
    ),
    "350,000 different field names": (
        "describe",
        lambda: respond(
            200, ("{" + ",".join(f'"{n:06}":0' for n in range(350_000)) + "}").encode()
        ),
    ),
    "a number of 4 million digits": (
        "describe",
        lambda: respond(200, b'{"a": ' + b"9" * (TEXT_LIMIT - 100) + b"}"),
    ),
    "an event stream of 100,000 events": (
        "describe",
        lambda: respond(
            200, b'data: {"choices":[{"delta":{}}]}\n\n' * 110_000, kind="text/event-stream"
        ),
    ),
    "an event stream without end": (
        "describe",
        lambda: endless(
            STREAM_HEAD + b"\r\n", b'data: {"choices":[{"delta":{"content":"a "}}]}\n\n' * 1_000
        ),
    ),
    "1 MiB in chunks of one byte": ("describe", lambda: in_chunks(b" " * MIB, 1)),
    "headers without end": ("describe", lambda: endless(HEAD, b"x-y: z\r\n" * 1_000)),
    "1 GB in 1 MB of gzip": (
        "describe",
        lambda: respond(200, compressed(10**9), "content-encoding: gzip"),
    ),
    "an error of 4 MiB": (
        "describe",
        lambda: respond(400, {"error": {"message": "a " * (TEXT_LIMIT // 2 - 100)}}),
    ),
    "an image of 1 MiB in chunks of one byte": (
        "paint",
        lambda: in_chunks(json.dumps(fake_responses.image_body(bytes(MIB))).encode(), 1),
    ),
    "32 MiB of base64": (
        "paint",
        lambda: picture(b"\x89PNG\r\n\x1a\n" + bytes((IMAGE_LIMIT - 1_000) // 4 * 3)),
    ),
    "11 million empty objects in place of images": (
        "paint",
        lambda: respond(200, fill('{"data": [', "{},", "{}]}", IMAGE_LIMIT)),
    ),
    "2 million images": (
        "paint",
        lambda: respond(200, fill('{"data": [', '{"b64_json":""},', "{}]}", IMAGE_LIMIT)),
    ),
    "PNG of 4096 x 4096 pixels": ("paint", lambda: picture(encoded("PNG", (SIDE, SIDE), "RGBA"))),
    "PNG of 60000 x 60000 pixels": ("paint", lambda: picture(huge_png(60_000, 60_000))),
    "animated PNG of 20 frames of 4096 x 4096 pixels": ("paint", lambda: picture(animated_png(20))),
    "WebP of 4096 x 4096 pixels": (
        "paint",
        lambda: picture(encoded("WEBP", (SIDE, SIDE), "RGBA", lossless=True, method=0)),
    ),
    "WebP of 16383 x 16383 pixels": (
        "paint",
        lambda: picture(encoded("WEBP", (16_383, 16_383), lossless=True, method=0)),
    ),
    "progressive JPEG of 4096 x 4096 pixels": (
        "paint",
        lambda: picture(encoded("JPEG", (SIDE, SIDE), progressive=True)),
    ),
    "progressive JPEG of 30000 x 30000 pixels": ("paint", lambda: picture(stated_jpeg(30_000))),
    "an image without end": ("paint", lambda: endless(HEAD + b"\r\n", b"a" * MIB)),
}


def measure(name: str) -> Row:
    """Return the result of receiving the response ``name`` of ``BOMBS``."""
    stage, build = BOMBS[name]
    bomb = build()

    def choose(received: ReceivedRequest) -> Behavior:
        if not received.path.startswith("/valid/"):
            return bomb
        route = received.path.removeprefix("/valid/v1/")
        return respond(200, fake_responses.response_body(route, json.loads(received.body)))

    with FakeServer(choose) as server:
        command = [sys.executable, "-c", CHILD, server.url.removesuffix("/v1"), stage]
        done = subprocess.run(command, capture_output=True, text=True, timeout=MAX_SECONDS)
    if not done.stdout:
        return Row(name, 0, 0, f"exit {done.returncode}", done.stderr)
    peak, seconds, outcome = json.loads(done.stdout)
    return Row(name, peak, seconds, outcome, done.stderr)


def find_faults(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a sentence for each row that breaks a promise."""
    outcomes = ("InvalidResponseError:", "BackendError:", "a text", "a picture")
    return bombs.find_faults(rows, outcomes, MAX_CPU)


def main() -> None:
    """Print a row for each response, and exit with status 1 if one breaks a promise."""
    rows = bombs.print_rows(
        __doc__,
        "| response | peak MB | CPU s | outcome |\n|---|--:|--:|---|",
        BOMBS,
        measure,
        lambda row: f"{row.peak:.0f} | {row.seconds:.1f} | {row.outcome}",
    )
    if faults := list(find_faults(rows)):
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
