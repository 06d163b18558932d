"""Which judge is meant, what is made of wrong answers, and the real one where it is installed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

import semcodec
from semcodec.errors import BackendError, InputError, InvalidResponseError
from semcodec.words import judge, minilm
from semcodec.words.similarity import name
from tests.overlap import Foreign, Overlap

DESCRIPTION = "A red boat on a blue lake with mountains behind."


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    minilm.load.cache_clear()
    monkeypatch.setattr(minilm, "PACKAGE", "semcodec_no_such_package")
    yield
    minilm.load.cache_clear()


@pytest.fixture
def real() -> minilm.SentenceModel:
    for package in ("numpy", "onnxruntime", "tokenizers", minilm.PACKAGE):
        pytest.importorskip(package)
    return minilm.load()


def test_the_pieces_are_those_the_notice_names() -> None:
    folder = resources.files("semcodec.words").joinpath("wordpieces")
    pieces = folder.joinpath("uncased.txt").read_bytes()
    assert hashlib.sha256(pieces).hexdigest() in folder.joinpath("NOTICE").read_text("utf-8")
    assert pieces.count(b"\n") == 30522


def test_none_is_the_rule() -> None:
    assert judge(None) is None
    assert name(None) == "salience"


def test_an_object_is_its_own_judge() -> None:
    own = Overlap()
    assert judge(own) is own
    assert name(own) == "overlap"


def test_auto_falls_back_to_the_rule(missing: None) -> None:
    assert judge("auto") is None
    assert semcodec.select(DESCRIPTION, 4, judge="auto") == semcodec.select(DESCRIPTION, 4)


def test_one_that_was_asked_for_by_name_must_be_there(missing: None) -> None:
    with pytest.raises(BackendError, match=r"pip install 'semcodec\[judge\]'") as caught:
        judge("minilm")
    assert (caught.value.backend, caught.value.stage) == ("minilm", "load")


def test_another_model_than_the_known_one_is_not_loaded(
    missing: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    tmp_path.joinpath("model.onnx").write_bytes(b"another")
    monkeypatch.setattr(minilm.resources, "files", lambda package: tmp_path)
    with pytest.raises(BackendError, match="not the known one"):
        judge("minilm")


@pytest.mark.parametrize("wanted", ["gpt", "", 7, object()])
def test_no_judge_is_an_input_error(wanted: Any) -> None:
    with pytest.raises(InputError, match="judge"):
        judge(wanted)


@pytest.mark.parametrize(
    "answer", [[], [0.5, 0.5, 0.5] * 99, [float("nan")], [float("inf")]], ids=repr
)
def test_an_answer_that_is_no_number_for_each_text_is_a_bad_answer(answer: list[float]) -> None:
    with pytest.raises(InvalidResponseError, match="foreign"):
        semcodec.select("boat", 1, judge=Foreign(lambda texts: answer))


@pytest.mark.parametrize("answer", [None, "x", ["x"], 7, [10**400]], ids=repr)
def test_whatever_a_judge_raises_is_a_backend_error(answer: Any) -> None:
    with pytest.raises(BackendError, match="foreign"):
        semcodec.select("boat", 1, judge=Foreign(lambda texts: answer))


def test_a_judge_s_own_backend_error_goes_through() -> None:
    def failing(texts: Any) -> Any:
        raise BackendError("mine", backend="foreign")

    with pytest.raises(BackendError, match="mine"):
        semcodec.select("boat", 1, judge=Foreign(failing))


def test_the_real_one_knows_what_is_alike(real: minilm.SentenceModel) -> None:
    texts = ["a crimson ship on water near hills", "a dog eats a bone in the kitchen", ""]
    near, far, nothing = real.similarities(DESCRIPTION, texts)
    assert near > 0.4 > 0.2 > far
    assert nothing < near
    assert real.similarities(DESCRIPTION, [DESCRIPTION])[0] == pytest.approx(1, abs=1e-4)


def test_the_real_one_answers_the_same_in_any_company(real: minilm.SentenceModel) -> None:
    texts = [f"boat {'lake ' * n}" for n in range(40)]
    together = real.similarities(DESCRIPTION, texts)
    assert together[::13] == pytest.approx(
        [real.similarities(DESCRIPTION, [text])[0] for text in texts[::13]], abs=1e-5
    )


def test_the_real_one_reads_long_and_foreign_texts(real: minilm.SentenceModel) -> None:
    assert len(real.similarities("船 " * 9000, ["Ünïcode ✓", "x" * 9000, "\0"])) == 3


def test_the_real_one_chooses_what_tells_most(real: minilm.SentenceModel) -> None:
    by_judge = semcodec.select(DESCRIPTION, 9, coding="utf8", max_bits=80, judge="minilm")
    by_rule = semcodec.select(DESCRIPTION, 9, coding="utf8", max_bits=80)
    said = real.similarities(DESCRIPTION, [" ".join(by_judge), " ".join(by_rule)])
    assert said[0] >= said[1]


@pytest.mark.parametrize("answer", [1e308, -50.0, float("nan"), "much"])
def test_an_answer_that_is_no_cosine_is_a_bad_one(answer: object) -> None:
    class Odd:
        name = "odd"

        def similarities(self, description: str, texts: object) -> list[object]:
            return [answer] * len(list(texts))  # type: ignore[call-overload]

    with pytest.raises(BackendError):
        semcodec.select("a red boat on blue water", 3, judge=Odd())


def test_a_judge_whose_attributes_raise_is_the_callers_fault() -> None:
    class Raising:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(name)

    with pytest.raises(InputError):
        semcodec.select("a red boat", 2, judge=Raising())
