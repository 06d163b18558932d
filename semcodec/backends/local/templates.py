"""Render the chat template of a folder once with limits of time and length, before it is used.

A template is a small program, which a sandbox of the libraries keeps from files and from Python,
but not from endless loops. A single operation on a huge string still cannot be stopped.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from semcodec.backends.isolation import attempt
from semcodec.backends.local.components import load_error

MAX_SECONDS: Final = 30.0  #: of a template, which takes some milliseconds
MAX_ADDED: Final = 20_000  #: characters that a template adds to a chat; real ones add up to 2000
MAX_ESCAPED: Final = 2  #: characters that a template makes of one of the chat

Chat = list[dict[str, Any]]


def check_template(render: Callable[[Chat], object], chat: Chat, folder: Path) -> None:
    """Check that the template of a folder ends in time, with a prompt about as long as the chat.

    An exception of the template is none here: the library raises it once more when it is used.

    Args:
        render: returns the text of a chat, or a list with it.
        chat: messages with roles and contents.
        folder: the folder, for messages.

    Raises:
        BackendError: the template takes too long, or adds too much.
    """
    rendered: list[object] = []
    thread = threading.Thread(
        target=lambda: attempt(lambda: rendered.append(render(chat)), None),
        name="check_template",
        daemon=True,
    )
    thread.start()
    try:
        thread.join(MAX_SECONDS)
        if thread.is_alive():
            problem = f"its chat template takes more than {MAX_SECONDS:g} seconds"
            raise load_error(folder, problem, "run")
    finally:
        _stop(thread)  # also after Ctrl-C
    limit = MAX_ADDED + MAX_ESCAPED * _count(chat)
    if _count(rendered) > limit:
        raise load_error(folder, f"its chat template adds more than {MAX_ADDED} characters", "run")


def _stop(thread: threading.Thread) -> None:
    """End a thread at its next instruction of Python."""
    if thread.is_alive():
        stop = ctypes.pythonapi.PyThreadState_SetAsyncExc
        stop(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))


def _count(value: object) -> int:
    """Return the number of characters of all texts in lists and objects."""
    if isinstance(value, dict):
        return sum(_count(each) for each in value.values())
    if isinstance(value, list):
        return sum(_count(each) for each in value)
    return len(value) if isinstance(value, str) else 0
