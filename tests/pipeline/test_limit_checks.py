"""Limits that cannot be kept: refused before anything is paid, with the smallest number that works.

The number in a message is checked by running with it, and with one less.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.bitstream.framing import MAGIC
from semcodec.coding import codings
from semcodec.coding.tables import load_tables
from semcodec.errors import InputError
from semcodec.pipeline.limit_checks import MIN_PAYLOAD_BYTES
from semcodec.pipeline.rate_control import RateLimits, least_ubpp

FRAMINGS = ("bare", "file", "sequence", "url", "qr")
CODINGS = ("auto", "nibble", "lexicon", "bag", "utf8")
PICTURE = Image.new("RGB", (96, 64), "red")

#: As vision models, caption datasets and people write them.
DESCRIPTIONS = (
    "Two large parrots with yellow and red feathers sit on a branch. The background is green.",
    "A group of motorcyclists in numbered jerseys race along a dusty dirt track.",
    "a man riding a wave on top of a surfboard",
    "The image shows a lighthouse on a rocky cliff under a cloudy sky.",
    "Thermoluminescent dosimeters lie on a laboratory bench next to a centrifuge.",
    "An old red pickup truck is parked in front of a weathered wooden barn.",
    "cat",
    "There is a bowl of oranges on the table, lit from the left.",
    "Close-up of a snowboarder mid-air above a halfpipe",
)


class CountingModel:
    """A describer and writer that counts its calls, each of which would cost money."""

    name = "paid"

    def __init__(self, description: str, words: Sequence[str] = ("red", "boat")) -> None:
        self.description, self.words, self.calls = description, list(words), [""][:0]

    def describe(self, image: object) -> str:
        self.calls.append("describe")
        return self.description

    def select(self, description: str, k: int) -> list[str]:
        self.calls.append("select")
        return self.words[:k]


def error_of(**options: Any) -> str:
    with pytest.raises(InputError) as caught:
        semcodec.encode(PICTURE, **options)
    return str(caught.value)


def smallest_working(limit: str, message: str) -> str:
    match = re.search(rf"use {limit} ([0-9.]+?)(?: or more)?(?:,|\.$)", message)
    assert match, message
    return match[1]


def lemmas(words: Sequence[str]) -> set[str]:
    return {word.removesuffix("s") for word in words}


@pytest.mark.parametrize("description", DESCRIPTIONS)
@pytest.mark.parametrize(
    ("framing", "coding"), [*product(FRAMINGS, ["auto", "nibble"]), *product(["file"], CODINGS)]
)
def test_smallest_max_bytes_of_a_message_is_exact(
    description: str, framing: str, coding: str
) -> None:
    options: dict[str, Any] = {"description": description, "framing": framing, "coding": coding}
    alone = semcodec.encode(PICTURE, **options, k=1)
    at_subject = len(alone.data)
    message = error_of(**options, max_bytes=at_subject - 1)
    assert smallest_working("max_bytes", message) == str(at_subject)
    assert f"needs at least {at_subject} bytes" in message
    encoded = semcodec.encode(PICTURE, **options, max_bytes=at_subject)
    assert len(encoded.data) <= at_subject
    assert lemmas(alone.record.words) <= lemmas(encoded.record.words)


@pytest.mark.parametrize("check", ["crc8", "crc16", "crc32"])
@pytest.mark.parametrize("size", ["auto", (1024, 1024), (1000, 777), (100_000, 1)])
@pytest.mark.parametrize("models", ["auto", "openai", semcodec.Models(0, 1, 2, 3, 0)])
def test_smallest_max_bytes_counts_every_field(check: Any, size: Any, models: Any) -> None:
    options = {"check": check, "size": size, "models": models, "description": DESCRIPTIONS[0]}
    for limit in range(1, 40):
        try:
            encoded = semcodec.encode(PICTURE, **options, max_bytes=limit)
        except InputError as error:
            smallest = int(smallest_working("max_bytes", str(error)))
            assert smallest > limit
            continue
        assert len(encoded.data) <= limit
        assert "parrots" in encoded.record.words
        assert smallest == limit  # that of the last message
        break
    else:
        pytest.fail("no limit works")


@pytest.mark.parametrize("description", DESCRIPTIONS)
@pytest.mark.parametrize("coding", ["auto", "nibble", "bag", "utf8"])
@pytest.mark.parametrize("size", [(1024, 1024), (1248, 832), (333, 777)])
def test_smallest_ubpp_of_a_message_works(
    description: str, coding: Any, size: tuple[int, int]
) -> None:
    options: dict[str, Any] = {"description": description, "coding": coding, "size": size}
    alone = semcodec.encode(PICTURE, **options, k=1)
    exact = alone.record.payload_bits * 1e6 / (size[0] * size[1])
    message = error_of(**options, ubpp=exact * 0.999)
    least = float(smallest_working("ubpp", message))
    assert exact <= least <= exact * 1.01
    encoded = semcodec.encode(PICTURE, **options, ubpp=least)
    assert lemmas(alone.record.words) <= lemmas(encoded.record.words)


@pytest.mark.parametrize("coding", CODINGS)
def test_first_message_is_exact_if_describing_is_free(coding: Any) -> None:
    options: dict[str, Any] = {"description": DESCRIPTIONS[0], "coding": coding}
    for source in (options, {"coding": coding}):  # a given description, and the offline describer
        for limit in ("max_bytes", "ubpp"):
            message = error_of(**source, **{limit: 1})
            assert "or more" not in message
            smallest = float(smallest_working(limit, message))
            semcodec.encode(
                PICTURE, **source, **{limit: int(smallest) if limit == "max_bytes" else smallest}
            )


def test_message_before_a_paid_describer_names_a_lower_bound() -> None:
    model = CountingModel(DESCRIPTIONS[0])
    message = error_of(backend=model, max_bytes=1)
    assert "use max_bytes 6 or more, or framing bare, which needs 3 or more, or size" in message
    assert "use ubpp 7.71 or more." in error_of(backend=model, ubpp=1)
    assert model.calls == []


@pytest.mark.parametrize("bits", [8, 16, 24, 40, 4096, 128_000])
@pytest.mark.parametrize(
    "size", [(1, 1), (3, 7), (1000, 1000), (1248, 832), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)]
)
def test_least_ubpp_accepts_the_payload_and_nothing_larger(
    bits: int, size: tuple[int, int]
) -> None:
    least = RateLimits(ubpp=float(least_ubpp(bits, size)))
    assert least.accepts_payload(bits, size)
    assert not least.accepts_payload(bits * 102 // 100 + 1, size)


@pytest.mark.parametrize("coding", MIN_PAYLOAD_BYTES)
def test_shortest_payload_of_each_coding(coding: Any) -> None:
    shortest = MIN_PAYLOAD_BYTES[coding]
    if coding in ("nibble", "utf8"):
        assert codings.payload_bytes(coding, ["n"]) == shortest == 1
        return
    # No payload of words has fewer bytes: it is not empty, and one byte is no bag (SC-BAG-1).
    assert shortest == {"lexicon": 1, "bag": 2}[coding]
    words = load_tables().words
    assert any(codings.payload_bytes(coding, [word]) == shortest for word in words)


@pytest.mark.parametrize(
    ("options", "smallest"),
    [
        ({"size": (1024, 1024)}, len(MAGIC) + 1 + 1 + 1),
        ({}, len(MAGIC) + 1 + 1 + 1 + 1),
        ({"size": (1000, 777)}, len(MAGIC) + 1 + 4 + 1 + 1),
        ({"check": "crc32"}, len(MAGIC) + 1 + 1 + 4 + 1),
        ({"framing": "bare"}, 1 + 1 + 1),
        ({"framing": "sequence"}, 1 + 1 + 1 + 1),
        ({"framing": "url"}, 5 + 6),
        ({"framing": "qr"}, 5 + 6),
        ({"framing": "bare", "coding": "bag"}, 1 + 1 + 2),
        ({"models": "openai"}, len(MAGIC) + 1 + 1 + 1 + 1 + 1),
    ],
)
def test_nothing_is_called_if_no_record_is_as_short(options: Any, smallest: int) -> None:
    for limit in {1, smallest - 1}:
        model = CountingModel("A red boat.")
        message = error_of(backend=model, max_bytes=limit, **options)
        assert f"max_bytes {limit} is too low, because a record needs at least" in message
        assert smallest_working("max_bytes", message) == str(smallest)
        assert model.calls == []


def test_writer_is_not_called_if_the_subject_does_not_fit() -> None:
    model = CountingModel("A boat on a lake.")
    message = error_of(backend=model, max_bytes=6)
    assert "because the subject 'boat' needs at least 7 bytes" in message
    assert model.calls == ["describe"]


def test_message_names_what_takes_bytes_and_what_saves_them() -> None:
    assert error_of(description="A boat.", max_bytes=10, size=(1000, 777), models="openai") == (
        "max_bytes 10 is too low, because the subject 'boat' needs at least 11 bytes (framing file "
        "2, header 1, size 1000x777 4, models 1, check crc8 1, words 2): use max_bytes 11, or "
        "framing bare, which needs 8, or size 1024x1024, which saves 4 bytes, or models "
        "unspecified, which saves 1 byte."
    )


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("size", [(1248, 832), (1000, 777)])
@pytest.mark.parametrize("check", [None, "crc16"])
def test_savings_in_a_message_are_exact(
    framing: str, size: tuple[int, int], check: str | None
) -> None:
    options: dict[str, Any] = {"description": "A boat.", "models": "openai", "check": check}
    message = error_of(**options, framing=framing, size=size, max_bytes=1)
    needed = int(smallest_working("max_bytes", message))

    def smallest(**changes: Any) -> int:
        changed = {**options, "framing": framing, "size": size, **changes}
        return int(smallest_working("max_bytes", error_of(**changed, max_bytes=1)))

    saved = [int(number) for number in re.findall(r"which saves (\d+) byte", message)]
    assert saved[0] == needed - smallest(size=(1024, 1024))
    if bare := re.search(r"framing bare, which needs (\d+)", message):
        assert int(bare[1]) == smallest(framing="bare")
    else:
        assert framing == "bare"
    if needed != smallest(models="unspecified"):
        assert saved[1] == needed - smallest(models="unspecified")


@pytest.mark.parametrize(
    ("limits", "at_fault"),
    [
        ({"max_bytes": 6, "ubpp": 1000, "k": 3}, "max_bytes 6"),
        ({"max_bytes": 60, "ubpp": 2, "k": 1}, "ubpp 2"),
        ({"max_bytes": 60, "ubpp": 10}, "ubpp 10"),
    ],
)
def test_message_names_the_limit_at_fault(limits: Any, at_fault: str) -> None:
    assert error_of(description="A boat.", **limits).startswith(f"{at_fault} is too low, because")


@pytest.mark.parametrize("words", [["extraordinarily"], ["pier"] * 9, ["wooden", "pier", "water"]])
@pytest.mark.parametrize("max_bytes", [7, 8, 9, 12, 30])
def test_subject_is_in_the_record_whatever_the_writer_selects(
    words: list[str], max_bytes: int
) -> None:
    model = CountingModel("A boat lies at a wooden pier on the water.", words)
    encoded = semcodec.encode(PICTURE, backend=model, max_bytes=max_bytes)
    assert "boat" in encoded.record.words
    assert len(encoded.data) <= max_bytes


class StubbornModel(CountingModel):
    """Selects within no limit: a long word, however few words it may select."""

    def select(self, description: str, k: int) -> list[str]:
        return ["Donaudampfschifffahrtsgesellschaft" * 3]


def test_rules_select_if_no_word_of_the_writer_fits() -> None:
    encoded = semcodec.encode(PICTURE, backend=StubbornModel("A boat on a lake."), max_bytes=8)
    assert "boat" in encoded.record.words


def test_rules_select_if_the_writer_finds_no_word_that_fits() -> None:
    class Strict(CountingModel):
        def select_words(self, request: object) -> list[str]:
            raise InputError("Not even one word fits this limit: allow more bytes or bits.")

    encoded = semcodec.encode(PICTURE, backend=Strict("A boat on a lake."), max_bytes=9)
    assert encoded.record.words == ["boat", "lake"]
    assert "the rules selected them" in encoded.trace.notices[0]
    assert [stage.model for stage in encoded.trace.stages] == ["paid", "paid", "rules"]


@pytest.mark.parametrize("option", [{"size": (1000, 777)}, {"size": (1248, 832)}])
def test_notice_states_the_bytes_of_a_size_that_words_could_use(option: Any) -> None:
    encoded = semcodec.encode(PICTURE, description=DESCRIPTIONS[0], max_bytes=12, **option)
    saved = 4 if option["size"] == (1000, 777) else 1
    assert encoded.record.size == option["size"]  # the size is never changed to save bytes
    assert (
        f"takes {saved} of 12 bytes: size 1024x1024 saves {saved} byte"
        in (encoded.trace.notices[-1])
    )


def test_notice_about_an_automatic_size_without_a_code() -> None:
    panorama = Image.new("RGB", (900, 200))
    encoded = semcodec.encode(panorama, description=DESCRIPTIONS[0], max_bytes=12)
    assert "saves 4 bytes for words" in encoded.trace.notices[-1]


@pytest.mark.parametrize(
    "options",
    [
        {"max_bytes": 12},  # a size with a code, which was chosen automatically
        {"max_bytes": 60, "size": (1000, 777)},  # all words fit
        {"k": 3, "size": (1000, 777)},
        {"k": 2, "max_bytes": 60, "size": (1000, 777)},
        {"max_bytes": 12, "size": (1024, 1024)},
        {"ubpp": 40, "size": (1000, 777)},
    ],
)
def test_no_notice_if_the_size_costs_no_words(options: Any) -> None:
    encoded = semcodec.encode(PICTURE, description=DESCRIPTIONS[0], fit="contain", **options)
    assert encoded.trace.notices == []


def test_huge_numbers_are_limits_too() -> None:
    for limit in ({"ubpp": 10**400}, {"max_bytes": 10**400}, {"ubpp": float("inf")}):
        assert semcodec.encode(PICTURE, description="A boat.", **limit).record.words == ["boat"]
