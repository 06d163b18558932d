"""Names of the outputs of several inputs: distinct, inside the folder, and stable."""

from __future__ import annotations

import os
import random
import unicodedata
from pathlib import Path, PurePath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semcodec.cli.naming import MAX_NAME, Source, plan_names
from tests import profiles

FOLDER = Path("/out")

#: Parts of names that are easily confused: case, normalization, endings, dots.
PARTS = st.sampled_from(
    [
        *("a", "A", "b", "a.jpg", "A.JPG", "a.png", "a.jpg.jpg", "a.jpg.semc", "a.semc", "a-2"),
        *("a.jpg-2", "\u00e9.jpg", "e\u0301.jpg", "\u00df.jpg", "ss.jpg", ".jpg", "a.", "..a"),
        *("x y.jpg", "\udce9.jpg", "\u00e9" * 125 + ".jpg", "\u00e9" * 125 + "b.jpg"),
    ]
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map(lambda parts: "/in/" + "/".join(parts))


def file(path: str, folder: str = "") -> Source:
    """Return the source for a file, or for one in a folder that was named."""
    relative = PurePath(path).relative_to(folder) if folder else PurePath(PurePath(path).name)
    return Source(path, relative)


@st.composite
def sources(draw: st.DrawFn) -> list[Source]:
    paths = draw(st.lists(PATHS, min_size=1, max_size=12, unique=True))
    return [file(path, draw(st.sampled_from(["", "/in"]))) for path in paths]


def key(name: PurePath) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", str(name)).casefold())


@profiles.examples(200)
@given(sources(), st.randoms(use_true_random=False))
@example([file(f"/in/{name}") for name in ("a.jpg", "a.png", "a.jpg.jpg")], random.Random(0))
@example([file("/in/a.jpg"), file("/in/a.semc/b.jpg", "/in")], random.Random(0))
def test_names_are_distinct_inside_the_folder_and_stable(
    inputs: list[Source], order: random.Random
) -> None:
    names = plan_names(inputs, ".semc", FOLDER)
    assert len({key(name) for name in names}) == len(inputs)
    for name in names:
        path = Path(os.path.abspath(FOLDER / name))
        assert path.is_relative_to(FOLDER)
        assert path != FOLDER
        assert not name.is_absolute()
        assert ".." not in name.parts
        assert len(os.fsencode(name.name)) <= MAX_NAME
        assert name.suffix == ".semc"
    folders = {key(parent) for name in names for parent in name.parents}
    assert not folders & {key(name) for name in names}
    by_source = dict(zip(inputs, names, strict=True))
    shuffled = inputs.copy()
    order.shuffle(shuffled)
    assert dict(zip(shuffled, plan_names(shuffled, ".semc", FOLDER), strict=True)) == by_source


@given(sources())
def test_no_name_is_that_of_an_input(inputs: list[Source]) -> None:
    for folder in (Path("/in"), Path("/in/a")):
        names = plan_names(inputs, ".semc", folder)
        outputs = {key(folder / name) for name in names}
        assert not outputs & {key(PurePath(source.name)) for source in inputs}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a.jpg", "b.png"], ["a.semc", "b.semc"]),
        (["a"], ["a.semc"]),
        (["a.b.jpg"], ["a.b.semc"]),
        ([".jpg"], [".jpg.semc"]),
        (["a.jpg", "a.png"], ["a.jpg.semc", "a.png.semc"]),
        (["a.jpg", "A.png"], ["a.jpg.semc", "A.png.semc"]),
        (["a.jpg", "a.png", "a.jpg.jpg"], ["a.jpg.semc", "a.png.semc", "a.jpg.jpg.semc"]),
        (["x/a.jpg", "x/a.png", "y/a.jpg.jpg"], ["a.jpg.semc", "a.png.semc", "a.jpg.jpg.semc"]),
        (["x/a.jpg", "y/a.jpg"], ["x/a.jpg.semc", "y/a.jpg.semc"]),
        (["x/a.jpg", "y/a.png"], ["a.jpg.semc", "a.png.semc"]),
        (["A.jpg", "a.jpg"], ["A.jpg.semc", "a.jpg-2.semc"]),
        (["a.jpg", "A.jpg"], ["a.jpg-2.semc", "A.jpg.semc"]),
        (["\u00e9.jpg", "e\u0301.jpg"], ["\u00e9.jpg-2.semc", "e\u0301.jpg.semc"]),
    ],
)
def test_name_of_an_input_is_kept_where_names_would_be_equal(
    paths: list[str], expected: list[str]
) -> None:
    names = plan_names([file(f"/in/{path}") for path in paths], ".semc", FOLDER)
    assert [str(name) for name in names] == expected


def test_path_below_a_folder_is_kept() -> None:
    inputs = [file(f"/in/{path}", "/in") for path in ("b.jpg", "a/b.jpg", "a/b.png")]
    names = plan_names(inputs, ".semc", FOLDER)
    assert [str(name) for name in names] == ["b.semc", "a/b.jpg.semc", "a/b.png.semc"]


def test_two_folders_with_the_same_names_keep_theirs() -> None:
    inputs = [file(f"/in/{year}/a.jpg", f"/in/{year}") for year in (2023, 2024)]
    names = plan_names(inputs, ".semc", FOLDER)
    assert [str(name) for name in names] == ["2023/a.jpg.semc", "2024/a.jpg.semc"]


def test_inputs_that_are_not_files_are_numbered() -> None:
    texts = [Source(text, PurePath("picture"), is_file=False) for text in ("semc:b", "semc:a")]
    names = plan_names([*texts, file("/in/picture.semc")], ".png", FOLDER)
    assert [str(name) for name in names] == ["picture-2.png", "picture.png", "picture.semc.png"]


def test_many_inputs_of_one_name_are_named_in_linear_time() -> None:
    inputs = [file(f"/in/{number}/a.jpg") for number in range(3000)]
    names = plan_names(inputs, ".semc", FOLDER)
    assert str(names[7]) == "7/a.jpg.semc"
    numbered = [Source(str(n), PurePath("picture"), is_file=False) for n in range(3000)]
    assert len(set(plan_names(numbered, ".png", FOLDER))) == 3000
