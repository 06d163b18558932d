"""Every planted misreading is killed by the vectors that it names, or is equivalent."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from tests import profiles
from tests.misreadings import find_killers, page
from tests.misreadings.catalog import Misreading, all_misreadings, original
from tests.misreadings.implementations import Implementations, is_for
from tests.misreadings.vectors import all_vectors

ALL = all_misreadings()
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is missing")


def test_names_are_unique() -> None:
    counts = Counter(misreading.name for misreading in ALL)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_misreading_changes_its_file() -> None:
    for misreading in ALL:
        # ``source`` raises LookupError if a text is not there exactly once
        assert misreading.source != original(misreading.file), misreading.name


def test_every_misreading_has_killers_or_a_reason() -> None:
    vectors = all_vectors()
    for misreading in ALL:
        assert bool(misreading.killed_by) != bool(misreading.equivalent), misreading.name
        assert len(misreading.killed_by) <= find_killers.MAX_KILLERS, misreading.name
        for name in misreading.killed_by:
            assert is_for(misreading.file, vectors[name]), (misreading.name, name)


def test_a_text_that_is_not_there_once_is_named() -> None:
    for old, count in (("no such text", 0), ("const", original(ALL[0].file).count("const"))):
        misreading = Misreading("bag", "a name", "K.7", ALL[0].file, [{"old": old, "new": ""}])
        with pytest.raises(LookupError, match=f"'a name' of bag.toml .* occurs {count} times in"):
            _ = misreading.source


def test_page_is_up_to_date() -> None:
    command = "python -m tests.misreadings.find_killers"
    assert page.PATH.read_text("utf-8") == page.make(), f"Run `{command}`."


@needs_node
def test_vectors_kill_the_misreadings_that_name_them() -> None:
    vectors = all_vectors()
    with Implementations() as implementations:
        for file in sorted({misreading.file for misreading in ALL}):
            named = {v for m in ALL if m.file == file for v in m.killed_by}
            correct = implementations.failed(file, original(file), [vectors[n] for n in named])
            assert correct == [], f"The unchanged {file} fails."
        survivors = []
        for misreading in ALL:
            killers = [vectors[name] for name in misreading.killed_by]
            failed = implementations.failed(misreading.file, misreading.source, killers)
            if set(failed) != set(misreading.killed_by):
                survivors.append((misreading.name, failed))
    assert survivors == []


@needs_node
@pytest.mark.sampled
@pytest.mark.skipif(profiles.NAME != "nightly", reason="runs all vectors, for minutes")
def test_no_vector_shows_an_equivalent_misreading(
    record_property: profiles.RecordProperty,
) -> None:
    vectors = list(all_vectors().values())
    equivalent = [misreading for misreading in ALL if misreading.equivalent]
    with Implementations() as implementations:
        for misreading in equivalent:
            found = implementations.failed(misreading.file, misreading.source, vectors)
            assert found == [], misreading.name
    record_property("inputs", len(equivalent))
