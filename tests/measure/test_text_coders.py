"""Text coders: the bytes of words, and the dictionary that is trained for one of them."""

from __future__ import annotations

import pickle
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.errors import InputError
from semcodec.measure import text_coders
from semcodec.measure.text_coders import NAMES, TextCoders, left_out

WORDS = "indian traditional arch window green leaves".split()
CODERS = TextCoders()
WITHOUT = [name for name in NAMES if name not in CODERS.skipped]
#: Many texts of a few words in an order that differs.
TEXTS = [
    " ".join(("red bear", "green leaves", "old window", "stone arch")[number % 4 :]) + f" {number}"
    for number in range(3_000)
]
needs_zstd = pytest.mark.skipif(
    "zstandard" not in sys.modules and text_coders.train(TEXTS) == b"", reason="needs zstandard"
)


def test_own_codings_have_the_size_of_their_payloads() -> None:
    sizes = CODERS.sizes(WORDS)
    for coding in ("lexicon", "bag", "utf8"):
        record = semcodec.pack(" ".join(WORDS), coding=coding)
        assert sizes[coding] == semcodec.rate_breakdown(record).bits("payload") // 8
    skeletons = semcodec.skeleton(" ".join(WORDS))
    assert sizes["nibble"] == -(-len(skeletons) // 2)
    assert sizes["5 bits"] == -(-5 * len(" ".join(WORDS)) // 8)
    assert sizes["zlib"] == len(zlib.compress(" ".join(WORDS).encode(), 9, -15))
    assert [name for name in NAMES if name in sizes] == WITHOUT


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), max_size=6))
def test_any_words_have_sizes(words: list[str]) -> None:
    sizes = CODERS.sizes(words)
    assert sizes.keys() <= set(WITHOUT)
    assert sizes["utf8"] == len(" ".join(words))
    assert all(size >= 0 for size in sizes.values())
    assert sizes == CODERS.sizes(words)


def test_words_without_a_skeleton_are_left_out_of_nibble_only() -> None:
    assert left_out(["red", "eye", "bear", "you"]) == ["eye", "you"]
    assert CODERS.sizes(["red", "eye"])["nibble"] == CODERS.sizes(["red"])["nibble"] == 1
    assert CODERS.sizes(["eye"])["nibble"] == 0
    assert CODERS.sizes(["red", "eye"])["lexicon"] > CODERS.sizes(["red"])["lexicon"]


def test_coders_that_cannot_carry_words_have_no_size() -> None:
    sizes = CODERS.sizes(["日本"])
    assert "lexicon" not in sizes
    assert "bag" not in sizes
    assert sizes["utf8"] == 6


def test_missing_packages_are_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("brotli", "zstandard", "unishox2", "smaz"):
        monkeypatch.setitem(sys.modules, package, None)
    coders = TextCoders.trained(TEXTS)
    assert coders.skipped.keys() == {"brotli", "zstd", "unishox2", "smaz"}
    assert all("semcodec[bench]" in reason for reason in coders.skipped.values())
    assert coders.sizes(WORDS).keys() == {"nibble", "lexicon", "bag", "utf8", "5 bits", "zlib"}


def test_zstd_is_skipped_without_texts() -> None:
    assert CODERS.skipped["zstd"] == "no folder of texts to train a dictionary"


# --- the dictionary


def write_texts(folder: Path) -> Path:
    (folder / "more" / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("\n".join(TEXTS[:1_500]), "utf-8")
    (folder / "more" / "deep" / "b.txt").write_text("\n".join(TEXTS[1_500:]), "utf-8")
    (folder / "c.md").write_text("zebra\n" * 2_000)
    return folder


@needs_zstd
def test_dictionary_of_a_folder_shortens_what_it_contains(tmp_path: Path) -> None:
    coders = TextCoders(write_texts(tmp_path))
    assert "zstd" not in coders.skipped
    known = coders.sizes("red bear green leaves old window stone arch".split())
    assert known["zstd"] < known["zlib"] / 2
    copy = pickle.loads(pickle.dumps(coders))
    assert copy.sizes(WORDS) == coders.sizes(WORDS)
    assert copy.skipped == coders.skipped
    # Two bytes of frame header, three of block header, and what is not in the dictionary.
    assert coders.sizes(["qzxj"])["zstd"] == 2 + 3 + 4


@needs_zstd
def test_few_texts_train_no_dictionary(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a red bear\n")
    assert TextCoders(tmp_path).skipped["zstd"] == "too few texts to train a dictionary"
    assert TextCoders.trained([]).skipped["zstd"] == "too few texts to train a dictionary"


def test_texts_are_content_words_of_the_lines(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("A man, and a Man's dog.\n\nof the\n", "utf-8")
    (tmp_path / "a.txt").write_bytes(b"caf\xe9 table\r\nred")
    assert [*text_coders.read_texts(tmp_path)] == ["caf table", "red", "man dog"]


def test_files_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in "bca":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(f"in{name}")
    assert [*text_coders.read_texts(tmp_path)] == ["ina", "inb", "inc"]


def test_texts_are_read_up_to_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text("\n".join([f"word{'abcdefghi'[number]}"] * 10))

    def read() -> list[str]:
        return [*text_coders.read_texts(tmp_path)]

    assert len(read()) == 90
    monkeypatch.setattr(text_coders, "MAX_TEXT_LINES", 9)
    assert len(set(read())) == 9  # from each file
    monkeypatch.setattr(text_coders, "MAX_TEXT_LINES", 1_000)
    monkeypatch.setattr(text_coders, "MAX_TEXT_FILES", 2)
    assert set(read()) == {"worda", "wordb"}
    monkeypatch.setattr(text_coders, "MAX_TEXT_BYTES", 7)
    assert read() == ["worda"]
    monkeypatch.setattr(text_coders, "MAX_LINE", 3)
    assert read() == ["wor"]


def test_links_to_folders_and_pipes_are_not_read(tmp_path: Path) -> None:
    import os

    (tmp_path / "a.txt").write_text("red")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe.txt")
    assert [*text_coders.read_texts(tmp_path)] == ["red"]


@pytest.mark.parametrize("name", ["missing", "file.txt", "empty"])
def test_folder_without_texts_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("red")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"name .*folder"):
        TextCoders(tmp_path / name)
