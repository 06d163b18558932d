"""Refuse limits that cannot be kept, before a model is called that may cost money.

There are two checks. By the header alone, before a describer is called that may cost money: no
record with a word is as short as the limit. By the description: the record of its subject, the one
word that a record must not lack, is longer. The second message names the smallest limit that works;
it is the size of a record that was serialized, not an estimate, so that at this limit the run
succeeds, and below it fails with the same number. The first can only name a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from semcodec._wording import plural
from semcodec.bitstream import Models, Record, api
from semcodec.bitstream import framing as framings
from semcodec.bitstream.header import DEFAULT_SIZE, format_size
from semcodec.bitstream.rate import part_lengths
from semcodec.bitstream.record import keep_payload
from semcodec.choices import Check, Coding, Profile, RateEntry
from semcodec.errors import InputError
from semcodec.pipeline.rate_control import RateLimits, least_ubpp
from semcodec.pipeline.trace import TracedRun
from semcodec.words import SelectionRequest, required_words, select_words, skeleton

#: Bytes of the shortest payload with a word, by coding (in ``bag``, the count takes some bits).
MIN_PAYLOAD_BYTES: Final = {"nibble": 1, "lexicon": 1, "bag": 2, "utf8": 1}


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """The limits of a run, and the options on which the cost of a header depends.

    Attributes:
        limits: the limits.
        profile: the profile, whose options a message must not advise to change.
        check: the check given by the caller, or None for the default of the framing.
    """

    limits: RateLimits
    profile: Profile | None
    check: Check | None

    def check_header(self, coding: Coding, header: Mapping[str, Any]) -> None:
        """Check that a record with a word is within the limits.

        Args:
            coding: the coding of the words.
            header: the other arguments of ``build_record``, as far as they are known.

        Raises:
            InputError: it is not; the message names a lower bound, and what takes bytes.
        """
        placeholder = bytes(MIN_PAYLOAD_BYTES[coding])
        record = api.build_record("", coding=coding, payload=placeholder, **header)
        self._check(record, "a record", " or more")

    def find_subject(self, request: SelectionRequest, header: Mapping[str, Any]) -> list[str]:
        """Return the words of the subject of a description, as a decoder returns them.

        Empty without a limit on bits, or if the coding cannot carry any word of the description,
        which the selection reports.

        Raises:
            InputError: the subject is not within the limits; the message names the smallest limit.
        """
        if request.max_bits is None or not (subject := _select_least(request)):
            return []
        coding = request.channel.coding
        text = " ".join(map(skeleton, subject) if coding == "nibble" else subject)
        record = api.build_record(text, coding=coding, **header)
        self._check(record, f"the subject {' '.join(subject)!r}")
        return subject

    def add_size_notice(self, run: TracedRun, record: Record, request: SelectionRequest) -> None:
        """Add a notice if the size in ``record`` takes bytes in which more words would fit."""
        saved = bytes_saved_by_square(record)
        if self.limits.max_bytes is None or not saved or request.max_bits is None:
            return
        larger = replace(request, max_bits=request.max_bits + 8 * saved)
        if _count_selected(larger) > _count_selected(request):
            run.add_notice(
                f"The size {format_size(record.size)} takes {saved} of {self.limits.max_bytes} "
                f"bytes: size {format_size(DEFAULT_SIZE)} saves {plural(saved, 'byte')} for words."
            )

    def _check(self, record: Record, subject: str, more: str = "") -> None:
        """Check that ``record`` is within the limits.

        Args:
            record: the record.
            subject: the subject of the message.
            more: follows each limit in the message, if it is only a lower bound.
        """
        needed = part_lengths(record)["file"]
        max_bytes = self.limits.max_bytes
        if max_bytes is not None and needed > max_bytes:
            savings = self._savings(record, needed, more)
            remedies = ", or ".join([f"use max_bytes {needed}{more}", *savings])
            raise InputError(
                f"max_bytes {max_bytes} is too low, because {subject} needs at least "
                f"{plural(needed, 'byte')} ({', '.join(_parts(record))}): {remedies}."
            )
        if not self.limits.accepts_payload(record.payload_bits, record.size):
            raise InputError(
                f"ubpp {self.limits.ubpp} is too low, because {subject} needs at least "
                f"{plural(record.payload_bits, 'bit')} for {format_size(record.size)} pixels: "
                f"use ubpp {least_ubpp(record.payload_bits, record.size)}{more}."
            )

    def _savings(self, record: Record, needed: int, more: str) -> Iterator[str]:
        """Yield other options with which the record is shorter, and by how much."""
        if record.framing != "bare" and self.profile is None:
            check = self.check or framings.DEFAULT_CHECKS["bare"]
            bare = _change(record, framing="bare", check=check)
            yield f"framing bare, which needs {part_lengths(bare)['file']}{more}"
        if saved := bytes_saved_by_square(record):
            yield f"size {format_size(DEFAULT_SIZE)}, which saves {plural(saved, 'byte')}"
        unnamed = _change(record, models=Models(), extensions=())
        if self.profile != "archive" and (saved := needed - part_lengths(unnamed)["file"]):
            yield f"models unspecified, which saves {plural(saved, 'byte')}"


def bytes_saved_by_square(record: Record) -> int:
    """Return the bytes that the record would be shorter with the size 1024 x 1024."""
    square = _change(record, size=DEFAULT_SIZE)
    return part_lengths(record)["file"] - part_lengths(square)["file"]


def _select_least(request: SelectionRequest) -> list[str]:
    """Return the least that the rules select: one word, or more if a decoder needs another word to
    restore the subject; empty if the coding cannot carry any word.
    """
    with suppress(InputError):
        alone = replace(request, max_words=1, max_bits=None, judge=None)
        return required_words(request) or select_words(alone).words
    return []


def _count_selected(request: SelectionRequest) -> int:
    """Return the number of words that the rules select."""
    return len(select_words(replace(request, judge=None)).words)


def _change(record: Record, **changes: Any) -> Record:
    """Return ``record`` with other values and the same payload, which may be a placeholder."""
    return keep_payload(record._replace(**changes), record.payload)


def _parts(record: Record) -> Iterator[str]:
    """Yield the parts of a record that take bytes, with their bytes."""
    names: dict[RateEntry, str] = {
        "framing": f"framing {record.framing}",
        "header": "header",
        "size": f"size {format_size(record.size)}",
        "models": "models",
        "extensions": "names",
        "check": f"check {record.check}",
        "payload": "words",
    }
    lengths = part_lengths(record)
    return (f"{name} {lengths[part]}" for part, name in names.items() if lengths[part])
