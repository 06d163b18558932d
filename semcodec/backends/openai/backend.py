"""The backend ``openai``: describes, writes and paints by any server that speaks OpenAI's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.openai import image_sizes, requests
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.openai.server import Server, sender
from semcodec.backends.openai.settings import MODELS, Settings
from semcodec.backends.prompting import PromptBackend, Prompts
from semcodec.backends.recording import Budget, Cassette, Recorder
from semcodec.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    from semcodec.backends.recording import ModelRequest, ModelResponse

MAX_PROMPT: Final = 5_000  #: characters; quoted, each may be six, and OpenAI takes 32,000
SQUARE: Final = 1.05  #: aspects up to here are called square


class OpenAIBackend(PromptBackend):
    """A server of OpenAI's API, in the places of describer, writer and painter.

    >>> local = OpenAIBackend(base_url="http://127.0.0.1:8080/v1", describer="qwen3-vl")
    >>> local.settings.is_local
    True

    Args:
        tape: keeps and replays replies.
        send: makes calls in the place of the client: a ``Rehearsal`` shows what would be called.
        settings: those of ``Settings``; what is not given comes from the environment and the
            config file.

    Raises:
        InputError: a setting is wrong.
    """

    name = "openai"

    def __init__(
        self,
        *,
        tape: Cassette | None = None,
        send: Callable[[ModelRequest], ModelResponse] | None = None,
        **settings: Any,
    ) -> None:
        if tape is not None and not isinstance(tape, Cassette):
            raise InputError("Give a tape as Tape(path, mode).")
        self.settings = Settings.found(tape.settings() if tape else {}, **settings)
        if tape:
            tape.keep_settings(self.settings.recorded())
        self.purse = Budget(ServerPrices(self.settings), self.settings.max_cost)
        self._line = Recorder(
            send or sender(self.settings), self.settings.base_url, self.purse, tape
        )
        self._server = Server(self.settings, self._line)
        super().__init__(self._server, Prompts.read(self.settings.prompts))

    def label(self, place: str) -> str:
        """Return what a record calls the model in ``place``, or the prompts."""
        if place == "prompts":
            return self._prompts.name
        if place == "painter":  # whoever decodes may have another, so that no server is asked
            usual = MODELS["painter"] if self.settings.is_openai else ""
            return self.settings.painter or usual
        return self._server.model(place)

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image:
        """Return a picture of ``prompt``, as near to ``size`` as the model paints."""
        model = self._server.model("painter")
        asked = image_sizes.nearest(model, size, self.settings.is_openai)
        task = self._prompts.task("paint", shape=shape(size), data=prompt[:MAX_PROMPT])
        return self._server.picture(requests.paint_call(self.settings, model, task, asked, seed))

    def edit(self, image: Image, change: str, seed: int) -> Image:
        """Return ``image`` with ``change`` made to it, at its own size."""
        model = self._server.model("painter")
        asked = image_sizes.nearest(model, image.size, self.settings.is_openai)
        task = self._prompts.task("edit", data=change)
        fitting = image.convert("RGB").resize(asked)
        call = requests.edit_call(self.settings, model, task, fitting, seed)
        return self._server.picture(call).resize(image.size)


def shape(size: tuple[int, int]) -> str:
    """Return the shape of a picture in words: ``a square picture``."""
    width, height = size
    if max(size) <= SQUARE * min(size):
        return "a square picture"
    return "a wide picture" if width > height else "a tall picture"
