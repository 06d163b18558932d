"""Build requests: chat completions, responses, image generations and image edits.

The image sizes and token counts are from OpenAI's documentation of November 2026, except the
minimum area and the token counts of gpt-image-2, which its users measured.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.openai.request_fields import RequestFields
from semcodec.backends.openai.settings import Settings
from semcodec.backends.prompting import ChatRequest
from semcodec.backends.prompting.stated_schema import state_schema
from semcodec.backends.recording import ModelRequest
from semcodec.forks import block_fork
from semcodec.imaging.fitting import MAX_CODE_AREA, described_size

if TYPE_CHECKING:
    from PIL.Image import Image

JPEG_QUALITY: Final = 90
LEGACY_FAMILIES: Final = ("gpt-image-1", "chatgpt-image")  #: models that support only LEGACY_SIZES
LEGACY_SIZES: Final = ((1024, 1024), (1536, 1024), (1024, 1536))
#: Output tokens of the legacy families by quality: for a square image, and for the other sizes.
LEGACY_TOKENS: Final = {"low": (272, 408), "medium": (1056, 1584), "high": (4160, 6240)}
SIZE_STEP: Final = 16  #: pixels; both sides must be multiples of it
MAX_ASPECT: Final = 3.0  #: longer side to shorter side
MIN_AREA: Final = 655_360  #: pixels
MAX_AREA: Final = 2560 * 1440  #: pixels; larger sizes are experimental
#: The sizes of the most tokens that OpenAI accepts, square and not.
LARGEST_SIZES: Final = ((2880, 2880), (3840, 2160))
#: Pixels, just enough for all sizes with a code near a megapixel; most open models are trained for
#: this area.
MAX_AREA_ELSEWHERE: Final = MAX_CODE_AREA
MAX_REFERENCE_SIDE: Final = 512  #: pixels of colors, which have no details, for OpenAI
BICUBIC: Final = 3  #: Pillow's ``Resampling.BICUBIC``, which is not imported for it
#: Tokens along the longer side of an image by gpt-image-2, by quality.
TOKENS_PER_LONG_SIDE: Final = {"low": 16, "medium": 48, "high": 96, "auto": 96}


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """An image as it is sent: a data URL, with the width and height in pixels."""

    url: str
    size: tuple[int, int]


class RequestBuilder:
    """Builds the requests to one server, with the API and the fields that it supports.

    Attributes:
        text_fields, image_fields: the names of the fields, and which are left out.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.text_fields: RequestFields = RequestFields(settings, is_image=False)
        self.image_fields: RequestFields = RequestFields(settings, is_image=True)

    def chat_request(self, model: str, chat: ChatRequest) -> ModelRequest:
        """Return a request to a text model, with the JSON schema of ``chat`` if one is sent."""
        image = None if chat.image is None else self.encode_image(chat.image)
        is_responses = self._settings.api == "responses"
        field = "text" if is_responses else "response_format"
        use_schema = self._settings.structured != "off" and self.text_fields.is_sent(field)
        schema = chat.schema if use_schema else None
        if schema is not None and chat.schema_task:
            chat = replace(chat, task=f"{chat.task}\n\n{chat.schema_task}")
        elif schema is None:
            chat = state_schema(chat)
        if is_responses:
            route, body = "responses", self._responses_body(chat, image, schema)
        else:
            route, body = "chat/completions", self._chat_body(chat, image, schema)
        request = ModelRequest(
            chat.stage,
            route,
            {"model": model, **body, **self._sampling(model)},
            self._settings.text_extra,
            max_output_tokens=self._settings.most_output,
            expected_answer=chat.expected_answer,
            image_sizes=() if image is None else (image.size,),
        )
        return self.text_fields.apply(request)

    def paint_request(
        self, model: str, prompt: str, size: tuple[int, int], seed: int
    ) -> ModelRequest:
        """Return the request that paints ``prompt`` at ``size``, which the model must support.

        The seed is sent only to servers other than OpenAI, because OpenAI does not support seeds.
        """
        request = ModelRequest(
            "paint",
            "images/generations",
            self._image_body(model, prompt, size, seed),
            self._settings.image_extra,
            seed=seed,
        )
        return self._finish_image_request(request, size)

    def start_request(
        self, model: str, prompt: str, size: tuple[int, int], seed: int, colors: Image
    ) -> ModelRequest:
        """Return the request that paints ``prompt`` over ``colors``, a smooth image, at ``size``.

        OpenAI bills the pixels of the image and takes it as a reference, so it gets a small one.
        Other servers may paint at the size of the image; they get the strength, too.
        """
        is_openai, strength = self._settings.is_openai, self._settings.start_strength
        scale = min(1.0, MAX_REFERENCE_SIDE / max(size)) if is_openai else 1.0
        width, height = (max(1, round(side * scale)) for side in size)
        body = self._image_body(model, prompt, size, seed)
        if strength is not False and not is_openai:
            body["strength"] = strength
        start = colors.convert("RGB").resize((width, height), BICUBIC)
        return self._edit_request("paint", body, start, size, seed)

    def edit_request(self, model: str, prompt: str, image: Image, seed: int) -> ModelRequest:
        """Return the request that edits ``image``; the model must support its size."""
        body = self._image_body(model, prompt, image.size, seed)
        return self._edit_request("edit", body, image, image.size, seed)

    def _edit_request(
        self, stage: str, body: dict[str, Any], image: Image, size: tuple[int, int], seed: int
    ) -> ModelRequest:
        request = ModelRequest(
            stage,
            "images/edits",
            body,
            self._settings.image_extra,
            image_png=_image_file(image, "png"),
            image_sizes=(image.size,),
            seed=seed,
        )
        return self._finish_image_request(request, size)

    def encode_image(self, image: Image) -> EncodedImage:
        """Return ``image`` as a data URL, reduced to the setting ``image_side``."""
        reduced = image.convert("RGB")
        reduced.thumbnail(self.max_size(image))
        image_format = self._settings.image_format
        data = base64.b64encode(_image_file(reduced, image_format)).decode()
        return EncodedImage(f"data:image/{image_format};base64,{data}", reduced.size)

    def max_size(self, image: Image) -> tuple[int, int]:
        """Return the width and height that ``image`` is reduced to if it is larger."""
        return described_size(image.size, self._settings.image_side)

    def _chat_body(
        self, chat: ChatRequest, image: EncodedImage | None, schema: Any
    ) -> dict[str, Any]:
        content: Any = chat.task
        if image is not None:
            image_url = {"url": image.url, "detail": self._settings.detail}
            content = [
                {"type": "text", "text": chat.task},
                {"type": "image_url", "image_url": image_url},
            ]
        body: dict[str, Any] = {
            "messages": [
                {"role": "system", "content": chat.rules},
                {"role": "user", "content": content},
                *_retry_messages(chat),
            ],
            "max_completion_tokens": self._settings.most_output,
        }
        if schema is not None:
            json_schema = {"name": chat.stage, "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": json_schema}
        if self._settings.effort:
            body["reasoning_effort"] = self._settings.effort
        return body

    def _responses_body(
        self, chat: ChatRequest, image: EncodedImage | None, schema: Any
    ) -> dict[str, Any]:
        content: Any = [{"type": "input_text", "text": chat.task}]
        if image is not None:
            detail = self._settings.detail
            content.append({"type": "input_image", "image_url": image.url, "detail": detail})
        body: dict[str, Any] = {
            "instructions": chat.rules,
            "input": [{"role": "user", "content": content}, *self._retry_items(chat)],
            "max_output_tokens": self._settings.most_output,
            "store": False,  # otherwise the server would store the photograph
        }
        if schema is not None:
            json_schema = {"type": "json_schema", "name": chat.stage, "strict": True}
            body["text"] = {"format": {**json_schema, "schema": schema}}
        if self._settings.effort:
            body["reasoning"] = {"effort": self._settings.effort}
        return body

    def _retry_items(self, chat: ChatRequest) -> list[dict[str, Any]]:
        """Return the messages of a retry as items of ``input``.

        OpenAI accepts plain messages. llama.cpp needs all fields of an assistant message.
        """
        messages = _retry_messages(chat)
        if self._settings.is_openai or not messages:
            return [dict(message) for message in messages]
        answer, request = messages
        content = {
            "type": "output_text",
            "text": answer["content"],
            "annotations": [],
            "logprobs": [],
        }
        item = {"id": "msg_0", "type": "message", "role": "assistant", "status": "completed"}
        return [{**item, "content": [content]}, dict(request)]

    def _sampling(self, model: str) -> dict[str, Any]:
        """Return the temperature and the seed; OpenAI's API for responses has no seed."""
        fields: dict[str, Any] = self._settings.sampling(model)
        if self._settings.api == "responses" and self._settings.is_openai:
            fields.pop("seed", None)
        return fields

    def _image_body(
        self, model: str, prompt: str, size: tuple[int, int], seed: int
    ) -> dict[str, Any]:
        width, height = size
        body: dict[str, Any] = {
            "model": model,
            "prompt": prompt,
            "n": 1,
            "size": f"{width}x{height}",
        }
        if self._settings.is_openai:
            return {**body, "quality": self._settings.quality, "output_format": "png"}
        # OpenAI rejects both; other servers need the first, and often support the second.
        return {**body, "response_format": "b64_json", "seed": seed}

    def _finish_image_request(self, request: ModelRequest, size: tuple[int, int]) -> ModelRequest:
        """Return ``request`` with the names of this server, and a bound of its output."""
        applied = self.image_fields.apply(request)
        sent = {**applied.body, **applied.extra}
        quality = self._settings.quality
        sizes: tuple[tuple[int, int], ...] = (size,)
        if self._settings.is_openai:  # the costliest, unless it is known what will be painted
            quality = str(sent.get("quality", "auto"))
            sizes = sizes if sent.get("size") == request.body["size"] else LARGEST_SIZES
        tokens = [image_output_tokens(request.model, size, quality) for size in sizes]
        return replace(applied, max_output_tokens=max(tokens))


def supported_size(model: str, size: tuple[int, int], is_openai: bool) -> tuple[int, int]:
    """Return the size to request; the painted image is then scaled to ``size``.

    It has the aspect of ``size`` and a similar area, as far as the model supports them.
    """
    width, height = size
    if is_openai and model.startswith(LEGACY_FAMILIES):
        return min(LEGACY_SIZES, key=lambda legacy: _aspect_error(legacy, size))
    aspect = min(max(size) / min(size), MAX_ASPECT)
    min_area = MIN_AREA if is_openai else SIZE_STEP * SIZE_STEP
    max_area = MAX_AREA if is_openai else MAX_AREA_ELSEWHERE
    area = min(max(width * height, min_area), max_area)
    short, long = _round_to_steps(
        (area / aspect) ** 0.5, (area * aspect) ** 0.5, min_area, max_area
    )
    return (long, short) if width > height else (short, long)


def image_output_tokens(model: str, size: tuple[int, int], quality: str) -> int:
    """Return the number of output tokens of a painted image.

    A square image of 1024 pixels by gpt-image-2 has 196, 1756 or 7024 tokens, by quality.
    """
    width, height = size
    if model.startswith(LEGACY_FAMILIES):
        return LEGACY_TOKENS.get(quality, LEGACY_TOKENS["high"])[width != height]
    long = TOKENS_PER_LONG_SIDE.get(quality, TOKENS_PER_LONG_SIDE["high"])
    short = round(long * min(size) / max(size))
    return -(-long * short * (2_000_000 + width * height) // 4_000_000)


def _aspect_error(size: tuple[int, int], wanted: tuple[int, int]) -> float:
    return abs(size[0] * wanted[1] - size[1] * wanted[0]) / size[1]


def _round_to_steps(short: float, long: float, min_area: int, max_area: int) -> tuple[int, int]:
    """Return multiples of ``SIZE_STEP`` near the two sides, within the limits of area and aspect.

    Increasing the shorter side corrects both an area that is too small and an aspect that is too
    large, so it comes first; then the longer side is reduced if the area is too large.
    """
    short_side, long_side = (
        max(SIZE_STEP, round(side / SIZE_STEP) * SIZE_STEP) for side in (short, long)
    )
    while short_side * long_side < min_area or long_side > MAX_ASPECT * short_side:
        short_side += SIZE_STEP
    while short_side * long_side > max_area:
        long_side -= SIZE_STEP
    return short_side, long_side


def _retry_messages(chat: ChatRequest) -> list[dict[str, str]]:
    """Return the rejected answer and the request for another one, as messages."""
    if chat.rejected is None:
        return []
    answer, request = chat.rejected
    return [
        {"role": "assistant", "content": answer or "-"},  # servers reject an empty message
        {"role": "user", "content": request},
    ]


def _image_file(image: Image, image_format: str) -> bytes:
    out = io.BytesIO()
    options = {} if image_format == "png" else {"quality": JPEG_QUALITY}
    with block_fork():  # Pillow imports the plugin of the format
        image.save(out, image_format.upper(), **options)
    return out.getvalue()
