"""A model request and its response, as values without secrets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

DATA_URL_PREFIX: Final = "data:"


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request.

    Attributes:
        stage: its purpose, such as ``"describe"``.
        route: the path below the base URL, such as ``"chat/completions"``.
        body: the JSON fields of the request; images for the model to look at are data URLs.
        extra: fields beyond OpenAI's API, for the servers that know them.
        image_png: a PNG file to edit, sent beside the fields; None if there is none.
        max_output_tokens: upper limit of the response in tokens.
        expected_answer: a typical answer, for cost estimates and dry runs.
        image_sizes: width and height in pixels of each image the model looks at.
        seed: of the painter, sent or not: another seed asks for another image.
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

    @property
    def model(self) -> str:
        """The model that the request names; empty if it names none."""
        return str(self.body.get("model", ""))

    @property
    def is_image_request(self) -> bool:
        """Whether the response is an image."""
        return "size" in self.body

    @property
    def digest(self) -> str:
        """SHA-256 in hex over all that determines the response.

        Recordings are keyed by it, so the hashed text must never change
        (``test_digest_of_a_request_never_changes``).
        """
        image_digest = self.image_png and hashlib.sha256(self.image_png).hexdigest()
        hashed = [self.route, self.body, self.extra, image_digest, self.seed]
        text = json.dumps(hashed, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def readable_fields(self) -> dict[str, Any]:
        """Return body and extra fields, each image replaced by its SHA-256."""
        fields: dict[str, Any] = _without_images({**self.body, **self.extra})
        return fields


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one request.

    Attributes:
        input_tokens: all input, ``input_image_tokens`` included.
        input_image_tokens: input that is images.
        output_tokens: all output, reasoning and ``output_image_tokens`` included.
        output_image_tokens: output that is images.
    """

    input_tokens: int = 0
    input_image_tokens: int = 0
    output_tokens: int = 0
    output_image_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """The response to one request.

    Attributes:
        text: the answer; the names of models, one a line, for the route ``"models"``.
        image: an image file, for an image request.
        model: the model that the server names; empty if it names none.
        is_truncated: whether the text ends at the limit of output tokens.
        refusal: the text by which the model declined; empty if it did not.
        usage: the token counts that the server reports; None if it reports none.
    """

    text: str = ""
    image: bytes = b""
    model: str = ""
    is_truncated: bool = False
    refusal: str = ""
    usage: Usage | None = None


def _without_images(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(DATA_URL_PREFIX):
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    if isinstance(value, Mapping):
        return {key: _without_images(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_images(item) for item in value]
    return value
