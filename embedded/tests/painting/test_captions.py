"""Words that cannot be painted are shown as letters, and no picture is blank."""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec_embedded.painter import EmbeddedPainter
from semcodec_embedded.painting import captions
from semcodec_embedded.painting.environment import choose_environment, is_bare
from semcodec_embedded.painting.lettering import FONT_FILES, _font_data, displayed_words, letter
from semcodec_embedded.painting.parser import parse_prompt
from semcodec_embedded.painting.vocabulary import roles
from tests.profiles import examples

SIZE = (160, 120)
MIN_EDGE_STEP = 9  #: difference of neighboring pixels, in 1/255; paper grain has less
MIN_EDGE_SHARE = 0.01  #: share of pixels at an edge, below which a picture is blank
ROLE_WORDS = sorted(roles())


def edge_share(prompt: str, size: tuple[int, int] = SIZE, seed: int = 0) -> float:
    """Return the share of the pixels that differ visibly from their neighbors."""
    picture = EmbeddedPainter().paint(prompt, size, seed).convert("L")
    gray = np.asarray(picture, np.int16)
    across, down = (np.abs(np.diff(gray, axis=axis)) > MIN_EDGE_STEP for axis in (1, 0))
    return float((across[1:] | down[:, 1:]).mean())


def is_card(prompt: str) -> bool:
    scene = parse_prompt(prompt)
    return is_bare(scene, choose_environment(scene))


def notice(prompt: str) -> str:
    return captions.notice(parse_prompt(prompt), is_card(prompt))


BLANK_BEFORE = [
    "gray background", "background", "black background below", "plain empty surface smooth",
    "wall", "white wall", "metal", "steel wall", "table", "cutting board", "workspace",
    "pattern", "beige texture", "texture snow", "behind burgundy", "smooth soft", "",
]  # fmt: skip


@pytest.mark.parametrize("prompt", BLANK_BEFORE)
@pytest.mark.parametrize("size", [SIZE, (96, 192), (256, 128)])
def test_picture_without_subject_is_not_blank(prompt: str, size: tuple[int, int]) -> None:
    assert edge_share(prompt, size) > MIN_EDGE_SHARE


def test_no_pair_of_words_without_nouns_is_blank() -> None:
    generator = random.Random(14)
    prompts = [" ".join(generator.sample(ROLE_WORDS, 1 + index % 3)) for index in range(90)]
    assert [prompt for prompt in prompts if edge_share(prompt) < MIN_EDGE_SHARE] == []


@examples(40)
@given(st.text(max_size=40) | st.text(st.characters(codec="ascii"), max_size=20))
def test_no_text_is_blank(prompt: str) -> None:
    assert edge_share(prompt) > MIN_EDGE_SHARE


@pytest.mark.parametrize(
    "prompt",
    ["", "zxqv", "roter Bär im Sonnenuntergang", "a", "huge left", "42 1995", "gray background",
     "beautiful old", "赤い熊", "???", "the of and", "two", "бурый медведь", "foggy pattern"],
)  # fmt: skip
def test_words_that_name_nothing_are_on_a_card(prompt: str) -> None:
    assert is_card(prompt)
    assert notice(prompt)


@pytest.mark.parametrize(
    "prompt",
    ["cat", "red", "sky", "brick", "kitchen", "foggy", "🐻", "2 dogs", "table", "white wall"],
)
def test_known_words_have_neither_card_nor_notice(prompt: str) -> None:
    assert not is_card(prompt)
    assert notice(prompt) == ""


def test_card_shows_the_letters_of_the_words() -> None:
    first, second = (EmbeddedPainter().paint(word, SIZE, 0) for word in ("iiii", "wwww"))
    dark = [(np.asarray(picture.convert("L")) < 110).sum() for picture in (first, second)]
    assert dark[1] > 1.5 * dark[0] > 0


def test_card_has_the_color_of_its_background() -> None:
    corner = EmbeddedPainter().paint("blue background", SIZE, 0).getpixel((4, 60))
    assert isinstance(corner, tuple)
    assert corner[2] > corner[0] + 40


def test_caption_is_below_the_picture_and_hides_nothing() -> None:
    picture = EmbeddedPainter().paint("dog xyzzy blorf", (300, 200), 0)
    height = captions.caption_height(200)
    strip = np.asarray(picture, np.int16)[200 - height :]
    assert (np.abs(strip[0, :] - np.array(captions.PAPER)).max()) == 0
    assert (strip.sum(-1) < 400).any()
    assert picture.size == (300, 200)


@pytest.mark.parametrize(
    ("prompt", "has_caption"),
    [("dog xyzzy", True), ("dog grass xyzzy", False), ("dog", False), ("the dog xyzzy", False)],
)
def test_caption_depends_on_the_share_of_known_words(prompt: str, has_caption: bool) -> None:
    assert captions.needs_caption(parse_prompt(prompt)) is has_caption


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("two red dogs", ()),
        ("the dogs of a 12 with 1995", ()),
        ("roter Bär", ("roter", "bär")),
        ("berries knives xyzzy", ("xyzzy",)),
        ("gray grey closeup photograph", ()),
    ],
)
def test_unknown_words_are_listed(prompt: str, unknown: tuple[str, ...]) -> None:
    scene = parse_prompt(prompt)
    assert scene.unknown_words == unknown
    assert scene.known_count == scene.word_count - len(unknown)


def test_notice_counts_and_quotes_the_unknown_words() -> None:
    text = notice("dog meadow aaa bbb ccc ddd " + "e" * 90)
    assert "knows 2 of these 7 words" in text
    assert "'aaa', 'bbb', 'ccc' and 2 more" in text
    assert "knows none of these 2 words" in notice("aaa bbb")
    assert notice("aaa").startswith("The offline painter does not know 'aaa': ")
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"Note: {notice('roter Bär im Sonnenuntergang')}\n" in readme
    assert max(map(len, notice("e" * 90).split())) < 30


def test_notice_is_in_the_trace_of_a_run() -> None:
    data = semcodec.pack("roter Bär im Wald", coding="utf8", size=(96, 96))
    [text] = semcodec.decode(data, backend="embedded").trace.notices
    assert text.startswith("The words seem to be German, and the offline painter knows English")
    known = semcodec.pack("red boat", coding="lexicon", size=(96, 96))
    assert semcodec.decode(known, backend="embedded").trace.notices == []


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("Hund Boot Wasser Haus", "German"),
        ("chien", "French"),
        ("gran perro rojo playa", "Spanish"),
        ("gatto sul divano", "Italian"),
        ("собака лодка", "Russian"),
        ("犬 公園 ボート", "Japanese"),
    ],
)
def test_notice_names_the_language_of_the_words(prompt: str, language: str) -> None:
    assert notice(prompt).startswith(f"The words seem to be {language}, and the offline painter")


@pytest.mark.parametrize("prompt", ["neuschwanstein", "xyzzy plugh", "mbwa mkubwa kahawia mashua"])
def test_unknown_words_of_no_language_have_the_plain_notice(prompt: str) -> None:
    assert notice(prompt).startswith("The offline painter ")


@pytest.mark.parametrize("count", [1, 3, 16])
def test_digits_count_objects(count: int) -> None:
    assert parse_prompt(f"{count} dogs").subjects[0].count == count


def test_year_does_not_count_objects() -> None:
    assert parse_prompt("1995 dog").subjects[0].count == 1


def test_emoji_is_painted_as_its_name() -> None:
    assert [subject.noun for subject in parse_prompt("🐻🚲").subjects] == ["bear", "bicycle"]


def test_letters_without_a_font_are_replaced_by_a_note() -> None:
    assert displayed_words("Bär бурый 赤い熊 곰") == ["Bär", "бурый", "赤い熊", "곰"]
    assert displayed_words("سلام") == ["[4 arabic letters]"]
    assert displayed_words("ש 🤔\ufe0f") == ["[1 hebrew letter]", "[thinking face]"]


def test_lettered_words_are_cut_and_have_no_control_characters() -> None:
    words = displayed_words("a\u202eb\x00 " + "c" * 500 + " x" * 100)
    assert words[0] == "ab"
    assert len(words[1]) == 24
    assert (len(words), words[-1]) == (41, "…")


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (5, 5, 95, 20), (0, 0, 100, 100)])
def test_letters_stay_in_their_box(box: tuple[int, int, int, int]) -> None:
    picture = Image.new("L", (100, 100), 255).convert("RGB")
    letter(picture, displayed_words("Wagon jumpy quartz"), box, (0, 0, 0), 60)
    ink = picture.convert("L").point(lambda value: 255 - value).getbbox()
    if box[2] > 50:
        assert ink is not None
        assert ink[0] >= box[0]
        assert ink[1] >= box[1]
        assert ink[3] <= box[3] + 1


def test_fonts_are_those_of_the_notice() -> None:
    text = (Path(__file__).parents[2] / "NOTICE.fonts").read_text("utf-8")
    stated = re.findall(r"\. ([\w-]+\.ttf):[\s\S]*?\n   SHA-256 +(\w{64})", text)
    actual = [
        (name.removesuffix(".gz"), hashlib.sha256(_font_data(name)).hexdigest())
        for name in FONT_FILES
    ]
    assert stated == actual
