"""One server as the backend sees it: which model fills a place, and questions over its line."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from semcodec.backends.calls import Call, Line, Reply
from semcodec.backends.openai import bodies, keys
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.settings import MODELS, Settings
from semcodec.backends.prompting import Answer, Question
from semcodec.errors import BackendError, BadAnswer, InputError, Refused

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_NAMED: Final = 8  #: models that a message names
MOST_PIXELS: Final = 4096 * 4096  #: of a picture that is taken from a server
FORMATS: Final = ("PNG", "JPEG", "WEBP")
#: Words by which servers complain of an answer's shape.
ABOUT_SHAPES: Final = (
    "response_format", "json_schema", "schema", "grammar", "sampler", "peg-", "text.format",
)  # fmt: skip


class Server:
    """Answers questions and paints.

    Attributes:
        repairs: what had to be done otherwise than asked.
    """

    def __init__(self, settings: Settings, line: Line) -> None:
        self.settings, self.repairs = settings, list[str]()
        self._line = line
        self._held = settings.structured != "off"

    def model(self, place: str) -> str:
        """Return the model that fills ``place``: the one that is set, the usual, or the only one.

        Raises:
            InputError: the server has several, and none is named.
        """
        if chosen := getattr(self.settings, place):
            return str(chosen)
        return MODELS[place] if self.settings.is_openai else self._only_model

    def ask(self, question: Question) -> Answer:
        """Return the answer of the model in whose place ``question`` is asked.

        A server that takes no schema is asked without, once and for all.
        """
        try:
            return self._asked(question)
        except BackendError as error:
            if not self._is_about_the_shape(question, error):
                raise
        self._held = False
        self.repairs.append(f"{question.stage}: the server takes no JSON schema, asked without one")
        return self._asked(question)

    def picture(self, call: Call) -> Image:
        """Return the picture that ``call`` asks for.

        Raises:
            BadAnswer: what came is no picture.
        """
        from PIL import Image

        data = self._line.ask(call).image
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            if image.width * image.height <= MOST_PIXELS:
                return image.convert("RGB")
        except Exception:  # Pillow's readers raise nearly anything on damaged files
            message = f"The model {call.model} answered {call.stage} with no picture: try again."
            raise BadAnswer(message, backend="openai", stage=call.stage, retryable=True) from None
        message = f"The model {call.model} answered {call.stage} with too large a picture."
        raise BadAnswer(message, backend="openai", stage=call.stage)

    def _asked(self, question: Question) -> Answer:
        place = "describer" if question.image is not None else "writer"
        model = self.model(place)
        reply = self._line.ask(bodies.text_call(self.settings, model, question, self._held))
        if reply.refusal and not reply.text:
            message = f"The model {model} declines to {question.stage}: use another image or model."
            raise Refused(message, backend="openai", stage=question.stage)
        return Answer(reply.text, reply.cut_off)

    def _is_about_the_shape(self, question: Question, error: BackendError) -> bool:
        if not self._held or question.shape is None or self.settings.structured != "auto":
            return False
        said = str(error).lower()
        return any(word in said for word in ABOUT_SHAPES)

    @cached_property
    def _only_model(self) -> str:
        names = self._line.ask(Call("choose a model", "models", {})).text.splitlines()
        if len(names) == 1:
            return names[0]
        shown = ", ".join(names[:MOST_NAMED]) or "none that it names"
        raise InputError(
            f"The server {self.settings.base_url} has the models {shown}: name one with "
            "--model or --painter-model."
        )


def sender(settings: Settings) -> Callable[[Call], Reply]:
    """Return what makes calls for real; key and client are looked for when the first is made."""
    made: list[Client] = []

    def send(call: Call) -> Reply:
        if not made:
            made.append(Client(settings, keys.find(settings)))
        return made[0].send(call)

    return send
