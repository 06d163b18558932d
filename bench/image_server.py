"""An OpenAI-compatible image server over a diffusers pipeline, to serve or to time the client.

    python bench/image_server.py                     # times a pipeline with random weights
    python bench/image_server.py --noise             # paints noise: times the client by itself
    python bench/image_server.py MODEL --port 8000   # serves a pipeline from disk or the hub

MODEL is a folder or a model id on the Hugging Face Hub. A pipeline needs PyTorch:
pip install -e '.[image-server]'. The server paints one image at a time, and listens on loopback
only.
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
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from PIL import Image

import semcodec
from semcodec.backends import Guide
from semcodec.backends.openai import OpenAIBackend

MODEL: Final = "diffusers"  #: model id that clients request
STEPS: Final = 4  #: denoising steps per image; few, since distilled models need no more
#: Largest request body read, in bytes. A longer one is cut off there, so that it fails to parse.
MAX_BODY: Final = 2**26
TIMED_SIZES: Final = ((256, 256), (512, 512), (1024, 1024))  #: width and height in pixels
NOISE_SHARE: Final = 0.5  #: of a picture of noise that starts from another one
SEED: Final = 7  #: any fixed seed: a repeated request must return the same image

Paint = Callable[[dict[str, Any]], bytes]  #: takes a request's fields, returns a PNG file


def paint_noise(fields: dict[str, Any]) -> bytes:
    """Return a PNG file of noise that depends on all fields of the request.

    An image to start from is under the noise, whose share is the field ``strength``.
    """
    width, height = map(int, str(fields.get("size", "1024x1024")).split("x"))
    rng = random.Random(repr(sorted(fields.items())))
    picture = Image.frombytes("RGB", (width, height), rng.randbytes(3 * width * height))
    if "image" in fields:
        start = Image.open(io.BytesIO(fields["image"])).convert("RGB").resize(picture.size)
        picture = Image.blend(start, picture, float(fields.get("strength", NOISE_SHARE)))
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def make_server(paint: Paint, port: int = 0) -> ThreadingHTTPServer:
    """Return a server on loopback that is not yet started; port 0 means any free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/v1/models":
                self._respond(200, {"data": [{"id": MODEL}]})
            else:
                self._respond(404, {})

        def do_POST(self) -> None:
            try:
                png = base64.b64encode(paint(self._fields())).decode()
                self._respond(200, {"data": [{"b64_json": png}]})
            except (KeyError, TypeError, ValueError, OSError) as error:
                self._respond(400, {"error": {"message": f"{type(error).__name__}: {error}"}})

        def _fields(self) -> dict[str, Any]:
            if self.path not in ("/v1/images/generations", "/v1/images/edits"):
                raise ValueError(f"route {self.path} does not exist")
            body = self.rfile.read(min(int(self.headers["content-length"]), MAX_BODY))
            content_type = self.headers["content-type"]
            if content_type == "application/json":
                return dict(json.loads(body))
            return parse_form(content_type, body)

        def _respond(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: prompts are private."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def parse_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a multipart form: strings, except ``image``, which is bytes."""
    # A multipart form is a MIME message, which the e-mail parser of the standard library reads.
    message = b"content-type: " + content_type.encode() + b"\r\n\r\n" + body
    form: Any = BytesParser().parsebytes(message)
    fields: dict[str, Any] = {}
    for part in form.get_payload():
        # Clients that can send several images name the field ``image[]``.
        name = str(part.get_param("name", "", "content-disposition")).removesuffix("[]")
        data: bytes = part.get_payload(decode=True)
        fields[name] = data if name == "image" else data.decode()
    return fields


def time_client(paint: Paint) -> None:
    """Time semcodec's OpenAI client against a server that paints with ``paint``."""
    server = make_server(paint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    backend = OpenAIBackend(base_url=url, start_from_colors=True)
    colors = Image.linear_gradient("L").convert("RGB")  # in place of the layer of a record
    record = semcodec.pack("red boat blue water", coding="lexicon", size=(1024, 1024))
    for size in TIMED_SIZES:
        width, height = size
        paint_boat = partial(backend.paint, "a red boat", size, SEED)
        image = _timed(f"generate {width}x{height}", paint_boat)
        repeated = _timed(f"repeat {width}x{height}", paint_boat)
        edited = _timed(
            f"edit {width}x{height}", partial(backend.edit, image, "make it blue", SEED)
        )
        over = partial(backend.paint, "a red boat", size, SEED, guide=Guide(colors=colors))
        _timed(f"start {width}x{height}", over)
        if image.tobytes() != repeated.tobytes() or image.tobytes() == edited.tobytes():
            raise SystemExit("Images of the same seed differ, or the edit changed nothing.")
    decode = partial(semcodec.decode, record, writer="rules", painter=backend)
    _timed("decode", decode)
    server.shutdown()


def _timed(label: str, function: Callable[[], Any]) -> Any:
    """Return the result of ``function``, and print ``label`` with the seconds it took."""
    started = time.perf_counter()
    result = function()
    print(f"{label:<20} {time.perf_counter() - started:6.2f} s")
    return result


def main() -> None:
    """Serve a model; with no model, time the client."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    painter = parser.add_mutually_exclusive_group()
    painter.add_argument(
        "model",
        nargs="?",
        help="folder or Hugging Face id of a pipeline to serve (default: time the client)",
    )
    painter.add_argument(
        "--noise",
        action="store_true",
        help="time the client with a painter of noise, without PyTorch",
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument(
        "--steps", type=int, default=STEPS, help=f"denoising steps (default: {STEPS})"
    )
    args = parser.parse_args()
    if args.noise:
        time_client(paint_noise)
        return
    # Imported only when needed: PyTorch takes gigabytes to install and seconds to import.
    from diffusers_painter import Painter, load
    from tiny_pipeline import tiny_pipeline

    if args.model is None:
        time_client(Painter(tiny_pipeline(), args.steps))
        return
    server = make_server(Painter(load(args.model), args.steps), args.port)
    print(f"http://127.0.0.1:{server.server_port}/v1")
    server.serve_forever()


if __name__ == "__main__":
    main()
