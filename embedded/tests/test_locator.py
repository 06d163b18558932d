"""The words of descriptions find the objects of the detector."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from semcodec_embedded import detector
from semcodec_embedded.backend import EmbeddedBackend
from semcodec_embedded.detector import Box, Detection
from semcodec_embedded.fusion import Evidence
from semcodec_embedded.labels import labels
from semcodec_embedded.locator import assign, find_names, names
from semcodec_embedded.recognition import Recognition
from tests.images import scene


def located(
    words: str, objects: Sequence[str], doubtful: Sequence[str] = (), score: float = 0.4
) -> dict[int, int]:
    """Return the numbers of boxes by word; objects are from large to small, from left to right."""
    found = [
        Detection(noun, score, Box(index / 20, 0, (index + 1) / 20, 1 - index / 50))
        for index, noun in enumerate([*objects, *doubtful])
    ]
    evidence = Evidence(tuple(found[: len(objects)]), (), (), {})
    boxes: dict[int, int] = {}
    for index, _ in assign(find_names(words.split()), Recognition(found, evidence)):
        boxes[index] = boxes.get(index, 0) + 1
    return boxes


@pytest.mark.parametrize(
    ("words", "objects", "expected"),
    [
        ("red dog", ["dog"], {1: 1}),
        ("two dogs", ["dog", "dog"], {1: 2}),
        ("two yellow parrot", ["parrot", "parrot"], {2: 2}),
        ("beagle on sofa", ["dog", "couch"], {0: 1, 2: 1}),
        ("surfer wave board", ["person", "surfboard"], {0: 1, 2: 1}),
        ("man woman", ["person", "person"], {0: 1, 1: 1}),
        ("people dogs", ["person"] * 3, {0: 3}),
        ("man with people", ["person"] * 4, {0: 1, 2: 3}),
        ("astronaut orange suit flag", ["person"], {0: 1}),
        ("professor scientists", ["person"] * 3, {0: 1, 1: 2}),
        ("man suit", ["person", "person"], {0: 1}),
        ("red dirt bike", ["motorcycle", "bicycle"], {2: 1}),
        ("yellow taxi", ["taxi"], {1: 1}),
        ("yellow taxi silver car", ["car", "car", "car"], {1: 1, 3: 1}),
        ("taxi car", ["car"], {1: 1}),
        ("yellow taxi", ["car"], {1: 1}),
        ("parked cars", ["taxi", "car"], {1: 2}),
        ("old streetcar", ["streetcar"], {1: 1}),
        ("train", ["streetcar"], {0: 1}),
        ("geese on lake", ["goose", "goose"], {0: 2}),
        ("fishing vessel", ["ship"], {1: 1}),
        ("animals grazing", ["cow", "sheep"], {0: 2}),
        ("vehicles bus", ["bus", "car", "truck"], {0: 2, 1: 1}),
        ("brown teddy bear", ["teddy bear"], {2: 1}),
        ("hot dog", ["dog"], {}),
        ("hot dog", ["hot dog"], {1: 1}),
        ("dog hot", ["hot dog"], {0: 1}),
        ("fire hydrant", ["fire hydrant"], {1: 1}),
        ("stop sign", ["stop sign"], {1: 1}),
        ("street sign", ["stop sign"], {}),
        ("wine glass", ["glass"], {1: 1}),
        ("baseball bat", ["ball", "baseball bat"], {1: 1}),
        ("orange cat", ["orange", "cat"], {1: 1}),
        ("peeled orange", ["orange"], {1: 1}),
        ("skier skis", ["person", "skis"], {0: 1, 1: 1}),
        ("Dogs", ["dog", "dog"], {0: 2}),
        ("foggy running blue", ["dog", "person"], {}),
        ("", ["dog"], {}),
    ],
)
def test_words_find_their_objects(words: str, objects: list[str], expected: dict[int, int]) -> None:
    assert located(words, objects) == expected


def test_larger_objects_go_to_the_first_words_and_the_smallest_of_them_to_a_child() -> None:
    found = [Detection("person", 0.9, Box(0, 0, 1, height)) for height in (0.9, 0.3, 0.1, 0.6)]
    evidence = Evidence(tuple(found), (), (), {})
    words = ["child", "mother", "father"]
    heights = {
        words[index]: detection.box.bottom
        for index, detection in assign(find_names(words), Recognition(found, evidence))
    }
    assert heights == {"child": 0.3, "mother": 0.9, "father": 0.6}


def test_word_supports_a_doubtful_object_that_no_accepted_one_matches() -> None:
    assert located("umbrella", [], ["umbrella"]) == {0: 1}
    assert located("umbrellas", ["umbrella"], ["umbrella"]) == {0: 1}
    assert located("dog", [], ["umbrella"]) == {}
    assert located("umbrella", [], ["umbrella"], score=0.28) == {}


def test_tables_name_known_classes() -> None:
    known = {*labels().detector, *labels().nouns, *labels().hyponyms}
    tables = names()
    for classes in (*tables.synonyms.values(), *tables.general.values()):
        assert classes <= known
    assert {*tables.compounds.values()} <= known


def test_networks_run_once_for_a_photograph(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    detect = detector.detect
    monkeypatch.setattr(detector, "detect", lambda picture: sizes.append(1) or detect(picture))
    backend = EmbeddedBackend()
    backend.describe(scene())
    assert backend.locate(scene(), ["dog", "red"]) == [[], []]
    assert len(sizes) == 1
    backend.locate(scene((64, 96)), ["dog"])
    assert len(sizes) == 2
