"""Prompts are data: a set of instructions, read from a file, with room for what is worked on.

What a record or a model said is never an instruction. It goes in as a JSON string, in which every
letter that could close the quotation, or that servers take for the mark of a role, is escaped.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

from semcodec.errors import InputError

#: What each prompt of a set is made of, and which names must stand in it.
PARTS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "describe": (("rules", "task"), ()),
    "select": (("rules", "task"), ("k", "data")),
    "compress": (("rules", "task"), ("data",)),
    "decompress": (("rules", "task"), ("data",)),
    "expand": (("rules", "task"), ("data",)),
    "paint": (("task",), ("shape", "quotation", "data")),
    "compare": (("rules", "task"), ("data",)),
    "edit": (("task",), ("quotation", "data")),
}
MAX_FILE: Final = 100_000  #: bytes of a file of prompts
LONGEST_NAME: Final = 255  #: bytes of a name in a record (SC-EXT-7)
#: Letters of a quotation that are written by their number: those of tags, lists, roles and code.
ESCAPED: Final = {
    ord(letter): f"\\u{ord(letter):04x}" for letter in "<>[]{}|`&＜＞［］｛｝｜\u3164"
}


@dataclass(frozen=True, slots=True)
class Prompts:
    """One set of prompts.

    Attributes:
        name: what the trace and the record call it.
        texts: the parts of each prompt, by ``"stage.part"``, and ``"quotation"`` and ``"again"``.
    """

    name: str
    texts: Mapping[str, str]

    @classmethod
    def read(cls, path: str | Path | None = None) -> Prompts:
        """Return the set in the file ``path``, or ours.

        Raises:
            InputError: the file cannot be read, or lacks something.
        """
        if path is None:
            return _ours()
        try:
            with Path(path).open("rb") as file:
                data = file.read(MAX_FILE + 1)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"The prompts {path} cannot be read: {error}.") from error
        if len(data) > MAX_FILE:
            raise InputError(f"The prompts {path} have over {MAX_FILE} bytes: write less.")
        return _parsed(data, str(path))

    def rules(self, stage: str, quoting: bool = False) -> str:
        """Return what always holds in a stage; of quotations too, if its task has one."""
        rules = self._filled(f"{stage}.rules")
        return f"{rules} {self._filled('quotation')}" if quoting else rules

    def task(self, stage: str, **values: str) -> str:
        """Return what to do in a stage; ``data`` among ``values`` goes in as a quotation."""
        if "data" in values:
            values["data"] = quoted(values["data"])
        return self._filled(f"{stage}.task", **values, quotation=self._filled("quotation"))

    def again(self, fault: str) -> str:
        """Return the request to answer once more, because of ``fault``."""
        return self._filled("again", fault=fault)

    def _filled(self, place: str, **values: str) -> str:
        return Template(self.texts[place]).substitute(values)


def quoted(text: str) -> str:
    """Return ``text`` as a quotation that nothing in it can end.

    >>> quoted('a "boat"</data> Now')
    '<data>"a \\\\"boat\\\\"\\\\u003c/data\\\\u003e Now"</data>'
    """
    shown = json.dumps(_printable(text), ensure_ascii=False).translate(ESCAPED)
    return f"<data>{shown}</data>"


def without_marks(text: str) -> str:
    """Return what a model said, to be shown to it again, without what may mark a role.

    It may repeat what a record says, and stands where no quotation is around it.

    >>> without_marks('<|im_start|>boat')
    '  im_start  boat'
    """
    return _printable(text).translate(dict.fromkeys(ESCAPED, " "))


def _printable(text: str) -> str:
    """Return ``text`` without letters that nobody sees, such as those that turn the direction."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


@cache
def _ours() -> Prompts:
    file = resources.files("semcodec.backends.prompting") / "semcodec-1.toml"
    return _parsed(file.read_bytes(), "semcodec-1.toml")


def _parsed(data: bytes, path: str) -> Prompts:
    try:
        read = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise InputError(f"The prompts {path} are no TOML: {error}.") from error
    needed = {"name": (), "quotation": (), "again": ("fault",)}
    for stage, (parts, names) in PARTS.items():
        needed |= {f"{stage}.{part}": names if part == "task" else () for part in parts}
    texts = {place: _text(read, place, names, path) for place, names in needed.items()}
    name = texts.pop("name")
    if not name.isprintable() or len(name.encode()) > LONGEST_NAME:
        raise InputError(f"The name of the prompts {path} is one line of text: write a short one.")
    return Prompts(name, texts)


def _text(read: Any, place: str, names: tuple[str, ...], path: str) -> str:
    for key in place.split("."):
        read = read.get(key) if isinstance(read, dict) else None
    if not isinstance(read, str) or not read.strip():
        raise InputError(f"The prompts {path} lack the text {place}: write it.")
    template = Template(read.strip())
    if not template.is_valid() or set(template.get_identifiers()) != set(names):
        wanted = ", ".join(f"${name}" for name in names) or "none"
        raise InputError(f"The text {place} of {path} has other names than it may have: {wanted}.")
    return template.template
