"""Finding the photograph of a picture, and values by chance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

import semcodec
from semcodec import imaging
from semcodec.measure import chance
from semcodec.measure.fidelity import Fidelity
from semcodec.measure.results import Results
from semcodec.measure.retrieval import rank, summarize

AXES = np.eye(4, dtype=np.float32)


def by(name: str, rows: Any) -> list[dict[str, Sequence[float]]]:
    return [{name: [float(value) for value in row]} for row in rows]


def test_pictures_find_their_photographs() -> None:
    photographs = by("clip", AXES)
    assert rank(photographs, photographs) == [{"clip": 1}] * 4
    turned = [photographs[at] for at in (1, 0, 2, 3)]
    ranks = rank(turned, photographs)
    assert [each["clip"] > 1 for each in ranks] == [True, True, False, False]
    assert summarize(ranks, "k12", 4) == [
        {"model": "clip", "setting": "k12", "photographs": 4, "found": 2, "chance": 1.0}
    ]


def test_what_all_photographs_have_in_common_does_not_count() -> None:
    """All are near (9, 9, 9, 9), and the pictures are even nearer to it."""
    photographs = AXES + 9
    pictures = AXES / 10 + 20
    assert rank(by("clip", pictures), by("clip", photographs)) == [{"clip": 1}] * 4


def test_ties_count_against_the_own_photograph() -> None:
    same = by("clip", np.ones((4, 3)))
    assert rank(same, same) == [{"clip": 4}] * 4
    twins = by("de16", [[1, 2, 3], [1, 2, 3], [50, 0, 0]])
    assert [each["de16"] for each in rank(twins, twins)] == [2, 2, 1]


def test_colors_are_compared_by_their_distance_and_not_by_their_direction() -> None:
    photographs = by("de16", [[10, 0, 0], [50, 0, 0], [90, 0, 0]])
    assert rank(by("de16", [[60, 0, 0]]), photographs) == [{"de16": 3}]  # 40, 10 and 30 away: third
    assert rank(by("de16", [[20, 0, 0]]), photographs) == [{"de16": 1}]


def test_too_few_photographs_have_no_ranks() -> None:
    assert rank(by("clip", AXES[:2]), by("clip", AXES[:2])) == [{}, {}]
    assert summarize([{}, {}], "k12", 2) == []


# --- chance


def make_sample(color: str, words: str) -> chance.Sample:
    image = Image.new("RGB", (64, 48), color)
    record = semcodec.unpack(semcodec.pack(words, coding="lexicon"))
    return chance.Sample(image, words.capitalize() + ".", record, image)


SAMPLES = [
    make_sample("red", "red boat"),
    make_sample("red", "red house"),
    make_sample("blue", "blue dog"),
]


def test_chance_compares_with_other_photographs_only() -> None:
    fidelity = Fidelity(requested=["words", "picture"])
    values = chance.measure(fidelity, SAMPLES)
    assert values["objects_f1"] == 0  # each has another object
    assert values["colors_f1"] == pytest.approx(1 / 3)  # two of six pairs are both red
    view = fidelity.view(SAMPLES[0].photograph, "")
    apart = fidelity.compare(view, SAMPLES[2].picture)["de16"]
    assert values["de16"] == pytest.approx(apart * 2 / 3, rel=1e-5)
    assert "counts_f1" not in values  # nothing to compare
    assert chance.measure(fidelity, SAMPLES[:1]) == {}
    assert chance.measure(fidelity, []) == {}


class PaidDescriber:
    is_paid = True

    def describe(self, image: Image.Image) -> str:
        raise AssertionError("chance costs nothing")


def test_chance_never_calls_a_paid_describer() -> None:
    fidelity = Fidelity(PaidDescriber(), requested=["roundtrip"])
    assert "roundtrip_f1" not in chance.measure(fidelity, SAMPLES)


def make_results(folder: Path, samples: Sequence[chance.Sample]) -> Results:
    photographs: list[Any] = []
    for at, sample in enumerate(samples):
        for name, image in (("photograph", sample.photograph), ("picture", sample.picture)):
            (folder / f"{at}-{name}.png").write_bytes(imaging.to_png(image))
        record = semcodec.repack(sample.record).hex()
        result = {"record": record, "picture_file": f"{at}-picture.png"}
        second = {**result, "record": semcodec.pack("second setting", coding="lexicon").hex()}
        photographs.append(
            {
                "description": sample.description,
                "photograph_file": f"{at}-photograph.png",
                "results": [result, {**result, "picture_file": None}, *[second] * (at == 1)],
            }
        )
    photographs.append({"description": None, "photograph_file": None, "results": []})
    results: Any = {"photographs": photographs}
    return cast("Results", results)


def test_samples_are_read_from_the_files_and_are_of_all_settings_in_turn(tmp_path: Path) -> None:
    fidelity = Fidelity(requested=["words", "picture"])
    samples = chance.read_samples(make_results(tmp_path, SAMPLES), tmp_path)
    assert [sample.record.words[-1] for sample in samples] == ["boat", "setting", "dog"]
    values, expected = (chance.measure(fidelity, each) for each in (samples, SAMPLES))
    assert values["de16"] == expected["de16"] > 0
    assert values["words_recall"] < 1
