"""The fields of each request: chat completions, responses, images."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.openai import image_sizes
from semcodec.backends.openai.settings import Settings
from semcodec.backends.prompting import ChatRequest
from semcodec.backends.recording import ModelRequest
from semcodec.forks import block_fork

if TYPE_CHECKING:
    from PIL.Image import Image

JPEG_QUALITY: Final = 90


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it travels in a request: a data URL, and its size in pixels."""

    url: str
    size: tuple[int, int]


def text_call(settings: Settings, model: str, question: ChatRequest, held: bool) -> ModelRequest:
    """Return the call that asks ``question``; ``held`` holds the answer to its shape."""
    picture = None if question.image is None else seen(settings, question.image)
    most = settings.most_output
    write = _responses if settings.api == "responses" else _chat
    body = {"model": model, **write(settings, question, picture, most, held)}
    return ModelRequest(
        question.stage,
        "responses" if settings.api == "responses" else "chat/completions",
        body,
        settings.text_extra,
        most_output=most,
        likely=question.likely,
        looked_at=() if picture is None else (picture.size,),
    )


def paint_call(
    settings: Settings, model: str, prompt: str, size: tuple[int, int], seed: int
) -> ModelRequest:
    """Return the call that paints ``prompt``; a seed goes to servers that may know it."""
    body = _picture(settings, model, prompt, size)
    most = image_sizes.tokens(model, size, settings.quality)
    extra = _extra(settings, seed)
    return ModelRequest("paint", "images/generations", body, extra, most_output=most, seed=seed)


def edit_call(settings: Settings, model: str, prompt: str, image: Image, seed: int) -> ModelRequest:
    """Return the call that changes ``image``, which has a size that the model paints."""
    body = _picture(settings, model, prompt, image.size)
    most = image_sizes.tokens(model, image.size, settings.quality)
    extra, png = _extra(settings, seed), _file(image, "png")
    looked_at = (image.size,)
    return ModelRequest(
        "edit", "images/edits", body, extra, png, most, looked_at=looked_at, seed=seed
    )


def seen(settings: Settings, image: Image) -> Seen:
    """Return ``image`` no larger than it is looked at, as a data URL."""
    smaller = image.convert("RGB")
    smaller.thumbnail((settings.image_side, settings.image_side))
    data = _file(smaller, settings.image_format)
    text = base64.b64encode(data).decode()
    return Seen(f"data:image/{settings.image_format};base64,{text}", smaller.size)


def _chat(
    settings: Settings, question: ChatRequest, picture: Seen | None, most: int, held: bool
) -> dict[str, Any]:
    content: Any = question.task
    if picture is not None:
        look = {"type": "image_url", "image_url": {"url": picture.url, "detail": settings.detail}}
        content = [{"type": "text", "text": question.task}, look]
    body: dict[str, Any] = {
        "messages": [
            {"role": "system", "content": question.rules},
            {"role": "user", "content": content},
            *_earlier(question),
        ],
        "max_completion_tokens": most,
    }
    if held and question.shape is not None:
        schema = {"name": question.stage, "strict": True, "schema": question.shape}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if settings.effort:
        body["reasoning_effort"] = settings.effort
    return body


def _responses(
    settings: Settings, question: ChatRequest, picture: Seen | None, most: int, held: bool
) -> dict[str, Any]:
    content: Any = [{"type": "input_text", "text": question.task}]
    if picture is not None:
        content.append({"type": "input_image", "image_url": picture.url, "detail": settings.detail})
    body: dict[str, Any] = {
        "instructions": question.rules,
        "input": [{"role": "user", "content": content}, *_items(settings, _earlier(question))],
        "max_output_tokens": most,
        "store": False,  # else the picture stays with the server
    }
    if held and question.shape is not None:
        schema = {"type": "json_schema", "name": question.stage, "strict": True}
        body["text"] = {"format": {**schema, "schema": question.shape}}
    if settings.effort:
        body["reasoning"] = {"effort": settings.effort}
    return body


def _earlier(question: ChatRequest) -> list[dict[str, str]]:
    """Return the answer that could not be used, and what was said of it."""
    if question.earlier is None:
        return []
    said, again = question.earlier
    return [{"role": "assistant", "content": said or "-"}, {"role": "user", "content": again}]


def _items(settings: Settings, turns: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return turns as items of responses: llama.cpp knows an answer only if all of it is there."""
    if settings.is_openai or not turns:
        return [dict(turn) for turn in turns]
    said, again = turns
    text = {"type": "output_text", "text": said["content"], "annotations": [], "logprobs": []}
    answer = {"id": "msg_0", "type": "message", "role": "assistant", "status": "completed"}
    return [{**answer, "content": [text]}, dict(again)]


def _picture(settings: Settings, model: str, prompt: str, size: tuple[int, int]) -> dict[str, Any]:
    width, height = size
    body: dict[str, Any] = {"model": model, "prompt": prompt, "n": 1, "size": f"{width}x{height}"}
    if settings.is_openai:
        body |= {"quality": settings.quality, "output_format": "png"}
    else:
        body |= {"response_format": "b64_json"}  # OpenAI refuses it, others need it
    return {name: value for name, value in body.items() if _is_sent(settings, name)}


def _extra(settings: Settings, seed: int) -> dict[str, Any]:
    known = {} if settings.is_openai else {"seed": seed}
    every = {**known, **settings.image_extra}
    return {name: value for name, value in every.items() if _is_sent(settings, name)}


def _is_sent(settings: Settings, name: str) -> bool:
    return settings.image_extra.get(name) is not False


def _file(image: Image, kind: str) -> bytes:
    out = io.BytesIO()
    with block_fork():  # Pillow imports what writes this kind of file
        image.save(out, kind.upper(), **({"quality": JPEG_QUALITY} if kind != "png" else {}))
    return out.getvalue()
