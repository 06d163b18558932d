"""The image routes of OpenAI's API over a diffusers pipeline: paint at home, or time our client.

    python bench/image_server.py                     # times a pipeline of random weights
    python bench/image_server.py --noise             # times noise: what the client takes by itself
    python bench/image_server.py MODEL --port 8000   # serves a pipeline from disk or a hub

A pipeline needs PyTorch: pip install -e '.[image-server]'. One picture at a time; loopback only.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import random
import threading
import time
from collections.abc import Callable
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from PIL import Image

import semcodec
from semcodec.backends.openai import OpenAIBackend

MODEL: Final = "diffusers"  #: the name by which it is asked for
STEPS: Final = 4
MAX_BODY: Final = 2**26  #: bytes of a request
SIZES: Final = ((256, 256), (512, 512), (1024, 1024))

Paint = Callable[[dict[str, Any]], bytes]  #: from the fields of a request to a PNG file


def noise(fields: dict[str, Any]) -> bytes:
    """Return a PNG file of noise, another for other fields."""
    width, height = map(int, str(fields.get("size", "1024x1024")).split("x"))
    source = random.Random(repr(sorted(fields.items())))
    out = io.BytesIO()
    pixels = source.randbytes(3 * width * height)
    Image.frombytes("RGB", (width, height), pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def serve(paint: Paint, port: int = 0) -> ThreadingHTTPServer:
    """Return a server on loopback that is ready to be started."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/v1/models"
            self._answer(200 if known else 404, {"data": [{"id": MODEL}]} if known else {})

        def do_POST(self) -> None:
            try:
                answer = {"data": [{"b64_json": base64.b64encode(paint(self._fields())).decode()}]}
                self._answer(200, answer)
            except (KeyError, TypeError, ValueError, OSError) as error:
                self._answer(400, {"error": {"message": f"{type(error).__name__}: {error}"}})

        def _fields(self) -> dict[str, Any]:
            if self.path not in ("/v1/images/generations", "/v1/images/edits"):
                raise ValueError(f"no route {self.path}")
            body = self.rfile.read(min(int(self.headers["content-length"]), MAX_BODY))
            kind = self.headers["content-type"]
            return dict(json.loads(body)) if kind == "application/json" else parts(kind, body)

        def _answer(self, status: int, answer: dict[str, Any]) -> None:
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the prompts are the user's own business."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def parts(kind: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a multipart form: texts, and the bytes of ``image``."""
    form: Any = BytesParser().parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, Any] = {}
    for part in form.get_payload():
        name = str(part.get_param("name", "", "content-disposition")).removesuffix("[]")
        data: bytes = part.get_payload(decode=True)
        fields[name] = data if name == "image" else data.decode()
    return fields


def bench(paint: Paint) -> None:
    """Print how long our client takes with a server that paints by ``paint``."""
    server = serve(paint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    backend = OpenAIBackend(base_url=url)
    record = semcodec.pack("red boat blue water", coding="lexicon", size=(1024, 1024))
    for size in SIZES:
        shown = "{}x{}".format(*size)
        picture = _timed(f"generate {shown}", lambda: backend.paint("a red boat", size, 7))  # noqa: B023
        again = _timed(f"the same {shown}", lambda: backend.paint("a red boat", size, 7))  # noqa: B023
        other = _timed(f"edit {shown}", lambda: backend.edit(picture, "make it blue", 7))  # noqa: B023
        if picture.tobytes() != again.tobytes() or picture.tobytes() == other.tobytes():
            raise SystemExit("The same seed must give the same picture, and an edit another.")
    _timed("decode", lambda: semcodec.decode(record, writer="deterministic", painter=backend))
    server.shutdown()


def _timed(what: str, work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    result = work()
    print(f"{what:<20} {time.perf_counter() - started:6.2f} s")
    return result


def main() -> None:
    """Serve a model, or without one time ours."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    painter = parser.add_mutually_exclusive_group()
    painter.add_argument("model", nargs="?", help="a folder or the name of a pipeline to serve")
    painter.add_argument("--noise", action="store_true", help="paint noise, without PyTorch")
    parser.add_argument("--port", type=int, default=8000, help="where to serve (8000)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"of a pipeline ({STEPS})")
    given = parser.parse_args()
    if given.noise:
        bench(noise)
        return
    from diffusers_painter import Painter, load  # here, because PyTorch is gigabytes
    from tiny_pipeline import tiny_pipeline

    if given.model is None:
        bench(Painter(tiny_pipeline(), given.steps))
        return
    server = serve(Painter(load(given.model), given.steps), given.port)
    print(f"http://127.0.0.1:{server.server_port}/v1")
    server.serve_forever()


if __name__ == "__main__":
    main()
