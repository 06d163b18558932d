"""Records in order of importance: truncating one is encoding it with a budget."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec.errors import InputError
from semcodec.words import skeleton
from tests.profiles import examples

PICTURE = Image.new("RGB", (32, 32), "red")
TEXT = (
    "In a park with old trees, two large brown dogs are sleeping on a wooden bench. The bench is "
    "wet. Behind them is a red car beside a white house with a green door and four windows."
)
texts = st.lists(
    st.sampled_from(
        "a two red large dog dogs . cat on the table, background with is wooden house 7".split()
    ),
    min_size=1,
    max_size=30,
).map(lambda parts: " ".join(["A boat.", *parts]))


def encode(description: str = TEXT, **options: object) -> semcodec.Encoded:
    arguments = {"k": 100, "order": "importance", **options}
    return semcodec.encode(PICTURE, description=description, **arguments)  # type: ignore[arg-type]


def test_record_states_its_order() -> None:
    record = encode().record
    assert record.metadata == {"order": "importance"}
    assert record.words[:3] == ["two", "brown", "dogs"]
    assert "order" not in encode(order="reading").record.metadata
    assert encode(profile="tiny").record.extensions == ()
    archived = encode(profile="archive").record
    assert archived.metadata["order"] == "importance"
    assert "tool" in archived.metadata


def test_statement_of_the_order_takes_no_bytes_of_words() -> None:
    full = encode()
    for missing in range(1, 5):
        shorter = encode(max_bytes=len(full.data) - missing).record
        assert shorter.words == full.record.words
        assert shorter.extensions == ()


@pytest.mark.parametrize("coding", ["lexicon", "nibble"])
def test_subject_is_in_the_smallest_record(coding: semcodec.Coding) -> None:
    text = "A red lighthouse on a hill."
    limit = next(n for n in range(2, 20) if _words(text, coding, n))
    words = _words(text, coding, limit)
    assert words == (["lghths"] if coding == "nibble" else ["lighthouse"])
    every_word = encode(text, coding=coding, framing="bare").record.words
    assert len(every_word[0]) < len(every_word[1])  # so that truncation leaves "red"


def _words(text: str, coding: semcodec.Coding, limit: int) -> list[str]:
    try:
        return encode(text, coding=coding, framing="bare", max_bytes=limit).record.words
    except InputError:
        return []


def test_limit_on_the_rate_keeps_the_statement_of_the_order() -> None:
    full, limited = encode().record, encode(ubpp=100).record
    assert limited.metadata == {"order": "importance"}
    assert limited.words == full.words[: len(limited.words)] != full.words
    both = encode(ubpp=100, max_bytes=12)
    assert both.data == semcodec.truncate(encode(ubpp=100).data, 12)


@pytest.mark.parametrize(
    ("coding", "framing"),
    [("auto", "file"), ("lexicon", "bare"), ("lexicon", "qr"), ("nibble", "url"), ("utf8", "url")],
)
def test_truncation_equals_a_budget(
    coding: semcodec.CodingChoice, framing: semcodec.OutputFraming
) -> None:
    full = encode(coding=coding, framing=framing)
    least = len(encode(k=3, coding=coding, framing=framing).data)  # two brown dogs
    assert least < 60
    for limit in range(least, len(full.data) + 2, 1 + len(full.data) // 9):
        truncated = semcodec.truncate(full.data, limit)
        assert truncated == encode(coding=coding, framing=framing, max_bytes=limit).data


def test_truncation_with_rate_auto_equals_a_budget() -> None:
    full = encode(k=None, rate="auto")
    for limit in range(13, len(full.data) + 1, 3):
        limited = encode(k=None, rate="auto", max_bytes=limit)
        assert limited.data == semcodec.truncate(full.data, limit)


@examples(12)
@given(texts, st.sampled_from(("lexicon", "nibble", "utf8")), st.integers(3, 60))
def test_truncation_of_any_text_equals_a_budget(
    text: str, coding: semcodec.Coding, limit: int
) -> None:
    full = encode(text, coding=coding, framing="bare")
    try:
        limited = encode(text, coding=coding, framing="bare", max_bytes=limit)
    except InputError:
        return  # not even the subject fits
    assert len(limited.data) <= limit
    words, every_word = limited.record.words, full.record.words
    assert any(word.startswith("bt" if coding == "nibble" else "boat") for word in words)
    truncated = semcodec.unpack(semcodec.truncate(full.data, limit))
    if words == truncated.words:
        assert limited.data == semcodec.truncate(full.data, limit)
    else:
        assert is_exception(words, truncated.words, every_word, coding)


def is_exception(
    words: Sequence[str], truncated: Sequence[str], every_word: Sequence[str], coding: str
) -> bool:
    """Return whether truncation would lack the subject, or end inside a number of ``nibble``."""
    if not any(word.startswith(("boat", "bt")) for word in truncated):
        return True
    following = every_word[len(truncated)]
    numbers = {skeleton(word) for word in "two seven".split()}
    return coding == "nibble" and following in numbers and words == truncated[: len(words)]


def test_set_has_no_order() -> None:
    with pytest.raises(InputError, match="bag does not keep the order of words: use another"):
        encode(coding="bag")


class PlainWriter:
    """A writer that selects in reading order and ignores limits on bytes."""

    name = "plain"

    def select(self, description: str, k: int) -> list[str]:
        """Return words of ``TEXT``."""
        return "park two brown dogs red car house".split()[:k]

    compress = decompress = expand = compare = None


def test_words_of_a_writer_are_arranged() -> None:
    full = encode(writer=PlainWriter(), backend="embedded")
    assert full.record.words == ["two", "brown", "dogs", "park", "red", "car", "house"]
    assert full.trace.stages[-1].notes["order"] == "importance"
    for limit in range(14, len(full.data) + 1):
        limited = encode(writer=PlainWriter(), max_bytes=limit)
        assert limited.data == semcodec.truncate(full.data, limit)
