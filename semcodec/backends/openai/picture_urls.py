"""Fetch a picture whose URL is in the response of an image request.

The URL comes from the server, so it must not choose where a request goes, nor get anything that is
secret: only the scheme, host and port of the base URL are allowed, the request has neither the key
nor cookies nor custom headers, redirects are not followed, and the size is limited. The request
goes through the transport of all others, with its proxy and its deadlines.

The picture was paid for when it was painted. So a request for it that failed is repeated, which
costs nothing, and a picture that was late still gets some seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import httpx2

from semcodec.backends.openai.responses import MAX_URL
from semcodec.backends.openai.settings import LOCAL_HOSTS
from semcodec.backends.openai.transport import Download

MAX_SHOWN_ORIGIN: Final = 100  #: characters of another server's address in a message
MIN_SECONDS: Final = 10.0  #: to fetch a picture, even if the request took all of its time
MIN_TIMEOUT: Final = 0.001  #: seconds of one attempt
SUCCESS: Final = 200
#: Statuses of a server that may have the picture a little later.
RETRYABLE: Final = (408, 425, 429, 500, 502, 503, 504)
ADVICE: Final = "start the server with its option for pictures in base64 (b64_json)"
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class PictureUrlError(ValueError):
    """A picture cannot be fetched; the message is a problem and, after a colon, advice."""


def resolve(base_url: str, url: str, has_format: bool) -> httpx2.URL:
    """Return the address of the picture at ``url``, which is on the server of ``base_url``.

    A relative URL belongs to the base URL, as ``images/1.png``, or to the server, as
    ``/images/1.png``.

    Args:
        base_url: the base URL of the server.
        url: the URL in the response.
        has_format: whether the request asked for base64.

    Raises:
        PictureUrlError: the picture is elsewhere, or the URL is not valid.
    """
    base = httpx2.URL(base_url.rstrip("/") + "/")
    advice = _advise(has_format)
    if len(url) > MAX_URL:
        raise PictureUrlError(f"a picture with a URL of over {MAX_URL} characters: {advice}")
    try:
        address = base.join(url.strip())
        is_same = _origin(address) == _origin(base) and not address.userinfo
    except Exception:  # of httpx2 or idna
        raise PictureUrlError(f"a picture with an invalid URL: {advice}") from None
    if not is_same:
        if _is_same_machine(address, base):
            advice = f"use {_show_origin(address)} in the base URL, or {advice}"
        raise PictureUrlError(
            f"a picture at another address ({_show_origin(address)}), which is not fetched: "
            f"{advice}"
        )
    return address


def download(
    get: Callable[[float], Download],
    seconds: float,
    waits: Sequence[float],
    sleep: Callable[[float], None],
) -> bytes:
    """Return the picture.

    Args:
        get: requests it, in at most the given seconds.
        seconds: the time for all attempts together.
        waits: the seconds before each further attempt.
        sleep: waits.

    Raises:
        PictureUrlError: the server does not send it.
    """
    deadline = time.monotonic() + seconds
    problem = ""
    for wait in (0.0, *waits):
        if wait:
            sleep(wait)
        try:
            response = get(max(MIN_TIMEOUT, deadline - time.monotonic()))
        except httpx2.TimeoutException:
            raise PictureUrlError(
                f"the URL of a picture, but not the picture within {seconds:.3g} seconds: "
                "try again with a longer --timeout"
            ) from None
        except httpx2.DecodingError as error:
            raise PictureUrlError(f"the URL of a picture, which is {error}: {ADVICE}") from None
        except httpx2.TransportError as error:
            problem = type(error).__name__
            continue
        except Exception as error:  # of a library, such as for characters that HTTP does not allow
            problem = type(error).__name__
            break
        if response.status == SUCCESS:
            return response.data
        problem = f"status {response.status}"
        if response.status not in RETRYABLE:
            break
    raise PictureUrlError(f"the URL of a picture, but not the picture ({problem}): {ADVICE}")


def _advise(has_format: bool) -> str:
    if has_format:
        return ADVICE
    return 'set image_extra = { response_format = "b64_json" } in the config file'


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or DEFAULT_PORTS.get(url.scheme)


def _is_same_machine(address: httpx2.URL, base: httpx2.URL) -> bool:
    """Return whether both URLs lead to one server on this machine, by different names."""
    is_local = address.host in LOCAL_HOSTS and base.host in LOCAL_HOSTS
    return is_local and _origin(address)[::2] == _origin(base)[::2] and not address.userinfo


def _show_origin(url: httpx2.URL) -> str:
    """Return the part of a URL that says where it leads, without anything that may be secret."""
    host = url.netloc.decode("ascii", "replace")
    shown = f"{url.scheme}://{host}" if host else f"{url.scheme}:"
    return shown if len(shown) <= MAX_SHOWN_ORIGIN else f"{shown[:MAX_SHOWN_ORIGIN]}…"
