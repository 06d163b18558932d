"""What holds for the tests of both packages: profiles, and what the coverage run counts."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Generator, Iterator
from pathlib import Path

import coverage
import pytest

from tests import profiles

MEASURED = ("semcodec.bitstream", "semcodec.coding")
ITS_TESTS = Path(__file__).parent / "tests" / "bitstream"

profiles.register()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a property that depends on a clock, on an idle machine too."""
    if clock := profiles.clock_of(getattr(item, "obj", None)):
        pytest.fail(f"The property has {clock}; leave that to tests/profiles.py.", pytrace=False)


# The exact middle must be covered to the last branch by its own tests, tests/bitstream, and by no
# others. One run of all tests shows that: with --cov of both packages, what is traced is the
# import of its modules, and its own test modules while they are collected and run. All else runs
# untraced, at full speed: tracing costs a factor 2.3, and no threshold looks at the rest.
#
# In each worker its own tests must be collected and run before all others. A function that keeps
# its result (the table of words, say) runs once in a process, and untraced if another test is the
# first to call it. So their folder is moved to the front of its neighbors, and
# --dist loadfile --no-loadscope-reorder keeps to the order.
TRACER = pytest.StashKey[coverage.Coverage]()


@pytest.hookimpl(trylast=True)  # after pytest-cov, which begins to trace in a worker here
def pytest_sessionstart(session: pytest.Session) -> None:
    """Import what is measured, and trace nothing more until its tests begin."""
    tracer = coverage.Coverage.current()
    if tracer is None or session.config.getoption("cov_source") != list(MEASURED):
        return
    for name in MEASURED:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    tracer.stop()
    session.config.stash[TRACER] = tracer


@contextlib.contextmanager
def _traced(node: pytest.Collector | pytest.Item) -> Iterator[None]:
    """Trace what happens meanwhile if the node belongs to the tests of the exact middle."""
    tracer = node.config.stash.get(TRACER, None)
    if tracer is None or ITS_TESTS not in node.path.parents:
        yield
        return
    tracer.start()
    try:
        yield
    finally:
        tracer.stop()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Collect a folder or a module, the folder of the exact middle before its neighbors."""
    with _traced(collector):
        report = yield
    if report.result:
        report.result.sort(key=lambda node: node.path != ITS_TESTS)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test."""
    with _traced(item):
        return (yield)
