"""No budget is exceeded, whatever the description, the coding and the framing, and it is used."""

from __future__ import annotations

import tomllib
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec.errors import InputError
from tests import profiles

FRAMINGS = ("bare", "file", "sequence", "url", "qr")
CODINGS = ("auto", "lexicon", "bag", "nibble", "utf8")
PICTURE = Image.new("RGB", (96, 64), "red")
TEXTS = tomllib.loads(
    (Path(__file__).parents[2] / "bench" / "budget_texts.toml").read_text("utf-8")
)
WORDS = "red big two Paris Mahal T-shirt 404 cafés dog no without left sky ivy über 犬 of".split()

descriptions = st.one_of(
    st.text(min_size=1, max_size=80),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join),
    st.sampled_from([*TEXTS["landmarks"], *TEXTS["scenes"]]),
)


@profiles.examples(15)
@given(
    descriptions,
    st.sampled_from(CODINGS),
    st.sampled_from(FRAMINGS),
    st.sampled_from([None, 1, 3, 40]),
    st.one_of(st.none(), st.integers(1, 90)),
    st.one_of(st.none(), st.floats(1, 1e6)),
    st.sampled_from([None, "auto"]),
    st.sampled_from(["reading", "importance"]),
)
def test_every_limit_is_kept(
    description: str,
    coding: Any,
    framing: Any,
    k: Any,
    max_bytes: Any,
    ubpp: Any,
    rate: Any,
    order: Any,
) -> None:
    limits = {"k": k, "max_bytes": max_bytes, "ubpp": ubpp, "rate": rate, "order": order}
    options: dict[str, Any] = {"coding": coding, "framing": framing, "size": (96, 64)}
    try:
        encoded = semcodec.encode(
            PICTURE, description=description, language="any", **options, **limits
        )
    except InputError:  # tests of the messages are in test_limit_checks.py
        return
    assert 1 <= encoded.record.k <= (k or 1000)
    assert max_bytes is None or len(encoded.data) <= max_bytes
    assert ubpp is None or encoded.record.payload_bits * 1e6 <= ubpp * 96 * 64
    notes = [stage.notes for stage in encoded.trace.stages if stage.name == "select"][-1]
    assert encoded.record.k <= notes["max_words"]


@pytest.mark.parametrize("coding", CODINGS[1:])
@pytest.mark.parametrize(("framing", "max_bytes"), [("file", 20), ("bare", 30), ("qr", 60)])
def test_budget_is_used_on_long_descriptions(coding: Any, framing: Any, max_bytes: int) -> None:
    options: dict[str, Any] = {"coding": coding, "framing": framing, "max_bytes": max_bytes}
    sizes = [
        len(semcodec.encode(PICTURE, description=description, **options).data)
        for description in TEXTS["scenes"][:2]
    ]
    assert max(sizes) <= max_bytes
    assert fmean(sizes) >= 0.9 * max_bytes


def test_rate_in_ubpp_is_used_too() -> None:
    for ubpp in (100, 200, 300):
        encoded = semcodec.encode(PICTURE, description=TEXTS["scenes"][0], ubpp=ubpp)
        area = encoded.record.size[0] * encoded.record.size[1]
        assert 0.9 * ubpp <= encoded.record.payload_bits * 1e6 / area <= ubpp
