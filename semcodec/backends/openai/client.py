"""Send requests with the openai package, with one deadline for each response.

This module imports openai and httpx2, which is slow, so it must not be imported before the first
request (``backend.lazy_client``).
"""

from __future__ import annotations

import itertools
import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx2
import openai

from semcodec.backends.notes import add_note
from semcodec.backends.openai import picture_urls
from semcodec.backends.openai.connections import SharedTransport
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.error_texts import shorten
from semcodec.backends.openai.errors import (
    ErrorTranslator,
    is_overloaded,
    is_retryable,
    not_sent,
    retry_after,
)
from semcodec.backends.openai.event_streams import decode_body
from semcodec.backends.openai.picture_data import is_picture_file
from semcodec.backends.openai.rate_limits import Kind, Share, find_limiter
from semcodec.backends.openai.responses import (
    ErrorInResponseError,
    MalformedResponseError,
    finish_response,
    parse_response,
)
from semcodec.backends.openai.settings import Settings
from semcodec.backends.openai.status_problems import sort_by_similarity
from semcodec.backends.openai.transport import Download, limit_size
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage
from semcodec.backends.recording.budget import estimate_usage
from semcodec.errors import BackendError, InvalidResponseError, SemcodecError
from semcodec.forks import block_fork

CONNECT_TIMEOUT: Final = 10.0  #: seconds to establish a connection
LIST_TIMEOUT: Final = 5.0  #: seconds to list the models for an error message
FIRST_RETRY_WAIT: Final = 1.0  #: seconds, doubled for each further retry
MAX_CONTENT_TYPE: Final = 40  #: characters of a content type quoted in a message
MAX_REASON: Final = 160  #: characters of the problem with a response, in a message
MAX_PATH: Final = 200  #: characters of the path of a picture, in a trace
#: Content types of JSON and of streams of JSON; other bodies are read if they contain it.
JSON_TYPES: Final = ("text/event-stream", "application/x-ndjson", "application/jsonl")
TEXT_TYPES: Final = ("text/plain", "")
PICTURE_TYPES: Final = ("image/", "application/octet-stream", "binary/")
#: Arguments that the openai package requires, even if a server gets them by another name.
REQUIRED_BY_CLIENT: Final[dict[str, tuple[str, ...]]] = {
    "chat/completions": ("model", "messages"),
    "images/generations": ("prompt",),
    "images/edits": ("prompt",),
}
MAX_TEXT_BYTES: Final = 2**22  #: size limit of a text response
DEADLINE: Final = "semcodec_deadline"  #: the extension of a response for the end of its time
MAX_IMAGE_BYTES: Final = 2**25  #: size limit of a response with an image in base64


class Client:
    """Sends requests to one server. Threads and forked processes may share it.

    It shares its connections with the other clients of the server (see ``connections``), and its
    rate limits with those that have the same key (see ``rate_limits``).

    Args:
        settings: the settings for the server.
        key: the API key for the server.
        transport: a replacement for the network, for tests.
        sleep: the function that waits before a retry; its argument is in seconds.
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
        self._errors = ErrorTranslator(settings, key)
        self._rate_limiter = find_limiter(settings.base_url, key.reveal())
        self._rate_limits: dict[Kind, int | None] = {
            "requests": settings.requests_per_minute,
            "tokens": settings.tokens_per_minute,
        }
        self._lock = threading.Lock()
        with block_fork():
            self._connect()

    def send(self, request: ModelRequest) -> ModelResponse:
        """Return the response to ``request``.

        Raises:
            RefusalError: the server refuses the content.
            InvalidResponseError: the response cannot be parsed.
            BackendError: anything else went wrong.
        """
        try:
            response = self._send_with_retries(request)
        except openai.OpenAIError as error:
            # "from None", because the exception contains the request and thus the key.
            raise self._errors.from_exception(
                request, error, lambda: self._similar_models(request.model)
            ) from None
        except SemcodecError:
            raise
        except Exception as error:  # its message is not shown, since it may contain the key
            raise self._errors.client_error(request, type(error).__name__) from None
        parsed = self._parse(request, response)
        self._settle(request, parsed.usage)
        return parsed

    def _connect(self) -> None:
        """Create the client of the openai package for this process.

        The client runs ``uname`` once to find the platform. A child forked meanwhile would inherit
        the pipe to ``uname``, and this process would wait for the pipe until the child exits.
        So the headers are read here, inside ``block_fork`` (see ``__init__``, ``_method``).
        """
        self._process = os.getpid()
        self._openai = openai_client(self._settings, self._key, self._transport)
        _ = self._openai.default_headers  # computes the platform
        self._methods: dict[str, Callable[..., Any]] = {}
        self._finalizer = weakref.finalize(self, self._openai.close)

    def _method(self, route: str) -> Callable[..., Any]:
        """Return the method of the openai package for ``route``, imported the first time.

        A forked child must use neither the connections of its parent, because the responses would
        get mixed up, nor the locks of the parent's threads, which are never released in the child.
        So the child creates its own client, and closes only its copies of the sockets. Tested by
        ``test_a_forked_child_opens_its_own_connections``.
        """
        with block_fork(), self._lock:
            if self._process != os.getpid():
                self._finalizer.detach()
                self._openai.close()
                self._connect()
            if route not in self._methods:
                self._methods[route] = _openai_method(self._openai, route)
            return self._methods[route]

    def _send_with_retries(self, request: ModelRequest) -> httpx2.Response:
        """Return the response, after at most ``settings.retries`` retries (see ``errors``).

        If the server requests a wait longer than ``max_retry_after``, the error is raised at once.
        """
        for attempt in itertools.count():
            try:
                return self._send_in_turn(request)
            except openai.OpenAIError as error:
                requested_wait = retry_after(error)
                wait = FIRST_RETRY_WAIT * 2**attempt if requested_wait is None else requested_wait
                is_short = wait <= self._errors.max_retry_after(request)
                if not is_retryable(error, request) or not is_short:
                    raise
                if is_overloaded(error):  # the requests of other threads wait too
                    wait = self._rate_limiter.pause(wait)
                if attempt == self._settings.retries:
                    raise
                is_rate_limit = is_overloaded(error)
            self._wait(request, wait, is_rate_limit)
        raise AssertionError  # never reached

    def _send_in_turn(self, request: ModelRequest) -> httpx2.Response:
        """Return the response, after waiting for the rate limits; the wait has no deadline.

        Raises:
            BackendError: the settings do not allow the request soon enough.
        """
        headers: Mapping[str, str] = {}
        share = Share(request.model, self._estimate_tokens(request), int(request.is_image_request))
        seconds = self._rate_limiter.reserve(share, self._rate_limits)
        if seconds == math.inf:
            raise self._errors.rate_limit(request)
        try:
            self._wait(request, seconds, is_rate_limit=True)
            response = self._send_once(request)
            headers = response.headers
        except openai.APIStatusError as error:
            headers = error.response.headers
            raise
        finally:
            self._rate_limiter.release(share, headers)
        return response

    def _estimate_tokens(self, request: ModelRequest) -> int:
        """Return the estimated tokens of input and output; 0 if nothing limits tokens."""
        is_limited = self._rate_limits["tokens"] is not None
        if not is_limited and not self._rate_limiter.counts_tokens(request.model):
            return 0
        usage = estimate_usage(request)
        return usage.input_tokens + usage.output_tokens

    def _settle(self, request: ModelRequest, usage: Usage | None) -> None:
        """Correct the estimated tokens of a request by those that its response states."""
        if usage is not None and self._rate_limits["tokens"] is not None:
            used = usage.input_tokens + usage.output_tokens
            self._rate_limiter.settle(self._estimate_tokens(request), used)

    def _wait(self, request: ModelRequest, seconds: float, is_rate_limit: bool) -> None:
        """Wait for a rate limit, which the trace states, or before another retry.

        Ctrl-C in between costs nothing: no request that may be billed has been sent.
        """
        try:
            if not is_rate_limit:
                self._sleep(seconds)
            elif seconds > 0:
                self._rate_limiter.wait(seconds, self._sleep)
                add_note("waits", f"{request.stage}: waited {seconds:.1f} s for the rate limit")
        except KeyboardInterrupt as error:
            vars(error)["billed"] = False  # as in BackendError
            raise

    def _similar_models(self, model: str) -> list[str]:
        """Return the models of the server, the most similar to ``model`` first.

        For the message of an error: the list costs nothing, and no failure to get it matters.
        """
        request = ModelRequest("list models", "models", {})
        try:
            response = self._parse(request, self._send_once(request, LIST_TIMEOUT))
        except (openai.OpenAIError, SemcodecError):
            return []
        return sort_by_similarity(response.text.splitlines(), model)

    def _send_once(self, request: ModelRequest, max_seconds: float = math.inf) -> httpx2.Response:
        """Return the complete response, which must arrive before one deadline.

        Raises:
            BackendError: the deadline has passed; the connection is closed.
            openai.OpenAIError: anything else went wrong.
        """
        method = self._method(request.route)
        seconds = min(self._errors.timeout_seconds(request), max_seconds)
        deadline = time.monotonic() + seconds
        try:
            response = _dispatch(method, request, seconds)
            response.extensions[DEADLINE] = deadline
            return response
        except openai.APITimeoutError as error:
            # If only the connection timed out, early, a retry may succeed. But a proxy that accepts
            # the connection and then stalls uses all the time, and a retry would use it again.
            is_early = seconds > CONNECT_TIMEOUT and time.monotonic() < deadline
            if is_early and isinstance(error.__cause__, httpx2.ConnectTimeout):
                raise
            was_sent = not not_sent(error)
            raise self._errors.timeout(request, seconds, was_sent) from None

    def _parse(self, request: ModelRequest, response: httpx2.Response) -> ModelResponse:
        """Return the content of a response, without the key and within the limits of its texts."""
        sent_type = response.headers.get("content-type", "").partition(";")[0].strip()
        content_type = sent_type.lower()
        is_picture = content_type.startswith(PICTURE_TYPES) or is_picture_file(response.content)
        if request.is_image_request and is_picture:
            return self._check_image(request, ModelResponse(image=response.content))
        try:
            body = decode_body(request.route, response.content)
        except RecursionError:
            raise self._errors.malformed_response(request, "nested too deeply") from None
        except ValueError as error:
            if _is_json_type(content_type):
                reason = str(error) if response.content.strip() else "it is empty"
                raise self._malformed(request, reason, may_pass=True) from None
            raise self._not_json(request, sent_type, response.content) from None
        deadline: float = response.extensions[DEADLINE]
        try:
            parsed = parse_response(
                request.route, body, lambda url: self._fetch_picture(request, url, deadline)
            )
        except ErrorInResponseError as error:
            shown = shorten(self._key.redact_message(str(error)), MAX_REASON)
            raise self._errors.error_in_response(request, shown, error.status) from None
        except MalformedResponseError as error:
            raise self._malformed(request, str(error)) from None
        return self._check_image(request, finish_response(parsed, self._key.redact))

    def _malformed(
        self, request: ModelRequest, reason: str, may_pass: bool = False
    ) -> InvalidResponseError:
        """Return the error for a reason in which the server may have a part."""
        shown = shorten(self._key.redact_message(reason), MAX_REASON)
        return self._errors.malformed_response(request, shown, may_pass)

    def _not_json(
        self, request: ModelRequest, content_type: str, data: bytes
    ) -> InvalidResponseError:
        quoted = shorten(self._key.redact_message(content_type), MAX_CONTENT_TYPE)
        text = ""
        if content_type.lower() in TEXT_TYPES:
            text = data[:MAX_TEXT_BYTES].decode(errors="replace")
        return self._errors.not_json(
            request, quoted, shorten(self._key.redact_message(text), MAX_REASON)
        )

    def _fetch_picture(self, request: ModelRequest, url: str, deadline: float) -> bytes:
        """Return the picture at ``url``, which the server sent in its response to ``request``.

        Args:
            request: the request for the picture.
            url: the URL as the server sent it.
            deadline: the end of the time for the response, on the clock of ``time.monotonic``.

        Raises:
            InvalidResponseError: the picture is elsewhere, or the server does not send it. The
                request was answered, so it may be billed.
        """
        total = self._errors.timeout_seconds(request)
        waits = [FIRST_RETRY_WAIT * 2**attempt for attempt in range(self._settings.retries)]
        started = time.monotonic()
        try:
            has_format = request.body.get("response_format") == "b64_json"
            address = picture_urls.resolve(self._settings.base_url, url, has_format)
            seconds = max(deadline - started, min(total, picture_urls.MIN_SECONDS))

            def get(seconds_left: float) -> Download:
                transport = _shared_transport(self._settings).transport
                return transport.get(str(address), seconds_left, MAX_IMAGE_BYTES)

            data = picture_urls.download(get, seconds, waits, self._sleep)
        except picture_urls.PictureUrlError as error:
            problem = f"answered '{request.stage}' with {error}"
            raise self._errors.invalid_response(request, f"{problem}.") from None
        path = shorten(self._key.redact_message(address.path), MAX_PATH)
        took = round(time.monotonic() - started, 3)
        add_note("downloads", {"path": path, "bytes": len(data), "seconds": took})
        return data

    def _check_image(self, request: ModelRequest, response: ModelResponse) -> ModelResponse:
        """Return ``response``, unless its image contains the key.

        An image cannot be redacted.
        """
        if self._key.leaks_in(response.image):
            raise self._errors.malformed_response(request, "an image that contains the API key")
        return response


def openai_client(
    settings: Settings,
    key: ApiKey,
    transport: httpx2.BaseTransport | None = None,
    limit: Callable[[httpx2.Response], None] | None = None,
) -> openai.OpenAI:
    """Return a client of the openai package.

    Args:
        settings: the settings for the server.
        key: the API key for the server.
        transport: the network; None for the connections that all clients share.
        limit: limits the size of a response; None for the limits of texts and images.
    """
    try:
        http_client = openai.DefaultHttpx2Client(
            follow_redirects=False,
            event_hooks={"response": [limit or _limit_size]},
            transport=transport or _shared_transport(settings),
            trust_env=False,  # proxies and certificates are up to the transport
        )
        client = openai.OpenAI(
            api_key=key.reveal(),
            base_url=settings.base_url,
            http_client=http_client,
            max_retries=0,
            default_headers={"Accept-Encoding": "identity"},
        )
    except BackendError:
        raise
    except Exception as error:  # an invalid proxy or host; may contain a secret
        kind = type(error).__name__
        message = f"No connection can be set up ({kind}): check base URL and proxy."
        raise BackendError(message, backend="openai", stage="load") from None
    if not settings.is_openai:  # not disclosed to other servers
        client.organization = client.project = None
    return client


def _shared_transport(settings: Settings) -> SharedTransport:
    # Requests to this machine must not go through a proxy.
    return SharedTransport(settings.base_url, not settings.is_local, settings.ca_file)


def _is_json_type(content_type: str) -> bool:
    return content_type in JSON_TYPES or content_type.endswith(("/json", "+json", "json-seq"))


def _openai_method(client: openai.OpenAI, route: str) -> Callable[..., Any]:
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


def _dispatch(method: Callable[..., Any], request: ModelRequest, seconds: float) -> httpx2.Response:
    """Return the response of ``method``, with a timeout of ``seconds`` for each part of it."""
    omitted = dict.fromkeys(REQUIRED_BY_CLIENT.get(request.route, ()), openai.omit)
    fields: dict[str, Any] = {**omitted, **request.body}
    if request.route == "images/edits":
        fields["image"] = ("image.png", request.image_png or b"", "image/png")
    raw_response = method(
        **fields,
        extra_body=dict(request.extra) or None,
        timeout=httpx2.Timeout(seconds, connect=min(CONNECT_TIMEOUT, seconds)),
    )
    response: httpx2.Response = raw_response.http_response
    return response


def _limit_size(response: httpx2.Response) -> None:
    is_image = "/images/" in response.request.url.path
    limit_size(response, MAX_IMAGE_BYTES if is_image else MAX_TEXT_BYTES)
