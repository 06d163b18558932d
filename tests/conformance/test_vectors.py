"""Loading of vectors: the published ones, and files with unexpected content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semcodec.conformance import ConformanceError, vectors

VECTOR = {"name": "a", "framing": "auto", "data": "00", "verdict": "malformed"}


def test_pattern_selects_by_name() -> None:
    assert len(vectors.load(None, "first-byte*")) == 256
    with pytest.raises(ConformanceError, match="No vectors match"):
        vectors.load(None, "nothing*")
    with pytest.raises(ConformanceError, match="see semcodec vectors list --encoder"):
        vectors.load(None, "SC-NIB-*", encode=True)


def test_directory_without_vectors_is_rejected(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ConformanceError, match=str(directory)):
            vectors.load(str(directory), "*")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 200_000,
        '{"format": "SEMCODEC-1"}',
        '{"format": "SEMCODEC-1", "vectors": [{}]}',
        *(
            json.dumps({"format": "SEMCODEC-1", "vectors": [VECTOR | change]})
            for change in (
                {"framing": "--help"},
                {"verdict": "unknown"},
                {"verdict": "valid"},
                {"record": {}},
                {"data": "0"},
                {"data": 0},
                {"name": None},
                {"core": 1},
                {"core": {}},
                {"core": {"verdict": "valid", "findings": []}},
                {"core": {"verdict": "unknown", "findings": [{"rule": "", "offset": 0}]}},
                {"core": {"verdict": "invalid", "findings": [{"rule": "SC-HDR-2"}]}},
                {"core": {"verdict": "invalid", "findings": [1]}},
                {"flags": 1},
            )
        ),
    ],
)
def test_malformed_vector_file_is_rejected(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ConformanceError, match=r"x\.json is not a vector file"):
        vectors.load(str(tmp_path), "*")


def test_other_json_files_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    (tmp_path / "b.json").write_text('{"format": "other"}')
    (tmp_path / "c.json").write_text(json.dumps({"format": "SEMCODEC-1", "vectors": [VECTOR]}))
    [vector] = vectors.load(str(tmp_path), "*")
    assert (vector.name, vector.data, vector.options) == ("a", b"\0", {})


def test_options_and_findings_are_loaded() -> None:
    [vector] = vectors.load(None, "several-profile-unsupported")
    assert vector.options == {"limits": {"max_words": 1}, "profile": "tiny"}
    assert vector.findings == [{"rule": "SC-LIM-2", "offset": 40}]
    [vector] = vectors.load(None, "SC-PRO-2-breaks-crc16")
    assert vector.findings == [{"rule": "SC-PRO-2", "offset": 3}]
    assert (vector.verdict, vector.is_refused) == ("valid", True)
    [vector, *_] = vectors.load(None, "SC-PRO-2-obeys-*")
    assert (vector.findings, vector.is_refused) == (None, False)


def test_unreadable_vector_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    with pytest.raises(ConformanceError, match=r"x\.json"):
        vectors.load(str(tmp_path), "*")


def test_message_about_missing_vectors_names_the_option(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "DIRECTORIES", ())
    with pytest.raises(ConformanceError, match="--vectors"):
        vectors.load(None, "*")


def test_result_for_the_class_core_replaces_that_of_other_decoders() -> None:
    [valid] = vectors.load(None, "SC-LEX-1-obeys-lexicon-two")
    core = valid.for_core_class()
    assert (core.verdict, core.rule, core.offset) == ("unsupported", "SC-HDR-2", 1)
    assert (core.record, core.kind, core.is_refused) == (None, "breaks", True)
    [other] = vectors.load(None, "SC-NIB-1-obeys-paper")
    assert other.for_core_class() is other
    [two] = vectors.load(None, "SC-EXT-12-breaks-empty-bag")
    assert [finding["rule"] for finding in two.core["findings"]] == ["SC-EXT-12", "SC-HDR-2"]
    assert two.for_core_class().kind == "several"
