"""Judges: lookup by name, invalid results, and MiniLM if it is installed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

import semcodec
from semcodec.errors import BackendError, InputError, InvalidResponseError
from semcodec.words import judge, minilm
from semcodec.words.selection.similarity import judge_name
from tests.fakes import FunctionJudge, OverlapJudge

DESCRIPTION = "A red boat on a blue lake with mountains behind."


@pytest.fixture
def missing_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    minilm.load.cache_clear()
    monkeypatch.setattr(minilm, "PACKAGE", "semcodec_no_such_package")
    yield
    minilm.load.cache_clear()


@pytest.fixture
def minilm_judge() -> minilm.SentenceModel:
    for package in ("numpy", "onnxruntime", "tokenizers", minilm.PACKAGE):
        pytest.importorskip(package)
    return minilm.load()


def test_vocabulary_file_has_the_hash_of_its_notice() -> None:
    folder = resources.files("semcodec.words").joinpath("wordpieces")
    pieces = folder.joinpath(minilm.VOCABULARY).read_bytes()
    assert hashlib.sha256(pieces).hexdigest() in folder.joinpath("NOTICE").read_text("utf-8")
    assert pieces.count(b"\n") == 30522


def test_none_is_selection_by_salience() -> None:
    assert judge(None) is None
    assert judge_name(None) == "salience"


def test_object_with_the_methods_is_a_judge() -> None:
    overlap = OverlapJudge()
    assert judge(overlap) is overlap
    assert judge_name(overlap) == "overlap"


def test_auto_is_none_without_the_package(missing_package: None) -> None:
    assert judge("auto") is None
    assert semcodec.select(DESCRIPTION, 4, judge="auto") == semcodec.select(DESCRIPTION, 4)


def test_missing_package_of_a_named_judge_is_a_backend_error(missing_package: None) -> None:
    with pytest.raises(BackendError, match=r"pip install 'semcodec\[judge\]'") as caught:
        judge("minilm")
    assert (caught.value.backend, caught.value.stage) == ("minilm", "load")


def test_model_with_another_hash_is_not_loaded(
    missing_package: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    tmp_path.joinpath("model.onnx").write_bytes(b"another")
    monkeypatch.setattr(minilm.resources, "files", lambda package: tmp_path)
    with pytest.raises(BackendError, match="unknown hash"):
        judge("minilm")


@pytest.mark.parametrize("value", ["gpt", "", 7, object()])
def test_unknown_judge_is_an_input_error(value: Any) -> None:
    with pytest.raises(InputError, match="judge"):
        judge(value)


@pytest.mark.parametrize(
    "result", [[], [0.5, 0.5, 0.5] * 99, [float("nan")], [float("inf")]], ids=repr
)
def test_result_without_one_number_per_text_is_an_invalid_response(result: list[float]) -> None:
    with pytest.raises(InvalidResponseError, match="function"):
        semcodec.select("boat", 1, judge=FunctionJudge(lambda texts: result))


@pytest.mark.parametrize("result", [None, "x", ["x"], 7, [10**400]], ids=repr)
def test_exception_of_a_judge_is_a_backend_error(result: Any) -> None:
    with pytest.raises(BackendError, match="function"):
        semcodec.select("boat", 1, judge=FunctionJudge(lambda texts: result))


def test_backend_error_of_a_judge_is_not_wrapped() -> None:
    def fail(texts: Any) -> Any:
        raise BackendError("own error", backend="function")

    with pytest.raises(BackendError, match="own error"):
        semcodec.select("boat", 1, judge=FunctionJudge(fail))


def test_minilm_ranks_texts_by_meaning(minilm_judge: minilm.SentenceModel) -> None:
    texts = ["a crimson ship on water near hills", "a dog eats a bone in the kitchen", ""]
    similar, different, empty = minilm_judge.similarities(DESCRIPTION, texts)
    assert similar > 0.4 > 0.2 > different
    assert empty < similar
    assert minilm_judge.similarities(DESCRIPTION, [DESCRIPTION])[0] == pytest.approx(1, abs=1e-4)


def test_minilm_result_does_not_depend_on_the_batch(minilm_judge: minilm.SentenceModel) -> None:
    texts = [f"boat {'lake ' * n}" for n in range(40)]
    together = minilm_judge.similarities(DESCRIPTION, texts)
    assert together[::13] == pytest.approx(
        [minilm_judge.similarities(DESCRIPTION, [text])[0] for text in texts[::13]], abs=1e-5
    )


def test_minilm_result_does_not_depend_on_the_last_description(
    minilm_judge: minilm.SentenceModel,
) -> None:
    first = minilm_judge.similarities(DESCRIPTION, ["a boat"])
    assert minilm_judge.similarities("A dog in a kitchen.", ["a boat"]) != first
    assert minilm_judge.similarities(DESCRIPTION, ["a boat"]) == first


def test_minilm_accepts_long_and_foreign_texts(minilm_judge: minilm.SentenceModel) -> None:
    assert len(minilm_judge.similarities("船 " * 9000, ["Ünïcode ✓", "x" * 9000, "\0"])) == 3


def test_minilm_selection_is_at_least_as_similar_as_salience(
    minilm_judge: minilm.SentenceModel,
) -> None:
    by_judge = semcodec.select(DESCRIPTION, 9, coding="utf8", max_bits=80, judge="minilm")
    by_rule = semcodec.select(DESCRIPTION, 9, coding="utf8", max_bits=80)
    similarities = minilm_judge.similarities(DESCRIPTION, [" ".join(by_judge), " ".join(by_rule)])
    assert similarities[0] >= similarities[1]


@pytest.mark.parametrize("similarity", [1e308, -50.0, 1.02, float("nan"), "much"])
def test_similarity_that_is_not_a_cosine_is_a_backend_error(similarity: object) -> None:
    judge = FunctionJudge(lambda texts: [similarity] * len(texts))
    with pytest.raises(BackendError):
        semcodec.select("a red boat on blue water", 3, judge=judge)


def test_cosine_may_be_rounded_above_one() -> None:
    judge = FunctionJudge(lambda texts: [1.005 for _ in texts])
    assert semcodec.select("a red boat on blue water", 3, judge=judge)


def test_judge_whose_attributes_raise_is_an_input_error() -> None:
    class Raising:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(name)

    with pytest.raises(InputError, match="RuntimeError"):
        semcodec.select("a red boat", 2, judge=Raising())
