"""A server of scripted backends for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from semcodec.serve.server import Server
from tests.serve.fakes import Scripted, roles_of, serving


@pytest.fixture(scope="module")
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture(scope="module")
def server(scripted: Scripted) -> Iterator[Server]:
    with serving(roles_of(scripted)) as running:
        yield running
