"""Send a call over the openai package: one client, and one deadline for the whole answer."""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.calls import Call, Reply
from semcodec.backends.openai import replies
from semcodec.backends.openai.faults import PICTURES, Faults
from semcodec.backends.openai.keys import Key
from semcodec.backends.openai.retries import retried
from semcodec.backends.openai.settings import Settings
from semcodec.errors import BackendError, SemcodecError

if TYPE_CHECKING:
    import httpx2
    import openai

CONNECT: Final = 10.0  #: seconds in which a server must be there
MOST_KIND: Final = 40  #: characters of a content type that are shown
MOST_TEXT: Final = 2**22  #: bytes of an answer that is a text
MOST_PICTURE: Final = 2**25  #: bytes of an answer that is a picture, in base64


class Client:
    """Makes calls of one server.

    Args:
        settings: of the server.
        key: for it.
        transport: in the place of the network, for tests.
        sleep: waits some seconds before a call is made again.
    """

    def __init__(
        self,
        settings: Settings,
        key: Key,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings, self._key, self._sleep = settings, key, sleep
        self._faults = Faults(settings, key)
        self._openai = _client(settings, key, transport)
        weakref.finalize(self, self._openai.close)  # connections that wait for the next call

    def send(self, call: Call) -> Reply:
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

    def _answer(self, call: Call) -> httpx2.Response:
        """Return the whole answer; the deadline is for all of it, however slowly it drips."""
        seconds = self._faults.timeout(call)
        try:
            answer: httpx2.Response = within(seconds, lambda: _made(self._openai, call))
            return answer
        except TimeoutError:
            raise self._faults.of_time(call, seconds) from None

    def _read(self, call: Call, raw: httpx2.Response) -> Reply:
        kind = raw.headers.get("content-type", "").partition(";")[0].strip()
        if kind.lower() != "application/json":
            shown = repr(self._key.hidden(kind)[:MOST_KIND]) if kind else "no content type"
            what = f"{shown} in place of JSON: does the base URL end in /v1?"
            raise self._faults.of_answer(call, what)
        try:
            body = self._key.hidden_in(json.loads(raw.content.decode("utf-8-sig")))
            reply = self._without_key(replies.read(call.route, body))
        except RecursionError:
            raise self._faults.of_answer(call, "JSON that is nested too deep: try again.") from None
        except (ValueError, replies.Unreadable) as error:
            what = f"something unreadable ({error}): try again."[:300]
            raise self._faults.of_answer(call, what) from None
        return reply

    def _without_key(self, reply: Reply) -> Reply:
        """Return a reply whose parts, put together, do not hold the key."""
        if self._key.is_in(reply.image):
            raise replies.Unreadable("a picture that holds the key")
        text, refusal = self._key.gone(reply.text), self._key.gone(reply.refusal)
        return replace(reply, text=text, refusal=refusal)


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """Return what ``work`` returns, if it does so in time; what is late goes on, and is forgotten.

    Raises:
        TimeoutError: it took longer.
    """
    done: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:  # raised again where the answer is waited for
            done.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        value, error = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return value


def _client(settings: Settings, key: Key, transport: httpx2.BaseTransport | None) -> openai.OpenAI:
    try:
        import httpx2
        import openai
    except ImportError as error:
        message = "The backend openai needs a package: pip install 'semcodec[openai]'."
        raise BackendError(message, backend="openai", stage="load") from error
    longest = max(settings.text_timeout, settings.image_timeout)
    options: dict[str, Any] = {} if transport is None else {"transport": transport}
    try:
        http = openai.DefaultHttpx2Client(
            follow_redirects=False,
            event_hooks={"response": [_bounded]},
            trust_env=not settings.is_local,  # a proxy is not this machine
            **options,
        )
        client = openai.OpenAI(
            api_key=key.reveal(),
            base_url=settings.base_url,
            http_client=http,
            max_retries=0,
            timeout=httpx2.Timeout(longest, connect=CONNECT),
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
    most = MOST_PICTURE if is_picture else MOST_TEXT
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


def _made(client: openai.OpenAI, call: Call) -> httpx2.Response:
    body: Any = dict(call.body)
    extra = dict(call.extra) or None
    match call.route:
        case "chat/completions":
            raw = client.chat.completions.with_raw_response.create(**body, extra_body=extra)
        case "responses":
            raw = client.responses.with_raw_response.create(**body, extra_body=extra)
        case "images/generations":
            raw = client.images.with_raw_response.generate(**body, extra_body=extra)
        case "images/edits":
            picture = ("image.png", call.picture or b"", "image/png")
            raw = client.images.with_raw_response.edit(image=picture, **body, extra_body=extra)
        case _:
            raw = client.models.with_raw_response.list()
    response: httpx2.Response = raw.http_response
    return response
