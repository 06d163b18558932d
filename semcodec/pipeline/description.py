"""A description made by another tool, in place of the describe stage.

It is data of the caller, not the result of a backend, so each error is an ``InputError`` that is
about the description.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, cast

from semcodec.backends.isolation import type_name
from semcodec.backends.notes import NOTICES, add_note
from semcodec.errors import InputError
from semcodec.words.language import has_words
from semcodec.words.tokenizer import MAX_TEXT

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.backends.prompting.answers import Judgment

MAX_SHOWN: Final = 60  #: characters of the description in a message

#: The name of a text file, such as ``captions/photo.txt``, given in place of its text.
_FILE_NAME: Final = re.compile(
    r"(?:[^\n]{0,255}[/\\][^\n]{1,255}|(?:\S{1,100} ){0,2}\S{1,255})\.(?:txt|caption|md|jsonl?)",
    re.IGNORECASE,
)

# --- Links
_LINK: Final = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\s]{0,2000}\)")  # in Markdown
_URL: Final = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)

# --- Generation parameters, as stable-diffusion-webui and similar programs write them
#: The lines by which such a text is recognized; that of settings is "Steps: 20, Sampler: Euler".
_SETTINGS: Final = re.compile(r"^Steps: [0-9]+(?:,|$)", re.MULTILINE)
_NEGATIVE_PROMPT: Final = re.compile(r"^Negative prompt:", re.MULTILINE)
_NETWORK: Final = re.compile(r"<[a-z]{1,20}:[^<>\n]{0,200}>", re.IGNORECASE)  # "<lora:film:0.8>"
_WEIGHT: Final = re.compile(r":[0-9]{1,3}(?:\.[0-9]{1,6})?(?=\))")  # of "(red boat:1.2)"


class GivenDescription:
    """A describer that returns the given text, without parts that do not describe the image.

    These are URLs, the reasoning of a model and its talk to the user, code fences and quotation
    marks around the whole text, and, of the generation parameters of a painted picture, all but the
    prompt: the negative prompt lists what is not in the picture.

    Attributes:
        text: the description: at least one word, at most ``MAX_TEXT`` characters.

    Raises:
        InputError: the value is not a string, does not describe anything, is the name of a file, or
            is JSON.

    Example:
        >>> GivenDescription("A red boat on a lake.").text
        'A red boat on a lake.'
    """

    name: Final = "given"  #: what the trace states as the model of the stage

    def __init__(self, description: object) -> None:
        """Check a description of any type."""
        # Imported late, because this loads the whole package.
        from semcodec.backends.prompting.answers import judge_answer
        from semcodec.backends.prompting.parsing import strip_wrappers

        if not issubclass(type(description), str):  # isinstance also reads __class__
            raise InputError(_wrong_type(description))
        text = str.__str__(cast(str, description))  # a subclass's methods can do anything
        self._is_truncated = len(text) > MAX_TEXT  # not rejected, like the result of a describer
        text = strip_wrappers(text[:MAX_TEXT])
        _check_is_text(text)
        rest = without_links(prompt_of_parameters(text))
        judged = judge_answer(rest)
        if not has_words(judged.description):
            raise InputError(_no_description(rest or text, judged))
        self.text: str = judged.description

    def describe(self, _: Image) -> str:
        """Return the text; add a notice if it was truncated."""
        if self._is_truncated:
            sentence = f"The description has over {MAX_TEXT:,} characters: the rest was not used."
            add_note(NOTICES, sentence)
        return self.text


def prompt_of_parameters(text: str) -> str:
    """Return the prompt if ``text`` is a list of generation parameters, else ``text`` unchanged.

    Example:
        >>> prompt_of_parameters("a (red:1.2) boat\\nNegative prompt: people\\nSteps: 20, Seed: 1")
        'a (red) boat'
    """
    begins = [
        match.start() for match in (_NEGATIVE_PROMPT.search(text), _SETTINGS.search(text)) if match
    ]
    if not begins:
        return text
    prompt = text[: min(begins)]
    return _WEIGHT.sub("", _NETWORK.sub("", prompt)).strip()


def without_links(text: str) -> str:
    """Return ``text`` without URLs, and with the text of links in Markdown in place of the links.

    Example:
        >>> without_links("a [red boat](https://example.com/1.jpg) https://example.com")
        'a red boat'
    """
    return _URL.sub("", _LINK.sub(r"\1", text)).strip()


def _check_is_text(text: str) -> None:
    """Check that ``text`` is neither the name of a file nor JSON.

    Raises:
        InputError: it is; its words would be those of the name, or the keys of the JSON.
    """
    stripped = text.strip()
    if _FILE_NAME.fullmatch(stripped):
        shown = stripped[:MAX_SHOWN]
        raise InputError(
            f"The description {shown!r} is the name of a file: give the text in it, such as "
            "pathlib.Path(...).read_text()."
        )
    if stripped[:1] in ("{", "[") and _is_json(stripped):
        raise InputError(
            "The description is JSON: give only the text of the one description in it."
        )


def _is_json(text: str) -> bool:
    """Return whether ``text`` is a JSON value, or begins with a line that is one (JSONL)."""
    for candidate in (text, text.partition("\n")[0]):
        try:
            json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        return True
    return False


def _wrong_type(value: object) -> str:
    remedy = "give a string"
    if type(value) in (bytes, bytearray):
        remedy = "decode it first, such as with .decode('utf-8')"
    elif issubclass(type(value), PurePath):
        remedy = "give the text in the file, such as path.read_text()"
    return f"The description has the wrong type ({type_name(value)}): {remedy}."


def _no_description(text: str, judged: Judgment) -> str:
    if not text.strip():
        return "The description is empty: give a text, or omit it to have the image described."
    shown = " ".join(text[: 2 * MAX_SHOWN].split())[:MAX_SHOWN]
    problem = "does not describe an image" if has_words(text) else "has no words"
    if judged.is_refusal:
        problem = "declines to describe the image"
    return f"The description {shown!r} {problem}: give sentences about what the image shows."
