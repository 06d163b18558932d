"""Configuration for the tests of both packages: profiles, and the code that coverage measures."""

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
MEASURED_TESTS = Path(__file__).parent / "tests" / "bitstream"

profiles.register()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a property test that depends on a clock, even if it would pass on an idle machine."""
    if clock := profiles.clock_dependency(getattr(item, "obj", None)):
        pytest.fail(f"The property has {clock}; leave that to tests/profiles.py.", pytrace=False)


# tests/bitstream alone must cover every branch of semcodec.bitstream and semcodec.coding. One run
# of all tests shows that: with --cov of both packages, only the import of their modules is traced,
# and tests/bitstream while it is collected and run. Everything else runs untraced, because tracing
# takes 2.3 times as long, and no threshold applies to it.
#
# In each worker, tests/bitstream must be collected and run before all other tests. A function that
# caches its result (such as the tables of words) runs once in a process, and would run untraced if
# another test called it first. So that folder is moved to the front of its neighbors, and
# --dist loadfile --no-loadscope-reorder keeps this order.
TRACER = pytest.StashKey[coverage.Coverage]()


@pytest.hookimpl(trylast=True)  # after pytest-cov, which starts tracing in a worker in this hook
def pytest_sessionstart(session: pytest.Session) -> None:
    """Import the measured packages, and stop tracing until their tests start."""
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
    """Trace the body if the node belongs to the tests of the measured packages."""
    tracer = node.config.stash.get(TRACER, None)
    if tracer is None or MEASURED_TESTS not in node.path.parents:
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
    """Collect a folder or a module, tests/bitstream before its neighbors."""
    with _traced(collector):
        report = yield
    if report.result:
        report.result.sort(key=lambda node: node.path != MEASURED_TESTS)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test."""
    with _traced(item):
        return (yield)
