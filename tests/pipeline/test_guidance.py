"""Layers in ``decode``: what painters get, what is added to prompts, and what is aligned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import Guide, WordBoxes
from semcodec.backends.painted_scene import PaintedObject, PaintedScene
from semcodec.errors import BackendError, InputError
from semcodec.imaging import alignment
from semcodec.imaging.color_layer import encode_colors, render_colors
from semcodec.imaging.regions import average_colors
from semcodec.pipeline import guidance
from semcodec.words.predicates import Predicate

SIZE = (96, 64)
WORDS = ["red", "boat", "brown", "dog", "left"]
DOG = [(0, 8, 8, 24)]  # at the left, 25 % of the width, 50 % of the height
AT_LEFT = "at the left (25 % of the width, 50 % of the height)"
PHOTOGRAPH = Image.merge(
    "RGB", (Image.linear_gradient("L"), Image.new("L", (256, 256), 90), Image.linear_gradient("L"))
)
COLORS = encode_colors(PHOTOGRAPH, 24)


def make_record(words: Sequence[str] = WORDS, **layers: Any) -> bytes:
    return semcodec.pack(list(words), coding="lexicon", size=SIZE, extensions=layers)


BOTH = make_record(layout={"dog": DOG}, colors=COLORS)
PLAIN = make_record()


class Painter:
    """Paints gray pictures with a white half, and keeps what it was called with."""

    name = "painter"

    def __init__(self, size: tuple[int, int] | None = None) -> None:
        self.size = size
        self.prompts: list[str] = []
        self.guides_given: list[Any] = []

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
        self.prompts.append(prompt)
        image = Image.new("RGB", self.size or size, (90 + seed, 90, 90))
        image.paste((180, 180, 180), (0, 0, image.width // 2, image.height))
        return image


class Guided(Painter):
    guides: Any = frozenset({"layout", "colors"})

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Any:
        self.guides_given.append(guide)
        return super().paint(prompt, size, seed)


class TakesColors(Guided):
    guides: Any = ("colors", "depth")


def decode(data: bytes, painter: Any, **options: Any) -> semcodec.Decoded:
    return semcodec.decode(data, painter=painter, **options)


def stages(decoded: semcodec.Decoded) -> list[str]:
    return [stage.name for stage in decoded.trace.stages]


def distance(image: Image.Image, other: Image.Image | None = None) -> float:
    """Return the mean difference of average colors, in 255ths, to another image or the layer."""
    other = other or render_colors(COLORS, (64, 64))
    pairs = list(zip(average_colors(image, 8, 8), average_colors(other, 8, 8), strict=True))
    return sum(abs(a - b) for pair in pairs for a, b in zip(*pair, strict=True)) / len(pairs)


# --- painters


def test_painter_gets_the_layers_that_it_declares() -> None:
    painter = Guided()
    decoded = decode(BOTH, painter)
    (guide,) = painter.guides_given
    assert guide.layout == (WordBoxes("dog", 3, ((0.0, 0.25, 0.25, 0.75),)),)
    assert (guide.colors.mode, guide.colors.size) == ("RGB", (256, 171))
    assert distance(guide.colors) < 3
    assert painter.prompts == ["red boat brown dog left"]
    assert decoded.guides == {"layout": "painter", "colors": "painter"}
    assert stages(decoded) == ["expand", "paint"]
    assert decoded.image.getpixel((95, 0)) == (90, 90, 90)  # as it was painted


def test_guide_has_only_what_is_declared() -> None:
    painter = TakesColors()
    decoded = decode(BOTH, painter)
    (guide,) = painter.guides_given
    assert (guide.layout, guide.colors is None) == ((), False)
    assert painter.prompts == [f"red boat brown dog left. In the picture: dog {AT_LEFT}."]
    assert decoded.guides == {"layout": "prompt", "colors": "painter"}


def test_other_painters_get_places_in_words_and_are_aligned() -> None:
    painter = Painter()
    decoded = decode(BOTH, painter)
    assert painter.prompts == [f"red boat brown dog left. In the picture: dog {AT_LEFT}."]
    assert decoded.guides == {"layout": "prompt", "colors": "aligned"}
    assert stages(decoded) == ["expand", "paint", "align"]
    paint, align = decoded.trace.stages[1:]
    assert paint.notes == {"guides": ["layout: prompt", "colors: aligned"]}
    assert (align.model, align.inputs, align.notes) == (
        "alignment",
        [paint.output],
        {"strength": [alignment.DEFAULT_STRENGTH]},
    )
    digest = hashlib.sha256(decoded.image.tobytes()).hexdigest()
    assert align.output == {"size": list(SIZE), "sha256": digest}
    assert distance(decoded.image) < distance(decode(PLAIN, Painter()).image) / 2


@pytest.mark.parametrize(
    ("painter", "share", "use"),
    [
        (Painter, 0, "ignored"),
        (Painter, 0.5, "aligned"),
        (Guided, 0, "painter"),
        (Guided, 1, "painter, aligned"),
    ],
)
def test_strength_of_alignment_can_be_set(painter: Any, share: float, use: str) -> None:
    decoded = decode(BOTH, painter(), align_colors=share)
    assert decoded.guides["colors"] == use
    assert ("align" in stages(decoded)) == (share > 0)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), "0.5", True])
def test_invalid_strength_is_an_input_error(value: Any) -> None:
    with pytest.raises(InputError, match="align_colors: use a share from 0 to 1"):
        decode(BOTH, Painter(), align_colors=value)


@pytest.mark.parametrize("painter", [Painter, Guided])
def test_layers_can_be_ignored(painter: Any) -> None:
    used, plain = painter(), painter()
    ignored = decode(BOTH, used, ignore_layers=True, align_colors=0.5)
    image = decode(PLAIN, plain).image
    assert ignored.guides == {"layout": "ignored", "colors": "ignored"}
    assert used.prompts == plain.prompts
    assert not any(used.guides_given)
    assert ignored.image.tobytes() == image.tobytes()


def test_record_without_layers_is_decoded_as_before() -> None:
    class Strict(Guided):
        def paint(self, *args: Any, **options: Any) -> Any:
            assert not options
            return super().paint(*args)

    decoded, painter = decode(PLAIN, Strict(), align_colors=1.0), Painter()
    plain = decode(PLAIN, painter)
    assert decoded.guides == plain.guides == {}
    assert painter.prompts == ["red boat brown dog left"]
    assert stages(decoded) == stages(plain) == ["expand", "paint"]
    assert [stage.notes for stage in decoded.trace.stages] == [{}, {}]
    assert len(decoded.trace.stages[1].inputs) == 3
    assert decoded.image.tobytes() == plain.image.tobytes()


def test_sketch_is_ignored() -> None:
    decoded = decode(make_record(sketch=bytes([32, 1, 2, 3])), Guided())
    assert decoded.guides == {"sketch": "ignored"}


def test_trace_shows_the_guide_as_json() -> None:
    trace = json.loads(decode(BOTH, Guided()).trace.to_json())
    guide = trace["stages"][1]["inputs"][3]
    assert guide["layout"] == [["dog", 3, [[0.0, 0.25, 0.25, 0.75]]]]
    assert guide["colors"]["size"] == [256, 171]


# --- painters that misbehave


def test_painter_that_changes_its_colors_does_not_change_those_of_the_next_picture() -> None:
    class Vandal(Guided):
        def paint(self, *args: Any, guide: Any = None, **options: Any) -> Any:
            self.digests = [*getattr(self, "digests", []), guide.colors.tobytes()]
            guide.colors.paste((0, 0, 0), (0, 0, 256, 256))
            return super().paint(*args)

    painter = Vandal()
    decode(BOTH, painter, candidates=2, reflect=1, checker=Answers("no"))
    first, second = painter.digests
    assert first == second


def test_painter_whose_method_lacks_the_parameter_works() -> None:
    class Old(Painter):
        guides = frozenset({"layout", "colors"})

    decoded = decode(BOTH, Old())
    assert decoded.guides == {"layout": "prompt", "colors": "aligned"}


def test_error_of_a_painter_with_a_guide_is_a_backend_error() -> None:
    class Broken(Guided):
        def paint(self, *args: Any, **options: Any) -> Any:
            raise TypeError("unexpected colors")

    with pytest.raises(BackendError, match="painter failed to paint: TypeError") as caught:
        decode(BOTH, Broken())
    assert caught.value.stage == "paint"


# --- words


@pytest.mark.parametrize(
    ("words", "layout", "places"),
    [
        (["dog"], {1: DOG}, ""),  # beyond the words
        (["dog"], {63: DOG}, ""),
        (["dog", "right"], {"dog": DOG}, ""),  # the words come first
        (["dog", "left"], {"dog": DOG}, f"dog {AT_LEFT}"),
        (["stop", "sign", "street"], {"sign": DOG}, f"stop sign {AT_LEFT}"),
        (["two", "dogs"], {"dogs": [*DOG, (24, 8, 32, 24)]}, "dogs: one at the left"),
        (["three", "dogs"], {"dogs": [*DOG, (24, 8, 32, 24)]}, "dogs at the left"),
        (["several", "dogs"], {"dogs": [*DOG, (8, 8, 16, 24), (24, 8, 32, 24)]}, "dogs: two"),
        (["stop", "sign", "street", "sign"], {"sign": DOG}, f"sign {AT_LEFT}"),
        (["dog", "right"], {"right": DOG}, f"right {AT_LEFT}"),  # any word can have boxes
    ],
)
def test_places_in_the_prompt(words: list[str], layout: Any, places: str) -> None:
    painter = Painter()
    decoded = decode(make_record(words, layout=layout), painter)
    before, found, after = painter.prompts[0].partition(". In the picture: ")
    assert (before, bool(found)) == (" ".join(words), bool(places))
    assert after.startswith(places)
    assert decoded.guides == {"layout": "prompt" if places else "ignored"}


def test_boxes_of_a_skeleton_have_the_restored_word() -> None:
    data = semcodec.pack("rd bt", size=SIZE, extensions={"layout": {1: DOG}})
    painter = Painter()
    decode(data, painter)
    assert painter.prompts == [f"red boat. In the picture: boat {AT_LEFT}."]


def test_prompt_that_ends_with_a_full_stop_gets_no_other() -> None:
    class Writer:
        name = "writer"

        def expand(self, words: list[str]) -> str:
            return "A dog. "

        def select(self) -> None: ...

    painter = Painter()
    decode(make_record(layout={"dog": DOG}), painter, writer=Writer())
    assert painter.prompts == [f"A dog. In the picture: dog {AT_LEFT}."]


# --- sizes


def test_boxes_and_colors_move_to_the_part_that_is_kept() -> None:
    class Square(Guided):
        def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
            return 60, 60

    painter = Square()
    decoded = decode(BOTH, painter, size=(60, 30))  # the middle half of a square is kept
    (guide,) = painter.guides_given
    assert guide.layout[0].boxes == ((0.0, 0.375, 0.25, 0.625),)
    assert guide.colors.size == (256, 256)
    assert distance(guide.colors.crop((0, 64, 256, 192))) < 3
    top = guide.colors.crop((0, 0, 256, 64))
    assert top.getpixel((9, 0)) == top.getpixel((9, 63))  # the colors at the edge go on
    assert decoded.image.size == (60, 30)


@pytest.mark.parametrize("painted", [(96, 64), (40, 64), (200, 64), (1, 1), (300, 2)])
def test_picture_of_any_size_is_aligned(painted: tuple[int, int]) -> None:
    decoded = decode(BOTH, Painter(painted), align_colors=1.0)
    assert decoded.image.size == SIZE
    plain = decode(PLAIN, Painter(painted)).image
    assert distance(decoded.image) < distance(plain)


# --- hostile layers


@pytest.mark.parametrize("painter", [Painter, Guided])
@pytest.mark.parametrize(
    "layers",
    [
        {"colors": bytes(range(256)) * 2},
        {"colors": b"\xff" * 512},
        {"colors": b"\0"},
        {"layout": {index: [(0, 0, 32, 32)] for index in range(16)}},
        {"layout": {index: [(0, 0, 1, 1)] for index in range(48, 64)}},
    ],
)
def test_any_layer_gives_a_picture(painter: Any, layers: dict[str, Any]) -> None:
    words = ["dog"] * 20 + ["x" * 60, "left"]
    decoded = decode(make_record(words, **layers), painter())
    assert decoded.image.size == SIZE
    assert set(decoded.guides) == set(layers)


# --- reflection


class Answers:
    """A checker that answers the same to every statement but ``others``."""

    name = "answers"

    def __init__(self, answer: str, **others: str) -> None:
        self.answer, self.others = answer, others
        self.images: list[Image.Image] = []

    def check(self, image: Image.Image, predicates: Sequence[Predicate]) -> list[str]:
        self.images.append(image)
        return [self.others.get(each.kind, self.answer) for each in predicates]


class Drifting(Painter):
    """Makes the picture redder with each edit, and keeps what it got."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[str] = []
        self.got: list[Image.Image] = []

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        self.changes.append(change)
        self.got.append(image)
        red, green, blue = image.split()
        return Image.merge("RGB", (red.point(lambda value: value + 30), green, blue))


class Improving(Answers):
    """Finds three statements true in the first picture, and one more in each other one."""

    def check(self, image: Image.Image, predicates: Sequence[Predicate]) -> list[str]:
        self.images.append(image)
        right = len(self.images) + 2
        return ["yes"] * right + ["no"] * (len(predicates) - right)


def test_edits_begin_with_the_painted_picture_and_are_aligned_against_drift() -> None:
    painter, checker = Drifting(), Improving("no")
    decoded = decode(BOTH, painter, checker=checker, reflect=3)
    assert len(painter.changes) == 2
    first, *_, last = checker.images
    # The editor gets pictures as they were painted, and makes them redder and redder.
    assert [image.getpixel((95, 0)) for image in painter.got] == [
        (90, 90, 90),
        (120, 90, 90),
    ]
    # What is checked and kept does not drift: 60 more red is less than a third of that.
    assert distance(first, last) < 20
    assert decoded.image.tobytes() == last.tobytes()


def test_editor_that_paints_into_its_picture_leaves_the_unaligned_one() -> None:
    class Inplace(Drifting):
        def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
            self.got.append(image.copy())
            image.paste((0, 0, 0), (0, 0, *image.size))
            raise semcodec.RefusalError("no")

    painter = Inplace()
    decode(BOTH, painter, checker=Answers("no"), reflect=3)
    assert [image.getpixel((95, 0)) for image in painter.got] == [(90, 90, 90)] * 2


def test_candidates_and_pictures_painted_again_have_the_same_guide_and_places() -> None:
    for painter in (Guided(), Painter()):
        decode(BOTH, painter, checker=Answers("no"), reflect=4, candidates=2)
        assert len(painter.prompts) > 2
        first, *others = painter.prompts
        assert all(prompt.startswith(first) for prompt in others)
        assert all(len(guide.layout) == 1 and guide.colors for guide in painter.guides_given)


def test_changes_name_the_box_to_an_editor_without_guides() -> None:
    for kind, change in (
        ("noun", f"Add dog {AT_LEFT}."),
        ("place", f"Move the dog to{AT_LEFT[2:]}."),
    ):
        painter = Drifting()
        decode(BOTH, painter, checker=Answers("yes", **{kind: "no"}), reflect=3)
        assert change in painter.changes


class Reporter(Guided):
    """Reports a dog that is not at its box, and edits with boxes."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[str] = []

    def painted_scene(self, image: Image.Image) -> PaintedScene:
        dog = PaintedObject("dog", 1, 0.2, ("brown",), x=0.8)
        return PaintedScene((PaintedObject("boat", 1, 1.0, ("red",)), dog))

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        self.changes.append(change)
        return Image.new("RGB", image.size, (len(self.changes), 0, 0))


def test_no_change_moves_a_thing_out_of_its_box() -> None:
    with_box, without = Reporter(), Reporter()
    decode(BOTH, with_box, reflect=9)
    decode(PLAIN, without, reflect=9)
    leaving = {
        "Move the dog to a free place.",
        "Move the dog to the left.",
        "Draw the dog smaller.",
    }
    assert leaving <= set(without.changes)
    assert set(with_box.changes) == set(without.changes) - leaving


def test_statement_that_contradicts_the_box_is_not_checked() -> None:
    layout = {"dog": [(24, 8, 32, 24)]}  # at the right
    painter = Guided()
    checked = decode(make_record(layout=layout), painter, checker=Answers("no"), reflect=1)
    assert painter.guides_given[0].layout
    assert "dog left" not in checked.steps[0].answers
    # Without a guide, the words are all that the painter has.
    checked = decode(make_record(layout=layout), Painter(), checker=Answers("no"), reflect=1)
    assert "dog left" in checked.steps[0].answers
    assert checked.guides == {"layout": "ignored"}


def test_description_is_compared_with_the_prompt_without_places() -> None:
    class Describer:
        name = "describer"

        def describe(self, image: Image.Image) -> str:
            return "A dog."

    class Writer:
        name = "writer"

        def __init__(self) -> None:
            self.compared: list[str] = []

        def expand(self, words: list[str]) -> str:
            return "a dog"

        def select(self) -> None: ...

        def compare(self, a: str, b: str) -> str:
            self.compared.append(b)
            return ""

    writer = Writer()
    decode(BOTH, Painter(), writer=writer, describer=Describer(), reflect_by="description")
    assert writer.compared == ["a dog"]


def test_boxes_do_not_move_for_a_rounded_pixel() -> None:
    layers = semcodec.unpack(BOTH).layers
    for painted, moved in (((98, 64), False), ((100, 64), True)):
        (dog,) = guidance.read_boxes(layers, WORDS, guidance.Canvas(painted, SIZE))
        assert (dog.boxes != layers.layout[0].shares) == moved
