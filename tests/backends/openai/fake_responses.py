"""Valid responses to every request of a run, with all the fields that OpenAI returns."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any, Final

from PIL import Image

import semcodec
from semcodec.backends.prompting import Prompts

DESCRIPTION: Final = "A large red house with a white door stands left of a small green tree."
WORDS: Final = (
    "house",
    "tree",
    "door",
    "red",
    "green",
    "white",
    "large",
    "small",
    "stands",
    "left",
)
BOXES: Final = {
    "house": {"left": 125, "top": 250, "right": 500, "bottom": 875},
    "tree": {"left": 625, "top": 500, "right": 875, "bottom": 1000},
}
ROUTES: Final = (
    "chat/completions",
    "responses",
    "images/generations",
    "images/edits",
    "models",
)
STAGES: Final = (
    "describe", "select", "compress", "decompress", "expand", "compare", "check", "locate",
)  # fmt: skip
DATA: Final = re.compile(r"<data>(.*)</data>", re.S)
USAGE: Final = {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10}


def response_body(route: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a valid response to a request with ``fields`` at ``route``."""
    match route:
        case "chat/completions":
            first, *rest = (message["content"] for message in fields["messages"])
            # Without the role "system", its text is in front of the user's.
            task = rest[0] if fields["messages"][0]["role"] != "user" else first
            return chat_body(fields["model"], answer_text(_text(first), task))
        case "responses":
            return responses_body(
                fields["model"], answer_text(fields["instructions"], fields["input"][0])
            )
        case "images/generations" | "images/edits":
            return image_body(png_file(tuple(map(int, fields.get("size", "512x512").split("x")))))
        case "models":
            return {"object": "list", "data": [model_entry("its-only-model")]}
    raise AssertionError(f"unknown route {route}")


def answer_text(rules: str, task: Any) -> str:
    """Return the text of a model's response to one of the built-in prompts."""
    prompts = Prompts.read()
    stage = next(stage for stage in STAGES if rules.startswith(prompts.rules(stage)))
    match = DATA.search(json.dumps(task) if stage == "describe" else _text(task))
    data = json.loads(match[1]) if match else ""
    match stage:
        case "describe":
            return DESCRIPTION
        case "select":
            return json.dumps({"words": WORDS})
        case "compress":
            return json.dumps({"skeletons": semcodec.skeleton(data).split()})
        case "decompress":
            by_skeleton = {semcodec.skeleton(word): word for word in WORDS}
            return json.dumps({"words": [by_skeleton[skeleton] for skeleton in data.split()]})
        case "expand":
            return f"A picture of {data}."
        case "locate":
            boxes = [{"label": word, **BOXES[word]} for word in data.split() if word in BOXES]
            return json.dumps({"boxes": boxes})
        case "check":
            return json.dumps({f"{n}": "yes" for n in range(1, len(data.splitlines()) + 1)})
    return "none"


def chat_body(
    model: str, content: str | None, refusal: str | None = None, finish_reason: str = "stop"
) -> Any:
    """Return the body of a chat completion."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "finish_reason": finish_reason, "logprobs": None, "message": message}
    usage = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000}
    return {**head, "model": model, "choices": [choice], "usage": usage}


def chat_chunks(model: str, content: str) -> list[Any]:
    """Return the chunks of a streamed chat completion; the last one has the usage."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": model}
    pieces = [content[start : start + 7] for start in range(0, len(content), 7)]
    deltas = [{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces), {}]
    chunks: list[Any] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    chunks[-1]["choices"][0]["finish_reason"] = "stop"
    usage = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}
    return [*chunks, {**head, "choices": [], "usage": usage}]


def event_stream(events: list[Any]) -> bytes:
    """Return ``events`` as server-sent events, with the mark of the end."""
    lines = [*map(json.dumps, events), "[DONE]"]
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def responses_body(model: str, content: str) -> dict[str, Any]:
    """Return the body of a response of the responses API."""
    part = {"type": "output_text", "text": content, "annotations": [], "logprobs": []}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    details = {
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    return {
        "id": "resp_1", "object": "response", "created_at": 1_790_000_000, "status": "completed",
        "error": None, "incomplete_details": None, "instructions": None, "metadata": {},
        "model": model, "output": [{**message, "content": [part]}], "parallel_tool_calls": True,
        "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "usage": {**USAGE, **details},
    }  # fmt: skip


def image_body(data: bytes) -> dict[str, Any]:
    """Return the body of a response with an image."""
    usage = {**USAGE, "input_tokens_details": {"text_tokens": 20, "image_tokens": 0}}
    encoded = base64.b64encode(data).decode()
    return {"created": 1_790_000_000, "data": [{"b64_json": encoded}], "usage": usage}


def model_entry(name: str) -> dict[str, Any]:
    """Return an entry of the list of models."""
    return {"id": name, "object": "model", "created": 1_790_000_000, "owned_by": "us"}


def png_file(size: tuple[int, int]) -> bytes:
    """Return a PNG file of one color."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


def transparent_png() -> bytes:
    """Return a PNG file with a palette, with some half transparent colors."""
    out = io.BytesIO()
    Image.new("P", (64, 64)).save(out, "PNG", transparency=bytes([9, 99]))
    return out.getvalue()


def _text(task: Any) -> str:
    if isinstance(task, str):
        return task
    parts = task if isinstance(task, list) else task["content"]
    return "".join(str(part.get("text", "")) for part in parts)
