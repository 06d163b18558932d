"""A server with the parts of the hub's API that its client uses to download a model."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from huggingface_hub import constants

NEWEST = "f" * 40
CHUNK = 1 << 16
#: Asked for by the client itself, once in a process with its first request.
OF_THE_CLIENT = ("/api/agent-harnesses",)
PIPELINE = "black-forest-labs/FLUX.2-klein-4B"
SMALL_PIPELINES = ("black-forest-labs/FLUX.2-klein-9B", "stabilityai/sd-turbo")


def use(monkeypatch: pytest.MonkeyPatch, url: str, cache: Path) -> None:
    """Let the hub's client in this process use a server and a cache, as HF_ENDPOINT and HF_HOME do.

    The client reads these variables when it is imported.
    """
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    # Certificates take long to load, and the server has none.
    monkeypatch.setattr(ssl, "create_default_context", _make_tls_context)
    # It waits for a second and longer between attempts.
    monkeypatch.setattr(time, "sleep", lambda _: None)


@cache
def _make_tls_context(*_: object, **__: object) -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class FakeHub:
    """Repositories in memory, and the requests that were made.

    Attributes:
        repositories: the content of the files, by repository and name.
        newest: the commit of the branch main.
        status: the status of all responses, instead of the right one.
        error_code: the code of an error in the header ``X-Error-Code``.
        delay: seconds between two chunks of a file.
        paths: the paths of all requests.
        cut_at: after this many bytes of a file, the connection is closed.
        body: the content of all responses, with ``status``.
        headers: headers of all responses about a file that replace the right ones.
        next_list: where the next part of each list of files is; "" for none.
        corrupt: the name of a file that is sent with another content.
    """

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.newest = NEWEST
        self.status: int | None = None
        self.error_code = ""
        self.delay = 0.0
        self.pause = threading.Event()
        self.cut_at: int | None = None
        self.paths: list[str] = []
        self.body = b"{}"
        self.headers: dict[str, str] = {}
        self.next_list = ""
        self.corrupt = ""

    def forget(self) -> None:
        """Forget the requests so far."""
        self.paths.clear()

    @property
    def fetched(self) -> list[str]:
        """The names of the files that were sent, without repository and commit, sorted."""
        sent = [path for path in self.paths if path.startswith("GET") and "/resolve/" in path]
        return sorted({path.split("/resolve/")[1].partition("/")[2] for path in sent})

    def add(self, repository: str, files: dict[str, bytes]) -> None:
        """Add a repository, or replace its files."""
        self.repositories[repository] = files

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Listen on a free port of 127.0.0.1 while the block runs, and give its URL."""
        hub = self

        class Handler(_Handler):
            fake = hub

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    fake: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def do_HEAD(self) -> None:
        self.respond()

    def do_GET(self) -> None:
        self.respond()

    def respond(self) -> None:
        path = urlsplit(self.path).path
        if path in OF_THE_CLIENT:
            self.send(404, b"{}", {})
            return
        self.fake.paths.append(f"{self.command} {path}")
        if self.fake.status is not None:
            self.send(self.fake.status, self.fake.body, {"X-Error-Code": self.fake.error_code})
            return
        parts = path.strip("/").split("/")
        repository = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        files = self.fake.repositories.get(repository)
        if files is None:
            self.send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif parts[0] == "api":
            self.send_listing(files, parts[4:])
        else:
            self.send_file(files, parts[3], "/".join(parts[4:]))

    def send_listing(self, files: dict[str, bytes], rest: list[str]) -> None:
        if rest[:1] == ["tree"]:
            value: Any = [
                {"type": "file", "path": name, "size": len(data), "oid": _digest(data)[:40]}
                for name, data in files.items()
            ]
        else:
            commit = self.fake.newest if rest[1:] in ([], ["main"]) else rest[1]
            siblings = [{"rfilename": name} for name in files]
            value = {"id": "some/model", "sha": commit, "siblings": siblings}
        link = {"Link": f'<{self.fake.next_list}>; rel="next"'} if self.fake.next_list else {}
        self.send(200, json.dumps(value).encode(), link)

    def send_file(self, files: dict[str, bytes], commit: str, name: str) -> None:
        if name not in files:
            self.send(404, b"{}", {"X-Error-Code": "EntryNotFound", **self.fake.headers})
            return
        data = files[name]
        headers = {"X-Repo-Commit": commit, "ETag": f'"{_digest(data)}"', "Accept-Ranges": "bytes"}
        headers |= self.fake.headers
        if name == self.fake.corrupt:
            data = bytes(len(data))
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.send(206 if start else 200, data[start:], headers)

    def send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        for at in range(0, len(data), CHUNK):
            if self.fake.cut_at is not None and at >= self.fake.cut_at:
                self.close_connection = True
                return
            try:
                self.wfile.write(data[at : at + CHUNK])
            except OSError:  # the client has gone
                self.close_connection = True
                return
            self.fake.pause.wait(self.fake.delay)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


CONFIGS = (
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
)


def _json(name: str) -> bytes:
    """Return the content of a file, which differs from that of others."""
    return json.dumps({"file": name}).encode()


def text_model(weights: bytes = b"w" * 100) -> dict[str, bytes]:
    """Return the files of a repository with a model of texts, and others that are not needed."""
    return {
        ".gitattributes": b"",
        "README.md": b"# A model",
        "LICENSE": b"Do as you like.",
        **{name: _json(name) for name in CONFIGS},
        "chat_template.jinja": b"{{ messages }}",
        "model.safetensors": weights,
        "pytorch_model.bin": b"a pickle",
        "modeling_own.py": b"raise SystemExit",
        "model.fp16.safetensors": b"another copy",
        "onnx/model.onnx": b"another copy",
        "onnx/config.json": b"{}",
    }


def pipeline() -> dict[str, bytes]:
    """Return the files of a repository with a pipeline, and others that are not needed."""
    index = {
        "_class_name": "Flux2KleinPipeline",
        "is_distilled": True,
        "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "text_encoder": ["transformers", "Qwen3ForCausalLM"],
        "tokenizer": ["transformers", "Qwen2TokenizerFast"],
        "transformer": ["diffusers", "Flux2Transformer2DModel"],
        "vae": ["diffusers", "AutoencoderKLFlux2"],
        "safety_checker": [None, None],
    }
    shards = {f"model-0000{n}-of-00002.safetensors": b"w" * n for n in (1, 2)}
    weights = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    encoder = {
        "model.safetensors.index.json": json.dumps({"weight_map": weights}).encode(),
        **shards,
    }
    return {
        "README.md": b"# A pipeline",
        "LICENSE.md": b"Do as you like.",
        "model_index.json": json.dumps(index).encode(),
        "flux-2-klein-4b.safetensors": b"all weights once more",
        "scheduler/scheduler_config.json": _json("scheduler"),
        "text_encoder/config.json": _json("text_encoder"),
        **{f"text_encoder/{name}": data for name, data in encoder.items()},
        "tokenizer/vocab.json": _json("vocab"),
        "tokenizer/merges.txt": b"a b",
        "tokenizer/tokenizer_config.json": _json("tokenizer"),
        "transformer/config.json": _json("transformer"),
        "transformer/diffusion_pytorch_model.safetensors": b"w" * 30,
        "transformer/diffusion_pytorch_model.bin": b"a pickle",
        "vae/config.json": _json("vae"),
        "vae/diffusion_pytorch_model.safetensors": b"w" * 20,
        "vae/diffusion_pytorch_model.fp16.safetensors": b"w" * 10,
    }


def small_pipeline() -> dict[str, bytes]:
    """Return the files of a repository with a pipeline of one part, which takes less time."""
    index = {"_class_name": "FakePipeline", "vae": ["diffusers", "AutoencoderKLFlux2"]}
    files = pipeline()
    names = ("vae/config.json", "vae/diffusion_pytorch_model.safetensors")
    return {"model_index.json": json.dumps(index).encode()} | {name: files[name] for name in names}


@contextmanager
def serve_models(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[FakeHub]:
    """Let the client in this process use a hub with a model of texts and pipelines."""
    fake = FakeHub()
    fake.add("Qwen/Qwen3-VL-2B-Instruct", text_model())
    fake.add(PIPELINE, pipeline())
    for name in SMALL_PIPELINES:
        fake.add(name, small_pipeline())
    with fake.serve() as url:
        use(monkeypatch, url, cache)
        yield fake
