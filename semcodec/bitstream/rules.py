"""Every rule of the format: its id, what it means when broken, and the sentence to show.

A newcomer would look for these sentences where the bytes are read. They stand here, once, because
the reader, the validator, the writer, the vectors and the specification all name the same ids.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from semcodec.errors import FormatError, UnsupportedError

Outcome = Literal["malformed", "invalid", "unsupported"]


class Rule(NamedTuple):
    """One rule: what breaking it makes of the bytes, and what to do then, in one sentence."""

    outcome: Outcome
    sentence: str


RULES: Final[dict[str, Rule]] = {
    "SC-FRM-1": Rule("malformed", "There is no record here: give at least one byte."),
    "SC-FRM-2": Rule("malformed", "A file starts with the bytes B5 1A: check what was sent."),
    "SC-FRM-3": Rule("invalid", "A file must carry a check: pack it with crc8, crc16 or crc32."),
    "SC-HDR-1": Rule(
        "unsupported",
        "This is no record, or one of a newer version: check the file or update semcodec.",
    ),
    "SC-HDR-2": Rule("unsupported", "This payload coding is not implemented: update semcodec."),
    "SC-HDR-3": Rule("malformed", "The header is cut short: fetch the whole record again."),
    "SC-CHK-1": Rule("malformed", "There is no room for the check: fetch the whole record again."),
    "SC-CHK-2": Rule(
        "invalid",
        "The check does not match: this is no record, or bits have changed; fetch it again.",
    ),
    "SC-LEB-1": Rule("malformed", "An integer is longer than 4 bytes: write at most 2^28-1."),
    "SC-LEB-2": Rule("invalid", "An integer is not in its shortest form: drop the zero byte."),
    "SC-SIZ-1": Rule("unsupported", "This size code is not assigned yet: update semcodec."),
    "SC-SIZ-2": Rule("invalid", "1024 x 1024 is the size of no size field: leave the field out."),
    "SC-SIZ-3": Rule("invalid", "This size has a code of one byte: write the code."),
    "SC-SIZ-4": Rule("invalid", "A size up to 32768 takes the 4-byte form: write that one."),
    "SC-SIZ-5": Rule("invalid", "A width or height is over 2^31-1: write a smaller one."),
    "SC-MOD-1": Rule("invalid", "Four model ids of 0 state nothing: leave the models field out."),
    "SC-EXT-1": Rule("malformed", "The extension block runs past the end: fetch it again."),
    "SC-EXT-2": Rule("invalid", "The extension block is empty: leave it out."),
    "SC-EXT-3": Rule("malformed", "An extension runs past its block: correct its length."),
    "SC-EXT-4": Rule("invalid", "Extension types must ascend: sort them and give each once."),
    "SC-EXT-5": Rule("invalid", "Extension type 0 does not exist: use types from 1."),
    "SC-EXT-6": Rule("unsupported", "A critical (odd) extension is unknown: update semcodec."),
    "SC-EXT-7": Rule(
        "invalid",
        "A name must be 1 to 255 bytes of UTF-8 without control characters: correct the name.",
    ),
    "SC-EXT-8": Rule("invalid", "The requested K must be one integer from 1: correct it."),
    "SC-NIB-1": Rule("invalid", "The text starts with a space: drop it."),
    "SC-NIB-2": Rule("invalid", "The text has two spaces in a row: keep one."),
    "SC-NIB-3": Rule("invalid", "The text ends with a space: drop it."),
    "SC-UTF-1": Rule("malformed", "The payload is not UTF-8: pack the text again."),
    "SC-LIM-1": Rule("unsupported", "The record is longer than max_bytes: raise the limit."),
    "SC-LIM-2": Rule("unsupported", "The text has more than max_words words: raise the limit."),
    "SC-LIM-3": Rule("unsupported", "There are more than max_extensions: raise the limit."),
}


def broken(rule: str, offset: int) -> FormatError | UnsupportedError:
    """Return the error that says ``rule`` is broken at bit ``offset``."""
    outcome, sentence = RULES[rule]
    if outcome == "unsupported":
        return UnsupportedError(f"{sentence} ({rule})", rule, offset)
    return FormatError(rule, sentence, offset, outcome)
