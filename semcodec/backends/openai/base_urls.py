"""What may be wrong with a base URL whose server does not respond as OpenAI's API does."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

#: Routes that are part of a request, but users copy them into the base URL.
ROUTE_SUFFIXES: Final = (
    "/chat/completions",
    "/completions",
    "/responses",
    "/models",
    "/images/generations",
    "/images/edits",
    "/embeddings",
)
#: Routes of Ollama's own API, which is not OpenAI's.
OLLAMA_SUFFIXES: Final = ("/api", "/api/chat", "/api/generate", "/api/tags", "/api/embed")
REPEATED_VERSION: Final = re.compile(r"(/v\d+)(?:\1)+(?=/|$)")
USUAL_PORTS: Final = "Ollama 11434, LM Studio 1234, llama.cpp 8080, vLLM 8000"


def base_url_advice(base_url: str, is_local: bool) -> str:
    """Return what to change in ``base_url`` if its server does not have a route, or is a web page.

    Only the URL itself is examined, and nothing is sent. A URL that ends in ``/v1`` has the usual
    form, so its host or port is more likely to be wrong.
    """
    path = urlsplit(base_url).path.rstrip("/")
    if suffix := next((suffix for suffix in ROUTE_SUFFIXES if path.endswith(suffix)), ""):
        return f"remove {suffix} from the base URL: {_with_path(base_url, path, suffix)}."
    if match := REPEATED_VERSION.search(path):
        once = path.replace(match[0], match[1])
        return f"write {match[1]} once in the base URL: {_replace_path(base_url, once)}."
    if path.endswith(OLLAMA_SUFFIXES):
        start = path[: path.rindex("/api")]
        return f"replace /api in the base URL: {_replace_path(base_url, start)}/v1."
    if not path:
        return f"add /v1 to the base URL: {_replace_path(base_url, '')}/v1."
    if not path.endswith("/v1"):
        return f"check the path {path} of the base URL, since most end in /v1."
    if is_local:
        return f"check the port of the base URL ({USUAL_PORTS})."
    return "check host and port of the base URL, and whether a proxy or a login page responded."


def _with_path(base_url: str, path: str, suffix: str) -> str:
    return _replace_path(base_url, path.removesuffix(suffix))


def _replace_path(base_url: str, path: str) -> str:
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
