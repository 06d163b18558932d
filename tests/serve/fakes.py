"""Backends for tests of the server, and a server in a thread."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageOps

from semcodec.backends import Guide
from semcodec.serve.roles import Roles
from semcodec.serve.server import Server
from semcodec.serve.settings import Settings
from semcodec.words.predicates import Predicate

DESCRIPTION = "A red boat lies on a blue lake. Two brown dogs stand on the shore."


class Scripted:
    """Fills all roles, by rules that depend on all that it gets; records its calls."""

    name = "scripted"
    guides = frozenset({"colors"})

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def model_name(self, role: str) -> str:
        return f"scripted-{role}"

    def describe(self, image: Image.Image) -> str:
        self.calls.append(("describe", image.size))
        return DESCRIPTION

    def select(self, description: str, k: int) -> list[str]:
        self.calls.append(("select", description, k))
        return ["red", "boat", "blue", "lake", "brown", "dogs"][:k]

    def compress(self, words: Sequence[str]) -> list[str]:
        self.calls.append(("compress", *words))
        return [word.translate(dict.fromkeys(map(ord, "aeiou"))) for word in words]

    def decompress(self, skeletons: Sequence[str]) -> list[str]:
        self.calls.append(("decompress", *skeletons))
        return [{"rd": "red", "bt": "boat"}.get(skeleton, skeleton) for skeleton in skeletons]

    def expand(self, words: Sequence[str]) -> str:
        self.calls.append(("expand", *words))
        return f"A picture of {' '.join(words)}."

    def compare(self, a: str, b: str) -> str:
        self.calls.append(("compare", a, b))
        return "" if a == b else "make the boat red"

    def check(self, image: Image.Image, predicates: Sequence[Predicate]) -> list[str]:
        self.calls.append(("check", *predicates))
        return ["no" if predicate.kind == "color" else "yes" for predicate in predicates]

    def locate(
        self, image: Image.Image, words: Sequence[str]
    ) -> list[list[tuple[float, float, float, float]]]:
        self.calls.append(("locate", *words))
        return [[(0.25, 0.5, 0.75, 1.0)] if word == "boat" else [] for word in words]

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image.Image:
        self.calls.append(("paint", prompt, size, seed))
        if guide is not None and guide.colors is not None:
            return guide.colors.resize(size)
        return Image.new("RGB", size, (seed % 256, len(prompt) % 256, 60))

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        self.calls.append(("edit", change, seed))
        return ImageOps.invert(image)


class Painter:
    """Only paints, and takes no colors."""

    name = "painter"

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        return Image.new("RGB", (size[0] // 2, size[1]), "red")


def roles_of(backend: Any) -> Roles:
    """Return roles that a backend fills alone."""
    methods = {"describer": "describe", "writer": "select", "painter": "paint", "editor": "edit",
               "checker": "check", "locator": "locate"}  # fmt: skip
    return Roles(**{role: backend if hasattr(backend, m) else None for role, m in methods.items()})


@contextmanager
def serving(
    roles: Roles,
    reports: list[tuple[str, str, int, float]] | None = None,
    stages: list[tuple[str, str]] | None = None,
    **settings: Any,
) -> Iterator[Server]:
    """Run a server on a free port."""
    found, shown = [] if reports is None else reports, [] if stages is None else stages
    server = Server(
        roles,
        Settings(**{"port": 0, **settings}),
        lambda *row: found.append(row),
        lambda *row: shown.append(row),
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def send(
    server: Server,
    method: str,
    path: str,
    content: Any = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any, dict[str, str]]:
    """Send one request; return its status, its JSON and its headers."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    is_json = not isinstance(content, bytes) and content is not None
    body = json.dumps(content).encode() if is_json else content
    kind = {"content-type": "application/json"} if body is not None else {}
    connection.request(method, path, body, {**kind, **(headers or {})})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text) if text else None, dict(response.getheaders())
