"""Send a call over the openai package: one client, and one deadline for the whole answer."""

from __future__ import annotations

import json
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.openai import responses
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.errors import PICTURES, ErrorTranslator, never_arrived
from semcodec.backends.openai.retries import retried
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest, ModelResponse
from semcodec.errors import BackendError, SemcodecError
from semcodec.forks import block_fork

if TYPE_CHECKING:
    import httpx2
    import openai

CONNECT: Final = 10.0  #: seconds in which a server must be there
MAX_KIND: Final = 40  #: characters of a content type that are shown
MAX_TEXT: Final = 2**22  #: bytes of an answer that is a text
MAX_PICTURE: Final = 2**25  #: bytes of an answer that is a picture, in base64


class Client:
    """Makes calls of one server, from any number of threads, and in a forked process too.

    Its connections are closed when it is dropped, and when the interpreter ends.

    Args:
        settings: of the server.
        key: for it.
        transport: in the place of the network, for tests.
        sleep: waits some seconds before a call is made again.
    """

    def __init__(
        self,
        settings: Settings,
        key: ApiKey,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings, self._key, self._sleep = settings, key, sleep
        self._transport = transport
        self._faults = ErrorTranslator(settings, key)
        self._lock = threading.Lock()
        with block_fork():
            self._connect()

    def send(self, call: ModelRequest) -> ModelResponse:
        """Return the reply to ``call``.

        Raises:
            Refused: the model declined.
            BadAnswer: the answer cannot be read.
            BackendError: anything else went wrong.
        """
        import openai

        is_picture = call.route in PICTURES
        try:
            raw = retried(
                lambda: self._answer(call),
                self._settings.retries,
                is_picture,
                self._faults.patience(call),
                self._sleep,
            )
        except openai.OpenAIError as error:
            raise self._faults.of(call, error) from None  # its request holds the key
        except SemcodecError:
            raise
        except Exception as error:  # what the client or the system lets through, without its words
            raise self._faults.of_ours(call, type(error).__name__) from None
        return self._read(call, raw)

    def _connect(self) -> None:
        """Make the client of the openai package, for this process.

        It finds out about the machine once, by starting ``uname``. A fork meanwhile would give the
        child the pipe to that program, and this process would wait for it as long as the child
        lives.
        """
        self._process = os.getpid()
        self._openai = _client(self._settings, self._key, self._transport)
        _ = self._openai.default_headers  # which contain the platform
        self._methods: dict[str, Callable[..., Any]] = {}
        self._closing = weakref.finalize(self, self._openai.close)

    def _method(self, route: str) -> Callable[..., Any]:
        """Return the method of the openai package for ``route``, which the first time is imported.

        A forked process must not go on with connections that its parent uses, nor with locks that a
        thread of the parent may have held during the fork, and so gets a client of its own.
        """
        with block_fork(), self._lock:
            if self._process != os.getpid():
                self._closing.detach()
                self._openai.close()  # only this process's copies of the sockets
                self._connect()
            if route not in self._methods:
                self._methods[route] = _method(self._openai, route)
            return self._methods[route]

    def _answer(self, call: ModelRequest) -> httpx2.Response:
        """Return the whole answer; the deadline is for all of it, however slowly it drips.

        Raises:
            BackendError: the time is up, and the connection closed.
            openai.OpenAIError: anything else; up to ``CONNECT`` the server may be tried again.
        """
        import openai

        method, seconds = self._method(call.route), self._faults.timeout(call)
        ends = time.monotonic() + seconds
        try:
            return _made(method, call, seconds)
        except openai.APITimeoutError as error:
            # A proxy that is silent takes all of the time, not only CONNECT.
            is_early = seconds > CONNECT and time.monotonic() < ends
            if is_early and type(error.__cause__).__name__ == "ConnectTimeout":
                raise
            raise self._faults.of_time(call, seconds, never_arrived(error)) from None

    def _read(self, call: ModelRequest, raw: httpx2.Response) -> ModelResponse:
        kind = raw.headers.get("content-type", "").partition(";")[0].strip()
        if kind.lower() != "application/json":
            shown = repr(self._key.hidden(kind)[:MAX_KIND]) if kind else "no content type"
            what = f"{shown} in place of JSON: does the base URL end in /v1?"
            raise self._faults.of_answer(call, what)
        try:
            body = self._key.hidden_in(json.loads(raw.content.decode("utf-8-sig")))
            reply = self._without_key(responses.read(call.route, body))
        except RecursionError:
            raise self._faults.of_answer(call, "JSON that is nested too deep: try again.") from None
        except (ValueError, responses.Unreadable) as error:
            what = f"something unreadable ({error}): try again."[:300]
            raise self._faults.of_answer(call, what) from None
        return reply

    def _without_key(self, reply: ModelResponse) -> ModelResponse:
        """Return a reply whose parts, put together, do not hold the key."""
        if self._key.is_in(reply.image):
            raise responses.Unreadable("a picture that holds the key")
        text, refusal = self._key.gone(reply.text), self._key.gone(reply.refusal)
        return replace(reply, text=text, refusal=refusal)


def _client(
    settings: Settings, key: ApiKey, transport: httpx2.BaseTransport | None
) -> openai.OpenAI:
    try:
        import openai

        from semcodec.backends.openai.transport import Transport
    except ImportError as error:
        message = "The backend openai needs a package: pip install 'semcodec[openai]'."
        raise BackendError(message, backend="openai", stage="load") from error
    trusts = not settings.is_local  # a proxy is not this machine
    try:
        http = openai.DefaultHttpx2Client(
            follow_redirects=False,
            event_hooks={"response": [_bounded]},
            transport=transport
            or Transport(settings.base_url, openai.DEFAULT_CONNECTION_LIMITS, trusts),
            trust_env=trusts,
        )
        client = openai.OpenAI(
            api_key=key.reveal(),
            base_url=settings.base_url,
            http_client=http,
            max_retries=0,
            default_headers={"Accept-Encoding": "identity"},
        )
    except Exception as error:  # of a proxy, a certificate or a host that cannot be
        kind = type(error).__name__
        message = f"No connection can be set up ({kind}): check base URL, proxy and certificates."
        raise BackendError(message, backend="openai", stage="load") from None
    if not settings.is_openai:  # whose account it is, is nobody else's business
        client.organization = client.project = None
    return client


def _bounded(response: httpx2.Response) -> None:
    """Let an answer be no longer than is read, nor packed: a few bytes could unfold to many."""
    import httpx2

    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("something packed", request=response.request)
    is_picture = "/images/" in response.request.url.path
    most = MAX_PICTURE if is_picture else MAX_TEXT
    response.stream = _stream(response.stream, response.request, most)


def _stream(inner: Any, request: httpx2.Request, most: int) -> Any:
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            read = 0
            for chunk in inner:
                read += len(chunk)
                if read > most:
                    raise httpx2.DecodingError("more than is read", request=request)
                yield chunk

        def close(self) -> None:
            inner.close()

    return Bounded()


def _method(client: openai.OpenAI, route: str) -> Callable[..., Any]:
    match route:
        case "chat/completions":
            return client.chat.completions.with_raw_response.create
        case "responses":
            return client.responses.with_raw_response.create
        case "images/generations":
            return client.images.with_raw_response.generate
        case "images/edits":
            return client.images.with_raw_response.edit
        case _:
            return client.models.with_raw_response.list


def _made(method: Callable[..., Any], call: ModelRequest, seconds: float) -> httpx2.Response:
    """Return the response of ``method``, of which every part must be over in ``seconds``."""
    import httpx2

    options: dict[str, Any] = dict(call.body)
    if call.route == "images/edits":
        options["image"] = ("image.png", call.picture or b"", "image/png")
    raw = method(
        **options,
        extra_body=dict(call.extra) or None,
        timeout=httpx2.Timeout(seconds, connect=min(CONNECT, seconds)),
    )
    response: httpx2.Response = raw.http_response
    return response
