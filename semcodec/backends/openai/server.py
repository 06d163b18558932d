"""One server as the backend sees it: which model fills a place, and questions over its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from semcodec.backends.notes import add_note
from semcodec.backends.openai import credentials, requests
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.errors import SchemaNotSupported
from semcodec.backends.openai.settings import MODELS, Settings
from semcodec.backends.prompting import ChatRequest, ChatResponse
from semcodec.backends.recording import ModelRequest, ModelResponse, Recorder
from semcodec.errors import BackendError, InvalidResponseError, RefusalError
from semcodec.imaging import open_image

if TYPE_CHECKING:
    from PIL.Image import Image

CHOICE: Final = "choose a model"  #: the stage in which a server is asked what it has
MAX_NAMED: Final = 8  #: models that a message names
MAX_PIXELS: Final = 4096 * 4096  #: of a picture that is taken from a server
FORMATS: Final = ("PNG", "JPEG", "WEBP")


class Server:
    """Answers questions and paints.

    Threads may share it: what it remembers is true of the server, not of one run.
    """

    def __init__(self, settings: Settings, line: Recorder) -> None:
        self.settings, self._line = settings, line
        self._takes_schemas = settings.structured != "off"
        self._listed_model = ""

    def model(self, place: str) -> str:
        """Return the model that fills ``place``: the one that is set, the usual, or the only one.

        Raises:
            BackendError: the server has not just one, and none is named.
        """
        if chosen := getattr(self.settings, place):
            return str(chosen)
        return MODELS[place] if self.settings.is_openai else self._only_model()

    def ask(self, question: ChatRequest) -> ChatResponse:
        """Return the answer of the model in whose place ``question`` is asked.

        A server that takes no schema is asked without, once and for all.
        """
        has_schema = self._takes_schemas and question.shape is not None
        try:
            return self._asked(question, has_schema)
        except SchemaNotSupported:
            if not has_schema or self.settings.structured != "auto":
                raise
        self._takes_schemas = False
        note = f"{question.stage}: the server takes no JSON schema, asked without one"
        add_note("repairs", note)
        return self._asked(question, False)

    def discard(self, answer: ChatResponse) -> None:
        """Remove ``answer``, which cannot be used, from the cache."""
        match answer.source:
            case (ModelRequest() as call, ModelResponse() as reply):
                self._line.discard(call, reply)

    def picture(self, call: ModelRequest) -> Image:
        """Return the picture that ``call`` asks for.

        Raises:
            BadAnswer: what came is no picture.
        """
        reply = self._line.ask(call)
        try:
            image = open_image(reply.image, FORMATS)
            is_too_large = image.width * image.height > MAX_PIXELS
            if not is_too_large:
                return image.convert("RGBA").convert("RGB")  # straight from a palette, it warns
        except Exception as error:  # Pillow's readers raise nearly anything on damaged files
            is_too_large = type(error).__name__ == "DecompressionBombError"
        self._line.discard(call, reply)
        what = "too large a picture: use another model" if is_too_large else "no picture: try again"
        message = f"The model {call.model} answered {call.stage} with {what}."
        raise InvalidResponseError(
            message, backend="openai", stage=call.stage, retryable=not is_too_large
        )

    def _asked(self, question: ChatRequest, has_schema: bool) -> ChatResponse:
        place = "describer" if question.image is not None else "writer"
        model = self.model(place)
        call = requests.text_call(self.settings, model, question, has_schema)
        reply = self._line.ask(call)
        if reply.refusal and not reply.text:
            self._line.discard(call, reply)
            message = f"The model {model} declines to {question.stage}: use another image or model."
            raise RefusalError(message, backend="openai", stage=question.stage)
        return ChatResponse(reply.text, reply.cut_off, (call, reply))

    def _only_model(self) -> str:
        """Return the model of a server that has one, which is listed once.

        Threads that begin together may each list it; the answer is the same. A ``cached_property``
        would hold a lock in Python 3.11 during the call, in a forked child forever.
        """
        self._listed_model = self._listed_model or self._list_model()
        return self._listed_model

    def _list_model(self) -> str:
        names = self._line.ask(ModelRequest(CHOICE, "models", {})).text.splitlines()
        if len(names) == 1:
            return names[0]
        named = ", ".join(names[:MAX_NAMED])
        has = f"has the models {named}" if names else "lists no models"
        what = f"{has}: name one with --model or --painter-model."
        message = f"The server {self.settings.base_url} {what}"
        raise BackendError(message, backend="openai", stage=CHOICE)


def sender(settings: Settings) -> Callable[[ModelRequest], ModelResponse]:
    """Return what makes calls for real; key and client are looked for when the first is made."""
    made: list[Client] = []

    def send(call: ModelRequest) -> ModelResponse:
        if not made:
            made.append(Client(settings, credentials.find_key(settings)))
        return made[0].send(call)

    return send
