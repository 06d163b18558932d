"""The tests that the registry names for a requirement fail when the requirement is not met."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests import profiles
from tests.requirements import runner, sites


def test_every_requirement_has_several_mutants() -> None:
    counts = Counter(mutant.requirement for mutant in runner.mutants())
    assert set(counts) == set(runner.requirements())
    assert min(counts.values()) >= 2


def test_every_mutant_changes_the_code() -> None:
    for mutant in [*runner.mutants(), *sites.sites()]:
        source = mutant.source  # raises LookupError if the code has changed since
        compile(source, mutant.file, "exec")
        assert source != (sites.ROOT / mutant.file).read_text("utf-8")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the runner forks")
@pytest.mark.parametrize(
    ("source", "limit", "error"),
    [
        ("while True: pass", 1, "no result within 1 s"),
        ("import os; os._exit(0)", runner.MAX_SECONDS, "the process ended without a report"),
        ("import os; os.abort()", runner.MAX_SECONDS, "the process ended without a report"),
    ],
)
def test_crash_and_timeout_of_a_mutant_are_distinguished(
    source: str, limit: int, error: str
) -> None:
    code = (
        "from tests.requirements import runner\n"
        f"runner.MAX_SECONDS = {limit}\n"
        "tests = ['tests/bitstream/test_vectors.py']\n"
        f"print(runner.verdict(runner.run_tests(tests, 'semcodec/errors.py', {source!r})))"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=sites.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"no test failed, but there were errors: {error}\n"


@pytest.mark.sampled
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the runner forks")
def test_mutants_are_detected(record_property: profiles.RecordProperty) -> None:
    """The gate runs the first mutant of every ninth requirement; the nightly run, all mutants.

    They run in a separate process, which has imported nothing of the package.
    """
    wanted = [] if profiles.NAME == "nightly" else ["sample"]
    run = [sys.executable, "-m", "tests.requirements.runner", *wanted]
    done = subprocess.run(run, cwd=sites.ROOT, capture_output=True, text=True, check=False)
    missed = [line for line in done.stdout.splitlines() if not line.endswith(": noticed")]
    assert (done.returncode, missed) == (0, []), done.stderr
    record_property("inputs", len(done.stdout.splitlines()))
