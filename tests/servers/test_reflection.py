"""Reflection through a real llama.cpp server and one of `semcodec serve`, which know nothing.

The text model has random weights, and the painter paints noise. So nothing can get better, except
by chance; but each run must end, within its bounds, with the first picture or with one that the
checker found better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from serve_overhead import NoisePainter

import semcodec
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.pipeline.reflection.steps import StopReason
from tests import profiles
from tests.serve.fakes import roles_of, serving
from tests.servers.subprocess_server import SubprocessServer
from tests.servers.test_llama import MISSING, llama

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(bool(MISSING), reason=f"The llama.cpp server needs {', '.join(MISSING)}."),
]
DATA = semcodec.pack("two brown dogs left red boat lake".split(), coding="lexicon", size=(64, 48))
#: The first one has requests of every stage; the others run at night.
RUNS: list[dict[str, Any]] = [
    {"reflect_by": "description", "reflect": 1},
    {"reflect_by": "description"},
    {"reflect": 4},
    {"reflect": "off", "candidates": 3},
][: profiles.count(1, 4)]
IMAGES = ("paint", "edit")


@pytest.fixture(scope="module")
def text_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubprocessServer]:
    with llama(tmp_path_factory.mktemp("llama") / "default") as server:
        yield server


@pytest.fixture(scope="module")
def image_url() -> Iterator[str]:
    """Serve pictures of noise."""
    with serving(roles_of(NoisePainter())) as server:
        yield server.url


def count_stages(options: dict[str, Any]) -> Counter[str]:
    """Return the requests of a dry run."""
    client = DryRunClient()
    backend = OpenAIBackend(send=client, base_url="http://127.0.0.1:9/v1")
    semcodec.decode(DATA, backend=backend, checker=backend, **options)
    return Counter(request.stage for request in client.requests)


@pytest.mark.parametrize("options", RUNS, ids=lambda options: " ".join(map(str, options.values())))
@pytest.mark.parametrize("seed", range(profiles.count(1, 8)))
def test_loop_between_servers_that_know_nothing(
    text_server: SubprocessServer, image_url: str, options: dict[str, Any], seed: int
) -> None:
    # At this temperature the answers to statements are random.
    sampling = {"temperature": 1.0, "seed": seed}
    text = OpenAIBackend(
        base_url=text_server.url, text_extra=sampling, most_output=100, retries=0, structured="auto"
    )
    painter = OpenAIBackend(base_url=image_url, retries=0)
    decoded = semcodec.decode(
        DATA, writer=text, describer=text, checker=text, painter=painter, **options
    )
    reflection = decoded.trace.reflection
    assert reflection is not None
    stages = Counter(stage.name for stage in decoded.trace.stages)
    bound = count_stages(options)
    assert sum(stages[name] for name in IMAGES) <= sum(bound[name] for name in IMAGES)
    assert all(stages[name] <= bound[name] for name in stages if name not in IMAGES)
    assert decoded.image.size == (64, 48)
    assert reflection.stopped in set(StopReason)
    assert "failed" not in reflection.stopped
    first, best = reflection.steps[0].after, reflection.steps[reflection.kept].after
    assert first is not None
    assert best is not None
    assert best.held >= first.held


def test_auto_sends_nothing_to_a_checker_that_was_not_measured(
    text_server: SubprocessServer, image_url: str
) -> None:
    text = OpenAIBackend(base_url=text_server.url, most_output=50, retries=0)
    painter = OpenAIBackend(base_url=image_url, retries=0)
    decoded = semcodec.decode(DATA, writer="rules", checker=text, painter=painter)
    assert [stage.name for stage in decoded.trace.stages] == ["expand", "paint"]
