"""Find the text in a server's error response, whatever its form, and quote it in a message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import openai

MAX_QUOTED: Final = 160  #: characters of a server's text in a message
MAX_EXAMINED: Final = 10_000  #: characters of a text in which visible ones are looked for
MAX_DEPTH: Final = 5  #: objects and lists around the text
MAX_ERRORS: Final = 3  #: errors of a list that are joined
MAX_PLAIN: Final = 2_000  #: characters of a plain text
#: The fields with the text, in order of preference.
TEXT_FIELDS: Final = ("message", "detail", "error", "errors", "msg", "error_message", "title")


class Problem(NamedTuple):
    """The two clauses of a message: "The server URL PROBLEM: ADVICE".

    Attributes:
        problem: what is wrong, a predicate.
        advice: what to do, or to check.
    """

    problem: str
    advice: str


def error_body(error: openai.APIStatusError) -> Any:
    """Return the body of an error response, as JSON or a text.

    The openai package keeps only the member ``error``. Web frameworks put the name of the status
    there and the reason beside it: ``{"error": "Bad Request", "message": "n is not allowed"}``.
    """
    if isinstance(error.body, str):
        try:
            body = json.loads(error.response.text)
        except (ValueError, RecursionError):
            return error.body
        if isinstance(body, dict):
            return body
    return error.body


def error_text(error: openai.APIStatusError) -> str:
    """Return the text in the body of an error response; empty for a web page or an unknown form."""
    body = error_body(error)
    if isinstance(body, str):  # not JSON, or JSON that cannot be parsed
        is_text = not is_web_page(error) and not body.lstrip().startswith(("{", "["))
        return body.strip()[:MAX_PLAIN] if is_text else ""
    return find_text(body)


def is_web_page(error: openai.APIStatusError) -> bool:
    """Return whether the body is a web page, which a proxy or a login page sends."""
    starts_as_page = isinstance(error.body, str) and error.body.lstrip().startswith("<")
    return "html" in _content_type(error) or starts_as_page


def page_text(error: openai.APIStatusError) -> str:
    """Return the beginning of a web page, in which to search for a cause; never quoted."""
    return error.body[:MAX_PLAIN] if is_web_page(error) and isinstance(error.body, str) else ""


def shorten(text: str, max_length: int = MAX_QUOTED) -> str:
    """Return the beginning of a text as one printable line of at most ``max_length``."""
    head = text[:MAX_EXAMINED]
    printable = "".join(char if char.isprintable() else " " for char in head)
    line = " ".join(printable.split())
    return line if len(line) <= max_length else line[: max_length - 1] + "…"


def in_parentheses(text: str) -> str:
    """Return a shortened text in parentheses after a space; empty for an empty text."""
    return f" ({shorten(text).rstrip('.')})" if text else ""


def _content_type(error: openai.APIStatusError) -> str:
    return str(error.response.headers.get("content-type", "")).lower()


def find_text(value: Any, depth: int = MAX_DEPTH) -> str:
    """Return the text of the error in a JSON value; empty if it has none."""
    if isinstance(value, str):
        return value.strip()
    if not depth:
        return ""
    if isinstance(value, list):
        texts = (find_text(item, depth - 1) for item in value[:MAX_ERRORS])
        return "; ".join(text for text in texts if text)
    if not isinstance(value, dict):
        return ""
    texts = (find_text(value.get(field), depth - 1) for field in TEXT_FIELDS)
    text = next((text for text in texts if text), "")
    location = value.get("loc")  # FastAPI's: ["body", "n"]
    if isinstance(location, list) and location and isinstance(location[-1], str) and text:
        return f"{location[-1]}: {text}"
    return text
