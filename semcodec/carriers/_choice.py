"""Choose the record among the contents of a carrier, such as the codes in a photograph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from semcodec.bitstream import guessing, repack, unpack
from semcodec.bitstream.framing import MAGIC
from semcodec.errors import InputError, SemcodecError

MAX_QUOTED: Final = 60  #: characters of a content in a message
MAX_QUOTED_CONTENTS: Final = 3  #: contents in a message


def choose_record(contents: Sequence[bytes], carrier: str, advice: str) -> bytes:
    """Return the record in ``contents``; the same record may be there several times.

    If there is none, the first content that looks like one is returned, so that reading it gives
    the error that explains most.

    Args:
        contents: what the carrier contains, such as the text of each code.
        carrier: its name at the start of a sentence, such as ``"The NDEF message"``.
        advice: what to do if no content is a record, as a clause.

    Raises:
        InputError: no content is a record, or there are different records.
    """
    found = find_records(contents)
    if len(found) > 1:
        raise InputError(f"{carrier} contains {len(found)} different records: leave one of them.")
    if found or (found := list(filter(_looks_like_record, contents))):
        return found[0]
    raise InputError(f"{carrier} contains {_list_contents(contents)} and no record: {advice}.")


def find_records(contents: Sequence[bytes]) -> list[bytes]:
    """Return the records in ``contents``, each once and without the text around a text form."""
    found: dict[bytes, bytes] = {}
    for content in filter(_looks_like_record, contents):
        try:
            located = guessing.locate(content)
            record = unpack(located.data)
        except SemcodecError:
            continue
        found.setdefault(repack(record, framing="bare"), located.data)
    return list(found.values())


def _looks_like_record(content: bytes) -> bool:
    return content.startswith(MAGIC) or guessing.mentions_form(content.decode("latin-1"))


def _list_contents(contents: Sequence[bytes]) -> str:
    """Return the distinct contents, escaped and shortened, for a message."""
    contents = [content for content in dict.fromkeys(contents) if content]
    listed = [_quote(content) for content in contents[:MAX_QUOTED_CONTENTS]]
    if len(contents) > len(listed):
        listed.append(f"{len(contents) - len(listed)} more")
    return " and ".join(listed) if listed else "nothing"


def _quote(content: bytes) -> str:
    """Return ``content`` as one printable line in quotes, or its length if it is not text."""
    text = content[: 4 * MAX_QUOTED].decode("utf-8", "replace").rstrip("\ufffd")
    if "\ufffd" in text or not text:
        return f"{len(content)} bytes"
    return repr(text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…")
