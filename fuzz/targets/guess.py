"""Any data or text: a guess finds the record that is there, raises only our errors, and is quick.

``unpack(data, framing="guess")`` returns a record or raises a SemcodecError, in work that is
proportional to the data. It finds a text form in any wrapper, and returns no other record where
detection finds one with a check.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fuzz import corpus, malformed, strategies, wrappers
from fuzz.call_counter import CallCounter
from semcodec.bitstream import Record, pack, repack, unpack
from semcodec.errors import InputError, SemcodecError

#: Function calls: for the candidates of each prefix, and for each byte, in all views of a text.
MAX_CALLS, MAX_CALLS_PER_BYTE = 2_000, 400
MAX_CALLS_CODED = 1_000_000  #: for payloads of ``lexicon`` and ``bag``, of which several are tried


class Example(NamedTuple):
    """Data, and the record that is in it or None if that is not known."""

    data: bytes | str
    record: Record | None


@st.composite
def wrapped_forms(draw: st.DrawFn) -> Example:
    """Return a text form of a record with something around it."""
    text, arguments = draw(strategies.pack_arguments())
    try:
        record = unpack(
            repack(_record(text, arguments), framing=draw(st.sampled_from(("url", "qr"))))
        )
    except InputError:
        return Example(b"", None)
    return wrap(record, draw(st.integers(0, 10_000)))


def _record(text: str, arguments: dict[str, Any]) -> Record:
    return unpack(pack(text, **arguments | {"framing": "bare"}))


def wrap(record: Record, number: int) -> Example:
    """Return a text form in one of the wrappers."""
    form = repack(record).decode("ascii")
    choices = wrappers.WRAPPERS | (wrappers.URL_WRAPPERS if record.framing == "url" else {})
    return Example([*choices.values()][number % len(choices)](form), record)


_alphabet = st.sampled_from(
    "semcqSEMCQ:::/- _.%&;#=\\<>\"'\r\n\t0123456789AaKkIiPp…–\u200b\u00ad\uff1a中"
)
texts = st.lists(_alphabet, max_size=80).map("".join)


def inputs() -> SearchStrategy[Example]:
    """Return the strategy for inputs: nearly records, wrapped forms, and texts like forms."""
    known = malformed.near_records(corpus.known_data())
    encoded = st.tuples(texts, st.sampled_from(("utf-8", "utf-16", "utf-16-be", "utf-32-le")))
    return st.one_of(
        known.map(lambda data: Example(data, None)),
        wrapped_forms(),
        texts.map(lambda text: Example(text, None)),
        encoded.map(lambda pair: Example(pair[0].encode(pair[1]), None)),
    )


def from_record(data: bytes, framing: str) -> list[Example]:
    """Return ``data`` itself, and its text forms in two wrappers if it is a record."""
    try:
        record = unpack(data)
        forms = [unpack(repack(record, framing=name)) for name in ("url", "qr")]
    except SemcodecError:
        return [Example(data, None)]
    wrapped = [wrap(form, len(data)) for form in forms]
    return [Example(data, None), *wrapped]


def test_one_input(example: Example) -> None:
    """Guess, and compare with the record that is there and with detection."""
    guessed = _guess(example.data)
    if example.record is not None:
        assert guessed == example.record, guessed
    elif isinstance(example.data, bytes) and guessed is not None:
        detected = _detect(example.data)
        if detected is not None and detected.check != "none":
            is_text = detected.framing == "bare" and detected.check == "crc8"
            assert guessed == detected or is_text, (guessed, detected)


def _guess(data: bytes | str) -> Record | None:
    counter = CallCounter()
    try:
        with counter:
            return unpack(data, framing="guess")
    except SemcodecError:
        return None
    finally:
        limit = MAX_CALLS + MAX_CALLS_CODED + MAX_CALLS_PER_BYTE * len(data)
        assert counter.calls <= limit, counter.calls


def _detect(data: bytes) -> Record | None:
    try:
        return unpack(data)
    except SemcodecError:
        return None
