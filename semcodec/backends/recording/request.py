"""One call of a model and its reply, as values: what decides the answer, and nothing secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

DATA_URL: Final = "data:"


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request.

    Attributes:
        stage: what it is for, such as ``"describe"``.
        route: the path below the base URL, such as ``"chat/completions"``.
        body: the fields of the request, as JSON has them; pictures to look at as data URLs.
        extra: fields that only some servers know.
        picture: a PNG file sent beside the fields, to be changed.
        most_output: tokens that the answer can have.
        likely: an answer of the kind that is hoped for, to estimate and to rehearse with.
        looked_at: width and height of each picture in ``body``, in pixels.
        seed: of a painter, sent or not: with another seed, another picture is wanted.
    """

    stage: str
    route: str
    body: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)
    picture: bytes | None = None
    most_output: int = 0
    likely: str = ""
    looked_at: tuple[tuple[int, int], ...] = ()
    seed: int = 0

    @property
    def model(self) -> str:
        """The model that is asked."""
        return str(self.body.get("model", ""))

    @property
    def paints(self) -> bool:
        """Whether a picture is asked for."""
        return "size" in self.body

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides the answer, in hex."""
        picture = self.picture and hashlib.sha256(self.picture).hexdigest()
        asked = [self.route, self.body, self.extra, picture, self.seed]
        text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def shown(self) -> dict[str, Any]:
        """Return the fields for people, with the digest of each picture in its place."""
        shown: dict[str, Any] = _without_pictures({**self.body, **self.extra})
        return shown


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call.

    Attributes:
        taken: by the model, ``pictures`` of them as pictures to look at.
        given: by the model, ``painted`` of them as pictures.
    """

    taken: int = 0
    pictures: int = 0
    given: int = 0
    painted: int = 0


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """What came back.

    Attributes:
        text: of the answer.
        image: the bytes of an image file, if one was asked for.
        model: which model the server says it was; empty if it does not say.
        cut_off: whether the answer ends because it got too long.
        refusal: the words by which the model declined; empty if it did not.
        usage: tokens, as the server counts them; None if it does not say.
    """

    text: str = ""
    image: bytes = b""
    model: str = ""
    cut_off: bool = False
    refusal: str = ""
    usage: Usage | None = None


def _without_pictures(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(DATA_URL):
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    if isinstance(value, Mapping):
        return {key: _without_pictures(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_pictures(one) for one in value]
    return value
