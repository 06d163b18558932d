"""A model request and its response, as values without secrets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from semcodec.errors import MissingFeatureError

DATA_URL_PREFIX: Final = "data:"


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request.

    Attributes:
        stage: its purpose, such as ``"describe"``.
        route: the path below the base URL, such as ``"chat/completions"``.
        body: the JSON fields of the request, with input images as data URLs.
        extra: fields beyond OpenAI's API, for servers that support them.
        image_png: the image to edit, a PNG file sent next to the fields; None if there is none.
        max_output_tokens: upper limit of the response, in tokens.
        expected_answer: a typical answer, for cost estimates and dry runs.
        image_sizes: width and height in pixels of each input image.
        seed: the painter's seed. It is part of the digest even if it is not sent, because different
            seeds stand for different images.
        fields: by the name of a field as it is sent, its usual name: the fields that the server may
            reject and the request may be sent without. Not part of the digest.
        unnamed_model: the model, if the body does not name it. Not part of the digest.
    """

    stage: str
    route: str
    body: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)
    image_png: bytes | None = None
    max_output_tokens: int = 0
    expected_answer: str = ""
    image_sizes: tuple[tuple[int, int], ...] = ()
    seed: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    unnamed_model: str = ""

    @property
    def model(self) -> str:
        """The model of the request; empty if there is none."""
        return self.unnamed_model or str(self.body.get("model", ""))

    @property
    def is_image_request(self) -> bool:
        """Whether the response is an image."""
        return self.route.startswith("images/")

    @property
    def is_text_request(self) -> bool:
        """Whether the response is a text of a model."""
        return self.route in ("chat/completions", "responses")

    @property
    def digest(self) -> str:
        """SHA-256 in hex of everything that determines the response.

        Recordings are keyed by it, so the hashed text must never change
        (``test_digest_of_a_request_never_changes``).
        """
        image_digest = self.image_png and hashlib.sha256(self.image_png).hexdigest()
        hashed = [self.route, self.body, self.extra, image_digest, self.seed]
        text = json.dumps(hashed, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def readable_fields(self) -> dict[str, Any]:
        """Return the body and the extra fields, with each image replaced by its SHA-256."""
        fields: dict[str, Any] = _without_images({**self.body, **self.extra})
        return fields


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one request and its response.

    Attributes:
        input_tokens: all input, ``input_image_tokens`` included.
        input_image_tokens: the part of the input that is images.
        output_tokens: all output, reasoning and ``output_image_tokens`` included.
        output_image_tokens: the part of the output that is images.
    """

    input_tokens: int = 0
    input_image_tokens: int = 0
    output_tokens: int = 0
    output_image_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """The response to one request.

    Attributes:
        text: the answer; for the route ``"models"``, the names of the models, one per line.
        image: an image file, for an image request.
        model: the model named in the response; empty if there is none.
        is_truncated: whether the text was cut off at the limit of output tokens.
        refusal: the text by which the model declined; empty if it did not.
        usage: the token counts that the server reports, or None.
        missing: in a recording, the message of a ``MissingFeatureError``: the server rejected the
            request because it lacks a feature.
        rejected_fields: in a recording, the ``fields`` of a ``RejectedFieldError``, separated by
            spaces.
    """

    text: str = ""
    image: bytes = b""
    model: str = ""
    is_truncated: bool = False
    refusal: str = ""
    usage: Usage | None = None
    missing: str = ""
    rejected_fields: str = ""


class RejectedFieldError(MissingFeatureError):
    """The server rejected fields of a request; without them, it may succeed.

    Attributes:
        fields: their usual names (``ModelRequest.fields``).
    """

    fields: tuple[str, ...]

    def __init__(
        self, message: str, fields: tuple[str, ...], *, backend: str = "", stage: str = ""
    ) -> None:
        super().__init__(message, backend=backend, stage=stage)
        self.fields = fields


def _without_images(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(DATA_URL_PREFIX):
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    if isinstance(value, Mapping):
        return {key: _without_images(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_images(item) for item in value]
    return value
