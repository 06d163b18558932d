"""The backend ``openai``: describes, writes, paints, edits, checks and locates with a server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from semcodec._wording import plural
from semcodec.backends.guides import Guide, GuideKind
from semcodec.backends.notes import NOTICES, add_note
from semcodec.backends.openai import credentials, thinking
from semcodec.backends.openai.batches.recorder import BatchRecorder
from semcodec.backends.openai.dry_run import DryRunClient
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.openai.request_fields import RequestFields
from semcodec.backends.openai.requests import RequestBuilder, supported_size
from semcodec.backends.openai.responses import MAX_MODEL_NAME
from semcodec.backends.openai.settings import DEFAULT_MODELS, Settings
from semcodec.backends.prompting import ChatRequest, ChatResponse, PromptBackend, Prompts
from semcodec.backends.prompting.data_limits import MAX_PROMPT_TOKENS, cut_data
from semcodec.backends.recording import (
    Budget,
    CallLog,
    Cassette,
    ModelRequest,
    ModelResponse,
    Recorder,
    RejectedFieldError,
)
from semcodec.errors import (
    BackendError,
    InputError,
    InvalidResponseError,
    MissingFeatureError,
    RefusalError,
)
from semcodec.forks import block_fork
from semcodec.imaging import flatten, open_image
from semcodec.imaging.alignment import align_low
from semcodec.imaging.limits import MAX_SIDE
from semcodec.imaging.samples import is_deep
from semcodec.imaging.uniform import is_transparent, is_unchanged
from semcodec.signatures import JPEG, PNG, WEBP, identify

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.backends.openai.batches.store import BatchStore
    from semcodec.backends.openai.client import Client

MAX_PROMPT: Final = 5_000  #: characters; quoting can make six of each, and OpenAI accepts 32,000
MAX_SQUARE_ASPECT: Final = 1.05  #: longer to shorter side of a picture that counts as square
LIST_MODELS_STAGE: Final = "choose a model"
MAX_LISTED: Final = 8  #: models listed in a message
MAX_LISTED_NAME: Final = 60  #: characters of each
SCALE_OF_16_BITS: Final = 255 / 65535  #: from samples of 16 bits to 8
MAX_PIXELS: Final = 4096 * 4096  #: of an image that a server returns
IMAGE_FORMATS: Final = ("PNG", "JPEG", "WEBP")
#: Of requests with an image, but for that of the describer.
ROLES_OF_STAGES: Final = {"check": "checker", "locate": "locator"}
TOO_LARGE: Final = "DecompressionBombError"

#: Repetitions of a request without the fields that the server rejects; each costs nothing, but a
#: server that rejects more is of no use.
MAX_REPETITIONS: Final = 4

COLORS_AFTERWARDS: Final = (
    "The server cannot edit pictures, so this one was not started from the colors of the record; "
    "they were applied after painting."
)
ONLY_COLORS: Final = (
    "The painted picture is the colors of the record and nothing else, because the model has "
    "returned them unchanged: raise start_strength, use another model, or omit --start-from-colors."
)

Send = Callable[[ModelRequest], ModelResponse]


class OpenAIBackend(PromptBackend):
    """A server with OpenAI's API in any role but that of an upscaler. Threads may share it.

    >>> local = OpenAIBackend(base_url="http://127.0.0.1:8080/v1", describer="qwen3-vl")
    >>> local.settings.is_local
    True

    Args:
        cassette: stores and replays responses.
        send: sends requests in place of the client, such as a ``DryRunClient``.
        log: of a run that consists of several calls of ``encode`` or ``decode``.
        batch_store: has the responses, in place of ``cassette``, and takes all other requests for a
            batch; see ``batches``. A call that lacks a response raises ``PendingResponseError``.
        settings: the fields of ``Settings``; the others come from the environment and the config
            file.

    Raises:
        InputError: a setting is not valid.
    """

    name = "openai"
    settings: Settings
    budget: Budget

    def __init__(
        self,
        *,
        cassette: Cassette | None = None,
        send: Send | None = None,
        log: CallLog | None = None,
        batch_store: BatchStore | None = None,
        **settings: Any,
    ) -> None:
        if cassette is not None and not isinstance(cassette, Cassette):
            raise InputError("cassette is not a Cassette: create one with Cassette(path, mode).")
        recorded = cassette.read_settings() if cassette else {}
        self.settings = Settings.load(recorded, **settings)
        if cassette:
            cassette.write_settings(self.settings.to_record())
        self._prices = ServerPrices(self.settings)
        self.budget = Budget(self._prices, self.settings.max_cost)
        if log is not None and log.budget is not None:
            self.budget.share(log.budget)
        sender = send or lazy_client(self.settings)
        server = self.settings.base_url
        recorder = Recorder(sender, server, self.budget, cassette, log)
        if batch_store is not None:
            recorder = BatchRecorder(sender, server, self.budget, batch_store)
        self._send = send
        self._requests = RequestBuilder(self.settings)
        self._models = ServerModels(self.settings, recorder, self._requests)
        super().__init__(self._models, Prompts.read(self.settings.prompts))

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing is sent, and the responses are typical ones."""
        return isinstance(self._send, DryRunClient)

    @property
    def preset(self) -> str | None:
        """The name of the preset of the server, or None."""
        return self.settings.preset

    @property
    def is_paid(self) -> bool:
        """Whether a request may cost money.

        It costs nothing on this machine, and elsewhere if the config file has a price of 0 for
        every model. A replay counts as the recorded run, so that it takes the same turns.
        """
        return not self._prices.are_free()

    def thinking_advice(self, is_truncated: bool) -> str:
        """Return the settings that help against thoughts without an answer."""
        return thinking.advise(self.settings, is_truncated)

    def model_name(self, role: str) -> str:
        """Return the model that a record names for ``role``, or the name of the prompts.

        Raises:
            BackendError: the model is not set, and the server does not have exactly one.
        """
        if role == "prompts":
            return self._prompts.name
        if role in ("painter", "editor"):  # a decoder may use any, so this is not worth a request
            default = DEFAULT_MODELS["painter"] if self.settings.is_openai else ""
            return self.settings.painter or default
        return self._models.model(role)

    def seen_size(self, image: Image) -> tuple[int, int]:
        """Return the width and height in pixels at which ``image`` is sent to a text model."""
        width, height = image.size
        max_width, max_height = self._requests.max_size(image)
        scale = min(1.0, max_width / width, max_height / height)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size nearest to ``size`` that the painter's model supports."""
        return supported_size(self.model_name("painter"), size, self.settings.is_openai)

    @property
    def guides(self) -> frozenset[GuideKind]:
        """The layers that ``paint`` takes: the colors, if it can and shall start from them."""
        starts = self.settings.start_from_colors and self._models.may_edit
        return frozenset({"colors"}) if starts else frozenset()

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image:
        """Return an image of ``prompt``, at a size near ``size`` that the model supports.

        With colors in ``guide``, they are the picture from which the model starts. If the server
        cannot edit, which costs nothing, they are applied to a picture that it paints without them.
        """
        model = self._models.model("painter")
        painted_size = supported_size(model, size, self.settings.is_openai)
        data = cut_data(prompt[:MAX_PROMPT], MAX_PROMPT_TOKENS)
        task = self._prompts.task("paint", shape=describe_shape(size), data=data)
        colors = guide.colors if guide else None
        if colors is None:
            return self._paint(model, task, painted_size, seed)
        if self._models.may_edit:
            with contextlib.suppress(MissingFeatureError):
                return self._paint_over(colors, model, task, painted_size, seed)
        add_note(NOTICES, COLORS_AFTERWARDS)
        return align_low(self._paint(model, task, painted_size, seed), colors)

    def _paint_over(
        self, colors: Image, model: str, task: str, size: tuple[int, int], seed: int
    ) -> Image:
        """Return an image of the prompt ``task`` for which the model starts from ``colors``.

        Raises:
            MissingFeatureError: the server or its model cannot edit.
        """
        prompt = f"{task}\n\n{self._prompts.colors}"
        image = self._models.send_image_request(
            lambda: self._requests.start_request(model, prompt, size, seed, colors)
        )
        if is_unchanged(image, colors):
            add_note(NOTICES, ONLY_COLORS)
        return image

    def _paint(self, model: str, task: str, painted_size: tuple[int, int], seed: int) -> Image:
        return self._models.send_image_request(
            lambda: self._requests.paint_request(model, task, painted_size, seed)
        )

    def edit(self, image: Image, change: str, seed: int) -> Image:
        """Return ``image`` with ``change`` applied, at the size of ``image``.

        Raises:
            MissingFeatureError: the server or its model cannot edit; after the first time, nothing
                is sent.
        """
        self._models.check_can_edit()
        model = self._models.model("painter")
        painted_size = supported_size(model, image.size, self.settings.is_openai)
        task = self._prompts.task("edit", data=cut_data(change, MAX_PROMPT_TOKENS))
        scaled = image.convert("RGB").resize(painted_size)
        edited = self._models.send_image_request(
            lambda: self._requests.edit_request(model, task, scaled, seed)
        )
        return edited.resize(image.size)


class ServerModels:
    """The models of one server: chooses the model for a role, and sends the requests.

    Threads may share it: it stores only properties of the server, never of a run.
    """

    def __init__(self, settings: Settings, recorder: Recorder, requests: RequestBuilder) -> None:
        self._settings, self._recorder, self._requests = settings, recorder, requests
        self._only_model = self._edits_missing = ""

    @property
    def may_edit(self) -> bool:
        """Whether no request so far has shown that the server cannot edit."""
        return not self._edits_missing

    def check_can_edit(self) -> None:
        """Raise the error of an earlier edit if the server cannot edit at all."""
        if self._edits_missing:
            raise _missing_edits(self._edits_missing)

    def model(self, role: str) -> str:
        """Return the model for ``role``: from the settings, OpenAI's default, or the only one.

        Raises:
            BackendError: no model is set, and the server does not have exactly one.
        """
        role = self._model_role(role)
        if model := getattr(self._settings, role):
            return str(model)
        if self._settings.is_openai:
            return DEFAULT_MODELS[role]
        # Threads that start at the same time may each list the models, with the same result. In
        # Python 3.11, a cached_property would hold a lock during the request, and a child forked
        # meanwhile would inherit the locked lock.
        self._only_model = self._only_model or self._find_only_model()
        return self._only_model

    def _model_role(self, role: str) -> str:
        """Return the role whose model fills ``role``: a describer also checks and locates."""
        if role in ("checker", "locator") and not getattr(self._settings, role):
            return "describer"
        return "painter" if role == "editor" else role

    def complete(self, chat: ChatRequest) -> ChatResponse:
        """Return the response of the describer, writer, checker or locator."""
        model = self.model(_text_role(chat))
        request, response = self._send(
            lambda: self._requests.chat_request(model, chat), self._requests.text_fields
        )
        if response.refusal and not response.text:
            self._recorder.discard(request, response)
            message = f"The model {model} refused '{chat.stage}': use another image or model."
            raise RefusalError(message, backend="openai", stage=chat.stage)
        return ChatResponse(response.text, response.is_truncated, (request, response))

    def discard(self, response: ChatResponse) -> None:
        """Remove ``response``, which cannot be used, from the cache."""
        match response.source:
            case (ModelRequest() as request, ModelResponse() as source):
                self._recorder.discard(request, source)

    def send_image_request(self, build: Callable[[], ModelRequest]) -> Image:
        """Return the image for the request that ``build`` returns.

        Raises:
            InvalidResponseError: the response is not an image, or too large.
            MissingFeatureError: the server cannot edit.
        """
        try:
            request, response = self._send(build, self._requests.image_fields)
        except RejectedFieldError:
            raise
        except MissingFeatureError as error:
            self._edits_missing = str(error)
            raise
        try:
            return _open_picture(response.image)
        except KeyboardInterrupt as error:  # decoding takes time, and the picture is paid for
            error.picture = _open_picture(response.image)  # type: ignore[attr-defined]
            raise
        except Exception as error:  # Pillow may raise almost anything for a damaged file
            is_too_large = type(error).__name__ == TOO_LARGE
        self._recorder.discard(request, response)
        if is_too_large:
            problem = (
                f"an image of over {MAX_PIXELS} pixels to '{request.stage}': use another model"
            )
        else:
            problem = _unreadable(response.image, request.stage, self._settings.is_local)
        raise InvalidResponseError(
            f"The model {request.model} returned {problem}.",
            backend="openai",
            stage=request.stage,
            retryable=not is_too_large,
        )

    def _send(
        self, build: Callable[[], ModelRequest], fields: RequestFields
    ) -> tuple[ModelRequest, ModelResponse]:
        """Return a request and its response.

        If the server rejects fields, ``build`` makes a request without them, which is sent instead.
        That costs nothing, because the server did not process the first one. It happens at most
        ``MAX_REPETITIONS`` times, and once for each name of a field, since later requests do not
        have it either.
        """
        for _ in range(MAX_REPETITIONS):
            request = build()
            try:
                return request, self._send_once(request)
            except RejectedFieldError as error:
                change = fields.reject(request, error.fields)
                if change is None:
                    raise
                verb = "was" if len(error.fields) == 1 else "were"
                add_note("repairs", f"{request.stage}: sent again {change}, which {verb} rejected")
        request = build()
        return request, self._send_once(request)

    def _send_once(self, request: ModelRequest) -> ModelResponse:
        response = self._recorder.send(request)
        if response.rejected_fields:  # in a recording
            fields = tuple(response.rejected_fields.split())
            raise RejectedFieldError(
                response.missing, fields, backend="openai", stage=request.stage
            )
        if response.missing:
            raise MissingFeatureError(response.missing, backend="openai", stage=request.stage)
        return response

    def _find_only_model(self) -> str:
        response = self._recorder.send(ModelRequest(LIST_MODELS_STAGE, "models", {}))
        names = response.text.splitlines()
        if len(names) == 1 and len(names[0]) <= MAX_MODEL_NAME:
            return names[0]
        listed = ", ".join(shorten_name(name) for name in names[:MAX_LISTED])
        problem = f"has several models ({listed})" if names else "lists no models"
        message = (
            f"The server {self._settings.base_url} {problem}: "
            "name one with --model or --painter-model."
        )
        raise BackendError(message, backend="openai", stage=LIST_MODELS_STAGE, unavailable=True)


def _open_picture(data: bytes) -> Image:
    """Return the picture in an image file.

    Raises:
        Exception: it cannot be read; its class is named ``TOO_LARGE`` if it has too many pixels.
    """
    image = open_image(data, IMAGE_FORMATS)
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        from PIL.Image import DecompressionBombError  # Pillow raises it above its own limit

        raise DecompressionBombError
    if not image.has_transparency_data:
        return _to_8bit(image).convert("RGB")
    rgba = _to_8bit(image).convert("RGBA")  # a model may paint on a transparent background
    # Without a visible pixel, it must not get a background: decode reports it.
    return rgba if is_transparent(rgba) else flatten(rgba, background=None)


def _unreadable(data: bytes, stage: str, is_free: bool) -> str:
    """Return what was returned in place of a readable image, and what to do."""
    file_type = identify(data)
    other = "use another painter"
    if file_type in (PNG, JPEG, WEBP):
        again = "try again" if is_free else "try again, which may be billed again"
        return f"{file_type.name} to '{stage}' that is damaged: {again}, or {other}"
    unknown = f"{plural(len(data), 'byte')} of unknown data" if data else "no data"
    name = file_type.name if file_type else unknown
    paid = "" if is_free else ", since another attempt may be billed and return the same"
    return f"{name} to '{stage}' in place of a PNG, JPEG or WebP image: {other}{paid}"


def _to_8bit(image: Image) -> Image:
    """Return an image with 8 bits per sample; Pillow would cut off the values of gray PNG files."""
    if not is_deep(image):
        return image
    return image.convert("F").point(lambda value: value * SCALE_OF_16_BITS + 0.5).convert("L")


def _missing_edits(message: str) -> MissingFeatureError:
    return MissingFeatureError(message, backend="openai", stage="edit")


def _text_role(chat: ChatRequest) -> str:
    if chat.stage in ROLES_OF_STAGES:
        return ROLES_OF_STAGES[chat.stage]
    return "writer" if chat.image is None else "describer"


def lazy_client(settings: Settings) -> Send:
    """Return a function that sends requests; its first call imports and creates the client."""

    @cache
    def client() -> Client:
        return _connect(settings)

    return lambda request: client().send(request)


def _connect(settings: Settings) -> Client:
    try:
        with block_fork():  # a child forked during an import would wait for it forever
            from semcodec.backends.openai.client import Client
    except ImportError as error:
        message = "The backend openai needs its packages: pip install 'semcodec[openai]'."
        raise BackendError(message, backend="openai", stage="load") from error
    return Client(settings, credentials.find_key(settings))


def shorten_name(name: str) -> str:
    """Return the name of a model with its middle left out if it is long: its end often differs."""
    half = MAX_LISTED_NAME // 2
    return name if len(name) <= MAX_LISTED_NAME else f"{name[: half - 1]}…{name[-half:]}"


def describe_shape(size: tuple[int, int]) -> str:
    """Return the shape of a picture in words, such as ``a square picture``."""
    width, height = size
    if max(size) <= MAX_SQUARE_ASPECT * min(size):
        return "a square picture"
    return "a wide picture" if width > height else "a tall picture"
