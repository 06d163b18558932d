"""What holds for the tests of both packages: profiles, and what the coverage run counts."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

from tests import profiles

MEASURED = "semcodec.bitstream"
ITS_TESTS = Path(__file__).parent / "tests" / "bitstream"

profiles.register()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a property that depends on a clock, on an idle machine too."""
    if clock := profiles.clock_of(getattr(item, "obj", None)):
        pytest.fail(f"The property has {clock}; leave that to tests/profiles.py.", pytrace=False)


# The exact middle must be covered to the last branch by its own tests, tests/bitstream, and by no
# others. One run shows that: with --cov=semcodec.bitstream, only its own tests are traced, and the
# import of its modules. Two things follow.
#
# 1. Its own tests must run before all others, in each worker: a function that keeps its result (a
#    table, say) runs once in a process, and would not be seen if another test called it first.
#    They are sorted to the front, and --dist loadfile --no-loadscope-reorder keeps to the order.
# 2. Nothing else is slowed down by tracing, which costs a factor 2.3.


def _tracer(config: pytest.Config) -> coverage.Coverage | None:
    """Return what traces this run if it measures the exact middle and nothing else."""
    only = config.getoption("cov_source", None) == [MEASURED]
    return coverage.Coverage.current() if only else None


@pytest.hookimpl(trylast=True)  # after pytest-cov, which starts to trace in a worker here
def pytest_sessionstart(session: pytest.Session) -> None:
    """Import what is measured, and trace nothing until its tests begin."""
    if tracer := _tracer(session.config):
        package = importlib.import_module(MEASURED)
        for module in pkgutil.walk_packages(package.__path__, f"{MEASURED}."):
            importlib.import_module(module.name)
        tracer.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the exact middle first."""
    items.sort(key=lambda item: ITS_TESTS not in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Trace the tests of the exact middle, and no others."""
    tracer = _tracer(item.config) if ITS_TESTS in item.path.parents else None
    if tracer:
        tracer.start()
    try:
        return (yield)
    finally:
        if tracer:
            tracer.stop()
