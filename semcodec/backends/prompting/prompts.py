"""Prompt sets: instructions read from a TOML file, with placeholders for the data.

Text from a record or a model must never act as an instruction. It is inserted as a JSON string,
with every character escaped that could end the quotation or that a server could interpret as the
start of another role. Tested by ``test_any_text_stays_inside_one_quotation`` and
tests/backends/prompting/test_prompt_injection.py.
"""

from __future__ import annotations

import json
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

from semcodec._visibility import INVISIBLE, mark_visible
from semcodec.errors import InputError
from semcodec.sources import read_blocks

#: By stage: the parts of its prompt, and the placeholders that the part ``task`` must contain.
PARTS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "describe": (("rules", "task"), ()),
    "select": (("rules", "task"), ("k", "data")),
    "compress": (("rules", "task"), ("data",)),
    "decompress": (("rules", "task"), ("data",)),
    "expand": (("rules", "task"), ("data",)),
    "paint": (("task",), ("shape", "quotation", "data")),
    "compare": (("rules", "task"), ("data",)),
    "edit": (("task",), ("quotation", "data")),
    "check": (("rules", "task"), ("data",)),
    "locate": (("rules", "task"), ("data",)),
}
#: Stages whose table a file may lack, because it was written for an older version: then their texts
#: are those of the built-in set.
OPTIONAL_STAGES: Final = ("check", "locate")
#: Texts without placeholders that a file may lack.
OPTIONAL: Final = ("describe.probe", "paint.colors")
INHERITED: Final = ("paint.colors",)  #: those that are then those of the built-in set
BUILT_IN_FILE: Final = "prompts-1.toml"
MAX_FILE: Final = 100_000  #: bytes of a prompt file
MAX_NAME_BYTES: Final = 255  #: the limit of a model name in a record (SC-EXT-7)
#: Characters that are always escaped in a quotation, since they mark tags, lists, roles or code.
MARKUP: Final = "<>[]{}|`&"
#: Characters that normalization (NFC, NFD, NFKC, NFKD) on a server turns into one of these, or into
#: a quotation mark, an apostrophe, a backslash or a number sign, alone or with a mark.
MARKUP_FORMS: Final = (
    "\u1fef\u226e\u226f\ufe37\ufe38\ufe47\ufe48\ufe5b\ufe5c\ufe5f\ufe60\ufe64\ufe65\ufe68"
    "\uff02\uff03\uff06\uff07\uff1c\uff1e\uff3b\uff3c\uff3d\uff40\uff5b\uff5c\uff5d"
)
ESCAPED: Final = {ord(char): f"\\u{ord(char):04x}" for char in MARKUP + MARKUP_FORMS}


@dataclass(frozen=True, slots=True)
class Prompts:
    """One prompt set.

    Attributes:
        name: identifies the set in traces and records.
        texts: templates by key: ``"stage.part"``, ``"quotation"`` and ``"retry"``; those of
            ``OPTIONAL`` may be missing, if they are not ``INHERITED``.
    """

    name: str
    texts: Mapping[str, str]

    @classmethod
    def read(cls, path: str | Path | None = None) -> Prompts:
        """Return the prompt set in the file ``path``; without a path, the built-in one.

        Raises:
            InputError: the file cannot be read, or lacks a text or a placeholder.
        """
        if path is None:
            return _built_in_prompts()
        try:
            with Path(path).open("rb") as file:
                data = read_blocks(file.read, MAX_FILE)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"The prompt file {path} cannot be read: {error}.") from error
        if len(data) > MAX_FILE:
            raise InputError(f"The prompt file {path} has over {MAX_FILE} bytes: shorten it.")
        return _parse(data, str(path))

    def rules(self, stage: str, quoting: bool = False) -> str:
        """Return the system prompt of a stage; ``quoting`` adds the rule about quotations."""
        rules = self._fill(f"{stage}.rules")
        return f"{rules} {self._fill('quotation')}" if quoting else rules

    def task(self, stage: str, **values: str) -> str:
        """Return the user prompt of a stage; the value ``data`` is inserted as a quotation.

        Data must always be inserted by this method: without the quotation, a model would follow
        instructions in it.
        """
        if "data" in values:
            values["data"] = quote_data(values["data"])
        return self._fill(f"{stage}.task", **values, quotation=self._fill("quotation"))

    @property
    def probe(self) -> str:
        """The questions about a picture to describe; empty if the set has none."""
        key = "describe.probe"
        return self._fill(key) if key in self.texts else ""

    @property
    def colors(self) -> str:
        """The text for a painter about the colors from which it starts."""
        return self._fill("paint.colors")

    def retry_prompt(self, problem: str) -> str:
        """Return the message that requests another answer and names the ``problem`` of the last."""
        return self._fill("retry", problem=problem)

    def _fill(self, key: str, **values: str) -> str:
        return Template(self.texts[key]).substitute(values)


def quote_data(text: str) -> str:
    """Return ``text`` as a quotation that no character in it can end.

    >>> quote_data('a "boat"</data> Now')
    '<data>"a \\\\"boat\\\\"\\\\u003c/data\\\\u003e Now"</data>'
    """
    quoted = json.dumps(_printable(text), ensure_ascii=False).translate(ESCAPED)
    return f"<data>{quoted}</data>"


def strip_control_tokens(text: str) -> str:
    """Return a model's answer with every character that may mark a role replaced by a space.

    For an answer that is sent back to the model in a retry: it may repeat text from a record, and
    it is not quoted.

    >>> strip_control_tokens('<|im_start|>boat')
    '  im_start  boat'
    """
    return _printable(text).translate(dict.fromkeys(ESCAPED, " "))


def _printable(text: str) -> str:
    """Return ``text`` without invisible characters, such as those that reverse its direction.

    Those without width are dropped, so that a soft hyphen does not split a word; others, such as
    tabs and control characters, become spaces.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if shown else _replacement(char) for char, shown in mark_visible(text))


def _replacement(char: str) -> str:
    if char == "\n":
        return char
    has_no_width = INVISIBLE.match(char) or unicodedata.category(char) in ("Cf", "Mn", "Me")
    return "" if has_no_width else " "


@cache
def _built_in_prompts() -> Prompts:
    file = resources.files("semcodec.backends.prompting") / BUILT_IN_FILE
    return _parse(file.read_bytes(), BUILT_IN_FILE)


def _parse(data: bytes, path: str) -> Prompts:
    try:
        table = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise InputError(f"The prompt file {path} is not valid TOML: {error}.") from error
    placeholders: dict[str, tuple[str, ...]] = {"name": (), "quotation": (), "retry": ("problem",)}
    for stage, (parts, in_task) in PARTS.items():
        placeholders |= {f"{stage}.{part}": in_task if part == "task" else () for part in parts}
    placeholders |= {key: () for key in OPTIONAL if _find_text(table, key) is not None}
    inherited = _inherited_texts(table, path)
    required = {key: names for key, names in placeholders.items() if key not in inherited}
    texts = {key: _template(table, key, names, path) for key, names in required.items()}
    name = texts.pop("name")
    if not name.isprintable() or len(name.encode()) > MAX_NAME_BYTES:
        raise InputError(
            f"The name in the prompt file {path} is not one line of at most {MAX_NAME_BYTES} "
            "bytes: choose another name."
        )
    return Prompts(name, {**inherited, **texts})


def _inherited_texts(table: Any, path: str) -> dict[str, str]:
    """Return the built-in texts that the file at ``path`` lacks and may lack."""
    if path == BUILT_IN_FILE:
        return {}
    stages = [stage for stage in OPTIONAL_STAGES if stage not in table]
    keys = [f"{stage}.{part}" for stage in stages for part in PARTS[stage][0]]
    keys += [key for key in INHERITED if _find_text(table, key) is None]
    built_in = _built_in_prompts().texts
    return {key: built_in[key] for key in keys}


def _find_text(table: Any, key: str) -> Any:
    value = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _template(table: Any, key: str, names: tuple[str, ...], path: str) -> str:
    value = _find_text(table, key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"The prompt file {path} lacks the text {key}: add it.")
    template = Template(value.strip())
    if not template.is_valid() or set(template.get_identifiers()) != set(names):
        expected = ", ".join(f"${name}" for name in names) or "none"
        raise InputError(
            f"The text {key} of {path} has missing or unknown placeholders: use {expected}."
        )
    return template.template
