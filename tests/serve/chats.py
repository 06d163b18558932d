"""Requests of chats, and what the server responds to them."""

from __future__ import annotations

import base64
from typing import Any, Final

from semcodec.serve.server import Server
from tests.images import encode_image, scene
from tests.serve.fakes import send

CHAT: Final = "/v1/chat/completions"
PNG: Final = encode_image(scene(), "PNG")


def data_url(data: bytes = PNG, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def user(text: str, *urls: str) -> dict[str, Any]:
    parts: list[Any] = [{"type": "text", "text": text}]
    parts += [{"type": "image_url", "image_url": {"url": url, "detail": "high"}} for url in urls]
    return {"role": "user", "content": parts if urls else text}


def schema(name: str = "x", fields: Any = None) -> dict[str, Any]:
    inner = {"name": name, "strict": True, "schema": fields or {"type": "object"}}
    return {"type": "json_schema", "json_schema": inner}


def chat(server: Server, *messages: Any, **fields: Any) -> tuple[int, Any]:
    status, body, _ = send(server, "POST", CHAT, {"messages": list(messages), **fields})
    return status, body


def content(server: Server, *messages: Any, **fields: Any) -> str:
    status, body = chat(server, *messages, **fields)
    assert status == 200, body
    [choice] = body["choices"]
    assert choice["finish_reason"] == "stop"
    return str(choice["message"]["content"])
