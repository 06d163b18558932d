"""The metrics of words and pictures, with the offline backend."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata, resources
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec import backends
from semcodec.errors import BackendError, InputError
from semcodec.measure import judges
from semcodec.measure.fidelity import Fidelity
from semcodec.measure.metric_list import METRICS
from semcodec.measure.metric_models import GROUPS

CAT = resources.files("semcodec_embedded") / "photos" / "cat.jpg"
DESCRIPTION = "Large brown cat on the left. Two red cups."
SIZE = (96, 64)


@pytest.fixture(scope="module")
def photograph() -> Image.Image:
    with CAT.open("rb") as file:
        return Image.open(file).convert("RGB").resize((246, 164))


class FakeDescriber:
    """Describes every picture alike, and finds cats in the left half."""

    name = "embedded"  # so that it is taken for the offline locator

    def __init__(self, *, is_paid: bool = False, text: str = "A brown cat.") -> None:
        self.is_paid, self.text, self.calls, self.cats = is_paid, text, 0, 1

    def describe(self, image: Image.Image) -> str:
        self.calls += 1
        return self.text

    def locate(self, image: Image.Image, words: Sequence[str]) -> list[list[Any]]:
        boxes = [(0.0, 0.0, 0.5, 1.0), (0.9, 0.0, 1.0, 0.1)][: self.cats]
        return [boxes if word == "cat" else [] for word in words]

    features_model = "fake"

    def image_features(self, image: Image.Image) -> list[float]:
        self.calls += 1
        return [1.0, 2.0]


def decode(fidelity: Fidelity, words: str, **options: Any) -> semcodec.Decoded:
    painter = fidelity.watch(backends.find("painter", "embedded"))
    return semcodec.decode(
        semcodec.pack(words, coding="lexicon", size=SIZE), painter=painter, **options
    )


def test_metrics_of_a_painted_picture_are_those_that_are_listed(photograph: Image.Image) -> None:
    fidelity = Fidelity(backends.find("describer", "embedded"))
    view = fidelity.view(photograph, DESCRIPTION)
    decoded = decode(fidelity, "large brown cat left two red cups")
    found = fidelity.words(view, decoded.words)
    found |= fidelity.roundtrip(decoded.words, decoded.image)
    pictures = fidelity.picture(view, decoded.image, decoded)
    pictures |= fidelity.baseline(view, photograph, photograph)
    names = [metric["name"] for metric in fidelity.metrics]
    assert {*found, *pictures} == {*names}
    assert names == [name for name in METRICS if name in names]
    assert all(metric["chance"] is None for metric in fidelity.metrics)
    models = {metric["name"]: metric["model"] for metric in fidelity.metrics}
    assert "SHA-256" in str(models["classifier"])
    assert models["de16"] is None


def test_photograph_compared_with_itself(photograph: Image.Image) -> None:
    fidelity = Fidelity(requested=["picture", "classifier", "baselines"])
    view = fidelity.view(photograph, DESCRIPTION)
    same = fidelity.baseline(view, photograph.copy(), photograph)
    assert same["de16"] == 0
    assert same["ssim64"] == pytest.approx(1)
    assert same["classifier"] == pytest.approx(1, abs=1e-5)
    assert same["psnr-rgb"] == 100
    turned = fidelity.baseline(view, photograph.rotate(90, expand=True), photograph)
    assert "psnr-rgb" not in turned
    assert turned["de16"] > 5
    assert turned["classifier"] < 0.95


def test_words_of_a_record_are_those_that_a_decoder_restores(photograph: Image.Image) -> None:
    fidelity = Fidelity(requested=["words", "similarity_minilm"])
    view = fidelity.view(photograph, DESCRIPTION)
    skeletons = semcodec.unpack(semcodec.pack("lrg ct lft", coding="nibble"))
    assert fidelity.words(view, skeletons) == fidelity.words(view, ["large", "cat", "left"])
    bag = semcodec.unpack(semcodec.pack("brown cat left", coding="bag"))
    unordered = fidelity.words(view, bag)
    assert unordered["objects_f1"] == fidelity.words(view, ["brown", "cat", "left"])["objects_f1"]
    assert unordered["statements_recall"] == 0


def test_overlap_of_boxes_counts_what_was_not_drawn(photograph: Image.Image) -> None:
    fidelity = Fidelity(FakeDescriber(), requested=["boxes"])
    view = fidelity.view(photograph, DESCRIPTION)
    decoded = decode(fidelity, "brown cat left")
    overlap = fidelity.picture(view, decoded.image, decoded)["box_iou"]
    assert 0 < overlap < 1
    two = FakeDescriber()
    two.cats = 2
    of_two = Fidelity(two, requested=["boxes"])
    view_of_two, again = of_two.view(photograph, DESCRIPTION), decode(of_two, "brown cat left")
    halved = of_two.picture(view_of_two, again.image, again)["box_iou"]
    assert halved == pytest.approx(overlap / 2)  # one of the two cats was not drawn
    without_box = decode(fidelity, "red cup")
    assert "box_iou" not in fidelity.picture(view, without_box.image, without_box)
    decoded.image.putpixel((0, 0), (1, 2, 3))  # it is another picture now
    assert "box_iou" not in fidelity.picture(view, decoded.image, decoded)


def test_each_image_is_prepared_once(photograph: Image.Image) -> None:
    describer = FakeDescriber()
    fidelity = Fidelity(describer, requested=["classifier"])
    view = fidelity.view(photograph, DESCRIPTION)
    assert fidelity.compare(view, photograph.copy())["classifier"] == pytest.approx(1)
    assert [*fidelity.features(photograph)] == ["classifier"]
    assert describer.calls == 1
    assert fidelity.metrics[0]["model"] == "fake"


def test_second_judge_is_loaded_if_its_package_is_installed() -> None:
    try:
        metadata.version(judges.SECOND)
    except metadata.PackageNotFoundError:
        assert "semcodec[bench]" in Fidelity().skipped["similarity_paraphrase"]
    else:
        similarities = judges.load_second().similarities("a dog", ["a puppy", "a train"])
        assert similarities[0] > similarities[1]
        assert "SHA-256" in judges.describe_second()


def test_round_trip_that_may_cost_money_needs_a_request(photograph: Image.Image) -> None:
    paid = FakeDescriber(is_paid=True)
    fidelity = Fidelity(paid)
    assert fidelity.roundtrip(["cat"], photograph) == {}
    assert "may cost money" in fidelity.skipped["roundtrip"]
    assert not any(metric["name"].startswith("roundtrip") for metric in fidelity.metrics)
    allowed = Fidelity(paid, requested=["roundtrip"])
    assert allowed.roundtrip(["brown", "cat"], photograph)["roundtrip_f1"] == 1
    assert paid.calls == 1
    assert "roundtrip" in Fidelity(None).skipped


def test_errors_are_those_of_the_library(photograph: Image.Image) -> None:
    with pytest.raises(InputError, match="Unknown metric 'fid': use some of words"):
        Fidelity(requested=["fid"])

    class Broken:
        def describe(self, image: Image.Image) -> str:
            raise RuntimeError("no")

    with pytest.raises(BackendError, match="failed to describe"):
        Fidelity(Broken(), requested=["roundtrip"]).roundtrip(["cat"], photograph)


def test_every_group_has_known_metrics() -> None:
    assert {name for names in GROUPS.values() for name in names} <= {*METRICS}
